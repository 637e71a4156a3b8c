"""How the Transformer is judged: layer by layer with any derivative that comes back to it, then the
block, then the network."""

import numpy as np

from autograder import Choice, Derivative, Exercise, Function, Instance, Printed

EMBEDDING = ["embed", "embed_backward"]
NORM = ["layer_norm", "layer_norm_backward"]
ATTENTION = ["attention", "attention_backward"]
HEADS = ["multi_head", "multi_head_backward"]
MLP = ["mlp", "mlp_backward"]
BLOCK = ["block", "block_backward"]
ENTROPY = ["cross_entropy", "cross_entropy_gradient"]
NETWORK = ["transformer", "transformer_backward", *ENTROPY]


def signed(rng, *shape):
    """Numbers of both signs, none of them near 0."""
    numbers = rng.uniform(-0.8, 0.8, shape)
    return numbers + np.copysign(0.2, numbers)


def matrix(rng, n, m):
    """Weights that keep the size of what goes through."""
    return 1.5 * signed(rng, n, m) / np.sqrt(n)


def norm_params(rng, d):
    """A scale and a shift."""
    return {"gain": 1 + signed(rng, d) / 2, "shift": signed(rng, d) / 2}


def head_params(rng, d):
    """The four matrices of attention."""
    return {name: matrix(rng, d, d) for name in ("Wq", "Wk", "Wv", "Wo")}


def mlp_params(rng, d, n_hidden):
    """Two layers."""
    return {
        "W1": matrix(rng, d, n_hidden),
        "b1": signed(rng, n_hidden) / 2,
        "W2": matrix(rng, n_hidden, d),
        "b2": signed(rng, d) / 2,
    }


def block_params(rng, d, n_hidden):
    """A whole block."""
    return {
        "norm1": norm_params(rng, d),
        "attention": head_params(rng, d),
        "norm2": norm_params(rng, d),
        "mlp": mlp_params(rng, d, n_hidden),
    }


def layer(rng, label, n, t, d, params, only, **more):
    """Vectors for a layer with these params, and a derivative that comes back to it."""
    inputs = {"params": params, "x": signed(rng, n, t, d), "dout": signed(rng, n, t, d), **more}
    return Instance(label, inputs, {"N": n, "T": t, "D": d}, only=only)


def norms(rng, label, n, t, d):
    """Vectors to normalise."""
    return layer(rng, label, n, t, d, norm_params(rng, d), NORM)


def heads_of(rng, label, n, t, d, heads):
    """Attention with several heads."""
    return layer(rng, label, n, t, d, head_params(rng, d), HEADS, heads=heads)


def mlps(rng, label, n, t, d, n_hidden):
    """The small network at each position."""
    return layer(rng, label, n, t, d, mlp_params(rng, d, n_hidden), MLP)


def blocks(rng, label, n, t, d, n_hidden, heads):
    """A whole block."""
    return layer(rng, label, n, t, d, block_params(rng, d, n_hidden), BLOCK, heads=heads)


def tables(rng, v, t, d):
    """The two tables of an embedding, with more positions than are used."""
    return {"tokens": signed(rng, v, d), "positions": signed(rng, t + 2, d)}


def tokens(rng, n, t, v):
    """Random tokens, of which the first occurs again at the end, if there is room."""
    drawn = rng.integers(v, size=(n, t))
    drawn[:, -1] = drawn[0, 0]
    return drawn


def embedding(rng, label, n, t, v, d):
    """Tokens to look up."""
    inputs = {
        "params": tables(rng, v, t, d),
        "tokens": tokens(rng, n, t, v),
        "dout": signed(rng, n, t, d),
    }
    return Instance(label, inputs, {"N": n, "T": t, "V": v, "D": d}, only=EMBEDDING)


def queries(rng, label, n, heads, t, d):
    """Queries, keys and values."""
    inputs = {name: 1.5 * signed(rng, n, heads, t, d) for name in ("q", "k", "v", "dout")}
    dims = {"N": n, "heads": heads, "T": t, "d": d}
    return Instance(label, inputs, dims, only=ATTENTION)


def large_queries(rng, label, n, heads, t, d):
    """Scores of several hundred, and the largest ones where the mask is."""
    q, k, v = (signed(rng, n, heads, t, d) for _ in range(3))
    q, k = 30 * np.abs(q), 20 * k + 15 * np.arange(t)[:, None]
    dims = {"N": n, "heads": heads, "T": t, "d": d}
    return Instance(label, {"q": q, "k": k, "v": v}, dims, only=["attention"])


