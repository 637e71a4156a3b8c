"""How the network of any depth is judged."""

import itertools

import numpy as np

from autograder import Choice, Exercise, Function, Instance, Printed

#: The network that the notebook computes by hand: every number has few digits.
BY_HAND = {
    "params": [
        {"W": np.array([[1.0, -0.5], [0.5, 1.0]]), "b": np.array([0.25, -0.25])},
        {"W": np.array([[0.4], [-0.8]]), "b": np.array([0.5])},
    ],
    "x": np.array([[1.0, 2.0], [-1.0, 0.5]]),
    "t": np.array([[1.0], [-0.5]]),
    "activation": "relu",
    "decay": 0.1,
    "lr": 0.1,
    "batch_size": 1,
    "epochs": 2,
}


def network(rng, label, activation, n, *sizes, batch_size=2, epochs=2):
    """A random network with layers of these sizes, and ``n`` examples."""
    params = [
        {"W": signed(rng, *shape) / np.sqrt(shape[0]), "b": signed(rng, shape[1]) / 2}
        for shape in itertools.pairwise(sizes)
    ]
    return Instance(
        label,
        {
            "params": params,
            "x": signed(rng, n, sizes[0]),
            "t": signed(rng, n, sizes[-1]),
            "activation": activation,
            "decay": float(rng.uniform(0.05, 0.2)),
            "lr": float(rng.uniform(0.1, 0.3)),
            "batch_size": batch_size,
            "epochs": epochs,
            "z": signed(rng, n, sizes[0]) * 2,
            "a": signed(rng, n, sizes[0]) * 0.9,
        },
        {"n": n, "n_in": sizes[0], "n_out": sizes[-1]},
    )


def signed(rng, *shape):
    """Numbers of both signs, none of them near 0, and none above 1."""
    numbers = rng.uniform(-0.8, 0.8, shape)
    return numbers + np.copysign(0.2, numbers)


def faint(rng):
    """A network whose derivatives by its first layer are around 1e-12, while its loss is not small:
    a difference of two losses has lost their digits."""
    drawn = network(rng, "faint", "tanh", 1, 3, 2, 1)
    first, last = drawn.inputs["params"]
    names = ("x", "t", "activation")
    inputs = {name: drawn.inputs[name] for name in names}
    params = [first, {"W": 1e-10 * last["W"], "b": last["b"] + 1.5 * np.sign(last["b"])}]
    return Instance("faint", {**inputs, "params": params, "decay": 0.0}, drawn.dims)


def draw(rng):
    """Hidden networks: other depths, none and four hidden layers among them; distinct primes; layers
    with as many outputs as inputs, where a transposed matrix fits; single units."""
    yield network(rng, "deep", "relu", 5, 3, 7, 13, 11, 5, 2, batch_size=3)
    yield network(rng, "square", "tanh", 3, 3, 3, 3, batch_size=2, epochs=3)
    yield network(rng, "linear", "tanh", 7, 5, 2, batch_size=4)
    yield network(rng, "single", "tanh", 2, 1, 1, 1, batch_size=3)
    yield faint(rng)


def difficult():
    """Numbers for the helpers alone: very large ones, with ReLU."""
    return Instance(
        "large, ReLU",
        {
            "z": np.array([-1000.0, -20.0, -1.5, -0.3, 0.0, 0.3, 1.5, 20.0, 1000.0]),
            "a": np.array([0.0, 0.25, 0.0, 1.5, 20.0]),
            "activation": "relu",
        },
    )


def saturated():
    """Numbers for the helpers alone: very large ones, with tanh."""
    return Instance(
        "large, tanh",
        {
            "z": np.array([-1000.0, -20.0, -1.5, -0.3, 0.0, 0.3, 1.5, 20.0, 1000.0]),
            "a": np.array([-0.9, -0.25, 0.1, 0.5, 0.75]),
            "activation": "tanh",
        },
    )


exercise = Exercise(
    title="A network of any depth",
    functions=[
        Function("activate", {"values": 0.5, "hidden": 0.5}),
        Function("slope", {"values": 0.5, "hidden": 0.5}),
        Function(
            "forward",
            {"shapes": 0.5, "printed": 0.5, "values": 0.5, "hidden": 1, "behaviour": 0.5},
            returns="values",
        ),
        Function("loss", {"printed": 0.5, "values": 0.5, "hidden": 0.5, "behaviour": 0.5}),
        Function(
            "backward",
            {
                "shapes": 0.5,
                "values": 1.5,
                "gradient": 2,
                "hidden": 1.5,
                "behaviour": 0.5,
            },
        ),
        Function("update", {"shapes": 0.5, "values": 0.5, "hidden": 0.5, "behaviour": 0.5}),
        Function("train", {"values": 1, "hidden": 1, "behaviour": 1}),
    ],
    visible=[
        Instance("by hand", BY_HAND, {"n": 2, "n_in": 2, "n_out": 1}),
        network(np.random.default_rng(1), "three layers", "tanh", 5, 3, 4, 4, 2, epochs=3),
        difficult(),
        saturated(),
    ],
    draw=draw,
    printed=[
        Printed("forward", "y", [0.4, -0.1], "by hand", decimals=1),
        Printed("loss", None, [0.425], "by hand", decimals=3),
    ],
    choices=[
        Choice(
            "twice_the_examples",
            1,
            [
                "The loss is a mean. Twice as many squares are divided by twice as many numbers.",
                "Each weight is used twice as often, and each use counts half: the mean of the "
                "loss is in every derivative.",
                "The mean over the rows is the same, in the loss and so in its derivatives. Weight "
                "decay does not look at the rows at all. So a learning rate that was right for one "
                "size of batch is not far off for another.",
                "Weight decay is a sum over the weights, and there are no more of them than before.",
            ],
        ),
        Choice(
            "silent_unit",
            1,
            [
                "What comes from the examples is 0. But the loss depends on the unit's weights "
                "without passing through it: they are among those whose squares are summed.",
                "Behind a slope of 0 nothing of the error arrives, for no example. Weight decay "
                "is all that is left. Whether the unit ever gives anything else depends on the "
                "layers before it.",
                "The slope belongs to the unit itself: it stands between the unit's sum and what "
                "the unit gives.",
                "There is a corner at a sum of exactly 0. Below it ReLU is flat, and its slope is "
                "0; at the corner one takes 0 as well.",
            ],
        ),
    ],
    files=["layers.svg", "activations.svg", "fit.svg"],
)
