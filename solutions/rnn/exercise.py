"""How the recurrent network is judged."""

import numpy as np

from autograder import Choice, Derivative, Exercise, Function, Instance, Printed

LN2, LN3 = np.log(2.0), np.log(3.0)
FIFTH = 0.3 - 0.1  # with 0.2 itself, the state that is 0 would be a rounding error
#: The network that the notebook computes by hand: its inputs are such that its states are short.
BY_HAND = {
    "params": {
        "Wx": np.array([[1.0]]),
        "Wh": np.array([[0.5]]),
        "b": np.array([0.1]),
        "Wy": np.array([[2.0]]),
        "by": np.array([0.5]),
    },
    "x": np.array([[[LN2 - 0.1], [LN3 - 0.4], [-LN2 - 0.5]], [[-LN2 - 0.1], [FIFTH], [LN3 - 0.1]]]),
    "h0": np.zeros((2, 1)),
    "t": np.array([[-1.0], [1.7]]),
    "x_t": np.array([[LN3 - 0.4], [FIFTH]]),
    "h_before": np.array([[0.6], [-0.6]]),
    "lr": 0.5,
    "bound": 1.0,
    "k": 2,
    "epochs": 2,
}
DIMS = ("n", "steps", "n_in", "n_h", "n_out")


def network(rng, label, *sizes, k, bound, epochs=2):
    """A random network and random sequences of these sizes, in the order of DIMS."""
    n, steps, n_in, n_h, n_out = sizes
    return Instance(
        label,
        {
            "params": weights(rng, n_in, n_h, n_out),
            "x": signed(rng, n, steps, n_in),
            "h0": 0.8 * signed(rng, n, n_h),
            "t": signed(rng, n, n_out),
            "x_t": signed(rng, n, n_in),
            "h_before": 0.8 * signed(rng, n, n_h),
            "lr": float(rng.uniform(0.3, 0.6)),
            "bound": bound,
            "k": k,
            "epochs": epochs,
        },
        dict(zip(DIMS, sizes, strict=True)),
    )


def weights(rng, n_in, n_h, n_out):
    """Parameters with which no state comes near 1."""
    return {
        "Wx": 0.7 * signed(rng, n_in, n_h) / np.sqrt(n_in),
        "Wh": signed(rng, n_h, n_h) / np.sqrt(n_h),
        "b": 0.4 * signed(rng, n_h),
        "Wy": signed(rng, n_h, n_out),
        "by": signed(rng, n_out),
    }


def signed(rng, *shape):
    """Numbers of both signs, none of them near 0, and none above 1."""
    numbers = rng.uniform(-0.8, 0.8, shape)
    return numbers + np.copysign(0.2, numbers)


def faint(rng):
    """A network whose derivatives by what is before the output are around 1e-12, while its loss is
    not small: a difference of two losses has lost their digits."""
    drawn = network(rng, "faint", 2, 3, 2, 3, 1, k=2, bound=1.0)
    inputs = {name: drawn.inputs[name] for name in ("x", "h0", "t", "k")}
    params = drawn.inputs["params"]
    by = params["by"] + 1.5 * np.sign(params["by"])
    inputs["params"] = {**params, "Wy": 1e-11 * params["Wy"], "by": by}
    only = ["forward", "loss", "backward", "truncated"]
    return Instance("faint", inputs, drawn.dims, only=only)


def large(rng, label):
    """One step with sums up to 1000 in size."""
    return Instance(
        label,
        {
            "params": weights(rng, 1, 3, 1)
            | {"Wx": np.array([[1.0, -1.0, 0.001]]), "Wh": np.eye(3), "b": np.zeros(3)},
            "x_t": np.array([[999.0], [-999.0], [30.0], [0.5]]),
            "h_before": 0.8 * signed(rng, 4, 3),
        },
        {"n": 4, "n_in": 1, "n_h": 3},
        only=["step"],
    )


def gradient(label, bound, **arrays):
    """Derivatives to be clipped."""
    return Instance(label, {"grads": arrays, "bound": bound}, only=["clip"])


