"""Everyday slips are named by cause, line and remedy, and only if the remedy makes more right."""

from __future__ import annotations

import ast
import logging
import random
import re
import tracemalloc
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from autograder.course import Course
from autograder.exercise.answer_key import AnswerKey
from autograder.exercise.solution import Solution, load_solution, run_solution
from autograder.grade import grade_submission
from autograder.judge.judge import judge
from autograder.judge.slips import edits as written_anew
from autograder.judge.slips import search, sizes, trials
from autograder.judge.slips.calls import swapped_arguments
from autograder.judge.slips.edits import Change, Edit
from autograder.judge.slips.source import read_source
from autograder.report import FunctionReport, Report
from autograder.sandbox.calls import SOUND, Cell
from autograder.sandbox.fork_server import ForkServer
from autograder.sandbox.in_process import InProcess, InProcessSandbox
from autograder.sandbox.limits import Limits
from autograder.sandbox.worker import ContainedSandbox, Worker
from autograder.submission import parse_submission
from tests.conftest import KEY, NAME
from tests.helpers.answers import RIGHT
from tests.helpers.exercises import answer_key_of, source_of
from tests.helpers.rewrites import EXAMPLE, Rewrite, rewrites
from tests.helpers.traces import judged

BACKWARD = """
def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = 2 * (y - t) / t.size
    d2 = gy * y * (1 - y)
    gh = params["W2"] @ d2
    d1 = gh * h * (1 - h)
"""
#: What says that a slip was named.
NAMED = re.compile(
    r"With this change alone|With these changes|Next: |: rename |stops here\. Up to here|"
    r"The list holds the wrong number|calls itself here|never uses|is defined here, and|and not for n_in"
)
#: By what is told: what stands in the solution, what is written in its place, what is said of it.
SLIPS = {
    "no brackets": (
        "return np.where(z >= 0, 1.0, small) / (1.0 + small)",
        "return 1 / 1 + np.exp(-np.clip(z, -700, 700))",
        "this is computed as `(1 / 1) + np.exp(-np.clip(z, -700, 700))`: `/` before `+`.",
    ),
    "a power first": ("(y - t) ** 2", "y - t ** 2", "`**` before `-`"),
    "a product first": (
        "2 * (y - t) / t.size",
        "2 * y - t / t.size",
        "write `2 * (y - t) / t.size`",
    ),
    "^": ("(y - t) ** 2", "(y - t) ^ 2", "`^` combines bits and is no power; `**` is."),
    "//": ("/ t.size", "// t.size", "`//` rounds down to a whole number"),
    "* for @": ('x @ params["W1"]', 'x * params["W1"]', 'Write `x @ params["W1"]`.'),
    "no outer": (
        "np.outer(x, delta_hidden)",
        "x * delta_hidden",
        "Write `np.outer(x, delta_hidden)`",
    ),
    "factors swapped": (
        'params["W2"] @ delta_out',
        'delta_out @ params["W2"]',
        "in the wrong order",
    ),
    "global arguments": (
        'x @ params["W1"] + params["b1"]',
        'X @ W1 + params["b1"]',
        "forward reads `X` and `W1` from outside, not from its arguments",
    ),
    "a global epoch count": (
        "range(epochs)",
        "range(num_epochs)",
        "train reads `num_epochs` from outside, not from its arguments",
    ),
    "a visible epoch count": ("range(epochs)", "range(3)", "write `epochs` in place of `3`"),
    "an input in numbers": (
        '"W1": np.outer(x, delta_hidden)',
        '"W1": np.outer(np.array([0.5, 0.3]), delta_hidden)',
        "write `x` in place of `np.array([0.5, 0.3])`",
    ),
    "a target in numbers": ("2 * (y - t)", "2 * (y - 0.7)", "write `t` in place of `0.7`"),
    "two arrays in numbers": (
        'sigmoid(h @ params["W2"] + params["b2"])',
        "sigmoid(h @ [[0.5], [0.6]] + np.array([0.1]))",
        'write `params["W2"]` in place of `[[0.5], [0.6]]` and `params["b2"]` in place of '
        "`np.array([0.1])`",
    ),
    "an undefined name": (
        'x @ params["W1"]',
        'x @ weights["W1"]',
        "`params` in place of `weights`",
    ),
    "100 epochs": ("range(epochs)", "range(100)", "write `epochs` in place of `100`"),
    "one round too many": ("range(epochs)", "range(epochs + 1)", ""),
    "an if on an array": (
        "return np.where(z >= 0, 1.0, small) / (1.0 + small)",
        "if z >= 0:\n        return 1 / (1 + small)\n    return small / (1 + small)",
        "np.where chooses element by element: "
        "`np.where(z >= 0, 1 / (1 + small), small / (1 + small))`.",
    ),
    "max of an array": ("a * (1.0 - a)", "max(a, 0) * (1 - a)", "Write `np.maximum(a, 0)`"),
    "math.pow": (
        "np.mean((y - t) ** 2)",
        "np.mean(math.pow(y - t, 2))",
        "takes a single number; numpy's takes an array. Write `np.power(y - t, 2)`.",
    ),
    "short numbers": (
        "np.mean((y - t) ** 2)",
        "np.mean((y - t).astype(np.float16).astype(float) ** 2)",
        "numbers lose digits in an array of type `np.float16`: leave `.astype` out.",
    ),
    "short numbers by dtype": (
        "np.mean((y - t) ** 2)",
        "np.mean(np.array(y - t, dtype='f2') ** 2)",
        "leave `dtype` out, as in `np.array(y - t)`.",
    ),
    "a comma after a number": (
        "return float(np.mean((y - t) ** 2))",
        "return float(np.mean((y - t) ** 2)),",
        "the comma makes a tuple of one item of it: write `return float(np.mean((y - t) ** 2))`.",
    ),
    "math.exp": ("np.exp(-np", "math.exp(-np", "takes a single number; numpy's takes an array"),
    "no module": ("np.exp(-np", "exp(-np", "write `np.exp`"),
    "print": ("return float(np", "print(np", "print shows a value and gives none back"),
    "no return": ("return a * (1.0 - a)", "slope = a * (1.0 - a)", "add `return slope`"),
    "another order": ("return params, losses", "return losses, params", "in another order"),
    "no dict": ('return {"h": h, "y": y}', "return h, y", 'write `return {"h": h, "y": y}`'),
    "swapped arguments": (
        "forward(params, x)\n",
        "forward(x, params)\n",
        "Write `forward(params, x)`",
    ),
    "a swapped def line": (
        "def update(params, grads, lr)",
        "def update(params, lr, grads)",
        "def line",
    ),
    "a whole dict": ('loss(activations["y"], t)', "loss(activations, t)", "is a whole dict"),
    "misspelt": ("delta_out = grad_y", "delta_uot = grad_y", "is `delta_uot` meant?"),
    "a misspelt function": ("np.outer(x", "np.outher(x", "numpy has no `outher`"),
    "another key": ('x @ params["W1"]', 'x @ params["w1"]', 'params has no "w1". Its keys: "W1"'),
    "an attribute": ('x @ params["W1"]', "x @ params.W1", 'write `params["W1"]`'),
    "a number called": ("2 * (y - t)", "2(y - t)", "a product needs its `*`"),
    "==": (
        'h = sigmoid(x @ params["W1"] + params["b1"])',
        'h == sigmoid(x @ params["W1"] + params["b1"])',
        "`==` compares",
    ),
    "a comma at the end": (
        'params["b1"])\n    y =',
        'params["b1"]),\n    y =',
        "the comma at the end makes a tuple of one item",
    ),
    "append assigned": (
        "        losses.append(",
        "        losses = losses.append(",
        "gives None back",
    ),
    "list + number": (
        'losses.append(loss(activations["y"], t))',
        'losses += loss(activations["y"], t)',
        "`+=` joins two lists",
    ),
    "a function hidden": (
        "grads = backward(params, x, t, activations)\n        params = update(params, grads, lr)",
        "update = backward(params, x, t, activations)\n        params = update(params, update, lr)",
        "`update` is bound here",
    ),
    "a default that keeps": ("lr, epochs):", "lr, epochs, losses=[]):", "is made once and kept"),
    "integers": (
        "h = sigmoid(x",
        'h = np.zeros(params["b1"].size, dtype=int)\n    h[:] = sigmoid(x',
        "cuts what is put into it",
    ),
    "changed in place": (
        "return {name: value - lr * grads[name] for name, value in params.items()}",
        "for name in params:\n        params[name] -= lr * grads[name]\n    return params",
        "belongs to the caller",
    ),
    "the wrong variable": ('"b1": delta_hidden', '"b1": delta_out', "`delta_hidden` belongs there"),
    "no end": (
        "return params, losses",
        "return train(params, x, t, lr, epochs)",
        "calls itself here",
    ),
    "a misspelt def": (
        "def loss(y, t)",
        "def Loss(y, t)",
        "Loss is defined here, and loss nowhere",
    ),
    "not written": (
        "delta_hidden = grad_h",
        "raise NotImplementedError\n    delta_hidden = grad_h",
        "stops here. Up to here",
    ),
}
#: Where the line that is quoted is another one than the one that was written.
LATER = {"misspelt"}
SINGLE = {"a default that keeps": ("    losses = []\n    for", "    for")}


