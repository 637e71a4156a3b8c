"""Puts the work of a platform's download into ``submitted/``, where it is graded."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from autograder.course import Course
from autograder.faults import Refusal
from autograder.homes import COLLECTED, home
from autograder.homes.archive import NOT_UNPACKED, Download, opened
from autograder.homes.handed import Handed, Roster, sorted_by_student
from autograder.homes.table import read_table, shown, students
from autograder.nbgrader.people import read_people
from autograder.nbgrader.students import REPLACED
from autograder.nbgrader.timestamps import TIMESTAMP_FILE
from autograder.other_names import ENDINGS
from autograder.text import short_name, visible_name

_PIECE = 1_000_000
#: Of a path in a student's folder; a system takes 1024 or 4096 with the folders above it.
_MOST_BYTES = 700


class Asked(NamedTuple):
    """What the command line says: the download, the roster, whose download it is, and whether new
    work replaces older."""

    source: Path
    roster: Path | None = None
    platform: str = ""
    replace: bool = False


class Collected(NamedTuple):
    """Whose work was placed, whose was there already, and a sentence for all else."""

    placed: Sequence[str]
    unchanged: Sequence[str]
    notes: Sequence[str]


class NotCollected(Refusal):
    """Nothing can be collected as asked; the message says what to do."""


class _Damaged(Exception):
    """A file of a student's cannot be unpacked; the message is a sentence."""


def collect(course: Course, name: str, asked: Asked) -> Collected:
    """Collect a download. What is nobody's, and what would overwrite other work, is left where it
    is and named. Raises `NotCollected` or another `Refusal` when nothing can be done."""
    course.assignment(name)
    people = read_people(course, f"autograder collect {name}")
    rows = students(read_table(asked.roster)) if asked.roster else []
    if not (rows or people):
        raise NotCollected("Nobody is in the gradebook: name the platform's roster with --roster.")
    roster = Roster(rows, people)
    placed, unchanged, notes = [], [], list(roster.problems)
    with opened(asked.source) as download:
        platform = asked.platform or _platform(asked.source, download)
        handed, said = home(platform).found(download, name)
        notes += [*download.problems, *said]
        found, strangers = sorted_by_student(handed, roster)
        notes += strangers
        every = {student: _chosen(student, found[student], notes) for student in sorted(found)}
        # Of whom all was left out, and named, nothing more is said.
        work = {student: chosen for student, chosen in every.items() if chosen}
        for student, chosen in work.items():
            target = course.root / "submitted" / student / name
            try:
                if _is_same(target, chosen):
                    unchanged.append(student)
                elif os.path.lexists(target) and not asked.replace:
                    notes.append(
                        f"{visible_name(student)} has other work in {target}, which stays: "
                        f"--replace puts it into {REPLACED}/."
                    )
                else:
                    _place(course, target, chosen)
                    placed.append(student)
            except _Damaged as damaged:  # half of the work would be other work
                notes.append(f"{visible_name(student)}: {damaged}")
    late = [s for s, chosen in work.items() if any(each.is_late for each in chosen.values())]
    if late:
        notes.append(
            f"Late, and {platform.title()} does not say when: {shown(late)}. "
            f"Write the time into {TIMESTAMP_FILE} beside the work."
        )
    notes += _misnamed(name, work)
    if people and (new := sorted(work.keys() - {person.id for person in people})):
        notes.append(f"New ids, which the gradebook does not have: {shown(new)}.")
    return Collected(placed, unchanged, notes)


def _misnamed(name: str, work: Mapping[str, Mapping[PurePosixPath, Handed]]) -> Iterator[str]:
    """Who handed in no file that is graded, because of its name; and whether nobody did."""
    graded = [PurePosixPath(f"{name}{ending}") for ending in ENDINGS]
    without = {student: next(iter(c)) for student, c in work.items() if c.keys().isdisjoint(graded)}
    if without:
        named = " or ".join(map(str, graded))
        who = [f"{student} ({short_name(str(path))})" for student, path in without.items()]
        yield f"No file named {named}, so that nothing can be graded, from: {shown(who)}."
    if without and len(without) == len(work):
        yield f"Nobody's file is named so: is this the download of another assignment than {name}?"


def _platform(source: Path, download: Download) -> str:
    for platform in COLLECTED:
        if home(platform).is_download(download):
            return platform
    raise NotCollected(
        f"No file in {source} is named as {', '.join(each.title() for each in COLLECTED)} name "
        "them. Download the submissions again, all in one zip; or name the platform with --from."
    )


