# %% [markdown]
# # Arrays that know their derivatives
#
# For every network so far you derived a `backward` by hand. The formulas differed, and the way was
# always the same: go back through what was computed, from the last step to the first, and multiply by
# the slope of each step. Here a program does it. What you write now differentiates any network that is
# made of a dozen operations, also those that nobody has thought of yet. PyTorch, JAX and TensorFlow
# have such a program at their core.
#
# *The derivative by $w$* is short here for the derivative of the loss with respect to $w$, which is
# $\partial E / \partial w$. Three ideas are enough:
#
# - **An operation knows how to go back.** It computes a result $c$ from its inputs, such as $a$ and
#   $b$, and keeps a function. Given the derivative by $c$, that function returns the derivatives by $a$
#   and by $b$.
# - **A result remembers where it came from**: its *parents*. Followed back from the loss, they are a
#   record of the whole computation. It is called the **tape**.
# - **One loop plays the tape backwards.** What is used twice gets a share from each use, and the
#   shares are added up.
#
# At the end, the network of `mlp` and the loss of `classifier` run on it, and give the derivatives that
# you found by hand.
#
# ## An example
#
# Let $x = 2$, and compute $y = x \cdot x$, then $p = y \cdot x$, then $z = p + y$. On the left are the
# values, on the right the derivatives of $z$.
#
# ![The tape of x, y, p and z. Forward, the values are 2, 4, 8 and 12. Backward, z has the derivative 1 and hands 1 to p and to y; p hands 2 to y and 4 to x; y has 3 in total, and hands 6 to x twice. x has 16 in total.](tape.svg)
#
# `y` is used in two places, and `x` in three. So `y` has to wait until it has heard from both, before
# it hands anything on itself.
#
# | step back | what it hands on | so far |
# |---|---|---|
# | `z = p + y` has 1 | 1 to `p`, 1 to `y` | `p` 1, `y` 1 |
# | `p = y * x` has 1 | 1 · 2 to `y`, 1 · 4 to `x` | `y` 3, `x` 4 |
# | `y = x * x` has 3 | 3 · 2 to `x`, and 3 · 2 to `x` again | `x` 16 |
#
# Derived by the usual rules: $z = x^3 + x^2$, and $3 x^2 + 2 x = 16$ at $x = 2$.
#
# > **Predict.** What would `x` get if `y` handed on its 1 at once, and its 2 never?
#
# ## The class
#
# `Tensor` is given. It is an array with three things beside it:
#
# | name | meaning |
# |---|---|
# | `data` | the array itself, of floats |
# | `grad` | the derivative of a later result by this array, in the same shape |
# | `parents` | a tuple of the tensors that it was computed from; `()` if there are none |
# | `pull` | a function. It is given the derivative by `data`, in the shape of `data`, and returns a tuple with the derivative by each of the `parents`, in their order |
#
# `Tensor(data, parents, pull)` makes one. `a * b` calls `multiply(a, b)`, and so on: you write what
# stands behind the operators. What is no tensor yet, such as a number or an array, becomes one without
# parents. Differences, quotients by a number, and means are made of your operations.
#
# Use only the arguments of your functions, and do not change these. After each function a
# `check(...)` compares your values with the right ones, on numbers that are in `visible.json`. When
# your work is graded, the same checks run on hidden numbers and sizes too.
#
# **Before you hand in**, restart the kernel and run all cells, then save.

# %%
import itertools
import time

import numpy as np

from autograder import check, loss_curve


