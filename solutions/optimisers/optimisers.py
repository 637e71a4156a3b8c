# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Optimisers
#
# A gradient says which way is up, at one place. Gradient descent takes a step the other way, and how
# long the step is depends on how steep it is there. In a valley that is steep across and flat along
# its floor this goes wrong in both directions at once: the steps jump from wall to wall, and hardly
# get on along the floor.
#
# An **optimiser** turns gradients into better steps. It remembers something from step to step, its
# **state**: which way the steps have gone, or how large the gradients have been. Nearly every network
# is trained with one of those that you write here.
#
# ![Contour lines of a long valley with four paths from the same start. Gradient descent jumps from wall to wall, momentum swings through the lowest point and comes back, RMSprop goes almost straight and Adam in a wide bend.](paths.svg)
#
# Each optimiser is a function that takes the parameters, their gradients and its state, and returns
# new parameters and a new state:
#
# ```text
# sgd(params, grads, state, lr)
# momentum(params, grads, state, lr, beta)
# rmsprop(params, grads, state, lr, rho, epsilon)
# adam(params, grads, state, lr, beta1, beta2, epsilon)
# ```
#
# | name | meaning |
# |---|---|
# | `params` | a list of layers, each a dict of arrays: any names, any shapes |
# | `grads` | gradients, a list of layers like `params` |
# | `state` | a dict: what the optimiser remembers. Its lists of layers are like `params` |
# | `lr` | the learning rate |
# | `beta`, `rho`, `beta1`, `beta2` | how much of what was is kept from step to step, between 0 and 1 |
# | `epsilon` | a small number that keeps a denominator from being 0 |
#
# An optimiser does the same to every number, whatever layer it is in, and whatever the layer calls
# it. So below is a function that does this for you: `each`.
#
# Your functions have to work for lists of any length, for any names and any shapes. Use only their
# arguments, and do not change these in place: return new layers. After each function a `check(...)`
# compares your values with the right ones, on numbers that are in `visible.json`: those whose labels
# end in `by hand`, which are below, and larger ones. When your work is graded, the same checks run on
# hidden numbers too.
#
# **Before you hand in**, restart the kernel and run all cells, then save.
#
# ## Numbers to compare with
#
# One layer with three numbers. They are chosen so that you need no calculator.
#
# <details><summary>What everything has to give (open it after your predictions)</summary>
#
# ```text
#                                       W[0]    W[1]    b[0]
# params                                1.      -2.      1.
# grads                                 2.      -4.      4.
#
# height                                9.5
# slopes                                5.     -10.      3.
# global_norm(grads)                    6.
# clip(grads, 1.5)                      0.5     -1.      1.
#
# sgd        new params                 0.8     -1.6     0.6
# momentum   new velocity               2.5     -3.      3.
#            new params                 0.75    -1.7     0.7
# rmsprop    new squares                6.25    25.     64.
#            new params                 0.92    -1.92    0.95
# adam       new mean                   1.5     -1.5     1.5
#            corrected                  2.      -2.      2.
#            new squares                1.75     7.     10.9375
#            corrected                  4.      16.     25.
#            new params                 0.9     -1.95    0.96
# ```
#
# </details>

# %%
import numpy as np

from autograder import check, loss_curve


def each(function, *lists):
    """A list of layers like those given: each array is what function returns for the arrays that
    stand in this place of the lists. each(np.square, grads) squares all gradients, and
    each(np.multiply, params, grads) multiplies each parameter by its gradient."""
    return [
        {name: function(*(layer[name] for layer in layers)) for name in layers[0]}
        for layers in zip(*lists, strict=True)
    ]


params = [{"W": np.array([1.0, -2.0]), "b": np.array([1.0])}]
grads = [{"W": np.array([2.0, -4.0]), "b": np.array([4.0])}]
curvature = [{"W": np.array([4.0, 1.0]), "b": np.array([2.0])}]

# %% [markdown]
# ## A surface to go down
#
# A loss is a height above the parameters. To see what an optimiser does, take a height that needs no
# network:
#
# $$E = \sum_i \left( \tfrac{1}{2} c_i \, p_i^2 + \tfrac{1}{4} \, p_i^4 \right)$$
#
# The sum goes over every number $p_i$ in `params`, and $c_i$ is the number in the same place of
# `curvature`. The lowest point is where all $p_i$ are 0. Where some $c_i$ are large and others small,
# the surface is a long valley. The fourth powers make its walls steeper the further up one is.
#
# > **Predict.** In `by hand`, one of the three numbers has more than half of the height. Which one, and
# > to which of its two terms does it owe that? Then look at `height(params, curvature)`.


