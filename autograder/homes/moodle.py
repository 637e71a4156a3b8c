"""Moodle: a CSV for "Import grades", or a grading worksheet, and the names of downloaded files.

Moodle refuses a whole file for one student whom it does not know, or one grade above the maximum.
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
from autograder.homes.table import IDENTITIES, csv_text, safe
from autograder.text import short_name

#: The columns of a grading worksheet: the grade, and how many points there are.
_GRADE, _MOST = "grade", "maximum grade"


def export(of_class: Class, asked: Asked) -> Exported:
    """A row for each student who has a grade: the columns of Moodle's own file that say who it is,
    and the grade. Of a grading worksheet all columns stay.

    Raises `NoGrades` where a grade would be above the maximum.
    """
    table, grades, notes = matched(of_class, asked, "Moodle")
    grade, most = table.place(_GRADE), table.place(_MOST)
    is_worksheet = table.place("identifier") is not None and grade is not None
    about = [at for at, cell in enumerate(table.header) if cell.strip().casefold() in IDENTITIES]
    header = list(table.header) if is_worksheet else [table.header[at] for at in about]
    rows = []
    for at, (person, total) in grades.items():
        said = [] if most is None or not is_worksheet else [table.rows[at][most]]
        points = points_there(table, said, asked.points) or total.max_score
        score = scaled(total, points)
        if score > points:
            raise NoGrades(
                f"{person.id} has {number(score)} of {number(points)} points, and Moodle would "
                "refuse the whole file. Give the column more there; "
                f"if {table.path} does not say how many, with --points N."
            )
        cells = list(safe(table.rows[at]))
        if is_worksheet and grade is not None:
            cells[grade] = number(score)
        else:
            cells = [*(cells[each] for each in about), number(score)]
        rows.append(cells)
    if not is_worksheet:
        header.append(asked.column or of_class.name)
    return Exported(csv_text([header, *rows], table.delimiter), notes)


#: ``First Last_<participant>_assignsubmission_file_``, a folder or the beginning of a file's name.
_PART = re.compile(
    r"(?P<who>.+?)_(?P<participant>\d+)_assignsubmission_(?:file|onlinetext)_?(?P<file>.*)",
    re.DOTALL,
)
#: A file may be named so as to look like somebody else's: what fits twice is nobody's.
_MARK = re.compile(r"_\d+_assignsubmission_")


def is_download(download: Download) -> bool:
    """Whether files or folders are named as Moodle names them."""
    return any(_PART.fullmatch(part) for entry in download.entries for part in entry.path.parts)


def found(download: Download, name: str) -> tuple[list[Handed], list[str]]:
    """The files of "Download all submissions", and a sentence for each that has another name."""
    handed, problems = [], []
    for entry in download.entries:
        parts = entry.path.parts
        matches = ((at, _PART.fullmatch(part)) for at, part in enumerate(parts, start=1))
        behind, match = next((each for each in matches if each[1]), (0, None))
        rest = [*filter(None, [match["file"]]), *parts[behind:]] if match else []
        if match is None or not rest:
            problems.append(
                f"{short_name(str(entry.path))} is not named as Moodle names work, and was left out."
            )
            continue
        if any(len(_MARK.findall(part)) > 1 for part in parts):
            problems.append(
                f"{short_name(str(entry.path))} could be two students' work by its name, "
                "and was left out."
            )
            continue
        keys = {"identifier": f"Participant {match['participant']}"}
        handed.append(Handed(entry, PurePosixPath(*rest), keys, match["who"]))
    return handed, problems
