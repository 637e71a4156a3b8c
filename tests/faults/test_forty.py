"""Forty students have the same scores on a machine that stands still for a while, and on one with
little memory."""

from __future__ import annotations

import json
import resource
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from autograder.classroom.journal import read_reports
from autograder.course import load_course
from tests.conftest import NAME
from tests.faults.clocks import PAUSE, short_limits
from tests.faults.processes import little_memory
from tests.faults.running import Ended
from tests.faults.scene import SOLUTION, Scene, hand_in
from tests.faults.table import DONE, complaints, note
from tests.helpers.answers import RIGHT, WRONG

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def forty(template: Path, places: Path) -> Path:
    """The course, with twenty right answers and twenty wrong ones handed in."""
    course = places / "forty"
    shutil.copytree(template, course)
    shutil.rmtree(course / "submitted")
    wrong = [answer for answer in WRONG if not answer.never_ends]
    for number in range(20):
        for kind, answers in (("right", RIGHT), ("wrong", wrong)):
            answer = answers[number * len(answers) // 20]
            hand_in(course, f"{kind}{number:02}", f"{SOLUTION}\n\n{answer.source}")
    return course


@pytest.fixture(scope="module")
def grade(
    forty: Path, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[Callable[[Scene], Ended]], dict[str, Any]]:
    """Grade the forty in some way; what everybody has, and why."""

    def graded(way: Callable[[Scene], Ended]) -> dict[str, Any]:
        scene = Scene.of(forty, tmp_path_factory.mktemp("forty"))
        ended = way(scene)
        assert not complaints(ended, [DONE])
        reports = read_reports(load_course(scene.course), NAME)
        return {
            "points": scene.points(),
            **{report.student: json.loads(report.to_json())["functions"] for report in reports},
        }

    return graded


@pytest.fixture(scope="module")
def wanted(grade: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    found = grade(Scene.grade)
    assert len(found) == 41
    return found


def test_with_a_pause_in_the_middle(
    grade: Callable[..., dict[str, Any]], wanted: dict[str, Any]
) -> None:
    def paused(scene: Scene) -> Ended:
        short_limits(scene)
        running = scene.start_grade()
        running.until(scene.first_is_graded)
        running.send(signal.SIGSTOP)
        time.sleep(PAUSE)
        running.send(signal.SIGCONT)
        return running.wait()

    _compare("forty students, with a pause in the middle", grade(paused), wanted)


def test_with_400_megabytes(grade: Callable[..., dict[str, Any]], wanted: dict[str, Any]) -> None:
    def limited(scene: Scene) -> Ended:
        with little_memory(400) as prepare:
            return scene.grade(prepare=prepare or _limit_addresses)

    _compare("forty students, with 400 MB of memory", grade(limited), wanted)


def _limit_addresses() -> None:
    """Where this user cannot limit memory, as ``ulimit -v`` does it."""
    resource.setrlimit(resource.RLIMIT_AS, (400_000_000, 400_000_000))


def _compare(name: str, found: dict[str, Any], wanted: dict[str, Any]) -> None:
    other = [f"{key} differs" for key in wanted if found.get(key) != wanted[key]]
    note(name, "the same scores, for the same reasons", other, "the same")
    assert not other
