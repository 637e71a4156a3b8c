# ruff: noqa: F811, F821
# Right answers to solutions/cnn, one per cell: see benchmarks/answers.py.

# %% convolution-in-six-loops
# number by number, as the formula stands


def conv_forward(x, w, b, stride, pad):
    n, c, height, width = x.shape
    f, _, k, _ = w.shape
    big = np.zeros((n, c, height + 2 * pad, width + 2 * pad))
    for i in range(height):
        for j in range(width):
            big[:, :, i + pad, j + pad] = x[:, :, i, j]
    rows = (height + 2 * pad - k) // stride + 1
    cols = (width + 2 * pad - k) // stride + 1
    out = np.zeros((n, f, rows, cols))
    for a in range(n):
        for g in range(f):
            for i in range(rows):
                for j in range(cols):
                    total = b[g]
                    for u in range(k):
                        for v in range(k):
                            for d in range(c):
                                pixel = big[a, d, i * stride + u, j * stride + v]
                                total = total + pixel * w[g, d, u, v]
                    out[a, g, i, j] = total
    return out


# %% convolution-by-columns
# all windows as the columns of one matrix


def conv_forward(x, w, b, stride, pad):
    n = len(x)
    f, c, k, _ = w.shape
    big = np.pad(x, [(0, 0), (0, 0), (pad, pad), (pad, pad)], mode="constant")
    tops = range(0, big.shape[2] - k + 1, stride)
    lefts = range(0, big.shape[3] - k + 1, stride)
    windows = [big[:, :, t : t + k, s : s + k].reshape(n, c * k * k) for t in tops for s in lefts]
    columns = np.stack(windows, axis=1)
    out = columns @ w.reshape(f, c * k * k).T + b
    return out.transpose(0, 2, 1).reshape(n, f, len(tops), len(lefts))


# %% convolution-picture-by-picture
# tensordot over the three axes of a window


def conv_forward(x, w, b, stride, pad):
    results = []
    for picture in x:
        big = np.pad(picture, ((0, 0), (pad, pad), (pad, pad)))
        k = w.shape[-1]
        rows = 1 + (big.shape[1] - k) // stride
        cols = 1 + (big.shape[2] - k) // stride
        out = np.empty((w.shape[0], rows, cols))
        for i, j in np.ndindex(rows, cols):
            part = big[:, stride * i : stride * i + k, stride * j : stride * j + k]
            out[:, i, j] = np.tensordot(w, part, axes=3) + b
        results.append(out)
    return np.array(results)


# %% back-through-the-convolution-picture-by-picture
# loops over pictures, filters and places


def conv_backward(dout, x, w, stride, pad):
    n, c, height, width = x.shape
    k = w.shape[2]
    big = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    dbig, dw, db = big * 0, w * 0, np.zeros(len(w))
    for a in range(n):
        for g in range(len(w)):
            for i in range(dout.shape[2]):
                for j in range(dout.shape[3]):
                    d = dout[a, g, i, j]
                    rows = slice(i * stride, i * stride + k)
                    cols = slice(j * stride, j * stride + k)
                    db[g] += d
                    dw[g] += d * big[a, :, rows, cols]
                    dbig[a, :, rows, cols] += d * w[g]
    if pad == 0:
        return dbig, dw, db
    return dbig[:, :, pad:-pad, pad:-pad], dw, db


# %% back-as-a-convolution-with-turned-filters
# dout with zeros between its numbers, convolved with the filters upside down


def conv_backward(dout, x, w, stride, pad):
    n, c, height, width = x.shape
    f, _, k, _ = w.shape
    rows, cols = dout.shape[2:]
    spread = np.zeros((n, f, height + 2 * pad + k - 1, width + 2 * pad + k - 1))
    spread[:, :, k - 1 :, k - 1 :][:, :, : rows * stride : stride, : cols * stride : stride] = dout
    turned = w[:, :, ::-1, ::-1].transpose(1, 0, 2, 3)
    dbig = conv_forward(spread, turned, np.zeros(c), 1, 0)
    dx = dbig[:, :, pad : pad + height, pad : pad + width]
    big = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    dw = np.zeros(w.shape)
    for u in range(k):
        for v in range(k):
            seen = big[:, :, u : u + rows * stride : stride, v : v + cols * stride : stride]
            seen = seen[:, :, :rows, :cols]
            dw[:, :, u, v] = np.tensordot(dout, seen, axes=([0, 2, 3], [0, 2, 3]))
    return dx, dw, np.array([dout[:, g].sum() for g in range(f)])


# %% relu-by-a-mask
# x times whether it is positive


def relu(x):
    return x * (x > 0)


# %% relu-by-absolute-values
# half of x and its absolute value


def relu(x):
    return (x + abs(x)) / 2


# %% relu-back-by-where
# a choice entry by entry


def relu_backward(dout, x):
    return np.where(x > 0, dout, 0.0)