def _chosen(student: str, files: Sequence[Handed], notes: list[str]) -> dict[PurePosixPath, Handed]:
    """The files by their paths. Of several that claim one path the platform's last version has it,
    and the others keep the names of the download."""
    chosen: dict[PurePosixPath, Handed] = {}
    folders: set[PurePosixPath] = set()
    who = visible_name(student)
    for each in sorted(files, key=lambda each: -each.version):
        is_again = each.path in chosen
        path = PurePosixPath(each.entry.path.name) if is_again else each.path
        if wrong := _wrong(each, path, chosen, folders):
            notes.append(f"{who}: {wrong}, and was left out.")
            continue
        if is_again:
            notes.append(
                f"{who} handed in {short_name(each.path.name)} more than once: "
                f"see {short_name(str(path))}."
            )
        chosen[path] = each
        folders.update(path.parents)
    return chosen


def _wrong(
    handed: Handed,
    path: PurePosixPath,
    chosen: Collection[PurePosixPath],
    folders: Collection[PurePosixPath],
) -> str:
    """Why a file cannot be put at a path, beside those chosen, without an end; "" if it can."""
    if str(path).casefold() == TIMESTAMP_FILE:  # it would say when the work was handed in
        return f"{TIMESTAMP_FILE} is a file of the student's"
    left = short_name(str(handed.entry.path))
    if path in chosen:
        return f"{left} has the name of another file"
    if not _is_inside(path):
        return f"{left} has a name that no file can have"
    if path in folders or any(parent in chosen for parent in path.parents):
        return f"{left} is in the way of another file"
    return ""


def _is_inside(path: PurePosixPath) -> bool:
    """Whether a path is one of a file in a folder, of a length that every system takes."""
    return bool(path.parts) and ".." not in path.parts and len(os.fsencode(path)) <= _MOST_BYTES


def _pieces(handed: Handed) -> Iterator[bytes]:
    name = short_name(str(handed.entry.path))
    try:
        stream = handed.entry.open()
        if stream is None:
            raise _Damaged(f"{name} cannot be read any more. Nothing was placed; collect again.")
        with stream:
            yield from iter(lambda: stream.read(_PIECE), b"")
    except NOT_UNPACKED:
        raise _Damaged(
            f"{name} is damaged in the zip. Nothing was placed; download it again."
        ) from None


def _timestamp(chosen: Mapping[PurePosixPath, Handed]) -> bytes:
    """The timestamp file of nbgrader's; empty where the platform does not say when it was."""
    times = [each.time for each in chosen.values() if each.time]
    if not times:
        return b""
    return f"{max(times).astimezone(UTC):%Y-%m-%d %H:%M:%S.%f} UTC".encode()


def _is_same(target: Path, chosen: Mapping[PurePosixPath, Handed]) -> bool:
    """Whether a folder holds just these files."""
    if not target.is_dir() or target.is_symlink():
        return False
    there = {path.relative_to(target) for path in target.rglob("*") if not path.is_dir()}
    time = _timestamp(chosen)
    wanted = {*map(Path, chosen), *([Path(TIMESTAMP_FILE)] if time else [])}
    if there != wanted or any((target / path).is_symlink() for path in there):
        return False
    if time and (target / TIMESTAMP_FILE).read_bytes() != time:
        return False
    return all(
        _digest([(target / path).read_bytes()]) == _digest(_pieces(each))
        for path, each in chosen.items()
    )


def _digest(pieces: Iterable[bytes]) -> bytes:
    digest = hashlib.sha256()
    for piece in pieces:
        digest.update(piece)
    return digest.digest()


def _place(course: Course, target: Path, chosen: Mapping[PurePosixPath, Handed]) -> None:
    """Write a folder beside its place, move what is there away, and rename it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(f".{target.name}.writing")
    with ExitStack() as opened_files:
        shutil.rmtree(beside, ignore_errors=True)
        beside.mkdir()
        opened_files.callback(shutil.rmtree, beside, ignore_errors=True)
        for path, each in chosen.items():
            place = beside / path
            place.parent.mkdir(parents=True, exist_ok=True)
            with open(place, "xb") as stream:
                stream.writelines(_pieces(each))
        if time := _timestamp(chosen):
            (beside / TIMESTAMP_FILE).write_bytes(time)
        if os.path.lexists(target):
            _move_away(course, target)
        os.rename(beside, target)


def _move_away(course: Course, target: Path) -> None:
    folder = course.root / REPLACED / target.parent.name
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    number = 1
    while os.path.lexists(folder / f"{target.name}-{number}"):
        number += 1
    os.rename(target, folder / f"{target.name}-{number}")
