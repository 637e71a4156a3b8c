"""How the 2-2-1 sigmoid network is judged, and which numbers its document prints."""

import numpy as np

from autograder import Choice, Exercise, Function, Instance, Printed

PARAMS = {
    "W1": np.array([[0.2, 0.4], [0.1, 0.3]]),
    "b1": np.array([0.1, 0.2]),
    "W2": np.array([[0.5], [0.6]]),
    "b2": np.array([0.1]),
}
X = np.array([0.5, 0.3])
T = np.array([0.7])

# Some of the document's numbers come from parameters that an earlier run of its notebook had
# already changed, once, with the squared error in the place of its derivative, uphill, and with
# the hidden bias summed over the units. The activations stayed those of PARAMS.
_H = 1 / (1 + np.exp(-(X @ PARAMS["W1"] + PARAMS["b1"])))
_Y = 1 / (1 + np.exp(-(_H @ PARAMS["W2"] + PARAMS["b2"])))
_STRAY_OUT = (_Y - T) ** 2 * _Y * (1 - _Y)
_STRAY_HIDDEN = (PARAMS["W2"] @ _STRAY_OUT) * _H * (1 - _H)
RECORDED = {
    "W1": PARAMS["W1"] + 0.1 * np.outer(X, _STRAY_HIDDEN),
    "b1": PARAMS["b1"] + 0.1 * np.sum(_STRAY_HIDDEN),
    "W2": PARAMS["W2"] + 0.1 * np.outer(_H, _STRAY_OUT),
    "b2": PARAMS["b2"] + 0.1 * _STRAY_OUT,
}
BY_THEN = "one step from the parameters that the document's notebook had by then"
STRAY = (
    "printed after the parameters had changed unseen; a backward that recomputes its activations "
    "is right too and gives other last digits"
)


def draw(rng):
    """Hidden networks: sizes that are distinct primes, a square one, one of single units whose
    output is far off, and one of small derivatives."""
    yield network(rng, "rectangular", 5, 2, 3, epochs=2)
    yield network(rng, "square", 3, 3, 3, epochs=3)
    yield far_off(network(rng, "single", 1, 1, 1, epochs=4))
    yield network(rng, "wide", 2, 7, 3, epochs=2)
    yield faint(network(rng, "faint", 3, 2, 1, epochs=1))


def network(rng, label, n_in, n_hidden, n_out, epochs):
    """A random network with mixed signs, whose first output is above its target."""
    t = rng.uniform(0.85, 0.97, n_out)
    t[::2] = rng.uniform(0.03, 0.15, t[::2].shape)
    return Instance(
        label,
        {
            "params": {
                "W1": signed(rng, n_in, n_hidden),
                "b1": signed(rng, n_hidden),
                "W2": signed(rng, n_hidden, n_out),
                "b2": signed(rng, n_out),
            },
            "x": signed(rng, n_in),
            "t": t,
            "lr": float(rng.uniform(0.2, 0.8)),
            "epochs": epochs,
            "z": signed(rng, n_in, n_hidden) * 4,
            "a": rng.uniform(0.05, 0.95, (n_in, n_hidden)),
        },
        {"n_in": n_in, "n_hidden": n_hidden, "n_out": n_out},
    )


def far_off(instance):
    """A network whose output is so far above its target that the derivative by it is above 1: a
    function with a zero at 1, such as the slope, then has the other sign."""
    params = instance.inputs["params"]
    inputs = {**instance.inputs, "params": {**params, "b2": np.abs(params["b2"]) + 2}}
    return Instance(instance.label, inputs, instance.dims)


def faint(instance):
    """A network whose W2 is so small that the derivatives by W1 and b1 are around 1e-12, while the
    loss, with an output above 0.5 and a target near 0, is not.

    A difference of two losses has lost their digits at any step size, and so has a rounded
    derivative. Nothing is subtracted on the way to a right one, so that float32 does. With one
    output no terms of both signs are added up either.
    """
    params = instance.inputs["params"]
    inputs = {
        "params": {**params, "W2": 1e-10 * params["W2"], "b2": np.abs(params["b2"])},
        "x": instance.inputs["x"],
        "t": instance.inputs["t"],
    }
    return Instance(instance.label, inputs, instance.dims)


def signed(rng, *shape):
    """Numbers of both signs, none of them near 0."""
    numbers = rng.uniform(-0.8, 0.8, shape)
    return numbers + np.copysign(0.2, numbers)


