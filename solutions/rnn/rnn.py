# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # A network with a memory
#
# A sentence, a melody, a day of temperatures: what comes first matters for what comes last. A
# **recurrent network** reads such a sequence one step at a time. It keeps a state, and at every step
# the same weights make a new state from the old one and from what is read. When the sequence is over,
# the last state is read out: **many to one**.
#
# Unrolled over its steps, it is a deep network, and you know how to go back through one. Two things
# are new. All layers have the same weights, so that the derivatives of all steps are added up. And
# there may be a hundred of these layers, so that what goes back through them can shrink to nothing,
# or grow without bound. You see both happen, and what helps.
#
# ## The network
#
# ![Three steps in a row. Forward, each takes the state before it and one input, and gives the next state; the output is read from the last one. Backward, the derivative by the last state goes back from step to step, and every step brings a share of the derivatives by the same Wx, Wh and b.](unrolled.svg)
#
# | name | meaning | shape |
# |---|---|---|
# | `x` | sequences; `x[:, s]` is what step `s` reads, counted from 0 | `(n, steps, n_in)` |
# | `h0` | the states before the first step | `(n, n_h)` |
# | `values["h"][s]` | the states before step `s`; the list begins with `h0` and ends with the last states | `(n, n_h)` each |
# | `values["y"]` | what the network gives | `(n, n_out)` |
# | `t` | targets | `(n, n_out)` |
# | `params["Wx"]`, `params["Wh"]`, `params["b"]` | weights and biases of every step | `(n_in, n_h)`, `(n_h, n_h)`, `(n_h,)` |
# | `params["Wy"]`, `params["by"]` | weights and biases of the output | `(n_h, n_out)`, `(n_out,)` |
#
# Your functions have to work for every size and every number of steps, also for one step. Use only
# their arguments, and do not change these in place. After each function a `check(...)` compares your
# values with the right ones, on numbers that are in `visible.json`: `by hand`, which is below,
# `four steps`, and a few that are difficult for one function. When your work is graded, the same
# checks run on hidden numbers too.
#
# **Before you hand in**, restart the kernel and run all cells, then save.
#
# ## Numbers to compare with
#
# The network `by hand` has one hidden unit, and reads two sequences of three steps. Their inputs are
# chosen so that all states are short numbers: tanh(ln 2) is 0.6, and tanh(ln 3) is 0.8.
#
# <details><summary>Its values (open it after your predictions)</summary>
#
# ```text
# sequence            0         1
# h[0]                0         0
# h[1]                0.6      -0.6
# h[2]                0.8       0
# h[3]               -0.6       0.8
# y                  -0.7       2.1
# E                   0.125
#
# dh[3]               0.6       0.8
# dh[2]               0.192     0.144
# dh[1]               0.0346    0.072
# dh[0]               0.0111    0.023
#
# grads["Wx"]        -0.1169    grads["Wy"]  0.14
# grads["Wh"]         0.2623    grads["by"]  0.7
# grads["b"]          0.9533
# ```
#
# </details>

# %%
import numpy as np

from autograder import check, loss_curve

params = {
    "Wx": np.array([[1.0]]),
    "Wh": np.array([[0.5]]),
    "b": np.array([0.1]),
    "Wy": np.array([[2.0]]),
    "by": np.array([0.5]),
}
ln2, ln3 = np.log(2.0), np.log(3.0)
x = np.array([[[ln2 - 0.1], [ln3 - 0.4], [-ln2 - 0.5]], [[-ln2 - 0.1], [0.3 - 0.1], [ln3 - 0.1]]])
h0 = np.zeros((2, 1))
t = np.array([[-1.0], [1.7]])

# %% [markdown]
# ## One step
#
# The new state comes from what is read and from the state before:
#
# $$h_{s+1} = \tanh(x_s W_x + h_s W_h + b)$$
#
# The function has to be right for sums up to ±1000, without a warning.
#
# > **Predict.** All weights and biases are 0. What is the new state, whatever came before? Then look at
# > `step({name: 0 * values for name, values in params.items()}, x[:, 0], h0)`.


