"""Answers to the exercises of the course beside the first: a wrong one loses points in the
functions with a mistake and in no other, and a right one loses none."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pytest

from autograder.course import Course
from autograder.exercise.answer_key import AnswerKey
from autograder.exercise.mutants import Mutants
from autograder.exercise.solution import Solution, load_solution
from autograder.grade import grade_submission
from autograder.report import FunctionReport, Report
from autograder.sandbox.fork_server import ForkServer
from autograder.sandbox.plain import Opaque, leaves
from autograder.sandbox.worker import ContainedSandbox
from autograder.submission import parse_submission
from benchmarks.answers import TABLES, WrongAnswer, read_answers
from tests.conftest import KEY, NAME, ROOT
from tests.helpers.identities import sentences

#: The exercises beside the first, which has more answers of its own.
EXERCISES = sorted({path.parent.name for path in ROOT.glob("solutions/*/exercise.py")} - {NAME})
#: How large a student's copy may be.
MAX_VISIBLE = 1_000_000
#: In how many functions, at least, something is named in a student's copy.
COMPARED = 10
LEAST = {"right": 8, "wrong": 25}


def answers(name: str, kind: str) -> list[WrongAnswer]:
    """The answers to an exercise: right or wrong ones."""
    return read_answers(TABLES / "curriculum" / name / kind / "answers.py")


@dataclass(frozen=True)
class Graded:
    """An exercise, and how answers to it are graded, and checked in a student's copy."""

    name: str
    solution: Solution
    grade: Callable[[WrongAnswer], Report]
    check: Callable[[WrongAnswer], Report]
    grade_source: Callable[[str], Report]


@pytest.fixture(scope="module", params=EXERCISES)
def graded(request: pytest.FixtureRequest, course: Course) -> Iterator[Graded]:
    solution = load_solution(course, request.param)
    key, visible = solution.answer_key(KEY), solution.visible.visible()
    limits = replace(course.limits, cpu_seconds=course.limits.cpu_seconds + key.own_seconds)
    with ForkServer(limits, data=solution.data_files) as server:

        def judged(key: AnswerKey, mutants: Mutants | None, source: str) -> Report:
            submission = parse_submission(f"{solution.name}.py", source.encode())
            return grade_submission(submission, "student", key, ContainedSandbox(server), mutants)

        grade_source = partial(judged, key, solution.mutants)
        kept: dict[str, Report] = {}

        def grade(answer: WrongAnswer) -> Report:
            if answer.slug not in kept:
                kept[answer.slug] = grade_source(answer.submission(solution.source))
            return kept[answer.slug]

        def check(answer: WrongAnswer) -> Report:
            return judged(visible, None, answer.submission(solution.source))

        yield Graded(request.param, solution, grade, check, grade_source)


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


def test_constants_earn_nothing(graded: Graded) -> None:
    """The right results of an instance, whatever a function is given: also where its printed
    numbers have so few digits that they stay the same for other inputs."""
    key = graded.solution.answer_key(KEY)
    printed = {wanted.function: wanted.instance for wanted in key.printed}
    cells = [
        f"# %%\ndef {name}(*arguments):\n    return {written(case.expected[name])}\n"
        for case in key.cases
        for name in printed
        if printed[name] == case.label and has_numbers_only(case.expected[name])
    ]
    source = "\n\n".join([graded.solution.source, *cells])
    report = graded.grade_source(source)
    names = {cell.split()[3].partition("(")[0] for cell in cells}
    earned = {
        f"{each.name}: {check.key}"
        for each in report.functions
        for check in each.checks
        if each.name in names and check.score and check.key != "shapes"
    }
    assert earned == set()
    assert names or not printed


def written(value: object) -> str:
    """A value as an expression."""
    with np.printoptions(precision=17, threshold=sys.maxsize):
        text = repr(value)
    return re.sub(r"\b(array|float64|int64)\(", r"np.\1(", text.replace("np.", ""))


def has_numbers_only(value: object) -> bool:
    return not any(isinstance(leaf, Opaque) for _, leaf in leaves(value))


def test_a_check_names_nothing_that_the_grader_does_not(graded: Graded) -> None:
    """On the few instances of a student's copy a mistake that was not made may fit, too."""
    compared, apart = 0, []
    for answer in answers(graded.name, "wrong"):
        reports = zip(graded.check(answer).functions, graded.grade(answer).functions, strict=True)
        for checked, whole in reports:
            if checked.is_done or whole.is_done or checked.waits_for:
                continue
            (own, own_numbers), (names, numbers) = told(checked), told(whole)
            compared += bool(own or own_numbers)
            if not own <= names or not (own_numbers <= numbers or names):
                apart.append((answer.slug, whole.name, told(checked), told(whole)))
    assert apart == []
    assert compared >= COMPARED


def told(report: FunctionReport) -> tuple[set[str], set[str]]:
    """The mistakes that are named, and what the numbers are said to be."""
    text = "\n".join(check.message for check in report.checks if check.passed is False)
    return {each.id for each in report.made}, {each[0].rstrip(".") for each in sentences(text)}


def complaints(report: Report) -> str:
    """What a report holds against an answer, to be read when a test fails."""
    lines = [problem.message for problem in report.problems]
    failures = [(each.name, each.first_failure) for each in report.functions]
    lines += [f"{name}: {failure.message}" for name, failure in failures if failure]
    return "\n".join(lines)


@pytest.mark.parametrize("name", EXERCISES)
def test_a_students_copy_is_small(name: str) -> None:
    assert (ROOT / "assignments" / name / "visible.json").stat().st_size < MAX_VISIBLE