class Tensor:
    """An array that knows what it was computed from."""

    __array_ufunc__ = None  # so that numpy leaves `array * tensor` to the tensor

    def __init__(self, data, parents=(), pull=None):
        if not isinstance(parents, (tuple, list)):
            raise TypeError("parents must be a tuple of tensors; one is written (a,)")
        self.data = np.asarray(data, dtype=float)
        self.grad = np.zeros(self.data.shape)
        self.parents = tuple(parents)
        self.pull = pull

    def __add__(self, other):
        return add(self, tensor(other))

    def __radd__(self, other):
        return add(tensor(other), self)

    def __mul__(self, other):
        return multiply(self, tensor(other))

    def __rmul__(self, other):
        return multiply(tensor(other), self)

    def __matmul__(self, other):
        return matmul(self, tensor(other))

    def __rmatmul__(self, other):
        return matmul(tensor(other), self)

    def __neg__(self):
        return self * -1.0

    def __sub__(self, other):
        return self + -tensor(other)

    def __rsub__(self, other):
        return tensor(other) + -self

    def __truediv__(self, number):
        return self * (1.0 / number)

    def __getitem__(self, index):
        return entries(self, index)

    def tanh(self):
        """The hyperbolic tangent, entry by entry."""
        return tanh(self)

    def relu(self):
        """The entries where they are above 0, and 0 elsewhere."""
        return relu(self)

    def exp(self):
        """The exponential, entry by entry."""
        return exp(self)

    def log(self):
        """The natural logarithm, entry by entry."""
        return log(self)

    def sum(self, axis=None, keepdims=False):
        """The sum of all entries, or of those along an axis."""
        return total(self, axis, keepdims)

    def mean(self):
        """The mean of all entries."""
        return self.sum() / self.data.size

    def backward(self):
        """Set the grad of all tensors that this one was computed from."""
        backpropagate(tape(self))


def tensor(value):
    """A tensor as it is, and anything else as a tensor without parents."""
    return value if isinstance(value, Tensor) else Tensor(value)


# %% [markdown]
# ## Sums and products
#
# An operation gets tensors and returns a new one, with its `parents` and its `pull`. If there were an
# operation for three times a tensor, it would be
#
#     def triple(a):
#         return Tensor(3 * a.data, (a,), lambda grad: (3 * grad,))
#
# or the same with a function that is defined inside of it:
#
#     def triple(a):
#         def pull(grad):
#             return (3 * grad,)
#
#         return Tensor(3 * a.data, (a,), pull)
#
# `pull` is called much later, but it still sees `a`: a function keeps the variables that stood around
# it when it was made. An operation on two tensors has two parents, and its `pull` returns two
# derivatives.
#
# If $c = a + b$, and the derivative of the loss by $c$ is $g$, then that by $a$ is $g$, and so is that by
# $b$. Each entry by itself.
#
# `a` and `b` may have different shapes, as numpy's broadcasting allows: biases of shape `(m,)` are
# added to every row of an array `(n, m)`. Then `pull` may return derivatives in the shape of the
# result. They are brought back to the shapes of `a` and `b` later, in one place for all operations.
#
# > **Predict.** What does `pull` of `Tensor(2.0) + Tensor(3.0)` return for 10.0? Then look at
# > `(Tensor(2.0) + Tensor(3.0)).pull(10.0)`.

# %% add
def add(a, b):
    """The sum a + b, entry by entry.

    a, b    Tensors; their shapes are the same, or can be broadcast
    returns Tensor with the parents a and b
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% check-add
check(add)


# %% [markdown]
# If $c = a \cdot b$, entry by entry, then a change of $a$ changes $c$ by $b$ times as much. So the
# derivative by $a$ is $g$ times the other factor.
#
# > **Predict.** And that of `Tensor(2.0) * Tensor(3.0)` for 10.0? Then look at
# > `(Tensor(2.0) * Tensor(3.0)).pull(10.0)`.

# %% multiply
def multiply(a, b):
    """The product a * b, entry by entry.

    a, b    Tensors; their shapes are the same, or can be broadcast
    returns Tensor with the parents a and b
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% check-multiply
check(multiply)


# %% [markdown]
# ## The product of matrices
#
# You know both of its derivatives: they were in the `backward` of every layer $x W$. With $C = A B$ and
# $G$ the derivative of the loss by $C$, that by $A$ is $G B^T$, and that by $B$ is $A^T G$.
#
# > **Predict.** `A` has the shape `(2, 5)`, and `B` the shape `(5, 3)`. What is the shape of `G`? In
# > which order and how transposed do `G` and `B` fit together, so that the shape of `A` comes out?