# %%
def step(params, x_t, h_before):
    """The states after one step.

    params    dict: Wx (n_in, n_h), Wh (n_h, n_h), b (n_h,), Wy (n_h, n_out), by (n_out,)
    x_t       (n, n_in), what is read in this step
    h_before  (n, n_h), the states before it
    returns   (n, n_h)
    """
    ### BEGIN SOLUTION
    z = x_t @ params["Wx"] + h_before @ params["Wh"] + params["b"]
    return np.tanh(z)
    ### END SOLUTION


# %%
check(step)

# %% [markdown]
# ## Forward through time
#
# Step by step from the first to the last. Keep every state on the way: the way back needs them. Put
# `h0` at the head of the list, so that `h[s]` is what step `s` begins with and `h[s + 1]` what it ends
# with. The output is read from the last states, without an activation function:
#
# $$y = h_T W_y + b_y$$
#
# for $T$ steps.
#
# > **Predict.** In sequence 0 of `by hand` the first input is ln 2 − 0.1. Compute the state after it,
# > and with that the sum in the second step. Then look at `forward(params, x, h0)`.


# %%
def forward(params, x, h0):
    """Run the network over sequences.

    params   dict, as in step
    x        (n, steps, n_in)
    h0       (n, n_h), the states before the first step
    returns  dict: h, a list of steps + 1 arrays (n, n_h): h0, and the states after each step;
             y (n, n_out)
    """
    ### BEGIN SOLUTION
    h = [h0]
    for s in range(x.shape[1]):
        h.append(step(params, x[:, s], h[-1]))
    y = h[-1] @ params["Wy"] + params["by"]
    return {"h": h, "y": y}
    ### END SOLUTION


# %%
check(forward)

# %% [markdown]
# ## Loss
#
# The mean squared error over all sequences and outputs. The states before the last one have no target.
#
# $$E = \frac{1}{n \, n_\mathrm{out}} \sum_{i, k} (y_{ik} - t_{ik})^2$$


# %%
def loss(y, t):
    """The mean squared error.

    y, t     (n, n_out)
    returns  float
    """
    ### BEGIN SOLUTION
    return float(np.mean((y - t) ** 2))
    ### END SOLUTION


# %%
check(loss)

# %% [markdown]
# ## Backward through time
#
# Let `dh[s]` be the derivative of $E$ by `h[s]`. At the end it comes from the output alone: from the
# derivative by $y$ back through $W_y$. Then, from the last step to the first:
#
# - Through tanh: the derivative by the sums of step $s$ is `dh[s + 1]` times the slope of tanh. You
#   know the slope from what tanh gave, which is `h[s + 1]`: 1 less its square. Call the product
#   $\delta_s$.
# - $\delta_s$ gives this step's shares of three derivatives: by `Wx` through what the step read, by `Wh`
#   through the state that it began with, and by `b`. The three are used in every step, so that what all
#   steps bring is **added up**.
# - $\delta_s$ goes back through $W_h$ to `dh[s]`.
#
# The output has its own `Wy` and `by`, which are used once.
#
# > **Predict.** In `by hand` one of the six states is 0, apart from those in `h0`. Which of the six
# > $\delta$ does not become smaller by its slope? And which share of `grads["Wh"]` is 0 because of it?
# > Then look at `backward(params, x, t, forward(params, x, h0))`.
#
# <details><summary>Sequence 0 by hand, there and back (open it after your prediction)</summary>
#
# Forward, each state goes into the next sum with the weight 0.5:
#
# | step | input | sum | state after it |
# |---|---|---|---|
# | 0 | ln 2 − 0.1 | ln 2 − 0.1 + 0.5 · 0 + 0.1 = ln 2 | 0.6 |
# | 1 | ln 3 − 0.4 | ln 3 − 0.4 + 0.5 · 0.6 + 0.1 = ln 3 | 0.8 |
# | 2 | −ln 2 − 0.5 | −ln 2 − 0.5 + 0.5 · 0.8 + 0.1 = −ln 2 | −0.6 |
#
# Then `y` is −0.6 · 2 + 0.5 = −0.7, and `y - t` is 0.3. The derivative of $E$ by this `y` is
# 2 · 0.3 / 2 = 0.3, and `dh[3]` is 0.3 · 2 = 0.6. Back, with the last step first:
#
# | step | `dh` after it | slope | δ | times the state before it | back through 0.5: `dh` before it |
# |---|---|---|---|---|---|
# | 2 | 0.6 | 1 − 0.6² = 0.64 | 0.384 | 0.384 · 0.8 = 0.3072 | 0.192 |
# | 1 | 0.192 | 1 − 0.8² = 0.36 | 0.06912 | 0.06912 · 0.6 = 0.0415 | 0.03456 |
# | 0 | 0.03456 | 1 − 0.6² = 0.64 | 0.02212 | 0.02212 · 0 = 0 | 0.01106 |
#
# This sequence brings 0.3072 + 0.0415 + 0 = 0.3487 to `grads["Wh"]`. Sequence 1 brings −0.0864, its
# share in step 1. Together 0.2623: make the weight larger by 0.01, and the loss grows by about 0.0026.
# The last step brings the most by far. Look at the last column to see why.
#
# </details>


