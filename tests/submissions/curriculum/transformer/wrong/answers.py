# ruff: noqa: F811, F821
# Wrong answers to solutions/transformer, one per cell: see benchmarks/answers.py.

# %% no-positions | embed
# the positions are not added


def embed(params, tokens):
    return params["tokens"][tokens]


# %% position-of-the-token | embed
# the row of the token is taken from both tables


def embed(params, tokens):
    return params["tokens"][tokens] + params["positions"][tokens % len(params["positions"])]


# %% last-occurrence | embed_backward
# a token that occurs twice gets the derivative of its last occurrence


def embed_backward(dout, params, tokens):
    by = {name: np.zeros_like(params[name]) for name in params}
    by["tokens"][tokens] = dout
    by["positions"][: tokens.shape[1]] = dout.sum(axis=0)
    return by


# %% positions-averaged | embed_backward
# the derivative by the positions is a mean over the batch


def embed_backward(dout, params, tokens):
    by = {name: np.zeros_like(params[name]) for name in params}
    np.add.at(by["tokens"], tokens, dout)
    by["positions"][: tokens.shape[1]] = dout.mean(axis=0)
    return by


# %% only-used-positions | embed_backward
# the derivative by the positions has no rows for those that are not used


def embed_backward(dout, params, tokens):
    table = np.zeros_like(params["tokens"])
    np.add.at(table, tokens, dout)
    return {"tokens": table, "positions": dout.sum(axis=0)}


# %% over-the-positions | layer_norm
# mean and variance are those of each entry over the positions


def layer_norm(params, x):
    centred = x - x.mean(axis=1, keepdims=True)
    scale = 1 / np.sqrt((centred**2).mean(axis=1, keepdims=True) + 1e-5)
    right = x - x.mean(axis=-1, keepdims=True)
    kept = 1 / np.sqrt((right**2).mean(axis=-1, keepdims=True) + 1e-5)
    return params["gain"] * centred * scale + params["shift"], (right * kept, kept)


# %% epsilon-outside-the-root | layer_norm
# the small number is added to the root and is much larger


def layer_norm(params, x):
    centred = x - x.mean(axis=-1, keepdims=True)
    scale = 1 / (np.sqrt((centred**2).mean(axis=-1, keepdims=True)) + 1e-2)
    kept = 1 / np.sqrt((centred**2).mean(axis=-1, keepdims=True) + 1e-5)
    return params["gain"] * centred * scale + params["shift"], (centred * kept, kept)


# %% shift-before-the-gain | layer_norm
# the shift is added before the gain is multiplied


def layer_norm(params, x):
    centred = x - x.mean(axis=-1, keepdims=True)
    scale = 1 / np.sqrt(x.var(axis=-1, keepdims=True) + 1e-5)
    normal = centred * scale
    return params["gain"] * (normal + params["shift"]), (normal, scale)


# %% statistics-constant | layer_norm_backward
# mean and variance are constants


def layer_norm_backward(dout, params, cache):
    normal, scale = cache
    by = {"gain": (dout * normal).sum(axis=(0, 1)), "shift": dout.sum(axis=(0, 1))}
    return dout * params["gain"] * scale, by


# %% gain-forgotten | layer_norm_backward
# dout is not multiplied by the gain on the way to x


def layer_norm_backward(dout, params, cache):
    normal, scale = cache
    mean = dout.mean(axis=-1, keepdims=True)
    along = (dout * normal).mean(axis=-1, keepdims=True)
    by = {"gain": (dout * normal).sum(axis=(0, 1)), "shift": dout.sum(axis=(0, 1))}
    return scale * (dout - mean - normal * along), by


# %% gain-for-each-position | layer_norm_backward
# the derivatives of the parameters are summed over the batch only


def layer_norm_backward(dout, params, cache):
    normal, scale = cache
    g = dout * params["gain"]
    along = (g * normal).mean(axis=-1, keepdims=True)
    dx = scale * (g - g.mean(axis=-1, keepdims=True) - normal * along)
    return dx, {"gain": (dout * normal).sum(axis=0), "shift": dout.sum(axis=0)}


# %% not-divided-by-the-root | attention
# the scores are not divided


def attention(q, k, v):
    scores = q @ k.swapaxes(-1, -2)
    mask = np.tri(q.shape[-2], dtype=bool)
    scaled = softmax(np.where(mask, scores / np.sqrt(q.shape[-1]), -np.inf))
    return softmax(np.where(mask, scores, -np.inf)) @ v, (q, k, v, scaled)


# %% root-of-the-positions | attention
# the scores are divided by the root of the number of positions


