"""The exercises of this course are sound: what `autograder build --check` proves of them."""

from __future__ import annotations

import pytest

from autograder.authoring.mutation_score import score
from autograder.authoring.naming_proofs import combinations
from autograder.authoring.proofs import proofs
from autograder.cli.arguments import all_names
from autograder.course import Course, load_course
from autograder.exercise.answer_key import AnswerKey
from autograder.exercise.solution import Solution, load_solution
from tests.conftest import ROOT

pytestmark = pytest.mark.slow

#: How many combinations of mistakes are tried of each kind, and with ``--every-moment``.
SOME, MANY = 60, 2000


@pytest.mark.parametrize("name", all_names(load_course(ROOT)))
def test_everything_is_proved(name: str, course: Course, pytestconfig: pytest.Config) -> None:
    count = MANY if pytestconfig.getoption("--every-moment") else SOME
    found = list(proofs(course, name, count))
    assert len(found) > 14 + len(load_solution(course, name).exercise.mistakes)
    assert [proof.text for proof in found if not proof.holds] == []


def test_declared_pairs_in_one_function_are_recognised(
    solution: Solution, answer_key: AnswerKey
) -> None:
    found = score(solution, answer_key, combinations(solution.exercise.mistakes, 2, True, 100))
    assert found.rejected == found.judged > 50
    assert found.misnamed == []
    assert found.recognised >= 0.95 * found.judged
