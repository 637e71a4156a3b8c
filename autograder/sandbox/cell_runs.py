"""The cells of a submission: how each is to run, and what came of it before the first call."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from autograder.sandbox.calls import MAX_FAILURES, Cell, How, Outcome, Place
from autograder.sandbox.wire.printed import split_printed
from autograder.text import visible_text

#: So many bytes are shown of what one cell prints.
MAX_SHOWN = 2_000


def cell_name(at: int) -> str:
    """The name to which time and bytes of the cell at a position are charged."""
    return f"cell at {at}"


class CellRuns:
    """Knows what took a process down, which is left out when the cells run again."""

    def __init__(self, cells: Sequence[Cell]) -> None:
        """Begin with cells that have never run."""
        self._own = self._cells = list(cells)
        #: By a cell's position, its statements that took a process down; and whole cells that did.
        self._left_out: defaultdict[int, set[int]] = defaultdict(set)
        self._lost: set[int] = set()
        #: Whether what comes of cells is recorded still, as it is before the first call.
        self.is_recording = True
        #: The beginning of what each cell printed, by its position: what a submission prints later
        #: may be what it was called with.
        self.printed: dict[int, str] = {}
        # What came of each cell that failed, by its position: as it was told, and as it was seen
        # from here. Cells that run again later may have been told the time by what was called, and
        # so more than the time.
        self._told: dict[int, list[Outcome]] = {}
        self._seen: defaultdict[int, list[Outcome]] = defaultdict(list)

    def __len__(self) -> int:
        return len(self._cells)

    def __getitem__(self, at: int) -> Cell:
        return self._cells[at]

    @property
    def failures(self) -> dict[int, Outcome]:
        """What came of each cell that failed, by its position."""
        failures = {}
        for at in range(len(self._cells)):
            found = [*self._told.get(at, ()), *self._seen.get(at, ())]
            if found:
                first, *more = sorted(found, key=lambda outcome: outcome.place or ("", 0))
                failures[at] = first._replace(more=tuple(more))
        return failures

    def append(self, more: Sequence[Cell]) -> None:
        """Have ``more`` run after the submission's own cells, in the place of earlier ones."""
        self._cells, count = [*self._own, *more], len(self._own)
        self._lost = {at for at in self._lost if at < count}
        for at in [at for at in self._left_out if at >= count]:
            del self._left_out[at]

    def left(self) -> list[int]:
        """The positions of the cells that run: all but those that took a process down."""
        return [at for at in range(len(self._cells)) if at not in self._lost]

    def how(self, at: int, full: int) -> How:
        """How a cell is run: without what took a process down, and from statement ``full`` on with
        its definitions only."""
        cell = self._cells[at]
        left_out = tuple(sorted(self._left_out[at]))
        return How(left_out, full, cell.checks, cell.probes, cell.takes, at >= len(self._own))

    def tell(self, at: int, told: list[Outcome]) -> None:
        """Record all that failed in a cell, as it was told."""
        if self.is_recording:
            self._told[at] = told

    def leave_out(self, at: int, number: int, line: int) -> Place | None:
        """Leave out the statement of a cell that took the process down, which is at that place; or
        the cell where it does not say which one."""
        if number < 0 or number in self._left_out[at]:
            self._lost.add(at)
            return None
        self._left_out[at].add(number)
        return Place(self._cells[at].label, line)

    def see(self, at: int, outcome: Outcome) -> None:
        """Record what took the process down in a cell."""
        if self.is_recording:
            if len(self._seen[at]) < MAX_FAILURES:
                self._seen[at].append(outcome)
            self.printed.pop(at, None)

    def keep_printed(
        self, kept: bytes, ticket: int, ran: Sequence[int], last: Sequence[int]
    ) -> None:
        """Keep what each cell printed; what none says was its own is the last's."""
        printed, rest = split_printed(kept, ticket, len(ran))
        for at, part in [*zip(ran, printed, strict=False), *((at, rest) for at in last)]:
            if part and at not in self.printed:
                text = visible_text(part[:MAX_SHOWN].decode(errors="replace"))
                more = "\n(More was printed.)\n" if len(part) > MAX_SHOWN else ""
                self.printed[at] = text + more


def later_failures(outcome: Outcome) -> Iterator[Outcome]:
    """What failed in a cell after its first failure, as its process tells it."""
    told = outcome.value if isinstance(outcome.value, list) else []
    label = outcome.place.label if outcome.place else ""
    for item in told[:MAX_FAILURES]:
        match item:
            case ["raised" | "memory" as kind, str(name), str(message), int(line), int(number)]:
                place = Place(label, line)
                raised = Outcome(kind, None, visible_text(message), place)
                yield raised._replace(exception=visible_text(name), errno=number)
