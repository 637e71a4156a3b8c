"""How the layers of a convolutional network are judged, each by itself, and the network of them."""

import numpy as np

from autograder import Choice, Derivative, Exercise, Function, Instance, Printed

CONVOLUTION = ["conv_forward", "conv_backward"]
RECTIFIER = ["relu", "relu_backward"]
POOLING = ["max_pool_forward", "max_pool_backward"]
LINEAR = ["linear", "linear_backward"]
NETWORK = ["forward", "backward", "train"]


def signed(rng, *shape):
    """Numbers of both signs, none of them near 0, and none above 1."""
    numbers = rng.uniform(-0.8, 0.8, shape)
    return numbers + np.copysign(0.2, numbers)


def convolution(rng, label, x, f, k, stride, pad):
    """Pictures of the shape ``x``, and ``f`` filters of ``k`` by ``k``."""
    n, c, height, width = x
    rows, columns = ((size + 2 * pad - k) // stride + 1 for size in (height, width))
    return Instance(
        label,
        {
            "x": signed(rng, *x),
            "w": signed(rng, f, c, k, k),
            "b": signed(rng, f),
            "stride": stride,
            "pad": pad,
            "dout": signed(rng, n, f, rows, columns),
        },
        {"N": n, "C": c, "H": height, "W": width, "F": f, "k": k},
        only=CONVOLUTION,
    )


def rectifier(rng, label, *shape):
    """Numbers of both signs."""
    return Instance(
        label, {"x": 3 * signed(rng, *shape), "dout": signed(rng, *shape)}, only=RECTIFIER
    )


def pooling(rng, label, x, size, stride):
    """Pictures of the shape ``x`` without ties, so that there is a derivative."""
    n, c, height, width = x
    rows, columns = ((side - size) // stride + 1 for side in (height, width))
    numbers = rng.permutation(n * c * height * width) + 0.5
    return Instance(
        label,
        {
            "x": numbers.reshape(x) / 4 - n * c,
            "size": size,
            "stride": stride,
            "shape": x,
            "dout": signed(rng, n, c, rows, columns),
        },
        {"N": n, "C": c, "H": height, "W": width},
        only=POOLING,
    )


def ties(rng, label, n, c, height, width, size, stride):
    """Pictures as they come from ReLU, with zeros for most pixels: many windows hold no others."""
    x = np.maximum(signed(rng, n, c, height, width) - 0.7, 0.0)
    return Instance(
        label,
        {"x": x, "size": size, "stride": stride},
        {"N": n, "C": c, "H": height, "W": width},
        only=["max_pool_forward"],
    )


def layer(rng, label, n, n_in, n_out):
    """A linear layer."""
    return Instance(
        label,
        {
            "x": signed(rng, n, n_in),
            "w": signed(rng, n_in, n_out),
            "b": signed(rng, n_out),
            "dout": signed(rng, n, n_out),
        },
        {"N": n, "n_in": n_in, "n_out": n_out},
        only=LINEAR,
    )


def network(rng, label, x, filters, n_classes, batch_size, epochs):
    """A network with numbers of ``filters`` in its two convolutions, and pictures for it. The first
    picture is nearly blank, and the first bias negative, so that there are windows with nothing above
    0; the other biases are positive, so that few channels have nothing else."""
    n, c, height, width = x
    first, last = filters
    n_in = last * (height // 2) * (width // 2)
    pictures, b1 = signed(rng, *x), np.abs(signed(rng, first)) / 2
    pictures[0] /= 10
    b1[0] = -0.1 - b1[0] / 2
    return Instance(
        label,
        {
            "params": {
                "w1": signed(rng, first, c, 3, 3) / 2,
                "b1": b1,
                "w2": signed(rng, last, first, 3, 3) / 2,
                "b2": np.abs(signed(rng, last)) / 2,
                "w3": signed(rng, n_in, n_classes) / 2,
                "b3": signed(rng, n_classes) / 2,
            },
            "x": pictures,
            "dscores": signed(rng, n, n_classes),
            "labels": rng.permutation(np.arange(n) % n_classes),
            "lr": float(rng.uniform(0.1, 0.2)),
            "batch_size": batch_size,
            "epochs": epochs,
        },
        {"N": n, "C": c, "H": height, "W": width, "n_classes": n_classes},
        only=NETWORK,
    )


def faint(rng):
    """Derivatives around 1e-12 while the numbers that go forward are not small."""
    drawn = convolution(rng, "faint", (1, 2, 3, 3), 2, 2, 1, 0)
    inputs = {**drawn.inputs, "dout": 1e-12 * drawn.inputs["dout"]}
    return Instance("faint", inputs, drawn.dims, only=CONVOLUTION)


def draw(rng):
    """Hidden instances of each layer: distinct primes; sizes that are all alike, so that what is
    exchanged fits; single ones; windows that overlap, leave gaps, and do not reach the edge."""
    yield convolution(rng, "other pictures", (2, 3, 7, 5), 5, 3, 2, 1)
    yield convolution(rng, "alike pictures", (3, 3, 3, 3), 3, 3, 1, 1)
    yield convolution(rng, "single pixels", (1, 1, 2, 1), 1, 1, 1, 0)
    yield convolution(rng, "wide steps", (1, 2, 7, 8), 2, 2, 3, 2)
    yield faint(rng)
    yield rectifier(rng, "other numbers", 3, 2, 5)
    yield pooling(rng, "other windows", (2, 3, 5, 7), 2, 2)
    yield pooling(rng, "overlapping", (1, 2, 5, 4), 3, 1)
    yield pooling(rng, "gaps", (3, 1, 7, 5), 2, 3)
    yield ties(rng, "other zeros", 2, 2, 4, 6, 2, 2)
    yield layer(rng, "other rows", 7, 5, 3)
    yield layer(rng, "alike rows", 3, 3, 3)
    yield layer(rng, "single row", 1, 1, 1)
    yield network(rng, "other network", (3, 1, 4, 6), (3, 2), 5, 2, 1)
    yield network(rng, "two channels", (2, 2, 4, 2), (2, 5), 2, 1, 2)


def visible():
    """Visible instances of each layer: one by hand or small, then one of other sizes."""
    rng = np.random.default_rng(1)
    yield Instance(
        "by hand",
        {
            "x": np.array([[[[1.0, 2.0, 0.0], [0.0, 1.0, 3.0], [1.0, 0.0, 1.0]]]]),
            "w": np.array([[[[1.0, -1.0], [2.0, 0.5]]]]),
            "b": np.array([1.0]),
            "stride": 1,
            "pad": 0,
            "dout": np.array([[[[1.0, 2.0], [-1.0, 0.5]]]]),
        },
        {"N": 1, "C": 1, "H": 3, "W": 3, "F": 1, "k": 2},
        only=CONVOLUTION,
    )
    yield convolution(rng, "padded", (2, 3, 6, 4), 2, 3, 2, 1)
    yield convolution(rng, "alike", (2, 2, 2, 2), 2, 2, 1, 1)
    yield rectifier(rng, "numbers", 2, 4)
    yield Instance(
        "zeros at the corner",
        {"x": np.array([-1000.0, -1.0, 0.0, 0.5, 1000.0])},
        only=["relu"],
    )
    yield Instance(
        "ties",
        {
            "x": np.array([[[[1.0, 3.0, -1.0, 0.0], [-2.0, 2.0, 0.0, -3.0]]]]),
            "size": 2,
            "stride": 2,
        },
        {"N": 1, "C": 1, "H": 2, "W": 4},
        only=["max_pool_forward"],
    )
    yield pooling(rng, "windows", (1, 2, 4, 4), 2, 2)
    yield pooling(rng, "overlapping windows", (2, 1, 4, 5), 3, 1)
    yield layer(rng, "rows", 2, 3, 4)
    yield layer(rng, "square rows", 2, 2, 2)
    yield network(rng, "small network", (3, 1, 4, 4), (2, 2), 3, 2, 2)


exercise = Exercise(
    title="A convolutional network",
    functions=[
        Function(
            "conv_forward",
            {"shapes": 0.5, "printed": 0.5, "values": 1, "hidden": 1.5, "behaviour": 0.5},
            returns="out",
        ),
        Function(
            "conv_backward",
            {"shapes": 0.5, "values": 1.5, "gradient": 2, "hidden": 1.5, "behaviour": 0.5},
            returns=("dx", "dw", "db"),
            derivative=Derivative("conv_forward", by=("x", "w", "b"), times="dout"),
        ),
        Function("relu", {"values": 0.5, "hidden": 0.5}, returns="out"),
        Function(
            "relu_backward",
            {"values": 0.5, "gradient": 0.5, "hidden": 0.5},
            returns="dx",
            derivative=Derivative("relu", by="x", times="dout"),
        ),
        Function(
            "max_pool_forward",
            {"shapes": 0.5, "values": 1, "hidden": 1.5, "behaviour": 0.5},
            returns=("out", "where"),
        ),
        Function(
            "max_pool_backward",
            {"shapes": 0.5, "values": 1, "gradient": 1, "hidden": 1, "behaviour": 0.5},
            returns="dx",
            derivative=Derivative("max_pool_forward", by="x", times="dout"),
        ),
        Function("linear", {"values": 0.5, "hidden": 0.5}, returns="out"),
        Function(
            "linear_backward",
            {"values": 0.5, "gradient": 0.5, "hidden": 0.5},
            returns=("dx", "dw", "db"),
            derivative=Derivative("linear", by=("x", "w", "b"), times="dout"),
        ),
        Function(
            "forward",
            {"shapes": 0.5, "values": 1, "hidden": 1},
            returns=("scores", "values"),
        ),
        Function(
            "backward",
            {"shapes": 0.5, "values": 1, "gradient": 1.5, "hidden": 1},
            returns="grads",
            derivative=Derivative("forward", by="params", times="dscores"),
        ),
        Function("train", {"values": 1, "hidden": 1, "behaviour": 0.5}),
    ],
    visible=[*visible()],
    draw=draw,
    printed=[Printed("conv_forward", None, [0.5, 6.5, 2.0, -0.5], "by hand", decimals=1)],
    choices=[
        Choice(
            "moved_by_one_pixel",
            1,
            [
                "A filter has the same weights everywhere, so that what it finds moves with the "
                "picture. Where it has been trained plays no part.",
                "What the convolutions find is moved by one pixel as well. The linear layer has "
                "learnt what a stroke means at each place, and at the next place it is another "
                "weight that it meets. Networks that are to be tolerant of this take the mean over "
                "all places before the last layer, or train on moved pictures.",
                "That is so, but it is a small loss: windows overlap the same strokes as before, "
                "and the largest number of most windows is of nearly the same size.",
                "The ground beside the digits is 0 as the padding is, and most of them do not reach "
                "the edge.",
            ],
        ),
        Choice(
            "ties_behind_relu",
            1,
            [
                "They hear of it, but only as far as ReLU, whose slope is 0 where it gave 0.",
                "What is 0 in a window came from sums that are not positive, and ReLU passes "
                "nothing on to them, whether once or four times.",
                "The loss is computed on the way forward, where nothing has changed.",
                "All four entries are 0 because ReLU was given nothing positive there, so that its "
                "slope is 0 at all four: what pooling hands back to them goes no further. Without "
                "ReLU before the pooling it would matter.",
            ],
        ),
    ],
    files=["network.svg", "conv.svg", "back.svg", "pool.svg", "filters.svg", "digits.txt"],
    data=["digits.npz"],
)
