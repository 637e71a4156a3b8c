"""How the classifier is judged: its numbers, and what it reaches on pictures that nobody was given."""

from pathlib import Path

import numpy as np

from autograder import Choice, Data, Derivative, Exercise, Function, Instance, Printed, Reaches

FOLDER = Path(__file__).parent
#: How the digits are trained on.
TRAINING = {"lr": 1.0, "batch_size": 100, "epochs": 6}


def accuracy(returned, x_test, labels_test):
    """The share of held-out pictures whose digit the trained parameters name."""
    params, _ = returned
    scores = x_test @ params["W"] + params["b"]
    return np.mean(scores.argmax(axis=1) == labels_test)


def batch(rng, label, n, n_in, n_classes, batch_size=2, epochs=2):
    """A random batch, with every class among its labels if there are enough rows."""
    return Instance(
        label,
        {
            "params": {"W": signed(rng, n_in, n_classes), "b": signed(rng, n_classes)},
            "x": signed(rng, n, n_in),
            "labels": rng.permutation(np.arange(n) % n_classes),
            "z": 2 * signed(rng, n, n_classes),
            "lr": float(rng.uniform(0.2, 0.6)),
            "batch_size": batch_size,
            "epochs": epochs,
        },
        {"n": n, "n_in": n_in, "n_classes": n_classes},
    )


def signed(rng, *shape):
    """Numbers of both signs, none of them near 0."""
    numbers = rng.uniform(-0.8, 0.8, shape)
    return numbers + np.copysign(0.2, numbers)


def large(rng, label, n, n_classes):
    """Scores up to 1000 in size, each row about another place, and each row's label anything."""
    z = rng.uniform(-30, 30, (n, n_classes))
    z += rng.permutation(np.linspace(-970, 970, n))[:, None]
    z[0] = rng.permutation(np.linspace(-1000, 1000, n_classes))
    labels = rng.integers(n_classes, size=n)
    return _scores(label, z, labels)


def _scores(label, z, labels):
    """Scores without a network."""
    return Instance(
        label,
        {"z": z, "logits": z.copy(), "labels": labels},
        {"n": z.shape[0], "n_classes": z.shape[1]},
        only=["softmax", "log_softmax", "cross_entropy", "cross_entropy_gradient"],
    )


def faint(rng):
    """Inputs so small that the derivatives by W are around 1e-12, while the loss is not small: a
    difference of two losses has lost their digits."""
    drawn = batch(rng, "faint", 3, 5, 2)
    names = ("params", "labels")
    inputs = {name: drawn.inputs[name] for name in names}
    inputs["x"] = 1e-12 * np.abs(drawn.inputs["x"])
    return Instance("faint", inputs, drawn.dims, only=["gradients"])


def renamed(rng):
    """All pictures, with other numbers for the digits: what was trained before is of no use."""
    with np.load(FOLDER / "digits.npz") as given, np.load(FOLDER / "held_out.npz") as held:
        names = rng.permutation(10)
        return Instance(
            "digits renamed",
            {
                "params": {"W": 0.01 * signed(rng, 64, 10), "b": np.zeros(10)},
                "x": Data("digits.npz", "x"),
                "labels": names[given["labels"]],
                **TRAINING,
            },
            only=["train"],
            held_out={"x_test": held["x"], "labels_test": names[held["labels"]]},
        )


def draw(rng):
    """Hidden batches: distinct primes, as many inputs as classes and rows, a single row; large
    scores; and the digits under other names."""
    yield batch(rng, "many", 7, 5, 3, batch_size=3)
    yield batch(rng, "square", 3, 3, 3, batch_size=3, epochs=3)
    yield batch(rng, "single", 1, 1, 2, batch_size=1)
    yield large(rng, "large scores", 5, 3)
    yield faint(rng)
    yield renamed(rng)


