"""A student is removed from a course, or gets another id.

What is changed lies in several places, so that a change can be interrupted between them. It is
written down before it begins, each of its steps can be repeated, and nobody is graded until the
same command has been run again.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

from sqlalchemy import (
    Column,
    Connection,
    MetaData,
    Table,
    delete,
    insert,
    inspect,
    literal,
    select,
    update,
)

from autograder.classroom.journal import Journal, graded_students
from autograder.classroom.journal_folder import FOLDER, make_folder
from autograder.classroom.page import PAGE, TABLE
from autograder.classroom.write_page import PAGES, write_class
from autograder.course import COURSE_FILE, Course, CourseError
from autograder.display.page import page_name
from autograder.faults import Refusal
from autograder.files import write_file
from autograder.nbgrader import audit
from autograder.nbgrader.database import (
    comment,
    grade,
    student,
    submitted_assignment,
    submitted_notebook,
)
from autograder.nbgrader.platform import Nbgrader
from autograder.nbgrader.removed import note_removed
from autograder.nbgrader.students import (
    REPLACED,
    Change,
    change_file,
    in_gradebook,
    names_in,
    nearest,
    open_gradebook,
    require_unchanging,
    unfinished_change,
)
from autograder.text import visible_name

#: The folders with one for each student.
_FOLDERS = ("submitted", "autograded", "feedback", REPLACED)
#: Bytes of a file's name.
_LONGEST_NAME = 200


def require_possible(course: Course, change: Change) -> list[str]:
    """The places where a change is made, in words; raises `CourseError` if it cannot be."""
    unfinished = unfinished_change(course)
    if unfinished not in (None, change):
        require_unchanging(course)
    places = dict(_places(course, change))
    everybody = set().union(*places.values())
    if change.new:
        _require_id(course, change)
    if unfinished is None:
        if change.old not in everybody:
            raise CourseError(
                f"There is no student {change.old!r} in the course.{nearest(change.old, everybody)}"
            )
        if change.new in everybody:
            raise CourseError(
                f"There is a student {change.new!r} already, and nothing was changed. Take another "
                f"id, or remove that one first."
            )
    return [place for place, students in places.items() if change.old in students]


def make(course: Course, change: Change) -> Iterator[str]:
    """Make a change that is possible; yields a line for each thing that is left to do."""
    make_folder(course)
    note = change_file(course)
    with ExitStack() as opened:
        journals = [opened.enter_context(Journal(course, name)) for name in _graded(course)]
        write_file(note, json.dumps(change))
        _in_transaction(course, change)
        note_removed(course, *change)
        for folder in _FOLDERS:
            _change_folder(course.root / folder, change)
        for journal in journals:
            if _is_text(change.old):
                journal.rename(*change) if change.new else journal.remove(change.old)
    for name in _assignments(course):
        yield from _change_pages(course, name, change)
        if (course.root / "report" / f"{name}-alike").is_dir():
            yield f"report/{name}-alike is as it was: run `autograder alike {name}` again."
    note.unlink()
    if (course.root / "grades.csv").is_file():
        yield "grades.csv is as it was: run `nbgrader export` again."
    if any(each.student == change.old for each in course.extensions):
        what = f"give it to {change.new}" if change.new else "take it out"
        yield f"{COURSE_FILE} has an extension for {change.old}: {what}."
    if change.new:
        yield (
            "Hidden instances depend on the id: the next `autograder grade` grades the work of "
            f"{visible_name(change.new)} again."
        )


def _places(course: Course, change: Change) -> Iterator[tuple[str, set[str]]]:
    """Where a student can be, and who is there."""
    yield "the gradebook, with all marks", set(in_gradebook(course, change.command))
    old = visible_name(change.old)
    for folder in _FOLDERS:
        yield f"{folder}/{old}", set(names_in(course, folder))
    for name in _assignments(course):
        yield f"what was graded of {name}", set(graded_students(course, name))
        pages = names_in(course, f"report/{name}/{PAGES}")
        has_page = page_name(change.old) in pages
        yield f"the class page of {name}", {change.old} if has_page else set()


def _graded(course: Course) -> list[str]:
    """The assignments of which anything was graded."""
    return sorted(path.stem for path in (course.root / FOLDER).glob("*.sqlite"))


def _assignments(course: Course) -> list[str]:
    """Those, and the course's: a class page outlives what was graded."""
    return sorted({*_graded(course), *(assignment.name for assignment in course.assignments)})


