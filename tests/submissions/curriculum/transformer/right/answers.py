# ruff: noqa: F811, F821
# Right answers to solutions/transformer, one per cell: see benchmarks/answers.py.

# %% embedding-with-take
# rows by np.take, and the positions stretched over the batch


def embed(params, tokens):
    n, t = tokens.shape
    where = np.broadcast_to(params["positions"][:t], (n, t, params["positions"].shape[1]))
    return np.take(params["tokens"], tokens, axis=0) + where


# %% embedding-backward-by-token
# for each token the rows of dout where it stands


def embed_backward(dout, params, tokens):
    table = np.stack([dout[tokens == token].sum(axis=0) for token in range(len(params["tokens"]))])
    unused = len(params["positions"]) - tokens.shape[1]
    return {"positions": np.pad(dout.sum(axis=0), ((0, unused), (0, 0))), "tokens": table}


# %% norm-with-std
# the variance from numpy, and all arguments kept


def layer_norm(params, x):
    centred = x - np.mean(x, -1)[..., None]
    sigma = np.hypot(x.std(-1), 1e-5**0.5)[..., None]
    return centred / sigma * params["gain"] + params["shift"], {"c": centred, "s": sigma}


def layer_norm_backward(dout, params, cache):
    c, s = cache["c"], cache["s"]
    size = c.shape[-1]
    by_hat = dout * params["gain"]
    by_s = -np.sum(by_hat * c, axis=-1, keepdims=True) / s**2
    by_c = by_hat / s + by_s * c / (s * size)
    by = {"shift": dout.sum(0).sum(0), "gain": (dout * c / s).sum(0).sum(0)}
    return by_c - by_c.mean(axis=-1, keepdims=True), by


# %% norm-backward-by-its-matrix
# the matrix of derivatives of each vector


def layer_norm_backward(dout, params, cache):
    normal, scale = cache
    size = normal.shape[-1]
    outer = normal[..., :, None] * normal[..., None, :]
    matrix = (np.eye(size) - 1 / size - outer / size) * scale[..., None]
    dx = (matrix @ (dout * params["gain"])[..., None])[..., 0]
    flat, rows = dout.reshape(-1, size), normal.reshape(-1, size)
    return dx, {"gain": np.diag(flat.T @ rows), "shift": np.ones(len(flat)) @ flat}


# %% masked-by-an-added-number
# a large negative number is added to what lies above the diagonal


def attention(q, k, v):
    t, d = q.shape[-2:]
    mask = (1 - np.tri(t)) * -1e12
    weights = softmax((q / d**0.5) @ k.transpose(0, 1, 3, 2) + mask)
    return np.matmul(weights, v), [weights, v, k, q]


def attention_backward(dout, cache):
    weights, v, k, q = cache
    by_weights = np.matmul(dout, v.transpose(0, 1, 3, 2))
    by_scores = weights * by_weights
    by_scores = by_scores - weights * by_scores.sum(axis=3)[..., np.newaxis]
    by_scores /= q.shape[-1] ** 0.5
    dk = (q.transpose(0, 1, 3, 2) @ by_scores).transpose(0, 1, 3, 2)
    return by_scores @ k, dk, (dout.transpose(0, 1, 3, 2) @ weights).transpose(0, 1, 3, 2)


# %% masked-in-place
# the scores are a new array, which may be changed


def attention(q, k, v):
    scores = np.einsum("nhid,nhjd->nhij", q, k)
    scores /= np.sqrt(k.shape[-1])
    rows, columns = np.triu_indices(scores.shape[-1], 1)
    scores[:, :, rows, columns] = -np.inf
    weights = softmax(scores)
    return weights @ v, (q, k, v, weights)


# %% softmax-backward-by-its-matrix
# the matrix diag(p) - p p^T of each row


def attention_backward(dout, cache):
    q, k, v, weights = cache
    matrix = weights[..., None] * np.eye(weights.shape[-1])
    matrix = matrix - weights[..., :, None] * weights[..., None, :]
    slopes = dout @ np.swapaxes(v, 2, 3)
    slopes = np.einsum("nhij,nhijm->nhim", slopes, matrix) * q.shape[-1] ** -0.5
    dk = np.einsum("nhij,nhid->nhjd", slopes, q)
    return slopes @ k, dk, np.einsum("nhij,nhid->nhjd", weights, dout)


# %% three-matrices-as-one
# queries, keys and values are one product


def multi_head(params, x, heads):
    size = x.shape[-1]
    three = x @ np.hstack([params["Wq"], params["Wk"], params["Wv"]])
    parts = [split_heads(part, heads) for part in np.split(three, 3, axis=-1)]
    mixed, kept = attention(*parts)
    flat = join_heads(mixed)
    return flat @ params["Wo"], {"x": x, "flat": flat, "kept": kept, "heads": heads, "size": size}


