"""Writes reports to nbgrader's gradebook, in one transaction for each submission.

The rows are the same as those of nbgrader's own programming interface."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    Select,
    and_,
    bindparam,
    case,
    func,
    insert,
    not_,
    or_,
    select,
    text,
    update,
)

from autograder.classroom.journal import read_report
from autograder.classroom.platform import NotRecorded
from autograder.course import Course, CourseError
from autograder.exercise.answer_key import AnswerKey
from autograder.late import Late, seconds_late
from autograder.nbgrader import audit
from autograder.nbgrader.answers import Changes
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
    task_cells,
)
from autograder.nbgrader.graded_cells import GradedCells
from autograder.nbgrader.penalties import update_penalties
from autograder.nbgrader.release import Release
from autograder.nbgrader.totals import read_waiting
from autograder.report import Report
from autograder.submission import check_id
from autograder.text import visible_name


def require_known(course: Course, answer_key: AnswerKey) -> None:
    """Raise `CourseError` unless the gradebook has the assignment's cells, with the same points."""
    name = answer_key.name
    with Database(course, name) as database:
        cells = database.read(lambda c: c.execute(_CELLS, {"assignment": name}).all())
        points = {
            cell.name: cell.max_score
            for cell in cells
            if cell.type == "GradeCell" and cell.notebook == name
        }
        for function in answer_key.checked:
            known = points.get(check_id(function.name))
            if known is None:
                raise database.unknown
            if known != function.max_score:
                raise CourseError(
                    f"{function.name} is worth {function.max_score:g} points now, but "
                    f"{known:g} in the gradebook. Run `autograder build {name}` first."
                )


