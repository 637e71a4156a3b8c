"""Canvas: its gradebook's CSV with the scores of one column, and the names of downloaded files.

A header is ``Student, ID, SIS User ID, SIS Login ID, ..., Section``, then a column for each
assignment, ``Title (id)``; a row "Points Possible" comes before the students.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from autograder.homes.archive import Download
from autograder.homes.grades import (
    Asked,
    Class,
    Exported,
    NoGrades,
    matched,
    number,
    points_there,
    scaled,
)
from autograder.homes.handed import Handed
from autograder.homes.table import Table, csv_text, safe
from autograder.text import listed, short_name, visible_name

#: The columns before those of assignments.
_ABOUT = (
    *("student", "id", "sis user id", "sis login id", "integration id", "root account", "section"),
)
_POSSIBLE = "points possible"


def export(of_class: Class, asked: Asked) -> Exported:
    """The rows of Canvas's own file that have a grade, with the column of the assignment alone.

    Raises `NoGrades` where it is not known which column that is, or how many points it has.
    """
    table, grades, notes = matched(of_class, asked, "Canvas")
    table.require("id")
    column = _column(table, asked.column or of_class.name)
    about = [at for at, cell in enumerate(table.header) if cell.strip().casefold() in _ABOUT]
    points = _points(table, column, asked.points)
    possible = ["    Points Possible", *[""] * (len(about) - 1), number(points)]
    rows = [
        [*safe([table.rows[at][each] for each in about]), number(scaled(total, points))]
        for at, (_, total) in grades.items()
    ]
    header = [*(table.header[at] for at in about), table.header[column]]
    return Exported(csv_text([header, possible, *rows], table.delimiter), notes)


def _column(table: Table, title: str) -> int:
    """Where the assignment stands: ``title`` is its whole header, or that without the id."""
    found = [
        at
        for at, cell in enumerate(table.header)
        if cell == title or (cell.startswith(f"{title} (") and cell.endswith(")"))
    ]
    if len(found) == 1:
        return found[0]
    there = [visible_name(cell) for cell in table.header if cell.endswith(")")]
    which = "several columns" if found else "no column"
    why = "" if found else ", and Canvas would make a new one"
    remedy = (
        f"Name one with --column: {listed(there)}" if there else "Make it there, and export again"
    )
    raise NoGrades(f"{table.path} has {which} {visible_name(title)!r}{why}. {remedy}.")


def _points(table: Table, column: int, asked: float | None) -> float:
    possible = (row[column] for row in table.rows if _POSSIBLE in row[0].casefold())
    points = points_there(table, possible, asked)
    if points is None:
        raise NoGrades(
            f"{table.path} does not say how many points the column has: --points N does."
        )
    return points


#: ``lastnamefirstname_LATE_<user>_<attachment>_<file>``, where a file that was handed in again has
#: a number: ``name-1.ipynb``.
_FILE = re.compile(
    r"(?P<who>.+?)_(?P<late>LATE_)?(?P<user>\d+)_(?P<attachment>\d+)_(?P<file>.+)", re.DOTALL
)
_VERSION = re.compile(r"(?P<stem>.+)-(?P<number>\d{1,4})", re.DOTALL)


def is_download(download: Download) -> bool:
    """Whether files are named as Canvas names them."""
    return any(_FILE.fullmatch(entry.path.name) for entry in download.entries)


def found(download: Download, name: str) -> tuple[list[Handed], list[str]]:
    """The files of "Download submissions", and a sentence for each that has another name."""
    handed, problems = [], []
    for entry in download.entries:
        match = _FILE.fullmatch(entry.path.name)
        if match is None:
            problems.append(
                f"{short_name(str(entry.path))} is not named as Canvas names work, and was left out."
            )
            continue
        path, version = PurePosixPath(match["file"]), 0
        again = _VERSION.fullmatch(path.stem)
        if again and again["stem"] == name:
            path, version = path.with_stem(name), int(again["number"])
        keys = {"id": match["user"]}
        is_late = match["late"] is not None
        handed.append(Handed(entry, path, keys, is_late=is_late, version=version))
    return handed, problems
