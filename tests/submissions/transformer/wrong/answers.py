# ruff: noqa: F811, F821
# Wrong answers to the Transformer block, one per cell: see benchmarks/answers.py.

import numpy as np

# %% last-occurrence-only | embed_backward
# a token that occurs twice gets the derivative of one occurrence: they are assigned


def embed_backward(dout, tokens, table):
    dtable = np.zeros(table.shape)
    for n in range(tokens.shape[0]):
        for t in range(tokens.shape[1]):
            dtable[tokens[n, t]] = dout[n, t]
    return dtable


# %% averaged-over-occurrences | embed_backward
# the derivative of a token is the mean of those of its occurrences
# named embed_backward: transformer.py, line 166, `dtable[v] = here.mean(axis=0)`: this is the mean; the sum is meant. Write `here.sum(axis=0)`. With this change alone everything on the visible instances is right.


def embed_backward(dout, tokens, table):
    dtable = np.zeros_like(table)
    flat, rows = tokens.ravel(), dout.reshape(-1, dout.shape[-1])
    for v in range(table.shape[0]):
        here = rows[flat == v]
        if len(here):
            dtable[v] = here.mean(axis=0)
    return dtable


# %% times-the-table | embed_backward
# the derivative is multiplied by the row of the table


def embed_backward(dout, tokens, table):
    dtable = np.zeros_like(table)
    for n in range(tokens.shape[0]):
        for t in range(tokens.shape[1]):
            dtable[tokens[n, t]] += dout[n, t] * table[tokens[n, t]]
    return dtable


# %% over-the-batch | layer_norm
# mean and variance are taken over the batch, as in batch normalisation


def layer_norm(x, gain, shift):
    mu = np.mean(x, axis=0)
    sigma2 = np.var(x, axis=0)
    scale = 1 / np.sqrt(sigma2 + 1e-5)
    xhat = (x - mu) * scale
    return gain * xhat + shift, (xhat, scale, gain)


# %% variance-not-rooted | layer_norm
# divided by the variance, not by its root
# named layer_norm: In a step before `out`: it is divided twice by the square root.


def layer_norm(x, gain, shift):
    mu = np.mean(x, axis=-1, keepdims=True)
    var = np.mean((x - mu) ** 2, axis=-1, keepdims=True)
    scale = 1 / (var + 1e-5)
    xhat = scale * (x - mu)
    return gain * xhat + shift, (xhat, scale, gain)


# %% sample-variance | layer_norm
# the variance is that of a sample: divided by n - 1


def layer_norm(x, gain, shift):
    mu = np.mean(x, axis=-1, keepdims=True)
    std = np.sqrt(np.var(x, axis=-1, ddof=1, keepdims=True) + 1e-5)
    xhat = (x - mu) / std
    return gain * xhat + shift, (xhat, 1 / std, gain)


# %% shift-left-out | layer_norm
# the shift is not added
# named layer_norm: In `out`: the term `shift` is missing.


def layer_norm(x, gain, shift):
    mu = np.mean(x, axis=-1, keepdims=True)
    std = np.sqrt(np.var(x, axis=-1, keepdims=True) + 1e-5)
    xhat = (x - mu) / std
    return np.multiply(xhat, gain), (xhat, 1 / std, gain)


# %% not-centred | layer_norm
# the mean is not subtracted


def layer_norm(x, gain, shift):
    std = np.sqrt(np.var(x, axis=-1, keepdims=True) + 1e-5)
    xhat = x / std
    return xhat * gain + shift, (xhat, 1 / std, gain)


# %% statistics-constant | layer_norm_backward
# mean and variance are taken as constants
# named layer_norm_backward: In a step before `layer_norm_backward["x"]`: a term is missing. In a step before `layer_norm_backward["x"]`: the mean is missing.
# untrue layer_norm_backward: On the way to `layer_norm_backward["x"]`: a factor is missing. On the way to `layer_norm_backward["x"]`: the mean is missing.


def layer_norm_backward(dout, cache):
    xhat, inv, gain = cache
    lead = tuple(range(dout.ndim - 1))
    dx = dout * gain * inv
    return {"x": dx, "gain": np.sum(dout * xhat, axis=lead), "shift": np.sum(dout, axis=lead)}


