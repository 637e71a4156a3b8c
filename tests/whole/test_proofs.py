"""The exercises of this course are sound: what `autograder build --check` proves of them."""

from __future__ import annotations

import pytest

from autograder.authoring.mutation_score import Combination
from autograder.authoring.proofs import proofs
from autograder.cli.arguments import all_names
from autograder.course import Course, load_course
from autograder.exercise.solution import load_solution
from tests.conftest import ROOT
from tests.helpers.drawn import drawn

pytestmark = pytest.mark.slow

#: How many pairs of mistakes are tried of the thousands, without ``--every-moment``.
PAIRS = 900


@pytest.mark.parametrize("name", all_names(load_course(ROOT)))
def test_everything_is_proved(name: str, course: Course, pytestconfig: pytest.Config) -> None:
    def some(pairs: list[Combination]) -> list[Combination]:
        return drawn(pytestconfig, pairs, PAIRS)

    found = list(proofs(course, name, some))
    assert len(found) > 14 + len(load_solution(course, name).exercise.mistakes)
    assert [proof.text for proof in found if not proof.holds] == []
