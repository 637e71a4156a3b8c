"""Faults of the gradebook: gone, locked, damaged, in a server that is stopped or silent."""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from tests.faults.running import Ended
from tests.faults.scene import Scene
from tests.faults.table import DONE, FAULT, REFUSED, row

READER, WRITER = (
    "BEGIN; SELECT * FROM student",
    "BEGIN IMMEDIATE; INSERT INTO student (id) VALUES ('x')",
)


@contextmanager
def locked(path: Path, statements: str) -> Iterator[None]:
    """The gradebook with a transaction of another program open, which then is rolled back."""
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        cursor = database.cursor()
        for statement in statements.split("; "):
            cursor.execute(statement)
        cursor.fetchone()
        yield
        cursor.close()


def _locked_for(scene: Scene, statements: str, seconds: float, early: bool = False) -> Ended:
    if early:
        with locked(scene.gradebook, statements):
            running = scene.start_grade()
            time.sleep(seconds)
        return running.wait()
    running = scene.start_grade()
    running.until(scene.first_is_graded)
    with locked(scene.gradebook, statements):
        time.sleep(seconds)
    return running.wait()


WAITED = "the run waits, and goes on"


@row("a reader holds the gradebook for 3 seconds, as a backup does", WAITED, DONE)
def read_for_three_seconds(scene: Scene) -> Ended:
    return _locked_for(scene, READER, 3.0, early=True)


@row("a reader holds the gradebook in the middle of a run for 3 seconds", WAITED, DONE)
def read_in_the_middle(scene: Scene) -> Ended:
    return _locked_for(scene, READER, 3.0)


@row("a writer holds the gradebook for 3 seconds", WAITED, DONE)
def written_for_three_seconds(scene: Scene) -> Ended:
    return _locked_for(scene, WRITER, 3.0, early=True)


MINUTE = "the run waits and goes on, or ends in a sentence; what was graded is kept"


@row(
    "the gradebook locked for a minute by a writer",
    MINUTE,
    DONE,
    FAULT,
    says="locked by another",
    patient=True,
)
def written_for_a_minute(scene: Scene) -> Ended:
    return _locked_for(scene, WRITER, 60.0)


@row(
    "the gradebook locked for a minute by a reader",
    MINUTE,
    DONE,
    FAULT,
    says="locked by another",
    patient=True,
)
def read_for_a_minute(scene: Scene) -> Ended:
    return _locked_for(scene, READER, 60.0)


@row(
    "the gradebook deleted during a run",
    "told as what it is; put back, everybody is in it",
    *(FAULT, REFUSED),
    says=r"gradebook .*(deleted|removed|no longer|gone|not there|missing)|no gradebook",
)
def deleted(scene: Scene) -> Ended:
    backup = scene.place / "backup.db"
    shutil.copyfile(scene.gradebook, backup)
    running = scene.start_grade()
    running.until(scene.first_is_graded)
    scene.gradebook.unlink()
    scene.after.append(lambda: backup.rename(scene.gradebook))
    return running.wait()


@row(
    "the gradebook deleted before a run",
    "a sentence says so, and what to do",
    REFUSED,
    says="no gradebook",
)
def deleted_before(scene: Scene) -> Ended:
    aside = scene.gradebook.rename(scene.place / "aside.db")
    scene.after.append(lambda: aside.rename(scene.gradebook))
    return scene.grade()


@row(
    "the gradebook replaced by an earlier copy during a run",
    "the next run fills it",
    *(DONE, FAULT, REFUSED),
)
def replaced_by_backup(scene: Scene) -> Ended:
    backup = scene.place / "backup.db"
    shutil.copyfile(scene.gradebook, backup)
    running = scene.start_grade()
    running.until(scene.first_is_graded)
    backup.rename(scene.gradebook)
    return running.wait()


@row(
    "a gradebook that this user may not write",
    "a sentence names it and says what to do",
    *(FAULT, REFUSED),
    says="cannot be written by this user.*write permission",
)
def read_only(scene: Scene) -> Ended:
    somebody = scene.owned_by_nobody()
    if os.geteuid() == 0:
        os.chown(scene.gradebook, 0, 0)
    scene.gradebook.chmod(0o444)
    scene.after.append(lambda: scene.gradebook.chmod(0o644))
    return scene.grade(prepare=somebody)


@row(
    "the gradebook replaced by garbage",
    "a sentence says to restore it",
    *(FAULT, REFUSED),
    says="(not a database|damaged).*restore it",
)
def garbage(scene: Scene) -> Ended:
    data = scene.gradebook.read_bytes()
    scene.gradebook.write_bytes(scene.rng.randbytes(len(data)))
    scene.after.append(lambda: scene.gradebook.write_bytes(data))
    return scene.grade()


@row(
    "the gradebook cut off in the middle",
    "a sentence says to restore it",
    *(FAULT, REFUSED),
    says="damaged.*restore it|not nbgrader's|restore it",
)
def truncated(scene: Scene) -> Ended:
    data = scene.gradebook.read_bytes()
    scene.gradebook.write_bytes(data[: len(data) // 2])
    scene.after.append(lambda: scene.gradebook.write_bytes(data))
    return scene.grade()


@row("another program killed in the middle of writing the gradebook", "it is rolled back", DONE)
def hot_journal(scene: Scene) -> Ended:
    process = os.fork()
    if process == 0:
        database = sqlite3.connect(scene.gradebook, isolation_level=None)
        database.execute("PRAGMA cache_size = 1")
        database.execute("BEGIN IMMEDIATE")
        database.execute("UPDATE grade_cells SET max_score = 0")
        for number in range(5_000):
            database.execute("INSERT INTO student (id) VALUES (?)", (f"half {number}" * 20,))
        os.kill(os.getpid(), 9)
    os.waitpid(process, 0)
    return scene.grade()
