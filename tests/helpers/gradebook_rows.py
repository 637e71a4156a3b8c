"""A gradebook as it is to be compared with another one."""

from __future__ import annotations

from typing import Any

import sqlalchemy
from nbgrader.api import Gradebook

from tests.conftest import NAME

#: Our own table, with the time of each grade.
AUDIT = "autograder_audit"


def rows(url: str) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table of nbgrader's, with names in the place of ids, which are drawn at
    random."""
    engine = sqlalchemy.create_engine(url)
    tables = sqlalchemy.MetaData()
    tables.reflect(engine, only=lambda name, _: name != AUDIT)
    with engine.connect() as connection:
        found = {
            name: [dict(row) for row in connection.execute(table.select()).mappings()]
            for name, table in tables.tables.items()
        }
    engine.dispose()
    names: dict[str, str] = {}

    def named(table: str, *keys: str) -> None:
        for row in found[table]:
            names[row["id"]] = "/".join([table, *(str(names.get(row[k], row[k])) for k in keys)])

    named("assignment", "name")
    named("notebook", "assignment_id", "name")
    named("base_cell", "notebook_id", "type", "name")
    named("source_cell", "notebook_id", "name")
    named("submitted_assignment", "assignment_id", "student_id")
    named("submitted_notebook", "assignment_id", "notebook_id")
    named("grade", "notebook_id", "cell_id")
    named("comment", "notebook_id", "cell_id")
    return {
        table: sorted(
            (tuple((k, names.get(str(v), v)) for k, v in row.items()) for row in found[table]),
            key=repr,
        )
        for table in found
    }


def computed(url: str) -> list[Any]:
    """What nbgrader works out of the rows, as formgrader and export show it."""
    with Gradebook(url, "backprop") as gradebook:
        of_class = gradebook.find_assignment(NAME)
        facts: list[Any] = [
            gradebook.average_assignment_score(NAME),
            gradebook.average_notebook_written_score(NAME, NAME),
            of_class.num_submissions,
            [without_id(s) for s in sorted(gradebook.student_dicts(), key=lambda s: s["id"])],
            [without_id(s) for s in by_student(gradebook.submission_dicts(NAME))],
            [without_id(s) for s in by_student(gradebook.notebook_submission_dicts(NAME, NAME))],
        ]
        for submission in sorted(of_class.submissions, key=lambda s: s.student_id):
            (notebook,) = submission.notebooks
            facts.append(
                [
                    without_id(submission.to_dict()),
                    without_id(notebook.to_dict()),
                    submission.total_seconds_late,
                    submission.late_submission_penalty,
                    *sorted((without_id(grade.to_dict()) for grade in notebook.grades), key=repr),
                    *sorted((without_id(c.to_dict()) for c in notebook.comments), key=repr),
                ]
            )
    return facts


def by_student(dicts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(dicts, key=lambda found: str(found["student"]))


def without_id(found: dict[str, Any]) -> tuple[Any, ...]:
    # `student_dicts` calls the students' names ids.
    keep = "first_name" in found and "student" not in found
    return tuple((k, v) for k, v in found.items() if keep or k != "id")
