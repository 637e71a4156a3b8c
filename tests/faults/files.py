"""Faults of the course's files: the journal, the folders, what was handed in."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from tests.conftest import NAME
from tests.faults.running import Ended
from tests.faults.scene import SOLUTION, Scene
from tests.faults.table import DONE, FAULT, REFUSED, row

MOVE_IT = r"\.sqlite is damaged.*[Mm]oved? "

UNREADABLE = r"submitted/dan.*(cannot be read|Permission denied)|Permission denied.*submitted/dan"


def _graded_with(scene: Scene, journal: bytes) -> Ended:
    """Run on a graded course with another journal; whoever reads what it says moves that away."""
    scene.grade()
    scene.journal.write_bytes(journal)
    ended = scene.grade()
    if ended.status != DONE:
        scene.after.append(scene.journal.unlink)
    for aside in scene.journal.parent.glob("*.damaged*"):  # kept, to be looked at
        aside.unlink()
    return ended


def _bytes_of_journal(scene: Scene) -> bytes:
    scene.grade()
    return scene.journal.read_bytes()


@row(
    "journal cut off in the middle",
    "a sentence names the journal and says to move it away; no grade is lost",
    *(DONE, FAULT),
    says=MOVE_IT,
)
def journal_truncated(scene: Scene) -> Ended:
    data = _bytes_of_journal(scene)
    return _graded_with(scene, data[: len(data) // 2])


@row(
    "journal replaced by garbage",
    "a sentence names the journal and says to move it away; no grade is lost",
    *(DONE, FAULT),
    says=MOVE_IT,
    slow=False,
)
def journal_garbage(scene: Scene) -> Ended:
    return _graded_with(scene, scene.rng.randbytes(40_000))


@row("journal emptied", "everybody is graded again", DONE)
def journal_empty(scene: Scene) -> Ended:
    return _graded_with(scene, b"")


@row(
    "journal from a newer version",
    "a sentence says so, and to move it away; it is not overwritten",
    *(FAULT, REFUSED),
    says=r"\.sqlite .*version.*Move it away",
)
def journal_newer(scene: Scene) -> Ended:
    scene.grade()
    with closing(sqlite3.connect(scene.journal)) as database:
        database.execute("PRAGMA user_version = 99")
    before = scene.journal.read_bytes()
    ended = scene.grade()
    assert scene.journal.read_bytes() == before
    scene.journal.unlink()
    return ended


@row(
    "journal that was made read-only",
    "a sentence names it, unless its owner can give the permission back; no grade is lost",
    *(DONE, FAULT, REFUSED),
    says=r"\.sqlite cannot be (written|opened)",
)
def journal_read_only(scene: Scene) -> Ended:
    somebody = scene.owned_by_nobody()
    scene.grade(prepare=somebody)
    if os.geteuid() == 0:
        os.chown(scene.journal, 0, 0)
    scene.journal.chmod(0o444)
    ended = scene.grade("--force", prepare=somebody)
    scene.after.append(lambda: scene.journal.chmod(0o600))
    return ended


@row(
    "autograded/ that this user may not write",
    "a line for each student with the folder's name; nobody gets points without a graded notebook",
    *(FAULT, REFUSED),
    says=r"autograded\S* cannot be written",
)
def autograded_read_only(scene: Scene) -> Ended:
    folder = scene.course / "autograded"
    folder.mkdir()
    somebody = scene.owned_by_nobody()
    folder.chmod(0o555)
    ended = scene.grade(prepare=somebody)
    scene.after.append(lambda: folder.chmod(0o755))
    return ended


@row(
    "one student's autograded folder read-only",
    "that student's line names the folder, the others are graded",
    FAULT,
    says=r"^cyd: .*autograded/cyd\S* cannot be written",
)
def one_autograded_read_only(scene: Scene) -> Ended:
    folder = scene.course / "autograded" / "cyd"
    folder.mkdir(parents=True)
    somebody = scene.owned_by_nobody()
    folder.chmod(0o555)
    ended = scene.grade(prepare=somebody)
    _require_graded(scene, "ada", "bob", "dan", "eve")
    scene.after.append(lambda: folder.chmod(0o755))
    return ended


@row(
    "a submission that this user may not read",
    "that student's line names the file, no points are lost, the others are graded",
    FAULT,
    says=rf"^dan: .*({UNREADABLE})",
)
def submission_unreadable(scene: Scene) -> Ended:
    return _unreadable(scene, scene.submitted("dan") / f"{NAME}.py")


@row(
    "a submission's folder that this user may not read",
    "a sentence names the folder; nobody loses points",
    *(FAULT, REFUSED),
    says=UNREADABLE,
)
def folder_unreadable(scene: Scene) -> Ended:
    return _unreadable(scene, scene.submitted("dan"))


def _unreadable(scene: Scene, path: Path) -> Ended:
    somebody = scene.owned_by_nobody()
    mode = path.stat().st_mode
    path.chmod(0)
    ended = scene.grade(prepare=somebody)
    scene.after.append(lambda: path.chmod(mode))
    return ended


def _require_graded(scene: Scene, *students: str) -> None:
    graded = {cell.split("/")[0] for cell in scene.points()}
    assert graded >= set(students), graded


@row(
    "the course's folder moved away during a run",
    "the run ends in a sentence or in the students' lines; nothing is written into thin air",
    *(DONE, FAULT, REFUSED),
)
def course_moved(scene: Scene) -> Ended:
    running = scene.start_grade()
    running.until(scene.first_is_graded)
    elsewhere = scene.place / "elsewhere"
    scene.course.rename(elsewhere)
    ended = running.wait()
    if scene.course.exists():  # made anew by the run: it must hold nothing that is then missed
        shutil.rmtree(scene.course)
    elsewhere.rename(scene.course)
    return ended


@row("the course's folder moved after half a run", "the next run goes on in the new place", -9)
def course_moved_for_good(scene: Scene) -> Ended:
    running = scene.start_grade()
    running.until(scene.first_is_graded)
    running.kill()
    ended = running.wait()
    scene.place = scene.place.rename(scene.place.with_name("moved"))
    return ended


@row(
    "two graders at once",
    "the second one is refused in a sentence, the first one ends as ever",
    REFUSED,
    says="is being graded by another run right now",
    slow=False,
)
def two_graders(scene: Scene) -> Ended:
    both = [running.wait() for running in (scene.start_grade(), scene.start_grade())]
    first, second = sorted(both, key=lambda ended: ended.status)
    assert first.status == DONE, first.said
    return second


@row("two graders for single students at once", "the second one waits", DONE)
def two_graders_of_students(scene: Scene) -> Ended:
    both = [scene.start_grade("--student", student) for student in ("dan", "ada")]
    first, second = [running.wait() for running in both]
    assert first.status == DONE
    return second


@row("a submission handed in anew during a run", "the next run grades it", DONE)
def handed_in_anew(scene: Scene) -> Ended:
    right = scene.submitted("eve") / f"{NAME}.py"
    text = right.read_text()
    right.write_text("# Nothing yet.\n")
    running = scene.start_grade()
    running.until(scene.first_is_graded)
    fresh = right.with_suffix(".new")
    fresh.write_text(text)
    fresh.rename(right)
    ended = running.wait()
    assert scene.grade().status == DONE  # which must see it, whichever was graded
    return ended


@row(
    "a submission's folder removed during a run",
    "that student's line, or none; the others are graded",
    *(DONE, FAULT),
)
def submission_removed(scene: Scene) -> Ended:
    running = scene.start_grade()
    running.until(lambda: scene.submissions(running))
    aside = scene.place / "aside"
    scene.submitted("eve").rename(aside)
    ended = running.wait()
    _require_graded(scene, "ada", "bob", "cyd", "dan")
    scene.after.append(lambda: aside.rename(scene.submitted("eve")))
    scene.after.append(lambda: shutil.rmtree(scene.autograded("eve").parent, ignore_errors=True))
    scene.after.append(lambda: _forget(scene, "eve"))
    return ended


def _forget(scene: Scene, student: str) -> None:
    """A student who was graded as one with an empty folder is graded again."""
    scene.grade("--student", student)


@row(
    "a folder of submitted/ whose name is no text",
    "a line for it with what to do; the others are graded",
    FAULT,
    says=r"not valid UTF-8.*Rename the folder",
)
def name_not_text(scene: Scene) -> Ended:
    odd = os.fsencode(scene.course / "submitted") + b"/b\xe9b"
    os.mkdir(odd)
    shutil.copytree(os.fsencode(scene.submitted("ada")), odd + b"/" + NAME.encode())
    ended = scene.grade()
    _require_graded(scene, "ada", "bob", "cyd", "dan", "eve")
    scene.after.append(lambda: shutil.rmtree(odd))
    return ended


@row(
    "course.key emptied", "a sentence names it; it is not drawn anew", REFUSED, says=r"course\.key"
)
def key_emptied(scene: Scene) -> Ended:
    path = scene.course / "course.key"
    text = path.read_text()
    path.write_text("")
    ended = scene.grade()
    path.write_text(text)
    return ended


@row(
    "course.toml cut off by an editor on a full disk",
    "a sentence names it",
    REFUSED,
    says=r"course\.toml",
)
def course_cut_off(scene: Scene) -> Ended:
    path = scene.course / "course.toml"
    text = path.read_text()
    path.write_text(text[:-20])
    ended = scene.grade()
    path.write_text(text)
    return ended


@row(
    "a file in the place of .autograder/",
    "a sentence names it",
    REFUSED,
    says=r"\.autograder cannot be written",
)
def no_folder(scene: Scene) -> Ended:
    path = scene.course / ".autograder"
    path.write_text("")
    scene.after.append(path.unlink)
    return scene.grade()


@row("temporary folders that an earlier run left", "they are removed", DONE)
def temporary_left(scene: Scene) -> Ended:
    for ending in ("writing", "replaced"):
        left = scene.autograded("ada").with_name(f".{NAME}.{ending}")
        left.mkdir(parents=True)
        (left / f"{NAME}.ipynb").write_text(SOLUTION[:100])
    return scene.grade()


@row(
    "standard output on a full disk",
    "a sentence; what was graded is kept",
    FAULT,
    says="No space left on device",
)
def output_full(scene: Scene) -> Ended:
    with open("/dev/full", "wb") as full:
        return scene.grade(stdout=full)


@row("standard output closed by its reader", "everybody is graded", DONE, FAULT)
def output_closed(scene: Scene) -> Ended:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as closed:
        return scene.grade(stdout=closed)


@row(
    "no file descriptors left",
    "a sentence, or the students' lines; nobody loses points",
    *(DONE, FAULT, REFUSED),
)
def few_descriptors(scene: Scene) -> Ended:
    return scene.grade(before=("/bin/sh", "-c", 'ulimit -n 14; exec "$@"', "sh"))
