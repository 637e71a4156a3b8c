"""The table of faults: a row for each, and what happened when it was provoked."""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from tests.faults.running import Ended
from tests.faults.scene import Scene, differences

_FLAGS = re.MULTILINE | re.IGNORECASE
#: A notice while a command waits, and the sums at the end of a table.
NO_COMPLAINT = re.compile(
    r" is waiting for |^\d+ graded|^[\d.]+ submissions per second: "
    r"| for a person\. Mark (?:it|them): "
)
DONE, FAULT, REFUSED, INTERRUPTED = 0, 1, 2, 130


@dataclass(frozen=True)
class Row:
    """A fault, what is expected of it in words, and how it is told.

    ``provoke`` does it on a course, and gives the end of the command that it was done to. Its
    status must be one of ``statuses``; unless that is 0, it must have said ``says``, in a sentence.
    """

    name: str
    expected: str
    provoke: Callable[[Scene], Ended]
    statuses: Collection[int]
    says: str
    slow: bool = True
    #: Whether it takes a minute, most of which it waits: others are tried meanwhile.
    patient: bool = False
    #: Whether the gradebook is in PostgreSQL.
    server: bool = False


#: Every row, in the order of the table.
ROWS: list[Row] = []
#: The table that is shown: what was expected and what happened, by the name of the fault.
HAPPENED: dict[str, tuple[str, str]] = {}


def row(
    name: str,
    expected: str,
    *statuses: int,
    says: str = "",
    slow: bool = True,
    patient: bool = False,
    server: bool = False,
) -> Callable[[Callable[[Scene], Ended]], Callable[[Scene], Ended]]:
    """Make a row of a function."""

    def declared(provoke: Callable[[Scene], Ended]) -> Callable[[Scene], Ended]:
        ROWS.append(Row(name, expected, provoke, statuses, says, slow, patient, server))
        return provoke

    return declared


def try_row(fault: Row, scene: Scene, undisturbed: dict[str, Any]) -> tuple[list[str], str]:
    """Provoke a fault, and run once more without it: what was not as it must be, and what
    happened, in a line."""
    try:
        ended = fault.provoke(scene)
        found = complaints(ended, fault.statuses, fault.says)
        for mend in scene.after:
            mend()
        found += points_lost(scene, undisturbed)
        found += run_again(scene, undisturbed)
        return found, summary(ended, fault, scene)
    except Exception as error:  # of one row, which must not end the others
        where = traceback.extract_tb(error.__traceback__)[-1]
        return [f"{type(error).__name__}: {error} ({where.name}, line {where.lineno})"], ""


def note(name: str, expected: str, wrong: Collection[str], happened: str) -> None:
    """Add a line to the table that is shown."""
    failed = re.sub(r"\s+", " ", "; ".join(wrong))[:1000]
    HAPPENED[name] = expected, f"FAILED: {failed}" if wrong else happened


def complaints(ended: Ended, statuses: Collection[int], says: str = "") -> list[str]:
    """What is wrong with the end of a command."""
    found = ended.complaints()
    if ended.status not in statuses:
        found.append(f"exit status {ended.status}, must be {statuses}; it said:\n{ended.said}")
    if says and ended.status and not re.search(says, ended.said, _FLAGS):
        found.append(f"it must say {says!r}; it said:\n{ended.said}")
    if says and ended.status > 0 and not re.search(r"^student |^\[", ended.said, re.MULTILINE):
        lines = [line for line in ended.said.splitlines() if not NO_COMPLAINT.search(line)]
        if len(lines) != 1:
            found.append(f"it must say one sentence, and said {len(lines)}:\n{ended.said}")
    return found


def run_again(scene: Scene, undisturbed: dict[str, Any]) -> list[str]:
    """Run without any fault; what differs from a course that was never disturbed."""
    again = scene.grade_on_one_core()
    found = [f"run again: {line}" for line in complaints(again, [DONE])]
    if again.status == DONE:
        found += [f"run again: {line}" for line in differences(scene.state(), undisturbed)]
    return found


def points_lost(scene: Scene, undisturbed: dict[str, Any]) -> list[str]:
    """What is wrong with the points in the gradebook, or is not as its audit says."""
    right = undisturbed["points"]
    return scene.unaudited() + [
        f"{cell} has {points} points after the fault, and deserves {right.get(cell)}"
        for cell, points in scene.points().items()
        if points != right.get(cell)
    ]


def summary(ended: Ended, fault: Row, scene: Scene) -> str:
    """What happened, in a line."""
    pattern = f"^.*(?:{fault.says}).*$" if fault.says else r"^\S+: .*"
    said = re.search(pattern, ended.said, _FLAGS) if fault.says or ended.status > 0 else None
    text = re.sub(r"\s+", " ", said[0]).strip() if said else scene.note or "graded as ever"
    text = text.replace(str(scene.course), "COURSE").replace(str(scene.place), "PLACE")
    return f"status {ended.status}: {text[:300]}"
