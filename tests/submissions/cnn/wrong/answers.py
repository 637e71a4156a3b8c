# ruff: noqa: F811, F821
# Wrong answers to the convolution, one per cell: see benchmarks/answers.py.

import numpy as np

# %% bias-forgotten | conv_forward
# the bias of each filter is not added
# named conv_forward: In `out`: the term `b` is missing.


def conv_forward(x, w, b, stride, pad):
    N, C, H, W = x.shape
    F, _, k, _ = w.shape
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), mode="constant")
    Ho = 1 + (H + 2 * pad - k) // stride
    Wo = 1 + (W + 2 * pad - k) // stride
    out = np.zeros((N, F, Ho, Wo))
    for n in range(N):
        for f in range(F):
            for i in range(Ho):
                for j in range(Wo):
                    part = xp[n, :, i * stride : i * stride + k, j * stride : j * stride + k]
                    out[n, f, i, j] = np.sum(part * w[f])
    return out, (xp, w, stride, pad)


# %% filters-flipped | conv_forward
# the filters are turned by half a turn, as in a convolution of signal processing


def conv_forward(x, w, b, stride, pad):
    N, C, H, W = x.shape
    F, _, k, _ = w.shape
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), mode="constant")
    Ho = 1 + (H + 2 * pad - k) // stride
    Wo = 1 + (W + 2 * pad - k) // stride
    out = np.zeros((N, F, Ho, Wo))
    turned = w[:, :, ::-1, ::-1]
    for i in range(Ho):
        for j in range(Wo):
            part = xp[:, :, i * stride : i * stride + k, j * stride : j * stride + k]
            out[:, :, i, j] = np.einsum("ncij,fcij->nf", part, turned) + b
    return out, (xp, w, stride, pad)


# %% padded-with-edges | conv_forward
# the edges are repeated outwards, where zeros are meant
# untrue conv_forward: cnn.py, line 146, `out[:, :, i, j] = part.reshape(N, -1) @ w.reshape(F, -1).T + b`: entries or sizes are named by number here. conv_forward is right for N=2, C=2, H=4, F=3, k=2, and not for N=2, C=2, H=5, F=3, k=3. Write it for any number of them.


def conv_forward(x, w, b, stride, pad):
    N, C, H, W = x.shape
    F, _, k, _ = w.shape
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), mode="edge")
    Ho = 1 + (H + 2 * pad - k) // stride
    Wo = 1 + (W + 2 * pad - k) // stride
    out = np.zeros((N, F, Ho, Wo))
    for i in range(Ho):
        for j in range(Wo):
            part = xp[:, :, i * stride : i * stride + k, j * stride : j * stride + k]
            out[:, :, i, j] = part.reshape(N, -1) @ w.reshape(F, -1).T + b
    return out, (xp, w, stride, pad)


# %% windows-not-moved-by-the-stride | conv_forward
# the windows move by one, whatever the stride
# untrue conv_forward: cnn.py, line 146, `out[:, :, i, j] = part.reshape(N, -1) @ w.reshape(F, -1).T + b`: entries or sizes are named by number here. conv_forward is right for N=2, C=2, H=4, F=3, k=2, and not for N=2, C=2, H=5, F=3, k=3. Write it for any number of them.


def conv_forward(x, w, b, stride, pad):
    N, C, H, W = x.shape
    F, _, k, _ = w.shape
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    Ho = 1 + (H + 2 * pad - k) // stride
    Wo = 1 + (W + 2 * pad - k) // stride
    out = np.zeros((N, F, Ho, Wo))
    for i in range(Ho):
        for j in range(Wo):
            part = xp[:, :, i : i + k, j : j + k]
            out[:, :, i, j] = part.reshape(N, -1) @ w.reshape(F, -1).T + b
    return out, (xp, w, stride, pad)


# %% channels-averaged | conv_forward
# the channels are averaged, not summed
# named conv_forward: cnn.py, line 147, `out[:, f, i, j] = (part * w[f]).sum(axis=(2, 3)).mean(axis=1) + b[f]`: this is the mean; the sum is meant. Write `(part * w[f]).sum(axis=(2, 3)).sum(axis=1)`. With this change alone everything on the visible instances is right.