# %%
def height(params, curvature):
    """The height of the surface.

    params     list of layers
    curvature  list of layers like params
    returns    float
    """
    ### BEGIN SOLUTION
    parts = each(lambda p, c: np.sum(c / 2 * p**2 + p**4 / 4), params, curvature)
    return float(sum(part for layer in parts for part in layer.values()))
    ### END SOLUTION


# %%
check(height)

# %% [markdown]
# ## Its slopes
#
# The derivative of $E$ by each number. No number has anything to do with another one here.
#
# > **Predict.** What are the slopes at the lowest point? And which number of `by hand` has the
# > steepest slope? Then look at `slopes(params, curvature)`.


# %%
def slopes(params, curvature):
    """The derivatives of the height by all parameters.

    params     list of layers
    curvature  list of layers like params
    returns    list of layers like params
    """
    ### BEGIN SOLUTION
    return each(lambda p, c: c * p + p**3, params, curvature)
    ### END SOLUTION


# %%
check(slopes)

# %% [markdown]
# ## The norm of all gradients
#
# All gradients together are one long arrow. Its length is the root of the sum of all squares, over
# all layers and all arrays:
#
# $$\lVert g \rVert = \sqrt{\sum_i g_i^2}$$
#
# > **Predict.** What is the norm of 2, −4 and 4? Then look at `global_norm(grads)`.


# %%
def global_norm(grads):
    """The length of all gradients together.

    grads    list of layers
    returns  float
    """
    ### BEGIN SOLUTION
    squares = each(lambda g: np.sum(g**2), grads)
    return float(np.sqrt(sum(part for layer in squares for part in layer.values())))
    ### END SOLUTION


# %%
check(global_norm)

# %% [markdown]
# ## Clipping
#
# On a steep wall the gradient is so large that one step leads far out of the valley, to where it is
# steeper still. A recurrent network or a Transformer meets such walls, and one step can undo hours of
# training. So gradients whose norm is larger than a bound are scaled down to that bound:
#
# $$g \leftarrow g \cdot \frac{m}{\lVert g \rVert} \quad \text{if } \lVert g \rVert > m$$
#
# with $m$ = `max_norm`. All of them are scaled by the same factor, so that the arrow keeps its
# direction. Gradients that are within the bound stay as they are, also where all of them are 0.
#
# ![Two arrows from one point. The long one leads far out of a circle; the short one has the same direction and ends on the circle.](clipping.svg)
#
# > **Predict.** By which factor are the gradients of `by hand` scaled with a `max_norm` of 1.5? And
# > with one of 100? Then look at `clip(grads, 1.5)`.


# %%
def clip(grads, max_norm):
    """Gradients whose norm is at most max_norm.

    grads     list of layers
    max_norm  float, above 0
    returns   list of layers like grads
    """
    ### BEGIN SOLUTION
    norm = global_norm(grads)
    factor = max_norm / norm if norm > max_norm else 1.0
    return each(lambda g: g * factor, grads)
    ### END SOLUTION


# %%
check(clip)

# %% [markdown]
# ## Gradient descent
#
# $$p \leftarrow p - \eta \, g$$
#
# with $\eta$ = `lr`. It remembers nothing. Its state only counts the steps, so that it can be used like
# the others: `{"step": 0}` before the first one. It is called SGD, for stochastic gradient descent,
# since in a training the gradients are those of a few examples that are drawn by chance.
#
# > **Predict.** `sgd(params, grads, {"step": 0}, 0.1)` returns two things. Which?


# %%
def sgd(params, grads, state, lr):
    """A step of gradient descent.

    params, grads  lists of layers
    state          dict: step, an int, the number of steps before this one
    lr             float, the learning rate
    returns        new params, and a new state, in which this step is counted
    """
    ### BEGIN SOLUTION
    new = each(lambda p, g: p - lr * g, params, grads)
    return new, {"step": state["step"] + 1}
    ### END SOLUTION


# %%
check(sgd)