# %% matmul
def matmul(a, b):
    """The product of matrices a @ b.

    a       Tensor (n, k)
    b       Tensor (k, m)
    returns Tensor (n, m) with the parents a and b
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% check-matmul
check(matmul)


# %% [markdown]
# ## Functions of one tensor
#
# Four functions, entry by entry. Each has one parent, and `pull` returns a tuple all the same: a tuple
# with one entry is written `(entry,)`, with a comma.
#
# | function | slope |
# |---|---|
# | $\tanh(a)$ | $1 - \tanh(a)^2$ |
# | $\mathrm{ReLU}(a) = \max(0, a)$ | 1 where $a > 0$, and 0 elsewhere |
# | $e^a$ | $e^a$ |
# | $\log(a)$ | $1 / a$ |
#
# Two of the slopes are most easily computed from the result, and two from `a`.
#
# > **Predict.** Without its comma, `(grad * slope)` is no tuple. What is the first entry of it, and
# > which message do you expect?

# %% tanh
def tanh(a):
    """The hyperbolic tangent, entry by entry.

    a       Tensor of any shape
    returns Tensor of the same shape with the parent a
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% check-tanh
check(tanh)


# %% relu
def relu(a):
    """The entries where they are above 0, and 0 elsewhere.

    a       Tensor of any shape
    returns Tensor of the same shape with the parent a
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% check-relu
check(relu)


# %% exp
def exp(a):
    """The exponential, entry by entry.

    a       Tensor of any shape
    returns Tensor of the same shape with the parent a
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% check-exp
check(exp)


# %% log
def log(a):
    """The natural logarithm, entry by entry.

    a       Tensor of any shape, of numbers above 0
    returns Tensor of the same shape with the parent a
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% check-log
check(log)


# %% [markdown]
# ## Sums over an axis
#
# `total(a, axis, keepdims)` is numpy's `a.sum(axis, keepdims=keepdims)`. In a sum each entry has the
# slope 1, so each gets the derivative of the sum that it went into, as it is. `pull` has to give one
# number to many entries: `np.broadcast_to(array, shape)` repeats an array over the axes that it lacks
# in front, and over those of length 1.
#
# The derivative arrives in the shape of the result. If the axis was not kept, it is missing there, and
# has to be put back before numpy can know over which axis to repeat: `np.expand_dims(array, axis)`.
#
# > **Predict.** An array `(3, 3)` is summed over axis 1, and its axis is not kept. Somebody forgets
# > to put it back. Is there an error? What does each row of the derivative hold, and what should it?

# %% total
def total(a, axis, keepdims):
    """The sum of all entries, or of those along an axis.

    a         Tensor of any shape
    axis      None for all entries, or the number of an axis
    keepdims  whether what is summed over stays, with the length 1
    returns   Tensor with the parent a, in the shape that numpy gives
    """

    # YOUR CODE HERE
    raise NotImplementedError()


# %% check-total
check(total)


# %% [markdown]
# ## Entries
#
# `a[index]` picks entries: rows by an array of whole numbers, or single entries by a pair of such
# arrays, as the cross-entropy did. An entry that is not picked has no influence, so that its
# derivative is 0. The others get what arrives for them.
#
# An entry may be picked **more than once**: a word that occurs twice in a text is the same row of a
# table twice. It is then used twice, and both shares count. `array[index] += shares` does not do that:
# numpy reads all entries first, adds, and writes each of them, so that the last one wins. What you
# need is `np.add.at(array, index, shares)`.
#
# > **Predict.** `a` has the entries 5, 6, 7. What is the derivative of `a[[0, 0, 2]].sum()` by `a`? Then
# > look at `Tensor([5.0, 6.0, 7.0])[[0, 0, 2]].pull(np.ones(3))`.

# %% entries
def entries(a, index):
    """The entries a[index].

    a       Tensor of any shape
    index   what numpy takes between the brackets: an array of whole numbers, a tuple of such arrays,
            a slice, and so on
    returns Tensor with the parent a, in the shape that numpy gives
    """

    # YOUR CODE HERE
    raise NotImplementedError()


# %% check-entries
check(entries)


# %% [markdown]
# ## Back from broadcasting
#
# When numpy broadcasts, it uses an entry several times. What is used several times gets a share from
# each use, so that the way back is a **sum** over the axes along which the entry was repeated. You
# have done it before: the derivative by biases is the sum over the rows.
#
# ![Forward, a row of three biases is repeated for each of four rows. Backward, the four rows of derivatives are summed to one row.](broadcasting.svg)
#
# There are two kinds of such axes. Those in front, which `shape` lacks, have to vanish. Those that have
# the length 1 in `shape`, and another length in `grad`, have to get the length 1 again.
#
# > **Predict.** Which axes of a `grad` of shape `(4, 3)` are summed for the shapes `(3,)`, `(4, 1)`,
# > `(1, 1)` and `()`? Then look at `unbroadcast(np.ones((4, 3)), (4, 1))`.

# %% unbroadcast
def unbroadcast(grad, shape):
    """Sum a derivative over the axes along which an array of this shape was repeated.

    grad    array of the shape to which numpy broadcasts an array of the given shape
    shape   tuple of whole numbers
    returns array of that shape
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% check-unbroadcast
check(unbroadcast)


