"""The way to workers on other machines, and what is known here of each of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol


class Seen(NamedTuple):
    """What a scheduler knows of a worker: how many threads it has, and when it last gave a sign of
    life. ``refused`` is why it is not used."""

    threads: int
    beat: float
    refused: str = ""


class Link(Protocol):
    """The way to a scheduler and its workers."""

    name: str

    def workers(self) -> Future[Mapping[str, Seen]]:
        """All workers that the scheduler knows, by address."""

    def ask(self, worker: str, function: Callable[..., Any], *arguments: object) -> Future[Any]:
        """Have a worker call a coroutine function of `autograder.classroom.cluster_worker`."""


@dataclass(eq=False)
class Batch:
    """The positions of submissions, and for how many seconds a worker is at them. ``away`` is
    whether they were handed out again meanwhile."""

    positions: Sequence[int]
    seconds: float = 0.0
    away: bool = False


@dataclass(eq=False)
class Worker:
    """What is known here of a worker. It has given no sign of life for ``silent`` seconds, and is
    ``quiet`` if it counts as hanging; ``faults`` are those in a row."""

    address: str
    seen: Seen
    silent: float = 0.0
    batches: list[Batch] = field(default_factory=list)
    ready: bool = False
    refused: bool = False
    quiet: bool = False
    faults: int = 0

    def __str__(self) -> str:
        return f"Worker {self.address}"

    @property
    def is_usable(self) -> bool:
        """Whether it may get batches, now or when it is ready."""
        return not (self.refused or self.quiet)
