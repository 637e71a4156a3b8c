"""What may be asked of a submission, and what may come back: calls and outcomes.

Arguments and results are plain values (see `autograder.sandbox.plain`). Nothing here runs student
code.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from autograder.record import record

#: What can come of a call (see `Outcome`).
Kind = Literal["returned", "raised", "missing", "timeout", "memory", "crashed", "limit", "skipped"]
#: In the place of an argument's position: what changed is the result of an earlier call.
EARLIER_RESULT = -1
#: Failures of one cell that are told.
MAX_FAILURES = 10


class Probe(NamedTuple):
    """What a function is called through, where what it takes or gives is no data: the ``source`` of
    a function of that ``name``. It ``takes`` classes and functions of the submission by name, and
    data after them."""

    name: str
    source: str
    takes: tuple[str, ...] = ()


class Cell(NamedTuple):
    """A code cell: its source, what messages call it, its first line, its title or grade_id. In the
    place of a released check it says which function that ``checks``. One that the grader made holds
    the function through which ``probes`` is called, in a namespace of its own; it ``takes`` what a
    `Probe` does."""

    source: str
    label: str
    first_line: int = 1
    title: str = ""
    checks: str = ""
    probes: str = ""
    takes: tuple[str, ...] = ()


class How(NamedTuple):
    """How a cell is run: without the top-level statements at the positions ``left_out``, and from
    position ``full`` on with its definitions only, unless that is -1. One ``of_graders`` is Python
    as it stands, and from it on nobody reads what stood where an exception was raised. The others
    are as in `Cell`."""

    left_out: tuple[int, ...] = ()
    full: int = -1
    checks: str = ""
    probes: str = ""
    takes: tuple[str, ...] = ()
    of_graders: bool = False


@record
class Result:
    """Stands for what an earlier call of the same batch returned, or for one entry of it."""

    of: int
    key: str | int | None = None


class Call(NamedTuple):
    """One call of a student's function with plain arguments, or with `Result` of earlier calls.

    ``needs_result`` is false when only later calls of the batch need the result. ``watch`` names
    functions of the submission whose calls are counted while this one runs. ``served`` names
    helpers that are bound to stand-ins meanwhile: whoever calls one is given a right result.
    ``instead`` holds names of functions and methods, each with that of a function which stands in
    its place meanwhile. It may take so many ``seconds`` by itself, in the place of what its
    function has for all its calls.
    """

    function: str
    arguments: tuple[Any, ...]
    needs_result: bool = True
    watch: tuple[str, ...] = ()
    served: tuple[str, ...] = ()
    instead: tuple[tuple[str, str], ...] = ()
    seconds: float = 0.0


class CannotServe(Exception):
    """A helper that cannot be served for these arguments."""


class Place(NamedTuple):
    """A line of a submission: what messages call its cell, and the line's number in it."""

    label: str
    line: int

    def __str__(self) -> str:
        return f"{self.label}, line {self.line}" if self.label else f"line {self.line}"


class Code(NamedTuple):
    """What raised an exception in a submission's own code.

    ``line`` is its text, ``refused`` the function that was called there ("math.exp"), or the word
    that needs a truth value ("if"), if it was one of these. ``operands`` holds what stood in it:
    its text, and what it is, in words. Of a stub that was called through a probe, ``refused`` is
    its name ("Value.backward"), and there is no line.
    """

    line: str
    refused: str = ""
    operands: tuple[tuple[str, str], ...] = ()


class Outcome(NamedTuple):
    """What came of one `Call`.

    ``kind`` is ``returned``, ``raised``, ``missing`` (no such function), ``timeout``, ``memory``,
    ``crashed``, ``limit`` (of the sandbox) or ``skipped`` (a call it builds on gave nothing, or its
    function already failed for good). ``exception`` is the name of the type that was raised,
    ``message`` its text, ``errno`` that of an `OSError`, ``place`` where it was raised and ``code``
    by what; of a limit or a crash, ``message`` is the end of a sentence. ``changed`` lists the
    arguments that the call modified, as (position, key) with key "" for the whole argument and
    `EARLIER_RESULT` for what an earlier call returned, ``warnings`` what it warned of, ``counts``
    how often each watched function was called. ``more`` are later failures in the same cell.
    """

    kind: Kind
    value: Any = None
    message: str = ""
    place: Place | None = None
    changed: tuple[tuple[int, str], ...] = ()
    warnings: tuple[str, ...] = ()
    counts: Mapping[str, int] = MappingProxyType({})
    exception: str = ""
    errno: int = 0
    code: Code | None = None
    more: tuple[Outcome, ...] = ()

    @property
    def returned(self) -> bool:
        """Whether the function came back with a value."""
        return self.kind == "returned"

    @property
    def error_text(self) -> str:
        """What was raised, as Python prints it: "ValueError: text"."""
        return f"{self.exception}: {self.message}" if self.message else self.exception

    @property
    def unwritten(self) -> bool:
        """Whether it came of a function that is still the stub that was handed out."""
        return self.kind == "raised" and self.exception == "NotImplementedError"

    @property
    def stub(self) -> str:
        """The name of the stub that raised, if it was called through a probe; "" otherwise."""
        return self.code.refused if self.unwritten and self.code else ""


#: What numpy's floating-point arithmetic warns of, by the beginning of its text.
FLOATING_POINT = ("overflow", "divide by zero", "invalid value", "underflow")


def is_numpys(warning: str) -> bool:
    """Whether the text of a warning is one of numpy's floating-point arithmetic."""
    return warning.startswith(tuple(f"{what} encountered in " for what in FLOATING_POINT))


#: What came of a call that returned, where nobody wants to know what.
DONE = Outcome("returned")

#: How the checks reach a submission: a batch of calls in, one outcome per call out, in order.
Caller = Callable[[Sequence[Call]], Sequence[Outcome]]
#: Answers a submission's call of a helper: its name, its positional and its keyword arguments,
#: plain values as they came over the wire, give a plain value. Raises `CannotServe`.
Serve = Callable[[str, Sequence[Any], Mapping[str, Any]], Any]
