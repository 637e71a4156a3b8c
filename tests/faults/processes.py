"""Processes that are killed from outside, and memory that the machine has not."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from tests.conftest import NAME
from tests.faults.running import Ended, Running
from tests.faults.scene import SOLUTION, Scene, hand_in
from tests.faults.table import DONE, FAULT, row

#: A right answer that takes 200 MB.
LARGE = f"{SOLUTION}\n\n# %%\nimport numpy as np\nlarge = np.ones(25_000_000)\n"
CGROUPS = Path("/sys/fs/cgroup")


def find(kind: str, scene: Scene, running: Running) -> list[psutil.Process]:
    """The processes of a kind."""
    depths = {
        "a grading process": range(1, 2),
        "a fork server": range(2, scene.deepest),
        "a submission's process": range(scene.deepest, scene.deepest + 1),
    }[kind]
    return [process for depth, process in running.family() if depth in depths]


def killed_at(kind: str, scene: Scene, moment: float) -> Ended:
    """Kill one process of a kind, so many seconds after there is any."""
    running = scene.start_grade()
    if kind == "the command":
        time.sleep(moment)
        running.kill()
        return running.wait()
    running.until(lambda: find(kind, scene, running))
    time.sleep(moment)
    chosen: list[psutil.Process] = []
    running.until(lambda: chosen.extend(find(kind, scene, running)) or chosen)
    if chosen:
        with contextlib.suppress(psutil.NoSuchProcess):
            scene.rng.choice(chosen).kill()
    return running.wait()


def autograde_killed_at(scene: Scene, moment: float) -> Ended:
    """Kill ``nbgrader autograde`` after its grader was started."""
    running = scene.start("nbgrader", "autograde", NAME, "--create", cwd=scene.course)
    running.until(lambda: any(depth == 2 for depth, _ in running.family()))
    time.sleep(moment)
    running.kill()
    return running.wait()


@row(
    "kill -9 of every process of one submission, again and again",
    "its line says that it could not be graded; it loses no points; the others are graded",
    FAULT,
    says=r"^dan: it could not be graded",
)
def submission_killed_always(scene: Scene) -> Ended:
    (scene.submitted("dan") / f"{NAME}.py").rename(scene.place / "dan.py")
    (scene.submitted("dan") / f"{NAME}.py").write_text(SOLUTION + BUSY_LONG)
    running = scene.start_grade()

    def kill() -> None:
        for process in scene.busy(running):
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()

    running.until(kill)
    scene.after.append(
        lambda: (scene.place / "dan.py").rename(scene.submitted("dan") / f"{NAME}.py")
    )
    return running.wait()


BUSY_LONG = """

# %%
import time
until = time.process_time() + 1.5
while time.process_time() < until:
    pass
"""


@contextmanager
def little_memory(megabytes: int) -> Iterator[Callable[[], None] | None]:
    """What puts a process, and all that it starts, where there is so little memory; None where
    this user may not make such a place."""
    for place in (CGROUPS / "memory" / f"faults-{os.getpid()}", CGROUPS / f"faults-{os.getpid()}"):
        limit = place / ("memory.limit_in_bytes" if "memory" in place.parts else "memory.max")
        try:
            place.mkdir()
            limit.write_text(str(megabytes * 1_000_000))
        except OSError:
            with contextlib.suppress(OSError):
                place.rmdir()
            continue
        members = place / "cgroup.procs"
        try:
            yield lambda members=members: _write(members)  # type: ignore[misc]
        finally:
            _remove(place)
        return
    yield None


def _write(members: Path) -> None:
    members.write_text(str(os.getpid()))


def _remove(place: Path) -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        for process in (place / "cgroup.procs").read_text().split():
            with contextlib.suppress(OSError):
                os.kill(int(process), signal.SIGKILL)
        with contextlib.suppress(OSError):
            return place.rmdir()
        time.sleep(0.05)
    return None


@row(
    "two submissions of 200 MB each where 500 MB are left for everything",
    "both are graded with all their points, one at a time",
    DONE,
)
def out_of_memory(scene: Scene) -> Ended:
    with little_memory(500) as prepare:
        if prepare is None:
            scene.note = "not tried: this user cannot limit the memory"
            return scene.grade()
        before = {student: scene.place / student for student in ("ada", "bob")}
        for student, aside in before.items():
            (scene.course / "submitted" / student).rename(aside)
            hand_in(scene.course, student, LARGE)
        ended = scene.grade(prepare=prepare)
        points = scene.points().items()
        right = sum(points for cell, points in points if cell.split("/")[0] in before)
        scene.note = f"{right:g} of 46 points"
        assert right == 46, (right, ended.said)
        scene.after.append(lambda: _put_back(scene, before))
        return ended


def _put_back(scene: Scene, before: dict[str, Path]) -> None:
    for student, aside in before.items():
        shutil.rmtree(scene.course / "submitted" / student)
        aside.rename(scene.course / "submitted" / student)
    scene.grade()