def _require_id(course: Course, change: Change) -> None:
    new = change.new
    longest = Nbgrader(course, "").longest_id or _LONGEST_NAME
    wrong = ""
    if not new.isprintable() or "/" in new or new.startswith(".") or new != new.strip():
        wrong = "it is also the name of folders: no /, no dot or space at its beginning"
    elif len(new.encode()) > longest:
        wrong = f"it has {len(new)} characters, and at most {longest} are possible"
    elif new == change.old:
        wrong = "it is the student's already"
    if wrong:
        raise CourseError(f"{visible_name(new)!r} cannot be the new id: {wrong}.")


def _is_text(name: str) -> bool:
    """Whether a name can be in a database; one of a folder need not be text."""
    try:
        return bool(name.encode())
    except UnicodeEncodeError:
        return False


def _in_transaction(course: Course, change: Change) -> None:
    database = open_gradebook(course, change.command)
    if database is not None and _is_text(change.old):
        row = audit.new_id()
        work: Callable[[Connection], None] = lambda c: _change_rows(c, change, row)  # noqa: E731
        with database:
            database.write(work)


def _change_rows(connection: Connection, change: Change, row: str) -> None:
    audit.change_student(connection, row, change.old, change.new)
    theirs = submitted_assignment.c.student_id == change.old
    if change.new:
        _copy_student(connection, change)
        connection.execute(update(submitted_assignment).where(theirs).values(student_id=change.new))
    else:
        submissions = select(submitted_assignment.c.id).where(theirs)
        in_them = submitted_notebook.c.assignment_id.in_(submissions)
        notebooks = select(submitted_notebook.c.id).where(in_them)
        for table in (comment, grade):
            connection.execute(delete(table).where(table.c.notebook_id.in_(notebooks)))
        connection.execute(delete(submitted_notebook).where(in_them))
        connection.execute(delete(submitted_assignment).where(theirs))
    connection.execute(delete(student).where(student.c.id == change.old))


def _copy_student(connection: Connection, change: Change) -> None:
    """Add the student under the new id, with the name and the address that nbgrader has."""
    if connection.scalar(select(student.c.id).where(student.c.id == change.new)) is not None:
        return
    names = [column["name"] for column in inspect(connection).get_columns(student.name)]
    table = Table(student.name, MetaData(), *map(Column, names))
    same = [table.c[name] for name in names if name != "id"]
    row = select(literal(change.new), *same).where(table.c.id == change.old)
    connection.execute(insert(table).from_select(["id", *(c.name for c in same)], row))


def _change_folder(folder: Path, change: Change) -> None:
    old, new = folder / change.old, folder / change.new
    # What is listed is in the folder, whatever the name of a student in the gradebook is.
    if change.old not in (os.listdir(folder) if folder.is_dir() else ()):
        return
    if change.new:
        if os.path.lexists(new):
            raise CourseError(f"{new} is there as well as {old}. Move one of them away.")
        old.rename(new)
    elif old.is_dir() and not old.is_symlink():
        shutil.rmtree(old)
    else:
        old.unlink()


def _change_pages(course: Course, name: str, change: Change) -> Iterator[str]:
    """Write the class pages of an assignment again, where there are any."""
    for hide_names, ending in ((False, ""), (True, "-without-names")):
        folder = course.root / "report" / f"{name}{ending}"
        if not (folder / PAGE).is_file():
            continue
        (folder / PAGES / page_name(change.old)).unlink(missing_ok=True)
        try:
            write_class(course, name, Nbgrader(course, name), folder, hide_names)
        except Refusal as error:  # nobody is left, or the exercise is not what it was
            for file in (PAGE, TABLE):
                (folder / file).unlink(missing_ok=True)
            yield f"The class page of {name} was removed, since it cannot be made again: {error}"
