"""How the optimisers are judged."""

import numpy as np

from autograder import Choice, Derivative, Exercise, Function, Instance, Printed

#: The layer that the notebook computes by hand: every number has few digits.
PARAMS = [{"W": np.array([1.0, -2.0]), "b": np.array([1.0])}]
GRADS = [{"W": np.array([2.0, -4.0]), "b": np.array([4.0])}]
CURVATURE = [{"W": np.array([4.0, 1.0]), "b": np.array([2.0])}]
SURFACE = ["height", "slopes", "global_norm", "clip"]


def numbers(rng, shapes, size=1.0):
    """Layers of numbers of both signs, none of them near 0, and none larger than size."""
    return [{name: size * signed(rng, shape) for name, shape in layer.items()} for layer in shapes]


def signed(rng, shape):
    """Numbers of both signs between 0.2 and 1."""
    drawn = rng.uniform(-0.8, 0.8, shape)
    return drawn + np.copysign(0.2, drawn)


def positive(rng, shapes, low, high):
    """Layers of positive numbers."""
    return [
        {name: rng.uniform(low, high, shape) for name, shape in layer.items()} for layer in shapes
    ]


def own_settings(rng):
    """Each optimiser's own arguments, no two of them alike."""
    rate = float(rng.uniform(0.02, 0.3))
    kept, other = (
        float(number) for number in rng.permutation([0.35, 0.8]) + rng.uniform(-0.1, 0.1)
    )
    epsilon = float(rng.uniform(0.01, 0.1))
    return {
        "sgd": {"lr": rate},
        "momentum": {"lr": rate, "beta": kept},
        "rmsprop": {"lr": rate, "rho": kept, "epsilon": epsilon},
        "adam": {"lr": rate, "beta1": kept, "beta2": other, "epsilon": epsilon},
    }


def states(rng, shapes, step):
    """A state of each optimiser, as it may be after so many steps."""
    return {
        "sgd": {"step": step},
        "momentum": {"velocity": numbers(rng, shapes, 2.0)},
        "rmsprop": {"squares": positive(rng, shapes, 0.1, 2.0)},
        "adam": {
            "step": step,
            "mean": numbers(rng, shapes, 0.5),
            "squares": positive(rng, shapes, 0.1, 1.0),
        },
    }


def layers(rng, label, shapes, step, ways):
    """The surface, a step of each optimiser, and ways down of some of them: numbers in these
    shapes."""
    params, grads = numbers(rng, shapes, 1.5), numbers(rng, shapes, 2.0)
    curvature = positive(rng, shapes, 0.3, 4.0)
    norm = np.sqrt(sum(np.sum(g**2) for layer in grads for g in layer.values()))
    inputs = {"params": params, "grads": grads, "curvature": curvature}
    surface = {**inputs, "max_norm": float(norm * rng.uniform(0.3, 0.8))}
    yield Instance(label, surface, only=SURFACE)
    state, settings = states(rng, shapes, step), own_settings(rng)
    for method, own in settings.items():
        given = {"params": params, "grads": grads, "state": state[method], **own}
        yield Instance(f"{method}, {label}", given, only=[method])
    for method in ways:
        given = {
            "params": params,
            "curvature": curvature,
            "method": method,
            "settings": settings[method],
            "max_norm": float(rng.uniform(1.0, 3.0)),
            "steps": 3 + (method == "adam"),
        }
        yield Instance(f"down with {method}, {label}", given, only=["minimise"])


def by_hand(method, state, **own):
    """A step of an optimiser with the numbers of the notebook."""
    given = {"params": PARAMS, "grads": GRADS, "state": state, "lr": 0.1, **own}
    return Instance(f"{method} by hand", given, only=[method])


def first_step(rng, label, shapes):
    """Adam before its first step: its averages are 0, and its gradients of very different sizes."""
    zeros = [{name: np.zeros(shape) for name, shape in layer.items()} for layer in shapes]
    grads = numbers(rng, shapes)
    grads[0] = {name: 100 * g for name, g in grads[0].items()}
    state = {"step": 0, "mean": zeros, "squares": [dict(layer) for layer in zeros]}
    given = {"params": numbers(rng, shapes), "grads": grads, "state": state}
    own = {"lr": 0.05, "beta1": 0.9, "beta2": 0.99, "epsilon": 1e-8}
    return Instance(label, {**given, **own}, only=["adam"])


def within(rng, label, shapes, size):
    """Gradients that are within the bound; with a size of 0 they are all 0."""
    given = {"grads": numbers(rng, shapes, size), "max_norm": 50.0}
    return Instance(label, given, only=["global_norm", "clip"])


