"""The exercises of the course beside the first: a wrong answer loses points in the functions with a
mistake and in no other, a right one loses none, their derivatives are those of an independent
library, and their networks learn what the notebook says."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import autograd
import autograd.numpy as anp
import numpy as np
import pytest

from autograder.course import Course
from autograder.exercise.solution import Solution, load_solution
from autograder.grade import grade_submission
from autograder.report import Report
from autograder.sandbox.fork_server import ForkServer
from autograder.sandbox.worker import ContainedSandbox
from autograder.submission import parse_submission
from benchmarks.answers import TABLES, WrongAnswer, read_answers
from tests.conftest import KEY, ROOT

#: By exercise, the folder of its answers: that of tests/exercises/mlp has the name already.
FOLDERS = {"mlp": "mlp_exercise", "classifier": "classifier"}
#: How large a student's copy may be, and how far from the other library a derivative.
MAX_VISIBLE, DIFFERENCE = 1_000_000, 1e-10
LEAST = {"right": 8, "wrong": 25}


def answers(name: str, kind: str) -> list[WrongAnswer]:
    """The answers to an exercise: right or wrong ones."""
    return read_answers(TABLES / FOLDERS[name] / kind / "answers.py")


@dataclass(frozen=True)
class Graded:
    """An exercise, and how answers to it are graded."""

    name: str
    solution: Solution
    grade: Callable[[WrongAnswer], Report]


@pytest.fixture(scope="module", params=FOLDERS)
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
@pytest.mark.parametrize("name", FOLDERS)
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


@pytest.mark.parametrize("name", FOLDERS)
def test_a_students_copy_is_small(name: str) -> None:
    assert (ROOT / "assignments" / name / "visible.json").stat().st_size < MAX_VISIBLE


def solution_of(course: Course, name: str) -> dict[str, Any]:
    """The functions of a solution."""
    return dict(load_solution(course, name).functions)


def agree(ours: Any, theirs: Any) -> bool:
    """Whether two arrays are the same up to rounding, relative to the largest entry."""
    ours, theirs = np.asarray(ours), np.asarray(theirs)
    assert ours.shape == theirs.shape
    return bool(np.max(np.abs(ours - theirs)) <= DIFFERENCE * np.max(np.abs(theirs)))


def network_loss(params: Any, x: Any, t: Any, activation: str, decay: float) -> Any:
    """The loss of solutions/mlp, of its formulas and by another library."""
    a = x
    for layer in params[:-1]:
        z = anp.dot(a, layer["W"]) + layer["b"]
        a = anp.tanh(z) if activation == "tanh" else anp.where(z > 0, z, 0.0)
    y = anp.dot(a, params[-1]["W"]) + params[-1]["b"]
    squares = sum(anp.sum(layer["W"] ** 2) for layer in params)
    return anp.mean((y - t) ** 2) + decay / 2 * squares


@pytest.mark.parametrize("activation", ["tanh", "relu"])
@pytest.mark.parametrize("seed", range(6))
def test_the_networks_derivatives_are_those_of_another_library(
    course: Course, activation: str, seed: int
) -> None:
    functions, rng = solution_of(course, "mlp"), np.random.default_rng(seed)
    sizes = rng.integers(1, 9, size=seed + 2)
    params = [
        {"W": rng.normal(size=(n, m)), "b": rng.normal(size=m)}
        for n, m in itertools.pairwise(sizes)
    ]
    x = rng.normal(size=(int(rng.integers(1, 7)), sizes[0]))
    t, decay = rng.normal(size=(len(x), sizes[-1])), 0.3
    values = functions["forward"](params, x, activation)
    ours = functions["backward"](params, x, t, values, activation, decay)
    theirs = autograd.grad(network_loss)(params, x, t, activation, decay)
    value = network_loss(params, x, t, activation, decay)
    assert agree(functions["loss"](values["y"], t, params, decay), value)
    for mine, other in zip(ours, theirs, strict=True):
        for name in ("W", "b"):
            assert agree(mine[name], other[name])


def class_loss(params: Any, x: Any, labels: Any) -> Any:
    """The cross-entropy of a linear layer, by another library."""
    z = anp.dot(x, params["W"]) + params["b"]
    shifted = z - anp.max(z, axis=1, keepdims=True)
    total = anp.log(anp.sum(anp.exp(shifted), axis=1))
    return anp.mean(total - shifted[anp.arange(len(labels)), labels])


@pytest.mark.parametrize("seed", range(6))
def test_the_classifiers_derivatives_are_those_of_another_library(
    course: Course, seed: int
) -> None:
    functions, rng = solution_of(course, "classifier"), np.random.default_rng(seed)
    n, n_in, n_classes = (int(number) for number in rng.integers(2, 12, size=3))
    params = {"W": rng.normal(size=(n_in, n_classes)), "b": rng.normal(size=n_classes)}
    x, labels = rng.normal(size=(n, n_in)), rng.integers(n_classes, size=n)
    scores = functions["logits"](params, x)
    value = class_loss(params, x, labels)
    assert agree(functions["cross_entropy"](scores, labels), value)
    ours = functions["gradients"](params, x, labels)
    theirs = autograd.grad(class_loss)(params, x, labels)
    assert agree(ours["W"], theirs["W"])
    assert agree(ours["b"], theirs["b"])
    alone = {"W": np.eye(n_classes), "b": np.zeros(n_classes)}
    by_scores = autograd.grad(lambda z: class_loss(alone, z, labels))(scores)
    assert agree(functions["cross_entropy_gradient"](scores, labels), by_scores)


def test_the_network_learns_the_curve(course: Course) -> None:
    functions = solution_of(course, "mlp")
    for activation in ("tanh", "relu"):
        _, losses = functions["learn"](activation, 0.0)
        assert round(float(losses[0]), 2) == {"tanh": 0.42, "relu": 0.48}[activation]
        assert losses[-1] < 0.001


def test_the_classifier_names_most_digits(
    course: Course, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    functions = solution_of(course, "classifier")
    functions["learn"](20)
    assert capsys.readouterr().out.startswith("92.0% of 200 are right\n")
    folder = ROOT / "solutions" / "classifier"
    start = {"W": np.zeros((64, 10)), "b": np.zeros(10)}
    with np.load(folder / "digits.npz") as given, np.load(folder / "held_out.npz") as held:
        params, _ = functions["train"](start, given["x"], given["labels"], 1.0, 100, 6)
        right = functions["predict"](params, held["x"]) == held["labels"]
        assert not {row.tobytes() for row in given["x"]} & {row.tobytes() for row in held["x"]}
    assert round(float(np.mean(right)), 2) == 0.93