def conv_forward(x, w, b, stride, pad):
    N, C, H, W = x.shape
    F, _, k, _ = w.shape
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    Ho = 1 + (H + 2 * pad - k) // stride
    Wo = 1 + (W + 2 * pad - k) // stride
    out = np.zeros((N, F, Ho, Wo))
    for f in range(F):
        for i in range(Ho):
            for j in range(Wo):
                part = xp[:, :, i * stride : i * stride + k, j * stride : j * stride + k]
                out[:, f, i, j] = (part * w[f]).sum(axis=(2, 3)).mean(axis=1) + b[f]
    return out, (xp, w, stride, pad)


# %% windows-overwrite | conv_backward
# where windows overlap the last one is left: their derivatives are not added up
# named conv_backward: In a step before `dx`: the earlier value is overwritten, and should be added to.


def conv_backward(dout, cache):
    xp, w, s, p = cache
    F, C, k, _ = w.shape
    N, _, Ho, Wo = dout.shape
    dxp = np.zeros(xp.shape)
    dw = np.zeros(w.shape)
    for i in range(Ho):
        for j in range(Wo):
            part = xp[:, :, i * s : i * s + k, j * s : j * s + k]
            dw += np.einsum("nf,ncij->fcij", dout[:, :, i, j], part)
            dxp[:, :, i * s : i * s + k, j * s : j * s + k] = np.einsum(
                "nf,fcij->ncij", dout[:, :, i, j], w
            )
    H = xp.shape[2] - 2 * p
    return dxp[:, :, p : p + H, p : p + H], dw, dout.sum(axis=(0, 2, 3))


# %% bias-averaged-over-images | conv_backward
# the derivative by the bias is averaged over the images
# named conv_backward: cnn.py, line 148, `return dxp[:, :, p : p + H, p : p + H], dw, dout.sum(axis=(2, 3)).mean(axis=0)`: this is the mean; the sum is meant. Write `dout.sum(axis=(2, 3)).sum(axis=0)`. With this change alone everything on the visible instances is right. It is 0.5 times the expected value everywhere.


def conv_backward(dout, cache):
    xp, w, s, p = cache
    F, C, k, _ = w.shape
    N, _, Ho, Wo = dout.shape
    dxp = np.zeros(xp.shape)
    dw = np.zeros(w.shape)
    for i in range(Ho):
        for j in range(Wo):
            at = (slice(None), slice(None), slice(i * s, i * s + k), slice(j * s, j * s + k))
            dw += np.einsum("nf,ncij->fcij", dout[:, :, i, j], xp[at])
            dxp[at] += np.einsum("nf,fcij->ncij", dout[:, :, i, j], w)
    H = xp.shape[2] - 2 * p
    return dxp[:, :, p : p + H, p : p + H], dw, dout.sum(axis=(2, 3)).mean(axis=0)


# %% bias-averaged-over-positions | conv_backward
# the derivative by the bias is averaged over the positions
# named conv_backward: cnn.py, line 148, `db = np.array([dout[:, f].mean(axis=(1, 2)).sum() for f in range(F)])`: this is the mean; the sum is meant. Write `dout[:, f].sum(axis=(1, 2))`. With this change alone everything on the visible instances is right. It is about 0.11111 times the expected value everywhere.
# untrue conv_backward: cnn.py, line 148, `db = np.array([dout[:, f].mean(axis=(1, 2)).sum() for f in range(F)])`: `mean` makes one number of several that have to stay apart: leave it out, and write `dout[:, f]`. With this change alone everything on the visible instances is right. It is about 0.11111 times the expected value everywhere.


def conv_backward(dout, cache):
    xp, w, s, p = cache
    F, C, k, _ = w.shape
    N, _, Ho, Wo = dout.shape
    dxp = np.zeros(xp.shape)
    dw = np.zeros(w.shape)
    for i in range(Ho):
        for j in range(Wo):
            at = (slice(None), slice(None), slice(i * s, i * s + k), slice(j * s, j * s + k))
            dw += np.einsum("nf,ncij->fcij", dout[:, :, i, j], xp[at])
            dxp[at] += np.einsum("nf,fcij->ncij", dout[:, :, i, j], w)
    H = xp.shape[2] - 2 * p
    db = np.array([dout[:, f].mean(axis=(1, 2)).sum() for f in range(F)])
    return dxp[:, :, p : p + H, p : p + H], dw, db


