"""A mutant is asked anew only for what its mistakes can reach, and is told the same as ever."""

from __future__ import annotations

import dataclasses

import pytest

from autograder.authoring import mutation_score
from autograder.authoring.untouched import Uses
from autograder.course import Course
from autograder.exercise.answer_key import AnswerKey
from autograder.exercise.declaration import Function
from autograder.exercise.solution import Solution, load_solution
from tests.conftest import KEY

SOURCE = """
TABLE = {}
OTHERS = {}
TABLE.update(b=b)
for name in ("c",):
    OTHERS[name] = c
def b(x): return helper(x)
def c(x): return x
def d(x): return TABLE["b"](x)
def e(x): return OTHERS["c"](x)
def helper(x): return x
def alone(x): return x
"""


def functions(*names: str) -> list[Function]:
    return [Function(name, {"values": 1}, arguments=("x",)) for name in names]


@pytest.mark.parametrize(
    ("changed", "touched"),
    [("helper", "bd"), ("b", "bd"), ("c", "ce"), ("d", "d"), ("TABLE", "d")],
)
def test_what_is_used_in_any_way_reaches_a_function(changed: str, touched: str) -> None:
    judged = [*"bcde", "alone"]
    untouched = Uses(functions(*judged), SOURCE).untouched([changed])
    assert {*untouched} == {*judged} - {*touched}


def test_so_does_what_keeps_something_for_it() -> None:
    b, alone = functions("b", "alone")
    b = dataclasses.replace(b, returns=("y", "cache"), own=("cache",))
    alone = dataclasses.replace(alone, gets={"cache": ("b", 1)}, arguments=("cache",))
    assert Uses([b, alone], SOURCE).untouched(["helper"]) == []
    # What is right for everybody reaches it too, and is right whoever makes it.
    alone = dataclasses.replace(alone, gets={"x": ("b", 0)}, arguments=("x",))
    assert Uses([b, alone], SOURCE).untouched(["helper"]) == ["alone"]


def test_where_objects_are_handed_on_anything_may() -> None:
    b, alone = functions("b", "alone")
    alone = dataclasses.replace(alone, probe=lambda alone, x: alone(x))
    assert Uses([b, alone], SOURCE).untouched(["b"]) == []


@pytest.mark.slow
@pytest.mark.parametrize(("name", "step"), [("sigmoid_network", 15), ("cnn", 40)])
def test_a_mutant_is_told_the_same(
    course: Course, name: str, step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    solution = load_solution(course, name)
    answer_key = solution.answer_key(KEY)
    mistakes = list(solution.mistakes)[::step]
    made = [[mistake] for mistake in mistakes] + list(
        map(list, zip(mistakes[::2], mistakes[1::2], strict=False))
    )
    found = reports(solution, answer_key, made)
    monkeypatch.setattr(Uses, "untouched", lambda *_: [])
    assert found == reports(solution, answer_key, made)


def reports(
    solution: Solution, answer_key: AnswerKey, made: list[list[mutation_score.Mistake]]
) -> list[str]:
    judge = mutation_score._Judge(solution, answer_key)
    found = []
    for mistakes in made:
        try:
            source = mutation_score.make(mistakes, solution.source)
        except mutation_score.ExerciseError:  # they exclude each other
            continue
        changed = {mistake.function for mistake in mistakes}
        found += [repr(each) for each in judge._reports(judge._cells(source), changed)]
    return found
