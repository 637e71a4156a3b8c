"""Full disks, under `grade`, `build` and `report`, and submissions that would fill one."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.conftest import NAME
from tests.faults.running import Ended
from tests.faults.scene import Scene
from tests.faults.table import DONE, FAULT, REFUSED, complaints, row
from tests.helpers.processes import Disk, small_disk

MEGABYTE = 1_000_000
SIZE = 40 * MEGABYTE
FULL = r"No space left on device|no space left|File too large|disk has space|free some space"


@contextmanager
def course_on_a_disk(scene: Scene) -> Iterator[Disk]:
    """The scene's course on a small disk of its own, and back again."""
    with small_disk(scene.place, SIZE) as disk:
        shutil.copytree(scene.course, disk.folder / "course", symlinks=True)
        aside = scene.course.rename(scene.place / "aside")
        scene.course.symlink_to(disk.folder / "course")
        try:
            yield disk
        finally:
            shutil.rmtree(aside)
            scene.course.unlink()
            shutil.copytree(disk.folder / "course", scene.course, symlinks=True)
            if not disk.mounted:
                shutil.rmtree(disk.folder / "course")
    disk.folder.rmdir()


@contextmanager
def room_for(disk: Disk, room: int) -> Iterator[Callable[[], None] | None]:
    """Leave so many bytes on the disk; where none could be mounted, in every file."""
    if not disk.mounted:
        yield lambda: disk.limit_files(max(room, 10_000))  # what it says goes to a file, too
        return
    ballast = disk.folder / "ballast"
    free = shutil.disk_usage(disk.folder).free
    with open(ballast, "wb") as stream:
        os.posix_fallocate(stream.fileno(), 0, max(1, free - room))
    try:
        yield None
    finally:
        ballast.unlink()


def written_by(before: Path, after: Path) -> int:
    """How many bytes a run has added to a folder."""
    sizes = [
        int(subprocess.check_output(["du", "-sb", str(f)], text=True).split()[0])
        for f in (before, after)
    ]
    return max(sizes[1] - sizes[0], 100_000)


def graded_with_room(scene: Scene, room: int) -> Ended:
    """Grade on a disk with so much room."""
    with course_on_a_disk(scene) as disk, room_for(disk, room) as prepare:
        return scene.grade(prepare=prepare)


KEPT = "what was built before is still there, or the new one; the next build works"


@row(
    "a full disk under autograder build, at 4 points",
    "a sentence; " + KEPT,
    *(DONE, FAULT, REFUSED),
    says=FULL,
)
def full_under_build(scene: Scene) -> Ended:
    ended = None
    wanted = _built(scene.course)
    for point in range(4):
        with course_on_a_disk(scene) as disk:
            with room_for(disk, scene.rng.randrange(0, 600_000)) as prepare:
                ended = _build(scene, prepare)
            built = _built(disk.folder / "course")
            assert built == wanted, f"point {point}: {set(wanted) ^ set(built)}\n{ended.said}"
        if complaints(ended, (DONE, FAULT, REFUSED), FULL):
            return ended
    again = _build(scene, None)
    assert again.status == DONE, again.said
    assert _built(scene.course) == wanted
    assert ended is not None
    return ended


@row("kill -9 of autograder build, at 3 moments", KEPT, DONE)
def build_killed(scene: Scene) -> Ended:
    wanted = _built(scene.course)
    for _ in range(3):
        running = scene.start(*scene.autograder("build"))
        scene.pause(3.0)
        running.kill()
        ended = running.wait()
        assert not ended.complaints()
        assert _built(scene.course).keys() >= wanted.keys(), "killed, and something is gone"
    ended = _build(scene, None)
    assert _built(scene.course) == wanted
    return ended


def _build(scene: Scene, prepare: Callable[[], None] | None) -> Ended:
    return scene.start(*scene.autograder("build"), prepare=prepare).wait()


def _built(course: Path) -> dict[str, bytes]:
    folders = (course / "assignments" / NAME, course / "build" / "source" / NAME)
    return {
        str(path.relative_to(course)): path.read_bytes()
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file()
    }


@row(
    "a full disk under autograder report, at 5 points",
    "a sentence; the page is the old one or the new one, and the next report works",
    *(FAULT, REFUSED),
    says=FULL,
)
def full_under_report(scene: Scene) -> Ended:
    scene.grade()
    ended = None
    with course_on_a_disk(scene) as disk:
        page = scene.course / "report" / NAME / "index.html"
        for point in range(5):
            with room_for(disk, point * 20_000) as prepare:
                done = _report(scene, prepare)
            if done.status == DONE:
                break  # there is room enough
            ended = done
            if complaints(ended, (FAULT, REFUSED), FULL):
                break
            assert not page.exists() or page.read_bytes().rstrip().endswith(b"</html>")
        again = _report(scene, None)
        assert again.status == DONE, again.said
        assert page.read_bytes().rstrip().endswith(b"</html>")
        shutil.rmtree(scene.course / "report")
    assert ended is not None
    return ended


def _report(scene: Scene, prepare: Callable[[], None] | None) -> Ended:
    return scene.start(*scene.autograder("report"), prepare=prepare).wait()


@row(
    "200 files of 9.9 MB beside an answer",
    "they are not all copied, the report says so, and autograded/ stays small",
    DONE,
)
def many_large_files(scene: Scene) -> Ended:
    folder = scene.submitted("eve")
    for number in range(200):
        with open(folder / f"data{number:03}.bin", "wb") as stream:
            stream.truncate(9_900_000)
    running = scene.start_grade()
    sizes = [0]
    running.until(lambda: sizes.append(_size(scene.course / "autograded")))
    ended = running.wait()
    assert max(sizes) < 120 * MEGABYTE, max(sizes)
    scene.note = f"at most {max(sizes) / 1e6:.0f} MB in autograded/"
    for path in folder.glob("data*.bin"):
        path.unlink()
    scene.after.append(lambda: scene.grade("--student", "eve", "--force"))
    return ended


def _size(folder: Path) -> int:
    found = 0
    for path in folder.rglob("*"):
        try:
            found += path.lstat().st_blocks * 512
        except OSError:
            continue
    return found


@row(
    "a full temporary folder",
    "it is not needed, or a sentence names it",
    *(DONE, FAULT),
    says=FULL,
)
def full_temporary_folder(scene: Scene) -> Ended:
    with small_disk(scene.place, 1_000_000) as disk, room_for(disk, 0) as prepare:
        return scene.grade(environment={"TMPDIR": str(disk.folder)}, prepare=prepare)
