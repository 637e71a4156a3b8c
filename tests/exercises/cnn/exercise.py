"""Layers with upstream derivatives, each with instances of its own, and a network of them."""

import numpy as np

from autograder import Derivative, Exercise, Function, Instance, Mistake


def convolution(rng, label, n, c, size, f, k, stride, pad):
    """Images and filters."""
    out = (size + 2 * pad - k) // stride + 1
    return Instance(
        label,
        {
            "x": rng.normal(size=(n, c, size, size)),
            "w": rng.normal(size=(f, c, k, k)),
            "b": rng.normal(size=f),
            "stride": stride,
            "pad": pad,
            "dout": rng.normal(size=(n, f, out, out)),
        },
        {"N": n, "C": c, "H": size, "F": f, "k": k},
        only=("conv_forward", "conv_backward"),
    )


def rectifier(rng, label, *shape):
    """Numbers away from 0."""
    x = rng.uniform(0.2, 1.0, shape) * rng.choice((-1.0, 1.0), shape)
    return Instance(label, {"x": x, "dout": rng.normal(size=shape)}, only=("relu", "relu_backward"))


def pooling(rng, label, n, c, size, by):
    """Images of distinct numbers."""
    x = rng.permutation(n * c * size * size).reshape(n, c, size, size) / 10
    dout = rng.normal(size=(n, c, size // by, size // by))
    return Instance(
        label,
        {"x": x, "size": by, "dout": dout},
        {"N": n, "C": c, "H": size},
        only=("max_pool_forward", "max_pool_backward"),
    )


def classes(rng, label, n, k):
    """Scores and labels."""
    return Instance(
        label,
        {"scores": rng.normal(size=(n, k)) * 3, "labels": rng.integers(k, size=n)},
        {"N": n, "K": k},
        only=("cross_entropy", "cross_entropy_backward"),
    )


def network(rng, label, n, size, f, k):
    """A small network."""
    return Instance(
        label,
        {
            "images": rng.normal(size=(n, 1, size, size)),
            "filters": rng.normal(size=(f, 1, 3, 3)),
            "biases": rng.normal(size=f),
            "weights": rng.normal(size=(f * (size // 2) ** 2, k)),
        },
        {"N": n, "H": size, "F": f, "K": k},
        only=("predict",),
    )


def some(rng, name, sizes):
    """Instances of each kind, with other numbers and sizes."""
    n, c, f, k = sizes
    return [
        convolution(rng, f"{name} images", n, c, 5, f, 3, 2, 1),
        convolution(rng, f"{name} images, no edge", n, c, 4, f, 2, 1, 0),
        rectifier(rng, f"{name} numbers", n, c, 3),
        pooling(rng, f"{name} windows", n, c, 4, 2),
        classes(rng, f"{name} scores", n + 3, k),
        network(rng, f"{name} network", n + 2, 4, f, k),
    ]


POINTS = {"values": 1, "hidden": 1}
SLOPES = {"shapes": 1, "values": 1, "gradient": 1, "hidden": 1}

exercise = Exercise(
    title="Convolution, layer by layer",
    functions=[
        Function("conv_forward", POINTS, returns=("out", "cache"), own=("cache",)),
        Function(
            "conv_backward",
            SLOPES,
            returns=("dx", "dw", "db"),
            derivative=Derivative("conv_forward", by=("x", "w", "b"), times="dout"),
        ),
        Function("relu", POINTS),
        Function("relu_backward", SLOPES, derivative=Derivative("relu", by=("x",), times="dout")),
        Function("max_pool_forward", POINTS, returns=("out", "cache"), own=("cache",)),
        Function(
            "max_pool_backward",
            SLOPES,
            derivative=Derivative("max_pool_forward", by=("x",), times="dout"),
        ),
        Function("cross_entropy", POINTS),
        Function(
            "cross_entropy_backward",
            SLOPES,
            derivative=Derivative("cross_entropy", by=("scores",)),
        ),
        Function("predict", POINTS),
    ],
    visible=some(np.random.default_rng(1), "small", (2, 2, 3, 3)),
    draw=lambda rng: some(rng, "other", (3, 1, 2, 5)),
    mistakes=[
        Mistake("no-bias", "conv_forward", " + b", "", "The biases are missing."),
        Mistake(
            "assigned",
            "conv_backward",
            "dpadded[at] +=",
            "dpadded[at] =",
            "Windows overlap: add up.",
        ),
        Mistake(
            "one-sum",
            "conv_backward",
            "dout.sum(axis=(0, 2, 3))",
            "dout.sum(axis=(2, 3)).mean(axis=0)",
            "Sum over the images.",
        ),
        Mistake("no-mask", "relu_backward", " * (x > 0)", "", "The slope of ReLU is missing."),
        Mistake("no-mean", "cross_entropy_backward", " / len(labels)", "", "The mean is missing."),
    ],
)