# %% [markdown]
# ## Momentum
#
# A ball that rolls down does not start anew at every point: it keeps its **velocity**, and the slope
# changes it.
#
# $$v \leftarrow \beta v + g \qquad p \leftarrow p - \eta \, v$$
#
# Across the valley the gradients change their sign from step to step, and cancel in $v$. Along the
# floor they all point the same way, and add up. The step is made with the new velocity.
#
# > **Predict.** The gradient stays at 1 and `beta` is 0.9. Which velocity is reached in the end? It is
# > the $v$ with $v = 0.9 \, v + 1$. How much longer are the steps than without momentum?


# %%
def momentum(params, grads, state, lr, beta):
    """A step of gradient descent with momentum.

    params, grads  lists of layers
    state          dict: velocity, a list of layers like params
    lr, beta       floats
    returns        new params, and a new state
    """
    ### BEGIN SOLUTION
    velocity = each(lambda v, g: beta * v + g, state["velocity"], grads)
    new = each(lambda p, v: p - lr * v, params, velocity)
    return new, {"velocity": velocity}
    ### END SOLUTION


# %%
check(momentum)

# %% [markdown]
# ## RMSprop
#
# Momentum has one learning rate for all. RMSprop divides each gradient by how large this gradient has
# been of late. It keeps a moving average of the squares, and divides by its root:
#
# $$s \leftarrow \rho s + (1 - \rho) \, g^2 \qquad p \leftarrow p - \frac{\eta \, g}{\sqrt{s} + \epsilon}$$
#
# Squares, roots and quotients are taken number by number. So a number with large gradients takes steps
# as long as one with small ones. $\epsilon$ stands outside of the root.
#
# > **Predict.** A gradient has always been 5, and $s$ is 25. How long is the step? How long, if it has
# > always been 0.005?


# %%
def rmsprop(params, grads, state, lr, rho, epsilon):
    """A step of RMSprop.

    params, grads     lists of layers
    state             dict: squares, a list of layers like params: the moving average
    lr, rho, epsilon  floats
    returns           new params, and a new state
    """
    ### BEGIN SOLUTION
    squares = each(lambda s, g: rho * s + (1 - rho) * g**2, state["squares"], grads)
    new = each(lambda p, g, s: p - lr * g / (np.sqrt(s) + epsilon), params, grads, squares)
    return new, {"squares": squares}
    ### END SOLUTION


# %%
check(rmsprop)

# %% [markdown]
# ## Adam
#
# Adam does both: it keeps a moving average of the gradients, as momentum does, and one of their
# squares, as RMSprop does.
#
# $$m \leftarrow \beta_1 m + (1 - \beta_1) \, g \qquad s \leftarrow \beta_2 s + (1 - \beta_2) \, g^2$$
#
# Both averages begin at 0, and for some time they remember these zeros. With $\beta_2 = 0.999$ the
# first $s$ is $0.001 \, g^2$, which is a thousandth of what it stands for. **Bias correction** divides
# by what is missing: in step number $k$, counted from 1, the shares of all gradients so far add up to
# $1 - \beta^k$.
#
# $$\hat m = \frac{m}{1 - \beta_1^k} \qquad \hat s = \frac{s}{1 - \beta_2^k} \qquad
# p \leftarrow p - \frac{\eta \, \hat m}{\sqrt{\hat s} + \epsilon}$$
#
# The corrected values are used for the step only. The state keeps $m$ and $s$ without correction.
#
# ![Two curves over 30 steps with a gradient of 1. The moving average from 0 grows slowly towards 1; the corrected one is 1 from the first step on.](correction.svg)
#
# > **Predict.** In the first step, $m$ and $s$ are 0 before it. How long is the step for a gradient of
# > 5? And of 0.005? The gradients of `adam, first step` are as different as that. Compare the
# > parameters of `check.example("adam, first step", adam)` with those that `adam` returns for it.
#
# <details><summary>One number by hand (open it after your prediction)</summary>
#
# The first number of `adam by hand` is 1, with the gradient 2. One step has been made, so that this is
# step 2. `beta1` is 0.5, `beta2` is 0.75 and `lr` is 0.1; $m$ and $s$ are both 1.
#
# | value | computation | result |
# |---|---|---|
# | $m$ | 0.5 · 1 + 0.5 · 2 | 1.5 |
# | $\hat m$ | 1.5 / (1 − 0.5²) = 1.5 / 0.75 | 2 |
# | $s$ | 0.75 · 1 + 0.25 · 2² | 1.75 |
# | $\hat s$ | 1.75 / (1 − 0.75²) = 1.75 / 0.4375 | 4 |
# | step | 0.1 · 2 / √4 | 0.1 |
# | new number | 1 − 0.1 | 0.9 |
#
# </details>


