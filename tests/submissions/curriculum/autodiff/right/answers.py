# ruff: noqa: F811, F821
# Right answers to solutions/autodiff, one per cell: see benchmarks/answers.py.

# %% shares-brought-back-at-once
# each operation brings its shares back to the shapes of its terms itself


def add(a, b):
    def pull(grad):
        return tuple(unbroadcast(np.asarray(grad), each.data.shape) for each in (a, b))

    return Tensor(np.add(a.data, b.data), (a, b), pull)


def multiply(a, b):
    def pull(grad):
        by_a = unbroadcast(np.asarray(b.data * grad), a.data.shape)
        by_b = unbroadcast(np.asarray(a.data * grad), b.data.shape)
        return by_a, by_b

    return Tensor(b.data * a.data, (a, b), pull)


# %% pull-set-afterwards
# the tensor is made first, and a function that uses its data is hung on it


def tanh(a):
    out = Tensor(np.tanh(a.data), [a])

    def pull(grad):
        return ((1 - out.data) * (1 + out.data) * grad,)

    out.pull = pull
    return out


def exp(a):
    out = Tensor(np.exp(a.data), (a,))
    out.pull = lambda grad: (out.data * grad,)
    return out


def log(a):
    out = Tensor(np.log(a.data), (a,))
    out.pull = lambda grad: (grad * np.reciprocal(a.data),)
    return out


# %% parents-the-other-way-round
# the second factor is the first parent, and its share comes first


def matmul(a, b):
    def pull(grad):
        return (a.data.T.dot(grad), (b.data @ grad.T).T)

    return Tensor(a.data.dot(b.data), (b, a), pull)


def multiply(a, b):
    return Tensor(a.data * b.data, [b, a], lambda grad: (grad * a.data, grad * b.data))


# %% relu-by-a-mask
# what is off is set to 0 in copies


def relu(a):
    off = a.data <= 0
    value = np.array(a.data)
    value[off] = 0

    def pull(grad):
        back = np.array(grad) * np.ones(a.data.shape)
        back[off] = 0
        return [back][0:1][0],

    return Tensor(value, (a,), pull)


# %% log-and-exp-by-other-functions
# exponentials of base 2, and a logarithm as the inverse of one


def exp(a):
    return Tensor(2.0 ** (a.data / np.log(2)), (a,), lambda grad: (grad * np.exp(a.data),))


def log(a):
    return Tensor(np.log2(a.data) * np.log(2), (a,), lambda grad: (grad * a.data**-1,))


# %% total-by-reshape
# the shape with kept axes is computed, and the derivative is brought into it


def total(a, axis, keepdims):
    kept = a.data.sum(axis=axis, keepdims=True).shape

    def pull(grad):
        return (np.zeros(a.data.shape) + np.asarray(grad).reshape(kept),)

    return Tensor(np.sum(a.data, axis, keepdims=keepdims), (a,), pull)


# %% total-in-three-cases
# one formula for all entries and one for each axis of a matrix, and another for other arrays


def total(a, axis, keepdims):
    data = np.sum(a.data, axis=axis, keepdims=keepdims)

    def pull(grad):
        if axis is None or keepdims:
            return (np.ones_like(a.data) * grad,)
        shape = list(a.data.shape)
        shape[axis] = 1
        return (np.repeat(np.reshape(grad, shape), a.data.shape[axis], axis),)

    return Tensor(data, (a,), pull)


# %% entries-by-a-loop
# the numbers of the picked entries, and one share after the other


def entries(a, index):
    numbers = np.arange(a.data.size).reshape(a.data.shape)[index]

    def pull(grad):
        back = np.zeros(a.data.size)
        for at, share in zip(np.ravel(numbers), np.ravel(grad)):
            back[at] += share
        return (back.reshape(a.data.shape),)

    return Tensor(a.data[index], (a,), pull)


# %% unbroadcast-axis-by-axis
# one axis after the other, from the last one


def unbroadcast(grad, shape):
    grad = np.asarray(grad)
    for axis in range(1, grad.ndim + 1):
        if axis > len(shape):
            grad = grad.sum(axis=0)
        elif shape[-axis] != grad.shape[-axis]:
            grad = grad.sum(axis=-axis, keepdims=True)
    return grad * 1.0


# %% unbroadcast-in-one-sum
# all axes in one sum, and a reshape behind it


def unbroadcast(grad, shape):
    padded = (1,) * (grad.ndim - len(shape)) + tuple(shape)
    axes = tuple(np.flatnonzero(np.array(padded) != np.array(grad.shape)))
    return grad.sum(axis=axes).reshape(shape) if axes else np.array(grad)


# %% tape-by-counting-children
# a tensor is put on the list when all that use it are, and the list is reversed


def tape(last):
    uses, met, stack = {id(last): 0}, {id(last)}, [last]
    while stack:
        for parent in stack.pop().parents:
            uses[id(parent)] = uses.get(id(parent), 0) + 1
            if id(parent) not in met:
                met.add(id(parent))
                stack.append(parent)
    order, ready = [], [last]
    while ready:
        each = ready.pop(0)
        order.append(each)
        for parent in each.parents:
            uses[id(parent)] -= 1
            if uses[id(parent)] == 0:
                ready.append(parent)
    return list(reversed(order))