# %% one-image-only | conv_backward
# the derivative by the filters is that of the last image: it is assigned in the loop over images


def conv_backward(dout, cache):
    xp, w, s, p = cache
    F, C, k, _ = w.shape
    N, _, Ho, Wo = dout.shape
    dxp = np.zeros_like(xp)
    for n in range(N):
        dw = np.zeros_like(w)
        for f in range(F):
            for i in range(Ho):
                for j in range(Wo):
                    part = xp[n, :, i * s : i * s + k, j * s : j * s + k]
                    dw[f] += part * dout[n, f, i, j]
                    dxp[n, :, i * s : i * s + k, j * s : j * s + k] += w[f] * dout[n, f, i, j]
    H = xp.shape[2] - 2 * p
    return dxp[:, :, p : p + H, p : p + H], dw, np.einsum("nfij->f", dout)


# %% filters-averaged-over-the-batch | conv_backward
# the derivative by the filters is divided by the number of images
# named conv_backward: Your dw is the right value, divided by N. It is 0.5 times the expected value everywhere.


def conv_backward(dout, cache):
    xp, w, s, p = cache
    F, C, k, _ = w.shape
    N, _, Ho, Wo = dout.shape
    dxp, dw = np.zeros_like(xp), np.zeros_like(w)
    for i in range(Ho):
        for j in range(Wo):
            a, b = slice(i * s, i * s + k), slice(j * s, j * s + k)
            for f in range(F):
                d = dout[:, f, i, j][:, None, None, None]
                dw[f] += np.sum(xp[:, :, a, b] * d, axis=0)
                dxp[:, :, a, b] += w[f] * d
    H = xp.shape[2] - 2 * p
    return dxp[:, :, p : p + H, p : p + H], dw / N, np.einsum("nfij->f", dout)


# %% filters-turned-in-backward | conv_backward
# the filters are turned by half a turn on the way back


def conv_backward(dout, cache):
    xp, w, s, p = cache
    F, C, k, _ = w.shape
    N, _, Ho, Wo = dout.shape
    dxp, dw = np.zeros_like(xp), np.zeros_like(w)
    flipped = np.flip(w, axis=(2, 3))
    for i in range(Ho):
        for j in range(Wo):
            a, b = slice(i * s, i * s + k), slice(j * s, j * s + k)
            for f in range(F):
                d = dout[:, f, i, j][:, None, None, None]
                dw[f] += np.sum(xp[:, :, a, b] * d, axis=0)
                dxp[:, :, a, b] += flipped[f] * d
    H = xp.shape[2] - 2 * p
    return dxp[:, :, p : p + H, p : p + H], dw, np.einsum("nfij->f", dout)


# %% padding-cut-at-one-end | conv_backward
# the padding is cut off twice at the end of each axis, not once at both ends
# untrue conv_backward: cnn.py, line 140, `for i in range(dout.shape[2]):`: entries or sizes are named by number here. conv_backward is right for N=2, C=2, H=4, F=3, k=2, and not for N=2, C=2, H=5, F=3, k=3. Write it for any number of them.


def conv_backward(dout, cache):
    xp, w, s, p = cache
    F, C, k, _ = w.shape
    dxp, dw = np.zeros_like(xp), np.zeros_like(w)
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            a, b = slice(i * s, i * s + k), slice(j * s, j * s + k)
            dw += np.einsum("nf,ncij->fcij", dout[:, :, i, j], xp[:, :, a, b])
            dxp[:, :, a, b] += np.einsum("nf,fcij->ncij", dout[:, :, i, j], w)
    H = xp.shape[2] - 2 * p
    return dxp[:, :, :H, :H], dw, np.einsum("nfij->f", dout)


# %% cut-off-above | relu
# numbers above 0.5 are cut off
# named relu: Your relu is the right value where that is not above 0.5, and 0.5 elsewhere: something is clipped.


def relu(x):
    return np.clip(x, 0, 0.5)


