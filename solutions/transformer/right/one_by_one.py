# ruff: noqa: F821
# Head by head and position by position; backward computes again what it needs, so that the caches
# hold little.
import numpy as np


# %%
def embed_backward(dout, params, tokens):
    by = {name: np.zeros(table.shape) for name, table in params.items()}
    for n, row in enumerate(tokens):
        for t, token in enumerate(row):
            by["tokens"][token] += dout[n, t]
            by["positions"][t] += dout[n, t]
    return by


# %%
def attention(q, k, v):
    out = np.zeros(v.shape)
    for i in range(q.shape[2]):
        scores = (k[:, :, : i + 1] @ q[:, :, i, :, None])[..., 0] / np.sqrt(q.shape[3])
        out[:, :, i] = (softmax(scores)[..., None] * v[:, :, : i + 1]).sum(axis=2)
    return out, (q, k, v)


# %%
def attention_backward(dout, cache):
    q, k, v = cache
    dq, dk, dv = np.zeros(q.shape), np.zeros(k.shape), np.zeros(v.shape)
    root = np.sqrt(q.shape[3])
    for i in range(q.shape[2]):
        seen = slice(0, i + 1)
        p = softmax((k[:, :, seen] @ q[:, :, i, :, None])[..., 0] / root)
        by_p = (v[:, :, seen] @ dout[:, :, i, :, None])[..., 0]
        by_s = p * (by_p - (p * by_p).sum(axis=2, keepdims=True)) / root
        dv[:, :, seen] += p[..., None] * dout[:, :, i, None]
        dq[:, :, i] = (by_s[..., None] * k[:, :, seen]).sum(axis=2)
        dk[:, :, seen] += by_s[..., None] * q[:, :, i, None]
    return dq, dk, dv


# %%
def multi_head(params, x, heads):
    d, out, kept = x.shape[2] // heads, np.zeros(x.shape), []
    for h in range(heads):
        part = slice(h * d, (h + 1) * d)
        three = [(x @ params[name][:, part])[:, None] for name in ("Wq", "Wk", "Wv")]
        mixed, cache = attention(*three)
        out += mixed[:, 0] @ params["Wo"][part]
        kept.append((mixed[:, 0], cache))
    return out, {"x": x, "kept": kept}


# %%
def multi_head_backward(dout, params, cache):
    x, kept = cache["x"], cache["kept"]
    by = {name: np.zeros(params[name].shape) for name in params}
    d, dx = x.shape[2] // len(kept), np.zeros(x.shape)
    for h, (mixed, inner) in enumerate(kept):
        part = slice(h * d, (h + 1) * d)
        by_mixed, by["Wo"][part] = product_backward(dout, mixed, params["Wo"][part])
        for name, slope in zip(("Wq", "Wk", "Wv"), attention_backward(by_mixed[:, None], inner)):
            more, by[name][:, part] = product_backward(slope[:, 0], x, params[name][:, part])
            dx += more
    return dx, by


# %%
def block(params, x, heads):
    kept = {}
    a, kept["norm1"] = layer_norm(params["norm1"], x)
    a, kept["attention"] = multi_head(params["attention"], a, heads)
    m = np.add(a, x)
    b, kept["norm2"] = layer_norm(params["norm2"], m)
    b, kept["mlp"] = mlp(params["mlp"], b)
    return np.add(b, m), kept


# %%
def block_backward(dout, params, cache):
    by, d = {}, dout.copy()
    for norm, name, back in (
        ("norm2", "mlp", mlp_backward),
        ("norm1", "attention", multi_head_backward),
    ):
        inner, by[name] = back(d, params[name], cache[name])
        inner, by[norm] = layer_norm_backward(inner, params[norm], cache[norm])
        d = d + inner
    return d, by


# %%
def transformer(params, tokens, heads):
    x, caches = embed(params["embed"], tokens), []
    for number in range(len(params["blocks"])):
        x, cache = block(params["blocks"][number], x, heads)
        caches += [cache]
    x, cache = layer_norm(params["norm"], x)
    caches += [cache]
    return np.dot(x, params["readout"]["W"]) + params["readout"]["b"], [tokens, x, *caches]


# %%
def transformer_backward(dlogits, params, cache):
    tokens, x, *caches = cache
    by = {"readout": {"b": np.einsum("ntv->v", dlogits)}, "blocks": [None] * (len(caches) - 1)}
    d, by["readout"]["W"] = product_backward(dlogits, x, params["readout"]["W"])
    d, by["norm"] = layer_norm_backward(d, params["norm"], caches[-1])
    for number in range(len(caches) - 2, -1, -1):
        d, by["blocks"][number] = block_backward(d, params["blocks"][number], caches[number])
    by["embed"] = embed_backward(d, params["embed"], tokens)
    return by
