"""``nbgrader export``: nbgrader's own columns, then ours."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from nbgrader.plugins import CsvExportPlugin, ExportPlugin

from autograder.classroom.journal import read_reports
from autograder.course import Course
from autograder.faults import reason, sentence
from autograder.files import whole_file
from autograder.nbgrader.penalties import update_penalties
from autograder.nbgrader.working_folder import course_of
from autograder.report import Report
from autograder.submission import check_id
from autograder.text import harmless

#: The columns of nbgrader's own exporter, so that programs which read its file read this one too.
NBGRADER_COLUMNS = (
    *("assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email"),
    *("raw_score", "late_submission_penalty", "score", "max_score"),
)
FIRST = ("first_mistake", "first_wrong")
TO_MARK = ("cells_to_mark", "points_to_mark")


class GradesCsv(ExportPlugin):  # type: ignore[misc]
    """One row for each assignment and student, also for students who handed in nothing."""

    def export(self, gradebook: Any) -> None:
        """Write the file of ``--to``, grades.csv by default; raises `SystemExit` with a sentence
        when it cannot be written."""
        try:
            course = course_of(self)
            if course is None:
                CsvExportPlugin(parent=self.parent).export(gradebook)
                return
            rows = list(self._rows(course, gradebook))
        except Exception as error:
            if said := sentence(error):
                raise SystemExit(said) from None
            raise
        checks = dict.fromkeys(k for row in rows for k in row if k.startswith(check_id("")))
        columns = [*NBGRADER_COLUMNS, *checks, *FIRST, *TO_MARK]
        target = Path(self.to or "grades.csv")
        try:
            with whole_file(target) as stream:
                text = io.TextIOWrapper(stream, "utf-8", newline="", write_through=True)
                writer = csv.DictWriter(text, columns, lineterminator="\n")
                writer.writeheader()
                writer.writerows(
                    {key: harmless(value) for key, value in row.items()} for row in rows
                )
        except OSError as error:
            raise SystemExit(f"{target} cannot be written: {reason(error)}") from None

    def _rows(self, course: Course, gradebook: Any) -> Iterator[dict[str, Any]]:
        ours = {assignment.name for assignment in course.assignments}
        students = [s for s in gradebook.students if _wanted(s.id, self.student)]
        for assignment in gradebook.assignments:
            name = assignment.name
            if not _wanted(name, self.assignment):
                continue
            if course.late_policy(name):
                # Marks given by hand since the last grading change the penalties.
                update_penalties(gradebook.db.connection(), course, name)
                gradebook.db.commit()
            found = {r.student: ExportedReport.of(r) for r in read_reports(course, name)}
            submissions = {each.student_id: each for each in assignment.submissions}
            for student in students:
                submission = submissions.get(student.id)
                row = _nbgraders_row(assignment, student, submission)
                if submission is not None:
                    grades = [grade for book in submission.notebooks for grade in book.grades]
                    row |= _to_mark(grades)
                    row |= _graded(grades, found.get(student.id)) if name in ours else {}
                yield row


class ExportedReport(NamedTuple):
    """The part of a report that is exported: scores by cell, and the first mistake."""

    scores: Mapping[str, float]
    mistake: str
    wrong: str

    @classmethod
    def of(cls, report: Report) -> ExportedReport:
        """The exported part of a report."""
        scores = {check_id(function.name): function.score for function in report.functions}
        mistakes = (mistake.id for function in report.functions for mistake in function.mistakes)
        return cls(scores, next(mistakes, ""), report.first_wrong)


def _wanted(name: str, names: Sequence[Any]) -> bool:
    return not names or name in map(str, names)


def _nbgraders_row(assignment: Any, student: Any, submission: Any | None) -> dict[str, Any]:
    """The columns of nbgrader's own exporter; zeros if nothing was handed in."""
    raw = submission.score if submission else 0.0
    penalty = submission.late_submission_penalty if submission else 0.0
    values = (
        *(assignment.name, assignment.duedate, submission and submission.timestamp, student.id),
        *(student.last_name, student.first_name, student.email),
        *(raw, penalty, max(0.0, raw - penalty), assignment.max_score),
    )
    return dict(zip(NBGRADER_COLUMNS, values, strict=True))


def _to_mark(grades: Sequence[Any]) -> dict[str, Any]:
    """The number of cells that a person has to mark, and their points."""
    waiting = [grade.max_score for grade in grades if grade.needs_manual_grade]
    return dict(zip(TO_MARK, (len(waiting), sum(waiting)), strict=True))


def _graded(grades: Sequence[Any], found: ExportedReport | None) -> dict[str, Any]:
    """The functions' scores, and the first mistake if the grades are those of the report."""
    scores = {g.name: g.auto_score for g in grades if g.name.startswith(check_id(""))}
    if found is None or found.scores != scores:
        return dict(sorted(scores.items()))
    return {**found.scores, **dict(zip(FIRST, (found.mistake, found.wrong), strict=True))}
