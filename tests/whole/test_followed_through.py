"""A wrong idea that is followed through: where `forward` or `loss` is wrong in an honest way,
`backward` keeps the points of what it gets right, whatever instances are drawn."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from autograder.exercise.mutants import make
from autograder.exercise.solution import Solution
from autograder.grade import grade_submission
from autograder.report import FunctionReport
from autograder.sandbox.fork_server import ForkServer
from autograder.sandbox.limits import Limits
from autograder.sandbox.worker import ContainedSandbox
from autograder.submission import parse_submission
from tests.helpers.drawn import drawn

#: Other units of ReLU are dead with the one than with the other.
KEYS = [b"key 0", b"key 1"]
#: An activation function, and its slope where its value is a.
ACTIVATIONS = {
    "sigmoid": ("1 / (1 + np.exp(-z))", "a * (1 - a)"),
    "relu": ("np.maximum(z, 0)", "(a > 0) * 1.0"),
    "leaky relu": ("np.where(z > 0, z, 0.01 * z)", "np.where(a > 0, 1.0, 0.01)"),
    "steep tanh": ("np.tanh(1.1 * z)", "1.1 * (1 - a * a)"),
    "softplus": ("np.log1p(np.exp(z))", "1 - np.exp(-a)"),
    "none": ("1.0 * z", "np.ones_like(a)"),
}
#: A loss, and its derivative by y.
LOSSES = {
    "some squares": ("0.7 * np.mean((y - t) ** 2)", "1.4 * (y - t) / t.size"),
    "sizes": ("0.7 * np.mean(np.abs(y - t))", "0.7 * np.sign(y - t) / t.size"),
    "fourth powers": ("np.mean((y - t) ** 4)", "4 * (y - t) ** 3 / t.size"),
    "a scaled sum": ("1.3 * np.sum((y - t) ** 2)", "2.6 * (y - t)"),
    "Huber's": (
        "np.sum(np.where(abs(y - t) < 0.3, (y - t) ** 2 / 2, 0.3 * (abs(y - t) - 0.15)))",
        "np.clip(y - t, -0.3, 0.3)",
    ),
}
NETWORK = """

# %%
def forward(params, x):
    hidden = lambda z: {hidden[0]}
    output = lambda z: {output[0]}
    h = hidden(x @ params["W1"] + {scale} * params["b1"])
    return {{"h": h, "y": output(h @ params["W2"] + params["b2"])}}


def loss(y, t):
    return float({loss[0]})


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    hidden = lambda a: {hidden[1]}
    output = lambda a: {output[1]}
    grad_y = {loss[1]}
    delta = grad_y * output(y)
    grad_h = params["W2"] @ delta
    inner = grad_h * hidden(h)
    return {{
        "y": grad_y, "W2": np.outer(h, delta), "b2": delta,
        "h": grad_h, "W1": np.outer(x, inner), "b1": {scale} * inner,
    }}
"""
SOFTMAX = """

# %%
def forward(params, x):
    h = sigmoid(x @ params["W1"] + params["b1"])
    e = np.exp(h @ params["W2"] + params["b2"])
    return {"h": h, "y": e / np.sum(e)}


def loss(y, t):
    return 0.7 * float(np.mean((y - t) ** 2))


def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    grad_y = 1.4 * (y - t) / t.size
    delta = y * (grad_y - np.sum(grad_y * y))
    grad_h = params["W2"] @ delta
    inner = grad_h * h * (1 - h)
    return {
        "y": grad_y, "W2": np.outer(h, delta), "b2": delta,
        "h": grad_h, "W1": np.outer(x, inner), "b1": inner,
    }
"""


def network(hidden: str, output: str, loss: str, scale: int = 1) -> str:
    return NETWORK.format(
        hidden=ACTIVATIONS[hidden], output=ACTIVATIONS[output], loss=LOSSES[loss], scale=scale
    )


UNKNOWN = {
    f"{hidden}, {output}, {loss}": network(hidden, output, loss)
    for hidden in ACTIVATIONS
    for output in ("sigmoid", "steep tanh", "none")
    for loss in LOSSES
} | {"biases twice": network("sigmoid", "sigmoid", "some squares", 2), "softmax": SOFTMAX}
QUICK = ["relu, sigmoid, some squares", "sigmoid, none, sizes", "biases twice", "softmax"]
#: So many of the others are tried in each run.
OTHERS = 24

Backward = Callable[[str, bytes], FunctionReport]


@pytest.fixture
def backward(solution: Solution, fork_server: Callable[..., ForkServer]) -> Backward:
    """The report on backward, where a cell is added to the solution."""

    def report(source: str, key: bytes) -> FunctionReport:
        submission = parse_submission("answer.py", source.encode())
        sandbox = ContainedSandbox(fork_server(Limits(seconds=5.0)))
        graded = grade_submission(
            submission, "tester", solution.answer_key(key), sandbox, solution.mutants
        )
        return next(function for function in graded.functions if function.name == "backward")

    return report


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "name" in metafunc.fixturenames:
        others = [name for name in UNKNOWN if name not in QUICK]
        some = drawn(metafunc.config, others, OTHERS)
        slow = [pytest.param(name, marks=pytest.mark.slow) for name in some]
        metafunc.parametrize("name", [*QUICK, *slow])


def test_the_derivative_of_another_network_keeps_the_points_of_the_gradient(
    name: str, backward: Backward, solution: Solution, pytestconfig: pytest.Config
) -> None:
    # Where none can be dead, every second network has the one key, and the rest the other.
    at = list(UNKNOWN).index(name) % 2
    for key in drawn(pytestconfig, KEYS, 1) if "relu" in name else KEYS[at : at + 1]:
        report = backward(solution.source + UNKNOWN[name], key)
        gradient = next(check for check in report.checks if check.key == "gradient")
        assert gradient.passed, (key, gradient.message)


#: Known mistakes in loss, and the derivative by y that follows from each.
FOLLOWED = {
    "absolute-error": "np.sign(y - t) / t.size",
    "square-left-out": "np.full(t.shape, 1 / t.size)",
    "doubled-not-squared": "np.full(t.shape, 2 / t.size)",
    "root-of-the-loss": "(y - t) / t.size / np.sqrt(np.mean((y - t) ** 2))",
    "length-of-the-error": "(y - t) / np.linalg.norm(y - t)",
    "half-of-the-loss": "(y - t) / t.size",
    "sum-in-place-of-mean": "2 * (y - t)",
    "target-added": "2 * (y + t) / t.size",
}


@pytest.mark.parametrize("mistake", FOLLOWED)
def test_the_derivative_of_a_known_mistake_keeps_all_points(
    mistake: str, backward: Backward, solution: Solution
) -> None:
    source = make([solution.mutants.mistakes[mistake]], solution.source)
    right = "grad_y = 2 * (y - t) / t.size"
    assert right in source
    report = backward(source.replace(right, f"grad_y = {FOLLOWED[mistake]}"), KEYS[0])
    assert report.score == report.max_score, report
