"""The solution with mistakes in it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from autograder.exercise import mutants as made_mutants
from autograder.exercise.declaration import Exercise, ExerciseError, Function, Instance, Mistake
from autograder.exercise.mutants import Mutants

SOURCE = "def f(x):\n    return 2 * x + 1\n"
MISTAKES = [
    Mistake("half", "f", "2 * x", "x / 2", "It halves."),
    Mistake("third", "f", "2 * x", "x / 3", "It takes a third."),
    Mistake("no-one", "f", " + 1", "", "One is missing."),
    Mistake("nowhere", "f", "3 * x", "x", "It is in no solution."),
]
EXERCISE = Exercise(
    "t",
    [Function("f", {"values": 1})],
    [Instance("a", {"x": 1.0})],
    lambda rng: [],
    mistakes=MISTAKES,
)


@pytest.fixture
def mutants() -> Mutants:
    functions: dict[str, Any] = {}
    exec(SOURCE, functions)
    return Mutants(EXERCISE, SOURCE, functions)


def test_mistakes_that_exclude_each_other_are_put_together_once(
    mutants: Mutants, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[list[str]] = []
    make = made_mutants.make

    def noted(mistakes: Any, source: str) -> str:
        tried.append([mistake.id for mistake in mistakes])
        return make(mistakes, source)

    monkeypatch.setattr(made_mutants, "make", noted)
    for _ in range(3):
        with pytest.raises(ExerciseError, match=r"^half, third cannot be made together$"):
            mutants.functions(["half", "third"])
    assert mutants.functions(["half", "no-one"])["f"](np.float64(3)) == 1.5
    assert tried == [["half", "third"], ["half", "no-one"]]


def test_what_an_id_gave_is_not_taken_for_another_mistake_of_that_id(mutants: Mutants) -> None:
    assert mutants.functions(["half"])["f"](np.float64(3)) == 2.5
    for new, right in (("x / 2", 2.5), ("x / 4", 1.75)):
        mistakes = [Mistake("half", "f", "2 * x", new)]
        other = mutants.of(replace(EXERCISE, mistakes=mistakes))
        assert other.functions(["half"])["f"](np.float64(3)) == right


def test_what_is_wrong_with_a_mistake_is_said_each_time(mutants: Mutants) -> None:
    for _ in range(2):
        with pytest.raises(ExerciseError, match=r"'nowhere': its text must occur exactly once"):
            mutants.functions(["nowhere"])
