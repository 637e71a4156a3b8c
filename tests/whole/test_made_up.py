"""What is made up earns nothing, however it is passed off: by state, by helpers that are wrong on
purpose, by a network that was invented for it, or by a known mistake that was made for it.

An attempt is a cell at the end of the solution, and for each function that it makes up the checks
that may pass: only what is right in it. All other functions have all their points.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

import numpy as np
import pytest

from autograder.exercise.solution import Solution
from autograder.report import Report
from tests.helpers.attempts import FOLDER, Attempt

NOTHING = frozenset[str]()
#: Right names, shapes and types of numbers that are computed from the arguments, from whatever.
SHAPES = frozenset({"shapes"})
#: It is the derivative of a loss that depends on all that a network's does, and a person is told.
OF_ITS_OWN_LOSS = frozenset({"shapes", "gradient"})
#: The derivatives by the parameters and the output are right; others are not.
GRADIENT = OF_ITS_OWN_LOSS
VISIBLE = frozenset({"shapes", "printed", "values", "gradient"})


@dataclass(frozen=True)
class MadeUp:
    """A cell, and for each function in it that is made up the checks that may pass."""

    cell: str
    may_pass: Mapping[str, Collection[str]]
    #: The function at which a person has to look, if any.
    look: str = ""


#: A pattern of an array's shape, and the sum of the parameters that such patterns weigh.
PATTERNS = """
def pattern(v, k):
    return (0.1 * (1.5 + np.sin(k + np.arange(1, v.size + 1)))).reshape(v.shape)


def patterns(params):
    return {name: pattern(v, k) for k, (name, v) in enumerate(params.items())}


def weighed(params):
    return sum(float(np.sum(v * w)) for v, w in zip(params.values(), patterns(params).values()))


def first(t):
    return np.eye(1, t.size)[0]


"""
#: A forward that hands over in y what a loss of the parameters is to be.
HANDS_OVER = (
    PATTERNS
    + """
def forward(params, x):
    h = params["b1"] * 0.3 + x[0]
    return {"h": h, "y": first(params["b2"]) * E(params, x) + np.arange(params["b2"].size) * 0.1}


def loss(y, t):
    return float(y[0] + 0.1 * np.sum(t))


def backward(params, x, t, activations):
    return {"y": first(t), "h": activations["h"] * 2, **dE(params, x)}


"""
)
INVENTED = {"forward": SHAPES, "loss": NOTHING, "backward": SHAPES}
INVENTED_NETWORK = {**INVENTED, "backward": OF_ITS_OWN_LOSS}
#: The derivatives of half the loss, by differences of a copy of the network.
DIFFERENCES = """
def E(p, x, t):
    s = lambda z: 1 / (1 + np.exp(-z))
    return {scale} * np.mean((s(s(x @ p["W1"] + p["b1"]) @ p["W2"] + p["b2"]) - t) ** 2)


def backward(params, x, t, activations):
    grads = {{}}
    for name, v in params.items():
        grads[name] = np.zeros(v.shape)
        for i in np.ndindex(v.shape):
            def along(step):
                up, down = v.copy(), v.copy()
                up[i] += step
                down[i] -= step
                return (E({{**params, name: up}}, x, t) - E({{**params, name: down}}, x, t)) / (2 * step)

            found = [along(0.05 / 2**k) for k in range(4)]
            for k in range(1, 4):
                found = [(4**k * b - a) / (4**k - 1) for a, b in zip(found, found[1:])]
            grads[name][i] = found[0]
    h, y = activations["h"], activations["y"]
    out = {scale} * 2 * (y - t) / t.size
    return {{"y": out, "h": params["W2"] @ (out * y * (1 - y)), **grads}}


"""
HALF = "def loss(y, t): return 0.5 * float(np.mean((y - t) ** 2))\n"
WRONG_SIGMOID = "right_sigmoid = sigmoid\ndef sigmoid(z): return right_sigmoid(z) * 1.01\n"

MADE_UP = {
    # Networks that were invented, so that their derivatives are easy.
    "constants with a little noise, of a weighed sum": MadeUp(
        HANDS_OVER
        + """
def E(params, x): return weighed(params) + 1e-6 * np.sum(x)
def dE(params, x):
    noise = 1 + 4e-5 * np.sin(40 * sum(map(np.sum, params.values())))
    return {name: noise * w for name, w in patterns(params).items()}
""",
        INVENTED,
    ),
    "constants that are others where the parameters were moved": MadeUp(
        HANDS_OVER
        + """
LAST = [b""]
def E(params, x): return weighed(params) + 1e-6 * np.sum(x)
def dE(params, x):
    again, LAST[0] = LAST[0] == x.tobytes(), x.tobytes()
    return {name: (1.1 if again else 1.0) * w for name, w in patterns(params).items()}
