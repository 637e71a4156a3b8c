"""``autograder report``: the class page, its CSV, and a page for each student, in one folder."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import chain
from pathlib import Path

from autograder.classroom.journal import read_reports
from autograder.classroom.needs_attention import needs
from autograder.classroom.overview import Gatherer, Marks, Roster, StudentRow
from autograder.classroom.page import GENERATOR, PAGE, TABLE, class_csv, class_page
from autograder.classroom.page_folder import require_own
from autograder.classroom.platform import Platform
from autograder.classroom.shared_numbers import (
    Shared,
    shared_numbers,
    unexplained_in,
    with_examples,
)
from autograder.course import Course, CourseError
from autograder.display.page import write_pages
from autograder.exercise.solution import load_solution
from autograder.files import NewFiles
from autograder.report import Report

#: The folder of the students' pages.
PAGES = "students"


def write_class(
    course: Course,
    name: str,
    platform: Platform,
    folder: Path,
    hide_names: bool = False,
    tell: Callable[[Sequence[Shared]], object] = len,
) -> Path:
    """Write the class page of an assignment into a folder; its path.

    Each student's own page is written too, unless names are hidden. ``tell`` gets the groups of
    students that share wrong numbers. Raises `CourseError` when
    nothing was graded, or the folder cannot be used.
    """
    course.assignment(name)
    require_own(folder, PAGE, GENERATOR, "a class page")
    if hide_names and (folder / PAGES).exists():
        raise CourseError(f"{folder} holds pages with names. Name another folder for --into.")
    marks = platform.marks()
    if not any(total.handed_in for total in marks.totals.values()):
        marks = marks._replace(totals={})  # a gradebook that was made again
    reports = _of_class(read_reports(course, name), marks)
    first = next(reports, None)
    if first is None:
        raise CourseError(
            f"No submission of {name} is graded yet. Run `autograder grade {name}` first."
        )
    if marks.missing:  # the page is still useful
        print(f"{marks.missing} The page is made without it.", file=sys.stderr)
    solution = load_solution(course, name)
    students: list[StudentRow] = []
    gathered = _gathered(chain([first], reports), Gatherer(marks), students)
    with NewFiles(folder, 0o700) as new:
        if hide_names:
            deque(gathered, maxlen=0)
            roster, found, linked = Roster(students).without_names(course.key()), [], {}
        else:
            paths = write_pages(
                new, PAGES, gathered, solution.answer_key(course.exercise_key(name))
            )
            linked = {s.id: path for s, path in zip(students, paths, strict=True)}
            ungraded = [each for each in platform.class_folders() if each not in linked]
            roster = Roster(students, ungraded, list(_others(marks, linked, ungraded)))
            found = needs(roster, name, platform.advice)
        shared = shared_numbers((s.id, unexplained_in(s.functions)) for s in roster.students)
        if not hide_names:
            shared = list(with_examples(shared, course, name))
        by_hand = sum(solution.exercise.questions.values())
        text = class_page(course, name, roster, found, linked, not marks.missing, by_hand, shared)
        new.add(TABLE, class_csv(roster))
        new.add(PAGE, text)
        new.put()
    tell(shared)
    return folder / PAGE


def _of_class(reports: Iterator[Report], marks: Marks) -> Iterator[Report]:
    """Leave out whom the platform does not have any more."""
    totals = marks.totals
    return (
        r for r in reports if not totals or (r.student in totals and totals[r.student].handed_in)
    )


def _others(
    marks: Marks, graded: Collection[str], ungraded: Collection[str]
) -> Iterator[StudentRow]:
    """The rows of the class without a report."""
    for student, total in marks.totals.items():
        if student not in graded:
            why = "Nothing was handed in."
            if total.handed_in:
                why = "Not graded by autograder."
            elif student in ungraded:
                why = "Not graded yet."
            yield StudentRow.without_report(student, total, why)


def _gathered(
    reports: Iterable[Report], gatherer: Gatherer, students: list[StudentRow]
) -> Iterator[Report]:
    """Pass on reports one at a time, and add the row of each to ``students``."""
    for report in reports:
        students.append(gatherer.student(report))
        yield report
