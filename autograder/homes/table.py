"""A table that a learning platform exported, and its students."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from autograder.classroom.person import Person
from autograder.faults import Refusal, reason
from autograder.regular_file import small_file
from autograder.text import harmless, listed, visible_name

#: Bytes of a table: enough for 100,000 students.
_MAX_BYTES = 50_000_000
#: What platforms call the columns that say who somebody is, in small letters. The first that a
#: table has, and a student fills, becomes the id of a student whom the gradebook does not know.
IDENTITIES = (
    *("student_id", "sis login id", "username", "sid", "sis user id", "id number"),
    *("email", "email address", "integration id", "id", "identifier"),
)
#: Those of them that a platform counts by itself.
_OWN_NUMBERS = ("id", "identifier")
_SHOWN = 5


class NotATable(Refusal):
    """A table cannot be read, or has not the columns that are needed; the message names it."""


class Table(NamedTuple):
    """A table: where it was read, its header, its rows, and what separates its cells."""

    path: Path
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    delimiter: str = ","

    def place(self, *names: str) -> int | None:
        """Where the first of these columns stands, whatever the case; None if there is none."""
        small = [cell.strip().casefold() for cell in self.header]
        return next((small.index(name) for name in names if name in small), None)

    def require(self, name: str) -> None:
        """Raise `NotATable` if there is no such column."""
        if self.place(name) is None:
            raise NotATable(f"{self.path} has no column {name!r}. Export it again.")


class Row(NamedTuple):
    """A student of a table: the cells that say who it is by the small names of their columns, the
    name, and the number of the row in `Table.rows`."""

    cells: Mapping[str, str]
    name: str = ""
    at: int = -1

    @property
    def called(self) -> str:
        """What messages call the student."""
        return self.name or next(iter(self.cells.values()))


def read_table(path: Path) -> Table:
    """Read a table in CSV; raises `NotATable` if it is none."""
    try:
        data = small_file(path, _MAX_BYTES)
    except OSError as error:
        raise NotATable(f"{path} cannot be read: {reason(error)}") from None
    if data is None:
        raise NotATable(f"{path} is not a readable file of at most {_MAX_BYTES // 10**6} MB.")
    try:
        text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError:
        raise NotATable(f"{path} is not text in UTF-8. Export it as CSV in UTF-8.") from None
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise NotATable(f"{path} is not a table in CSV ({error}). Export it again.") from None
    rows = [row for row in rows if any(cell.strip() for cell in row)]
    if len(rows) < 2:
        raise NotATable(f"{path} has no row of a student. Export it again.")
    header, *others = rows
    width = len(header)
    return Table(path, header, [(row + [""] * width)[:width] for row in others], delimiter)


def students(table: Table) -> list[Row]:
    """The students of a table; raises `NotATable` if no column says who they are."""
    places = {name: at for name in IDENTITIES if (at := table.place(name)) is not None}
    names = [table.place("full name", "student", "name")]
    if names == [None]:
        names = [table.place("first name"), table.place("surname", "last name")]
    if not places:
        raise NotATable(
            f"{table.path} does not say who the students are: it has none of the columns "
            f"{listed(IDENTITIES)}. Export it with one of them."
        )
    found = []
    for number, row in enumerate(table.rows):
        cells = {name: row[at].strip() for name, at in places.items() if row[at].strip()}
        name = " ".join(row[at].strip() for at in names if at is not None)
        if cells and "points possible" not in row[0].casefold():
            found.append(Row(cells, name, number))
    return found


class Matched(NamedTuple):
    """Who is who: the person of each row, by its number. ``rows`` and ``ids`` are those that could
    be several, with a sentence for each: they are left out."""

    people: Mapping[int, Person]
    rows: frozenset[int]
    ids: frozenset[str]
    notes: Sequence[str]


def match(people: Sequence[Person], rows: Sequence[Row]) -> Matched:
    """Find the person of each row.

    Ids and e-mail addresses decide, and never names, which several people may have.
    """
    by_id: dict[str, set[str]] = {}
    by_platform: dict[str, set[str]] = {}
    for person in people:
        for key in filter(None, (person.id, person.email)):
            by_id.setdefault(key.casefold(), set()).add(person.id)
        if person.lms_user_id:
            by_platform.setdefault(person.lms_user_id.casefold(), set()).add(person.id)
    fits = {row.at: _fitting(row, by_id, by_platform) for row in rows}
    names = {row.at: row.called for row in rows}
    known = {person.id: person for person in people}
    sides: dict[str, list[int]] = {}
    notes = []
    for at, ids in fits.items():
        if len(ids) > 1:
            who = shown(sorted(ids))
            notes.append(f"{visible_name(names[at])} could be {who}, and was left out.")
        elif ids:
            sides.setdefault(next(iter(ids)), []).append(at)
    for one, places in sides.items():
        if len(places) > 1:
            who = shown([names[at] for at in places])
            notes.append(f"{visible_name(one)} could be {who}, and was left out.")
    found = {places[0]: known[one] for one, places in sides.items() if len(places) == 1}
    doubtful = {at for at, ids in fits.items() if ids and at not in found}
    ids = {one for at in doubtful for one in fits[at]} - {each.id for each in found.values()}
    return Matched(found, frozenset(doubtful), frozenset(ids), notes)


def _fitting(
    row: Row, by_id: Mapping[str, set[str]], by_platform: Mapping[str, set[str]]
) -> set[str]:
    """The ids of the people that a row may be. A platform's own number is nobody's id here, unless
    the row has nothing else."""
    found: set[str] = set()
    only_numbers = row.cells.keys() <= set(_OWN_NUMBERS)
    for column, value in row.cells.items():
        key = value.casefold()
        if column not in _OWN_NUMBERS or only_numbers:
            found |= by_id.get(key, set())
        if column in (*_OWN_NUMBERS, "sis user id", "integration id"):
            found |= by_platform.get(key, set())
    return found


def shown(names: Iterable[str]) -> str:
    """Names in a sentence, the first few of many."""
    every = [visible_name(name) for name in names]
    more = len(every) - _SHOWN
    return listed([*every[:_SHOWN], *([f"{more} others"] if more > 0 else [])])


def csv_text(rows: Iterable[Sequence[str]], delimiter: str = ",") -> str:
    """Rows as CSV."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return out.getvalue()


def safe(cells: Sequence[str]) -> Iterator[str]:
    """Cells of which none is a formula; numbers, and signs for "nothing", stay as they are."""
    return (cell if _is_number(cell) or not cell.strip(" -") else harmless(cell) for cell in cells)


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