@pytest.fixture(autouse=True)
def _no_faults(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The search never fails, which would be logged, nor ends early on a machine under load."""
    monkeypatch.setattr(trials, "SECONDS", 60.0)
    caplog.set_level(logging.ERROR, "autograder")
    yield
    assert not caplog.records


@pytest.fixture(scope="module")
def solution(course: Course) -> Solution:
    """One without generated mistakes: what they name is not looked for in the source."""
    found = replace(load_solution(course, NAME), released=None)
    found.__dict__["generated"] = []
    return found


@pytest.fixture(scope="module")
def answer_key(solution: Solution) -> AnswerKey:
    return solution.answer_key(KEY)


@pytest.fixture(scope="module")
def grade(
    solution: Solution, answer_key: AnswerKey, fork_server: Callable[..., ForkServer]
) -> Callable[..., Report]:
    def grade_source(source: str, name: str = "answer.py", seconds: float = 5.0) -> Report:
        submission, forks = (
            parse_submission(name, source.encode()),
            fork_server(Limits(seconds=seconds)),
        )
        sandbox = ContainedSandbox(forks)
        return grade_submission(submission, "tester", answer_key, sandbox, solution.mutants)

    return grade_source


def in_solution(source: str, old: str, new: str) -> str:
    assert old in source
    return source.replace(old, new)


def failed(report: Report) -> list[FunctionReport]:
    return [function for function in report.functions if function.first_failure is not None]


def first(function: FunctionReport) -> str:
    assert function.first_failure is not None
    return function.first_failure.message


@pytest.mark.parametrize("name", SLIPS)
def test_a_slip_is_named_by_cause_line_and_remedy(
    name: str, solution: Solution, grade: Callable[..., Report]
) -> None:
    old, new, said = SLIPS[name]
    source = in_solution(solution.source, old, new)
    if name in SINGLE:
        source = in_solution(source, *SINGLE[name])
    report = grade(f"{source}\n{EXAMPLE}")
    (function,) = [f for f in failed(report) if not f.given]
    text = first(function)
    assert said in text
    if not function.mistakes:
        assert NAMED.search(text), text
        quoted = text.partition(", `")[2]
        new_lines = {*source.split("\n")} - {*solution.source.split("\n")}
        assert name in LATER or any(
            quoted.startswith(" ".join(line.split())) for line in new_lines if line.strip()
        ), text


def test_an_argument_that_is_the_same_on_all_visible_instances(solution: Solution) -> None:
    """What is written in its place is right there, whatever that is."""
    visible = [
        replace(each, inputs={**each.inputs, "epochs": 3}) if "epochs" in each.inputs else each
        for each in solution.exercise.visible
    ]
    same = replace(solution, exercise=replace(solution.exercise, visible=visible))
    same.__dict__["generated"] = []
    for written in ("3", "num_epochs"):
        source = in_solution(same.source, "range(epochs)", f"range({written})") + EXAMPLE
        cells = parse_submission("answer.py", source.encode()).cells
        runner = InProcess(cells, 10.0)
        key = same.answer_key(KEY)
        reports = judge(
            key, runner, 10.0, mutants=same.mutants, restart=runner.restart, cells=cells
        )
        (train,) = (each for each in reports if each.name == "train")
        line = "def train(params, x, t, lr, epochs):`: train never uses its argument epochs"
        assert line in first(train)


def test_a_comparison_with_1_is_no_size(solution: Solution, grade: Callable[..., Report]) -> None:
    """It was written `epochs` for it, which only keeps the loop from ending."""
    stop = (
        "        if len(losses) > 1 and losses[-2] - losses[-1] < 1e-3:\n            break\n"
        "    return params, losses"
    )
    report = grade(in_solution(solution.source, "    return params, losses", stop))
    (function,) = failed(report)
    assert "ends too early on some instances only" in first(function)
    assert "in place of `1`" not in first(function)


def test_no_function_of_the_exercise_is_taken_for_another() -> None:
    """Of two names that are alike, one is missing."""
    source = source_of("cnn").replace("def relu_backward(", "def other(")
    source = source.replace("check(relu_backward)", "")
    cells = parse_submission("answer.py", source.encode()).cells
    namespace = dict(run_solution("answer.py", source.encode()))
    reports = judged(answer_key_of("cnn"), namespace, cells=cells)
    (missing,) = [f for f in reports if f.name == "relu_backward"]
    assert missing.status == "missing" and "is defined here" not in first(missing)


#: Ways to leave a part of a result out, and to have nothing in its place.
GAPS = {
    "left out": "",
    "None": '"{key}": None, ',
    "an ellipsis": '"{key}": ..., ',
    "zeros": '"{key}": np.zeros_like(d1), ',
    "a text": '"{key}": "to do", ',
}
PARTS = {
    "y": "gy",
    "W2": "np.outer(h, d2)",
    "b2": "d2",
    "h": "gh",
    "W1": "np.outer(x, d1)",
    "b1": "d1",
}


def returns(parts: dict[str, str], gap: str = "", gaps: tuple[str, ...] = ()) -> str:
    """`backward` with these parts, and something in the place of others."""
    written = "".join(f'"{key}": {value}, ' for key, value in parts.items())
    return f"{BACKWARD}    return {{{written}{''.join(gap.format(key=key) for key in gaps)}}}\n"


def of_backward(report: Report) -> FunctionReport:
    return next(function for function in report.functions if function.name == "backward")


@pytest.mark.parametrize("gap", GAPS)
def test_a_result_that_is_not_complete_has_points_for_what_is_right(
    gap: str, solution: Solution, grade: Callable[..., Report]
) -> None:
    """Of the 2.5 points for values on visible and hidden instances, and nothing besides."""
    keys = list(PARTS)
    written = {key: PARTS[key] for key in keys[:1]}
    report = grade(solution.source + returns(written, GAPS[gap], tuple(keys[1:])))
    function = of_backward(report)
    assert first(function).startswith(
        'grads["y"] is right. Next: grads["W2"] and grads["b2"], then grads["h"], '
        'grads["W1"] and grads["b1"].'
    )
    assert function.score == pytest.approx(2.5 / 6, abs=0.01)
    more = grade(
        solution.source + returns({k: PARTS[k] for k in keys[:4]}, GAPS[gap], tuple(keys[4:]))
    )
    assert (
        first(of_backward(more))
        .partition(" are right. ")[2]
        .startswith('Next: grads["W1"] and grads["b1"].')
    )
    assert of_backward(more).score >= 2.5 * 4 / 6 - 0.01


MADE_UP = {
    "a wrong part": {**PARTS, "b1": "2 * d1"},
    "a part that is made up": {**PARTS, "b1": "np.cos(h)"},
    "an argument": {**PARTS, "b1": 'params["b1"]'},
    "the visible numbers": {"y": "np.resize([-0.04134291], t.shape)"},
    "nothing": {},
    "constants": dict.fromkeys(PARTS, "0.0"),
    "another constant": dict.fromkeys(PARTS, "np.full_like(h, 0.37)"),
}


@pytest.mark.parametrize("name", MADE_UP)
def test_what_is_wrong_or_made_up_has_no_points_of_this_kind(
    name: str, solution: Solution, grade: Callable[..., Report]
) -> None:
    function = of_backward(grade(solution.source + returns(MADE_UP[name])))
    scores = {check.key: check.score for check in function.checks}
    assert scores["values"] == scores["hidden"] == scores["gradient"] == 0.0
    assert "There are points" not in str(function.checks)


def test_other_functions_have_points_for_parts_too(
    solution: Solution, grade: Callable[..., Report]
) -> None:
    source = in_solution(solution.source, 'return {"h": h, "y": y}', 'return {"h": h}')
    forward = next(f for f in grade(source).functions if f.name == "forward")
    assert first(forward).startswith('activations["h"] is right. Next: activations["y"].')
    assert forward.score == 0.5
    source = in_solution(solution.source, "return params, losses", "return None, losses")
    train = next(f for f in grade(source).functions if f.name == "train")
    assert 0 < train.score < 1


KEYS = {
    "d": lambda key: f"d{key}",
    "grad_": lambda key: f"grad_{key}",
    "_grad": lambda key: f"{key}_grad",
    "dL_d": lambda key: f"dL_d{key}",
    "delta_": lambda key: f"delta_{key}",
    "other case": str.swapcase,
    "an underscore": lambda key: f"{key[0]}_{key[1:]}" if key[1:] else f"{key}_",
}


@pytest.mark.parametrize("name", KEYS)
def test_other_names_are_told_with_the_names_that_are_meant(
    name: str, solution: Solution, grade: Callable[..., Report]
) -> None:
    """And no points: `update` looks the gradients up by their names."""
    renamed = {KEYS[name](key): value for key, value in PARTS.items()}
    function = of_backward(grade(solution.source + returns(renamed)))
    assert f'grads has "{KEYS[name]("y")}" in place of "y", ' in first(function)
    assert "The numbers under these names are right." in first(function)
    assert function.score == 0
    one = {"y": "gy", KEYS[name]("W2"): "d2 * 3"}
    text = first(of_backward(grade(solution.source + returns(one))))
    assert f'grads has "{KEYS[name]("W2")}" in place of "W2": rename it.' in text
    assert "numbers under" not in text


#: How many of each kind are tried, and with ``--every-moment``; all of them are about 3,000.
OF_EACH_KIND, OFTEN = 2, 4


def sample(of_each_kind: int) -> list[Rewrite]:
    """Mistakes that operators make in the solution and in all right answers."""
    kinds = defaultdict(list)
    for answer in RIGHT:
        for made in rewrites(answer.source):
            kinds[made.kind].append(made)
    rng = random.Random("slips")
    return [
        made
        for found in kinds.values()
        for made in rng.sample(found, min(len(found), of_each_kind))
    ]


@pytest.mark.slow
def test_most_mistakes_that_operators_make_are_named_and_where_they_are(
    solution: Solution, answer_key: AnswerKey, pytestconfig: pytest.Config
) -> None:
    before = f"{solution.source}\n{EXAMPLE}\n# %%\n"
    offset = before.count("\n")
    tried = named = placed = there = 0
    unnamed = []
    for made in sample(OFTEN if pytestconfig.getoption("--every-moment") else OF_EACH_KIND):
        submission = parse_submission("answer.py", (before + made.source).encode())
        report = grade_submission(
            submission, "ada", answer_key, InProcessSandbox(5.0), solution.mutants
        )
        function = next((f for f in report.functions if f.name == made.function), None)
        if function is None or function.right:
            continue
        tried += 1
        text = first(function)
        if not function.mistakes and not function.waits_for and not NAMED.search(text):
            unnamed.append(f"{made.kind}: {text[:200]}")
            continue
        named += 1
        at = re.match(r"answer\.py, line (\d+), `", text)
        if at and "never uses" not in text:
            placed += 1
            there += int(at[1]) - offset in made.lines
    print(f"\n{named} of {tried} named; {there} of {placed} places are where the mistake was made")
    print("\n".join(unnamed))
    assert tried > 80
    assert named >= 0.95 * tried
    assert there >= 0.9 * placed  # some can be mended in another place as well


def test_points_do_not_depend_on_the_search(
    solution: Solution, grade: Callable[..., Report], monkeypatch: pytest.MonkeyPatch
) -> None:
    source = in_solution(solution.source, 'x @ params["W1"]', 'x * params["W1"]')
    found = grade(source)
    monkeypatch.setattr(search, "EDITS", ())
    monkeypatch.setattr(search, "CHANGES", ())
    without = grade(source)
    assert [f.score for f in found.functions] == [f.score for f in without.functions]
    assert first(failed(found)[0]) != first(failed(without)[0])


def test_a_sentence_depends_on_no_hidden_number(
    solution: Solution, grade: Callable[..., Report]
) -> None:
    """A function that is right only where it sees the hidden numbers is told nothing of that."""
    source = in_solution(
        solution.source,
        'x @ params["W1"] + params["b1"]',
        '(x @ params["W1"] if x.size in (2, 3) else x * 1) * params["b1"]',
    )
    assert not NAMED.search(first(failed(grade(source))[0]))


def test_two_slips_are_named_together_where_one_alone_shows_nothing(
    solution: Solution, grade: Callable[..., Report]
) -> None:
    source = in_solution(solution.source, 'x @ params["W1"]', 'x * params["W1"]')
    source = in_solution(source, 'h @ params["W2"]', 'params["W2"] @ h')
    text = first(failed(grade(source))[0])
    assert 'Write `x @ params["W1"]`.' in text
    assert 'write `h @ params["W2"]`.' in text
    assert "With these changes everything on the visible instances is right." in text


@pytest.mark.parametrize(("sound", "processes"), [(SOUND, 1), ((), 2)])
def test_two_slips_take_a_process_of_their_own_only_after_trouble(
    sound: tuple[str, ...],
    processes: int,
    solution: Solution,
    grade: Callable[..., Report],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    source = in_solution(solution.source, 'x @ params["W1"]', 'x * params["W1"]')
    source = in_solution(source, 'h @ params["W2"]', 'params["W2"] @ h')
    begun: list[int] = []
    restart = Worker.restart

    def noted(worker: Worker, serve: Any = None, more: Any = ()) -> None:
        begun.extend([len(more)] if more else [])
        restart(worker, serve, more)

    monkeypatch.setattr(Worker, "restart", noted)
    monkeypatch.setattr(trials, "SOUND", sound)
    text = first(failed(grade(source))[0])
    assert "With these changes everything on the visible instances is right." in text
    assert len(begun) == processes


HOSTILE = {
    "deep": "x = " + "(" * 5000 + ")" * 5000,
    "deep in a function": "def forward(params, x):\n    return " + "-" * 4000 + "x",
    "long": "def forward(params, x):\n" + "    y = x + 1\n" * 5000 + "    return y",
    "many names": "def forward(params, x):\n    return " + " + ".join(f"G{n}" for n in range(300)),
    "surrogates": "def forward(params, x):\n    return '\u202eabc' * x",
    "shadowed": "globals = getattr = None\n\ndef forward(params, x):\n    return X @ x",
    "own names": "_forward_as_meant_0 = None\n\ndef forward(params, x):\n    return X @ x",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_odd_source_costs_its_own_function_only(
    name: str, solution: Solution, grade: Callable[..., Report]
) -> None:
    report = grade(f"{solution.source}\n# %%\n{HOSTILE[name]}\n")
    expected = set() if name.startswith("deep") else {"forward"}
    assert {function.name for function in failed(report)} == expected
    assert "\u202e" not in str(report.functions)


def test_a_slow_function_is_not_searched_for_long(
    solution: Solution, grade: Callable[..., Report], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trials, "SECONDS", 0.2)
    tried: list[Any] = []
    right = trials.sources_of
    monkeypatch.setattr(
        trials, "sources_of", lambda of, some: tried.extend(some) or right(of, some)
    )
    slow = '__import__("time").sleep(0.02)\n    return {"h": h * x[0], "y": [y, y * x[0]]}'
    source = in_solution(solution.source, 'return {"h": h, "y": y}', slow)
    report = grade(source)
    assert len(tried) > trials.AT_ONCE
    assert report.seconds < 10
    assert not NAMED.search(first(failed(report)[0]))


def test_few_pairs_of_many_edits_are_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a function of thousands of edits all pairs would take gigabytes."""
    edits = [Edit(ast.Pass(lineno=line), ast.Pass(), f"{line}") for line in range(1, 1_501)]
    monkeypatch.setattr(search, "PAIRED", [lambda asked: iter(edits)])
    asked: Any = SimpleNamespace(written=SimpleNamespace(node=ast.Pass(lineno=1)))
    tracemalloc.start()
    try:
        pairs = search._pairs(asked)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(pairs) == 1 + search.MOST_PAIRS
    assert [(pair.line, pair.second) for pair in pairs[1:3]] == [(1, (2, "2")), (1, (3, "3"))]
    assert peak < 20_000_000


def test_only_so_much_of_a_file_is_read() -> None:
    some = "".join(f"def f{at}(): pass\n" for at in range(1_000))
    long = "def g():\n    x = 1\n" + "    # a comment\n" * 1_000 + "    return 1\n"
    cells = [Cell(long, "cell 1"), Cell("def h(): pass", "cell 2"), *[Cell(some, "more")] * 20]
    source = read_source([*cells, Cell("def late(): pass", "last")])
    assert {"h", "f0", "f999"} <= source.functions.keys()
    assert not {"g", "late"} & source.functions.keys()


def test_only_what_is_around_a_change_is_written_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    text = (
        "def f(a, b):\n    c = a - (b - a)\n    for each in a:\n        c = c + each\n    return c"
    )
    written = read_source([Cell(text, "a.py")]).functions["f"]
    asked: Any = SimpleNamespace(written=written)
    outer, inner = [n for n in written.nodes if isinstance(n, ast.BinOp)][:2]
    made: list[ast.AST] = []
    monkeypatch.setattr(written_anew, "_text", lambda nodes: made.extend(nodes) or "")
    written_anew.source_of(asked, Change("", 2, [Edit(inner.left, ast.Constant(2), "")]), "g")
    (statement,) = made
    assert isinstance(statement, ast.Assign)
    assert statement is not written.body[0]
    assert statement.targets[0] is written.body[0].targets[0]  # type: ignore[attr-defined]
    monkeypatch.undo()
    # A new node may hold one part twice: each is written by where it stands.
    twice = ast.BinOp(inner, ast.Sub(), inner)
    assert written_anew.source_of(
        asked, Change("", 2, [Edit(outer, twice, "")]), "g"
    ).splitlines() == [
        "def g(a, b):",
        "    c = b - a - (b - a)",
        "    for each in a:",
        "        c = c + each",
        "    return c",
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("range(2)", [2]),
        ("range(x.shape[1])", []),
        ("range(x.shape[0] - 1)", [1]),
        ("x.reshape(3, -1)", [3]),
    ],
)
def test_an_axis_of_a_shape_and_minus_one_are_no_sizes(text: str, found: list[int]) -> None:
    call = ast.parse(text, mode="eval").body
    assert [constant.value for constant in sizes.sized_constants(call)] == found


def test_a_number_is_no_condition_of_where() -> None:
    nodes = list(ast.walk(ast.parse("np.where(a > 0, 1.0, b)")))
    asked: Any = SimpleNamespace(
        written=SimpleNamespace(nodes=nodes), source=SimpleNamespace(functions={})
    )
    written = [ast.unparse(edit.new) for edit in swapped_arguments(asked)]
    assert written == ["np.where(b, 1.0, a > 0)", "np.where(a > 0, b, 1.0)"]
