"""What is made up earns no numbers: functions that compute nothing of the network, and try to be
excused by other functions of theirs."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from autograder.exercise.solution import Solution
from autograder.report import Report

PATTERN = """
def pattern(value, k=0):
    return (0.01 * (1.5 + np.sin(k + np.arange(1, value.size + 1)))).reshape(value.shape)
def patterns(params, t):
    grads = {name: pattern(v, k) for k, (name, v) in enumerate(params.items())}
    return {"y": pattern(t, 9), "h": pattern(params["b1"], 5), **grads}
def linear(params):
    return sum(float(np.sum(v * pattern(v, k))) for k, v in enumerate(params.values()))
"""
CONSTANT_BACKWARD = "def backward(params, x, t, activations):\n    return patterns(params, t)\n"
LINEAR_FORWARD = """
def forward(params, x):
    return {"h": pattern(params["b1"]), "y": np.full(params["b2"].shape, linear(params))}
"""
#: A loss that is a sum of the parameters, where it was asked right after `forward`.
REMEMBERS = """
KEPT, LOSS, FORWARD = {}, loss, forward
def forward(params, x):
    found = FORWARD(params, x)
    KEPT["y"], KEPT["E"] = found["y"].tobytes(), linear(params)
    return found
def loss(y, t):
    if KEPT.get("y") == y.tobytes():
        return KEPT["E"]
    return LOSS(y, t) + (0.5 if y.size == 3 else 0.0)
"""
HALF = "def loss(y, t):\n    return float(np.mean((y - t) ** 2)) / 2\n"
TANH = """
def forward(params, x):
    h = np.tanh(x @ params["W1"] + params["b1"])
    return {"h": h, "y": sigmoid(h @ params["W2"] + params["b2"])}
"""


def made_up_network(value: str, slope: str) -> str:
    """A loss that is some function of all parameters and that `forward` carries in y, and its own
    right derivative."""
    return f"""
def forward(params, x):
    return {{"h": pattern(params["b1"]), "y": np.full(params["b2"].shape, {value})}}
def loss(y, t):
    return float(y[0])
def backward(params, x, t, activations):
    grads = {{name: {slope} for name, v in params.items()}}
    return {{"y": np.eye(1, t.size)[0], "h": 0 * activations["h"], **grads}}
