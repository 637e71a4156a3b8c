"""No sentence is false: many submissions are judged, and each claim in what is told of them is
checked on the values."""

from __future__ import annotations

import dataclasses
import itertools
import random
import re
from collections import Counter
from collections.abc import Iterator

import pytest

from autograder.exercise.answer_key import AnswerKey
from autograder.exercise.mutants import make
from autograder.exercise.solution import Solution
from autograder.judge.judge import judge
from autograder.precision import DOUBLE
from autograder.sandbox.calls import Cell
from autograder.sandbox.in_process import InProcess
from tests.helpers.answers import WRONG
from tests.helpers.drawn import drawn
from tests.helpers.random_edits import edited
from tests.helpers.sentences import FAMILIES, LABEL, Submission, false_claims

#: Answers that only a process of their own can run.
UNSAFE = re.compile(r"while True|KeyboardInterrupt|_exit|abort|kill|MEMORY|setattr|os\.")
#: What may happen to an array on its way out of a function.
CHANGES = (
    "{0} * 2", "{0} * -1", "{0} * 0.37", "{0} / 3", "{0}.T", "np.abs({0})", "{0} + 0.1",
    "{0} * (1 + 5e-10)", "{0} * (1 + 3e-8)", "{0} * (1 + 2e-5)", "np.round({0}, 4)",
    "{0}.astype(np.float32)", "np.full(np.shape({0}), np.sum({0}))", "np.full(np.shape({0}), np.mean({0}))",
    "np.flip({0})", "np.asarray({0})[..., :1]", "np.asarray({0})[None]", "np.zeros(2)", "np.zeros((2, 3))",
    "np.asarray({0}).tolist()", "np.matrix({0})", "None", "np.nan * {0}", "np.asarray({0}).astype(object)",
    "np.ma.masked_array({0}, mask=True)", "{0} + np.eye(*np.shape({0})[-2:])[0] * 1e-7", "np.where({0} > 0, {0}, -{0})",
    "math.exp({0})", "1 if {0} > 0 else 0", "{0} @ np.ones((7, 7))", "{0}['no']", "undefined({0})", "np.sum({0})", "float({0})",
    "np.asarray({0}).ravel()", "np.roll({0}, 1)", "{0} - 1e-13 * np.asarray({0}).ravel()[0]",
)  # fmt: skip
PARTS = {
    "sigmoid": ("",),
    "sigmoid_derivative": ("",),
    "loss": ("",),
    "forward": ('["h"]', '["y"]'),
    "backward": ('["y"]', '["W2"]', '["b2"]', '["h"]', '["W1"]', '["b1"]'),
    "update": ('["W1"]', '["b2"]'),
    "train": ('[0]["W2"]', "[1]"),
}


def changed(function: str, part: str, change: str) -> str:
    """A function whose result, or a part of it, is changed on its way out."""
    return (
        f"import math\n_right_{function} = {function}\n"
        f"def {function}(*arguments):\n"
        f"    result = _right_{function}(*arguments)\n"
        f"    result{part} = {change.format('result' + part)}\n"
        "    return result\n"
    )


def submissions(solution: Solution) -> Iterator[str]:
    """All wrong answers, all known mistakes, pairs of them, changed results, and random edits."""
    yield from (
        f"{solution.source}\n{each.source}" for each in WRONG if not UNSAFE.search(each.source)
    )
    mistakes = solution.exercise.mistakes
    yield from (make([mistake], solution.source) for mistake in mistakes)
    rng = random.Random(17)
    for _ in range(30):
        two = rng.sample(list(mistakes), 2)
        if two[0].function != two[1].function:
            yield make(two, solution.source)
    for function, parts in PARTS.items():
        for change in CHANGES:
            yield f"{solution.source}\n{changed(function, rng.choice(parts), change)}"
    for _ in range(30):
        one, two = rng.sample(sorted(PARTS), 2)
        cells = [changed(f, rng.choice(PARTS[f]), rng.choice(CHANGES)) for f in (one, two)]
        yield "\n".join([solution.source, *cells])
    yield from (edited(solution.source, PARTS, rng) for _ in range(60))


def judged(source: str, answer_key: AnswerKey, solution: Solution, whole: bool) -> Submission:
    """As a class run judges it, or as a student's own check does."""
    key = answer_key if whole else answer_key.visible()
    mutants = solution.mutants if whole else None
    runner = InProcess([Cell(source, LABEL)], seconds=10.0)
    reports = judge(key, runner, 10.0, mutants=mutants, restart=runner.restart)
    return Submission(source, reports, key, solution.mutants)


