# ruff: noqa: F811, F821
# Wrong answers to solutions/cnn, one per cell: see benchmarks/answers.py.

# %% no-biases | conv_forward
# the biases are not added


def conv_forward(x, w, b, stride, pad):
    k = w.shape[2]
    p = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    rows, cols = (p.shape[2] - k) // stride + 1, (p.shape[3] - k) // stride + 1
    out = np.zeros((len(x), len(w), rows, cols))
    for i in range(rows):
        for j in range(cols):
            part = p[:, :, i * stride : i * stride + k, j * stride : j * stride + k]
            out[:, :, i, j] = np.einsum("ncuv,fcuv->nf", part, w)
    return out


# %% filters-upside-down | conv_forward
# the convolution of mathematics, with turned filters


def conv_forward(x, w, b, stride, pad):
    k = w.shape[2]
    p = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    rows, cols = (p.shape[2] - k) // stride + 1, (p.shape[3] - k) // stride + 1
    out = np.zeros((len(x), len(w), rows, cols))
    for i in range(rows):
        for j in range(cols):
            part = p[:, :, i * stride : i * stride + k, j * stride : j * stride + k]
            out[:, :, i, j] = np.einsum("ncuv,fcuv->nf", part, np.flip(w, (2, 3))) + b
    return out


# %% stride-not-used | conv_forward
# the window moves by one, whatever the stride is


def conv_forward(x, w, b, stride, pad):
    k = w.shape[2]
    p = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    rows, cols = (p.shape[2] - k) // stride + 1, (p.shape[3] - k) // stride + 1
    out = np.zeros((len(x), len(w), rows, cols))
    for i in range(rows):
        for j in range(cols):
            out[:, :, i, j] = (
                np.tensordot(p[:, :, i : i + k, j : j + k], w, ([1, 2, 3], [1, 2, 3])) + b
            )
    return out


# %% first-channel-only | conv_forward
# only the first channel of pictures and filters is used


def conv_forward(x, w, b, stride, pad):
    k = w.shape[2]
    p = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    rows, cols = (p.shape[2] - k) // stride + 1, (p.shape[3] - k) // stride + 1
    out = np.zeros((len(x), len(w), rows, cols))
    for i in range(rows):
        for j in range(cols):
            part = p[:, 0, i * stride : i * stride + k, j * stride : j * stride + k]
            out[:, :, i, j] = np.einsum("nuv,fuv->nf", part, w[:, 0]) + b
    return out


# %% square-pictures-only | conv_forward
# the number of columns is taken from the height


def conv_forward(x, w, b, stride, pad):
    k = w.shape[2]
    p = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    side = (p.shape[2] - k) // stride + 1
    out = np.zeros((len(x), len(w), side, side))
    for i in range(side):
        for j in range(side):
            part = p[:, :, i * stride : i * stride + k, j * stride : j * stride + k]
            out[:, :, i, j] = part.reshape(len(x), -1) @ w.reshape(len(w), -1).T + b
    return out


# %% one-place-too-few | conv_forward
# the 1 in the number of places is forgotten


def conv_forward(x, w, b, stride, pad):
    k = w.shape[2]
    p = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    rows, cols = (p.shape[2] - k) // stride, (p.shape[3] - k) // stride
    out = np.zeros((len(x), len(w), rows, cols))
    for i in range(rows):
        for j in range(cols):
            part = p[:, :, i * stride : i * stride + k, j * stride : j * stride + k]
            out[:, :, i, j] = part.reshape(len(x), -1) @ w.reshape(len(w), -1).T + b
    return out


# %% padding-once | conv_forward
# pad zeros in front and none behind


def conv_forward(x, w, b, stride, pad):
    k = w.shape[2]
    p = np.pad(x, ((0, 0), (0, 0), (pad, 0), (pad, 0)))
    rows, cols = (p.shape[2] - k) // stride + 1, (p.shape[3] - k) // stride + 1
    out = np.zeros((len(x), len(w), rows, cols))
    for i in range(rows):
        for j in range(cols):
            part = p[:, :, i * stride : i * stride + k, j * stride : j * stride + k]
            out[:, :, i, j] = part.reshape(len(x), -1) @ w.reshape(len(w), -1).T + b
    return out


# %% relu-inside | conv_forward
# negative results are already set to 0