# %%
def adam(params, grads, state, lr, beta1, beta2, epsilon):
    """A step of Adam.

    params, grads              lists of layers
    state                      dict: step, an int, the number of steps before this one;
                               mean and squares, lists of layers like params, without correction
    lr, beta1, beta2, epsilon  floats
    returns                    new params, and a new state, in which this step is counted
    """
    ### BEGIN SOLUTION
    step = state["step"] + 1
    mean = each(lambda m, g: beta1 * m + (1 - beta1) * g, state["mean"], grads)
    squares = each(lambda s, g: beta2 * s + (1 - beta2) * g**2, state["squares"], grads)
    first = each(lambda m: m / (1 - beta1**step), mean)
    second = each(lambda s: s / (1 - beta2**step), squares)
    new = each(lambda p, m, s: p - lr * m / (np.sqrt(s) + epsilon), params, first, second)
    return new, {"step": step, "mean": mean, "squares": squares}
    ### END SOLUTION


# %%
check(adam)

# %% [markdown]
# ## Going down
#
# One loop for all of them. `first_state` makes the state before the first step, and `take_step` calls
# the optimiser by its name. `settings` are the arguments that are its own, such as
# `{"lr": 0.1, "beta": 0.9}`.


# %%
def first_state(method, params):
    """The state of an optimiser before its first step."""
    zeros, others = each(np.zeros_like, params), each(np.zeros_like, params)
    return {
        "sgd": {"step": 0},
        "momentum": {"velocity": zeros},
        "rmsprop": {"squares": zeros},
        "adam": {"step": 0, "mean": zeros, "squares": others},
    }[method]


def take_step(method, params, grads, state, settings):
    """New params and a new state, by the optimiser with this name."""
    methods = {"sgd": sgd, "momentum": momentum, "rmsprop": rmsprop, "adam": adam}
    return methods[method](params, grads, state, **settings)


# %% [markdown]
# Each step takes the slopes where the parameters are, clips them, and lets the optimiser make its
# step with the state that the last step returned. Record the height before each step.
#
# > **Predict.** Without clipping, `sgd` with `lr` 0.1 starts at a single number 6, where `curvature`
# > is 1. Where is it after one step? Is that lower? And after two?


# %%
def minimise(params, curvature, method, settings, max_norm, steps):
    """Go down the surface.

    params, curvature  lists of layers, as in height
    method             "sgd", "momentum", "rmsprop" or "adam"
    settings           dict: the other arguments of this optimiser, by name
    max_norm           float, as in clip
    steps              int
    returns            the last params, and a list of floats: the height before each step
    """
    ### BEGIN SOLUTION
    state = first_state(method, params)
    heights = []
    for _ in range(steps):
        heights.append(height(params, curvature))
        grads = clip(slopes(params, curvature), max_norm)
        params, state = take_step(method, params, grads, state, settings)
    return params, heights
    ### END SOLUTION


# %%
check(minimise)

# %% [markdown]
# ## Look at what they do
#
# The valley of the first picture: 140 times as steep across, along `W[1]`, as along its floor. The
# settings are those with which the paths were drawn.

# %%
valley = [{"W": np.array([0.1, 14.0])}]
start = [{"W": np.array([-1.8, 0.7])}]
SETTINGS = {
    "sgd": {"lr": 0.13},
    "momentum": {"lr": 0.02, "beta": 0.8},
    "rmsprop": {"lr": 0.1, "rho": 0.9, "epsilon": 1e-8},
    "adam": {"lr": 0.1, "beta1": 0.9, "beta2": 0.99, "epsilon": 1e-8},
}


def descend(method, params=start, max_norm=np.inf, steps=60):
    """Go down the valley."""
    return minimise(params, valley, method, SETTINGS[method], max_norm, steps)


# %% [markdown]
# > **Predict.** Which of the four comes down fastest in its first ten steps? Which is lowest after 60?
# > Then look at the curves of the four names.

# %%
loss_curve(descend, "sgd")

