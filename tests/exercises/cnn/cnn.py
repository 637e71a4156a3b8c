# %% [markdown]
# # Convolution, layer by layer

# %%
import numpy as np

from autograder import check


# %%
def conv_forward(x, w, b, stride, pad):
    """Convolve every image with every filter.

    x       (N, C, H, W)
    w       (F, C, k, k)
    b       (F,)
    returns (N, F, H', W'), and whatever your conv_backward needs
    """
    ### BEGIN SOLUTION
    k = w.shape[2]
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    rows = (padded.shape[2] - k) // stride + 1
    columns = (padded.shape[3] - k) // stride + 1
    out = np.zeros((len(x), len(w), rows, columns))
    for i in range(rows):
        for j in range(columns):
            window = padded[:, :, i * stride : i * stride + k, j * stride : j * stride + k]
            out[:, :, i, j] = np.tensordot(window, w, axes=((1, 2, 3), (1, 2, 3))) + b
    return out, (padded, w, stride, pad)
    ### END SOLUTION


# %%
check(conv_forward)


# %%
def conv_backward(dout, cache):
    """The derivatives by x, w and b, from that by the result."""
    ### BEGIN SOLUTION
    padded, w, stride, pad = cache
    k = w.shape[2]
    dpadded, dw = np.zeros_like(padded), np.zeros_like(w)
    for i in range(dout.shape[2]):
        for j in range(dout.shape[3]):
            at = np.s_[:, :, i * stride : i * stride + k, j * stride : j * stride + k]
            dw += np.tensordot(dout[:, :, i, j], padded[at], axes=(0, 0))
            dpadded[at] += np.tensordot(dout[:, :, i, j], w, axes=(1, 0))
    dx = dpadded[:, :, pad : padded.shape[2] - pad, pad : padded.shape[3] - pad]
    return dx, dw, dout.sum(axis=(0, 2, 3))
    ### END SOLUTION


# %%
check(conv_backward)


# %%
def relu(x):
    """Positive numbers as they are, and 0 for all others."""
    ### BEGIN SOLUTION
    return np.maximum(x, 0.0)
    ### END SOLUTION


# %%
check(relu)


# %%
def relu_backward(dout, x):
    """The derivative by x."""
    ### BEGIN SOLUTION
    return dout * (x > 0)
    ### END SOLUTION


# %%
check(relu_backward)


# %%
def max_pool_forward(x, size):
    """The largest number of each window of size by size, and what the backward needs."""
    ### BEGIN SOLUTION
    n, c, h, w = x.shape
    windows = x.reshape(n, c, h // size, size, w // size, size)
    out = windows.max(axis=(3, 5))
    return out, (windows == out[:, :, :, None, :, None], x.shape)
    ### END SOLUTION


# %%
check(max_pool_forward)


# %%
def max_pool_backward(dout, cache):
    """The derivative by x."""
    ### BEGIN SOLUTION
    mask, shape = cache
    return (mask * dout[:, :, :, None, :, None]).reshape(shape)
    ### END SOLUTION


# %%
check(max_pool_backward)


# %%
def cross_entropy(scores, labels):
    """The mean cross-entropy of class scores (N, K) for labels (N,) of whole numbers."""
    ### BEGIN SOLUTION
    shifted = scores - scores.max(axis=1, keepdims=True)
    logs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return float(-logs[np.arange(len(labels)), labels].mean())
    ### END SOLUTION


# %%
check(cross_entropy)


# %%
def cross_entropy_backward(scores, labels):
    """The derivative by the scores."""
    ### BEGIN SOLUTION
    shares = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares = shares / shares.sum(axis=1, keepdims=True)
    shares[np.arange(len(labels)), labels] -= 1
    return shares / len(labels)
    ### END SOLUTION


# %%
check(cross_entropy_backward)


# %%
def predict(images, filters, biases, weights):
    """The class of each image: convolution, ReLU, pooling, a linear layer, the largest score."""
    ### BEGIN SOLUTION
    h, _ = conv_forward(images, filters, biases, 1, 1)
    h, _ = max_pool_forward(relu(h), 2)
    return np.argmax(h.reshape(len(images), -1) @ weights, axis=1)
    ### END SOLUTION


# %%
check(predict)
