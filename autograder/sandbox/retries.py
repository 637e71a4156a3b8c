"""Which losses of a process count for nothing, so that the same is asked once more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from autograder.sandbox.levels import WorkerFault
from autograder.sandbox.lost import Lost
from autograder.sandbox.quotas import Quotas
from autograder.sandbox.time_budget import PAUSED, TimeBudget, UsedTime

#: So often the machine is believed to have ended a process of one submission.
MAX_REPEATS = 3
#: What a submission had used up, of time and of all else.
Used = tuple[UsedTime, Sequence[Mapping[str, int]]]


class Retries:
    """Decides for one submission, and takes back what a loss that does not count has used up."""

    def __init__(self, budget: TimeBudget, quotas: Quotas) -> None:
        """Begin with nothing that was ended."""
        self._budget, self._quotas = budget, quotas
        #: Whether answers come one by one, since one was forged.
        self.one_by_one = False
        #: How often something was asked again.
        self.count = 0
        #: What the machine ended once already, as it was running.
        self._interrupted: list[str] = []

    def used(self) -> Used:
        """What the submission has used up."""
        return self._budget.used(), self._quotas.used()

    def restore(self, before: Used) -> None:
        """Take back what was used up since."""
        time, counted = before
        self._budget.restore(time)
        self._quotas.restore(counted)

    def is_repeated(self, lost: Lost, before: Used) -> bool:
        """Whether to ask again, as if nothing had been asked since ``before``: where the machine
        ended it, once; where an answer was forged, answer by answer, since among answers that come
        together nobody can tell at which call it was."""
        if lost.fault and self._is_machines(lost):
            self._interrupted.append(lost.what)
            self.count += 1
            self.restore(before)
            self._budget.begin(lost.what)
            return True
        if not lost.forged or self.one_by_one:
            return False
        self.one_by_one = True
        self._quotas.clear_answers()
        return True

    def _is_machines(self, lost: Lost) -> bool:
        """Whether it was the machine, which is believed once for each function, and about a pause
        as often as in all; raises `WorkerFault` when it was for certain, and again."""
        again = lost.what in self._interrupted and lost.fault != PAUSED
        again |= len(self._interrupted) >= MAX_REPEATS
        if again and lost.certain:
            raise WorkerFault(
                f"{lost.fault}, and so again when it was asked again: grade it when more memory is "
                "free and less is running"
            )
        return not again
