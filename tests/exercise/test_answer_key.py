"""What is judged, for each student, and what of it is in a student's own copy."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

from autograder.course import load_course
from autograder.exercise.answer_key import AnswerKey
from autograder.exercise.solution import Solution, load_solution
from autograder.exercise.visible import read_visible, write_visible
from tests.conftest import KEY, NAME, ROOT


def test_the_students_copy_holds_names_only(answer_key: AnswerKey, tmp_path: Path) -> None:
    path = tmp_path / "visible.json"
    path.write_text(write_visible(answer_key))
    assert json.loads(path.read_text())["feeds"] == answer_key.feeds
    assert read_visible(path).feeds == answer_key.feeds


def test_mistakes_are_told_apart(solution: Solution) -> None:
    """On the visible instances alone, which is all that a student's copy has."""
    for function, signatures in solution.visible.signatures.items():
        singles = [each for each in signatures if len(each.mistakes) == 1]
        for one in singles:
            for other in singles:
                if one is not other and one.marks.keys() == other.marks.keys():
                    assert one.marks != other.marks, (function, one.mistakes, other.mistakes)


def test_everybody_has_hidden_instances_of_their_own(solution: Solution) -> None:
    ada, bob = (solution.answer_key(KEY, student) for student in ("ada", "bob"))
    again = solution.answer_key(KEY, "ada")
    for one, two, three in zip(ada.cases, bob.cases, again.cases, strict=True):
        y = [case.expected["forward"]["y"].tolist() for case in (one, two, three)]
        assert y[0] == y[2]
        assert (y[0] == y[1]) is not one.hidden


def test_names_follow_the_exercise_and_not_an_old_release(course_copy: Path) -> None:
    """What was released is taken only where it was made from these very files."""
    course = load_course(course_copy)
    released = load_solution(course, NAME).answer_key(KEY)
    anew = replace(load_solution(course, NAME), released=None).visible
    assert released.signatures == anew.signatures
    path = course_copy / "solutions" / NAME / "mistakes.py"
    path.write_text(path.read_text().replace('"missing-factor-two"', '"half-the-slope"'))
    renamed = load_solution(course, NAME).answer_key(KEY)
    assert "half-the-slope" in renamed.known
    assert "missing-factor-two" not in renamed.known


def test_the_students_copy_holds_no_solution(solution: Solution) -> None:
    """Not a mistake's place in the solution, declared or generated. An entry of an argument is no
    solution, but the student's own name for a value: params["b2"]."""
    text = (ROOT / "assignments" / NAME / "visible.json").read_text()
    entry = re.compile(r'\w+\["\w+"\]')
    for mistake in solution.mistakes:
        is_telling = len(mistake.old) >= 12 and not entry.fullmatch(mistake.old)
        assert not is_telling or json.dumps(mistake.old)[1:-1] not in text, mistake.id