TWO_LAYERS = [{"W": (2, 3), "b": (3,)}, {"W": (3, 3), "gain": (3,)}]
#: Hidden layers: distinct primes, three axes, names that no visible layer has.
DEEP = [{"kernel": (2, 3, 5), "b": (5,)}, {"W": (7, 2)}, {"gain": (3,), "shift": (3,)}]
SINGLE = [{"W": (1, 1)}]


def draw(rng):
    """Layers with other shapes and names, one with a single number, gradients within the bound, and
    Adam's first step; other settings everywhere."""
    yield from layers(rng, "three layers", DEEP, 11, ("momentum", "adam"))
    yield from layers(rng, "a single number", SINGLE, 2, ("rmsprop",))
    yield within(rng, "short gradients", DEEP[:2], 1.0)
    yield first_step(rng, "adam begins", DEEP[1:])


exercise = Exercise(
    title="Optimisers",
    functions=[
        Function("height", {"printed": 0.5, "values": 0.5, "hidden": 0.5}),
        Function(
            "slopes",
            {"values": 0.5, "gradient": 0.5, "hidden": 0.5},
            returns="slopes",
            derivative=Derivative("height", by="params"),
        ),
        Function("global_norm", {"printed": 0.5, "values": 0.5, "hidden": 0.5}),
        Function("clip", {"values": 0.5, "hidden": 1, "behaviour": 0.5}, returns="clipped"),
        Function(
            "sgd",
            {"values": 0.5, "hidden": 0.5, "behaviour": 0.5},
            returns=("params", "state"),
        ),
        Function(
            "momentum",
            {"values": 1, "hidden": 1, "behaviour": 0.5},
            returns=("params", "state"),
        ),
        Function(
            "rmsprop",
            {"values": 1, "hidden": 1, "behaviour": 0.5},
            returns=("params", "state"),
        ),
        Function(
            "adam",
            {"values": 1.5, "hidden": 2, "behaviour": 0.5},
            returns=("params", "state"),
        ),
        Function("minimise", {"values": 1, "hidden": 1.5}, returns=("params", "heights")),
    ],
    visible=[
        Instance(
            "by hand",
            {"params": PARAMS, "curvature": CURVATURE, "grads": GRADS, "max_norm": 1.5},
            only=SURFACE,
        ),
        by_hand("sgd", {"step": 0}),
        by_hand(
            "momentum",
            {"velocity": [{"W": np.array([1.0, 2.0]), "b": np.array([-2.0])}]},
            beta=0.5,
        ),
        by_hand(
            "rmsprop",
            {"squares": [{"W": np.array([7.0, 28.0]), "b": np.array([80.0])}]},
            rho=0.75,
            epsilon=1e-8,
        ),
        by_hand(
            "adam",
            {
                "step": 1,
                "mean": [{"W": np.array([1.0, 1.0]), "b": np.array([-1.0])}],
                "squares": [{"W": np.array([1.0, 4.0]), "b": np.array([9.25])}],
            },
            beta1=0.5,
            beta2=0.75,
            epsilon=1e-8,
        ),
        *layers(
            np.random.default_rng(1),
            "two layers",
            TWO_LAYERS,
            3,
            ("sgd", "momentum", "rmsprop", "adam"),
        ),
        within(np.random.default_rng(2), "within the bound", TWO_LAYERS[:1], 1.0),
        within(np.random.default_rng(3), "all zero", SINGLE, 0.0),
        first_step(np.random.default_rng(4), "adam, first step", TWO_LAYERS),
    ],
    draw=draw,
    printed=[
        Printed("height", None, [9.5], "by hand", decimals=1),
        Printed("global_norm", None, [6.0], "by hand", decimals=1),
    ],
    choices=[
        Choice(
            "no_correction",
            1,
            [
                "The first m is a tenth of what it stands for, but it is divided by the root of s, "
                "and that is too small as well.",
                "Above the line is a tenth. Below it is the root of a thousandth, about 0.032. "
                "Their quotient is 3.2: without correction the first steps are too long, and these "
                "are the ones with the least to go by.",
                "A tenth is missing above and a thousandth below, and the root of a thousandth is no "
                "tenth.",
                "It is the root of s that is divided by, and m is too small too.",
            ],
        ),
        Choice(
            "other_units",
            1,
            [
                "RMSprop and Adam divide by a root that is 100 times as large as well.",
                "The place stays, and the gradients do not. Where a step is a multiple of the "
                "gradient, it is longer.",
                "It is the division by the root that makes the difference, and RMSprop has it too. "
                "Bias correction divides by numbers that do not depend on the gradients.",
                "Their steps have gradients above and below the line. So a learning rate that is "
                "right for one network is often not far off for another, which is one reason why "
                "Adam is used so much.",
            ],
        ),
    ],
    files=["paths.svg", "clipping.svg", "correction.svg"],
)
