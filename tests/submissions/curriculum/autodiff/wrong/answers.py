# ruff: noqa: F811, F821
# Wrong answers to solutions/autodiff, one per cell: see benchmarks/answers.py. The table of
# tests/exercises/autodiff, which has a class of numbers, is in tests/submissions/autodiff.

# %% share-of-one-term | add
# only the first term gets what arrives


def add(a, b):
    return Tensor(a.data + b.data, (a, b), lambda grad: (grad, np.zeros_like(grad)))


# %% mean-of-two | add
# what arrives is shared between the terms, half to each


def add(a, b):
    return Tensor(a.data + b.data, (a, b), lambda grad: (grad / 2, grad / 2))


# %% ones-from-a-sum | add
# the slope is handed back without what arrives


def add(a, b):
    def pull(grad):
        return np.ones(grad.shape), np.ones(grad.shape)

    return Tensor(a.data + b.data, (a, b), pull)


# %% grads-written-by-pull | add
# pull adds to grad itself and returns nothing


def add(a, b):
    def pull(grad):
        a.grad += grad
        b.grad += grad

    return Tensor(a.data + b.data, (a, b), pull)


# %% own-factor-in-a-product | multiply
# each factor gets itself times what arrives


def multiply(a, b):
    def pull(grad):
        return a.data * grad, b.data * grad

    return Tensor(a.data * b.data, (a, b), pull)


# %% slopes-without-grad | multiply
# the slopes alone are handed back


def multiply(a, b):
    return Tensor(a.data * b.data, (a, b), lambda grad: (b.data, a.data))


# %% grad-for-result | multiply
# the derivative by the product is multiplied by the product


def multiply(a, b):
    value = a.data * b.data
    return Tensor(value, (a, b), lambda grad: (grad * value, grad * value))


# %% sides-exchanged | matmul
# the transposes are there, on the wrong sides


def matmul(a, b):
    def pull(grad):
        return b.data.T @ grad, grad @ a.data.T

    return Tensor(a.data @ b.data, (a, b), pull)


# %% grad-transposed-too | matmul
# both factors are transposed for a


def matmul(a, b):
    def pull(grad):
        return grad.T @ b.data.T, a.data.T @ grad

    return Tensor(a.data @ b.data, (a, b), pull)


# %% second-share-transposed | matmul
# the derivative by b comes out as its transpose


def matmul(a, b):
    def pull(grad):
        return grad @ b.data.T, grad.T @ a.data

    return Tensor(a.data @ b.data, (a, b), pull)


# %% slope-of-the-sum | tanh
# 1 - a^2 with the argument for a


def tanh(a):
    return Tensor(np.tanh(a.data), (a,), lambda grad: (grad * (1 - np.square(a.data)),))


# %% slope-of-the-logistic-function | tanh
# t (1 - t), which is another function's slope


def tanh(a):
    t = np.tanh(a.data)

    def pull(grad):
        return (t * (1 - t) * grad,)

    return Tensor(t, (a,), pull)


# %% forgotten-comma | tanh
# pull returns an array in brackets, and no tuple


def tanh(a):
    t = np.tanh(a.data)
    return Tensor(t, (a,), lambda grad: (grad * (1 - t**2)))


# %% relu-hands-all-on | relu
# everything is handed back


def relu(a):
    return Tensor(np.maximum(0, a.data), (a,), lambda grad: (1.0 * grad,))


# %% relu-of-grad | relu
# ReLU is applied to what arrives


def relu(a):
    return Tensor(np.maximum(0, a.data), (a,), lambda grad: (np.maximum(0, grad),))


# %% leaky | relu
# a tenth of what is below 0 is let through


def relu(a):
    on = np.where(a.data > 0, 1.0, 0.1)
    return Tensor(a.data * on, (a,), lambda grad: (grad * on,))


# %% power-rule | exp
# the exponential is differentiated like a power


def exp(a):
    value = np.exp(a.data)
    return Tensor(value, (a,), lambda grad: (grad * a.data * np.exp(a.data - 1),))


# %% logarithm-of-base-ten | log
# log10 in the place of the natural logarithm


def log(a):
    return Tensor(np.log10(a.data), (a,), lambda grad: (grad / a.data,))


# %% divided-by-the-value | log
# the slope is one over the logarithm


def log(a):
    value = np.log(a.data)
    return Tensor(value, (a,), lambda grad: (grad / value,))


# %% axis-not-put-back | total
# numpy repeats over the wrong axis, or cannot


def total(a, axis, keepdims):
    def pull(grad):
        return (grad * np.ones(a.data.shape),)

    return Tensor(a.data.sum(axis=axis, keepdims=keepdims), (a,), pull)


# %% always-kept | total
# keepdims is not looked at


def total(a, axis, keepdims):
    def pull(grad):
        return (np.broadcast_to(grad, a.data.shape),)

    return Tensor(a.data.sum(axis=axis, keepdims=axis is not None), (a,), pull)