# %% tape-with-iterators
# the recursion by hand: a stack of tensors, each with the parents that are not visited yet


def tape(last):
    order, seen = [], {id(last)}
    path = [(last, iter(last.parents))]
    while path:
        each, parents = path[-1]
        new = next((parent for parent in parents if id(parent) not in seen), None)
        if new is None:
            order.append(path.pop()[0])
        else:
            seen.add(id(new))
            path.append((new, iter(new.parents)))
    return order


# %% tape-peeks-at-the-stack
# a tensor stays on the stack until all of its parents are on the tape


def tape(last):
    order, done, stack = [], set(), [last]
    while stack:
        each = stack[-1]
        waits = [parent for parent in each.parents if id(parent) not in done]
        if waits:
            stack.extend(waits)
        else:
            stack.pop()
            if id(each) not in done:
                done.add(id(each))
                order.append(each)
    return order


# %% grads-in-a-dict
# the shares are collected beside the tensors, and set when a tensor has all of them


def backpropagate(order):
    shares = {id(each): [] for each in order}
    shares[id(order[-1])].append(np.ones(order[-1].data.shape))
    for each in order[::-1]:
        each.grad = sum(shares[id(each)], np.zeros(each.data.shape))
        if each.pull is not None:
            for parent, share in zip(each.parents, each.pull(each.grad)):
                shares[id(parent)].append(unbroadcast(np.asarray(share), parent.data.shape))


# %% grads-in-place
# arrays of zeros to which the shares are added in place


def backpropagate(order):
    for each in order:
        each.grad = np.zeros_like(each.data)
    order[-1].grad += 1
    for at in range(len(order) - 1, -1, -1):
        each = order[at]
        if len(each.parents) > 0:
            found = each.pull(each.grad)
            for k in range(len(found)):
                parent = each.parents[k]
                parent.grad += unbroadcast(np.asarray(found[k]), parent.data.shape)


# %% network-with-functions
# functions in the place of operators, and the activation chosen from a dict


def network(params, x, activation):
    act = {"tanh": tanh, "relu": relu}[activation]
    h = tensor(x)
    for number, layer in enumerate(params, 1):
        h = add(matmul(h, layer["W"]), layer["b"])
        h = act(h) if number < len(params) else h
    return h


# %% network-from-an-array
# the array meets the first tensor as it is


def network(params, x, activation):
    *hidden, last = params
    for layer in hidden:
        x = x @ layer["W"] + layer["b"]
        x = x.relu() if activation != "tanh" else x.tanh()
    return last["b"] + x @ last["W"]


# %% squared-error-in-parts
# the sums of squares first, and the factors behind them


def squared_error(y, t, params, decay):
    rest = t - y
    data_term = total(multiply(rest, rest), None, False) / rest.data.size
    squares = Tensor(0.0)
    for layer in params:
        squares = squares + (layer["W"] * layer["W"]).sum(axis=0).sum()
    return data_term + squares * decay * 0.5


# %% gradients-with-a-list
# the tensors are kept in a list, in the order in which they were made


def gradients(loss, params):
    made = []

    def leaf(array):
        made.append(Tensor(array))
        return made[-1]

    out = loss(mapped(leaf, params))
    backpropagate(tape(out))
    grads = iter([each.grad for each in made])
    return out.data.item(), mapped(lambda _: next(grads), params)


# %% gradients-by-hand
# nested lists and dicts are gone through by a function of its own


def gradients(loss, params):
    def wrapped(part):
        if isinstance(part, dict):
            return {key: wrapped(value) for key, value in part.items()}
        if isinstance(part, list):
            return [wrapped(value) for value in part]
        return Tensor(part)

    def grads_of(part):
        if isinstance(part, dict):
            return {key: grads_of(value) for key, value in part.items()}
        if isinstance(part, list):
            return [grads_of(value) for value in part]
        return part.grad

    layers = wrapped(params)
    value = loss(layers)
    value.backward()
    return float(value.data), grads_of(layers)


# %% cross-entropy-with-one-hot
# the score of the label by a product with one-hot rows


def cross_entropy(logits, labels):
    n, k = logits.data.shape
    largest = logits.data.max(axis=1)[:, None]
    log_sums = (logits - largest).exp().sum(axis=1, keepdims=True).log() + largest
    return (log_sums.sum() - (logits * np.eye(k)[labels]).sum()) / n


# %% cross-entropy-of-picked-scores
# the scores of the labels are picked from shifted logits, and the sums are subtracted


def cross_entropy(logits, labels):
    rows = np.arange(len(labels))
    shifted = logits - np.max(logits.data, axis=-1, keepdims=True)
    wanted = shifted[rows, labels]
    return (shifted.exp().sum(axis=1).log() - wanted).mean()