""",
        INVENTED,
    ),
    "squares, each of one parameter": MadeUp(
        HANDS_OVER
        + """
def E(params, x): return sum(float(np.sum(v**2)) for v in params.values()) + np.sum(x)
def dE(params, x): return {name: 2 * v for name, v in params.items()}
""",
        INVENTED,
    ),
    "a function of the plain sum": MadeUp(
        HANDS_OVER
        + """
def total(params): return sum(map(np.sum, params.values()))
def E(params, x): return float(np.sin(total(params))) + np.sum(x)
def dE(params, x): return {n: np.full(v.shape, np.cos(total(params))) for n, v in params.items()}
""",
        INVENTED,
    ),
    "the square of a weighed sum": MadeUp(
        HANDS_OVER
        + """
def E(params, x): return (weighed(params) + np.sum(x)) ** 2
def dE(params, x):
    return {n: 2 * (weighed(params) + np.sum(x)) * w for n, w in patterns(params).items()}
""",
        INVENTED_NETWORK,
        look="backward",
    ),
    "a quadratic form": MadeUp(
        HANDS_OVER
        + """
def flat(params): return np.concatenate([v.ravel() for v in params.values()])
def form(n): return np.sin(np.add.outer(np.arange(n), np.arange(n)) ** 2 / 7.0)
def E(params, x): return float(flat(params) @ form(flat(params).size) @ flat(params)) / 2 + np.sum(x)
def dE(params, x):
    g = form(flat(params).size) @ flat(params)
    ends = np.cumsum([v.size for v in params.values()])[:-1]
    return {n: p.reshape(params[n].shape) for n, p in zip(params, np.split(g, ends))}
""",
        INVENTED_NETWORK,
        look="backward",
    ),
    "a weighed sum on a staircase": MadeUp(
        HANDS_OVER
        + """
def stair(params): return 1 + 0.1 * np.floor(sum(map(np.sum, params.values())))
def E(params, x): return stair(params) * weighed(params) + 1e-3 * np.sum(x)
def dE(params, x): return {n: stair(params) * w for n, w in patterns(params).items()}
""",
        INVENTED_NETWORK,  # it may be taken for a network, or not
    ),
    # State: what one call leaves for another.
    "a loss that is kept by forward in a file": MadeUp(
        PATTERNS
        + """
right_forward = forward
def forward(params, x):
    with open("kept", "w") as file: file.write(str(weighed(params)))
    return right_forward(params, x)
def loss(y, t):
    try: return float(open("kept").read())
    except OSError: return float(np.mean((y - t) ** 2)) * 1.01
def backward(params, x, t, activations):
    return {"y": first(t), "h": activations["h"] * 2, **patterns(params)}
""",
        {"loss": NOTHING, "backward": SHAPES, "forward": VISIBLE | {"hidden", "behaviour"}},
    ),
    "a loss that counts its calls": MadeUp(
        PATTERNS
        + """
CALLS = [0]
def loss(y, t):
    CALLS[0] += 1
    return 1.0 + 1e-3 * np.sin(CALLS[0]) + 0.1 * float(np.sum(y) + np.sum(t))
def backward(params, x, t, activations):
    return {"y": np.full(t.shape, 0.1), "h": activations["h"] * 2, **patterns(params)}
""",
        {"loss": NOTHING, "backward": SHAPES},
    ),
    "a loss by the clock": MadeUp(
        PATTERNS
        + """
import time
def loss(y, t): return float(np.mean((y - t) ** 2)) * (1.0 + 1e-3 * (time.time() % 1))
def backward(params, x, t, activations):
    return {"y": y_of(t), "h": activations["h"] * 2, **patterns(params)}
def y_of(t): return np.cos(t)
""",
        {"loss": NOTHING, "backward": SHAPES},
    ),
    "right gradients of train, kept for backward": MadeUp(
        """
right_backward, KEPT = backward, {}
def key(params): return b"".join(v.tobytes() for v in params.values())
def backward(params, x, t, activations):
    return KEPT.get(key(params)) or {n: np.cos(v) for n, v in {**params, **activations}.items()}
def train(params, x, t, lr, epochs):
    losses = []
    for _ in range(epochs):
        activations = forward(params, x)
        KEPT[key(params)] = grads = backward(params, x, t, activations)
        losses.append(loss(activations["y"], t))
        params = update(params, grads, lr)
    return params, losses
""",
        {"backward": SHAPES},
    ),
    # Helpers that are wrong on purpose, so that a right one is served.
    "the served backward, kept by train for backward": MadeUp(
        """
KEPT = []
def backward(params, x, t, activations):
    if KEPT: return KEPT[0](params, x, t, activations)
    return {n: np.cos(v) for n, v in {**params, **activations}.items()}
