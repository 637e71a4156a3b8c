"""Signals, as terminals, shells, batch systems and people send them."""

from __future__ import annotations

import dataclasses
import os
import pty
import signal
import time
from pathlib import Path

import autograder
from tests.conftest import NAME
from tests.faults.running import Ended, Running
from tests.faults.scene import Scene
from tests.faults.table import DONE, FAULT, INTERRUPTED, row

SAID = r"^Interrupted\."
ENDS = "the run ends in one sentence and leaves nothing running; what was graded is kept"


def _interrupted(scene: Scene, *numbers: int, gap: float = 0.05, early: bool = False) -> Ended:
    """Signal the whole group, as a terminal does: in the first 0.3 s, or between two grades."""
    running = scene.start_grade()
    if early:
        scene.pause(0.3)
    else:
        running.until(scene.first_is_graded)
    for number in numbers:
        running.send(number)
        time.sleep(gap)
    return _told(scene, running.wait())


def _told(scene: Scene, ended: Ended) -> Ended:
    scene.note = f"ended after {ended.seconds:.1f} s"
    return ended


for _name, _number in (("Ctrl-C", signal.SIGINT), ("SIGTERM", signal.SIGTERM), ("SIGHUP", 1)):

    @row(f"{_name} between two grades", ENDS, INTERRUPTED, says=SAID, slow=_number != signal.SIGINT)
    def once(scene: Scene, number: int = _number) -> Ended:
        return _interrupted(scene, number)

    @row(f"{_name} twice within 0.1 s", ENDS, INTERRUPTED, says=SAID)
    def twice(scene: Scene, number: int = _number) -> Ended:
        return _interrupted(scene, number, number)


@row("Ctrl-C ten times within a second", ENDS, INTERRUPTED, says=SAID)
def ten_times(scene: Scene) -> Ended:
    return _interrupted(scene, *[signal.SIGINT] * 10, gap=0.1)


@row(
    "Ctrl-C in the first 0.3 s, at 8 moments",
    "the run ends without a traceback of ours; what comes before, Python's start, is Python's own",
    INTERRUPTED,
)
def early(scene: Scene) -> Ended:
    for _ in range(8):
        ended = _interrupted(scene, signal.SIGINT, gap=0, early=True)
        if f"{Path(autograder.__file__).parent}/" not in ended.said:  # Python had not come to us
            ended = dataclasses.replace(ended, said="Interrupted.", status=INTERRUPTED)
        if ended.status != INTERRUPTED or ended.complaints():
            break
    return ended


#: How timeout ends, of which a signal may come to its end as well.
TIMED_OUT = (INTERRUPTED, 124, 128 + signal.SIGTERM, -signal.SIGTERM)


@row(
    "timeout, which signals twice",
    "the run ends in one sentence and leaves nothing running",
    *TIMED_OUT,
    says=SAID,
)
def by_timeout(scene: Scene) -> Ended:
    """It is told to end before its time, and does then what it does at its time."""
    running = scene.start_grade(before=("timeout", "100"))
    running.until(scene.first_is_graded)
    running.kill(signal.SIGTERM)
    return _told(scene, running.wait())


@row("nohup, and the terminal's end", "the run goes on to its end", DONE)
def nohup(scene: Scene) -> Ended:
    return _terminal_ends(scene, "nohup")


@row("the terminal's end without nohup", ENDS, INTERRUPTED, says=SAID)
def hangup(scene: Scene) -> Ended:
    return _terminal_ends(scene)


def _terminal_ends(scene: Scene, *before: str) -> Ended:
    """Run at a terminal of its own, and close that between two grades."""
    ours, theirs = pty.openpty()
    name = os.ttyname(theirs)
    # The session's leader opens it, and so it becomes the terminal of the session.
    shell = ("/bin/sh", "-c", f'exec 0<>{name}; exec "$@"', "sh")
    running = scene.start_grade(before=(*shell, *before))
    os.close(theirs)
    running.until(scene.first_is_graded)
    os.close(ours)
    return _told(scene, running.wait())


@row("Ctrl-C where SIGINT is ignored, as in a script's background", "the run goes on", DONE)
def ignored(scene: Scene) -> Ended:
    shell = ("/bin/sh", "-c", 'trap "" INT; exec "$@"', "sh")
    running = scene.start_grade(before=shell)
    running.until(scene.first_is_graded)
    running.send(signal.SIGINT)
    return running.wait()


def _autograde(scene: Scene, before: tuple[str, ...] = ()) -> Running:
    """``nbgrader autograde``, until the grader that it started has graded somebody."""
    command = (*before, "nbgrader", "autograde", NAME, "--create")
    running = scene.start(*command, cwd=scene.course)
    running.until(scene.first_is_graded)
    return running


@row(
    "nbgrader autograde ended by SIGTERM",
    "the grader that it started ends with it",
    *(-signal.SIGTERM, FAULT, INTERRUPTED, 128 + signal.SIGTERM),
)
def autograde_terminated(scene: Scene) -> Ended:
    running = _autograde(scene)
    running.kill(signal.SIGTERM)
    return _told(scene, running.wait())


@row(
    "nbgrader autograde ended by Ctrl-C twice within 0.3 s",
    "the grader that it started ends with it, and it says no traceback of ours",
    *(-signal.SIGINT, FAULT, INTERRUPTED),
)
def autograde_interrupted(scene: Scene) -> Ended:
    running = _autograde(scene)
    for _ in range(2):
        running.send(signal.SIGINT)
        time.sleep(0.2)
    return _told(scene, running.wait())


@row(
    "nbgrader autograde under timeout",
    "the grader that it started ends with it",
    *TIMED_OUT,
)
def autograde_timeout(scene: Scene) -> Ended:
    running = _autograde(scene, ("timeout", "100"))
    running.kill(signal.SIGTERM)
    return _told(scene, running.wait())