def attention(q, k, v):
    scores = q @ k.swapaxes(-1, -2)
    mask = np.tri(q.shape[-2], dtype=bool)
    scaled = softmax(np.where(mask, scores / np.sqrt(q.shape[-1]), -np.inf))
    weights = softmax(np.where(mask, scores / np.sqrt(q.shape[-2]), -np.inf))
    return weights @ v, (q, k, v, scaled)


# %% no-mask-in-attention | attention, attention_backward
# nothing is masked in the forward function, and something in the backward one


def attention(q, k, v):
    weights = softmax(q @ k.swapaxes(-1, -2) / np.sqrt(q.shape[-1]))
    return weights @ v, (q, k, v, weights)


def attention_backward(dout, cache):
    q, k, v, weights = cache
    weights = weights * np.tri(q.shape[-2])
    by_weights = dout @ v.swapaxes(-1, -2)
    by_scores = weights * (by_weights - (by_weights * weights).sum(axis=-1, keepdims=True))
    by_scores = by_scores / np.sqrt(q.shape[-1])
    return by_scores @ k, by_scores.swapaxes(-1, -2) @ q, weights.swapaxes(-1, -2) @ dout


# %% weights-set-to-zero | attention
# weights are set to 0 after softmax, and the others stay as they are


def attention(q, k, v):
    scores = q @ k.swapaxes(-1, -2) / np.sqrt(q.shape[-1])
    mask = np.tri(q.shape[-2], dtype=bool)
    return (softmax(scores) * mask) @ v, (q, k, v, softmax(np.where(mask, scores, -np.inf)))


# %% overflowing-exponentials | attention
# the exponentials are masked and then shared out, and overflow for large scores


def attention(q, k, v):
    powers = np.exp(q @ k.swapaxes(-1, -2) / np.sqrt(q.shape[-1])) * np.tri(q.shape[-2])
    weights = powers / powers.sum(axis=-1, keepdims=True)
    return weights @ v, (q, k, v, weights)


# %% slope-of-a-logistic | attention_backward
# the derivative of softmax is p (1 - p) for each weight by itself


def attention_backward(dout, cache):
    q, k, v, weights = cache
    by_scores = (dout @ v.swapaxes(-1, -2)) * weights * (1 - weights) / np.sqrt(q.shape[-1])
    return by_scores @ k, by_scores.swapaxes(-1, -2) @ q, weights.swapaxes(-1, -2) @ dout


# %% root-not-in-backward | attention_backward
# the division by the root is left out on the way back


def attention_backward(dout, cache):
    q, k, v, weights = cache
    by_weights = dout @ v.swapaxes(-1, -2)
    by_scores = weights * (by_weights - (by_weights * weights).sum(axis=-1, keepdims=True))
    return by_scores @ k, by_scores.swapaxes(-1, -2) @ q, weights.swapaxes(-1, -2) @ dout


# %% keys-for-queries | attention_backward
# the derivative by q is made with q, and that by k with k


def attention_backward(dout, cache):
    q, k, v, weights = cache
    by_weights = dout @ v.swapaxes(-1, -2)
    by_scores = weights * (by_weights - (by_weights * weights).sum(axis=-1, keepdims=True))
    by_scores = by_scores / np.sqrt(q.shape[-1])
    return by_scores @ q, by_scores.swapaxes(-1, -2) @ k, weights.swapaxes(-1, -2) @ dout


# %% split-by-reshape | multi_head
# heads are made by reshape alone, which mixes positions


