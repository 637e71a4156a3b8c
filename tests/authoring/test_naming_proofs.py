"""What counts as a true name, and which combinations of mistakes are tried."""

from __future__ import annotations

import pytest

from autograder.authoring.mutation_score import HIDDEN, score
from autograder.authoring.naming_proofs import combinations
from autograder.authoring.truth import Truth
from autograder.exercise.solution import Solution
from tests.conftest import KEY


@pytest.fixture
def truth(solution: Solution) -> Truth:
    return Truth(solution, solution.answer_key(KEY))


def test_a_name_is_true_if_its_numbers_are_those_of_what_was_made(truth: Truth) -> None:
    made = ["half-of-the-loss", "sum-in-place-of-mean"]
    assert truth.is_true("loss", made, made)
    assert truth.is_true("loss", ["half-of-the-sum-of-squares"], made)
    assert not truth.is_true("loss", ["half-of-the-loss"], made)
    assert not truth.is_true("backward", ["missing-factor-two"], [])


def test_a_name_of_a_part_gives_the_numbers_of_a_quantity(truth: Truth) -> None:
    made = ["missing-factor-two", "hidden-for-input-in-w1"]
    assert truth.is_true_in_part("backward", ["missing-factor-two"], made)
    assert not truth.is_true("backward", ["missing-factor-two"], made)
    assert not truth.is_true_in_part("backward", ["missing-output-slope"], made)


def test_a_function_that_is_called_by_mistake_is_as_it_was_written(truth: Truth) -> None:
    """No right one stands for what the solution's function does not call."""
    made = ["sigmoid_derivative/factor-left-out/2", "forward/other-function/1"]
    assert truth.is_true("forward", ["hidden-not-squashed"], made)
    assert not truth.is_true("forward", ["hidden-not-squashed"], made[1:])


def test_what_shows_nowhere_is_hidden(truth: Truth) -> None:
    assert truth.hides_any(["return-inside-the-loop", "one-epoch-too-many"])
    assert not truth.hides_any(["missing-factor-two", "missing-output-slope"])
    assert not truth.hides_any(["missing-factor-two", "climbs-the-loss"])


@pytest.mark.parametrize("size", [2, 3])
def test_combinations_are_different_and_of_one_kind(solution: Solution, size: int) -> None:
    for in_one, functions in ((True, 1), (False, size)):
        drawn = combinations(solution.mistakes, size, in_one, 40)
        assert len({frozenset(mistake.id for mistake in each) for each in drawn}) == 40
        assert {len({mistake.function for mistake in each}) for each in drawn} == {functions}
        assert drawn == combinations(solution.mistakes, size, in_one, 40)


def test_all_are_taken_where_there_are_few(solution: Solution) -> None:
    some = solution.mistakes[:4]
    assert len(combinations(some, 2, in_one=True, count=10)) == 6
    assert combinations(some, 2, in_one=False, count=10) == []


def test_other_mistakes_with_the_same_numbers_are_recognised(solution: Solution) -> None:
    made = [solution.mutants.mistakes[m] for m in ("half-of-the-loss", "sum-in-place-of-mean")]
    found = score(solution, solution.answer_key(KEY), [made])
    assert (found.judged, found.recognised, found.misnamed) == (1, 1, [])


def test_mistakes_that_undo_each_other_across_functions_are_not_missed(solution: Solution) -> None:
    """A slope that is left out, and applied besides."""
    ids = ("sigmoid_derivative/factor-left-out/2", "forward/applied-before/2")
    made = [solution.mutants.mistakes[each] for each in ids]
    found = score(solution, solution.answer_key(KEY), [made])
    assert (found.judged, found.missed, found.counts[HIDDEN]) == (0, [], 1)
