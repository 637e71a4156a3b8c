"""``autograder report``: the class page, its table, and a page for each student, in one folder."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from pathlib import Path

from autograder.attention import needs
from autograder.batch import submitted_folders
from autograder.classpage import PAGE, PAGES, TABLE, class_csv, class_page
from autograder.course import Course, CourseError
from autograder.journal import read_reports
from autograder.marks import Marks, read_marks
from autograder.report import Report
from autograder.roster import Gatherer, Roster

#: By this a page of ours is known; it stands near its beginning.
_OURS = b'<meta name="generator" content="autograder">'


def write_class(
    course: Course,
    name: str,
    folder: Path,
    hide_names: bool = False,
    student_page: Callable[[Report], str] | None = None,
) -> Path:
    """Write the page of an assignment's class into a folder; its path.

    With ``student_page``, which makes the page of a report, each student gets one too, unless the
    names are hidden. Raises `CourseError` where nothing was graded, or something else lies there.
    """
    course.assignment(name)
    reports = read_reports(course, name)
    first = next(reports, None)
    if first is None:
        raise CourseError(f"Nothing of {name} is graded yet. Run `autograder grade {name}` first.")
    _make_room(folder, hide_names)
    marks = _marks(course, name)
    pages = None if hide_names else student_page
    roster = _gather(course, name, marks, _with_pages(chain([first], reports), folder, pages))
    found, linked = needs(roster, name), [s.id for s in roster.students if pages is not None]
    if hide_names:  # what needs a person is not for the class
        roster, found = roster.without_names(course.key()), []
    page = folder / PAGE
    text = class_page(course, name, roster, found, set(linked), complete=marks is not None)
    page.write_text(text, encoding="utf-8")
    (folder / TABLE).write_text(class_csv(roster), encoding="utf-8", newline="")
    return page


def _with_pages(
    reports: Iterable[Report], folder: Path, student_page: Callable[[Report], str] | None
) -> Iterator[Report]:
    """Pass reports on, and write each student's page."""
    for report in reports:
        if student_page is not None:
            page = folder / PAGES / f"{report.student}.html"
            page.parent.mkdir(exist_ok=True)
            page.write_text(student_page(report), encoding="utf-8")
        yield report


def _gather(course: Course, name: str, marks: Marks | None, reports: Iterable[Report]) -> Roster:
    gatherer = Gatherer(course, name, marks)
    students = [gatherer.student(report) for report in reports]
    graded = {student.id for student in students}
    handed_in = (path.parent.name for path in submitted_folders(course, name))
    return Roster(students, [student for student in handed_in if student not in graded])


def _marks(course: Course, name: str) -> Marks | None:
    """What the gradebook knows; a class is shown without it too."""
    try:
        return read_marks(course, name)
    except CourseError as error:
        print(f"{error} The page is made without it.", file=sys.stderr)
        return None


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
