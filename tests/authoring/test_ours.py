"""What a build may remove: what builds wrote, and nothing of the instructor's."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from autograder.authoring.ours import Ours
from autograder.course import Course, CourseError
from tests.conftest import NAME


@pytest.fixture
def empty(course: Course, tmp_path: Path) -> Course:
    made = replace(course, root=tmp_path)
    (tmp_path / made.source_directory / NAME).mkdir(parents=True)
    (made.released / NAME).mkdir(parents=True)
    return made


def built(course: Course, *names: str) -> set[str]:
    ours = Ours(course, NAME)
    with ours.announced(names):
        pass
    for name in names:
        (course.released / NAME / name).write_text("x")
    ours.leave_only(names)
    return {path.name for path in (course.released / NAME).iterdir()}


def test_only_what_builds_wrote_is_removed(empty: Course) -> None:
    assert built(empty, "a.svg", "b.svg") == {"a.svg", "b.svg"}
    (empty.released / NAME / "mine.ipynb").write_text("mine")
    assert built(empty, "b.svg") == {"b.svg", "mine.ipynb"}


@pytest.mark.parametrize("folder", ["source", "released"])
def test_a_folder_that_no_build_made_is_refused(empty: Course, folder: str) -> None:
    folders = {"source": empty.root / empty.source_directory, "released": empty.released}
    (folders[folder] / NAME / "mine.ipynb").write_text("mine")
    with pytest.raises(CourseError, match="was not made by `autograder build`"):
        Ours(empty, NAME)


def test_what_a_killed_build_left_is_not_refused(empty: Course) -> None:
    with Ours(empty, NAME).announced(["a.svg"]):
        pass
    (empty.root / empty.source_directory / NAME / "a.svg").write_text("half of a build")
    assert Ours(empty, NAME).names == {"a.svg"}


def test_a_build_that_is_refused_claims_nothing(empty: Course) -> None:
    ours = Ours(empty, NAME)
    with pytest.raises(CourseError), ours.announced(["mine.ipynb"]):
        raise CourseError("no other cells")
    assert Ours(empty, NAME).names == set()
