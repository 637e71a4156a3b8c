"""What a class run is made of, and who does it: the pool of this machine, or workers elsewhere.

Each submission is read here, graded wherever the executor does that, and published here. Only the
`Job` and the report travel.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, Protocol, TypeVar

from autograder.classroom.pool import ProcessEnded
from autograder.report import Report
from autograder.sandbox.levels import NotContained
from autograder.submission import Submission

if TYPE_CHECKING:
    from autograder.classroom.grader import Grader

Item = TypeVar("Item")
Result = TypeVar("Result")
Given = TypeVar("Given", contravariant=True)
Made = TypeVar("Made", covariant=True)


class Job(NamedTuple):
    """What is graded: a submission, whose it is, and the latest due date of the class."""

    submission: Submission
    student: str
    due: datetime | None = None


class Begun(NamedTuple):
    """A submission that was read and has to be graded; ``kept`` is what `Work.finish` needs."""

    job: Job
    kept: Any = None


class Work(Protocol[Given, Made]):
    """What is done for each item of a run; no method raises."""

    def begin(self, item: Given) -> Begun | Made:
        """Read it: what has to be graded of it, or its result, where that is known already."""

    def finish(self, item: Given, begun: Begun, report: Report, repeated: int) -> Made:
        """Publish its report; ``repeated`` is how often a call was made again for it."""

    def failed(self, item: Given, begun: Begun, fault: str) -> Made:
        """The result where a fault of the machine, which the sentence names, kept it from being
        graded."""

    def here(self, item: Given) -> Made | NotContained:
        """All of it in this process."""


class Executor(Protocol[Given, Made]):
    """Whoever does the work."""

    @property
    def repeated(self) -> int:
        """How many items were given to another process, since theirs had ended."""

    def results(
        self, items: Sequence[Given]
    ) -> Iterator[tuple[int, Made | NotContained | ProcessEnded]]:
        """The results as they come, each with the position of its item, once."""


class Started(NamedTuple, Generic[Item, Result]):
    """An executor, and what there is to say of it first."""

    executor: Executor[Item, Result]
    note: str = ""


class Start(Protocol):
    """Starts an executor for a number of submissions; a context manager ends it."""

    def __call__(
        self, grader: Grader, work: Work[Item, Result], submissions: int
    ) -> AbstractContextManager[Started[Item, Result]]:
        """Start it."""


def grade_job(grader: Grader, job: Job) -> Report:
    """Grade a job, wherever this is; raises as `Grader.grade` does."""
    grader.update_reasons(job.due)
    return grader.grade(job.submission, job.student)
