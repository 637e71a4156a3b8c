"""What the numbers are of functions whose mistake has no name: the expression that gives them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from autograder.exercise.answer_key import AnswerKey
from autograder.exercise.solution import Solution
from autograder.judge.expression_level import MOST_NUMBERS, MOST_ROWS, Level
from autograder.judge.expression_search import Search
from autograder.judge.expressions import OPERATIONS, Expression, text_of, value_of
from tests.helpers.answers import RIGHT
from tests.helpers.identities import (
    equal,
    false_identities,
    reports_of,
    result_of,
    solution_of,
    told,
    written,
)

NETWORK = "sigmoid_network"
#: By name: the exercise, the function, its new body, and the sentence; and whether the visible
#: instances are enough for it.
WRITTEN: dict[str, tuple[str, str, str, str, bool]] = {
    "a bias outside": (
        NETWORK,
        "forward(params, x)",
        'h = sigmoid(x @ params["W1"]) + params["b1"]\n'
        'return {"h": h, "y": sigmoid(h @ params["W2"] + params["b2"])}',
        'Your activations["h"] is exactly `sigmoid(x @ params["W1"]) + params["b1"]`.',
        True,
    ),
    "a bias subtracted": (
        NETWORK,
        "forward(params, x)",
        'h = sigmoid(x @ params["W1"] + params["b1"])\n'
        'return {"h": h, "y": sigmoid(h @ params["W2"] - params["b2"])}',
        'Your activations["y"] is exactly '
        '`sigmoid(activations["h"] @ params["W2"] - params["b2"])`.',
        True,
    ),
    "a slope of something else": (
        NETWORK,
        "sigmoid_derivative(a)",
        "return 0.5 * (1 - a * a)",
        "Your sigmoid_derivative is exactly `0.5 * (1 - a ** 2)`.",
        True,
    ),
    "one number": (  # where no check of shapes says so
        NETWORK,
        "sigmoid_derivative(a)",
        "return np.where(np.abs(a) < 9, 3.0, 3.0)",
        "Your sigmoid_derivative is 3 everywhere, on every instance.",
        False,
    ),
    "a function around the origin": (
        NETWORK,
        "sigmoid(z)",
        "return np.tanh(z / 2)",
        "Your sigmoid is exactly `2 / (1 + np.exp(-z)) - 1`.",
        True,
    ),
    "a function that leaks": (
        NETWORK,
        "sigmoid(z)",
        "return np.maximum(z, 0.01 * z)",
        "Your sigmoid is exactly `np.where(z > 0, z, 0.01 * z)`.",
        True,
    ),
    "differences that cancel": (
        NETWORK,
        "loss(y, t)",
        "return float(np.mean(t - y))",
        "Your loss is exactly `np.mean(t - y)`.",
        True,
    ),
    "rows that are all alike": (
        NETWORK,
        "backward(params, x, t, activations)",
        'h, y = activations["h"], activations["y"]\n'
        "gy = 2 * (y - t) / t.size\n"
        "d2 = gy * y * (1 - y)\n"
        'gh = params["W2"] @ d2\n'
        "d1 = gh * h * (1 - h)\n"
        'return {"y": gy, "W2": np.ones((h.size, 1)) * (y * d2), "b2": d2, "h": gh,'
        ' "W1": np.outer(x, d1), "b1": d1}',
        'Each row of your grads["W2"] is exactly `activations["y"] * grads["b2"]`.',
        True,
    ),
    "logarithms": (
        NETWORK,
        "loss(y, t)",
        "s = 1e-8\nreturn -float(np.sum(np.log(y + s) * t + (1 - t) * np.log(1 - y + s))) / len(t)",
        "Your loss is exactly `-np.mean(t * np.log(y + 1e-8) + (1 - t) * np.log(1 - y + 1e-8))`.",
        True,
    ),
    "logarithms of what should be": (
        NETWORK,
        "loss(y, t)",
        "return -float(np.sum(np.log(t + 1e-7) * y))",
        "Your loss is exactly `-np.sum(y * np.log(t + 1e-7))`.",
        True,
    ),
    "the learning rate twice": (
        NETWORK,
        "update(params, grads, lr)",
        "return {k: v - lr * lr * grads[k] for k, v in params.items()}",
        'Your new params["W1"] is exactly `params["W1"] - lr * (lr * grads["W1"])`.',
        True,
    ),
    "a bias subtracted from scores": (
        "softmax_regression",
        "forward(params, x)",
        'z = x @ params["W"] - params["b"]\nreturn {"z": z, "y": softmax(z)}',
        'Your activations["z"] is exactly `x @ params["W"] - params["b"]`.',
        False,
    ),
    "another matrix": (
        "softmax_regression",
        "backward(params, x, t, activations)",
        'grad_z = (activations["y"] - t) / len(t)\n'
        'return {"z": grad_z, "W": x.T @ grad_z, "b": t.sum(axis=0)}',
        'Your grads["b"] is exactly `np.sum(t, axis=0)`.',
        False,
    ),
    "another function, which is right for one layer": (
        "mlp",
        "forward(params, x)",
        "layers = [x]\n"
        "for number, layer in enumerate(params, start=1):\n"
        '    z = layers[-1] @ layer["W"] + layer["b"]\n'
        "    layers.append(z if number == len(params) else np.maximum(z, 0))\n"
        "return layers",
        "Where it is wrong, your layers[1] is exactly "
        '`np.maximum(x @ params[0]["W"] + params[0]["b"], 0)`.',
        False,
    ),
    "a slope of another kind": (
        "cnn",
        "relu_backward(dout, x)",
        "return dout * (1 - np.tanh(x) ** 2)",
        "Your relu_backward is exactly `dout * (1 - np.tanh(x) ** 2)`.",
        False,
    ),
}
#: On two networks of two layers and of three, all that is seen is wrong.
SEEN = {
    "another function, which is right for one layer": (
        'Your layers[1] is exactly `np.maximum(x @ params[0]["W"] + params[0]["b"], 0)`.'
    )
}
#: Numbers that are no expression, or one that nobody may read: there the right value is a part.
SILENT: dict[str, tuple[str, str, str]] = {
    "noise": (
        NETWORK,
        "forward(params, x)",
        'h = np.sin(1e4 * (x @ params["W1"]))\nreturn {"h": h, "y": np.sin(1e5 * (h @ params["W2"]))}',
    ),
    "entries that depend on each other": (
        NETWORK,
        "sigmoid(z)",
        "return np.tanh(z / 2) * np.sum(np.abs(z))",
    ),
    "a constant that is made of all entries": (
        NETWORK,
        "sigmoid_derivative(a)",
        "return a * (1 - a) + np.mean(a)",
    ),
    "nearly an expression": (
        NETWORK,
        "loss(y, t)",
        "return float(np.mean(t - y)) * (1 + 1e-7)",
    ),
    "the right value and more": (
        NETWORK,
        "forward(params, x)",
        'h = sigmoid(x @ params["W1"] + params["b1"])\n'
        'return {"h": np.tanh(h), "y": sigmoid(h @ params["W2"] + params["b2"])}',
    ),
    "a number that is the learning rate here": (
        "optimisers",
        "momentum(params, grads, state, lr, rate)",
        'v = [{n: rate * o[n] + 0.1 * g[n] for n in g} for o, g in zip(state["v"], grads)]\n'
        "new = [{n: p[n] - lr * e[n] for n in p} for p, e in zip(params, v)]\n"
        'return new, {"v": v}',
    ),
    "its own function, applied otherwise": (NETWORK, "sigmoid(z)", "return 1 / (1 + np.exp(z))"),
    "the opposite of the right value": (
        NETWORK,
        "loss(y, t)",
        "return -float(np.mean((y - t) ** 2))",
    ),
    "half of the right value, which is said already": (
        NETWORK,
        "backward(params, x, t, activations)",
        'h, y = activations["h"], activations["y"]\n'
        "grad_y = (y - t) / t.size\n"
        "delta_out = grad_y * sigmoid_derivative(y)\n"
        'grad_h = params["W2"] @ delta_out\n'
        "delta = grad_h * sigmoid_derivative(h)\n"
        'return {"y": grad_y, "W2": np.outer(h, delta_out), "b2": delta_out, "h": grad_h,'
        ' "W1": np.outer(x, delta), "b1": delta}',
    ),
    "another one on some instances": (
        NETWORK,
        "loss(y, t)",
        "return float(np.mean(t - y)) if y.size < 2 else float(np.sum(t))",
    ),
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", WRITTEN)
def test_it_is_told_what_was_written(name: str, solution: Solution) -> None:
    exercise, signature, body, sentence, is_seen = WRITTEN[name]
    of = solution if exercise == NETWORK else solution_of(exercise)
    source, function = f"{of.source}\n{written(signature, body)}", signature.partition("(")[0]
    key = of.answer_key(b"any key", naming=False)
    assert told(reports_of(source, key, of), function) == [sentence]
    # Fewer instances may say nothing, and never anything else.
    visible = told(reports_of(source, key.visible(), of), function)
    assert visible == ([SEEN[name]] if name in SEEN else [sentence] * is_seen)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", WRITTEN)
def test_it_is_true_on_instances_that_nobody_looked_at(name: str, solution: Solution) -> None:
    exercise, signature, body, sentence, _ = WRITTEN[name]
    of = solution if exercise == NETWORK else solution_of(exercise)
    function = signature.partition("(")[0]
    gives = result_of(f"{of.source}\n{written(signature, body)}", of.visible, function)
    for key in (b"one", b"another", b"a third"):
        answer_key = of.answer_key(key, naming=False)
        form = answer_key.function(function)
        assert form is not None
        cases = [case for case in answer_key.cases if function in case.expected]
        assert not false_identities(sentence, form, cases, gives, of.functions)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("name", SILENT)
def test_nothing_is_told_of_numbers_that_are_nothing_else(
    name: str, whole: bool, solution: Solution
) -> None:
    exercise, signature, body = SILENT[name]
    of = solution if exercise == NETWORK else solution_of(exercise)
    key = of.answer_key(b"any key", naming=False)
    source = f"{of.source}\n{written(signature, body)}"
    reports = reports_of(source, key if whole else key.visible(), of)
    function = signature.partition("(")[0]
    assert any(each.name == function and not each.is_done for each in reports)
    assert told(reports, function) == []


def test_nothing_is_told_that_depends_on_the_sizes_of_the_instances(solution: Solution) -> None:
    """With two outputs everywhere, the mean is half of the sum, and nobody knows which is meant."""
    source = f"{solution.source}\n{written('loss(y, t)', 'return float(np.mean(t - y))')}"
    key = solution.visible
    of_two, of_one = (next(c for c in key.cases if c.dims["n_out"] == size) for size in (2, 1))
    rng = np.random.default_rng(0)
    more = []
    for case in (of_two, of_one):
        inputs = {name: rng.uniform(0.1, 0.9, case.inputs["t"].shape) for name in ("y", "t")}
        expected = {**case.expected, "loss": solution.functions["loss"](**inputs)}
        more.append(
            replace(case, label="more", inputs={**case.inputs, **inputs}, expected=expected)
        )
    for cases, said in (
        ([of_two, more[0]], []),
        ([of_two, more[1]], ["Your loss is exactly `np.mean(t - y)`."]),
    ):
        reports = reports_of(source, replace(key, cases=cases, signatures={}), solution)
        assert told(reports, "loss") == said


def test_right_answers_are_not_searched(
    solution: Solution, answer_key: AnswerKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    searched: list[Any] = []
    monkeypatch.setattr("autograder.judge.unexplained.what_it_is", searched.append)
    for answer in RIGHT[::7]:
        reports_of(f"{solution.source}\n{answer.source}", answer_key, solution)
    assert searched == []
    source = (
        f"{solution.source}\n{written('loss(y, t)', 'return float(np.mean(np.cos(y) ** 3 + t))')}"
    )
    reports_of(source, answer_key, solution)
    assert len(searched) == 1


def network(rng: np.random.Generator, n_in: int, n_hidden: int, n_out: int) -> dict[str, Any]:
    return {
        "x": rng.normal(size=n_in),
        "t": rng.uniform(0.1, 0.9, n_out),
        "y": rng.uniform(0.1, 0.9, n_out),
        "h": rng.uniform(0.1, 0.9, n_hidden),
        "W1": rng.normal(size=(n_in, n_hidden)),
        "b1": rng.normal(size=n_hidden),
        "W2": rng.normal(size=(n_hidden, n_out)),
        "rate": np.array(rng.uniform(0.1, 0.9)),
    }


#: What somebody may write for something, over the quantities of `network`.
FORMULAS = (
    "np.tanh(x @ W1) + b1", "np.tanh(x @ W1 + b1)", "np.maximum(x @ W1, 0) - b1", "np.exp(x @ W1)", "W1.T @ x", "2 * (y - t)",
    "(y - t) ** 2", "np.sum((y - t) ** 2)", "0.5 * np.sum((t - y) ** 2)", "np.mean(np.abs(y - t))", "-np.sum(t * np.log(y))",
    "np.outer(h, y - t)", "np.outer(h, (y - t) * y)", "np.outer(h, (t - y) * (1 - y ** 2))", "W2 @ (y - t)",
    "W2 @ ((y - t) * y * (1 - y))", "W1 - rate * (rate * W1)", "h * (1 - h)", "np.sum(W2, axis=0)", "np.mean(W2, axis=1)",
    "W2 * (y - t)", "W1 * (h * (1 - h))", "(y - t) / len(y)", "np.outer(x, h) / len(x)", "W1 + rate * np.outer(x, h)",
)  # fmt: skip


@pytest.mark.parametrize("formula", FORMULAS)
def test_small_expressions_are_found(formula: str) -> None:
    """On one instance; and what is found gives the same on instances of other sizes."""
    rng = np.random.default_rng(len(formula))
    instances = [network(rng, 3, 5, 2), network(rng, 7, 2, 4), network(rng, 4, 3, 6)]
    lengths = ("len(x)", "len(y)")
    for each in instances:
        each.update({name: np.array(float(len(each[name[4:-1]]))) for name in lengths})
    values = [np.asarray(eval(formula, {"np": np, "len": len}, each), float) for each in instances]
    found = Search(instances[0], values[0], lengths).run()

    def is_same(expression: Expression) -> bool:
        given = (value_of(expression, each) for each in instances)
        return all(
            one is not None and equal(one, two) for one, two in zip(given, values, strict=True)
        )

    meant = [expression for expression in found if is_same(expression)]
    assert meant, [text_of(each, {}) for each in found]
    # Its text computes it too.
    for each, value in zip(instances, values, strict=True):
        given = eval(text_of(meant[0], {}), {"np": np, "len": len}, each)
        assert equal(given, value)


def some_expression(rng: np.random.Generator, depth: int) -> Expression:
    """An expression over two vectors and two matrices, of any operations."""
    if not depth or rng.random() < 0.2:
        return Expression(str(rng.choice(["a", "b", "M", 'p["N"]'])))
    name = str(rng.choice(list(OPERATIONS)))
    operands = [some_expression(rng, depth - 1) for _ in OPERATIONS[name].needs]
    return Expression(name, tuple(operands))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("seed", range(8))
def test_the_text_of_an_expression_computes_it(seed: int) -> None:
    """With its brackets, whatever it is made of."""
    rng = np.random.default_rng(seed)
    scope = {name: rng.uniform(0.2, 0.8, 3) for name in "ab"}
    scope.update({name: rng.uniform(-0.8, 0.8, (3, 3)) for name in ("M", 'p["N"]')})
    names: dict[str, Any] = {"np": np, **scope, "p": {"N": scope['p["N"]']}}
    compared = 0
    for _ in range(300):
        expression = some_expression(rng, 3)
        value = value_of(expression, scope)
        if value is None or not np.isfinite(value).all() or np.max(np.abs(value)) > 1e6:
            continue
        assert equal(eval(text_of(expression, {}), names), value), text_of(expression, {})
        compared += 1
    assert compared > 50


def test_nothing_is_found_in_noise() -> None:
    rng = np.random.default_rng(5)
    for shape in ((), (5,), (2,), (5, 2), (3, 5), (4, 3)):
        given = network(rng, 3, 5, 2)
        target = np.asarray(rng.normal(size=shape))
        for expression in Search(given, target).run():
            value = value_of(expression, given)
            assert value is None or not equal(value, target)


def test_what_is_made_is_bounded() -> None:
    """However large the arrays are, and however many there are."""
    rng = np.random.default_rng(0)
    many = {f"x{at}": rng.normal(size=(4, 4)) for at in range(20)}
    for given, size in ((network(rng, 35, 35, 35), 35), (many, 4)):
        level = Level(given)
        for kind in ("named", "one", "two", "products"):
            with np.errstate(all="ignore"):
                made = level.of((size, size), kind)
            for rows in made:
                assert rows.values.size <= 20 * MOST_NUMBERS
                assert rows.count <= 20 * MOST_ROWS