def scores(rng, label, n, t, v, size):
    """Scores with labels, at some of the positions."""
    labels = rng.integers(v, size=(n, t))
    labels[:, 0] = -1
    inputs = {"logits": size * signed(rng, n, t, v), "labels": labels}
    return Instance(label, inputs, {"N": n, "T": t, "V": v}, only=ENTROPY)


def network(rng, label, n, t, v, n_hidden, heads, d, depth):
    """A whole network, with labels behind the first position."""
    labels = rng.integers(v, size=(n, t))
    labels[:, 0] = -1
    params = {
        "embed": tables(rng, v, t, d),
        "blocks": [block_params(rng, d, n_hidden) for _ in range(depth)],
        "norm": norm_params(rng, d),
        "readout": {"W": matrix(rng, d, v), "b": signed(rng, v) / 2},
    }
    inputs = {"params": params, "tokens": tokens(rng, n, t, v), "labels": labels, "heads": heads}
    return Instance(label, inputs, {"N": n, "T": t, "V": v, "D": d}, only=NETWORK)


def draw(rng):
    """Hidden numbers: distinct primes, as many positions as numbers in a query, one head, other
    depths."""
    yield embedding(rng, "many tokens", 3, 5, 7, 2)
    yield norms(rng, "long vectors", 2, 5, 7)
    yield queries(rng, "many positions", 3, 2, 7, 5)
    yield queries(rng, "square", 1, 2, 3, 3)
    yield large_queries(rng, "large and hidden", 1, 2, 5, 3)
    yield heads_of(rng, "three heads", 2, 5, 6, 3)
    yield heads_of(rng, "one head", 1, 3, 3, 1)
    yield mlps(rng, "wide", 2, 3, 5, 11)
    yield blocks(rng, "another block", 2, 5, 6, 3, heads=2)
    yield scores(rng, "large scores", 2, 5, 3, 900)
    yield network(rng, "three blocks", 2, 5, 7, 2, heads=3, d=6, depth=3)


def by_hand():
    """The numbers that the notebook works out."""
    yield Instance(
        "three tokens",
        {
            "params": {
                "tokens": np.array([[0.5, -1.0], [2.0, 1.0], [-3.0, 0.25]]),
                "positions": np.array([[0.1, 0.2], [0.3, -0.4], [-0.5, 0.6], [0.7, 0.8]]),
            },
            "tokens": np.array([[1, 0, 1]]),
            "dout": np.array([[[1.0, 2.0], [3.0, -4.0], [-0.5, 6.0]]]),
        },
        {"N": 1, "T": 3, "V": 3, "D": 2},
        only=EMBEDDING,
    )
    yield Instance(
        "one vector",
        {
            "params": {
                "gain": np.array([2.0, 1.0, 0.5, -1.0]),
                "shift": np.array([0.1, 0.5, -0.2, 0.6]),
            },
            "x": np.array([[[5.0, 3.0, 11.0, -3.0]]]),
            "dout": np.array([[[1.0, -1.0, 4.0, -1.0]]]),
        },
        {"N": 1, "T": 1, "D": 4},
        only=NORM,
    )
    yield Instance(
        "two positions",
        {
            "q": np.array([[[[1.0, 2.0, 0.0, 0.0], [np.log(3.0), 0.0, 0.0, 0.0]]]]),
            "k": np.array([[[[2.0, 0.0, 0.0, 0.0], [0.0, 2.0, 0.0, 0.0]]]]),
            "v": np.array([[[[4.0, 1.0, 0.0, 0.0], [8.0, 0.0, 1.0, -2.0]]]]),
            "dout": np.array([[[[2.0, 0.0, -1.0, 0.0], [1.0, 0.0, 0.0, 1.0]]]]),
        },
        {"N": 1, "heads": 1, "T": 2, "d": 4},
        only=ATTENTION,
    )
    yield Instance(
        "three positions",
        {
            "logits": np.log([[[1.0, 1.0, 1.0], [1.0, 2.0, 5.0], [1.0, 2.0, 1.0]]]),
            "labels": np.array([[-1, 2, 0]]),
        },
        {"N": 1, "T": 3, "V": 3},
        only=ENTROPY,
    )