# %% leaky | relu
# a hundredth of negative numbers is left
# named relu: In `relu`: a leaky ReLU is used instead of ReLU, max(z, 0).


def relu(x):
    return np.where(x > 0, x, 0.01 * x)


# %% absolute | relu
# negative numbers change their sign
# named relu: In `relu`: the absolute value is used instead of ReLU, max(z, 0).


def relu(x):
    return np.abs(x)


# %% slope-without-dout | relu_backward
# the slope alone: the derivative of the result is not multiplied
# named relu_backward: In `relu_backward`: the factor `dout` is missing.


def relu_backward(dout, x):
    dx = np.zeros_like(x)
    dx[x > 0] = 1
    return dx


# %% mask-of-dout | relu_backward
# the mask is where the derivative of the result is positive, not where x is
# named relu_backward: In `relu_backward`: `dout` is used instead of `x`.


def relu_backward(dout, x):
    dx = dout.copy()
    dx[dout < 0] = 0
    return dx


# %% times-the-value | relu_backward
# the derivative is multiplied by the value of the ReLU, not by its slope
# named relu_backward: Your relu_backward is exactly `dout * relu(x)`.


def relu_backward(dout, x):
    return dout * np.maximum(x, 0)


# %% mean-of-each-window | max_pool_forward
# the mean of each window, not the largest number
# named max_pool_forward: In `out`: the mean is used instead of the maximum.


def max_pool_forward(x, size):
    N, C, H, W = x.shape
    h, w = H // size, W // size
    out = np.zeros((N, C, h, w))
    mask = np.zeros((N, C, h, size, w, size), dtype=bool)
    for i in range(h):
        for j in range(w):
            part = x[:, :, i * size : (i + 1) * size, j * size : (j + 1) * size]
            out[:, :, i, j] = part.mean(axis=(2, 3))
            mask[:, :, i, :, j, :] = part == part.max(axis=(2, 3), keepdims=True)
    return out, (mask, x.shape)


# %% windows-that-overlap | max_pool_forward
# the windows move by one, not by their size


def max_pool_forward(x, size):
    N, C, H, W = x.shape
    h, w = H // size, W // size
    out = np.zeros((N, C, h, w))
    for i in range(h):
        for j in range(w):
            out[:, :, i, j] = x[:, :, i : i + size, j : j + size].max(axis=(2, 3))
    blocks = x.reshape(N, C, h, size, w, size)
    best = blocks.max(axis=(3, 5), keepdims=True)
    return out, (blocks == best, x.shape)


# %% spread-evenly | max_pool_backward
# every number of a window gets the derivative's share, as in mean pooling


def max_pool_backward(dout, cache):
    mask, shape = cache
    size = shape[2] // dout.shape[2]
    return np.kron(dout, np.ones((size, size))) / size**2


# %% to-the-whole-window | max_pool_backward
# every number of a window gets the whole derivative


def max_pool_backward(dout, cache):
    mask, shape = cache
    size = shape[2] // dout.shape[2]
    return dout.repeat(size, axis=2).repeat(size, axis=3)


# %% mask-without-derivative | max_pool_backward
# the mask alone: the derivative of the result is not multiplied
# named max_pool_backward: In `max_pool_backward`: the factor `dout` is missing.


def max_pool_backward(dout, cache):
    mask, shape = cache
    return mask.astype(float).reshape(shape)


# %% summed-over-the-batch | cross_entropy
# the sum over the images, not the mean
# named cross_entropy: In `cross_entropy`: the sum is used instead of the mean.


def cross_entropy(scores, labels):
    e = np.exp(scores - np.max(scores, axis=1, keepdims=True))
    p = e / np.sum(e, axis=1, keepdims=True)
    return float(-np.sum(np.log(p[range(len(labels)), labels])))


# %% log-without-minus | cross_entropy
# the minus sign is missing
# named cross_entropy: In `cross_entropy`: the final value has the wrong sign.
# untrue cross_entropy: On the way to `cross_entropy`: the difference is the wrong way round: the logarithm comes first.


def cross_entropy(scores, labels):
    e = np.exp(scores - np.max(scores, axis=1, keepdims=True))
    p = e / np.sum(e, axis=1, keepdims=True)
    picked = [p[i, labels[i]] for i in range(len(labels))]
    return float(np.mean(np.log(picked)))


