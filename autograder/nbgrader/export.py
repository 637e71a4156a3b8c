"""``nbgrader export``: nbgrader's own columns, then ours."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from nbgrader.plugins import CsvExportPlugin, ExportPlugin

from autograder.classroom.journal import read_reports
from autograder.classroom.totals import FIRST, MORE, POINTS, Found, shared
from autograder.course import Course
from autograder.faults import reason, sentence
from autograder.files import whole_file
from autograder.nbgrader.penalties import update_penalties
from autograder.nbgrader.totals import read_totals
from autograder.nbgrader.working_folder import course_of
from autograder.submission import check_id
from autograder.text import harmless

#: The columns of nbgrader's own exporter, so that programs which read its file read this one too.
NBGRADER_COLUMNS = (
    *("assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email"),
    *POINTS,
)


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
        columns = [*NBGRADER_COLUMNS, *checks, *FIRST, *MORE]
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
        students = [s for s in gradebook.students if _wanted(s.id, self.student)]
        students.sort(key=lambda student: student.id)  # as on the class page
        for assignment in gradebook.assignments:
            name = assignment.name
            if not _wanted(name, self.assignment):
                continue
            connection = gradebook.db.connection()
            if course.late_policy(name):
                # Marks given by hand since the last grading change the penalties.
                update_penalties(connection, course, name)
            totals = read_totals(connection, course, name)
            gradebook.db.commit()
            found = {r.student: Found.of(r) for r in read_reports(course, name)}
            order = dict.fromkeys(cell for each in found.values() for cell in each.scores)
            submissions = {each.student_id: each for each in assignment.submissions}
            for student in students:
                row = _nbgraders_row(assignment, student, submissions.get(student.id))
                cells = shared(totals[student.id], found.get(student.id))
                ordered = {cell: cells[cell] for cell in order if cell in cells}
                yield {**row, **ordered, **cells}


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
