"""Calls through probes: cells that the grader made, in a namespace of their own."""

from __future__ import annotations

from autograder.sandbox.calls import Call, Cell, Outcome
from autograder.sandbox.in_process import InProcess

PROBE = Cell(
    "def helper(z):\n    return z.value\n\n\ndef probe(Box, a):\n    return helper(Box(a))\n",
    "check of Box.get",
    probes="Box.get",
    takes=("Box",),
)
BOX = "class Box:\n    def __init__(self, value): self.value = value\n    def get(self): return 1\n"


def call(*sources: str) -> Outcome:
    runner = InProcess([PROBE, *(Cell(source, "work.py") for source in sources)], 5.0)
    (outcome,) = runner([Call("Box.get", (2.5,))])
    return outcome


def test_a_probe_takes_the_class_and_returns_data() -> None:
    assert call(BOX).value == 2.5


def test_its_names_are_not_those_of_a_submission() -> None:
    own = "def helper(z): return 0.0\ndef probe(Box, a): return 0.0\nnames = sorted(globals())\n"
    assert call(BOX, own).value == 2.5
    runner = InProcess([PROBE, Cell(BOX, "work.py")], 5.0)
    assert "probe" not in runner.functions
    assert "helper" not in runner.functions


def test_a_submission_cannot_bind_the_name_that_is_called() -> None:
    assert call(BOX, "globals()['Box.get'] = lambda a: 7.0\n").value == 2.5


def test_a_class_or_a_method_that_is_missing() -> None:
    assert call("x = 1").kind == "missing"
    assert call("class Box:\n    pass\n").kind == "missing"


def test_the_last_class_of_a_name_counts() -> None:
    assert call(BOX, BOX.replace("= value", "= 2 * value")).value == 5.0


def test_what_fails_is_placed_in_the_submission_or_the_probe() -> None:
    failing = call(BOX.replace("self.value = value", "self.value = nothing"))
    assert str(failing.place) == "work.py, line 2"
    within = call(BOX.replace("self.value = value", "pass"))
    assert str(within.place) == "check of Box.get, line 2"
    assert within.code is not None
    assert within.code.line == "return z.value"


def test_a_stub_is_named() -> None:
    stub = call(BOX.replace("self.value = value", "raise NotImplementedError()"))
    assert stub.unwritten
    assert stub.stub == "Box.__init__"


def test_probes_are_there_after_a_restart() -> None:
    runner = InProcess([PROBE, Cell(BOX, "work.py")], 5.0)
    runner.restart(more=[Cell("more = 1", "work.py")])
    assert runner([Call("Box.get", (1.0,))])[0].value == 1.0