def drawn_gradients(rng):
    """Derivatives within the bound and beyond it, and none but zeros."""
    for label, bound in (("within", 4.0), ("beyond", 0.01)):
        arrays = {"Wx": signed(rng, 2, 3), "Wh": signed(rng, 3, 3), "b": signed(rng, 3)}
        norm = np.sqrt(sum(np.sum(array**2) for array in arrays.values()))
        yield gradient(label, bound, **{name: 2.5 / norm * arrays[name] for name in arrays})
    yield gradient("all zeros", 0.5, b=np.zeros(5), Wh=np.zeros((5, 5)))


def draw(rng):
    """Hidden networks: distinct primes; everything of one size, where a transposed matrix fits; one
    step, with fewer steps than k; single units; clipped in every step, in some, and in none."""
    yield network(rng, "long", 7, 5, 3, 2, 11, k=3, bound=0.4)
    yield network(rng, "square", 3, 3, 3, 3, 3, k=3, bound=50.0)
    yield network(rng, "one step", 3, 1, 5, 2, 7, k=2, bound=0.3)
    yield network(rng, "single", 1, 2, 1, 1, 1, k=1, bound=0.2)
    yield faint(rng)
    yield large(rng, "large sums")
    yield from drawn_gradients(rng)


exercise = Exercise(
    title="A network with a memory",
    functions=[
        Function("step", {"shapes": 0.5, "values": 0.5, "hidden": 0.5}),
        Function(
            "forward",
            {"shapes": 0.5, "printed": 0.5, "values": 1, "hidden": 1, "behaviour": 0.5},
            returns="values",
        ),
        Function("loss", {"printed": 0.5, "values": 0.5, "hidden": 0.5}),
        Function(
            "backward",
            {"shapes": 0.5, "values": 2, "gradient": 2, "hidden": 2, "behaviour": 0.5},
            returns=("grads", "dh"),
            derivative=Derivative(("forward", "loss"), by={"params": 0}),
        ),
        Function("truncated", {"values": 1, "hidden": 1}),
        Function("clip", {"values": 1, "hidden": 1, "behaviour": 0.5}),
        Function("train", {"values": 1, "hidden": 1, "behaviour": 0.5}),
    ],
    visible=[
        Instance("by hand", BY_HAND, dict(zip(DIMS, (2, 3, 1, 1, 1), strict=True))),
        network(np.random.default_rng(1), "four steps", 2, 4, 3, 3, 2, k=3, bound=0.5, epochs=3),
        large(np.random.default_rng(2), "large"),
        gradient("short", 6.0, Wh=np.array([[3.0, 0.0], [0.0, 4.0]]), b=np.array([1.0, -2.0])),
        gradient("too long", 6.5, Wh=np.array([[3.0, -4.0], [0.0, 0.0]]), b=np.array([0.0, 12.0])),
        gradient("zeros", 2.0, b=np.zeros(2)),
    ],
    draw=draw,
    printed=[
        Printed("forward", "y", [-0.7, 2.1], "by hand", decimals=1),
        Printed("loss", None, [0.125], "by hand", decimals=3),
    ],
    choices=[
        Choice(
            "one_step_back",
            1,
            [
                "Nothing goes further back than to the last step. But Wh is used in that step, and "
                "its derivative there needs no earlier one.",
                "The state counts as given, but Wh does not: the sum of the last step has the "
                "product of both in it, and changes with Wh.",
                "Truncated derivatives leave out the shares of earlier steps, and change nothing in "
                "those of the last ones.",
                "Each step's share has other numbers. Truncation leaves them out and puts nothing "
                "in their place.",
            ],
        ),
        Choice(
            "louder",
            1,
            [
                "The shares are added up, and a common factor changes none against another. It is "
                "no more than a larger learning rate. What helps is to have less lost on the way.",
                "So it does, but the last step brings 1,000,000 now. A step of gradient descent "
                "that is small enough for the one is nothing for the other.",
                "More epochs move the parameters further along what the last steps teach. When "
                "that is learned, what is left over may count; a factor has no part in it.",
                "A float64 keeps 16 digits of 0.000001 as of any number. What is lost is lost when "
                "it is added to numbers that are far larger.",
            ],
        ),
    ],
    files=["unrolled.svg", "arriving.svg", "clipping.svg"],
)