def conv_forward(x, w, b, stride, pad):
    k = w.shape[2]
    p = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    rows, cols = (p.shape[2] - k) // stride + 1, (p.shape[3] - k) // stride + 1
    out = np.zeros((len(x), len(w), rows, cols))
    for i in range(rows):
        for j in range(cols):
            part = p[:, :, i * stride : i * stride + k, j * stride : j * stride + k]
            out[:, :, i, j] = part.reshape(len(x), -1) @ w.reshape(len(w), -1).T + b
    return np.maximum(out, 0)


# %% last-window-wins | conv_backward
# where windows overlap, dx is overwritten


def conv_backward(dout, x, w, stride, pad):
    k, (h, wide) = w.shape[2], x.shape[2:]
    p = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    dp, dw = np.zeros_like(p), np.zeros_like(w)
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            at = np.s_[:, :, i * stride : i * stride + k, j * stride : j * stride + k]
            dw += np.einsum("nf,ncuv->fcuv", dout[:, :, i, j], p[at])
            dp[at] = np.einsum("nf,fcuv->ncuv", dout[:, :, i, j], w)
    return dp[:, :, pad : pad + h, pad : pad + wide], dw, dout.sum(axis=(0, 2, 3))


# %% mean-over-the-batch | conv_backward
# dw and db are divided by the number of pictures once more


def conv_backward(dout, x, w, stride, pad):
    k, (h, wide), n = w.shape[2], x.shape[2:], len(x)
    p = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    dp, dw = np.zeros_like(p), np.zeros_like(w)
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            at = np.s_[:, :, i * stride : i * stride + k, j * stride : j * stride + k]
            dw += np.einsum("nf,ncuv->fcuv", dout[:, :, i, j], p[at]) / n
            dp[at] += np.einsum("nf,fcuv->ncuv", dout[:, :, i, j], w)
    return dp[:, :, pad : pad + h, pad : pad + wide], dw, dout.sum(axis=(0, 2, 3)) / n


# %% biases-summed-over-places-only | conv_backward
# db has a row for each picture


def conv_backward(dout, x, w, stride, pad):
    k, (h, wide) = w.shape[2], x.shape[2:]
    p = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    dp, dw = np.zeros_like(p), np.zeros_like(w)
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            at = np.s_[:, :, i * stride : i * stride + k, j * stride : j * stride + k]
            dw += np.einsum("nf,ncuv->fcuv", dout[:, :, i, j], p[at])
            dp[at] += np.einsum("nf,fcuv->ncuv", dout[:, :, i, j], w)
    return dp[:, :, pad : pad + h, pad : pad + wide], dw, dout.sum(axis=(2, 3))


# %% minus-pad-without-padding | conv_backward
# the padding is cut off by a slice that is empty without padding


def conv_backward(dout, x, w, stride, pad):
    k = w.shape[2]
    p = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    dp, dw = np.zeros_like(p), np.zeros_like(w)
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            at = np.s_[:, :, i * stride : i * stride + k, j * stride : j * stride + k]
            dw += np.einsum("nf,ncuv->fcuv", dout[:, :, i, j], p[at])
            dp[at] += np.einsum("nf,fcuv->ncuv", dout[:, :, i, j], w)
    return dp[:, :, pad:-pad, pad:-pad], dw, dout.sum(axis=(0, 2, 3))


# %% padding-left-on | conv_backward
# dx has the shape of the padded pictures


def conv_backward(dout, x, w, stride, pad):
    k = w.shape[2]
    p = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    dp, dw = np.zeros_like(p), np.zeros_like(w)
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            at = np.s_[:, :, i * stride : i * stride + k, j * stride : j * stride + k]
            dw += np.einsum("nf,ncuv->fcuv", dout[:, :, i, j], p[at])
            dp[at] += np.einsum("nf,fcuv->ncuv", dout[:, :, i, j], w)
    return dp, dw, dout.sum(axis=(0, 2, 3))


# %% filters-turned-on-the-way-back | conv_backward
# the filters are turned although each place is gone through


