"""The classifier: its derivatives are those of an independent library, and it learns what the
notebook says."""

from __future__ import annotations

import autograd
import numpy as np
import pytest

from autograder.course import Course
from tests.conftest import ROOT
from tests.curriculum.derivatives import agree, class_loss, solution_of


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
