"""The document's numbers: which of them a correct program reproduces, and how."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograder.exercise.answer_key import AnswerKey, Case
from autograder.exercise.solution import Solution
from autograder.report import Report
from autograder.submission import cell_source

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


@pytest.fixture
def page(solution: Solution) -> str:
    """The text of the notebook as students get it."""
    assert solution.released is not None
    notebook = json.loads((solution.released / f"{solution.name}.ipynb").read_text())
    return "\n".join(cell_source(cell) for cell in notebook["cells"])


def test_the_notebook_shows_what_the_document_prints(page: str) -> None:
    (shown,) = re.findall(r"What the document prints.*?```text\n(.*?)```", page, re.DOTALL)
    words = [line for text in PRINTED.values() for line in text.split("\n")]
    assert re.findall(r"\[+.*\]+", shown) == [line.strip() for line in words]


def test_the_weight_followed_by_hand_is_followed_rightly(
    page: str, answer_key: AnswerKey, functions: dict[str, Any]
) -> None:
    (text,) = re.findall(r"One weight by hand.*?</details>", page, re.DOTALL)
    forward, backward = text.replace("−", "-").split("Backward, ")
    fresh = case(answer_key, "document")
    h, y = (fresh.expected["forward"][name][0] for name in "hy")
    grads = fresh.expected["backward"]
    values = [np.log(h / (1 - h)), h, np.log(y / (1 - y)), y, fresh.expected["loss"]]
    shown = re.findall(r"\| ([\d.]+) \|$", forward, re.MULTILINE)
    assert [float(number) for number in shown] == pytest.approx(values, rel=1e-3)
    arrows = re.findall(r"\| `\S+` \| `([^`]+)` \| (\S+) \| (\S+) \|", backward)
    right = {
        "y[0]": grads["y"][0],
        "z_y[0]": grads["b2"][0],
        "h[0]": grads["h"][0],
        "z_h[0]": grads["b1"][0],
        "W1[0, 0]": grads["W1"][0, 0],
    }
    assert [to for to, _, _ in arrows] == list(right)
    before = 1.0
    for to, factor, product in arrows:
        assert float(product) == pytest.approx(right[to], rel=1e-3)
        assert before * float(factor) == pytest.approx(right[to], rel=1e-3)
        before = float(product)
    params = copy.deepcopy(fresh.inputs["params"])
    params["W1"][0, 0] += 0.01
    moved = functions["loss"](
        functions["forward"](params, fresh.inputs["x"])["y"], fresh.inputs["t"]
    )
    (change,) = re.findall(r"the loss changes by (\S+),", backward)
    assert float(change) == pytest.approx(moved - fresh.expected["loss"], rel=0.02)


def test_one_notation(page: str, solution: Solution) -> None:
    """z1 was a unit in one figure and a layer in another."""
    assert solution.released is not None
    figures = [path.read_text() for path in solution.released.glob("*.svg")]
    for text in (page, *figures):
        assert not re.search(r"z_?\{?[12]|z[₁₂]", text)


def test_the_notebook_says_what_the_question_is_worth(page: str, solution: Solution) -> None:
    (points,) = solution.exercise.questions.values()
    question = page[page.index("## In your own words") :]
    assert f"*{points} points" in question
    assert question.index("**batch**") < question.index("Somebody writes")


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return float(np.dot(linear, [0.2126, 0.7152, 0.0722]))


def test_figures_can_be_read_on_white_and_on_black(solution: Solution) -> None:
    """They have no background. A dark notebook need not tell them that it is dark."""
    assert solution.released is not None
    for path in sorted(solution.released.glob("*.svg")):
        style, rest = re.fullmatch(r"(.*</style>)(.*)", path.read_text(), re.DOTALL).groups()  # type: ignore[union-attr]
        used = set(re.findall(r'(?:fill|stroke)="(#\w+)"', rest))
        assert used, path.name
        for colour in used:
            here = luminance(colour)
            assert min(1.05 / (here + 0.05), (here + 0.05) / (luminance("#111111") + 0.05)) > 4
            assert style.count(f'"{colour}"') == 2, f"{path.name}: {colour} in the dark"