# %%
def backward(params, x, t, values):
    """The derivatives of the loss by the parameters, and by every state.

    params   dict, as in step
    x        (n, steps, n_in)
    t        (n, n_out)
    values   dict: h, y, what forward returned
    returns  grads, a dict like params; and dh, a list of arrays (n, n_h), as many as in h: dh[s] is
             the derivative by h[s]
    """
    ### BEGIN SOLUTION
    h = values["h"]
    delta_y = 2 * (values["y"] - t) / t.size
    grads = {name: np.zeros_like(array) for name, array in params.items()}
    grads["Wy"] = h[-1].T @ delta_y
    grads["by"] = delta_y.sum(axis=0)
    dh = [delta_y @ params["Wy"].T]
    for s in reversed(range(x.shape[1])):
        delta = dh[0] * (1 - h[s + 1] ** 2)
        grads["Wx"] += x[:, s].T @ delta
        grads["Wh"] += h[s].T @ delta
        grads["b"] += delta.sum(axis=0)
        dh.insert(0, delta @ params["Wh"].T)
    return grads, dh
    ### END SOLUTION


# %%
check(backward)

# %% [markdown]
# ## What arrives at the first step
#
# From step to step, `dh` is multiplied by slopes, none above 1, and by $W_h$. Over many steps that is
# a power: of 0.5 nothing is left after 20 steps, and of 1.5 there is a multitude. These are the
# **vanishing** and the **exploding** gradient.
#
# ![The size of the derivative by the state before each of 20 steps, beside that by the last state, on a logarithmic scale, for three networks. With 0.5 on the diagonal of Wh it falls to a millionth on its way back to the first step. With 1 it stays as it is. With 1.5 it grows to 3000 times its size.](arriving.svg)
#
# In the figure `Wh` has the same number on its diagonal and 0 elsewhere, and the inputs are 0 in every
# step. The states then stay at 0, where tanh is steepest: all slopes are 1, and $W_h$ alone counts.
#
# > **Predict.** Inputs that are not 0 lead the states away from 0. Does more arrive at the first step
# > then, or less? And with 3 on the diagonal in place of 1.5? The cell below uses your own `backward`:
# > look at `arriving(1.5, blanks)[0]`, `arriving(1.5, sequences)[0]` and `arriving(3.0, sequences)[0]`.


# %%
def start(scale, n_h=4, seed=4):
    """Random parameters, with scale on the diagonal of Wh: each unit keeps that share of its state."""
    rng = np.random.default_rng(seed)
    return {
        "Wx": rng.normal(size=(2, n_h)),
        "Wh": scale * np.eye(n_h),
        "b": np.zeros(n_h),
        "Wy": rng.normal(size=(n_h, 1)) / np.sqrt(n_h),
        "by": np.zeros(1),
    }