# %% probability-in-place-of-its-log | cross_entropy
# the mean of the probabilities' complement: no logarithm


def cross_entropy(scores, labels):
    e = np.exp(scores - np.max(scores, axis=1, keepdims=True))
    p = e / np.sum(e, axis=1, keepdims=True)
    return float(np.mean(1 - p[np.arange(len(labels)), labels]))


# %% softmax-over-the-batch | cross_entropy
# the shares are taken over the images, not over the classes
# named cross_entropy: In `cross_entropy`: the maximum is not taken over axis 1. In `cross_entropy`: the sum is taken over axis 0 instead of axis 1.


def cross_entropy(scores, labels):
    e = np.exp(scores - scores.max())
    p = e / e.sum(axis=0, keepdims=True)
    return float(-np.log(p[np.arange(len(labels)), labels]).mean())


# %% batch-not-averaged | cross_entropy_backward
# the shares are not divided by the number of images
# named cross_entropy_backward: In `cross_entropy_backward`: the division by the length of `labels` is missing.


def cross_entropy_backward(scores, labels):
    e = np.exp(scores - np.max(scores, axis=1, keepdims=True))
    d = e / np.sum(e, axis=1, keepdims=True)
    for i, label in enumerate(labels):
        d[i, label] -= 1.0
    return d


# %% one-not-subtracted | cross_entropy_backward
# the shares alone: the one of the right class is not subtracted
# named cross_entropy_backward: In `cross_entropy_backward`: a subtraction is missing.


def cross_entropy_backward(scores, labels):
    e = np.exp(scores - np.max(scores, axis=1, keepdims=True))
    return e / np.sum(e, axis=1, keepdims=True) / scores.shape[0]


# %% smallest-score | predict
# the class with the smallest score, not with the largest


def predict(images, filters, biases, weights):
    h, _ = conv_forward(images, filters, biases, 1, 1)
    h, _ = max_pool_forward(relu(h), 2)
    scores = np.dot(h.reshape(h.shape[0], -1), weights)
    return np.argsort(scores, axis=1)[:, 0]


# %% overwritten-and-averaged | conv_backward
# windows overwrite each other in the derivative by x, and that by the bias is a mean over images
# named conv_backward: In dx, this mistake gives exactly your numbers: In a step before `dx`: the earlier value is overwritten, and should be added to. db is also wrong for another reason, which is not a known mistake.


def conv_backward(dout, cache):
    xp, w, s, p = cache
    k = w.shape[2]
    dxp, dw = np.zeros_like(xp), np.zeros_like(w)
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            a, b = slice(i * s, i * s + k), slice(j * s, j * s + k)
            d = dout[:, :, i, j]
            dw += np.einsum("nf,ncij->fcij", d, xp[:, :, a, b])
            dxp[:, :, a, b] = np.einsum("nf,fcij->ncij", d, w)
    H = xp.shape[2] - 2 * p
    return dxp[:, :, p : p + H, p : p + H], dw, dout.mean(axis=0).sum(axis=(1, 2))


# %% no-bias-and-flipped | conv_forward
# no bias, and filters that are turned


def conv_forward(x, w, b, stride, pad):
    k = w.shape[-1]
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    win = np.lib.stride_tricks.sliding_window_view(xp, (k, k), axis=(2, 3))
    win = win[:, :, ::stride, ::stride]
    out = np.einsum("nchwij,fcij->nfhw", win, w[:, :, ::-1, ::-1])
    return out, (xp, w, stride, pad)


# %% no-mean-and-no-one | cross_entropy_backward
# the shares alone, and not divided by the number of images
# named cross_entropy_backward: In `cross_entropy_backward`: the division by the length of `labels` is missing. In `cross_entropy_backward`: a subtraction is missing.


def cross_entropy_backward(scores, labels):
    p = np.exp(scores - scores.max(axis=1)[:, None])
    return p / p.sum(axis=1)[:, None]