# %% variance-constant | layer_norm_backward
# the variance is taken as a constant
# named layer_norm_backward: In a step before `layer_norm_backward["x"]`: a term is missing.
# untrue layer_norm_backward: On the way to `layer_norm_backward["x"]`: a factor is missing.


def layer_norm_backward(dout, cache):
    xhat, inv, gain = cache
    lead = tuple(range(dout.ndim - 1))
    dxhat = dout * gain
    D = xhat.shape[-1]
    dx = inv * (dxhat - np.sum(dxhat, axis=-1, keepdims=True) / D)
    return {"x": dx, "gain": np.sum(dout * xhat, axis=lead), "shift": np.sum(dout, axis=lead)}


# %% gain-left-out | layer_norm_backward
# the derivative is not multiplied by the gain on the way to x
# named layer_norm_backward: In a step before `layer_norm_backward["x"]`: a factor is missing.


def layer_norm_backward(dout, cache):
    xhat, inv, gain = cache
    lead = tuple(range(dout.ndim - 1))
    D = xhat.shape[-1]
    a = D * dout - dout.sum(axis=-1, keepdims=True)
    b = xhat * (dout * xhat).sum(axis=-1, keepdims=True)
    dx = inv / D * (a - b)
    return {"x": dx, "gain": np.sum(dout * xhat, axis=lead), "shift": np.sum(dout, axis=lead)}


# %% gain-without-the-rows | layer_norm_backward
# the derivative by the gain is the sum of dout, without the normal rows
# named layer_norm_backward: In `layer_norm_backward["gain"]`: a factor is missing.


def layer_norm_backward(dout, cache):
    xhat, inv, gain = cache
    lead = tuple(range(dout.ndim - 1))
    D = xhat.shape[-1]
    g = dout * gain
    dx = (g - np.mean(g, -1, keepdims=True) - xhat * np.sum(g * xhat, -1, keepdims=True) / D) * inv
    return {"x": dx, "gain": np.sum(dout, axis=lead), "shift": np.sum(dout, axis=lead)}


# %% shift-averaged | layer_norm_backward
# the derivative by the shift is a mean over the rows
# named layer_norm_backward: In `layer_norm_backward["shift"]`: the mean is used instead of the sum.


def layer_norm_backward(dout, cache):
    xhat, inv, gain = cache
    lead = tuple(range(dout.ndim - 1))
    D = xhat.shape[-1]
    g = dout * gain
    dx = (g - np.mean(g, -1, keepdims=True) - xhat * np.sum(g * xhat, -1, keepdims=True) / D) * inv
    return {"x": dx, "gain": np.sum(dout * xhat, axis=lead), "shift": np.mean(dout, axis=lead)}


# %% sums-for-means | layer_norm_backward
# the sums over a row are not divided by its length
# named layer_norm_backward: In a step before `layer_norm_backward["x"]`: the sum is used instead of the mean. In a step before `layer_norm_backward["x"]`: the sum is used instead of the mean.


def layer_norm_backward(dout, cache):
    xhat, inv, gain = cache
    lead = tuple(range(dout.ndim - 1))
    g = dout * gain
    dx = (g - np.sum(g, -1, keepdims=True) - xhat * np.sum(g * xhat, -1, keepdims=True)) * inv
    return {"x": dx, "gain": np.sum(dout * xhat, axis=lead), "shift": np.sum(dout, axis=lead)}


# %% scale-left-out | layer_norm_backward
# the division by the standard deviation is missing
# named layer_norm_backward: In `layer_norm_backward["x"]`: a factor is missing.


def layer_norm_backward(dout, cache):
    xhat, inv, gain = cache
    lead = tuple(range(dout.ndim - 1))
    g = dout * gain
    dx = g - np.mean(g, -1, keepdims=True) - xhat * np.mean(g * xhat, -1, keepdims=True)
    return {"x": dx, "gain": np.sum(dout * xhat, axis=lead), "shift": np.sum(dout, axis=lead)}


# %% shares-of-all | softmax
# divided by the sum of all entries, not by that of the last axis
# named softmax: In `softmax`: the sum is taken over all numbers instead of one axis.


