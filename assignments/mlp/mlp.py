# %% [markdown]
# # A network of any depth
#
# The first network had two layers, and each of its parameters had a name. Networks that are used
# have many layers and see many examples at a time. The four steps stay the same, and so does the
# chain rule. What is new here is only how it is written: once, as a loop over the layers.
#
# With that loop you train a network of any depth, with either of two activation functions, on
# batches of examples, and keep its weights small while it learns.
#
# ## The network
#
# ![A column of layers. Forward, x goes through layers 0, 1 and so on to the output y, and each hidden layer is an affine map with an activation behind it. Backward, a delta comes from the output, and each layer takes its dW and db from it before it hands it on.](layers.svg)
#
# The parameters are a list, with a dict for each layer. Its last entry is the output layer, which
# has no activation function: its outputs can be any numbers. In code, `params[0]` is the layer that
# sees `x`, and `params[-1]` the one that gives `y`.
#
# | name | meaning | shape |
# |---|---|---|
# | `x` | inputs, an example in each row | `(n, n_in)` |
# | `params[l]["W"]` | weights of layer `l` | `(inputs, outputs)` of this layer |
# | `params[l]["b"]` | biases of layer `l` | `(outputs,)` of this layer |
# | `values["h"][l]` | what hidden layer `l` gives | `(n, outputs)` of this layer |
# | `values["y"]` | what the network gives | `(n, n_out)` |
# | `t` | targets | `(n, n_out)` |
#
# $$h_0 = f(x W_0 + b_0) \qquad h_l = f(h_{l-1} W_l + b_l) \qquad y = h_{L-2} W_{L-1} + b_{L-1}$$
#
# for $L$ layers, counted from 0 as Python does. $f$ is tanh or ReLU. With $L = 1$ there is no hidden
# layer, and $y = x W_0 + b_0$.
#
# Your functions have to work for every depth and every size. Use only their arguments, and do not
# change these in place. After each function a `check(...)` compares your values with the right ones,
# on networks whose numbers are in `visible.json`: `by hand`, which is below, and `three layers`; and
# the first two functions on large numbers as well. When your work is graded, the same checks run on
# hidden networks too, with other depths and sizes.
#
# **Before you hand in**, restart the kernel and run all cells, then save.
#
# ## Numbers to compare with
#
# The network `by hand` has two layers, ReLU, and two examples. Its numbers are chosen so that you
# need no calculator. What it has to give, to all digits:
#
# <details><summary>Its values (open it after your predictions)</summary>
#
# ```text
# h[0]            [[2.25 1.25]
#                  [0.   0.75]]
# y               [[ 0.4]
#                  [-0.1]]
# E               0.425, of which 0.26 is the error and 0.165 weight decay
# grads[0]["W"]   [[-0.14  0.75]
#                  [-0.43  0.9 ]]
# grads[0]["b"]   [-0.24  0.16]
# grads[1]["W"]   [[-1.31]
#                  [-0.53]]
# grads[1]["b"]   [-0.2]
# ```
#
# </details>

# %%
import itertools

import numpy as np

from autograder import check, loss_curve

x = np.array([[1.0, 2.0], [-1.0, 0.5]])
t = np.array([[1.0], [-0.5]])
params = [
    {"W": np.array([[1.0, -0.5], [0.5, 1.0]]), "b": np.array([0.25, -0.25])},
    {"W": np.array([[0.4], [-0.8]]), "b": np.array([0.5])},
]
decay = 0.1


# %% [markdown]
# ## The activation function
#
# $$\tanh(z) = \frac{e^z - e^{-z}}{e^z + e^{-z}} \qquad \mathrm{ReLU}(z) = \max(0, z)$$
#
# ![Left, tanh rises from -1 to 1 and is steepest at 0. Right, ReLU is 0 for negative z and z itself for positive z.](activations.svg)
#
# Which of the two it is, is said by the string `activation`: `"tanh"` or `"relu"`. The function has
# to be right for all $|z| \le 1000$, without a warning.
#
# > **Predict.** What do the two give for -1000? Then look at `activate(np.array([-1000.0]), "tanh")`.

