"""A Transformer block: nested parameters, token ids, layers judged on their own."""

import numpy as np

from autograder import Derivative, Exercise, Function, Instance, Mistake


def tokens(rng, label, n, t, v, d):
    """Token ids, some of which occur twice."""
    ids = rng.integers(v, size=(n, t))
    ids[0, -1] = ids[0, 0]
    return Instance(
        label,
        {"tokens": ids, "table": rng.normal(size=(v, d)), "dout": rng.normal(size=(n, t, d))},
        {"N": n, "T": t, "V": v, "D": d},
        only=("embed", "embed_backward"),
    )


def rows(rng, label, n, d):
    """Rows to normalise."""
    return Instance(
        label,
        {
            "x": rng.normal(size=(n, d)) * 3,
            "gain": rng.normal(size=d),
            "shift": rng.normal(size=d),
            "dout": rng.normal(size=(n, d)),
            "z": rng.normal(size=(n, d)) * 300,
        },
        {"N": n, "D": d},
        only=("layer_norm", "layer_norm_backward", "softmax"),
    )


def looks(rng, label, n, t, d, causal):
    """Queries, keys and values."""
    return Instance(
        label,
        {
            **{name: rng.normal(size=(n, t, d)) for name in ("q", "k", "v", "dout")},
            "causal": causal,
        },
        {"N": n, "T": t, "D": d},
        only=("attention", "attention_backward"),
    )


def blocks(rng, label, n, t, d, heads, hidden):
    """A whole block."""

    def norm():
        return {"gain": rng.normal(size=d), "shift": rng.normal(size=d)}

    return Instance(
        label,
        {
            "params": {
                "norm1": norm(),
                "attention": {name: rng.normal(size=(d, d)) / 2 for name in "qkvo"},
                "norm2": norm(),
                "layers": [rng.normal(size=(d, hidden)) / 2, rng.normal(size=(hidden, d)) / 2],
            },
            "x": rng.normal(size=(n, t, d)),
            "heads": heads,
            "dout": rng.normal(size=(n, t, d)),
        },
        {"N": n, "T": t, "D": d, "heads": heads},
        only=("block", "block_backward"),
    )


def some(rng, name, n, t, d, heads):
    """Instances of each kind."""
    return [
        tokens(rng, f"{name} tokens", n, t, 5, d),
        rows(rng, f"{name} rows", n + 1, d),
        looks(rng, f"{name} looks", n, t, d, False),
        looks(rng, f"{name} looks back", n, t, d, True),
        blocks(rng, f"{name} block", n, t, d, heads, 3),
    ]


POINTS = {"values": 1, "hidden": 1}
SLOPES = {"values": 1, "gradient": 1, "hidden": 1}

exercise = Exercise(
    title="A Transformer block",
    functions=[
        Function("embed", POINTS),
        Function(
            "embed_backward", SLOPES, derivative=Derivative("embed", by=("table",), times="dout")
        ),
        Function("layer_norm", POINTS, returns=("out", "cache"), own=("cache",)),
        Function(
            "layer_norm_backward",
            SLOPES,
            derivative=Derivative("layer_norm", by=("x", "gain", "shift"), times="dout"),
        ),
        Function("softmax", POINTS),
        Function("attention", POINTS, returns=("out", "cache"), own=("cache",)),
        Function(
            "attention_backward",
            SLOPES,
            returns=("dq", "dk", "dv"),
            derivative=Derivative("attention", by=("q", "k", "v"), times="dout"),
        ),
        Function("block", POINTS, returns=("out", "cache"), own=("cache",)),
        Function(
            "block_backward",
            SLOPES,
            returns=("dparams", "dx"),
            derivative=Derivative("block", by=("params", "x"), times="dout"),
        ),
    ],
    visible=some(np.random.default_rng(1), "small", 2, 3, 4, 2),
    draw=lambda rng: some(rng, "other", 1, 4, 6, 3),
    mistakes=[
        Mistake(
            "last-only",
            "embed_backward",
            "np.add.at(dtable, tokens, dout)",
            "dtable[tokens] = dout",
            "A token that occurs twice counts twice.",
        ),
        Mistake(
            "no-mean",
            "layer_norm_backward",
            " - d.mean(axis=-1, keepdims=True)",
            "",
            "The mean depends on x, too.",
        ),
        Mistake(
            "no-variance",
            "layer_norm_backward",
            " - normal * (d * normal).mean(axis=-1, keepdims=True)",
            "",
            "The variance depends on x, too.",
        ),
        Mistake(
            "no-root",
            "attention",
            " / np.sqrt(q.shape[-1])",
            "",
            "Divide the scores by the root of the size.",
        ),
        Mistake(
            "no-bridge",
            "block_backward",
            "dx = dmiddle + one",
            "dx = one",
            "The bridge passes its derivative on.",
        ),
    ],
)