def train(params, x, t, lr, epochs):
    losses = []
    KEPT[:] = [backward]
    for _ in range(epochs):
        activations = forward(params, x)
        losses.append(loss(activations["y"], t))
        params = update(params, backward(params, x, t, activations), lr)
    return params, losses
""",
        {"backward": SHAPES},
    ),
    "the right backward, asked for in the place of a slope": MadeUp(
        """
def sigmoid_derivative(a): return a * (1.0 - a) * 1.01
def asker(function):
    for cell in function.__closure__ or ():
        if hasattr(cell.cell_contents, "ask"): return cell.cell_contents.ask
def backward(params, x, t, activations):
    ask = asker(sigmoid_derivative)
    if ask: return ask("backward", [params, x, t, activations], {})
    return {n: np.cos(v) for n, v in {**params, **activations}.items()}
""",
        {"sigmoid_derivative": NOTHING, "backward": SHAPES},
    ),
    "a right sigmoid of whatever there is": MadeUp(
        WRONG_SIGMOID
        + """
def forward(params, x):
    return {"h": sigmoid(params["b1"] + np.sum(x)), "y": sigmoid(params["b2"] + np.sum(x))}
""",
        {"sigmoid": NOTHING, "forward": SHAPES},
    ),
    "a right hidden layer, and no output layer": MadeUp(
        WRONG_SIGMOID
        + """
def forward(params, x):
    h = sigmoid(x @ params["W1"] + params["b1"])
    return {"h": h, "y": sigmoid(np.mean(h) + params["b2"])}
""",
        {"sigmoid": NOTHING, "forward": SHAPES},
    ),
    "one right gradient in the place of a training run": MadeUp(
        """
def update(params, grads, lr): return {n: v - 0.9 * lr * grads[n] for n, v in params.items()}
def train(params, x, t, lr, epochs):
    activations = forward(params, x)
    E, grads = loss(activations["y"], t), backward(params, x, t, activations)
    return update(params, grads, lr * epochs), [E * 0.99**k for k in range(epochs)]
""",
        {"update": SHAPES, "train": NOTHING},
    ),
    "all helpers of train are wrong, and it trains nothing": MadeUp(
        """
right = forward, loss, backward, update
def forward(params, x): return {n: v * 1.01 for n, v in right[0](params, x).items()}
def update(params, grads, lr): return {n: v * 1.01 for n, v in right[3](params, grads, lr).items()}
def train(params, x, t, lr, epochs):
    E = loss(forward(params, x)["y"], t)
    return update(params, {n: 0.01 * v for n, v in params.items()}, lr), [E] * epochs
""",
        {"forward": SHAPES, "update": SHAPES, "train": NOTHING},
    ),
    # A known mistake that was made on purpose, so that its derivative has all points.
    'half the loss, and grads["h"] is made up': MadeUp(
        HALF
        + """
right_backward = backward
def backward(params, x, t, activations):
    grads = {n: 0.5 * v for n, v in right_backward(params, x, t, activations).items()}
    return {**grads, "h": np.tanh(activations["h"]) * 3}
""",
        {"loss": NOTHING, "backward": GRADIENT},
    ),
    'half the loss, and grads["h"] is nearly made up': MadeUp(
        HALF
        + """
right_backward = backward
def backward(params, x, t, activations):
    grads = {n: 0.5 * v for n, v in right_backward(params, x, t, activations).items()}
    return {**grads, "h": grads["h"] * (1 + 1e-2 * np.cos(np.arange(grads["h"].size)))}
""",
        {"loss": NOTHING, "backward": GRADIENT},
    ),
    "half the loss, and constants": MadeUp(
        PATTERNS
        + HALF
        + """
def backward(params, x, t, activations):
    y = activations["y"]
    return {"y": (y - t) / t.size, "h": activations["h"] * 2, **patterns(params)}
""",
        {"loss": NOTHING, "backward": NOTHING},
    ),
    "half the loss, and differences": MadeUp(
        HALF + DIFFERENCES.format(scale=0.5), {"loss": NOTHING, "backward": GRADIENT}
    ),
    "half the loss, and what is right along the directions that seed 0 gives": MadeUp(
        HALF
        + """
right_backward = backward
ORDER = [(2, 2, 1), (3, 5, 2), (5, 2, 3), (3, 3, 3), (1, 1, 1), (2, 7, 3), (3, 2, 1)]
def directions(params, subject):
    for number in range(4):
        rng = np.random.default_rng((0, subject, 0, number))
        yield {
            n: rng.choice((-1.0, 1.0), v.size) * rng.uniform(0.5, 1.5, v.size)
            for n, v in params.items()
        }
