"""The document's numbers: which of them a correct program reproduces, and how."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograder.exercise.answer_key import AnswerKey, Case
from autograder.exercise.solution import Solution
from autograder.report import Report

#: As the document prints them, in its own order; numpy's eight digits.
PRINTED = {
    "h": "[0.55724785 0.62010643]",
    "y": "[0.67932855]",
    "E": "[0.00042731]",
    "dE/dy": "[-0.04134291]",
    "dE/dW2": "[[-0.00501868]\n [-0.0055848 ]]",
    "dE/dh": "[[-0.00450314 -0.00540377]]",
    "dE/dW1": "[[-0.00055551 -0.00063649]\n [-0.00033331 -0.0003819 ]]",
    "W1": "[[0.20005613 0.40006431]\n [0.10003368 0.30003858]]",
    "W2": "[[0.50050706]\n [0.60056425]]",
    "b1": "[[0.10011357 0.20012976]]",
    "b2": "[0.10090993]",
}


def case(answer_key: AnswerKey, label: str) -> Case:
    return next(case for case in answer_key.cases if case.label == label)


@pytest.fixture
def computed(answer_key: AnswerKey) -> dict[str, Any]:
    """What the solution gives where the document's numbers come from."""
    fresh, recorded = case(answer_key, "document"), case(answer_key, "recorded")
    grads, stray = fresh.expected["backward"], recorded.expected["backward"]
    new = recorded.expected["update"]
    return {
        **fresh.expected["forward"],
        "E": np.array([fresh.expected["loss"]]),
        "dE/dy": grads["y"],
        "dE/dW2": grads["W2"],
        "dE/dh": stray["h"][None],
        "dE/dW1": stray["W1"],
        **{name: new[name][None] if name == "b1" else new[name] for name in new},
    }


@pytest.mark.parametrize("name", PRINTED)
def test_every_printed_digit_is_reproduced(computed: dict[str, Any], name: str) -> None:
    assert str(computed[name]) == PRINTED[name]


def test_every_printed_number_is_declared(answer_key: AnswerKey) -> None:
    """All 22 of them, and only the six that hang on hidden state do not count."""
    sizes = {
        counts: sum(np.size(p.values) for p in answer_key.printed if p.counts == counts)
        for counts in (True, False)
    }
    assert sizes == {True: 16, False: 6}
    declared = sorted(float(v) for p in answer_key.printed for v in np.ravel(p.values))
    written = sorted(
        float(number)
        for text in PRINTED.values()
        for number in text.replace("[", " ").replace("]", " ").split()
    )
    assert declared == written


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("h", "[-0.0045031  -0.00540372]"),
        ("W1", "[[-0.00055551 -0.00063649]\n [-0.0003333  -0.00038189]]"),
    ],
)
def test_a_fresh_start_gives_other_digits(answer_key: AnswerKey, name: str, text: str) -> None:
    assert str(case(answer_key, "document").expected["backward"][name]) == text


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("W1", "[[0.20005555 0.40006365]\n [0.10003333 0.30003819]]"),
        ("W2", "[[0.50050187]\n [0.60055848]]"),
        ("b1", "[0.1001111 0.2001273]"),
        ("b2", "[0.10090062]"),
    ],
)
def test_the_true_step_from_a_fresh_start(answer_key: AnswerKey, name: str, text: str) -> None:
    assert str(case(answer_key, "document").expected["update"][name]) == text


def test_recomputed_activations_are_right_too(
    solution: Solution, grade: Callable[..., Report]
) -> None:
    """Such a backward gives other digits where parameters and activations do not belong together;
    they are shown, and cost nothing."""
    recomputing = solution.source + (
        "\n\n# %%\nresting = backward\n"
        "def backward(params, x, t, activations):\n"
        "    return resting(params, x, t, forward(params, x))\n"
    )
    report = grade(recomputing)
    assert report.score == report.max_score
    backward = next(f for f in report.functions if f.name == "backward")
    rows = {row.entry: row for check in backward.checks for row in check.rows if row.printed}
    assert rows['grads["h"]'].got != rows['grads["h"]'].printed
    assert "recomputes its activations is right too" in rows['grads["h"]'].note


def test_true_values_stand_beside_the_printed_ones(
    solution: Solution, grade: Callable[..., Report]
) -> None:
    report = grade(solution.source)
    update = next(f for f in report.functions if f.name == "update")
    row = next(row for check in update.checks for row in check.rows if '"b2"' in row.entry)
    assert (row.got, row.expected, row.printed) == ("[0.10090993]", "[0.10090062]", "[0.10090993]")
