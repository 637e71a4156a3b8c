"""What an author may not declare, and the words that say so."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from dataclasses import replace
from importlib.util import MAGIC_NUMBER, cache_from_source
from pathlib import Path
from typing import Any

import pytest

from autograder import Choice
from autograder.course import load_course
from autograder.exercise.declaration import ExerciseError
from autograder.exercise.solution import Solution, load_solution
from autograder.exercise.solve import make_answer_key
from tests.conftest import NAME
from tests.helpers.choices import CHOICE, WHY, exercise


@pytest.mark.parametrize(
    ("choices", "words"),
    [
        ([CHOICE, CHOICE], "'pick' is declared twice"),
        ([Choice("loss", 1, WHY)], "'loss' is declared twice"),
        ([Choice("pick", 1, WHY[:1])], "'pick': reasons must be a list of strings, one for each"),
        ([Choice("pick", 1, "no")], "'pick': reasons must be a list of strings, one for each"),
        ([Choice("pick", 1, ["so", " "])], "'pick': every option needs a reason"),
        ([Choice("pick", 0, WHY)], "'pick': it needs points above 0"),
        ([Choice("pick", float("nan"), WHY)], "'pick': it needs points above 0"),
    ],
)
def test_what_cannot_be_judged_is_refused(choices: Sequence[Choice], words: str) -> None:
    with pytest.raises(ExerciseError, match=re.escape(words)):
        exercise(*choices)


@pytest.mark.parametrize(
    ("pick", "words"),
    [
        (lambda: 4, "pick of the solution must return a whole number from 1 to 3, not 4"),
        (lambda: True, "must return a whole number from 1 to 3, not True"),
        (lambda: None, "must return a whole number from 1 to 3, not None"),
        (lambda x: 1, "pick of the solution fails: TypeError"),
    ],
)
def test_a_solution_that_chooses_nothing_is_refused(pick: Any, words: str) -> None:
    solution = {"loss": lambda y, t: y, "pick": pick}
    with pytest.raises(ExerciseError, match=re.escape(words)):
        make_answer_key("t", exercise(CHOICE), solution)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"function": "losss"}, "there is no function 'losss'"),
        ({"id": "climbs-the-loss"}, "is declared twice"),
        ({"hints": "What?"}, "hints must be a list"),
    ],
)
def test_a_mistake_that_cannot_be_is_refused(
    more: dict[str, Any], words: str, solution: Solution
) -> None:
    exercise = solution.exercise
    wrong = replace(exercise.mistakes[0], **{"id": "new", **more})
    with pytest.raises(ExerciseError, match=words):
        replace(exercise, mistakes=[*exercise.mistakes, wrong])


def test_no_compiled_file_of_an_exercise_is_kept_or_read(course_copy: Path) -> None:
    """A full disk may cut one off, and Python would read it ever after."""
    folder = course_copy / "solutions" / NAME
    for name in ("exercise", "mistakes"):
        cut = Path(cache_from_source(str(folder / f"{name}.py")))
        cut.parent.mkdir(exist_ok=True)
        when = int((folder / f"{name}.py").stat().st_mtime).to_bytes(4, "little")
        size = (folder / f"{name}.py").stat().st_size.to_bytes(4, "little")
        cut.write_bytes(MAGIC_NUMBER + bytes(4) + when + size)
    load_solution(load_course(course_copy), NAME)
    shutil.rmtree(folder / "__pycache__")
    load_solution(load_course(course_copy), NAME)
    assert not (folder / "__pycache__").exists()