# %% [markdown]
# ## The tape
#
# A tensor may hand something on only when it has heard from everything that was computed from it. If
# the tensors stand in a list in which **each stands behind all of its parents**, then going through
# the list from its end does that. There are several such orders, and any of them is right.
#
# A common way is to visit the parents of a tensor first, and then to append the tensor itself. Written
# as a function that calls itself, it fails here: a network that runs over a text of 2000 words makes a
# chain of thousands of tensors, and Python stops at about 1000 calls inside each other. So use a list of
# what is still to be done, and `pop` tensors from its end until it is empty:
#
# 1. A tensor that you meet for the first time has to wait for its parents. Put it back on the list,
#    and put its parents behind it, so that they are taken first.
# 2. When you take it again, its parents are in the order already. Now it comes into the order too.
#
# You have to know which of the two it is. And a tensor that is used twice is met more often, but
# stands in the order once.
#
# `{id(t) for t in ...}` is a set in which tensors can be found quickly. `t in a_list` looks at all of
# the list, and takes seconds for a long one.
#
# > **Predict.** In which orders can `x`, `y`, `p` and `z` of the example stand? Is there more than one?

# %% tape
def tape(last):
    """All tensors that one was computed from, and that one itself.

    last    Tensor
    returns list of Tensors without repetition, each behind all of its parents; last is the last
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% check-tape
check(tape)


# %% [markdown]
# ## Backpropagation
#
# Now everything is there. Go through the tape backwards. Each tensor with parents gives its `grad` to
# its `pull`, and what comes back is added to the `grad` of each parent, in the shape of the parent.
#
# - Before that, all on the tape begin anew: a `grad` may hold what an earlier call has left.
# - The last tensor begins with 1 in every entry. So what is differentiated is the sum of its entries,
#   which for a loss is the loss.
# - Two parents may be handed the same array, as by a sum. If you change it in place for one of them, it
#   changes for the other one too.
#
# > **Predict.** Run the example, and look at `y.grad` and at `x.grad`:
# > `x = Tensor(2.0); y = x * x; z = y * x + y; z.backward()`. And after a second `z.backward()`?

# %% backpropagate
def backpropagate(order):
    """Set the grad of all tensors on a tape to the derivative of the last one.

    order   list of Tensors, each behind all of its parents
    returns None
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% check-backpropagate
check(backpropagate)


# %% [markdown]
# ## A network, without a backward
#
# From here on you write forward passes only. The network is that of `mlp`: a list of layers, tanh or
# ReLU in the hidden ones, no activation behind the last one. The parameters are tensors now.
#
# Compute with tensors and their operators, and not with their `data`: an array knows nothing of where it
# came from, and ends the tape.