def first_of_two(within=8, steps=20):
    """Sequences with an a and a b within the first steps, and blanks else; the target is 1 where a
    comes first, and -1 where b does."""
    pairs = [(a, b) for a in range(within) for b in range(within) if a != b]
    pairs = np.random.default_rng(7).permutation(pairs)
    read = np.zeros((len(pairs), steps, 2))
    for row, (a, b) in enumerate(pairs):
        read[row, a, 0] = read[row, b, 1] = 1.0
    return read, np.where(pairs[:, :1] < pairs[:, 1:], 1.0, -1.0)


sequences, targets = first_of_two()
blanks = 0 * sequences


def arriving(scale, inputs):
    """The size of dh[0], dh[1] and so on beside that of the last one, before any training."""
    begin = start(scale)
    values = forward(begin, inputs, np.zeros((len(inputs), 4)))
    _, dh = backward(begin, inputs, targets, values)
    return np.array([np.linalg.norm(each) for each in dh]) / np.linalg.norm(dh[-1])


# %% [markdown]
# ## Truncation
#
# A text may have a million steps. Nobody keeps a million states to go back through. **Truncated**
# backpropagation goes back through the last `k` steps only. What was before them counts as given: the
# state with which the last `k` steps begin is treated as `h0` is, as numbers that no parameter can
# change. So you need no second loop, if you give the one that you have the right part of `x` and of
# `h`.
#
# If there are no more than `k` steps, all of them count.
#
# > **Predict.** In `by hand` with `k` 2: which of the five derivatives stay as they were? Then look at
# > `truncated(params, x, t, forward(params, x, h0), 2)`.


# %%
def truncated(params, x, t, values, k):
    """The derivatives by the parameters, from the last k steps only.

    params   dict, as in step
    x        (n, steps, n_in)
    t        (n, n_out)
    values   dict: h, y, what forward returned
    k        int, at least 1; it may be more than there are steps
    returns  dict like params
    """
    ### BEGIN SOLUTION
    first = max(x.shape[1] - k, 0)
    kept = {"h": values["h"][first:], "y": values["y"]}
    grads, _ = backward(params, x[:, first:], t, kept)
    return grads
    ### END SOLUTION


# %%
check(truncated)

# %% [markdown]
# ## Clipping
#
# Against a gradient that explodes there is a simple remedy: if it is too long, make it shorter. All
# derivatives together are one vector $g$, whose length, its **norm**, is the root of the sum of the
# squares of all entries of all arrays. Is it above the bound $c$, then
#
# $$g \leftarrow \frac{c}{\lVert g \rVert} \, g$$
#
# and otherwise $g$ stays as it is.
#
# ![Two arrows that reach beyond a circle. Left, the arrow is cut off where it crosses the circle, and points where it did. Right, each of its two entries is cut off at the bound by itself, and the arrow points elsewhere.](clipping.svg)
#
# > **Predict.** Two arrays have the norms 3 and 4. What is the norm of both together, and what becomes
# > of the second with a bound of 1? Then look at
# > `clip({"a": np.array([3.0]), "b": np.array([[0.0, 4.0]])}, 1.0)`.


# %%
def clip(grads, bound):
    """Derivatives, shortened if all of them together are longer than the bound.

    grads    dict of arrays of any shape
    bound    float, above 0
    returns  dict of new arrays in the same shapes
    """
    ### BEGIN SOLUTION
    squares = sum(np.sum(array**2) for array in grads.values())
    norm = np.sqrt(squares)
    factor = bound / norm if norm > bound else 1.0
    return {name: factor * array for name, array in grads.items()}
    ### END SOLUTION


# %%
check(clip)

# %% [markdown]
# ## Training
#
# Gradient descent with all sequences in every step: forward, record the loss, truncated derivatives,
# clipped, and a step against them.
#
# > **Predict.** With a learning rate of 0.5 and a bound of 1, how far can one step of gradient descent
# > move the parameters at most?


# %%
def train(params, x, h0, t, lr, bound, k, epochs):
    """Train the network.

    params      dict, as in step
    x, h0, t    as in forward and loss
    lr, bound   floats: the learning rate, and the bound of clip
    k           int, the number of steps that truncated goes back through
    epochs      int, how many steps of gradient descent are made
    returns     the trained params, and a list of floats: the loss before each step
    """
    ### BEGIN SOLUTION
    losses = []
    for _ in range(epochs):
        values = forward(params, x, h0)
        losses.append(loss(values["y"], t))
        grads = clip(truncated(params, x, t, values, k), bound)
        params = {name: params[name] - lr * grads[name] for name in params}
    return params, losses
    ### END SOLUTION