# %% activate
def activate(z, activation):
    """The activation function, element by element.

    z           array of any shape
    activation  "tanh" or "relu"
    returns     array of the same shape, of floats
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% check-activate
check(activate)


# %% [markdown]
# ## Its slope
#
# The backward pass needs the derivative of $f$ at each $z$. As with the logistic function, it can be
# computed from what $f$ gave, $a = f(z)$, so that no $z$ has to be kept:
#
# $$\tanh'(z) = 1 - a^2 \qquad \mathrm{ReLU}'(z) = \begin{cases} 1 & a > 0 \\ 0 & \text{otherwise}
# \end{cases}$$
#
# > **Predict.** A derivative goes back through ten layers, and each multiplies it by a slope of $f$.
# > With which of the two can something be left of it? Then look at
# > `slope(np.array([0.1, 0.9]), "tanh")`.

# %% slope
def slope(a, activation):
    """The derivative of the activation function where its value is a.

    a           array of any shape: what activate returned
    activation  "tanh" or "relu"
    returns     array of the same shape, of floats
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% check-slope
check(slope)


# %% [markdown]
# ## Forward
#
# Each layer takes what the one before it gives, for all examples at once. In `h @ W` each row of `h`
# is one example; `+ b` adds the same biases to every row. Keep what each hidden layer gives.
#
# > **Predict.** In `by hand`, which entry of `values["h"][0]` is 0? Compute the four sums: you need
# > no calculator. Then look at `forward(params, x, "relu")`.

# %% forward
def forward(params, x, activation):
    """Run the network on a batch.

    params      list of layers, each a dict: W (inputs, outputs), b (outputs,)
    x           (n, n_in)
    activation  "tanh" or "relu", of the hidden layers
    returns     dict: h, a list with an array (n, outputs) for each hidden layer, in their order;
                y (n, n_out)
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% check-forward
check(forward)


# %% [markdown]
# ## Loss
#
# The mean squared error over all examples and outputs, and weight decay:
#
# $$E = \frac{1}{n \, n_\mathrm{out}} \sum_{i, k} (y_{ik} - t_{ik})^2 +
# \frac{\lambda}{2} \sum_l \sum_{i, j} (W_{l,ij})^2$$
#
# $\lambda$ is the number `decay`. Its term makes large weights cost something, so that the network
# takes no larger ones than the error pays for. Biases cost nothing.
#
# > **Predict.** For `y` equal to `t` and `decay` not 0: is the loss 0? Then look at
# > `loss(t, t, params, decay)`.

# %% loss
def loss(y, t, params, decay):
    """The mean squared error with weight decay.

    y, t    (n, n_out)
    params  list of layers, as in forward
    decay   float, the factor of the weights' squares; half of it counts
    returns float
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% check-loss
check(loss)


