"""Every kind of process killed by the machine, at 60 moments in all, and a disk that is full at 20
points: after each, one more run ends as if nothing had been. Without ``--every-moment`` a sixth of
them is tried."""

from __future__ import annotations

import random
import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.faults.disks import FULL, graded_with_room
from tests.faults.parallel import in_parallel
from tests.faults.processes import autograde_killed_at, killed_at
from tests.faults.running import Ended
from tests.faults.scene import Scene
from tests.faults.table import (
    DONE,
    FAULT,
    REFUSED,
    complaints,
    differences,
    note,
    points_lost,
    run_again,
)
from tests.helpers.drawn import drawn

pytestmark = pytest.mark.slow
Share = Callable[[Sequence[Any]], Sequence[Any]]
ONCE = "it is asked again, and everybody has all points at once, status 0"
AGAIN = "the next run goes on, and ends as if nothing had been"
#: How many moments, the latest of them, in runs, after the first process of the kind is there, and
#: what is expected.
KINDS: dict[str, tuple[int, float, str]] = {
    "the command": (20, 1.0, AGAIN),
    "a grading process": (12, 0.6, ONCE),
    "a fork server": (12, 0.6, ONCE),
    "a submission's process": (10, 0.3, ONCE),
    "nbgrader autograde": (6, 0.8, AGAIN),
}


@pytest.fixture
def at_many(
    template: Path, undisturbed: dict[str, Any], places: Path
) -> Callable[[str, str, Sequence[Any], Callable[[Scene, Any], list[str]]], None]:
    """Try something at many moments, each on a course of its own, and note it in the table."""

    def tried(
        name: str, expected: str, moments: Sequence[Any], work: Callable[[Scene, Any], list[str]]
    ) -> None:
        place = places / f"moments{len(list(places.iterdir()))}"

        def one(number: int) -> tuple[list[str], str]:
            scene = Scene.of(template, place / f"{number}", number)
            try:
                found = work(scene, moments[number])
            except AssertionError as error:
                found = [str(error)]
            shutil.rmtree(scene.place)
            return [f"moment {number} ({moments[number]}): {line}" for line in found], scene.note

        results = in_parallel(one, len(moments), 3)
        found = [line for lines, _ in results for line in lines]
        said = Counter(how for _, how in results)
        happened = ", ".join(f"{how} {count} times" for how, count in sorted(said.items()))
        note(name, expected, found, happened)
        assert not found

    return tried


@pytest.fixture
def share(pytestconfig: pytest.Config) -> Share:
    """Which of the moments are tried."""
    return lambda moments: drawn(pytestconfig, moments, len(moments) // 6)


@pytest.mark.parametrize("kind", KINDS)
def test_kill_9_at_any_moment(
    kind: str, share: Share, at_many: Callable[..., None], undisturbed: dict[str, Any]
) -> None:
    count, most, expected = KINDS[kind]
    rng = random.Random(kind)

    def one(scene: Scene, moment: float) -> list[str]:
        if kind == "nbgrader autograde":
            ended = autograde_killed_at(scene, moment)
        else:
            ended = killed_at(kind, scene, moment)
        return _as_expected(scene, ended, (DONE, -9) if expected == AGAIN else (DONE,))

    def _as_expected(scene: Scene, ended: Ended, statuses: Sequence[int]) -> list[str]:
        scene.note = "killed" if ended.status == -9 else f"status {ended.status}"
        found = complaints(ended, statuses) + points_lost(scene, undisturbed)
        if ended.status == DONE and expected == ONCE:
            return found + differences(scene.state(), undisturbed)
        return found + run_again(scene, undisturbed)

    moments = share([round(rng.uniform(0, most * Scene.whole), 3) for _ in range(count)])
    at_many(f"kill -9 of {kind}, at {len(moments)} moments", expected, moments, one)


def test_a_disk_full_at_any_point(
    share: Share, at_many: Callable[..., None], undisturbed: dict[str, Any]
) -> None:
    """From no room at all to nearly enough; half of the points are where little is written."""
    rng = random.Random(20)
    rooms = [rng.randrange(0, most) for most in (60_000, 400_000, 1_500_000, 2_500_000) * 5]
    rooms = share(rooms)

    def one(scene: Scene, room: int) -> list[str]:
        ended = graded_with_room(scene, room)
        scene.note = f"status {ended.status}"
        found = complaints(ended, (DONE, FAULT, REFUSED), FULL)
        return found + points_lost(scene, undisturbed) + run_again(scene, undisturbed)

    expected = "a sentence, or a line for each student, with what to do; " + AGAIN
    at_many(f"a full disk under autograder grade, at {len(rooms)} points", expected, rooms, one)