# %% divided-by-the-number | total
# each entry gets its share of what arrives, as for a mean


def total(a, axis, keepdims):
    value = a.data.sum(axis=axis, keepdims=True)

    def pull(grad):
        whole = np.reshape(grad, value.shape) * np.ones(a.data.shape)
        return (whole * value.size / a.data.size,)

    return Tensor(a.data.sum(axis=axis, keepdims=keepdims), (a,), pull)


# %% last-share-wins | entries
# an entry that is picked twice keeps one share


def entries(a, index):
    def pull(grad):
        back = np.zeros_like(a.data)
        back[index] = grad
        return (back,)

    return Tensor(a.data[index], (a,), pull)


# %% shares-written-everywhere | entries
# what is not picked gets 1


def entries(a, index):
    def pull(grad):
        back = np.ones(a.data.shape)
        back[index] = 0.0
        np.add.at(back, index, grad)
        return (back,)

    return Tensor(a.data[index], (a,), pull)


# %% rows-only | entries
# single entries are taken for rows


def entries(a, index):
    rows = index[0] if isinstance(index, tuple) else index

    def pull(grad):
        back = np.zeros(a.data.shape)
        np.add.at(back, rows, grad)
        return (back,)

    return Tensor(a.data[rows], (a,), pull)


# %% front-axes-only | unbroadcast
# columns are not summed


def unbroadcast(grad, shape):
    return grad.sum(axis=tuple(range(grad.ndim - len(shape))))


# %% mean-of-uses | unbroadcast
# the mean over the repeated axes


def unbroadcast(grad, shape):
    while grad.ndim > len(shape):
        grad = grad.mean(axis=0)
    for axis, length in enumerate(shape):
        if length == 1:
            grad = grad.mean(axis=axis, keepdims=True)
    return grad


# %% first-row-for-all | unbroadcast
# one of the uses is taken


def unbroadcast(grad, shape):
    while grad.ndim > len(shape):
        grad = grad[0]
    for axis, length in enumerate(shape):
        if length == 1:
            grad = np.take(grad, [0], axis=axis)
    return grad


# %% recursive | tape
# a function that calls itself, which ends at a deep chain


def tape(last):
    order, seen = [], set()

    def visit(each):
        if id(each) not in seen:
            seen.add(id(each))
            for parent in each.parents:
                visit(parent)
            order.append(each)

    visit(last)
    return order


# %% breadth-first | tape
# level by level from the end, each tensor where it is met first


def tape(last):
    order, seen, queue = [], {id(last)}, [last]
    while queue:
        each = queue.pop(0)
        order.append(each)
        for parent in each.parents:
            if id(parent) not in seen:
                seen.add(id(parent))
                queue.append(parent)
    return order[::-1]


# %% first-parents-only | tape
# only one parent is followed


def tape(last):
    order = [last]
    while order[-1].parents:
        order.append(order[-1].parents[0])
    return order[::-1]


# %% every-way | tape
# a tensor stands on the tape once for each use


def tape(last):
    order, stack = [], [last]
    while stack:
        each = stack.pop()
        order.insert(0, each)
        stack.extend(each.parents)
    return order


# %% written-not-added | backpropagate
# the last share overwrites the others


def backpropagate(order):
    for each in order:
        each.grad = np.zeros(each.data.shape)
    order[-1].grad = np.ones(order[-1].data.shape)
    for each in order[::-1]:
        if each.parents:
            for parent, share in zip(each.parents, each.pull(each.grad)):
                parent.grad = unbroadcast(share, parent.data.shape)


# %% not-set-to-zero | backpropagate
# the grads of an earlier call stay


def backpropagate(order):
    order[-1].grad = np.ones_like(order[-1].data)
    for each in order[::-1]:
        if each.parents:
            for parent, share in zip(each.parents, each.pull(each.grad)):
                parent.grad = parent.grad + unbroadcast(share, parent.data.shape)


# %% begins-with-the-data | backpropagate
# the last tensor begins with its value


def backpropagate(order):
    for each in order:
        each.grad = np.zeros(each.data.shape)
    order[-1].grad = order[-1].data.copy()
    for each in order[::-1]:
        if each.parents:
            for parent, share in zip(each.parents, each.pull(each.grad)):
                parent.grad = parent.grad + unbroadcast(share, parent.data.shape)


# %% shapes-left-as-they-come | backpropagate
# shares are not brought back to the shapes of the parents


def backpropagate(order):
    for each in order:
        each.grad = np.zeros(each.data.shape)
    order[-1].grad = np.ones(order[-1].data.shape)
    for each in reversed(order):
        if each.parents:
            for parent, share in zip(each.parents, each.pull(each.grad)):
                parent.grad = parent.grad + share


# %% changed-in-place | backpropagate
# the first share is kept as it is and changed in place, for the other parent too


