# %% [markdown]
# # A Transformer block
#
# Its layers are judged on their own, then together.

# %%
import numpy as np

from autograder import check


# %%
def embed(tokens, table):
    """The row of each token.

    tokens  (N, T) whole numbers
    table   (V, D)
    returns (N, T, D)
    """
    ### BEGIN SOLUTION
    return table[tokens]
    ### END SOLUTION


# %%
check(embed)


# %%
def embed_backward(dout, tokens, table):
    """The derivative by the table."""
    ### BEGIN SOLUTION
    dtable = np.zeros_like(table)
    np.add.at(dtable, tokens, dout)
    return dtable
    ### END SOLUTION


# %%
check(embed_backward)


# %%
def layer_norm(x, gain, shift):
    """Rows with mean 0 and variance 1, scaled and shifted; and what the backward needs."""
    ### BEGIN SOLUTION
    centred = x - x.mean(axis=-1, keepdims=True)
    scale = 1 / np.sqrt((centred**2).mean(axis=-1, keepdims=True) + 1e-5)
    normal = centred * scale
    return normal * gain + shift, (normal, scale, gain)
    ### END SOLUTION


# %%
check(layer_norm)


# %%
def layer_norm_backward(dout, cache):
    """The derivatives by x, gain and shift, as a dict."""
    ### BEGIN SOLUTION
    normal, scale, gain = cache
    d = dout * gain
    dx = d - d.mean(axis=-1, keepdims=True) - normal * (d * normal).mean(axis=-1, keepdims=True)
    rows = tuple(range(dout.ndim - 1))
    return {"x": dx * scale, "gain": (dout * normal).sum(axis=rows), "shift": dout.sum(axis=rows)}
    ### END SOLUTION


# %%
check(layer_norm_backward)


# %%
def softmax(z):
    """Shares along the last axis."""
    ### BEGIN SOLUTION
    shares = np.exp(z - z.max(axis=-1, keepdims=True))
    return shares / shares.sum(axis=-1, keepdims=True)
    ### END SOLUTION


# %%
check(softmax)


# %%
def attention(q, k, v, causal):
    """Each position looks at the others, or at earlier ones only."""
    ### BEGIN SOLUTION
    scores = q @ np.swapaxes(k, -1, -2) / np.sqrt(q.shape[-1])
    if causal:
        later = np.triu(np.ones(scores.shape[-2:], dtype=bool), 1)
        scores = np.where(later, -1e9, scores)
    weights = softmax(scores)
    return weights @ v, (q, k, v, weights)
    ### END SOLUTION


# %%
check(attention)


# %%
def attention_backward(dout, cache):
    """The derivatives by q, k and v."""
    ### BEGIN SOLUTION
    q, k, v, weights = cache
    dweights = dout @ np.swapaxes(v, -1, -2)
    dscores = weights * (dweights - (dweights * weights).sum(axis=-1, keepdims=True))
    dscores = dscores / np.sqrt(q.shape[-1])
    return dscores @ k, np.swapaxes(dscores, -1, -2) @ q, np.swapaxes(weights, -1, -2) @ dout
    ### END SOLUTION


# %%
check(attention_backward)


# %%
def block(params, x, heads):
    """Attention and two linear layers, each after a layer norm and with a bridge around it."""
    ### BEGIN SOLUTION
    n, t, d = x.shape
    normal, norm1 = layer_norm(x, params["norm1"]["gain"], params["norm1"]["shift"])
    parts = [normal @ params["attention"][name] for name in ("q", "k", "v")]
    split = [p.reshape(n, t, heads, d // heads).transpose(0, 2, 1, 3) for p in parts]
    looked, attended = attention(*split, True)
    looked = looked.transpose(0, 2, 1, 3).reshape(n, t, d)
    middle = x + looked @ params["attention"]["o"]
    second, norm2 = layer_norm(middle, params["norm2"]["gain"], params["norm2"]["shift"])
    hidden = np.tanh(second @ params["layers"][0])
    out = middle + hidden @ params["layers"][1]
    return out, (normal, norm1, attended, looked, second, norm2, hidden)
    ### END SOLUTION


# %%
check(block)


# %%
def block_backward(dout, params, x, heads, cache):
    """The derivatives: like params, and by x."""
    ### BEGIN SOLUTION
    n, t, d = x.shape
    normal, norm1, attended, looked, second, norm2, hidden = cache

    def product(a, b):
        return np.einsum("nti,ntj->ij", a, b)

    dhidden = (dout @ params["layers"][1].T) * (1 - hidden**2)
    layers = [product(second, dhidden), product(hidden, dout)]
    two = layer_norm_backward(dhidden @ params["layers"][0].T, norm2)
    dmiddle = dout + two.pop("x")
    dlooked = dmiddle @ params["attention"]["o"].T
    dlooked = dlooked.reshape(n, t, heads, d // heads).transpose(0, 2, 1, 3)
    parts = attention_backward(dlooked, attended)
    parts = [p.transpose(0, 2, 1, 3).reshape(n, t, d) for p in parts]
    weights = {name: product(normal, p) for name, p in zip("qkv", parts, strict=False)}
    dnormal = sum(p @ params["attention"][name].T for name, p in zip("qkv", parts, strict=False))
    one = layer_norm_backward(dnormal, norm1)
    dx = dmiddle + one.pop("x")
    return {
        "norm1": one,
        "attention": {**weights, "o": product(looked, dmiddle)},
        "norm2": two,
        "layers": layers,
    }, dx
    ### END SOLUTION


# %%
check(block_backward)