# %% network
def network(params, x, activation):
    """The output of a network of any depth.

    params      list of layers, each a dict of Tensors: W (inputs, outputs), b (outputs,)
    x           array (n, n_in)
    activation  "tanh" or "relu", of the hidden layers
    returns     Tensor (n, n_out)
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% check-network
check(network)


# %% [markdown]
# The loss is that of `mlp` too: the mean squared error, and weight decay. Each weight is used in two
# places then, in the network and in its square. You need not think of it: its shares are added up.
#
# $$E = \frac{1}{n \, n_\mathrm{out}} \sum_{i, k} (y_{ik} - t_{ik})^2 +
# \frac{\lambda}{2} \sum_l \sum_{i, j} (W_{l,ij})^2$$
#
# $\lambda$ is the argument `decay`. There is no operator for powers: a square is a product.

# %% squared_error
def squared_error(y, t, params, decay):
    """The mean squared error with weight decay.

    y       Tensor (n, n_out)
    t       array (n, n_out)
    params  list of layers of Tensors, as in network
    decay   float, the factor of the weights' squares; half of it counts
    returns Tensor of shape ()
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% check-squared_error
check(squared_error)


# %% [markdown]
# ## The derivatives of anything
#
# `gradients` is what you call from now on. It is given any function that computes a loss from tensors,
# and parameters as arrays. It makes the tensors, runs the function, goes back, and collects.
#
# Parameters may be nested in lists and dicts. `mapped(function, params)` calls a function for each
# array and keeps the nesting: `mapped(np.shape, params)` is a list of dicts of shapes.

# %%
def mapped(function, nested, *others):
    """What a function gives for each part of nested lists and dicts, nested likewise. Where there
    are others of the same nesting, it is given their parts too."""
    if isinstance(nested, dict):
        return {
            name: mapped(function, part, *(other[name] for other in others))
            for name, part in nested.items()
        }
    if isinstance(nested, list):
        return [mapped(function, *parts) for parts in zip(nested, *others, strict=True)]
    return function(nested, *others)


x = np.array([[1.0, 2.0], [-1.0, 0.5]])
t = np.array([[1.0], [-0.5]])
params = [
    {"W": np.array([[1.0, -0.5], [0.5, 1.0]]), "b": np.array([0.25, -0.25])},
    {"W": np.array([[0.4], [-0.8]]), "b": np.array([0.5])},
]


def mlp_loss(layers):
    """The loss of the network by hand, from its layers of tensors."""
    return squared_error(network(layers, x, "relu"), t, layers, 0.1)


# %% [markdown]
# > **Predict.** How many tensors are on the tape of your `network` with these two layers, the
# > parameters and `x` among them? Then count: `len(tape(network(mapped(Tensor, params), x, "relu")))`.
#
# Now `gradients`.
#
# > **Predict.** `mlp_loss` is the network `by hand` of `mlp`: its loss is 0.425, and `grads[1]["b"]` was
# > −0.2. What has to come out here? Then look at `gradients(mlp_loss, params)`.

# %% gradients
def gradients(loss, params):
    """A loss, and its derivatives by all parameters.

    loss    function: params, with a Tensor for each array -> Tensor of shape ()
    params  arrays, in nested lists and dicts
    returns the loss, a float, and the derivatives: arrays, nested like params
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% check-gradients
check(gradients)


# %% [markdown]
# ## The cross-entropy, without its derivative
#
# In `classifier` you found on paper that two factors cancel, and that the derivative by the logits is
# $p$ minus 1 at the label, divided by the number of rows. Write only the loss now:
#
# $$E = -\frac{1}{n} \sum_i \log p_{i, \mathrm{label}_i} \qquad
# \log p_{ik} = z_{ik} - \log \sum_m e^{z_{im}}$$
#
# It has to be right for scores of ±1000. So subtract the largest score of each row first, as you did
# there. There is no operator for a maximum, and you need none: what you subtract is an array, the
# maximum of each row of `logits.data`. There is a question on this below.
#
# > **Predict.** The first row of `by hand` in `classifier` has the scores 0, ln 2, ln 5 and the label 2;
# > the batch has two rows. What are the three derivatives? Then look at `scores.grad` after
# > `scores = Tensor(np.log([[1.0, 2.0, 5.0], [1.0, 2.0, 1.0]]))` and
# > `cross_entropy(scores, np.array([2, 0])).backward()`.

# %% cross_entropy
def cross_entropy(logits, labels):
    """The mean cross-entropy of a batch.

    logits  Tensor (n, n_classes), between -1000 and 1000
    labels  array (n,), whole numbers from 0 to n_classes - 1
    returns Tensor of shape ()
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% check-cross_entropy
check(cross_entropy)