# %%
check(train)

# %% [markdown]
# ## Which came first?
#
# ```text
# . . a . . . b . . . . . . . . . . . . .     1: a came first
# . b . . a . . . . . . . . . . . . . . .    -1: b came first
# ```
#
# Somewhere in the first 8 of 20 steps there is one `a` and one `b`; then there are blanks. When 12
# blanks have gone by, the network is asked which came first. There are 56 such sequences. It learns
# from 40 of them, with 4 hidden units, and is asked about the other 16. `a` is `(1, 0)`, `b` is
# `(0, 1)`, a blank `(0, 0)`; an output above 0 means `a`.


# %%
def learn(scale, k, bound):
    """Train on 40 sequences, and say how many of the other 16 come out right."""
    zeros = np.zeros((40, 4))
    trained, losses = train(start(scale), sequences[:40], zeros, targets[:40], 0.3, bound, k, 500)
    y = forward(trained, sequences[40:56], zeros[:16])["y"]
    right = np.sum((y > 0) == (targets[40:56] > 0))
    print(f"{right} of the other 16 are right; the last loss is {losses[-1]:.3g}")
    return trained, losses


# %%
loss_curve(learn, 1.0, 20, 0.25)

# %% [markdown]
# With a right `train` all 16 are right, and the loss ends near 0.00001, after about half a second.
#
# Things to try. The first three change one argument each, and fail in ways of their own:
#
# - `loss_curve(learn, 0.3, 20, 0.25)`, where the gradient vanishes. The loss goes no further down than
#   to 0.9975, which is what a network reaches that always says the same. Which of its parameters learn
#   anything at all?
# - `loss_curve(learn, 1.0, 6, 0.25)`, where the last 6 steps count. They read blanks only. How large
#   does `k` have to be, and what does this have to do with the 12 blanks?
# - `loss_curve(learn, 1.0, 20, 1e9)`, where nothing is clipped. One long step is enough. Look at the
#   scale of the figure.
# - `sequences, targets = first_of_two(16)` lets `a` and `b` stand in any of the first 16 steps. Now a `k`
#   of 2 is enough. Which sequences teach the network what it could not learn with 6 before?
#
# ## Two questions
#
# One option of each is right: return its number. `check` says only that you have chosen. Whether it
# is right you read when your work is graded, and why when nobody can hand in any more.
#
# **One step back.** `k` is 1, and there are many steps. What is the derivative by `Wh` that `truncated`
# returns?
#
# 1. Zeros: nothing goes back from a state to the one before it.
# 2. Zeros: the state before the last step counts as given, and `Wh` acts on nothing else.
# 3. The share of the last step, which is not 0 where the state before it is not.
# 4. The share of the last step, times the number of steps, which stands for the others.


# %%
def one_step_back():
    """The number of the option that is right, 1 to 4."""
    ### BEGIN SOLUTION
    return 3
    ### END SOLUTION


# %%
check(one_step_back)

# %% [markdown]
# **Louder.** In a network whose gradient vanishes, the last step brings shares of about 1 to the
# derivative by `Wh`, and the first step shares of about 0.000001. Somebody multiplies all derivatives
# by 1,000,000 and takes away the clipping. Does the network learn now what the first step has to
# teach?
#
# 1. No: what the first step brings is as small beside the other shares as before, and they lead every
#    step of gradient descent.
# 2. Yes: the first step brings shares of about 1 now, as the last one did before.
# 3. Yes, but it needs 1,000,000 times as many epochs, since the learning rate has to be smaller.
# 4. No: a number as small as 0.000001 is lost when it is multiplied, by rounding.


# %%
def louder():
    """The number of the option that is right, 1 to 4."""
    ### BEGIN SOLUTION
    return 1
    ### END SOLUTION


# %%
check(louder)
