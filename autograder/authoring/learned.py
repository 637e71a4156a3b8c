"""Known mistakes from a class: what several students share, and has no name, as drafts.

A draft changes the body of the solution's function to that of a student's. It is one only if that
gives the numbers of the group, which is tried in the sandbox, as if each had handed it in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from autograder.authoring.mistakes_file import add_mistakes
from autograder.authoring.replacement import Unfit, replacement
from autograder.classroom.grader import Grader
from autograder.classroom.shared_numbers import code_in_file, shared_numbers, unexplained_in
from autograder.exercise.error import ExerciseError
from autograder.exercise.mistake import Mistake
from autograder.report import Report, Unexplained
from autograder.submission import parse_submission

#: So many functions of a group are tried, and each for so many of its students.
MOST_TRIED, MOST_COMPARED = 5, 20


class Member(NamedTuple):
    """A student of a group: the file that was graded, and what the function in it gave."""

    student: str
    path: str
    sha256: str
    gave: Unexplained


class Draft(NamedTuple):
    """What became of a group of so many ``students``: a ``mistake`` without a sentence that gives
    the numbers, or why there is none. Of the students that were ``compared`` it explains ``whole``
    results of so many; the others have more mistakes than this one. ``code`` is an example."""

    function: str
    quantity: str
    students: int
    code: str
    mistake: Mistake | None = None
    problem: str = ""
    whole: int = 0
    compared: int = 0


def drafts(grader: Grader, reports: Iterable[Report]) -> Iterator[Draft]:
    """A draft for each group among reports, the largest first."""
    found: dict[str, dict[str, Member]] = {}
    for report in reports:
        for function, gave in unexplained_in(report.functions).items():
            member = Member(report.student, report.path, report.sha256, gave)
            found.setdefault(report.student, {})[function] = member
    gave_by = {s: {name: each.gave for name, each in of.items()} for s, of in found.items()}
    taken = {mistake.id for mistake in grader.solution.exercise.mistakes}
    for group in shared_numbers(gave_by.items()):
        of = [found[student][group.function] for student in group.students]
        draft = _Drafting(grader, group.function, of, taken).draft()
        if draft.mistake is not None:
            taken.add(draft.mistake.id)
        yield draft


def add_drafts(grader: Grader, found: Sequence[Draft]) -> Path:
    """Add drafts to the exercise's ``mistakes.py``, and return its path.

    Raises `CourseError` where they cannot be added.
    """
    path = grader.course.solutions / grader.name / "mistakes.py"
    entries = [
        (f"{each.students} students of a class share this. Say what it is, or remove it.", mistake)
        for each in found
        if (mistake := each.mistake) is not None
    ]
    if entries:
        add_mistakes(path, entries)
    return path


class _Drafting:
    """The search for a draft of one group."""

    def __init__(
        self, grader: Grader, function: str, members: Sequence[Member], taken: Iterable[str]
    ) -> None:
        self._grader, self._function, self._members = grader, function, members
        stem = re.sub(r"[^a-z0-9]+", "-", function.lower()).strip("-")
        ids = (f"{stem}-shared-{number}" for number in range(1, len(members) + len([*taken]) + 2))
        self._id = next(each for each in ids if each not in taken)

    def draft(self) -> Draft:
        """The draft that explains most results, of those that are tried."""
        codes = self._codes()
        quantity = self._members[0].gave.quantity
        group = Draft(self._function, quantity, len(self._members), next(iter(codes), ""))
        if earlier := self._earlier():
            return group._replace(problem=f"it is in mistakes.py already, as {earlier}")
        if not codes:
            return group._replace(problem="no file is the one that was graded any more")
        tried = []
        for code in codes:
            tried.append(self._tried(group._replace(code=code)))
            if tried[-1].mistake is not None and tried[-1].whole == tried[-1].compared:
                return tried[-1]
        best = max(tried, key=lambda each: each.whole)
        return best if best.mistake is not None else tried[0]

    def _earlier(self) -> str:
        """The id of a mistake without a sentence that gives the numbers."""
        for mistake in self._grader.solution.exercise.mistakes:
            if mistake.function == self._function and not mistake.message.strip():
                gave = self._gives(mistake, self._members[0])
                if gave is not None and gave.numbers == self._members[0].gave.numbers:
                    return mistake.id
        return ""

    def _codes(self) -> list[str]:
        """The functions of the group that are different, the first ones."""
        codes: dict[str, None] = {}
        for member in self._members:
            code = code_in_file(Path(member.path), member.sha256, self._function)
            codes |= {code: None} if code else {}
            if len(codes) == MOST_TRIED:
                break
        return list(codes)

    def _tried(self, draft: Draft) -> Draft:
        """The draft, with a mistake that gives its numbers, or why there is none."""
        students = [member.student for member in self._members]
        try:
            texts = replacement(self._grader.solution, self._function, draft.code, students)
        except Unfit as error:
            return draft._replace(problem=str(error))
        mistake = Mistake(self._id, self._function, *texts)
        whole, compared = 0, self._members[:MOST_COMPARED]
        for member in compared:
            gave = self._gives(mistake, member)
            if gave is None or gave.numbers != member.gave.numbers:
                why = "in the place of the solution's function it gives other numbers"
                return draft._replace(problem=why)
            whole += gave.whole == member.gave.whole
        if not whole:  # a mistake is named by all numbers of a function
            return draft._replace(problem=f"it gives nobody's numbers besides {draft.quantity}")
        return draft._replace(mistake=mistake, whole=whole, compared=len(compared))

    def _gives(self, mistake: Mistake, member: Member) -> Unexplained | None:
        """What the function gives on a student's instances with a mistake in the solution."""
        solution = self._grader.solution
        try:
            source = mistake.apply(solution.source)
        except ExerciseError:
            return None
        submission = parse_submission(f"{solution.name}.py", source.encode())
        report = self._grader.grade(submission, member.student)
        return unexplained_in(report.functions).get(self._function)
