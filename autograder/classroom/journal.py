"""The journal of an assignment: a cache of the reports whose grades are recorded on the platform.

It is a SQLite database with one row for each student, added after the grade is recorded. A
transaction holds the rows of about a second: to sync each row to disk would take as long as
grading. A killed run loses at worst those rows, and these students are graded again. SQLite uses
its rollback journal here, not a WAL, which does not work on a network file system. The stored
reports let a second run skip what has not changed. What cannot be read is graded again.
"""

from __future__ import annotations

import json
import os
import sqlite3
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from autograder.classroom.journal_database import (
    UNREADABLE,
    as_fault,
    connect,
    is_damage,
    is_new,
    make,
    require_sound,
)
from autograder.classroom.journal_folder import FOLDER, hold_lock, make_folder, private_file
from autograder.course import Course, CourseError
from autograder.faults import MachineFault
from autograder.report import Report
from autograder.text import visible_text

#: The key of a report that the next run replaces; no digest is this.
_CHANGED = "changed"
#: The seconds between commits.
_COMMIT_SECONDS = 1.0


class JournalEntry(NamedTuple):
    """The part of an entry that a run holds in memory.

    ``key`` is a digest of everything that the grade depends on; ``scores`` are by function.
    """

    key: str
    scores: Mapping[str, float]


def journal_path(course: Course, name: str) -> Path:
    """The path of an assignment's journal."""
    return course.root / FOLDER / f"{name}.sqlite"


def read_reports(course: Course, name: str) -> Iterator[Report]:
    """Everybody's last report, in the order of the students; nothing where nobody was graded.

    Reports are read one at a time, since those of a class may not fit into memory, and each in its
    own transaction, so that a run which is grading is not blocked. One that cannot be read is
    named and left out. Raises `MachineFault` when the journal cannot be read.
    """
    path = journal_path(course, name)
    if not os.path.lexists(path):
        return
    with as_fault(path), closing(connect(path)) as database:
        if is_new(database):
            return
        for student in _students(database):
            try:
                report = _report(database, student)
            except UNREADABLE:
                wrong = f"the report of {student} cannot be read. Run `autograder grade {name}`."
                print(visible_text(f"{path}: {wrong}"), file=sys.stderr)
            else:
                if report is not None:
                    yield report


def graded_students(course: Course, name: str) -> list[str]:
    """Who has a report; raises `MachineFault` when the journal cannot be read."""
    path = journal_path(course, name)
    if not os.path.lexists(path):
        return []
    with as_fault(path), closing(connect(path)) as database:
        return [] if is_new(database) else _students(database)


def read_report(course: Course, name: str, student: str) -> Report | None:
    """A student's last report; None where there is none that can be read.

    Raises `MachineFault` when the journal cannot be read.
    """
    path = journal_path(course, name)
    if not os.path.lexists(path):
        return None
    with as_fault(path), closing(connect(path)) as database:
        if not is_new(database):
            with suppress(*UNREADABLE):
                return _report(database, student)
    return None