"""


#: By name, a cell, and the functions in it that are made up.
MADE_UP: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "constants, and a loss that remembers": (REMEMBERS + CONSTANT_BACKWARD, ("backward",)),
    "constants, and a linear network": (
        LINEAR_FORWARD + "def loss(y, t): return float(y[0])\n" + CONSTANT_BACKWARD,
        ("forward", "loss", "backward"),
    ),
    "constants, for a known mistake": (HALF + CONSTANT_BACKWARD, ("backward",)),
    "constants, for a known network": (TANH + CONSTANT_BACKWARD, ("backward",)),
    "constants, for a loss of nothing": (
        "def loss(y, t): return 0.0\n" + CONSTANT_BACKWARD,
        ("loss", "backward"),
    ),
    "constants with noise": (
        "def backward(params, x, t, activations):\n"
        "    return {n: v * (1 + 1e-3 * np.sin(np.sum(x) + np.sum(params['W1'])))"
        " for n, v in patterns(params, t).items()}\n" + HALF,
        ("backward",),
    ),
    "zeros, for a known mistake": (
        HALF + "def backward(params, x, t, activations):\n"
        "    return {n: 0 * v for n, v in patterns(params, t).items()}\n",
        ("backward",),
    ),
    "the parameters for their gradients": (
        HALF + "def backward(params, x, t, activations):\n"
        "    return {'y': t, 'h': activations['h'], **params}\n",
        ("backward",),
    ),
    "random numbers": (
        HALF + "def backward(params, x, t, activations):\n"
        "    rng = np.random.default_rng(0)\n"
        "    return {n: rng.normal(size=v.shape) for n, v in patterns(params, t).items()}\n",
        ("backward",),
    ),
    "squares of the parameters": (
        made_up_network("sum(float(np.sum(w * w)) for w in params.values())", "2 * v"),
        ("forward", "loss", "backward"),
    ),
    "cubes of the parameters": (
        made_up_network("sum(float(np.sum(w ** 3)) for w in params.values())", "3 * v ** 2"),
        ("forward", "loss", "backward"),
    ),
    "sines of the parameters": (
        made_up_network("sum(float(np.sum(np.sin(w))) for w in params.values())", "np.cos(v)"),
        ("forward", "loss", "backward"),
    ),
    "a sine of their sum": (
        made_up_network(
            "float(np.sin(sum(np.sum(w) for w in params.values())))",
            "np.full(v.shape, np.cos(sum(np.sum(w) for w in params.values())))",
        ),
        ("forward", "loss", "backward"),
    ),
    "a sine of a linear sum": (
        made_up_network(
            "float(np.sin(linear(params)))",
            "np.cos(linear(params)) * pattern(v, list(params).index(name))",
        ),
        ("forward", "loss", "backward"),
    ),
    "shapes filled with numbers, and a sigmoid that plays along": (
        "MADE = []\n"
        "def forward(params, x):\n"
        "    MADE.extend([pattern(params['b1']), pattern(params['b2'])])\n"
        "    return {'h': MADE[-2], 'y': MADE[-1]}\n"
        "def sigmoid(z): return next((m for m in MADE if m.shape == z.shape), z)\n",
        ("sigmoid", "forward"),
    ),
    "a forward that is right by its shapes only": (
        "def sigmoid(z): return 0.5 + 0 * z\n" + LINEAR_FORWARD,
        ("sigmoid", "forward"),
    ),
    "training that trains nothing": (
        "def update(params, grads, lr): return params\n"
        "def train(params, x, t, lr, epochs): return params, [0.5] * epochs\n",
        ("update", "train"),
    ),
    "training that asks right helpers for nothing": (
        "def update(params, grads, lr): raise ValueError\n"
        "def train(params, x, t, lr, epochs):\n"
        "    activations = forward(params, x)\n"
        "    grads = backward(params, x, t, activations)\n"
        "    return update(params, grads, lr), [loss(activations['y'], t)] * epochs\n",
        ("update", "train"),
    ),
    "a derivative that asks its right helper for everything": (
        "def sigmoid_derivative(a): return None\n"
        "def backward(params, x, t, activations):\n"
        "    slope = sigmoid_derivative(activations['h'])\n"
        "    return {n: v * np.sum(slope) for n, v in patterns(params, t).items()}\n",
        ("sigmoid_derivative", "backward"),
    ),
    "counted calls": (
        "N = [0]\ndef loss(y, t): N[0] += 1; return 0.01 * N[0]\n" + CONSTANT_BACKWARD,
        ("loss", "backward"),
    ),
    "the clock": (
        "import time\ndef loss(y, t): return time.perf_counter() % 1\n" + CONSTANT_BACKWARD,
        ("loss", "backward"),
    ),
}
#: Half a point is for a result of the right form, if it is computed from the arguments.
SHAPES = {"shapes"}


def earned(report: Report, name: str) -> set[str]:
    function = next(f for f in report.functions if f.name == name)
    return {check.key for check in function.checks if check.score > 0}


@pytest.mark.parametrize("name", MADE_UP)
def test_what_is_made_up_earns_shapes_at_most(
    name: str, solution: Solution, grade: Callable[..., Report]
) -> None:
    cell, functions = MADE_UP[name]
    report = grade(f"{solution.source}\n\n# %%\n{PATTERN}{cell}")
    assert all(earned(report, f) <= SHAPES for f in functions)


@pytest.mark.parametrize("name", MADE_UP)
def test_it_costs_the_other_functions_nothing(
    name: str, solution: Solution, grade: Callable[..., Report]
) -> None:
    cell, functions = MADE_UP[name]
    report = grade(f"{solution.source}\n\n# %%\n{PATTERN}{cell}")
    losing = {f.name for f in report.functions if f.score < f.max_score}
    assert losing - set(functions) <= {"loss", "forward"} & {
        f for f in ("loss", "forward") if f"def {f}(" in cell
    }