# %% relu-back-by-heaviside
# a function of numpy with 0 at 0


def relu_backward(dout, x):
    return np.heaviside(x, 0.0) * dout


# %% pooling-in-loops
# each window by itself, with the first largest number kept


def max_pool_forward(x, size, stride):
    n, c, height, width = x.shape
    rows, cols = 1 + (height - size) // stride, 1 + (width - size) // stride
    out = np.full((n, c, rows, cols), -np.inf)
    where = np.zeros((n, c, rows, cols), dtype=np.int32)
    for a, d, i, j in np.ndindex(n, c, rows, cols):
        for row in range(i * stride, i * stride + size):
            for col in range(j * stride, j * stride + size):
                if x[a, d, row, col] > out[a, d, i, j]:
                    out[a, d, i, j] = x[a, d, row, col]
                    where[a, d, i, j] = row * width + col
    return out, where


# %% pooling-by-numbered-pixels
# the places are cut out in the same way as the numbers


def max_pool_forward(x, size, stride):
    n, c, height, width = x.shape
    places = np.arange(height * width).reshape(height, width)
    tops = range(0, height - size + 1, stride)
    lefts = range(0, width - size + 1, stride)
    where = np.empty((n, c, len(tops), len(lefts)), dtype=np.int64)
    for i, top in enumerate(tops):
        for j, left in enumerate(lefts):
            window = x[..., top : top + size, left : left + size].reshape(n, c, size**2)
            here = places[top : top + size, left : left + size].ravel()
            where[:, :, i, j] = here[np.argmax(window, axis=-1)]
    flat = np.take_along_axis(x.reshape(n, c, -1), where.reshape(n, c, -1), axis=-1)
    return flat.reshape(where.shape), where


# %% pooling-back-number-by-number
# four loops, and the place split into row and column


def max_pool_backward(dout, where, shape):
    dx = np.zeros(shape)
    for a, d, i, j in np.ndindex(*dout.shape):
        row, col = divmod(int(where[a, d, i, j]), shape[3])
        dx[a, d, row, col] += dout[a, d, i, j]
    return dx


# %% pooling-back-by-counting
# bincount with weights, channel by channel


def max_pool_backward(dout, where, shape):
    n, c, height, width = shape
    channels = []
    for places, numbers in zip(where.reshape(n * c, -1), dout.reshape(n * c, -1)):
        channels.append(np.bincount(places, weights=numbers, minlength=height * width))
    return np.reshape(channels, shape)


# %% linear-by-dot
# with the biases repeated


def linear(x, w, b):
    return np.dot(x, w) + np.tile(b, (len(x), 1))


# %% linear-back-row-by-row
# a sum of outer products


def linear_backward(dout, x, w):
    dw = sum(np.outer(row, d) for row, d in zip(x, dout))
    return np.array([w @ d for d in dout]), dw, np.einsum("no->o", dout)


# %% network-forward-without-the-functions
# the linear layer is written out, and the values are collected step by step


def forward(params, x):
    values = {}
    values["z1"] = conv_forward(x, params["w1"], params["b1"], 1, 1)
    values["h1"] = np.maximum(0, values["z1"])
    values["p1"], values["where"] = max_pool_forward(values["h1"], 2, 2)
    values["z2"] = conv_forward(values["p1"], params["w2"], params["b2"], 1, 1)
    values["h2"] = np.maximum(0, values["z2"])
    rows = values["h2"].reshape(x.shape[0], -1)
    return np.dot(rows, params["w3"]) + params["b3"], values


# %% network-back-with-h-for-z
# what ReLU gave is positive where what it was given is


def backward(params, x, values, dscores):
    grads = {}
    rows = values["h2"].reshape(len(x), -1)
    d, grads["w3"], grads["b3"] = linear_backward(dscores, rows, params["w3"])
    d = relu_backward(d.reshape(values["h2"].shape), values["h2"])
    d, grads["w2"], grads["b2"] = conv_backward(d, values["p1"], params["w2"], 1, 1)
    d = max_pool_backward(d, values["where"], values["z1"].shape)
    d = relu_backward(d, values["h1"])
    grads["w1"], grads["b1"] = conv_backward(d, x, params["w1"], 1, 1)[1:]
    return grads


# %% trains-on-copies
# arrays of its own that are changed in place, and the loss kept in a list


def train(params, x, labels, lr, batch_size, epochs):
    mine = {name: array.copy() for name, array in params.items()}
    losses = []
    for epoch in range(epochs):
        at = 0
        while at < len(x):
            some, right = x[at : at + batch_size], labels[at : at + batch_size]
            scores, values = forward(mine, some)
            loss, dscores = cross_entropy(scores, right)
            losses.append(loss)
            for name, slope in backward(mine, some, values, dscores).items():
                mine[name] -= lr * slope
            at += batch_size
    return mine, losses