class Journal(AbstractContextManager["Journal"]):
    """The journal, locked by one run at a time; a context manager."""

    def __init__(self, course: Course, name: str, timeout: float = 0.0) -> None:
        """Open it, waiting up to ``timeout`` seconds for another run's lock.

        A journal that is damaged is moved aside and begun anew, so that everybody is graded again.
        Raises `CourseError` when the lock is not released in time or a file cannot be opened, and
        `MachineFault` when the database cannot be used.
        """
        self.path = journal_path(course, name)
        self.known: dict[str, JournalEntry] = {}
        self._course = course
        make_folder(course)
        with as_fault(self.path), ExitStack() as opened:
            # In a file of its own: on a network file system it could conflict with SQLite's locks.
            hold_lock(opened, private_file(course, self.path.with_suffix(".lock")), name, timeout)
            self._connect()
            opened.callback(lambda: self._database.close())
            with self._anew_if_damaged():
                if is_new(self._database):
                    self._make()
                require_sound(self._database)
                self.known = self._read()
            self._opened = opened.pop_all()
        self._began = 0.0

    def __exit__(self, kind: type[BaseException] | None, *about: object) -> None:
        with self._opened:
            try:
                with as_fault(self.path), self._anew_if_damaged():
                    self._commit()
            except (MachineFault, CourseError):
                if kind is None:  # otherwise what ended the run is told, perhaps the cause of both
                    raise

    def _connect(self) -> None:
        self._database = connect(private_file(self._course, self.path))

    @contextmanager
    def _anew_if_damaged(self) -> Iterator[None]:
        """Move a damaged journal aside and begin a new one."""
        try:
            yield
        except (*UNREADABLE, sqlite3.DatabaseError) as error:
            if not is_damage(error):
                raise
            self._database.close()
            # SQLite would restore a new database from what it wrote down of the old one.
            for ending in ("-journal", ""):
                with suppress(FileNotFoundError):
                    os.replace(f"{self.path}{ending}", f"{self.path}.damaged{ending}")
            print(
                f"{self.path} is damaged. It was moved to {self.path.name}.damaged, and everybody "
                "is graded again; no grade is lost.",
                file=sys.stderr,
            )
            self._connect()
            self._make()

    def _make(self) -> None:
        make(self._database)
        earlier = self.path.with_suffix(".jsonl")
        if earlier.exists():
            warning = "is an earlier version's journal and is not read: everybody is graded again."
            print(f"{earlier} {warning} Remove it.", file=sys.stderr)

    def _read(self) -> dict[str, JournalEntry]:
        # Without this, a transaction larger than the cache would block readers.
        self._database.execute("PRAGMA cache_spill = OFF")
        rows = self._database.execute("SELECT student, key, scores FROM entry")
        entries = {}
        for student, key, scores in rows:
            with suppress(*UNREADABLE):
                entries[student] = JournalEntry(key, dict(json.loads(scores)))
        return entries

    def report(self, student: str) -> Report | None:
        """The report of a student, or None if there is none that can be read."""
        with as_fault(self.path), self._anew_if_damaged(), suppress(*UNREADABLE):
            return _report(self._database, student)
        return None

    def add(self, key: str, report: Report) -> None:
        """Add a report whose grade is recorded on the platform.

        Raises `MachineFault` when it cannot be written, as on a full disk; the grade stays.
        """
        with as_fault(self.path), self._anew_if_damaged():
            if not self._database.in_transaction:
                self._database.execute("BEGIN IMMEDIATE")
            self._insert(key, report)
            if time.monotonic() >= self._began + _COMMIT_SECONDS:
                self._commit()
        self.known[report.student] = JournalEntry(key, _scores(report))

    def _insert(self, key: str, report: Report) -> None:
        data = report.to_json().encode("utf-8", "surrogatepass")
        scores, printed = json.dumps(_scores(report)), json.dumps(list(report.printed))
        row = (report.student, key, scores, data, printed)
        self._database.execute("INSERT OR REPLACE INTO entry VALUES (?, ?, ?, ?, ?)", row)

    def remove(self, student: str) -> None:
        """Remove a student's report, and the student from what reports of classmates say."""
        self._change(student, "")

    def rename(self, student: str, new: str) -> None:
        """Give a student's report to another id. It counts as changed, since hidden instances
        depend on the id."""
        self._change(student, new)

    def _change(self, student: str, new: str) -> None:
        """Change the reports that name a student, in one transaction; without ``new`` there is none
        left."""
        name = json.dumps(student, ensure_ascii=False).encode("utf-8", "surrogatepass")
        named = "SELECT student, key FROM entry WHERE student = ? OR instr(report, CAST(? AS BLOB))"
        with as_fault(self.path), self._anew_if_damaged():
            self._database.execute("BEGIN IMMEDIATE")
            for owner, key in self._database.execute(named, (student, name)).fetchall():
                report = None
                with suppress(*UNREADABLE):
                    report = _report(self._database, owner)
                is_own = owner == student
                if is_own:
                    self._database.execute("DELETE FROM entry WHERE student = ?", (student,))
                if report is not None and (new or not is_own):
                    self._insert(_CHANGED if is_own else key, _renamed(report, student, new))
            self._commit()
            self.known = self._read()

    def _commit(self) -> None:
        self._began = time.monotonic()
        if not self._database.in_transaction:
            return
        try:
            self._database.execute("COMMIT")
        except sqlite3.Error:
            with suppress(sqlite3.Error):
                self._database.execute("ROLLBACK")
            raise


def _students(database: sqlite3.Connection) -> list[str]:
    found = database.execute("SELECT student FROM entry ORDER BY student").fetchall()
    return [student for (student,) in found]


def _report(database: sqlite3.Connection, student: str) -> Report | None:
    """A student's report, with what the cells printed, which its JSON leaves out."""
    query = "SELECT report, printed FROM entry WHERE student = ?"
    found = database.execute(query, (student,)).fetchone()
    if found is None:
        return None
    # A path in it may have bytes that are not text.
    report = Report.from_json(found[0].decode("utf-8", "surrogatepass"))
    return replace(report, printed=json.loads(found[1]))


def _scores(report: Report) -> dict[str, float]:
    return {function.name: function.score for function in report.functions}


def _renamed(report: Report, student: str, new: str) -> Report:
    """A report in which ``new`` stands for a student, as whose it is and as a classmate."""
    functions = [f._replace(fits=new) if f.fits == student else f for f in report.functions]
    if report.student != student:
        return replace(report, functions=functions)
    folder = f"/submitted/{student}/"
    path = report.path.replace(folder, f"/submitted/{new}/")
    return replace(report, functions=functions, student=new, path=path)