# %% [markdown]
# ## Beside what you derived by hand
#
# Open your notebooks of `mlp` and `classifier`. Paste `activate`, `slope`, `forward` and `backward` of
# the one, and `softmax` and `cross_entropy_gradient` of the other, into the next cell. (Not
# `cross_entropy`: there is one here.) Then the cell behind it compares the two ways on random numbers.

# %%
# Paste your functions here.

# %%
def difference(ours, by_hand):
    """How far two nested results are apart, relative to the largest entry."""
    found = []
    mapped(lambda a, b: found.append(np.abs(a - b).max() / np.abs(b).max()), ours, by_hand)
    return max(found)


def start(rng, *sizes):
    """Random layers of these sizes: weights that keep the size of what goes through, biases 0."""
    return [
        {"W": rng.normal(size=(n, m)) / np.sqrt(n), "b": np.zeros(m)}
        for n, m in itertools.pairwise(sizes)
    ]


def beside_mlp():
    """Compare the derivatives of a random network with those of your backward."""
    rng = np.random.default_rng(0)
    layers, some, wanted = (
        start(rng, 3, 7, 5, 2),
        rng.normal(size=(11, 3)),
        rng.normal(size=(11, 2)),
    )
    by_hand = globals()["backward"](
        layers, some, wanted, globals()["forward"](layers, some, "tanh"), "tanh", 0.1
    )
    _, ours = gradients(
        lambda each: squared_error(network(each, some, "tanh"), wanted, each, 0.1), layers
    )
    print(f"mlp: at most {difference(ours, by_hand):.0e} apart, relative to the largest entry")


def beside_classifier():
    """Compare the derivatives of random scores with those of your cross_entropy_gradient."""
    rng = np.random.default_rng(0)
    scores, labels = rng.normal(size=(11, 4)), rng.integers(4, size=11)
    by_hand = globals()["cross_entropy_gradient"](scores, labels)
    _, ours = gradients(lambda each: cross_entropy(each, labels), scores)
    print(f"classifier: at most {difference(ours, by_hand):.0e} apart, likewise")


if "backward" in globals() and "cross_entropy_gradient" in globals():
    beside_mlp()
    beside_classifier()


# %% [markdown]
# Some 1e-16 is rounding: the two ways add in other orders. Where they are further apart, one of the two is
# wrong, and since both pass their checks, that should not happen.
#
# ## Training
#
# `descend` is gradient descent for any loss. With it you train the network of `mlp` again, on the same
# points, from the same start and with the same mini-batches: 60 rows, 10 at a time.

# %%
def descend(params, losses_of_steps, lr):
    """Take a step for each of some losses: the params behind them all, and the value of each loss."""
    values = []
    for loss in losses_of_steps:
        value, grads = gradients(loss, params)
        values.append(value)
        params = mapped(lambda array, slope: array - lr * slope, params, grads)
    return params, values


points = np.random.default_rng(3).permutation(np.linspace(-1, 1, 60))[:, None]
curve = np.sin(4 * points) * (1 - points / 2)


def loss_of_rows(rows):
    """The loss of some of the points, as a function of the layers."""
    return lambda layers: squared_error(
        network(layers, points[rows], "tanh"), curve[rows], layers, 0.0
    )


def learn(epochs):
    """The trained params, and the mean loss of the mini-batches of each epoch."""
    batches = [loss_of_rows(slice(first, first + 10)) for first in range(0, 60, 10)]
    layers = start(np.random.default_rng(5), 1, 5, 5, 1)
    trained, losses = descend(layers, batches * epochs, 0.1)
    return trained, np.reshape(losses, (epochs, -1)).mean(axis=1)


# %%
loss_curve(learn, 300)