# %% summed-and-without-minus | cross_entropy
# the sum of the logarithms, without a minus sign
# named cross_entropy: In `cross_entropy`: the sum is used instead of the mean. In `cross_entropy`: the final value has the wrong sign.
# untrue cross_entropy: On the way to `cross_entropy`: the difference is the wrong way round: the logarithm comes first. In `cross_entropy`: the sum stands in the place of the mean.


def cross_entropy(scores, labels):
    total = 0.0
    for row, label in zip(scores, labels):
        total += row[label] - np.log(np.sum(np.exp(row)))
    return float(total)


# %% mask-of-dout-and-no-derivative | relu_backward
# ones where the derivative of the result is positive
# named relu_backward: In `relu_backward`: `dout` is used instead of `x`. In `relu_backward`: only the sign of `dout` counts, and not how large it is.


def relu_backward(dout, x):
    return (dout > 0).astype(float)


# %% no-mean-nowhere | cross_entropy, cross_entropy_backward
# the loss is a sum, and its derivative is that of a sum
# named cross_entropy: In `cross_entropy`: the sum is used instead of the mean.


def cross_entropy(scores, labels):
    z = scores - scores.max(axis=1, keepdims=True)
    logp = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    return float(-sum(logp[i, y] for i, y in enumerate(labels)))


def cross_entropy_backward(scores, labels):
    z = scores - scores.max(axis=1, keepdims=True)
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    return p - np.eye(scores.shape[1])[labels]


# %% leaky-forth-and-back | relu, relu_backward
# a leaky ReLU, and its slope


def relu(x):
    return np.maximum(x, 0.1 * x)


def relu_backward(dout, x):
    return np.where(x > 0, dout, 0.1 * dout)


# %% mean-pooling | max_pool_forward, max_pool_backward
# mean pooling in both directions
# named max_pool_forward: In `out`: the mean is used instead of the maximum.


def max_pool_forward(x, size):
    N, C, H, W = x.shape
    out = x.reshape(N, C, H // size, size, W // size, size).mean(axis=(3, 5))
    return out, (size, x.shape)


def max_pool_backward(dout, cache):
    size, shape = cache
    each = dout[:, :, :, None, :, None] / (size * size)
    return np.broadcast_to(each, dout.shape[:3] + (size, dout.shape[3], size)).reshape(shape)


# %% turned-forth-and-one-image-back | conv_forward, conv_backward
# the filters are turned in forward; in backward the derivative by the bias is a mean over images


def conv_forward(x, w, b, stride, pad):
    k = w.shape[-1]
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    win = np.lib.stride_tricks.sliding_window_view(xp, (k, k), axis=(2, 3))
    win = win[:, :, ::stride, ::stride]
    out = np.einsum("nchwij,fcij->nfhw", win, np.flip(w, (2, 3))) + b[:, None, None]
    return out, (xp, w, stride, pad)


def conv_backward(dout, cache):
    xp, w, s, p = cache
    k = w.shape[2]
    dxp, dw = np.zeros_like(xp), np.zeros_like(w)
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            a, b = slice(i * s, i * s + k), slice(j * s, j * s + k)
            d = dout[:, :, i, j]
            dw += np.einsum("nf,ncij->fcij", d, xp[:, :, a, b])
            dxp[:, :, a, b] += np.einsum("nf,fcij->ncij", d, w)
    H = xp.shape[2] - 2 * p
    return dxp[:, :, p : p + H, p : p + H], dw, dout.sum(axis=(2, 3)).mean(axis=0)


# %% no-minus-and-counted-from-one | cross_entropy, predict
# the minus sign is missing from the loss; predict counts classes from one
# named cross_entropy: In `cross_entropy`: the final value has the wrong sign.
# named predict: Your predict is the right value plus 1, in every entry.
# untrue cross_entropy: On the way to `cross_entropy`: the difference is the wrong way round: the logarithm comes first.


def cross_entropy(scores, labels):
    z = scores - scores.max(axis=1, keepdims=True)
    logp = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    return float(np.mean([logp[i, y] for i, y in enumerate(labels)]))


def predict(images, filters, biases, weights):
    h = conv_forward(images, filters, biases, 1, 1)[0]
    h = max_pool_forward(relu(h), 2)[0]
    return (h.reshape(len(h), -1) @ weights).argmax(axis=1) + 1