def multi_head_backward(dout, params, cache):
    size, heads = cache["size"], cache["heads"]
    by_flat, by_Wo = product_backward(dout, cache["flat"], params["Wo"])
    back = attention_backward(split_heads(by_flat, heads), cache["kept"])
    three = np.concatenate([join_heads(part) for part in back], axis=-1)
    stacked = np.hstack([params["Wq"], params["Wk"], params["Wv"]])
    dx, by = product_backward(three, cache["x"], stacked)
    parts = {name: by[:, i * size : (i + 1) * size] for i, name in enumerate(("Wq", "Wk", "Wv"))}
    return dx, {**parts, "Wo": by_Wo}


# %% mlp-computed-again
# only x is kept, and the sums are computed again


def mlp(params, x):
    return np.add(gelu(x @ params["W1"] + params["b1"]) @ params["W2"], params["b2"]), x


def mlp_backward(dout, params, cache):
    x = cache
    sums = x @ params["W1"] + params["b1"]
    by = {}
    by_hidden, by["W2"] = product_backward(dout, gelu(sums), params["W2"])
    by_sums = gelu_slope(sums) * by_hidden
    dx, by["W1"] = product_backward(by_sums, x, params["W1"])
    by["b1"] = by_sums.reshape(-1, sums.shape[-1]).sum(0)
    by["b2"] = dout.reshape(-1, x.shape[-1]).sum(0)
    return dx, by


# %% block-with-a-list
# the caches are put into a list and taken from its end


def block(params, x, heads):
    kept = []
    for norm, layer in (("norm1", "attention"), ("norm2", "mlp")):
        inner, cache = layer_norm(params[norm], x)
        kept.append(cache)
        if layer == "mlp":
            inner, cache = mlp(params[layer], inner)
        else:
            inner, cache = multi_head(params[layer], inner, heads)
        kept.append(cache)
        x = x + inner
    return x, kept


def block_backward(dout, params, cache):
    kept = list(cache)
    by = {name: None for name in params}
    d, by["mlp"] = mlp_backward(dout, params["mlp"], kept.pop())
    d, by["norm2"] = layer_norm_backward(d, params["norm2"], kept.pop())
    d1 = d + dout
    d, by["attention"] = multi_head_backward(d1, params["attention"], kept.pop())
    d, by["norm1"] = layer_norm_backward(d, params["norm1"], kept.pop())
    return d + d1, by


# %% loss-in-a-loop
# position by position


def cross_entropy(logits, labels):
    losses = []
    for scores, row in zip(logits, labels):
        for z, label in zip(scores, row):
            if label != -1:
                losses.append(np.logaddexp.reduce(z) - z[label])
    return sum(losses) / len(losses)


# %% loss-of-flat-arrays
# the first two axes are one, and labels of -1 have the weight 0


def cross_entropy(logits, labels):
    flat, wanted = logits.reshape(-1, logits.shape[-1]), labels.ravel()
    some = wanted != -1
    picked = np.take_along_axis(log_softmax(flat), np.where(some, wanted, 0)[:, None], axis=1)
    return -np.average(picked[:, 0], weights=some)


def cross_entropy_gradient(logits, labels):
    flat, wanted = softmax(logits).reshape(-1, logits.shape[-1]), labels.ravel()
    some = np.flatnonzero(wanted != -1)
    flat[some, wanted[some]] -= 1
    flat[wanted == -1] = 0
    return (flat / len(some)).reshape(logits.shape)


# %% blocks-by-recursion
# the network behind a block is a network


def transformer(params, tokens, heads):
    def run(x, layers):
        if not layers:
            return x, []
        x, cache = block(layers[0], x, heads)
        x, rest = run(x, layers[1:])
        return x, [cache, *rest]

    x, kept = run(embed(params["embed"], tokens), params["blocks"])
    last, cache = layer_norm(params["norm"], x)
    logits = np.einsum("ntd,dv->ntv", last, params["readout"]["W"]) + params["readout"]["b"]
    return logits, {"kept": kept, "norm": cache, "last": last, "tokens": tokens}


def transformer_backward(dlogits, params, cache):
    last = cache["last"]
    readout = {
        "W": np.einsum("ntd,ntv->dv", last, dlogits),
        "b": dlogits.sum(axis=1).sum(axis=0),
    }
    d, norm = layer_norm_backward(dlogits @ params["readout"]["W"].T, params["norm"], cache["norm"])
    blocks = []
    for at in range(1, len(params["blocks"]) + 1):
        d, by = block_backward(d, params["blocks"][-at], cache["kept"][-at])
        blocks.append(by)
    return {
        "blocks": list(reversed(blocks)),
        "embed": embed_backward(d, params["embed"], cache["tokens"]),
        "norm": norm,
        "readout": readout,
    }