exercise = Exercise(
    title="A classifier of handwritten digits",
    functions=[
        Function("logits", {"shapes": 0.5, "values": 0.5, "hidden": 0.5}, returns="logits"),
        Function("softmax", {"values": 0.5, "hidden": 1, "behaviour": 0.5}),
        Function("log_softmax", {"values": 0.5, "hidden": 1, "behaviour": 0.5}),
        Function("cross_entropy", {"printed": 0.5, "values": 0.5, "hidden": 1, "behaviour": 0.5}),
        Function(
            "cross_entropy_gradient",
            {"shapes": 0.5, "values": 1, "gradient": 1, "hidden": 1, "behaviour": 0.5},
            returns="grad_logits",
            derivative=Derivative("cross_entropy", by="logits"),
        ),
        Function(
            "gradients",
            {"shapes": 0.5, "printed": 0.5, "values": 0.5, "gradient": 1, "hidden": 1},
            returns="grads",
            derivative=Derivative(("logits", "cross_entropy"), by="params"),
        ),
        Function("predict", {"values": 0.5, "hidden": 0.5}),
        Function(
            "train",
            {"values": 1, "hidden": 1, "reaches": 3},
            returns=("params", "losses"),
            reaches=Reaches(accuracy, at_least=0.9, seconds=10),
        ),
    ],
    visible=[
        Instance(
            "by hand",
            {
                "params": {
                    "W": np.array([[0.0, 0.0, np.log(5.0)], [0.0, 0.0, -np.log(5.0)]]),
                    "b": np.array([0.0, np.log(2.0), 0.0]),
                },
                "x": np.array([[1.0, 0.0], [1.0, 1.0]]),
                "labels": np.array([2, 0]),
                "z": np.array([[0.0, np.log(2.0), np.log(5.0)], [0.0, np.log(2.0), 0.0]]),
                "lr": 0.5,
                "batch_size": 1,
                "epochs": 2,
            },
            {"n": 2, "n_in": 2, "n_classes": 3},
        ),
        batch(np.random.default_rng(1), "practice", 5, 4, 4, epochs=3),
        _scores(
            "large",
            np.array(
                [
                    [1000.0, 0.0, -1000.0],
                    [-1000.0, -999.0, -998.0],
                    [1000.0, 999.0, 998.0],
                    [0.0, -1000.0, -1.0],
                ]
            ),
            np.array([1, 0, 2, 2]),
        ),
        Instance(
            "digits",
            {
                "params": {"W": np.zeros((64, 10)), "b": np.zeros(10)},
                "x": Data("digits.npz", "x"),
                "labels": Data("digits.npz", "labels"),
                **TRAINING,
            },
            only=["train"],
            held_out={
                "x_test": Data("held_out.npz", "x"),
                "labels_test": Data("held_out.npz", "labels"),
            },
        ),
    ],
    draw=draw,
    printed=[
        Printed("cross_entropy", None, [0.9281], "by hand", decimals=4),
        Printed(
            "gradients", "W", [-0.3125, 0.375, -0.0625, -0.375, 0.25, 0.125], "by hand", decimals=4
        ),
        Printed("gradients", "b", [-0.3125, 0.375, -0.0625], "by hand", decimals=4),
    ],
    choices=[
        Choice(
            "sure_and_wrong",
            1,
            [
                "So it is with the squared error behind a softmax: its slope is small there, and a "
                "network that is sure of the wrong class hardly learns. With the cross-entropy the "
                "slope of the logarithm makes up for it.",
                "The logarithm is that steep. But softmax is as flat as the logarithm is steep, "
                "and the two factors cancel.",
                "Written as two factors, one might divide by 0. The one difference that the two "
                "come to is an ordinary number, however small the probability.",
                "A probability less 1 is near −1 when the probability is near 0. A picture that is "
                "named rightly and surely has a derivative near 0.",
            ],
        ),
        Choice(
            "what_counts",
            1,
            [
                "The loss does not ask whether the label has the largest score, but how probable "
                "it is. Probabilities below 1 have a loss above 0.",
                "As long as a probability is below 1, its derivative is not 0, and a small step "
                "makes the loss smaller. Scores go on growing apart; that is one reason for weight "
                "decay.",
                "A small step against the derivative makes the loss smaller, wherever it starts.",
                "That which names are given is right does not make any derivative 0. Only a "
                "probability of 1 would.",
            ],
        ),
    ],
    files=["digits.svg", "softmax.svg", "cross_entropy.svg", "digits.txt"],
    data=["digits.npz"],
)