# %% [markdown]
# ## Backward
#
# Let $\delta_l$ be the derivative of $E$ by the sums of layer $l$, those that go into its $f$. It has
# a row for each example, like the sums themselves. At the output there is no $f$, so that
# $\delta_{L-1}$ is the derivative of $E$ by $y$. Then, layer by layer, from the last to the first:
#
# - $\delta_l$ gives this layer's derivatives. A weight is used once for every example, and what all
#   of these uses bring is added up: $\partial E / \partial W_l$ is $h_{l-1}^T \delta_l$ with the
#   share of weight decay added. For layer 0, $h_{l-1}$ is $x$. A bias is added once for every
#   example.
# - $\delta_l$ goes back through $W_l$ to $h_{l-1}$, and through the slope of $f$ there it becomes
#   $\delta_{l-1}$. Shapes tell on which side the weights stand, and whether transposed.
#
# The mean of the loss is in $\delta_{L-1}$ already, once and for all. Nothing further down is
# divided again.
#
# > **Predict.** One of the four entries of `h[0]` in `by hand` is 0. Which entries of
# > `grads[0]["W"]` hear of one example only? Then look at
# > `backward(params, x, t, forward(params, x, "relu"), "relu", decay)`.
#
# <details><summary>One weight by hand, there and back (open it after your prediction)</summary>
#
# The weight `params[0]["W"][0, 1]` is −0.5. It leads from input 0 to hidden unit 1, in both
# examples:
#
# | value | example 0 | example 1 |
# |---|---|---|
# | its input | 1 | −1 |
# | sum of hidden unit 1 | 1 · (−0.5) + 2 · 1 − 0.25 = 1.25 | −1 · (−0.5) + 0.5 · 1 − 0.25 = 0.75 |
# | after ReLU | 1.25 | 0.75 |
# | `y` | 2.25 · 0.4 − 1.25 · 0.8 + 0.5 = 0.4 | 0 · 0.4 − 0.75 · 0.8 + 0.5 = −0.1 |
# | `y - t` | −0.6 | 0.4 |
#
# and back, each number the one above it times a factor:
#
# | derivative by | factor | example 0 | example 1 |
# |---|---|---|---|
# | `y` | 2 · error / 2 | −0.6 | 0.4 |
# | hidden unit 1 | weight −0.8 | 0.48 | −0.32 |
# | its sum | slope 1 | 0.48 | −0.32 |
# | the weight | its input | 0.48 | 0.32 |
#
# The two examples bring 0.48 + 0.32 = 0.8. Weight decay brings 0.1 · (−0.5) = −0.05. Together 0.75:
# make the weight larger by 0.01, and the loss grows by about 0.0075.
#
# </details>

# %% backward
def backward(params, x, t, values, activation, decay):
    """The derivatives of the loss by all weights and biases.

    params      list of layers, as in forward
    x           (n, n_in)
    t           (n, n_out)
    values      dict: h, y, what forward returned
    activation  "tanh" or "relu"
    decay       float, as in loss
    returns     list of layers like params, each a dict: W (inputs, outputs), b (outputs,)
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% check-backward
check(backward)


# %% [markdown]
# ## Update
#
# One step of gradient descent for every array of every layer. Return a new list of new layers.
#
# > **Predict.** You know `grads[1]["W"]` of `by hand`. Do its two weights, 0.4 and −0.8, become larger
# > or smaller by a step? Is that where weight decay alone would lead them? Then look at
# > `update(params, backward(params, x, t, forward(params, x, "relu"), "relu", decay), 0.1)`.

# %% update
def update(params, grads, lr):
    """Take one step of gradient descent.

    params, grads  lists of layers
    lr             float, the learning rate
    returns        list of new layers
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% check-update
check(update)


# %% [markdown]
# ## Training with mini-batches
#
# A step needs a gradient, not the best one. With the gradient of a few examples, a **mini-batch**,
# many steps cost what one step with all examples costs. An **epoch** is once through all of them.
#
# Take the rows in the order in which they stand: the first `batch_size` of them, then the next
# ones, and so on. Where `batch_size` does not divide the number of rows, the last mini-batch of an
# epoch has the rows that are left. Record the loss of each mini-batch, weight decay included, before
# its step.
#
# > **Predict.** With 5 rows, `batch_size` 2 and 3 epochs, how many numbers are in the list of
# > losses? Then look at `len(train(**check.example("three layers", train))[1])`.