exercise = Exercise(
    title="Backpropagation through a small sigmoid network",
    functions=[
        Function("sigmoid", {"values": 0.5, "hidden": 0.5, "behaviour": 1}),
        Function("sigmoid_derivative", {"values": 0.25, "hidden": 0.5, "behaviour": 0.25}),
        Function(
            "forward", {"shapes": 0.5, "printed": 1, "values": 0.5, "hidden": 0.5, "behaviour": 0.5}
        ),
        Function("loss", {"printed": 0.5, "values": 0.5, "hidden": 0.5, "behaviour": 0.5}),
        Function(
            "backward",
            {
                "shapes": 0.5,
                "printed": 1,
                "values": 1,
                "gradient": 1.5,
                "hidden": 1.5,
                "behaviour": 0.5,
            },
        ),
        Function(
            "update", {"shapes": 0.5, "printed": 1, "values": 0.5, "hidden": 0.5, "behaviour": 0.5}
        ),
        Function("train", {"values": 1, "hidden": 1, "behaviour": 1}),
    ],
    visible=[
        Instance(
            "document",
            {"params": PARAMS, "x": X, "t": T, "lr": 0.1, "epochs": 3},
            {"n_in": 2, "n_hidden": 2, "n_out": 1},
        ),
        Instance(
            "practice",
            {
                "params": {
                    "W1": np.array(
                        [
                            [0.4, -0.7, 0.2, 0.9, -0.3],
                            [-0.6, 0.3, 0.8, -0.2, 0.5],
                            [0.1, 0.6, -0.9, 0.7, -0.4],
                        ]
                    ),
                    "b1": np.array([0.3, -0.2, 0.5, -0.6, 0.1]),
                    "W2": np.array(
                        [[0.7, -0.4], [-0.3, 0.8], [0.5, 0.2], [-0.9, 0.6], [0.4, -0.5]]
                    ),
                    "b2": np.array([-0.1, 0.4]),
                },
                "x": np.array([0.9, -0.5, 0.3]),
                "t": np.array([0.1, 0.9]),
                "lr": 0.5,
                "epochs": 4,
                "z": np.array([-1000.0, -20.0, -1.5, -0.3, 0.0, 0.3, 1.5, 20.0, 1000.0]),
                "a": np.array([0.1, 0.25, 0.5, 0.9]),
            },
            {"n_in": 3, "n_hidden": 5, "n_out": 2},
        ),
        Instance(
            "recorded",
            {"params": RECORDED, "x": X, "t": T, "lr": 0.1},
            {"n_in": 2, "n_hidden": 2, "n_out": 1},
            activations_at=PARAMS,
        ),
    ],
    draw=draw,
    printed=[
        Printed("forward", "h", [0.55724785, 0.62010643], "document"),
        Printed("forward", "y", [0.67932855], "document"),
        Printed("loss", None, [0.00042731], "document"),
        Printed("backward", "y", [-0.04134291], "document"),
        Printed("backward", "W2", [[-0.00501868], [-0.0055848]], "document"),
        Printed(
            "backward", "h", [[-0.00450314, -0.00540377]], "recorded", counts=False, note=STRAY
        ),
        Printed(
            "backward",
            "W1",
            [[-0.00055551, -0.00063649], [-0.00033331, -0.0003819]],
            "recorded",
            counts=False,
            note=STRAY,
        ),
        Printed(
            "update",
            "W1",
            [[0.20005613, 0.40006431], [0.10003368, 0.30003858]],
            "recorded",
            note=BY_THEN,
        ),
        Printed("update", "W2", [[0.50050706], [0.60056425]], "recorded", note=BY_THEN),
        Printed("update", "b1", [[0.10011357, 0.20012976]], "recorded", note=BY_THEN),
        Printed("update", "b2", [0.10090993], "recorded", note=BY_THEN),
    ],
    choices=[
        Choice(
            "what_it_computes",
            1,
            [
                "Backpropagation is not the learning rule. It computes derivatives, and any rule "
                "that learns from derivatives can be handed them.",
                "A slope is that of the sigmoid at the activation, whatever comes afterwards. The "
                "chain rule shares nothing out: it says how the loss changes with each weight.",
                "The derivatives of the loss depend on the parameters and the example alone. "
                "Gradient descent and its successors differ in the step that they make of them.",
                "A derivative says how the loss changes with a weight, not by how much to change "
                "the weight. Only the update turns one into the other.",
            ],
        ),
        Choice(
            "when_it_runs",
            1,
            [
                "The order counts. Each factor of the chain is taken at the point that `forward` "
                "went through, and an update in between leads away from there.",
                "The chain is taken at two points at once: its weights are from after the update, "
                "h and y from before it. So the backward pass belongs after the loss and before "
                "the update.",
                "For these the activations would have to be those of the new parameters too. "
                "`forward` has to run again first.",
                "It compares no losses. It takes the derivative at one point; what a step has "
                "brought is seen at the next forward pass.",
            ],
        ),
        Choice(
            "which_networks",
            1,
            [
                "That gives a derivative too, with a run of the network for every single weight: "
                "too slow to train with. The chain rule needs no row of layers; it holds for "
                "whatever is computed in steps that can be differentiated.",
                "The loss depends on the weight through every one of its uses. What comes through "
                "the earlier ones is a part of the derivative, and not a smaller one for being "
                "further away.",
                "There is only one chain rule. Backpropagation through time, as it is called for "
                "recurrent networks, is the same walk backwards through their steps.",
                "As at z_y, where one derivative was used three times, the backward pass follows "
                "every path. Where paths meet in one weight, what they bring is added up.",
            ],
        ),
    ],
    questions={"bias-sum": 2},
    files=[
        "network.svg",
        "sigmoid.svg",
        "slope.svg",
        "unit.svg",
        "loss.svg",
        "backward.svg",
        "update.svg",
        "losses.svg",
    ],
)