def backpropagate(order):
    for each in order:
        each.grad = None
    order[-1].grad = np.ones(order[-1].data.shape)
    for each in reversed(order):
        if each.parents:
            for parent, share in zip(each.parents, each.pull(each.grad)):
                if parent.grad is None:
                    parent.grad = share
                else:
                    parent.grad += share


# %% tanh-behind-the-last-layer | network
# every layer has an activation


def network(params, x, activation):
    h = tensor(x)
    for layer in params:
        h = h @ layer["W"] + layer["b"]
        h = h.tanh() if activation == "tanh" else h.relu()
    return h


# %% leaves-the-tape | network
# numpy's functions on data: the result knows nothing of the parameters


def network(params, x, activation):
    h = x
    for layer in params[:-1]:
        z = h @ layer["W"].data + layer["b"].data
        h = np.tanh(z) if activation == "tanh" else np.maximum(z, 0)
    return Tensor(h @ params[-1]["W"].data + params[-1]["b"].data)


# %% no-biases | network
# the biases are left out


def network(params, x, activation):
    h = tensor(x)
    for layer in params[:-1]:
        h = h @ layer["W"]
        h = h.tanh() if activation == "tanh" else h.relu()
    return h @ params[-1]["W"]


# %% always-tanh | network
# the argument activation is not looked at


def network(params, x, activation):
    h = tensor(x)
    for layer in params[:-1]:
        h = (h @ layer["W"] + layer["b"]).tanh()
    return h @ params[-1]["W"] + params[-1]["b"]


# %% summed-over-outputs | squared_error
# divided by the number of examples only


def squared_error(y, t, params, decay):
    error = y - t
    loss = (error * error).sum() / len(t)
    for layer in params:
        loss = loss + decay / 2 * (layer["W"] * layer["W"]).sum()
    return loss


# %% whole-decay | squared_error
# the half before the weights is missing


def squared_error(y, t, params, decay):
    error = y - t
    loss = (error * error).mean()
    for layer in params:
        loss = loss + decay * (layer["W"] * layer["W"]).sum()
    return loss


# %% last-layer-decays | squared_error
# only the weights of one layer are in the sum


def squared_error(y, t, params, decay):
    error = y - t
    weights = params[-1]["W"]
    return (error * error).mean() + decay / 2 * (weights * weights).sum()


# %% halved-square | squared_error
# half of the squared error


def squared_error(y, t, params, decay):
    error = y - t
    loss = (error * error).mean() / 2
    for layer in params:
        loss = loss + decay / 2 * (layer["W"] * layer["W"]).sum()
    return loss


# %% values-for-slopes | gradients
# the parameters come back


def gradients(loss, params):
    tensors = mapped(Tensor, params)
    value = loss(tensors)
    value.backward()
    return float(value.data), mapped(lambda each: each.data, tensors)


# %% never-called | gradients
# nothing goes back


def gradients(loss, params):
    tensors = mapped(Tensor, params)
    value = loss(tensors)
    return float(value.data), mapped(lambda each: each.grad, tensors)


# %% step-already-taken | gradients
# parameters after a step in the place of the derivatives


def gradients(loss, params):
    tensors = mapped(Tensor, params)
    value = loss(tensors)
    value.backward()
    return float(value.data), mapped(lambda each: each.data - each.grad, tensors)


# %% twice-backward | gradients
# the loss is squared before it goes back


def gradients(loss, params):
    tensors = mapped(Tensor, params)
    value = loss(tensors)
    (value * value).backward()
    return float(value.data), mapped(lambda each: each.grad, tensors)


# %% not-shifted | cross_entropy
# exponentials of the scores as they are, which overflow


def cross_entropy(logits, labels):
    log_sum = logits.exp().sum(axis=1, keepdims=True).log()
    chosen = (logits - log_sum)[np.arange(len(labels)), labels]
    return -chosen.mean()


# %% summed-over-rows | cross_entropy
# the sum over the batch in the place of the mean


def cross_entropy(logits, labels):
    shifted = logits - logits.data.max(axis=1, keepdims=True)
    log_sum = shifted.exp().sum(axis=1, keepdims=True).log()
    return -(shifted - log_sum)[np.arange(len(labels)), labels].sum()


# %% first-classes | cross_entropy
# the label is not looked at


def cross_entropy(logits, labels):
    shifted = logits - logits.data.max(axis=1, keepdims=True)
    log_sum = shifted.exp().sum(axis=1, keepdims=True).log()
    return -(shifted - log_sum)[:, 0].mean()


# %% probabilities-for-logarithms | cross_entropy
# the mean probability of the label, with the sign of a loss


def cross_entropy(logits, labels):
    shifted = (logits - logits.data.max(axis=1, keepdims=True)).exp()
    rows = np.arange(len(labels))
    sums = shifted.data.sum(axis=1)
    return -(shifted[rows, labels] * (1.0 / sums)).mean()
