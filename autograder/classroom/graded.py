"""One submission of a class run: its report, or why it has none, and the line that sums it up."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from autograder.classroom.shared_numbers import unexplained_in
from autograder.late import Late
from autograder.report import FOR_A_PERSON, Report, Unexplained


@dataclass(frozen=True)
class Graded:
    """One submission's report, or the fault because of which it could not be graded.

    ``before`` is its earlier score in the gradebook, None when it had none. ``unchanged`` means
    that an earlier run graded the same file with the same grader. ``late`` is the penalty for late
    work. ``untimed`` is why the submission time is unknown, where there is a due date. ``chosen``
    means that the file was compared with the others in its folder. ``repeated`` counts the calls
    that were made again for the machine's sake.
    """

    student: str
    path: Path
    report: Report | None
    fault: str = ""
    before: float | None = None
    unchanged: bool = False
    late: Late | None = None
    untimed: str = ""
    chosen: bool = False
    repeated: int = 0

    def line(self) -> Line:
        """The summary of it that is shown."""
        if self.report is None:
            return Line(
                self.student, None, 0.0, self.fault, self.before, False, {}, untimed=self.untimed
            )
        report = self.report
        wrong = report.first_wrong
        return Line(
            report.student,
            report.score,
            report.max_score,
            wrong,
            self.before,
            self.unchanged,
            {function.name: function.fits for function in report.functions if function.fits},
            self.late,
            self.untimed,
            list(_notes(report, self.chosen)),
            unexplained_in(report.functions),
        )


class Line(NamedTuple):
    """The summary of one submission.

    ``score`` is None for one that could not be graded, and ``wrong`` is then the reason. ``fits``
    maps functions to the classmate for whose instances the results are right. ``notes`` are what
    else there is to say about the file, in short. ``unexplained`` is by function what a
    mistake gave that has no name.
    """

    student: str
    score: float | None
    max_score: float
    wrong: str
    before: float | None
    unchanged: bool
    fits: Mapping[str, str]
    late: Late | None = None
    untimed: str = ""
    notes: Sequence[str] = ()
    unexplained: Mapping[str, Unexplained] = MappingProxyType({})


def _notes(report: Report, chosen: bool) -> Iterator[str]:
    """What else there is to say about a file, in short: to instructors whatever needs a person, and
    everything where nothing is wrong."""
    if report.first_wrong:
        problems = [problem for problem in report.problems if problem.kind in FOR_A_PERSON]
    else:
        problems = list(report.problems)
    yield from (_first_sentence(problem.message) for problem in problems)
    script, notebook = Path(report.path), Path(report.path).with_suffix(".ipynb")
    is_right = chosen and not problems and not report.first_wrong
    if is_right and script != notebook and os.path.lexists(notebook):
        yield f"{script.name} was graded: {notebook.name} has nothing more in it."


def _first_sentence(text: str) -> str:
    line = text.partition("\n")[0]
    sentence, mark, _ = line.partition(". ")
    return f"{sentence}." if mark else line