# %% train
def train(params, x, t, lr, decay, activation, batch_size, epochs):
    """Train the network on mini-batches, in the given order of the rows.

    params      list of layers, as in forward
    x, t        (n, n_in) and (n, n_out), all examples
    lr, decay   floats
    activation  "tanh" or "relu"
    batch_size  int, rows of a mini-batch
    epochs      int, how often all rows are gone through
    returns     the trained params, and a list of floats: the loss of each mini-batch before its step
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% check-train
check(train)


# %% [markdown]
# ## What it is good for
#
# One input, one output: the network learns a curve from 60 points of it. It has two hidden layers of
# 5 units. The rows are shuffled first, so that every mini-batch has points from all over the curve.

# %%
def start(rng, *sizes):
    """Random layers of these sizes: weights that keep the size of what goes through, biases 0."""
    return [
        {"W": rng.normal(size=(n, m)) / np.sqrt(n), "b": np.zeros(m)}
        for n, m in itertools.pairwise(sizes)
    ]


points = np.random.default_rng(3).permutation(np.linspace(-1, 1, 60))[:, None]
curve = np.sin(4 * points) * (1 - points / 2)
first = start(np.random.default_rng(5), 1, 5, 5, 1)


def learn(activation, decay):
    """The trained params, and the mean loss of the mini-batches of each epoch."""
    trained, losses = train(first, points, curve, 0.1, decay, activation, 10, 1000)
    return trained, np.reshape(losses, (1000, -1)).mean(axis=1)


# %% [markdown]
# > **Predict.** With `learn("tanh", 0.0)` the first epoch has a loss of 0.42. Where does it end? And
# > which of the two activation functions gives a curve without corners?

# %%
loss_curve(learn, "tanh", 0.0)


# %% [markdown]
# With a right `train` the curve ends below 0.001, after about half a second. The trained
# parameters are `learn("tanh", 0.0)[0]`; with them, `forward` gives a `y` for `points` that is close
# to `curve`. The figure shows what three trained networks compute between the points.
#
# ![The points and two curves through them. That of tanh is smooth, and that of ReLU is made of straight pieces. A third, flatter one belongs to tanh with a weight decay of 0.03.](fit.svg)
#
# Things to try:
#
# - `loss_curve(learn, "tanh", 0.03)`. Why does the loss stay so much larger, and how much of it is
#   the error? And what is left of the weights with 0.1?
# - Leave `.permutation` out, so that each mini-batch is a piece of the curve. What becomes of the
#   loss?
# - Leave out the hidden layers: `start(np.random.default_rng(5), 1, 1)`. What is the best that this
#   network can do?
#
# ## Two questions
#
# One option of each is right: return its number. `check` says only that you have chosen. Whether it
# is right you read when your work is graded, and why when nobody can hand in any more.
#
# **Twice the examples.** Somebody passes every row of `x` and of `t` twice in one batch. What
# becomes of the loss and of its derivatives?
#
# 1. Both are twice as large: there are twice as many examples to be wrong about.
# 2. The loss stays the same and the derivatives by the parameters are twice as large, since each
#    weight is used twice as often.
# 3. Both stay the same, to the last term.
# 4. The share of the error stays the same in both; that of weight decay is twice as large.

# %% twice_the_examples
def twice_the_examples():
    """The number of the option that is right, 1 to 4."""
    # YOUR CODE HERE
    raise NotImplementedError()


# %% check-twice_the_examples
check(twice_the_examples)


# %% [markdown]
# **A silent unit.** In a network with ReLU, one hidden unit gives 0 for every row of the batch.
# `backward` returns a derivative for its column of `W`. Which one?
#
# 1. Zeros, whatever `decay` is: nothing that the loss depends on passes through the unit.
# 2. That of weight decay alone, so that a step makes its weights smaller and learns nothing from the
#    examples.
# 3. That of any other unit: the slope of ReLU stands in the layer behind it.
# 4. None: at 0 ReLU has a corner, where there is no derivative.

# %% silent_unit
def silent_unit():
    """The number of the option that is right, 1 to 4."""
    # YOUR CODE HERE
    raise NotImplementedError()


# %% check-silent_unit
check(silent_unit)