# %% [markdown]
# After 60 steps `sgd` is at a height of about 0.0013 and `rmsprop` below 0.0003.
#
# Things to try:
#
# - `loss_curve(descend, "rmsprop", start, np.inf, 200)`. What are these jumps, and why do they come
#   so late? Think of $s$ where the gradients have been small for long.
# - `far = [{"W": np.array([-6.0, 4.0])}]` is far up on the wall: `descend("sgd", far, np.inf, 5)[1]`,
#   and the same with a `max_norm` of 2 in 60 steps.
# - `adam` swings through the lowest point and back. Which of its settings makes it swing less?
#
# ## Where valleys come from
#
# From units. A price is to be computed from the size of a flat in square metres and its number of
# rooms. Sizes are numbers around 100 and rooms are numbers around 3, so that a weight of the size
# changes the prices some thirty times as much as one of the rooms. The loss is the mean squared
# error, and its surface is a valley that is some 150,000 times as steep in one direction
# as in another. Such valleys are in every network, and nobody sees them.

# %%
random = np.random.default_rng(7)
flats = np.column_stack([random.uniform(40, 160, 100), random.integers(1, 7, 100)])
prices = flats @ np.array([2.0, 15.0]) + 90 + random.normal(0, 5, 100)


def learn(method, settings, steps=1000):
    """Fit the prices, from weights of 0."""
    fitted = [{"w": np.zeros(2), "b": np.zeros(1)}]
    state, losses = first_state(method, fitted), []
    for _ in range(steps):
        error = flats @ fitted[0]["w"] + fitted[0]["b"] - prices
        losses.append(float(np.mean(error**2)))
        by = [{"w": 2 * error @ flats / 100, "b": np.array([2 * error.mean()])}]
        fitted, state = take_step(method, fitted, by, state, settings)
    return fitted, losses


# %%
loss_curve(learn, "adam", {"lr": 1.0, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8})

# %% [markdown]
# The prices were made with the weights 2 and 15, the bias 90, and an error of about 5 by chance. No
# weights give a loss below 20.6. What is reached in 1000 steps, which take a few hundredths of a
# second:
#
# | optimiser | settings | loss |
# |---|---|---|
# | `sgd` | `{"lr": 8e-5}` | 1136 |
# | `momentum` | `{"lr": 8e-5, "beta": 0.9}` | 479 |
# | `rmsprop` | `{"lr": 0.1, "rho": 0.9, "epsilon": 1e-8}` | 120 |
# | `adam` | those above | 22 |
#
# Things to try:
#
# - `learn("sgd", {"lr": 1e-4}, 100)[1]`. A little more than 8e-5, and what becomes of the loss?
# - Divide the sizes by 100, so that both columns are numbers of the same kind. What does `sgd` reach
#   now, with a `lr` of 0.05?
#
# ## Two questions
#
# One option of each is right: return its number. `check` says only that you have chosen. Whether it
# is right you read when your work is graded, and why when nobody can hand in any more.
#
# **No correction.** Somebody leaves the bias correction out of Adam, of both averages, with `beta1`
# 0.9 and `beta2` 0.999. How long is the first step then?
#
# 1. A tenth of what it should be: only a tenth of the gradient is in the first $m$.
# 2. About three times as long as it should be.
# 3. As long as it should be: what is missing above the line is missing below it too.
# 4. A thousand times as long: the first $s$ is a thousandth of what it should be.


# %%
def no_correction():
    """The number of the option that is right, 1 to 4."""
    ### BEGIN SOLUTION
    return 2
    ### END SOLUTION


# %%
check(no_correction)

# %% [markdown]
# **Other units.** A loss in euros is counted in cents from now on, so that it and all gradients are
# 100 times as large. All settings stay the same, and $\epsilon$ is so small that it does not matter.
# What becomes of the steps?
#
# 1. All four optimisers take steps that are 100 times as long.
# 2. None of the steps changes: the lowest point is where it was.
# 3. Those of Adam stay the same, thanks to the bias correction. All others are longer.
# 4. Those of gradient descent and momentum are 100 times as long; those of RMSprop and Adam stay as
#    they were, if their state began at 0.


# %%
def other_units():
    """The number of the option that is right, 1 to 4."""
    ### BEGIN SOLUTION
    return 4
    ### END SOLUTION


# %%
check(other_units)
