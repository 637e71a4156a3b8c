"""What may be asked of a submission, and what may come back: calls and outcomes.

Arguments and results are plain values (see `autograder.sandbox.plain`). Nothing here runs student code.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple

#: In the place of an argument's position: what changed is the result of an earlier call.
EARLIER_RESULT = -1


@dataclass(frozen=True)
class Result:
    """Stands for what an earlier call of the same batch returned, or for one entry of it."""

    of: int
    key: str | None = None


class Call(NamedTuple):
    """One call of a student's function with plain arguments, or with `Result` of earlier calls.

    ``wanted`` is false when only later calls of the batch need the result. ``watch`` names
    functions of the submission whose calls are counted while this one runs.
    """

    function: str
    arguments: tuple[Any, ...]
    wanted: bool = True
    watch: tuple[str, ...] = ()


class Outcome(NamedTuple):
    """What came of one `Call`.

    ``kind`` is ``returned``, ``raised``, ``missing`` (no such function), ``timeout``, ``memory``,
    ``crashed`` or ``skipped`` (a call it builds on gave nothing, or its function already failed
    for good). ``message`` and ``line`` say what was raised and where. ``changed`` lists the
    arguments that the call modified, as (position, key) with key "" for the whole argument
    and `EARLIER_RESULT` for what an earlier call returned,
    ``warnings`` what it warned of, ``counts`` how often each
    watched function was called.
    """

    kind: str
    value: Any = None
    message: str = ""
    line: str = ""
    changed: tuple[tuple[int, str], ...] = ()
    warnings: tuple[str, ...] = ()
    counts: Mapping[str, int] = MappingProxyType({})

    @property
    def returned(self) -> bool:
        """Whether the function came back with a value."""
        return self.kind == "returned"


#: What came of a call that returned, where nobody wants to know what.
DONE = Outcome("returned")

#: How the checks reach a submission: a batch of calls in, one outcome per call out, in order.
Caller = Callable[[Sequence[Call]], Sequence[Outcome]]
