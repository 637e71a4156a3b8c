"""Generators that request calls step by step, so that the steps of several go out as one batch."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import TypeVar

from autograder.sandbox.calls import Call, Caller, Outcome, Result

Done = TypeVar("Done")
#: Yields the calls of each step, is sent their outcomes, and returns its result. The positions in
#: `Result` count within a step.
Steps = Generator[Sequence[Call], Sequence[Outcome], Done]


def run_together(caller: Caller, works: Sequence[Steps[Done]]) -> list[Done]:
    """Run all works in lockstep, with one batch of calls per step; returns the results in order."""
    results: dict[int, Done] = {}
    pending: dict[int, Sequence[Call]] = {}
    for at, work in enumerate(works):
        _take(results, pending, at, work, None)
    while pending:
        batch: list[Call] = []
        for calls in pending.values():
            batch += _shifted(calls, len(batch))
        outcomes = caller(batch)
        sent, pending, start = pending, {}, 0
        for at, calls in sent.items():
            _take(results, pending, at, works[at], outcomes[start : start + len(calls)])
            start += len(calls)
    return [results[at] for at in range(len(works))]


def run_alone(caller: Caller, work: Steps[Done]) -> Done:
    """Run one work, with one batch of calls per step."""
    return run_together(caller, [work])[0]


def _take(
    results: dict[int, Done],
    pending: dict[int, Sequence[Call]],
    at: int,
    work: Steps[Done],
    outcomes: Sequence[Outcome] | None,
) -> None:
    """Advance a work to its next step, or to its end."""
    try:
        pending[at] = next(work) if outcomes is None else work.send(outcomes)
    except StopIteration as end:
        results[at] = end.value


def _shifted(calls: Sequence[Call], by: int) -> Sequence[Call]:
    """The calls with their `Result` positions shifted ``by`` the calls before them in the batch."""
    return [
        call._replace(arguments=tuple(_shift(argument, by) for argument in call.arguments))
        if by and any(type(argument) is Result for argument in call.arguments)
        else call
        for call in calls
    ]


def _shift(argument: object, by: int) -> object:
    return Result(argument.of + by, argument.key) if isinstance(argument, Result) else argument