class GradebookWriter:
    """Writes the reports of one assignment to the course's gradebook, which is opened once.

    It is a context manager. The database is the one that ``autograder build`` created. When it is
    locked or cannot be reached, each operation is retried for ``timeout`` seconds, then raises
    `GradebookUnavailable`.
    """

    def __init__(
        self,
        course: Course,
        release: Release,
        timeout: float | None = None,
        key_fingerprint: str = "",
    ) -> None:
        self._course = course
        self._release = release
        self._key_fingerprint = key_fingerprint
        self._has_audit = False
        self._database = Database(course, release.name, timeout)

    def __enter__(self) -> GradebookWriter:
        self._database.__enter__()
        return self

    def __exit__(self, *about: object) -> None:
        self._database.__exit__(*about)

    @property
    def repeated(self) -> int:
        """How many transactions had to be repeated."""
        return self._database.repeated

    def scores(self) -> dict[str, dict[str, float | None]]:
        """The automatic scores in the gradebook, by student and grade cell; None for no score."""
        query = (
            select(submitted_assignment.c.student_id, base_cell.c.name, grade.c.auto_score)
            .select_from(assignment)
            .join(submitted_assignment, submitted_assignment.c.assignment_id == assignment.c.id)
            .outerjoin(
                submitted_notebook, submitted_notebook.c.assignment_id == submitted_assignment.c.id
            )
            .outerjoin(grade, grade.c.notebook_id == submitted_notebook.c.id)
            .outerjoin(base_cell, base_cell.c.id == grade.c.cell_id)
            .where(assignment.c.name == self._release.name)
        )
        scores: dict[str, dict[str, float | None]] = {}
        for student, cell, score in self._database.read(lambda c: c.execute(query).all()):
            cells = scores.setdefault(student, {})
            if cell is not None:
                cells[cell] = score
        return scores

    def waiting(self) -> dict[str, list[str]]:
        """The cells that a person has to mark, by student."""
        return self._database.read(lambda c: read_waiting(c, self._release.name))

    def late(self) -> dict[str, Late]:
        """The late students in the gradebook, after an update of their penalties."""
        return self._database.write(lambda c: update_penalties(c, self._course, self._release.name))

    def write(
        self, report: Report, sources: Mapping[str, str], handed_in: datetime | None
    ) -> Late | None:
        """Write a report's scores, comments and penalty, and what of it is for the audit, in one
        transaction; the penalty.

        A test cell's score is the function's, between 0 and its points. A question is left for a
        person unless it was not answered. Marks given by hand stay; where the answer changed since
        the last report in the journal, they are flagged for review.
        ``sources`` are the cells of the notebook in ``autograded/``, by id. If ``handed_in`` is
        None, the time of an earlier grading stays.
        """
        try:
            report.student.encode()
        except UnicodeEncodeError:
            raise NotRecorded(
                f"The name {visible_name(report.student)} is not valid UTF-8. "
                "Rename the folder of that name."
            ) from None
        functions = {check_id(function.name): function for function in report.functions}
        elsewhere = report.problem("answer-elsewhere")
        text = elsewhere.message if elsewhere else ""
        found = GradedCells(self._release, functions, sources, text)
        row = audit.new_id()
        late = self._database.write(lambda c: self._record(c, row, report, handed_in, found))
        self._has_audit = True
        return late

    def _record(
        self,
        connection: Connection,
        row: str,
        report: Report,
        timestamp: datetime | None,
        found: GradedCells,
    ) -> Late | None:
        student = report.student
        if not self._has_audit:
            audit.require_table(connection)
        # The lock on the assignment's row keeps other runs from writing the same submission.
        cells = connection.execute(_CELLS_LOCKED, {"assignment": self._release.name}).all()
        if not cells:
            raise self._database.unknown
        connection.execute(_NEW_STUDENT, {"id": student})
        ours = {"assignment": cells[0].assignment_id, "student": student}
        submission = connection.scalar(_SUBMISSION, ours)
        if submission is None:
            changed = self._add(connection, student, timestamp, cells, found)
        else:
            if timestamp is not None:
                connection.execute(_NEW_TIMESTAMP, {**ours, "handed_in": timestamp})
            changed = self._change(connection, submission, report, cells, found)
        audit.add(connection, row, audit.graded(report, changed, self._key_fingerprint))
        if submission is None and not seconds_late(timestamp, cells[0].duedate):
            return None  # there is no penalty to update
        return update_penalties(connection, self._course, self._release.name, student).get(student)

    def _change(
        self,
        connection: Connection,
        submission: str,
        report: Report,
        cells: Sequence[Row[Any]],
        found: GradedCells,
    ) -> audit.Changed:
        """Update an existing submission; what that changed."""
        name = self._release.name
        cells = [cell for cell in cells if cell.notebook == name]  # nbgrader grades others
        query = select(submitted_notebook.c.notebook_id, submitted_notebook.c.id).where(
            submitted_notebook.c.assignment_id == submission,
            submitted_notebook.c.notebook_id.in_({cell.notebook_id for cell in cells}),
        )
        ids = {row.notebook_id: row.id for row in connection.execute(query)}
        grades, comments = found.rows(cells, ids)
        known = {
            each.cell_id: each for each in connection.execute(_KNOWN, {"submission": submission})
        }
        marked = {cell for cell, each in known.items() if each.is_marked}
        # The journal is never ahead of the gradebook: after a kill an answer counts as changed.
        before = read_report(self._course, name, report.student) if marked else None
        changes, names = Changes(before, report), {cell.cell_id: cell.name for cell in cells}
        for row in grades:
            cell_id, is_marked = names[row["cell_id"]], row["cell_id"] in marked
            row["changed"] = is_marked and changes.answer(cell_id)
            row["helpers_changed"] = is_marked and cell_id in found.functions and changes.code
        for statement, rows in ((_OLD_GRADE, grades), (_OLD_COMMENT, comments)):
            keys = {"notebook_id": "in", "cell_id": "cell"}
            renamed = [{keys.get(key, key): value for key, value in row.items()} for row in rows]
            _many(connection, statement, renamed)
        return audit.Changed.between(
            {names[cell]: each.auto_score for cell, each in known.items() if cell in names},
            {names[row["cell_id"]]: row["auto_score"] for row in grades},
            sorted(names[cell] for cell in self._flagged(connection, submission, marked)),
        )

    def _flagged(self, connection: Connection, submission: str, marked: set[str]) -> set[str]:
        """The cells among ``marked`` whose mark does not stand any more."""
        if not marked:
            return set()
        now = connection.execute(_KNOWN, {"submission": submission})
        return marked - {each.cell_id for each in now if each.is_marked}

    def _add(
        self,
        connection: Connection,
        student: str,
        timestamp: datetime | None,
        cells: Sequence[Row[Any]],
        found: GradedCells,
    ) -> audit.Changed:
        """Add a submission with rows for all notebooks and cells of the assignment; what that
        changed."""
        submission = {
            "id": _new_id(),
            "assignment_id": cells[0].assignment_id,
            "student_id": student,
            "timestamp": timestamp,
        }
        connection.execute(_ADD_SUBMISSION, submission)
        ids = {cell.notebook_id: _new_id() for cell in cells if cell.notebook_id is not None}
        notebooks = [
            {"id": ours, "assignment_id": submission["id"], "notebook_id": its, "flagged": False}
            for its, ours in ids.items()
        ]
        _many(connection, _ADD_NOTEBOOK, notebooks)
        grades, comments = found.rows(cells, ids)
        _many(connection, _ADD_GRADE, [{"id": _new_id(), **row} for row in grades])
        _many(connection, _ADD_COMMENT, [{"id": _new_id(), **row} for row in comments])
        names = {cell.cell_id: cell.name for cell in cells}
        scores = {names[row["cell_id"]]: row["auto_score"] for row in grades}
        return audit.Changed.between(None, scores)


