"""The figures of a class run: how fast it was, and what came of the submissions."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from autograder.classroom.graded import Graded

GRADED, LOOKED_AT, UNCHANGED, NOT_GRADED = "graded", "looked_at", "unchanged", "not_graded"


def status_of(graded: Graded, dry_run: bool = False) -> str:
    """What came of a submission, in a word."""
    if graded.report is None:
        return NOT_GRADED
    if graded.unchanged:
        return UNCHANGED
    return LOOKED_AT if dry_run else GRADED


@dataclass
class Metrics:
    """Counts results as they come, from when it was made to `end`.

    ``retries`` are by what was done again: ``submissions`` whose grading process had ended,
    ``calls`` of functions where the machine, and not the submission, had ended the process, and
    ``gradebook`` transactions that found a lock or no connection.
    """

    dry_run: bool = False
    by_status: Counter[str] = field(default_factory=Counter)
    by_containment: Counter[str] = field(default_factory=Counter)
    retries: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    _began: float = field(default_factory=time.monotonic)

    def add(self, graded: Graded) -> None:
        """Count a result; the containment of what was graded now only."""
        status = status_of(graded, self.dry_run)
        self.by_status[status] += 1
        self.retries["calls"] += graded.repeated
        if graded.report is not None and status != UNCHANGED:
            self.by_containment[graded.report.containment] += 1

    def end(self, repeated: Mapping[str, int]) -> None:
        """Stop the clock; ``repeated`` is what the run itself did again."""
        self.seconds = time.monotonic() - self._began
        self.retries.update(repeated)

    @property
    def per_second(self) -> float:
        """Submissions a second."""
        return self.by_status.total() / self.seconds if self.seconds else 0.0

    def line(self) -> str:
        """All of it in one line."""
        contained = _listed(self.by_containment) or "nothing was run"
        again = self.retries.total()
        what = f" ({', '.join(f'{name} {n}' for name, n in self.retries.items() if n)})"
        return (
            f"{self.per_second:.1f} submissions per second: {self.by_status.total()} in "
            f"{self.seconds:.1f} s; status: {_listed(self.by_status)}; containment: {contained}; "
            f"retries: {again}{what if again else ''}."
        )

    def to_dict(self) -> dict[str, Any]:
        """All of it for programs."""
        return {
            "submissions": self.by_status.total(),
            "milliseconds": round(1000 * self.seconds),
            "per_second": round(self.per_second, 3),
            "by_status": dict(self.by_status),
            "by_containment": dict(self.by_containment),
            "retries": {name: self.retries[name] for name in ("submissions", "calls", "gradebook")},
        }


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in counts.items())
