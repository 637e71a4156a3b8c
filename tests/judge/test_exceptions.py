"""The commonest exceptions in plain words. Each is raised by the numpy and Python that run here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograder.judge.exceptions import meaning
from autograder.judge.messages import not_returned
from autograder.judge.redact import redacted
from autograder.sandbox.calls import Outcome, Place
from autograder.sandbox.signals import signal_text


def step(params: Any, grads: Any, lr: Any) -> None:
    """Returns nothing, as a function does whose return statement is missing."""


A, B, NUMBERS = np.ones(3), np.ones((5, 2)), {"W1": 1.0}
PAIR: Any = (A, B)
NOTHING: Any = step(None, None, None)  # type: ignore[func-returns-value]
CRASHES: list[tuple[Callable[[], Any], str]] = [
    (lambda: A @ B, "the same length; here the lengths are 3 and 5."),
    (lambda: A @ np.float64(2), "one side is a single number."),
    (lambda: np.dot(A, B), "with shapes (3,) and (5,2) the lengths are 3 and 5."),
    (
        lambda: A + np.ones(5),
        "arrays of shapes (3,) and (5,) cannot be combined element by element.",
    ),
    (lambda: np.ones(3).__iadd__(np.ones((2, 3))), "has shape (2,3) and cannot be stored in"),
    (lambda: np.array([A, 1.0]), "but one is itself a list or an array"),
    (lambda: np.zeros(2).__setitem__(0, A), "each entry of an array must be a single number"),
    (lambda: A if A > 0 else 0, "np.where chooses element by element."),
    (lambda: float(A), "take a single number, but got an array"),
    (lambda: NUMBERS["b1"], "the dict has no key 'b1'."),
    (lambda: A[0, 1], "2 indices were used on an array whose number of axes is 1."),
    (lambda: step(1, 2, 3, 4), "step was called with 4 arguments, but its def line takes 3."),  # type: ignore[call-arg]
    (lambda: step(1), "step was called without all of its arguments; missing: 'grads' and"),  # type: ignore[call-arg]
    (lambda: NOTHING["h"], "A function that ends without a return statement returns None."),
    (lambda: NOTHING - 1.0, "None was used in a calculation."),
    (lambda: PAIR["h"], "a tuple was indexed with a string"),
    (lambda: sigmiod(A), "the name 'sigmiod' is not defined there."),  # type: ignore[name-defined] # noqa: F821
    (lambda: exec("def f():\n    f = f()\nf()", {}), "'f' is assigned in this function"),
    (lambda: exit(), "return ends a function."),
    (
        lambda: exec("def f(n):\n    return f(n - 1) if n else 0\nf(10**5)", {}),
        "without an end, or deeper than it allows",
    ),
    (lambda: 0.1 * NUMBERS, "calculate with its entries, one by one."),  # type: ignore[operator]
]


@pytest.mark.parametrize(("crash", "words"), CRASHES, ids=[words[-30:] for _, words in CRASHES])
def test_a_crash_is_explained_before_numpys_own_words(crash: Callable[[], Any], words: str) -> None:
    with pytest.raises((Exception, SystemExit)) as raised:
        crash()
    said = f"{raised.type.__name__}: {raised.value}"
    assert words in meaning(said)
    name, text = raised.type.__name__, str(raised.value)
    outcome = Outcome("raised", None, text, Place("mine.py", 3), exception=name)
    first, second = not_returned("forward", outcome, 10.0).split("\n")
    assert first.startswith("forward stopped (mine.py, line 3): ")
    assert second == f"forward raised {said}"
    # On a hidden instance it is shown only if a visible one showed the same.
    assert redacted(outcome, [outcome]) == outcome
    hidden = redacted(outcome, [outcome._replace(place=Place("mine.py", 4))])
    assert not hidden.error_text and not hidden.place


def test_a_signal_is_explained() -> None:
    assert signal_text(6) == "SIGABRT: it was aborted"
    assert signal_text(9) == "SIGKILL: Killed"
    assert signal_text(99) == "signal 99"


@pytest.mark.parametrize("said", ["ValueError: my own", "RuntimeError: KeyError: 1", "ValueError"])
def test_nothing_is_guessed(said: str) -> None:
    assert meaning(said) == ""
