"""Answers to the exercises of the course beside the first: a wrong one loses points in the
functions with a mistake and in no other, and a right one loses none."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pytest

from autograder.course import Course
from autograder.exercise.solution import Solution, load_solution
from autograder.grade import grade_submission
from autograder.report import Report
from autograder.sandbox.fork_server import ForkServer
from autograder.sandbox.worker import ContainedSandbox
from autograder.submission import parse_submission
from benchmarks.answers import TABLES, WrongAnswer, read_answers
from tests.conftest import KEY, NAME, ROOT

#: The exercises beside the first, which has more answers of its own.
EXERCISES = sorted({path.parent.name for path in ROOT.glob("solutions/*/exercise.py")} - {NAME})
#: How large a student's copy may be.
MAX_VISIBLE = 1_000_000
LEAST = {"right": 8, "wrong": 25}


def answers(name: str, kind: str) -> list[WrongAnswer]:
    """The answers to an exercise: right or wrong ones."""
    return read_answers(TABLES / "curriculum" / name / kind / "answers.py")


@dataclass(frozen=True)
class Graded:
    """An exercise, and how answers to it are graded."""

    name: str
    solution: Solution
    grade: Callable[[WrongAnswer], Report]


@pytest.fixture(scope="module", params=EXERCISES)
def graded(request: pytest.FixtureRequest, course: Course) -> Iterator[Graded]:
    solution = load_solution(course, request.param)
    key = solution.answer_key(KEY)
    limits = replace(course.limits, cpu_seconds=course.limits.cpu_seconds + key.own_seconds)
    with ForkServer(limits, data=solution.data_files) as server:

        def grade(answer: WrongAnswer) -> Report:
            source = answer.submission(solution.source)
            submission = parse_submission(f"{solution.name}.py", source.encode())
            sandbox = ContainedSandbox(server)
            return grade_submission(submission, answer.slug, key, sandbox, solution.mutants)

        yield Graded(request.param, solution, grade)


@pytest.mark.parametrize("kind", LEAST)
@pytest.mark.parametrize("name", EXERCISES)
def test_a_table_is_large_and_every_cell_says_what_it_is(name: str, kind: str) -> None:
    found = answers(name, kind)
    assert len({answer.slug for answer in found}) == len(found) >= LEAST[kind]
    for answer in found:
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", answer.slug)
        assert answer.truth and answer.truth[0] != "#", answer.slug
        assert bool(answer.wrong) == (kind == "wrong"), answer.slug


def test_a_right_answer_gets_all_points(graded: Graded) -> None:
    for answer in answers(graded.name, "right"):
        report = graded.grade(answer)
        assert report.score == report.max_score, f"{answer.slug}: {complaints(report)}"


def test_a_mistake_costs_its_own_function_only(graded: Graded) -> None:
    names = {each.name for each in graded.solution.exercise.functions}
    found = {}
    for answer in answers(graded.name, "wrong"):
        assert {*answer.wrong} <= names
        report = graded.grade(answer)
        lost = {each.name for each in report.functions if each.score < each.max_score}
        if lost != {*answer.wrong}:
            found[answer.slug] = f"{lost}: {complaints(report)}"
    assert not found


def complaints(report: Report) -> str:
    """What a report holds against an answer, to be read when a test fails."""
    lines = [problem.message for problem in report.problems]
    failures = [(each.name, each.first_failure) for each in report.functions]
    lines += [f"{name}: {failure.message}" for name, failure in failures if failure]
    return "\n".join(lines)


@pytest.mark.parametrize("name", EXERCISES)
def test_a_students_copy_is_small(name: str) -> None:
    assert (ROOT / "assignments" / name / "visible.json").stat().st_size < MAX_VISIBLE