#: What has to be told often enough to be worth its check, over all submissions.
OFTEN = 2


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("step", [31, pytest.param(3, marks=pytest.mark.slow)])
def test_no_sentence_is_false(
    step: int, solution: Solution, answer_key: AnswerKey, pytestconfig: pytest.Config
) -> None:
    """Of every few submissions one, and with ``--every-moment`` all."""
    step = 1 if pytestconfig.getoption("--every-moment") else step
    (start, *_) = drawn(pytestconfig, range(step), 1)
    double = dataclasses.replace(
        answer_key, cases=[dataclasses.replace(c, precision=DOUBLE) for c in answer_key.cases]
    )
    seen: Counter[str] = Counter()
    false: list[str] = []
    for at, source in enumerate(itertools.islice(submissions(solution), start, None, step)):
        key = double if at % 3 == 0 else answer_key
        false += false_claims(judged(source, key, solution, whole=at % 2 == 0), seen)
    assert not false, f"{len(false)} of {sum(seen.values())}:\n" + "\n\n".join(false[:20])
    rare = [family for family in FAMILIES if seen[family] < OFTEN]
    assert step > 1 or not rare, f"These were hardly told, so their checks checked nothing: {rare}"


SLIPS = {
    "a-two-written-in": (
        'def forward(params, x):\n    h = np.zeros(2)\n    return {"h": h, "y": h @ np.ones(2)}',
        "forward",
        "has shape",
        "which is (n_out,); it must",
    ),
    "one-step-without-a-loop": (
        "def train(params, x, t, lr, epochs):\n    a = forward(params, x)\n"
        '    losses = [loss(a["y"], t)]\n'
        "    return update(params, backward(params, x, t, a), lr), losses",
        "train",
        "Training takes one step and records one loss",
        "stands inside the loop",
    ),
    "no-helper-is-called": (
        "def sigmoid(z):\n    return 1 / (1 + np.exp(z))\n"
        'def forward(params, x):\n    h = np.tanh(x @ params["W1"])\n'
        '    return {"h": h, "y": h @ params["W2"]}',
        "forward",
        "is wrong",
        "calls your own",
    ),
    "forward-is-not-written": (
        "def forward(params, x):\n    raise NotImplementedError",
        "backward",
        "forward is not written yet, so your own loss has no numerical gradient",
        "There is a mistake in your",
    ),
    "nothing-is-returned": (
        "def sigmoid(z):\n    1 / (1 + np.exp(-z))",
        "sigmoid",
        "sigmoid returned None; it must return an array of float64. Is a return",
        "sigmoid is None",
    ),
    "matrices-in-backward": (
        changed("backward", '["W1"]', "np.matrix({0})"),
        "backward",
        'grads["W1"] is np.matrix; use np.array.',
        "give exactly your numbers",
    ),
    "matrices-reach-train": (
        changed("backward", '["W1"]', "np.matrix({0})"),
        "train",
        "train calls your own backward, where there is a mistake.",
        "multiplies along one axis",
    ),
    "matrices-where-kinds-have-no-points": (
        changed("train", '[0]["W1"]', "np.matrix({0})"),
        "train",
        'new params["W1"] is np.matrix; use np.array.',
        "is wrong",
    ),
    "math-exp": (
        "import math\ndef sigmoid(z):\n    return 1 / (1 + math.exp(-z))",
        "sigmoid",
        "math.exp takes one number; z is an array of shape (9,): use np.exp.",
        "float()",
    ),
    "a-loss-that-stops": (
        "def loss(y):\n    return 1.0\n" + changed("backward", '["W1"]', "2 * {0}"),
        "backward",
        "your own loss stops, changes in jumps",
        "your own loss changes",
    ),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("source", "function", "told", "untold"), SLIPS.values(), ids=SLIPS)
def test_a_slip_is_told_as_what_it_is(
    source: str, function: str, told: str, untold: str, solution: Solution, answer_key: AnswerKey
) -> None:
    submission = judged(f"{solution.source}\n{source}\n", answer_key, solution, whole=False)
    (report,) = (each for each in submission.reports if each.name == function)
    said = "\n".join(check.message for check in report.checks)
    assert told in said
    assert untold not in said
    assert not list(false_claims(submission, Counter()))
