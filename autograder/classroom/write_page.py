"""``autograder report``: the class page, its table, and a page for each student, in one folder."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

from autograder.classroom.journal import read_reports
from autograder.classroom.needs_attention import needs
from autograder.classroom.overview import Gatherer, Roster, StudentRow
from autograder.classroom.page import PAGE, TABLE, class_csv, class_page
from autograder.classroom.platform import Platform
from autograder.course import Course, CourseError
from autograder.display.page import write_pages
from autograder.exercise.solution import load_solution
from autograder.report import Report

#: Where the students' pages are.
PAGES = "students"
#: By this a page of ours is known; it stands near its beginning.
_OURS = b'<meta name="generator" content="autograder">'


def write_class(
    course: Course, name: str, platform: Platform, folder: Path, hide_names: bool = False
) -> Path:
    """Write the page of an assignment's class into a folder, and each student's own unless the
    names are hidden; the path of the first.

    Raises `CourseError` where nothing was graded, or something else lies there.
    """
    course.assignment(name)
    reports = read_reports(course, name)
    first = next(reports, None)
    if first is None:
        raise CourseError(f"Nothing of {name} is graded yet. Run `autograder grade {name}` first.")
    _make_room(folder, hide_names)
    marks = platform.marks()
    if marks.missing:  # a class is shown without it too
        print(f"{marks.missing} The page is made without it.", file=sys.stderr)
    solution = load_solution(course, name)
    students: list[StudentRow] = []
    noted = _noted(chain([first], reports), Gatherer(marks), students)
    if hide_names:
        deque(noted, maxlen=0)
        roster, found, linked = Roster(students).without_names(course.key()), [], {}
    else:
        paths = write_pages(folder / PAGES, noted, solution.sheet(course.key()))
        linked = {s.id: f"{PAGES}/{path.name}" for s, path in zip(students, paths, strict=True)}
        handed_in = platform.class_folders()
        roster = Roster(students, [student for student in handed_in if student not in linked])
        found = needs(roster, name, platform.advice)
    page = folder / PAGE
    by_hand = sum(solution.exercise.questions.values())
    text = class_page(course, name, roster, found, linked, not marks.missing, by_hand)
    page.write_text(text, encoding="utf-8")
    (folder / TABLE).write_text(class_csv(roster), encoding="utf-8", newline="")
    return page


def _noted(
    reports: Iterable[Report], gatherer: Gatherer, students: list[StudentRow]
) -> Iterator[Report]:
    """Pass reports on one at a time, and keep what a class needs of each."""
    for report in reports:
        students.append(gatherer.student(report))
        yield report


def _make_room(folder: Path, hide_names: bool) -> None:
    """Make the folder, for its owner only: it holds everybody's scores. A page that is not ours is
    not overwritten, and one without names does not go where there are names."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise CourseError(f"{folder} is not a folder. Name another one for --into.") from None
    page = folder / PAGE
    if hide_names and (folder / PAGES).exists():
        raise CourseError(f"{folder} holds pages with names. Name another folder for --into.")
    if page.exists():
        with open(page, "rb") as stream:
            if _OURS not in stream.read(500):
                raise CourseError(
                    f"{page} is there and is no class page. Name another folder for --into."
                )