def practice(rng):
    """Visible numbers of a few entries each, for every layer, the block and the network."""
    yield embedding(rng, "practice tokens", 2, 3, 5, 2)
    yield norms(rng, "practice vectors", 2, 3, 4)
    yield queries(rng, "practice heads", 2, 2, 3, 2)
    yield large_queries(rng, "large", 1, 1, 3, 2)
    yield heads_of(rng, "practice attention", 2, 3, 4, 2)
    yield mlps(rng, "practice mlp", 2, 2, 2, 3)
    yield blocks(rng, "practice block", 2, 3, 4, 3, heads=2)
    yield network(rng, "practice network", 2, 3, 4, 2, heads=2, d=4, depth=2)


def forward(name, result="out"):
    """A layer, which keeps what it likes."""
    points = {"values": 0.5, "hidden": 0.5, "behaviour": 0.5}
    return Function(name, points, returns=(result, "cache"), own=("cache",))


def backward(name, of, **more):
    """What leads back through a layer: the derivatives by its input and its params."""
    points = {"shapes": 0.5, "values": 0.5, "gradient": 0.5, "hidden": 0.5, "behaviour": 0.5}
    if "printed" in more:
        points["printed"] = more.pop("printed")
    returns = more.pop("returns", ("dx", "dparams"))
    by, times = more.pop("by", ("x", "params")), more.pop("times", "dout")
    return Function(name, points, returns=returns, derivative=Derivative(of, by=by, times=times))


exercise = Exercise(
    title="A Transformer",
    functions=[
        Function("embed", {"printed": 0.5, "values": 0.5, "hidden": 0.5}),
        backward("embed_backward", "embed", printed=0.5, by="params", returns="dparams"),
        forward("layer_norm"),
        backward("layer_norm_backward", "layer_norm"),
        forward("attention"),
        backward("attention_backward", "attention", by=("q", "k", "v"), returns=("dq", "dk", "dv")),
        forward("multi_head"),
        backward("multi_head_backward", "multi_head"),
        forward("mlp"),
        backward("mlp_backward", "mlp"),
        forward("block"),
        backward("block_backward", "block"),
        forward("transformer", "logits"),
        Function("cross_entropy", {"printed": 0.5, "values": 0.5, "hidden": 0.5}),
        Function(
            "cross_entropy_gradient",
            {"printed": 0.5, "values": 0.5, "gradient": 0.5, "hidden": 0.5},
            returns="dlogits",
            derivative=Derivative("cross_entropy", by="logits"),
        ),
        backward(
            "transformer_backward", "transformer", by="params", times="dlogits", returns="dparams"
        ),
    ],
    visible=[*by_hand(), *practice(np.random.default_rng(1))],
    draw=draw,
    printed=[
        Printed("embed", None, [2.1, 1.2, 0.8, -1.4, 1.5, 1.6], "three tokens", decimals=1),
        Printed("embed_backward", "tokens", [3, -4, 0.5, 8, 0, 0], "three tokens", decimals=1),
        Printed(
            "cross_entropy_gradient",
            None,
            [0, 0, 0, 0.0625, 0.125, -0.1875, -0.375, 0.25, 0.125],
            "three positions",
            decimals=4,
        ),
        Printed("cross_entropy", None, [0.9281], "three positions", decimals=4),
    ],
    choices=[
        Choice(
            "first_query",
            1,
            [
                "The mask takes away the scores for later keys. The one for its own key stays, and "
                "has a weight of 1.",
                "Softmax of a single score is 1, whatever the score is. Where nothing changes, the "
                "derivative is 0.",
                "Derivatives come back from what was computed, here from its own output. The value "
                "of the first position does get one, and from all positions.",
                "Whatever dout is there, it is multiplied by a derivative of 0.",
            ],
        ),
        Choice(
            "without_places",
            1,
            [
                "A sum does not depend on the order of its terms, beyond rounding.",
                "Every position asks with a query of its own, and keeps its own x beside what "
                "attention gives it.",
                "It holds for all parameters: they are the same at every position.",
                "What a position computes depends on its own token and on which others there are, "
                "not on where they stand. So the order has to be said: by the positions, and in part "
                "by the mask too.",
            ],
        ),
    ],
    files=["layer_norm.svg", "attention.svg", "gelu.svg", "block.svg", "sorting.svg"],
)