def multi_head(params, x, heads):
    n, t, d = x.shape
    parts = [
        (x @ params[name]).reshape(n, heads, t, d // heads) for name in ("Wq", "Wk", "Wv")
    ]
    mixed, _ = attention(*parts)
    right = [split_heads(x @ params[name], heads) for name in ("Wq", "Wk", "Wv")]
    joined, kept = attention(*right)
    return mixed.reshape(n, t, d) @ params["Wo"], (x, join_heads(joined), kept, heads)


# %% no-last-matrix | multi_head
# what the heads give is not multiplied by Wo


def multi_head(params, x, heads):
    parts = [split_heads(x @ params[name], heads) for name in ("Wq", "Wk", "Wv")]
    mixed, kept = attention(*parts)
    return join_heads(mixed), (x, join_heads(mixed), kept, heads)


# %% transposed-matrices | multi_head
# the matrices are applied transposed, as PyTorch keeps them


def multi_head(params, x, heads):
    parts = [split_heads(x @ params[name].T, heads) for name in ("Wq", "Wk", "Wv")]
    mixed, _ = attention(*parts)
    parts = [split_heads(x @ params[name], heads) for name in ("Wq", "Wk", "Wv")]
    right, kept = attention(*parts)
    return join_heads(mixed) @ params["Wo"].T, (x, join_heads(right), kept, heads)


# %% values-only | multi_head_backward
# dx has only what comes back through the values


def multi_head_backward(dout, params, cache):
    x, joined, kept, heads = cache
    by, dx = {}, None
    by_joined, by["Wo"] = product_backward(dout, joined, params["Wo"])
    slopes = attention_backward(split_heads(by_joined, heads), kept)
    for name, slope in zip(("Wq", "Wk", "Wv"), slopes):
        dx, by[name] = product_backward(join_heads(slope), x, params[name])
    return dx, by


# %% last-matrix-skipped-back | multi_head_backward
# the derivative does not go back through Wo


def multi_head_backward(dout, params, cache):
    x, joined, kept, heads = cache
    by, dx = {}, 0
    _, by["Wo"] = product_backward(dout, joined, params["Wo"])
    slopes = attention_backward(split_heads(dout, heads), kept)
    for name, slope in zip(("Wq", "Wk", "Wv"), slopes):
        more, by[name] = product_backward(join_heads(slope), x, params[name])
        dx = dx + more
    return dx, by


# %% activated-output | mlp
# GELU stands behind the second layer too


def mlp(params, x):
    sums = x @ params["W1"] + params["b1"]
    hidden = gelu(sums)
    return gelu(hidden @ params["W2"] + params["b2"]), (x, sums, hidden)


# %% relu-in-forward-only | mlp
# ReLU in the place of GELU


def mlp(params, x):
    sums = x @ params["W1"] + params["b1"]
    return np.maximum(sums, 0) @ params["W2"] + params["b2"], (x, sums, gelu(sums))


# %% slope-at-the-value | mlp_backward
# the slope is taken at what GELU gave


def mlp_backward(dout, params, cache):
    x, sums, hidden = cache
    by_hidden, by_W2 = product_backward(dout, hidden, params["W2"])
    by_sums = by_hidden * gelu_slope(hidden)
    dx, by_W1 = product_backward(by_sums, x, params["W1"])
    b1, b2 = by_sums.sum(axis=(0, 1)), dout.sum(axis=(0, 1))
    return dx, {"W1": by_W1, "b1": b1, "W2": by_W2, "b2": b2}


# %% gelu-for-its-slope | mlp_backward
# the derivative is multiplied by GELU itself


def mlp_backward(dout, params, cache):
    x, sums, hidden = cache
    by_hidden, by_W2 = product_backward(dout, hidden, params["W2"])
    by_sums = by_hidden * gelu(sums)
    dx, by_W1 = product_backward(by_sums, x, params["W1"])
    b1, b2 = by_sums.sum(axis=(0, 1)), dout.sum(axis=(0, 1))
    return dx, {"W1": by_W1, "b1": b1, "W2": by_W2, "b2": b2}


# %% normalised-behind | block
# the normalisations stand behind the additions, as in the first Transformers


def block(params, x, heads):
    looked, _ = multi_head(params["attention"], x, heads)
    middle, _ = layer_norm(params["norm1"], x + looked)
    thought, _ = mlp(params["mlp"], middle)
    out, _ = layer_norm(params["norm2"], middle + thought)
    return out, right_cache(params, x, heads)


def right_cache(params, x, heads):
    first, kept1 = layer_norm(params["norm1"], x)
    looked, kept2 = multi_head(params["attention"], first, heads)
    second, kept3 = layer_norm(params["norm2"], x + looked)
    return kept1, kept2, kept3, mlp(params["mlp"], second)[1]


# %% no-residual-connections | block
# nothing goes around the layers


def block(params, x, heads):
    first, kept1 = layer_norm(params["norm1"], x)
    looked, kept2 = multi_head(params["attention"], first, heads)
    second, kept3 = layer_norm(params["norm2"], x + looked)
    thought, kept4 = mlp(params["mlp"], second)
    return thought, (kept1, kept2, kept3, kept4)


# %% residual-forward-only | block_backward
# on the way back nothing goes around attention


def block_backward(dout, params, cache):
    kept1, kept2, kept3, kept4 = cache
    d, by_mlp = mlp_backward(dout, params["mlp"], kept4)
    d, by_norm2 = layer_norm_backward(d, params["norm2"], kept3)
    d, by_attention = multi_head_backward(d + dout, params["attention"], kept2)
    d, by_norm1 = layer_norm_backward(d, params["norm1"], kept1)
    by = {"norm1": by_norm1, "attention": by_attention, "norm2": by_norm2, "mlp": by_mlp}
    return d, by


# %% dout-into-attention | block_backward
# attention is given dout, and not what came back through the small network


def block_backward(dout, params, cache):
    kept1, kept2, kept3, kept4 = cache
    d, by_mlp = mlp_backward(dout, params["mlp"], kept4)
    through, by_norm2 = layer_norm_backward(d, params["norm2"], kept3)
    d, by_attention = multi_head_backward(dout, params["attention"], kept2)
    d, by_norm1 = layer_norm_backward(d, params["norm1"], kept1)
    by = {"norm1": by_norm1, "attention": by_attention, "norm2": by_norm2, "mlp": by_mlp}
    return dout + through + d, by


# %% last-norm-left-out | transformer
# the scores are made of what the last block gives


def transformer(params, tokens, heads):
    x, kept = embed(params["embed"], tokens), []
    for each in params["blocks"]:
        x, cache = block(each, x, heads)
        kept.append(cache)
    last, norm = layer_norm(params["norm"], x)
    return x @ params["readout"]["W"] + params["readout"]["b"], (tokens, kept, norm, last)


# %% softmax-at-the-end | transformer
# probabilities in the place of scores


def transformer(params, tokens, heads):
    x, kept = embed(params["embed"], tokens), []
    for each in params["blocks"]:
        x, cache = block(each, x, heads)
        kept.append(cache)
    last, norm = layer_norm(params["norm"], x)
    logits = last @ params["readout"]["W"] + params["readout"]["b"]
    return softmax(logits), (tokens, kept, norm, last)


# %% unlabelled-counted | cross_entropy
# a label of -1 is an index, of the last token


def cross_entropy(logits, labels):
    n, t = labels.shape
    logarithms = log_softmax(logits)[np.arange(n)[:, None], np.arange(t)[None], labels]
    return -np.mean(logarithms)


# %% mean-over-everything | cross_entropy
# divided by the number of all positions


def cross_entropy(logits, labels):
    some = labels >= 0
    logarithms = log_softmax(logits[some])
    return -logarithms[np.arange(len(logarithms)), labels[some]].sum() / labels.size


# %% gradient-not-a-mean | cross_entropy_gradient
# not divided by the number of labels


def cross_entropy_gradient(logits, labels):
    some = labels >= 0
    wanted = np.eye(logits.shape[-1])[labels]
    return (softmax(logits) - wanted) * some[..., None]


# %% gradient-of-unlabelled | cross_entropy_gradient
# positions without a label get the derivative of the last token


def cross_entropy_gradient(logits, labels):
    wanted = np.eye(logits.shape[-1])[labels]
    return (softmax(logits) - wanted) / (labels >= 0).sum()


# %% blocks-in-reverse | transformer_backward
# the derivatives of the blocks are listed in the order in which they were computed


def transformer_backward(dlogits, params, cache):
    tokens, kept, norm, last = cache
    by_last, by_W = product_backward(dlogits, last, params["readout"]["W"])
    d, by_norm = layer_norm_backward(by_last, params["norm"], norm)
    blocks = []
    for number in reversed(range(len(kept))):
        d, by = block_backward(d, params["blocks"][number], kept[number])
        blocks.append(by)
    readout = {"W": by_W, "b": dlogits.sum(axis=(0, 1))}
    by_embed = embed_backward(d, params["embed"], tokens)
    return {"embed": by_embed, "blocks": blocks, "norm": by_norm, "readout": readout}


# %% norm-skipped-on-the-way-back | transformer_backward
# the last layer normalisation is passed by


def transformer_backward(dlogits, params, cache):
    tokens, kept, norm, last = cache
    d, by_W = product_backward(dlogits, last, params["readout"]["W"])
    _, by_norm = layer_norm_backward(d, params["norm"], norm)
    blocks = [None] * len(kept)
    for number in reversed(range(len(kept))):
        d, blocks[number] = block_backward(d, params["blocks"][number], kept[number])
    readout = {"W": by_W, "b": dlogits.sum(axis=(0, 1))}
    by_embed = embed_backward(d, params["embed"], tokens)
    return {"embed": by_embed, "blocks": blocks, "norm": by_norm, "readout": readout}


# %% no-root-in-both | attention
# the root is left out in both: attention_backward is the derivative of that attention


def attention(q, k, v):
    scores = q @ k.swapaxes(-1, -2)
    weights = softmax(np.where(np.tri(q.shape[-2], dtype=bool), scores, -np.inf))
    return weights @ v, (q, k, v, weights)


def attention_backward(dout, cache):
    q, k, v, weights = cache
    by_weights = dout @ v.swapaxes(-1, -2)
    by_scores = weights * (by_weights - (by_weights * weights).sum(axis=-1, keepdims=True))
    return by_scores @ k, by_scores.swapaxes(-1, -2) @ q, weights.swapaxes(-1, -2) @ dout
