"""The marks of written answers in the gradebook, read and written one at a time."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, bindparam, select, update

from autograder.course import Course, CourseError
from autograder.faults import Refusal
from autograder.nbgrader.database import (
    Database,
    assignment,
    base_cell,
    comment,
    grade,
    grade_cells,
    notebook,
    submitted_assignment,
    submitted_notebook,
)
from autograder.nbgrader.penalties import update_penalties
from autograder.text import plural, points_text

_POINTS = re.compile(r"[0-9]{1,4}(?:[.,][0-9]{0,4})?|[.,][0-9]{1,4}")
_MAX_COMMENT = 20_000


class Mark(NamedTuple):
    """What a person gave for an answer; ``waits`` if one has to look at it."""

    points: float | None
    comment: str
    waits: bool

    @property
    def seen(self) -> str:
        """By this it is known whether somebody marked meanwhile."""
        return hashlib.sha256(json.dumps(self).encode()).hexdigest()[:16]


class Marked(NamedTuple):
    """A row of the gradebook: the mark of one student's answer."""

    grade_id: str
    comment_id: str | None
    student: str
    question: str
    max_points: float
    automatic: float | None
    mark: Mark


class MarkedMeanwhile(Refusal):
    """Somebody else marked the answer; ``mark`` is theirs."""

    def __init__(self, mark: Mark) -> None:
        points = "no points" if mark.points is None else plural(mark.points)
        said = f", comment: {mark.comment}" if mark.comment else ""
        super().__init__(f"Somebody gave {points} meanwhile{said}. Save again to write yours.")
        self.mark = mark


class HandMarks:
    """The marks of an assignment's written answers; a context manager."""

    def __init__(self, course: Course, name: str) -> None:
        self._course, self._name = course, name
        self._database = Database(course, name, command=f"autograder mark {name}")

    def __enter__(self) -> HandMarks:
        self._database.__enter__()
        return self

    def __exit__(self, *about: object) -> None:
        self._database.__exit__(*about)

    def of(self, question: str) -> list[Marked]:
        """Everybody's marks of a question."""
        given = {"assignment": self._name, "cell": question}
        query = _MARKS.where(base_cell.c.name == bindparam("cell"))
        return [
            _marked(row) for row in self._database.read(lambda c: c.execute(query, given).all())
        ]

    def find(self, grade_id: str) -> Marked:
        """One mark; raises `Refusal` where it is no longer in the gradebook."""
        return self._database.read(lambda c: self._find(c, grade_id))

    def save(self, grade_id: str, seen: str, points: float | None, comment: str) -> Marked:
        """Write a mark, as formgrader does, and the penalty that follows from it.

        ``seen`` is that of the mark it replaces. Raises `MarkedMeanwhile` where there is another
        one now.
        """
        return self._database.write(lambda c: self._save(c, grade_id, seen, points, comment))

    def _save(
        self, connection: Connection, grade_id: str, seen: str, points: float | None, text: str
    ) -> Marked:
        before = self._find(connection, grade_id, locked=True)
        if points is not None and points > before.max_points:
            raise Refusal(f"The question is worth {plural(before.max_points)}.")
        mark = Mark(points, text, points is None and before.automatic is None)
        if before.mark == mark:  # or written, and the connection broke before that was told
            return before
        if before.mark.seen != seen:
            raise MarkedMeanwhile(before.mark)
        values = {"grade": grade_id, "points": points, "waits": mark.waits}
        connection.execute(_SET_POINTS, values)
        if text != before.mark.comment:
            if before.comment_id is None:
                raise CourseError("The gradebook has no place for a comment on this answer.")
            row = {"row": before.comment_id, "text": text or None}
            connection.execute(_SET_COMMENT, row)
        update_penalties(connection, self._course, self._name, before.student)
        return before._replace(mark=mark)

    def _find(self, connection: Connection, grade_id: str, locked: bool = False) -> Marked:
        query = _MARKS.where(grade.c.id == bindparam("grade"))
        query = query.with_for_update(of=grade) if locked else query
        row = connection.execute(query, {"assignment": self._name, "grade": grade_id}).first()
        if row is None:
            raise Refusal("This answer is no longer in the gradebook. Reload the page.")
        return _marked(row)


def read_points(text: str) -> float | None:
    """Points as they were typed; None for none, and raises `Refusal` for anything else."""
    text = text.strip()
    if text and not _POINTS.fullmatch(text):
        raise Refusal(f"{text[:20]!r} is no number of points.")
    return float(text.replace(",", ".")) if text else None


def read_comment(text: str) -> str:
    """A comment as it was typed; raises `Refusal` where the gradebook cannot hold it."""
    if len(text) > _MAX_COMMENT:
        raise Refusal(f"A comment may have {_MAX_COMMENT} characters.")
    text = text.encode("utf-8", "replace").decode().replace("\0", "")
    return text.replace("\r\n", "\n").strip()


def shown_points(mark: Mark) -> str:
    """The points as they are typed."""
    return "" if mark.points is None else points_text(mark.points)


def waiting(marks: Sequence[Marked]) -> int:
    """How many answers a person has to look at."""
    return sum(each.mark.waits for each in marks)


def _marked(row: Any) -> Marked:
    mark = Mark(row.manual_score, row.manual_comment or "", row.needs_manual_grade)
    return Marked(
        row.id, row.comment_id, row.student_id, row.name, row.max_score, row.auto_score, mark
    )


_SOLUTION = base_cell.alias()
#: nbgrader keeps the comment at a cell of the same name.
_COMMENTED = and_(
    _SOLUTION.c.notebook_id == base_cell.c.notebook_id,
    _SOLUTION.c.name == base_cell.c.name,
    _SOLUTION.c.type == "SolutionCell",
)
_MARKS = (
    select(
        grade.c.id,
        submitted_assignment.c.student_id,
        base_cell.c.name,
        grade_cells.c.max_score,
        grade.c.auto_score,
        grade.c.manual_score,
        grade.c.needs_manual_grade,
        comment.c.id.label("comment_id"),
        comment.c.manual_comment,
    )
    .select_from(grade)
    .join(base_cell, base_cell.c.id == grade.c.cell_id)
    .join(grade_cells, grade_cells.c.id == base_cell.c.id)
    .join(notebook, notebook.c.id == base_cell.c.notebook_id)
    .join(assignment, assignment.c.id == notebook.c.assignment_id)
    .join(submitted_notebook, submitted_notebook.c.id == grade.c.notebook_id)
    .join(submitted_assignment, submitted_assignment.c.id == submitted_notebook.c.assignment_id)
    .outerjoin(_SOLUTION, _COMMENTED)
    .outerjoin(
        comment,
        and_(comment.c.cell_id == _SOLUTION.c.id, comment.c.notebook_id == grade.c.notebook_id),
    )
    .where(assignment.c.name == bindparam("assignment"), notebook.c.name == assignment.c.name)
)
_SET_POINTS = (
    update(grade)
    .where(grade.c.id == bindparam("grade"))
    .values(manual_score=bindparam("points"), needs_manual_grade=bindparam("waits"))
)
_SET_COMMENT = (
    update(comment).where(comment.c.id == bindparam("row")).values(manual_comment=bindparam("text"))
)
