"""Time that nobody ran, and clocks that go wrong."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterable

import psutil

from tests.faults.running import Ended, Running
from tests.faults.scene import Scene
from tests.faults.table import DONE, row

#: Seconds that a function, and a whole submission, may take in these courses; and a pause that is
#: longer than both.
SECONDS, TOTAL, PAUSE = 1.0, 2.0, 2.5
RIGHT = "what ran is asked again, and every right answer has its points"


def short_limits(scene: Scene) -> None:
    path = scene.course / "course.toml"
    text = path.read_text().replace(
        "seconds = 10 ", f"seconds = {SECONDS}\ntotal_seconds = {TOTAL} #"
    )
    path.write_text(text)


def _paused(scene: Scene, paused: Callable[[Running], Iterable[psutil.Process]]) -> Ended:
    """Stop some processes while a submission computes, and let them go on after the limits."""
    short_limits(scene)
    running = scene.start_grade()
    running.until(lambda: scene.busy(running))
    stopped = list(paused(running))
    for process in stopped:
        with contextlib.suppress(psutil.Error):
            process.send_signal(signal.SIGSTOP)
    time.sleep(PAUSE)
    for process in reversed(stopped):
        with contextlib.suppress(psutil.Error):
            process.send_signal(signal.SIGCONT)
    return running.wait()


def _at_depth(scene: Scene, running: Running, *depths: int) -> list[psutil.Process]:
    return [process for depth, process in running.family() if depth in depths]


@row(
    "Ctrl-Z, and fg after all limits",
    RIGHT,
    DONE,
)
def suspended(scene: Scene) -> Ended:
    """The terminal's group: the command and its grading processes; submissions run on."""
    return _paused(
        scene, lambda running: [psutil.Process(running.pid), *_at_depth(scene, running, 1)]
    )


@row("a suspended laptop: every process stands still, longer than all limits", RIGHT, DONE)
def laptop(scene: Scene) -> Ended:
    def everything(running: Running) -> list[psutil.Process]:
        return [psutil.Process(running.pid), *(process for _, process in running.family())]

    return _paused(scene, everything)


@row("the command alone paused", RIGHT, DONE)
def command_paused(scene: Scene) -> Ended:
    return _paused(scene, lambda running: [psutil.Process(running.pid)])


@row("the grading processes paused", RIGHT, DONE)
def graders_paused(scene: Scene) -> Ended:
    return _paused(scene, lambda running: _at_depth(scene, running, 1))


@row("the fork servers and submissions paused", RIGHT, DONE)
def servers_paused(scene: Scene) -> Ended:
    depths = range(2, Scene.deepest + 1)
    return _paused(scene, lambda running: _at_depth(scene, running, *depths))


@row("a submission's process paused", RIGHT, DONE)
def submission_paused(scene: Scene) -> Ended:
    return _paused(scene, scene.busy)


@row("suspended three times", RIGHT, DONE)
def suspended_often(scene: Scene) -> Ended:
    short_limits(scene)
    running = scene.start_grade()
    running.until(lambda: scene.submissions(running))
    for _ in range(3):
        running.send(signal.SIGSTOP)
        time.sleep(TOTAL / 2)
        running.send(signal.SIGCONT)
        time.sleep(0.1)
    return running.wait()


# Clocks.


def _touched(scene: Scene, when: float) -> Ended:
    """All times in the course's folder, before and after a first run."""
    for _ in range(2):
        for path in scene.course.rglob("*"):
            os.utime(path, (when, when), follow_symlinks=False)
        ended = scene.grade()
    return ended


@row("all files' times set to the year 2100", "nothing depends on them", DONE)
def files_of_the_future(scene: Scene) -> Ended:
    return _touched(scene, 4_102_444_800)


@row("all files' times set to the year 1971", "nothing depends on them", DONE)
def files_of_the_past(scene: Scene) -> Ended:
    return _touched(scene, 31_536_000)


def _unshared(*offsets: str) -> tuple[str, ...]:
    command = ("unshare", "--time", *offsets, "--")
    able = subprocess.run([*command, "true"], capture_output=True).returncode == 0
    return command if able else ()


@row("a machine that has run for three years", "nothing depends on the clock of its start", DONE)
def long_uptime(scene: Scene) -> Ended:
    before = _unshared("--monotonic", "100000000", "--boottime", "100000000")
    if not before:
        scene.note = "not tried: this user cannot have a clock of its own"
    return scene.grade(before=before)


#: A clock as the C library gives it: it jumps by so many seconds, there and back, at every call
#: from the hundredth on.
_CLOCK = """
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
static int calls;
int clock_gettime(clockid_t clock, struct timespec *found) {
    int status = syscall(SYS_clock_gettime, clock, found);
    const char *jump = getenv("JUMP_SECONDS");
    if (clock == CLOCK_REALTIME && jump && ++calls > 5 && calls % 20 < 10)
        found->tv_sec += atol(jump);
    return status;
}
"""


def _jumping(scene: Scene, seconds: int) -> Ended:
    """Grade twice with a clock that jumps; without a compiler, with the clock as it is."""
    library = scene.place / "clock.so"
    compiler = shutil.which("cc")
    if compiler is None:
        scene.note = "not tried: no C compiler here"
        return scene.grade()
    command = [compiler, "-shared", "-fPIC", "-x", "c", "-", "-o", str(library)]
    subprocess.run(command, input=_CLOCK.encode(), check=True)
    environment = {"LD_PRELOAD": str(library), "JUMP_SECONDS": str(seconds)}
    scene.grade(environment=environment)
    return scene.grade("--force", environment=environment)


@row("the clock set forward by a year, and back, many times in a run", "the same grades", DONE)
def clock_forward(scene: Scene) -> Ended:
    return _jumping(scene, 366 * 86_400)


@row("the clock set back by ten years, and forward", "the same grades", DONE)
def clock_back(scene: Scene) -> Ended:
    return _jumping(scene, -3652 * 86_400)
