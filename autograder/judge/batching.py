"""Work that asks for calls step by step, so that steps of several can go out as one batch."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import TypeVar

from autograder.sandbox.calls import Call, Caller, Outcome, Result

Done = TypeVar("Done")
#: Yields the calls of each step, is sent what came of them, and returns its result. `Result` counts
#: within a step.
Steps = Generator[Sequence[Call], Sequence[Outcome], Done]


def together(caller: Caller, works: Sequence[Steps[Done]]) -> list[Done]:
    """Do all works in step, with one batch of calls for each step; their results in order."""
    results: dict[int, Done] = {}
    asked: dict[int, Sequence[Call]] = {}
    for at, work in enumerate(works):
        _take(results, asked, at, work, None)
    while asked:
        batch: list[Call] = []
        for calls in asked.values():
            batch += _moved(calls, len(batch))
        outcomes = caller(batch)
        answered, asked, start = asked, {}, 0
        for at, calls in answered.items():
            _take(results, asked, at, works[at], outcomes[start : start + len(calls)])
            start += len(calls)
    return [results[at] for at in range(len(works))]


def alone(caller: Caller, work: Steps[Done]) -> Done:
    """Do one work, with a batch of calls for each of its steps."""
    return together(caller, [work])[0]


def _take(
    results: dict[int, Done],
    asked: dict[int, Sequence[Call]],
    at: int,
    work: Steps[Done],
    outcomes: Sequence[Outcome] | None,
) -> None:
    """Let a work go on to its next step, or to its end."""
    try:
        asked[at] = next(work) if outcomes is None else work.send(outcomes)
    except StopIteration as end:
        results[at] = end.value


def _moved(calls: Sequence[Call], by: int) -> Sequence[Call]:
    """The calls as they read behind so many others of the same batch."""
    return [
        call._replace(arguments=tuple(_behind(argument, by) for argument in call.arguments))
        if by and any(type(argument) is Result for argument in call.arguments)
        else call
        for call in calls
    ]


def _behind(argument: object, by: int) -> object:
    return Result(argument.of + by, argument.key) if isinstance(argument, Result) else argument