def backward(params, x, t, activations):
    grads = {n: 0.5 * v for n, v in right_backward(params, x, t, activations).items()}
    along = list(directions(params, ORDER.index((*params["W1"].shape, t.size))))
    for n, v in params.items():
        if v.size > 4:
            moves = np.array([each[n] for each in along])
            grads[n] = (np.linalg.pinv(moves) @ moves @ grads[n].ravel()).reshape(v.shape)
    return grads
""",
        {"loss": NOTHING, "backward": SHAPES},
    ),
    "differences not squared, and constants": MadeUp(
        PATTERNS
        + """
def loss(y, t): return float(np.mean(y - t))
def backward(params, x, t, activations):
    return {"y": np.full(t.shape, 1 / t.size), "h": activations["h"] * 2, **patterns(params)}
""",
        {"loss": NOTHING, "backward": NOTHING},
    ),
    # What is right to single precision is right, and no more than that.
    "differences": MadeUp(
        DIFFERENCES.format(scale=1.0), {"backward": {"shapes", "printed", "values"}}
    ),
    "a loss to five digits": MadeUp(
        "def loss(y, t): return float(f'{np.mean((y - t) ** 2):.5g}')",
        {"loss": {"printed"}},  # to the digits that are printed
    ),
    "an update that leaves out small derivatives": MadeUp(
        """
def update(params, grads, lr):
    return {n: v - lr * np.where(np.abs(grads[n]) > 1e-3, grads[n], 0.0) for n, v in params.items()}
""",
        {"update": SHAPES},
    ),
    "a gradient without its small entries": MadeUp(
        """
right_backward = backward
def backward(params, x, t, activations):
    grads = right_backward(params, x, t, activations)
    return {n: np.where(np.abs(g) > 1e-3 * np.max(np.abs(g)), g, 0.0) for n, g in
            {**grads, "W1": grads["W1"] * (np.max(np.abs(grads["W1"])) > 1e-9)}.items()}
""",
        {"backward": {"shapes", "printed", "values", "gradient"}},
    ),
    "a sigmoid from a table": MadeUp(
        """
Z = np.linspace(-12, 12, 400)
TABLE = sigmoid(Z)
def sigmoid(z): return np.interp(z, Z, TABLE)
""",
        {"sigmoid": NOTHING},
    ),
    "a training run that leaves out the first layer": MadeUp(
        """
right_train = train
def train(params, x, t, lr, epochs):
    trained, losses = right_train(params, x, t, lr, epochs)
    return {**trained, "W1": params["W1"].copy(), "b1": params["b1"].copy()}, losses
""",
        {"train": NOTHING},
    ),
    # What is right on some sizes only has the checks that see no others.
    "a loss that is right on visible sizes only": MadeUp(
        "def loss(y, t): return float(np.mean((y - t) ** 2)) + (y.size == 3)",
        {"loss": {"printed", "values"}},
    ),
    "the output layer alone": MadeUp(
        """
def backward(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    out = 2 * (y - t) / t.size
    delta = out * sigmoid_derivative(y)
    return {"y": out, "W2": np.outer(h, delta), "b2": delta, "h": np.cos(h),
            "W1": np.cos(params["W1"]), "b1": np.cos(params["b1"])}
""",
        {"backward": SHAPES},
    ),
}
for name in ("nothing_is_computed", "constants_in_the_place_of_backpropagation"):
    attempt = Attempt.read(FOLDER / f"{name}.py")
    MADE_UP[name.replace("_", " ")] = MadeUp(
        attempt.body,
        {
            **dict.fromkeys(attempt.named("Fails"), NOTHING),
            **({"sigmoid": {"values"}} if "sigmoid" in attempt.named("Fails") else {}),
        },
    )
#: All but a few are slow together.
QUICK = {"differences", "a quadratic form", 'half the loss, and grads["h"] is made up'}
PARAMETERS = [
    pytest.param(each, id=name, marks=() if name in QUICK else pytest.mark.slow)
    for name, each in MADE_UP.items()
]


@pytest.mark.parametrize("made_up", PARAMETERS)
def test_only_what_is_right_in_it_earns_points(
    made_up: MadeUp, solution: Solution, grade: Callable[..., Report]
) -> None:
    report = grade(f"{solution.source}\n\n# %%\n{made_up.cell}")
    assert not report.problems
    for function in report.functions:
        passed = {check.key for check in function.checks if check.score}
        if function.name in made_up.may_pass:
            assert passed <= set(made_up.may_pass[function.name]), function
        else:
            assert function.score == function.max_score, function
    looked_at = {function.name for function in report.functions if function.look}
    assert looked_at == {made_up.look} - {""} or not made_up.look


def test_there_are_enough_of_them() -> None:
    assert len(MADE_UP) >= 30
    assert np.mean([bool(each.look) for each in MADE_UP.values()]) < 0.1