def conv_backward(dout, x, w, stride, pad):
    k, (h, wide) = w.shape[2], x.shape[2:]
    p = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    dp, dw = np.zeros_like(p), np.zeros_like(w)
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            at = np.s_[:, :, i * stride : i * stride + k, j * stride : j * stride + k]
            dw += np.einsum("nf,ncuv->fcuv", dout[:, :, i, j], p[at])
            dp[at] += np.einsum("nf,fcuv->ncuv", dout[:, :, i, j], np.flip(w, axis=(2, 3)))
    return dp[:, :, pad : pad + h, pad : pad + wide], dw, dout.sum(axis=(0, 2, 3))


# %% first-picture-only | conv_backward
# dw is computed from the first picture


def conv_backward(dout, x, w, stride, pad):
    k, (h, wide) = w.shape[2], x.shape[2:]
    p = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    dp, dw = np.zeros_like(p), np.zeros_like(w)
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            at = np.s_[:, :, i * stride : i * stride + k, j * stride : j * stride + k]
            dw += np.einsum("f,cuv->fcuv", dout[0, :, i, j], p[at][0])
            dp[at] += np.einsum("nf,fcuv->ncuv", dout[:, :, i, j], w)
    return dp[:, :, pad : pad + h, pad : pad + wide], dw, dout.sum(axis=(0, 2, 3))


# %% sizes-not-from-dout | conv_backward
# the window moves by one on the way back


def conv_backward(dout, x, w, stride, pad):
    k, (h, wide) = w.shape[2], x.shape[2:]
    p = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    dp, dw = np.zeros_like(p), np.zeros_like(w)
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            at = np.s_[:, :, i : i + k, j : j + k]
            dw += np.einsum("nf,ncuv->fcuv", dout[:, :, i, j], p[at])
            dp[at] += np.einsum("nf,fcuv->ncuv", dout[:, :, i, j], w)
    return dp[:, :, pad : pad + h, pad : pad + wide], dw, dout.sum(axis=(0, 2, 3))


# %% leaky | relu
# a hundredth of negative numbers is let through


def relu(x):
    return np.where(x > 0, x, 0.01 * x)


# %% largest-of-all | relu
# the largest number of the array, and 0


def relu(x):
    return np.full(x.shape, max(np.max(x), 0.0))


# %% gate-of-the-derivative | relu_backward
# negative derivatives are set to 0, and not those where x is negative


def relu_backward(dout, x):
    return np.maximum(dout, 0)


# %% slope-alone | relu_backward
# the slope, without dout


def relu_backward(dout, x):
    return (x > 0).astype(float)


# %% relu-again | relu_backward
# dout times what ReLU gives


def relu_backward(dout, x):
    return dout * np.maximum(x, 0)


# %% mean-pooling | max_pool_forward
# the mean of each window


