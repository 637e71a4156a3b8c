# ruff: noqa: F821  (Tensor and mapped are given)
# Shares in loops, a recursion on a stack of iterators, and other formulas.

import numpy as np


# %%
def add(a, b):
    def back(grad):
        return unbroadcast(grad, a.data.shape), unbroadcast(grad, b.data.shape)

    return Tensor(np.add(a.data, b.data), (a, b), back)


# %%
def multiply(a, b):
    def back(grad):
        return (
            unbroadcast(b.data * grad, a.data.shape),
            unbroadcast(a.data * grad, b.data.shape),
        )

    return Tensor(np.multiply(b.data, a.data), [b, a], lambda grad: back(grad)[::-1])


# %%
def matmul(a, b):
    def back(grad):
        return np.einsum("nm,km->nk", grad, b.data), np.einsum("nk,nm->km", a.data, grad)

    return Tensor(np.dot(a.data, b.data), (a, b), back)


# %%
def tanh(a):
    out = Tensor(np.tanh(a.data), [a])
    out.pull = lambda grad: (grad / np.cosh(a.data) ** 2,)
    return out


# %%
def relu(a):
    is_on = a.data > 0
    return Tensor(np.where(is_on, a.data, 0.0), (a,), lambda grad: (np.where(is_on, grad, 0.0),))


# %%
def exp(a):
    return Tensor(np.exp(a.data), (a,), lambda grad: (np.exp(a.data) * grad,))


# %%
def log(a):
    return Tensor(np.log(a.data), (a,), lambda grad: (a.data**-1.0 * grad,))


# %%
def total(a, axis, keepdims):
    kept = np.sum(a.data, axis=axis, keepdims=True)

    def back(grad):
        return (np.ones(a.data.shape) * np.reshape(grad, kept.shape),)

    return Tensor(np.sum(a.data, axis=axis, keepdims=keepdims), (a,), back)


# %%
def entries(a, index):
    numbers = np.arange(a.data.size).reshape(a.data.shape)[index]

    def back(grad):
        shares = np.bincount(numbers.ravel(), np.ravel(grad), minlength=a.data.size)
        return (shares.reshape(a.data.shape),)

    return Tensor(a.data[index], (a,), back)


# %%
def unbroadcast(grad, shape):
    while grad.ndim > len(shape):
        grad = grad.sum(0)
    for axis in range(len(shape)):
        if shape[axis] == 1 and grad.shape[axis] > 1:
            grad = grad.sum(axis, keepdims=True)
    return grad + 0.0


# %%
def tape(last):
    order, seen = [], {id(last)}
    path = [(last, iter(last.parents))]
    while path:
        each, parents = path[-1]
        for parent in parents:
            if id(parent) not in seen:
                seen.add(id(parent))
                path.append((parent, iter(parent.parents)))
                break
        else:
            order.append(each)
            path.pop()
    return order


# %%
def backpropagate(order):
    grads = {id(order[-1]): np.ones(order[-1].data.shape)}
    for each in order[::-1]:
        each.grad = grads.get(id(each), np.zeros(each.data.shape))
        if each.pull is None:
            continue
        for parent, share in zip(each.parents, each.pull(each.grad)):
            share = unbroadcast(share, parent.data.shape)
            grads[id(parent)] = grads[id(parent)] + share if id(parent) in grads else share


# %%
def network(params, x, activation):
    h = x
    for number, layer in enumerate(params):
        h = layer["b"] + h @ layer["W"]
        if number < len(params) - 1:
            h = {"tanh": tanh, "relu": relu}[activation](h)
    return h


# %%
def squared_error(y, t, params, decay):
    weights = [layer["W"] for layer in params]
    squares = [(W * W).sum() for W in weights]
    difference = t - y
    return (difference * difference).sum() / t.size + sum(squares) * (decay * 0.5)


# %%
def gradients(loss, params):
    leaves = []

    def leaf(array):
        leaves.append(Tensor(np.array(array)))
        return leaves[-1]

    out = loss(mapped(leaf, params))
    backpropagate(tape(out))
    found = iter(leaves)
    return out.data.item(), mapped(lambda array: next(found).grad, params)


# %%
def cross_entropy(logits, labels):
    n, k = logits.data.shape
    wanted = np.eye(k)[labels]
    largest = logits.data.max(axis=1)[:, None]
    each = (logits - largest).exp().sum(1, True).log() + largest
    return (each * (1.0 / n)).sum() - (logits * (wanted / n)).sum()