def softmax(z):
    e = np.exp(z - np.max(z, axis=-1, keepdims=True))
    return e / e.sum()


# %% over-the-first-axis | softmax
# the shares are along the first axis
# named softmax: In `softmax`: the maximum is not taken over axis -1. In `softmax`: the sum is taken over axis 0 instead of axis -1.


def softmax(z):
    e = np.exp(z - np.max(z, axis=0, keepdims=True))
    return e / np.sum(e, axis=0, keepdims=True)


# %% without-exponential | softmax
# no exponential: the entries above the smallest one are divided by their sum


def softmax(z):
    above = z - z.min(axis=-1, keepdims=True)
    return above / above.sum(axis=-1, keepdims=True)


# %% not-divided-by-the-root | attention
# the scores are not divided by the root of the size
# named attention: In a step before `out`: the division by the square root is missing.


def attention(q, k, v, causal):
    s = np.einsum("...id,...jd->...ij", q, k)
    if causal:
        T = q.shape[-2]
        s = np.where(np.tril(np.ones((T, T))) == 1, s, -1e9)
    p = softmax(s)
    return np.matmul(p, v), (q, k, v, p)


# %% divided-by-the-size | attention
# the scores are divided by the size, not by its root
# named attention: In a step before `out`: it is divided twice by the square root.


def attention(q, k, v, causal):
    s = np.einsum("...id,...jd->...ij", q, k) / q.shape[-1]
    if causal:
        T = q.shape[-2]
        s = np.where(np.tril(np.ones((T, T))) == 1, s, -1e9)
    p = softmax(s)
    return np.matmul(p, v), (q, k, v, p)


# %% scores-set-to-zero | attention
# later positions get the score zero, which is no small share


def attention(q, k, v, causal):
    T, d = q.shape[-2:]
    s = np.matmul(q, np.swapaxes(k, -2, -1)) / np.sqrt(d)
    if causal:
        s = s * np.tril(np.ones((T, T)))
    p = softmax(s)
    return np.matmul(p, v), (q, k, v, p)


# %% itself-hidden-too | attention
# a position does not see itself: the mask begins at the diagonal


def attention(q, k, v, causal):
    T, d = q.shape[-2:]
    s = np.matmul(q, np.swapaxes(k, -2, -1)) / np.sqrt(d)
    if causal:
        s = np.where(np.triu(np.ones((T, T)), k=0) > 0, -1e9, s)
    p = softmax(s)
    return np.matmul(p, v), (q, k, v, p)


# %% root-missing-in-backward | attention_backward
# the derivative of the scores is not divided by the root of the size
# named attention_backward: In a step before `dk` and `dq`: the division by the square root is missing.


def attention_backward(dout, cache):
    q, k, v, p = cache
    dv = np.einsum("...ij,...id->...jd", p, dout)
    dp = np.einsum("...id,...jd->...ij", dout, v)
    ds = p * (dp - np.sum(p * dp, axis=-1, keepdims=True))
    return ds @ k, np.swapaxes(ds, -2, -1) @ q, dv


# %% softmax-slope-of-the-diagonal | attention_backward
# the slope of softmax is taken as p (1 - p), that of a sigmoid
# named attention_backward: In a step before `dk` and `dq`: the sum is not taken.


def attention_backward(dout, cache):
    q, k, v, p = cache
    dv = np.einsum("...ij,...id->...jd", p, dout)
    dp = np.einsum("...id,...jd->...ij", dout, v)
    ds = dp * p * (1 - p) / np.sqrt(q.shape[-1])
    return ds @ k, np.swapaxes(ds, -2, -1) @ q, dv


# %% weights-not-transposed | attention_backward
# the weights are not transposed in the derivative by v
# named attention_backward: In `dv`: an array is not transposed, and should be.
# untrue attention_backward: In `dv`: the number 2 stands in the place of 1.


def attention_backward(dout, cache):
    q, k, v, p = cache
    dv = np.matmul(p, dout)
    dp = np.matmul(dout, np.swapaxes(v, -2, -1))
    ds = p * (dp - np.sum(p * dp, axis=-1, keepdims=True)) / q.shape[-1] ** 0.5
    return np.matmul(ds, k), np.matmul(np.swapaxes(ds, -2, -1), q), dv


