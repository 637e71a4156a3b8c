"""What was compiled for another submission, or before a restart, runs as if compiled anew."""

from __future__ import annotations

from autograder.sandbox.calls import Call, Cell
from autograder.sandbox.in_process import InProcess
from autograder.sandbox.inside.compiler import Compiled

CELLS = [
    Cell("from __future__ import annotations\n", "cell 1"),
    Cell("import math\nx: absent = 3\n", "cell 2"),
    Cell("def f(n: absent) -> absent:\n    return n / x\n", "cell 3"),
    Cell("x = y = 0\n1 / 0\n", "cell 4"),
]


def test_a_cell_is_compiled_once_and_does_the_same() -> None:
    compiled: Compiled = {}
    runner = InProcess(CELLS, 5.0, compiled=compiled)
    kept = dict(compiled)
    assert len(kept) == len(CELLS)
    first = runner.cell_failures
    runner.restart()
    again = InProcess(CELLS, 5.0, compiled=compiled)
    assert compiled == kept
    for each in (runner, again, InProcess(CELLS, 5.0)):
        assert each.cell_failures == first
        assert list(first) == [3] and first[3].place == ("cell 4", 2)
        (outcome,) = each([Call("f", (1.0,))])
        assert outcome.exception == "ZeroDivisionError" and outcome.place == ("cell 3", 2)


def test_another_text_label_or_future_is_another_cell() -> None:
    compiled: Compiled = {}
    InProcess(CELLS, 5.0, compiled=compiled)
    other = [Cell("def f(n) -> int:\n    return 7\n", "cell 3")]
    (outcome,) = InProcess(other, 5.0, compiled=compiled)([Call("f", (1.0,))])
    assert outcome.value == 7
    for first_line in (1, 5):
        moved = [CELLS[3]._replace(label="cell 9", first_line=first_line)]
        (failure,) = InProcess(moved, 5.0, compiled=compiled).cell_failures.values()
        assert failure.place == ("cell 9", first_line + 1)
    # Without the line in the first cell, an annotation is computed.
    assert 0 in InProcess(CELLS[2:], 5.0, compiled=compiled).cell_failures


def test_what_is_no_python_is_told_each_time() -> None:
    compiled: Compiled = {}
    for _ in range(2):
        runner = InProcess([Cell("def f(:\n", "cell 1")], 5.0, compiled=compiled)
        assert runner.cell_failures[0].exception == "SyntaxError"