def max_pool_forward(x, size, stride):
    n, c, h, w = x.shape
    rows, cols = (h - size) // stride + 1, (w - size) // stride + 1
    out, where = np.zeros((n, c, rows, cols)), np.zeros((n, c, rows, cols), dtype=int)
    for i in range(rows):
        for j in range(cols):
            t, s = i * stride, j * stride
            part = x[:, :, t : t + size, s : s + size].reshape(n, c, -1)
            m = part.argmax(axis=2)
            out[:, :, i, j] = part.mean(axis=2)
            where[:, :, i, j] = (t + m // size) * w + s + m % size
    return out, where


# %% place-within-its-window | max_pool_forward
# where counts in the window and not in the channel


def max_pool_forward(x, size, stride):
    n, c, h, w = x.shape
    rows, cols = (h - size) // stride + 1, (w - size) // stride + 1
    out, where = np.zeros((n, c, rows, cols)), np.zeros((n, c, rows, cols), dtype=int)
    for i in range(rows):
        for j in range(cols):
            t, s = i * stride, j * stride
            part = x[:, :, t : t + size, s : s + size].reshape(n, c, -1)
            out[:, :, i, j] = part.max(axis=2)
            where[:, :, i, j] = part.argmax(axis=2)
    return out, where


# %% last-of-the-largest | max_pool_forward
# of several largest numbers the last one is kept


def max_pool_forward(x, size, stride):
    n, c, h, w = x.shape
    rows, cols = (h - size) // stride + 1, (w - size) // stride + 1
    out = np.full((n, c, rows, cols), -np.inf)
    where = np.zeros((n, c, rows, cols), dtype=int)
    for a, d, i, j in np.ndindex(out.shape):
        for u in range(i * stride, i * stride + size):
            for v in range(j * stride, j * stride + size):
                if x[a, d, u, v] >= out[a, d, i, j]:
                    out[a, d, i, j], where[a, d, i, j] = x[a, d, u, v], u * w + v
    return out, where


# %% never-below-zero | max_pool_forward
# the largest number is looked for from 0 upwards


def max_pool_forward(x, size, stride):
    n, c, h, w = x.shape
    rows, cols = (h - size) // stride + 1, (w - size) // stride + 1
    out = np.zeros((n, c, rows, cols))
    where = np.zeros((n, c, rows, cols), dtype=int)
    for a, d, i, j in np.ndindex(out.shape):
        for u in range(i * stride, i * stride + size):
            for v in range(j * stride, j * stride + size):
                if x[a, d, u, v] > out[a, d, i, j]:
                    out[a, d, i, j], where[a, d, i, j] = x[a, d, u, v], u * w + v
    return out, where


# %% windows-side-by-side | max_pool_forward
# the windows move by their size, whatever the stride is


def max_pool_forward(x, size, stride):
    n, c, h, w = x.shape
    rows, cols = h // size, w // size
    out, where = np.zeros((n, c, rows, cols)), np.zeros((n, c, rows, cols), dtype=int)
    for i in range(rows):
        for j in range(cols):
            t, s = i * size, j * size
            part = x[:, :, t : t + size, s : s + size].reshape(n, c, -1)
            m = part.argmax(axis=2)
            out[:, :, i, j] = part.max(axis=2)
            where[:, :, i, j] = (t + m // size) * w + s + m % size
    return out, where


# %% counted-through-the-batch | max_pool_forward
# where counts through all pictures and channels


def max_pool_forward(x, size, stride):
    n, c, h, w = x.shape
    rows, cols = (h - size) // stride + 1, (w - size) // stride + 1
    out, where = np.zeros((n, c, rows, cols)), np.zeros((n, c, rows, cols), dtype=int)
    before = np.arange(n * c).reshape(n, c) * h * w
    for i in range(rows):
        for j in range(cols):
            t, s = i * stride, j * stride
            part = x[:, :, t : t + size, s : s + size].reshape(n, c, -1)
            m = part.argmax(axis=2)
            out[:, :, i, j] = part.max(axis=2)
            where[:, :, i, j] = before + (t + m // size) * w + s + m % size
    return out, where


# %% all-at-once-assigned | max_pool_backward
# an entry that wins twice gets one of its two derivatives


def max_pool_backward(dout, where, shape):
    n, c, h, w = shape
    dx = np.zeros((n, c, h * w))
    np.put_along_axis(dx, where.reshape(n, c, -1), dout.reshape(n, c, -1), axis=2)
    return dx.reshape(shape)


# %% added-at-once | max_pool_backward
# += with repeated places adds once only


def max_pool_backward(dout, where, shape):
    n, c, h, w = shape
    dx = np.zeros((n * c, h * w))
    dx[np.arange(n * c)[:, None], where.reshape(n * c, -1)] += dout.reshape(n * c, -1)
    return dx.reshape(shape)


# %% rows-for-columns | max_pool_backward
# the place is split with the height


def max_pool_backward(dout, where, shape):
    n, c, h, w = shape
    dx = np.zeros((n, c, w, h))
    for a, d, i, j in np.ndindex(dout.shape):
        row, col = divmod(int(where[a, d, i, j]), h)
        dx[a, d, row, col] += dout[a, d, i, j]
    return dx.transpose(0, 1, 3, 2)


# %% ones-for-dout | max_pool_backward
# marks the places without the derivatives


def max_pool_backward(dout, where, shape):
    n, c, h, w = shape
    dx = np.zeros((n * c, h * w))
    for at, places in enumerate(where.reshape(n * c, -1)):
        dx[at, places] = 1.0
    return dx.reshape(shape)


# %% no-bias | linear
# the biases are not added


def linear(x, w, b):
    return x @ w


# %% weights-not-transposed-back | linear_backward
# dx is computed with weights of a changed shape in the place of transposed ones


def linear_backward(dout, x, w):
    return dout @ w.reshape(w.shape[1], w.shape[0]), x.T @ dout, dout.sum(axis=0)


# %% linear-mean | linear_backward
# the derivatives by the parameters are means over the rows


def linear_backward(dout, x, w):
    return dout @ w.T, x.T @ dout / len(x), dout.mean(axis=0)


# %% no-second-relu | forward
# the second ReLU is missing


def forward(params, x):
    z1 = conv_forward(x, params["w1"], params["b1"], 1, 1)
    h1 = relu(z1)
    p1, where = max_pool_forward(h1, 2, 2)
    z2 = conv_forward(p1, params["w2"], params["b2"], 1, 1)
    scores = linear(z2.reshape(len(x), -1), params["w3"], params["b3"])
    return scores, {"z1": z1, "h1": h1, "p1": p1, "where": where, "z2": z2, "h2": z2}


# %% channels-last-before-the-linear-layer | forward
# the rows for the linear layer are made with the channels last


def forward(params, x):
    z1 = conv_forward(x, params["w1"], params["b1"], 1, 1)
    h1 = relu(z1)
    p1, where = max_pool_forward(h1, 2, 2)
    z2 = conv_forward(p1, params["w2"], params["b2"], 1, 1)
    h2 = relu(z2)
    rows = h2.transpose(0, 2, 3, 1).reshape(len(x), -1)
    scores = linear(rows, params["w3"], params["b3"])
    return scores, {"z1": z1, "h1": h1, "p1": p1, "where": where, "z2": z2, "h2": h2}


# %% shares-for-scores | forward
# softmax is applied to the scores


def forward(params, x):
    z1 = conv_forward(x, params["w1"], params["b1"], 1, 1)
    h1 = relu(z1)
    p1, where = max_pool_forward(h1, 2, 2)
    z2 = conv_forward(p1, params["w2"], params["b2"], 1, 1)
    h2 = relu(z2)
    e = np.exp(linear(h2.reshape(len(x), -1), params["w3"], params["b3"]))
    shares = e / e.sum(axis=1, keepdims=True)
    return shares, {"z1": z1, "h1": h1, "p1": p1, "where": where, "z2": z2, "h2": h2}


# %% relu-forgotten-on-the-way-back | backward
# neither ReLU is gone back through


def backward(params, x, values, dscores):
    rows = values["h2"].reshape(len(x), -1)
    d, w3, b3 = linear_backward(dscores, rows, params["w3"])
    d, w2, b2 = conv_backward(d.reshape(values["h2"].shape), values["p1"], params["w2"], 1, 1)
    d = max_pool_backward(d, values["where"], values["h1"].shape)
    _, w1, b1 = conv_backward(d, x, params["w1"], 1, 1)
    return {"w1": w1, "b1": b1, "w2": w2, "b2": b2, "w3": w3, "b3": b3}


# %% pooling-repeated-on-the-way-back | backward
# the gradient goes to all four entries of a window


def backward(params, x, values, dscores):
    rows = values["h2"].reshape(len(x), -1)
    d, w3, b3 = linear_backward(dscores, rows, params["w3"])
    d = relu_backward(d.reshape(values["h2"].shape), values["z2"])
    d, w2, b2 = conv_backward(d, values["p1"], params["w2"], 1, 1)
    d = relu_backward(d.repeat(2, axis=2).repeat(2, axis=3), values["z1"])
    _, w1, b1 = conv_backward(d, x, params["w1"], 1, 1)
    return {"w1": w1, "b1": b1, "w2": w2, "b2": b2, "w3": w3, "b3": b3}


# %% slope-of-the-wrong-layer | backward
# the first ReLU is asked where dp1 came from, not what it was given


def backward(params, x, values, dscores):
    rows = values["h2"].reshape(len(x), -1)
    d, w3, b3 = linear_backward(dscores, rows, params["w3"])
    d = relu_backward(d.reshape(values["h2"].shape), values["z2"])
    d, w2, b2 = conv_backward(d, values["p1"], params["w2"], 1, 1)
    d = max_pool_backward(d, values["where"], values["h1"].shape)
    d = relu_backward(d, d)
    _, w1, b1 = conv_backward(d, x, params["w1"], 1, 1)
    return {"w1": w1, "b1": b1, "w2": w2, "b2": b2, "w3": w3, "b3": b3}


# %% divided-by-the-batch | backward
# all derivatives are divided by the number of pictures


def backward(params, x, values, dscores):
    rows = values["h2"].reshape(len(x), -1)
    d, w3, b3 = linear_backward(dscores / len(x), rows, params["w3"])
    d = relu_backward(d.reshape(values["h2"].shape), values["z2"])
    d, w2, b2 = conv_backward(d, values["p1"], params["w2"], 1, 1)
    d = max_pool_backward(d, values["where"], values["h1"].shape)
    d = relu_backward(d, values["z1"])
    _, w1, b1 = conv_backward(d, x, params["w1"], 1, 1)
    return {"w1": w1, "b1": b1, "w2": w2, "b2": b2, "w3": w3, "b3": b3}


# %% layer-by-layer-updated | train
# the linear layer is updated before the way back through it


def train(params, x, labels, lr, batch_size, epochs):
    losses = []
    for _ in range(epochs):
        for i in range(0, len(x), batch_size):
            a, c = x[i : i + batch_size], labels[i : i + batch_size]
            scores, values = forward(params, a)
            loss, d = cross_entropy(scores, c)
            losses.append(loss)
            first = backward(params, a, values, d)
            params = {**params, "w3": params["w3"] - lr * first["w3"]}
            g = {**backward(params, a, values, d), "w3": 0 * first["w3"]}
            params = {k: params[k] - lr * g[k] for k in params}
    return params, losses


# %% loss-of-each-epoch | train
# one loss for each epoch


def train(params, x, labels, lr, batch_size, epochs):
    losses = []
    for _ in range(epochs):
        total = 0.0
        for i in range(0, len(x), batch_size):
            a, c = x[i : i + batch_size], labels[i : i + batch_size]
            scores, values = forward(params, a)
            loss, d = cross_entropy(scores, c)
            total += loss * len(a)
            g = backward(params, a, values, d)
            params = {k: params[k] - lr * g[k] for k in params}
        losses.append(total / len(x))
    return params, losses


# %% given-parameters-changed | train
# the parameters are changed in place


def train(params, x, labels, lr, batch_size, epochs):
    losses = []
    for _ in range(epochs):
        for i in range(0, len(x), batch_size):
            a, c = x[i : i + batch_size], labels[i : i + batch_size]
            scores, values = forward(params, a)
            loss, d = cross_entropy(scores, c)
            losses.append(loss)
            g = backward(params, a, values, d)
            for k in params:
                params[k] -= lr * g[k]
    return params, losses


# %% rest-dropped | train
# rows that do not fill a mini-batch are left out


def train(params, x, labels, lr, batch_size, epochs):
    losses = []
    for _ in range(epochs):
        for i in range(len(x) // batch_size):
            a = x[i * batch_size : (i + 1) * batch_size]
            c = labels[i * batch_size : (i + 1) * batch_size]
            scores, values = forward(params, a)
            loss, d = cross_entropy(scores, c)
            losses.append(loss)
            g = backward(params, a, values, d)
            params = {k: params[k] - lr * g[k] for k in params}
    return params, losses


# %% convolution-turned-both-ways | conv_forward
# conv_forward turns the filters; conv_backward, as written here, is its derivative


def conv_forward(x, w, b, stride, pad):
    k = w.shape[2]
    p = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    rows, cols = (p.shape[2] - k) // stride + 1, (p.shape[3] - k) // stride + 1
    out = np.zeros((len(x), len(w), rows, cols))
    for i in range(rows):
        for j in range(cols):
            part = p[:, :, i * stride : i * stride + k, j * stride : j * stride + k]
            out[:, :, i, j] = np.einsum("ncuv,fcuv->nf", part, w[:, :, ::-1, ::-1]) + b
    return out


def conv_backward(dout, x, w, stride, pad):
    k, (h, wide) = w.shape[2], x.shape[2:]
    p = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    dp, dw = np.zeros_like(p), np.zeros_like(w)
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            at = np.s_[:, :, i * stride : i * stride + k, j * stride : j * stride + k]
            dw += np.einsum("nf,ncuv->fcuv", dout[:, :, i, j], p[at])[:, :, ::-1, ::-1]
            dp[at] += np.einsum("nf,fcuv->ncuv", dout[:, :, i, j], w[:, :, ::-1, ::-1])
    return dp[:, :, pad : pad + h, pad : pad + wide], dw, dout.sum(axis=(0, 2, 3))
