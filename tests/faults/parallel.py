"""Many courses at once: most faults are waited for more than they are computed."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

Result = TypeVar("Result")
_work: Callable[[int], Any]


def in_parallel(work: Callable[[int], Result], count: int, processes: int) -> Sequence[Result]:
    """The results of ``work`` for so many numbers, each in one of some forks of this process."""
    with multiprocessing.get_context("fork").Pool(processes, _take, (work,)) as pool:
        return pool.map(_do, range(count), chunksize=1)


def _take(work: Callable[[int], Any]) -> None:
    global _work
    _work = work


def _do(number: int) -> Any:
    return _work(number)