#: The assignment's notebooks and their cells; a row with NULLs if it has none. Statements are built
#: once, since building one takes longer than running it.
_CELLS: Select[Any] = (
    select(
        assignment.c.id.label("assignment_id"),
        assignment.c.duedate,
        notebook.c.id.label("notebook_id"),
        notebook.c.name.label("notebook"),
        base_cell.c.id.label("cell_id"),
        base_cell.c.name,
        base_cell.c.type,
        func.coalesce(grade_cells.c.max_score, task_cells.c.max_score, 0.0).label("max_score"),
    )
    .select_from(assignment)
    .outerjoin(notebook, notebook.c.assignment_id == assignment.c.id)
    .outerjoin(base_cell, base_cell.c.notebook_id == notebook.c.id)
    .outerjoin(grade_cells, grade_cells.c.id == base_cell.c.id)
    .outerjoin(task_cells, task_cells.c.id == base_cell.c.id)
    .where(assignment.c.name == bindparam("assignment"))
)
_CELLS_LOCKED = _CELLS.with_for_update(key_share=True, of=assignment)
_OURS = and_(
    submitted_assignment.c.assignment_id == bindparam("assignment"),
    submitted_assignment.c.student_id == bindparam("student"),
)
_SUBMISSION = select(submitted_assignment.c.id).where(_OURS)
_NEW_TIMESTAMP = update(submitted_assignment).where(_OURS).values(timestamp=bindparam("handed_in"))
_ADD_SUBMISSION, _ADD_NOTEBOOK, _ADD_GRADE, _ADD_COMMENT = map(
    insert, (submitted_assignment, submitted_notebook, grade, comment)
)
#: Runs for two assignments may add the same student at the same time.
_NEW_STUDENT = text("INSERT INTO student (id) VALUES (:id) ON CONFLICT DO NOTHING")
#: The automatic scores of a submission, and whether a mark given by hand stands beside them.
_KNOWN = (
    select(
        grade.c.cell_id,
        grade.c.auto_score,
        and_(grade.c.manual_score.is_not(None), not_(grade.c.needs_manual_grade)).label(
            "is_marked"
        ),
    )
    .join(submitted_notebook, submitted_notebook.c.id == grade.c.notebook_id)
    .where(submitted_notebook.c.assignment_id == bindparam("submission"))
)
_FLAG = grade.c.needs_manual_grade.type
#: A mark that is flagged stays so. Another score of a function is the code's doing only where any
#: code changed. Both ids are given because nbgrader's index is on both.
_OLD_GRADE = (
    update(grade)
    .where(grade.c.cell_id == bindparam("cell"), grade.c.notebook_id == bindparam("in"))
    .values(
        auto_score=bindparam("auto_score"),
        needs_manual_grade=case(
            (grade.c.manual_score.is_(None), bindparam("needs_manual_grade", type_=_FLAG)),
            else_=or_(
                grade.c.needs_manual_grade,
                bindparam("changed", type_=_FLAG),
                and_(
                    bindparam("helpers_changed", type_=_FLAG),
                    grade.c.auto_score.is_distinct_from(bindparam("auto_score")),
                ),
            ),
        ),
    )
)
_OLD_COMMENT = (
    update(comment)
    .where(comment.c.cell_id == bindparam("cell"), comment.c.notebook_id == bindparam("in"))
    .values(auto_comment=bindparam("auto_comment"))
)


def _many(connection: Connection, statement: Any, rows: list[dict[str, Any]]) -> None:
    if rows:
        connection.execute(statement, rows)


def _new_id() -> str:
    return uuid.uuid4().hex