# %% query-and-key-exchanged | attention_backward
# the derivatives by q and k are exchanged
# named attention_backward: transformer.py, line 167, `return dq, dk, dv`: the values are returned in another order than asked for: write `return (dk, dq, dv)`. With this change alone everything on the visible instances is right.


def attention_backward(dout, cache):
    q, k, v, p = cache
    dv = np.matmul(np.swapaxes(p, -2, -1), dout)
    dp = np.matmul(dout, np.swapaxes(v, -2, -1))
    ds = p * (dp - np.sum(p * dp, axis=-1, keepdims=True)) / q.shape[-1] ** 0.5
    dk = np.matmul(ds, k)
    dq = np.matmul(np.swapaxes(ds, -2, -1), q)
    return dq, dk, dv


# %% no-bridge-around-attention | block
# x is not added to what attention gives
# named block: In a step before `out`: the term `x` is missing.


def block(params, x, heads):
    N, T, D = x.shape
    a, c1 = layer_norm(x, params["norm1"]["gain"], params["norm1"]["shift"])

    def to_heads(z):
        return z.reshape(N, T, heads, D // heads).swapaxes(1, 2)

    q, k, v = (to_heads(a @ params["attention"][n]) for n in "qkv")
    o, c2 = attention(q, k, v, True)
    o = o.swapaxes(1, 2).reshape(N, T, D)
    mid = o @ params["attention"]["o"]
    b, c3 = layer_norm(mid, params["norm2"]["gain"], params["norm2"]["shift"])
    f = np.tanh(b @ params["layers"][0])
    return mid + f @ params["layers"][1], (a, c1, c2, o, b, c3, f)


# %% bridges-only-in-forward | block_backward
# the bridge around attention does not pass the derivative on
# named block_backward: In `dx`: a term is missing.


def block_backward(dout, params, x, heads, cache):
    N, T, D = x.shape
    a, c1, c2, o, b, c3, f = cache
    att = params["attention"]
    flat = lambda z: z.reshape(N * T, -1)
    dW2 = flat(f).T @ flat(dout)
    dz = dout @ params["layers"][1].T * (1 - f**2)
    dW1 = flat(b).T @ flat(dz)
    n2 = layer_norm_backward(dz @ params["layers"][0].T, c3)
    dmid = dout + n2["x"]
    dWo = flat(o).T @ flat(dmid)
    do = (dmid @ att["o"].T).reshape(N, T, heads, D // heads).swapaxes(1, 2)
    back = [z.swapaxes(1, 2).reshape(N, T, D) for z in attention_backward(do, c2)]
    grads = {n: flat(a).T @ flat(z) for n, z in zip("qkv", back)}
    grads["o"] = dWo
    da = back[0] @ att["q"].T + back[1] @ att["k"].T + back[2] @ att["v"].T
    n1 = layer_norm_backward(da, c1)
    dparams = {
        "norm1": {"gain": n1["gain"], "shift": n1["shift"]},
        "attention": grads,
        "norm2": {"gain": n2["gain"], "shift": n2["shift"]},
        "layers": [dW1, dW2],
    }
    return dparams, n1["x"]


# %% tanh-slope-missing-in-the-block | block_backward
# the slope of tanh is missing
# named block_backward: In a step before `block_backward`: a factor is missing.


def block_backward(dout, params, x, heads, cache):
    N, T, D = x.shape
    a, c1, c2, o, b, c3, f = cache
    att = params["attention"]
    flat = lambda z: z.reshape(N * T, -1)
    dW2 = flat(f).T @ flat(dout)
    dz = dout @ params["layers"][1].T
    dW1 = flat(b).T @ flat(dz)
    n2 = layer_norm_backward(dz @ params["layers"][0].T, c3)
    dmid = dout + n2["x"]
    dWo = flat(o).T @ flat(dmid)
    do = (dmid @ att["o"].T).reshape(N, T, heads, D // heads).swapaxes(1, 2)
    back = [z.swapaxes(1, 2).reshape(N, T, D) for z in attention_backward(do, c2)]
    grads = {n: flat(a).T @ flat(z) for n, z in zip("qkv", back)}
    grads["o"] = dWo
    da = back[0] @ att["q"].T + back[1] @ att["k"].T + back[2] @ att["v"].T
    n1 = layer_norm_backward(da, c1)
    dparams = {
        "norm1": {"gain": n1["gain"], "shift": n1["shift"]},
        "attention": grads,
        "norm2": {"gain": n2["gain"], "shift": n2["shift"]},
        "layers": [dW1, dW2],
    }
    return dparams, dmid + n1["x"]


# %% heads-not-taken-apart | block
# all heads are taken as one
# named block: transformer.py, line 160, `def block(params, x, heads):`: block never uses its argument heads, so that it gives the same for every heads.


def block(params, x, heads):
    N, T, D = x.shape
    a, c1 = layer_norm(x, params["norm1"]["gain"], params["norm1"]["shift"])
    q, k, v = (a @ params["attention"][n] for n in "qkv")
    o, c2 = attention(q, k, v, True)
    mid = x + o @ params["attention"]["o"]
    b, c3 = layer_norm(mid, params["norm2"]["gain"], params["norm2"]["shift"])
    f = np.tanh(b @ params["layers"][0])
    return mid + f @ params["layers"][1], (a, c1, c2, o, b, c3, f)


# %% constant-statistics-and-no-gain | layer_norm_backward
# mean and variance are taken as constants, and the gain is left out on the way to x


def layer_norm_backward(dout, cache):
    xhat, inv, gain = cache
    lead = tuple(range(dout.ndim - 1))
    return {"x": dout * inv, "gain": (dout * xhat).sum(lead), "shift": dout.sum(lead)}


# %% no-root-and-itself-hidden | attention
# the scores are not divided by the root, and a position does not see itself


def attention(q, k, v, causal):
    T = q.shape[-2]
    s = np.matmul(q, np.swapaxes(k, -2, -1))
    if causal:
        s = np.where(np.triu(np.ones((T, T))) > 0, -1e9, s)
    p = softmax(s)
    return np.matmul(p, v), (q, k, v, p)


# %% sigmoid-slope-and-no-root | attention_backward
# p (1 - p) for the slope of softmax, and no root of the size
# named attention_backward: In a step before `dk` and `dq`: the division by the square root is missing. In a step before `dk` and `dq`: the sum is not taken.


def attention_backward(dout, cache):
    q, k, v, p = cache
    dp = dout @ np.swapaxes(v, -2, -1)
    ds = dp * p * (1 - p)
    return ds @ k, np.swapaxes(ds, -2, -1) @ q, np.swapaxes(p, -2, -1) @ dout


# %% last-occurrence-and-halved | embed_backward
# occurrences overwrite each other, and the derivative is divided by the number of sequences


def embed_backward(dout, tokens, table):
    dtable = np.zeros_like(table)
    dtable[tokens] = dout / len(tokens)
    return dtable


# %% not-centred-and-no-shift | layer_norm
# neither the mean is subtracted nor the shift added


def layer_norm(x, gain, shift):
    mu = np.mean(x, axis=-1, keepdims=True)
    std = np.sqrt(np.mean((x - mu) ** 2, axis=-1, keepdims=True) + 1e-5)
    return gain * x / std, (x / std, 1 / std, gain)


# %% no-root-nowhere | attention, attention_backward
# the root of the size is left out in both directions
# named attention: In a step before `out`: the division by the square root is missing.


def attention(q, k, v, causal):
    s = q @ np.swapaxes(k, -2, -1)
    if causal:
        s = s - 1e9 * np.triu(np.ones(s.shape[-2:]), 1)
    p = softmax(s)
    return p @ v, (q, k, v, p)


def attention_backward(dout, cache):
    q, k, v, p = cache
    dp = dout @ np.swapaxes(v, -2, -1)
    ds = p * (dp - (dp * p).sum(-1, keepdims=True))
    return ds @ k, np.swapaxes(ds, -2, -1) @ q, np.swapaxes(p, -2, -1) @ dout


# %% shares-of-the-batch-and-last-token | embed_backward, softmax
# equal tokens overwrite each other; softmax divides by the sum of everything
# named softmax: In `softmax`: the sum is taken over all numbers instead of one axis.


def embed_backward(dout, tokens, table):
    dtable = 0 * table
    for row, ids in zip(dout, tokens):
        for d, i in zip(row, ids):
            dtable[i] = d
    return dtable


def softmax(z):
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / np.sum(e)


# %% sample-variance-and-sums | layer_norm, layer_norm_backward
# the variance is that of a sample; in backward the sums over a row are not divided


def layer_norm(x, gain, shift):
    mu = x.mean(-1, keepdims=True)
    std = np.sqrt(x.var(-1, ddof=1, keepdims=True) + 1e-5)
    return (x - mu) / std * gain + shift, ((x - mu) / std, 1 / std, gain)


def layer_norm_backward(dout, cache):
    xhat, inv, gain = cache
    lead = tuple(range(dout.ndim - 1))
    g = dout * gain
    dx = (g - g.sum(-1, keepdims=True) - xhat * (g * xhat).sum(-1, keepdims=True)) * inv
    return {"x": dx, "gain": (dout * xhat).sum(lead), "shift": dout.sum(lead)}


# %% no-gain-and-values-not-transposed | layer_norm_backward, attention_backward
# the gain is left out on the way to x; the weights are not transposed in the derivative by v
# named layer_norm_backward: In a step before `layer_norm_backward["x"]`: a factor is missing.
# named attention_backward: In `dv`: an array is not transposed, and should be.
# untrue attention_backward: In `dv`: the number 2 stands in the place of 1.


def layer_norm_backward(dout, cache):
    xhat, inv, gain = cache
    lead = tuple(range(dout.ndim - 1))
    dx = dout - dout.mean(-1, keepdims=True) - xhat * (dout * xhat).mean(-1, keepdims=True)
    return {"x": dx * inv, "gain": (dout * xhat).sum(lead), "shift": dout.sum(lead)}


def attention_backward(dout, cache):
    q, k, v, p = cache
    dp = dout @ np.swapaxes(v, -2, -1)
    ds = p * (dp - (dp * p).sum(-1, keepdims=True)) / np.sqrt(q.shape[-1])
    return ds @ k, np.swapaxes(ds, -2, -1) @ q, p @ dout


# %% no-bridge-in-both | block, block_backward
# the bridge around the linear layers is left out, forwards and backwards
# named block: In `out`: a term is missing.


def block(params, x, heads):
    N, T, D = x.shape
    a, c1 = layer_norm(x, **params["norm1"])
    split = [(a @ params["attention"][n]).reshape(N, T, heads, -1).swapaxes(1, 2) for n in "qkv"]
    o, c2 = attention(*split, True)
    o = o.swapaxes(1, 2).reshape(N, T, D)
    mid = x + o @ params["attention"]["o"]
    b, c3 = layer_norm(mid, **params["norm2"])
    f = np.tanh(b @ params["layers"][0])
    return f @ params["layers"][1], (a, c1, c2, o, b, c3, f)


def block_backward(dout, params, x, heads, cache):
    N, T, D = x.shape
    a, c1, c2, o, b, c3, f = cache
    att = params["attention"]
    flat = lambda z: z.reshape(N * T, -1)
    dz = dout @ params["layers"][1].T * (1 - f**2)
    layers = [flat(b).T @ flat(dz), flat(f).T @ flat(dout)]
    n2 = layer_norm_backward(dz @ params["layers"][0].T, c3)
    dmid = n2.pop("x")
    do = (dmid @ att["o"].T).reshape(N, T, heads, D // heads).swapaxes(1, 2)
    back = [z.swapaxes(1, 2).reshape(N, T, D) for z in attention_backward(do, c2)]
    grads = {n: flat(a).T @ flat(z) for n, z in zip("qkv", back)}
    grads["o"] = flat(o).T @ flat(dmid)
    n1 = layer_norm_backward(sum(z @ att[n].T for n, z in zip("qkv", back)), c1)
    dx = dmid + n1.pop("x")
    return {"norm1": n1, "attention": grads, "norm2": n2, "layers": layers}, dx