# %% [markdown]
# With right functions the first epoch has a loss of 0.42, as in `mlp`, and the last one of 300 has
# 0.0002. It takes about half a second: some six times as long as with your own `backward`. Every tensor
# costs some microseconds besides what is computed in it. For these small arrays that is most of the
# time, and for large ones it is next to nothing.
#
# ## A network that you have never differentiated
#
# 90 points of three kinds lie on three arms that wind around each other. No straight line parts them.
# A network with two hidden layers and the cross-entropy does. `mlp` had the hidden layers, and
# `classifier` the cross-entropy: both together would have been a third `backward`. Here the loss is
# one line.

# %%
def arms(n):
    """Points on three arms, n on each, and to which each belongs."""
    along = np.tile(np.linspace(0.15, 1, n), 3)
    labels = np.repeat(np.arange(3), n)
    angle = 2 * np.pi * labels / 3 + 4 * along
    noise = np.random.default_rng(7).normal(size=(2, 3 * n)) * 0.02
    return np.stack([along * np.cos(angle), along * np.sin(angle)], axis=1) + noise.T, labels


places, kinds = arms(30)


def arms_loss(layers):
    """The loss of the network on all points."""
    return cross_entropy(network(layers, places, "tanh"), kinds)


def learn_arms(steps):
    """The trained params, and the loss of each step."""
    began = time.perf_counter()
    layers = start(np.random.default_rng(2), 2, 16, 16, 3)
    trained, losses = descend(layers, [arms_loss] * steps, 0.2)
    named = network(mapped(Tensor, trained), places, "tanh").data.argmax(axis=1)
    print(f"{np.mean(named == kinds):.1%} of 90 are right, {time.perf_counter() - began:.1f} s")
    return trained, losses


# %%
loss_curve(learn_arms, 1000)


# %% [markdown]
# With right functions all 90 are right after 1000 steps, in less than a second. The loss falls from 1.03
# to below 0.01. The figure shows which kind the trained network names at each place.
#
# ![Three regions wind around each other in a spiral, and each holds the points of one kind.](arms.svg)
#
# Things to try:
#
# - Leave out the hidden layers: `start(np.random.default_rng(2), 2, 3)`. How many are right now?
# - Add weight decay to `arms_loss`, in one line. What would you have had to change in a `backward`?
# - Write the logistic function as a function of tensors: $\sigma(z) = (1 + \tanh(z/2)) / 2$. With it
#   you have the network of the first exercise, and its derivatives too.
# - `len(tape(arms_loss(mapped(Tensor, learn_arms(1)[0]))))` counts what is remembered for one step.
#
# **The end of the course.** You have derived by hand what this notebook does by itself, and written what
# does it. When a framework gives you a derivative from now on, you know how it was computed.
#
# ## Two questions
#
# One option of each is right: return its number. `check` says only that you have chosen. Whether it
# is right you read when your work is graded, and why when nobody can hand in any more.
#
# **Not on the tape.** `cross_entropy` subtracts the largest score of each row. It is computed from
# `logits.data`, so that the tape knows nothing of how it depends on the logits. What does that do to
# the derivatives?
#
# 1. That by the largest score of each row is wrong, since its second use gets no share.
# 2. They are right as long as no other score is as large as the largest one.
# 3. Nothing: whatever is subtracted there, the loss is the same, so that the missing share is 0.
# 4. They are off by a little that training does not notice.

# %% not_on_the_tape
def not_on_the_tape():
    """The number of the option that is right, 1 to 4."""
    # YOUR CODE HERE
    raise NotImplementedError()


# %% check-not_on_the_tape
check(not_on_the_tape)


# %% [markdown]
# **What it costs.** A network has a million weights, and its loss takes one second to compute. About
# how long does `backward` take, for all the derivatives?
#
# 1. A million seconds: there are a million derivatives, and each takes a run of the network.
# 2. Some seconds, however many weights there are. But all the results on the tape have to be kept for it.
# 3. Some seconds, and it needs no more memory than the loss does by itself.
# 4. That depends on how deep the network is: twice as many layers take four times as long.

# %% what_it_costs
def what_it_costs():
    """The number of the option that is right, 1 to 4."""
    # YOUR CODE HERE
    raise NotImplementedError()


# %% check-what_it_costs
check(what_it_costs)
