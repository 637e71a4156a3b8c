"""Answers that give the same wrong numbers, and whose mistake has no name: one idea of several."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from autograder.classroom.journal import read_report
from autograder.course import Course
from autograder.exercise.definitions import definitions, extent_of
from autograder.report import FunctionReport, Unexplained
from autograder.submission import Submission, read_submission

SCHEMA = "autograder/shared/1"
#: So many groups have an example: to make one, a file is read.
MOST_EXAMPLES = 30
#: An example has no more lines than this.
_MOST_LINES = 60


class Shared(NamedTuple):
    """Students whose function has the same first wrong quantity, with the same numbers on every
    visible instance. ``path`` is an example, the first one's file, and ``code`` the function in it,
    if it can be read."""

    function: str
    quantity: str
    students: Sequence[str]
    path: str = ""
    code: str = ""

    @property
    def title(self) -> str:
        """How many they are, and what they share."""
        return f"{len(self.students)} students share this {self.quantity}"

    def to_json(self, assignment: str) -> str:
        """The group as one line of JSON, in the format that ``docs/reference.md`` describes."""
        data = {"schema": SCHEMA, "assignment": assignment, **self._asdict()}
        return json.dumps(data, ensure_ascii=False)


def unexplained_in(functions: Iterable[FunctionReport]) -> dict[str, Unexplained]:
    """What functions gave whose mistake has no name, by their names."""
    return {each.name: each.unexplained for each in functions if each.unexplained is not None}


def shared_numbers(found: Iterable[tuple[str, Mapping[str, Unexplained]]]) -> list[Shared]:
    """The groups of two and more students, the largest first; ``found`` has of each student what
    `unexplained_in` gives."""
    groups: dict[tuple[str, str, str], list[str]] = {}
    for student, functions in found:
        for name, given in functions.items():
            groups.setdefault((name, given.quantity, given.numbers), []).append(student)
    several = [
        Shared(name, quantity, students)
        for (name, quantity, _), students in groups.items()
        if len(students) > 1
    ]
    return sorted(several, key=lambda group: -len(group.students))


def with_examples(groups: Sequence[Shared], course: Course, name: str) -> Iterator[Shared]:
    """The groups, the largest of them with an example."""
    for at, group in enumerate(groups):
        report = read_report(course, name, group.students[0]) if at < MOST_EXAMPLES else None
        if report is None:
            yield group
            continue
        path = Path(report.path)
        code = code_in_file(path, report.sha256, group.function)
        lines = code.splitlines()
        if len(lines) > _MOST_LINES:
            code = "\n".join([*lines[:_MOST_LINES], "..."])
        inside = path.relative_to(course.root) if path.is_relative_to(course.root) else path
        yield group._replace(path=str(inside), code=code)


def code_in_file(path: Path, sha256: str, function: str) -> str:
    """A function's definition in the file that was graded; "" if that is no longer there."""
    try:
        submission = read_submission(path)
    except OSError:
        return ""
    return code_of(submission, function) if submission.sha256 == sha256 else ""


def code_of(submission: Submission, function: str) -> str:
    """The last definition of a function, or a method, in a submission; "" if there is none that can
    be read."""
    for cell in reversed(submission.cells):
        try:
            node = definitions(cell.source).get(function)
        except (SyntaxError, ValueError, RecursionError):  # IPython's syntax, or none
            if f"def {function.rpartition('.')[2]}" in cell.source:
                return ""
            continue
        if node is not None:
            return cell.source[slice(*extent_of(cell.source, node))].rstrip()
    return ""
