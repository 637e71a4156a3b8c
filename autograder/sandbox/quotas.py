"""How much a submission may return, print and ask for: counted for each function or cell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from autograder.sandbox.limits import MAX_ASKED, MAX_RESULTS, Limits
from autograder.sandbox.lost import Lost, limit_reached
from autograder.sandbox.wire.frames import MAX_DATA, MAX_MESSAGE


class Quotas:
    """What a submission has used of each; whoever takes too much is `Lost`."""

    def __init__(self, limits: Limits) -> None:
        """Count from nothing."""
        self._limits = limits
        self._returned: Counter[str] = Counter()
        self._printed: Counter[str] = Counter()
        self._asked: Counter[str] = Counter()
        self._held: Counter[str] = Counter()

    def used(self) -> Sequence[Mapping[str, int]]:
        """What was counted until now."""
        return [dict(counter) for counter in self._counters()]

    def restore(self, used: Sequence[Mapping[str, int]]) -> None:
        """Go on from what was counted earlier."""
        for counter, earlier in zip(self._counters(), used, strict=True):
            counter.clear()
            counter.update(earlier)

    def clear(self) -> None:
        """Count everything anew, for a fresh process that is asked for more."""
        for counter in self._counters():
            counter.clear()

    def clear_answers(self) -> None:
        """Count answers anew, which all come again."""
        self._returned.clear()
        self._asked.clear()

    def clear_printed(self, names: Iterable[str]) -> None:
        """Count anew what these cells print, which run again."""
        for name in names:
            self._printed[name] = 0

    def add_returned(self, name: str, length: int, data_length: int) -> None:
        """Count a frame that comes: its message, and the bytes of its arrays."""
        self._returned[name] += length + data_length
        if self._returned[name] > self._limits.returned_mb * 1e6:
            raise Lost(limit_reached(self._limits, "returned"), name, True)
        if length > MAX_MESSAGE or data_length > MAX_DATA:
            raise Lost(limit_reached(self._limits, "result"), name, True)

    def add_printed(self, name: str, size: int) -> None:
        """Count what was printed."""
        self._printed[name] += size
        if self._printed[name] > self._limits.printed_kb * 1e3:
            raise Lost(limit_reached(self._limits, "printed"), name)

    def add_asked(self, name: str) -> None:
        """Count a call of a helper that is served."""
        self._asked[name] += 1
        if self._asked[name] > MAX_ASKED:
            raise Lost(limit_reached(self._limits, "asked"), name, True)

    def hold_none(self) -> None:
        """Begin with a batch, of which nothing is held yet."""
        self._held.clear()

    def hold(self, names: Sequence[str], sizes: Sequence[int]) -> None:
        """Count what the grader holds of a batch for whoever returned it. Where all of it is too
        much, that is the fault of the function with the most of it."""
        for name, size in zip(names, sizes, strict=False):
            self._held[name] += size
        if self._held.total() > MAX_RESULTS:
            ((name, _),) = self._held.most_common(1)
            raise Lost(limit_reached(self._limits, "results"), name, True)

    def held(self, name: str) -> int:
        """The bytes that are held of what a function returned in this batch."""
        return self._held[name]

    def _counters(self) -> Sequence[Counter[str]]:
        return self._returned, self._printed, self._asked
