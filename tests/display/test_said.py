"""The parts of a message, as a page shows them."""

from __future__ import annotations

from autograder.display.said import NUMBERS, SENTENCES, SOURCE, Part, parts
from autograder.judge.messages import called_through

ARRAYS = """expected [[[1., 2.],
           [3., 4.]],

          [[5., 6.],
           [7., 8.]]]
got      0.5"""
CODE = "def run(f):\n    a = 1\n\n    return f(a)"


def test_sentences_numbers_and_code_are_told_apart() -> None:
    above, below = "`y` is wrong.\nIt is too large.", "Begin there."
    message = "\n".join([above, ARRAYS, below, called_through(CODE, ["f"]), below])
    assert parts(message) == [
        Part(SENTENCES, above),
        Part(NUMBERS, ARRAYS),
        Part(SENTENCES, below),
        Part(SOURCE, CODE, "This is what was run, with your own f:"),
        Part(SENTENCES, below),
    ]
    assert parts("") == []
    assert Part(NUMBERS, ARRAYS).width == len("           [3., 4.]],")
