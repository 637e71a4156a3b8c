# %% [markdown]
# # Backpropagation through a small sigmoid network
#
# Backpropagation is a way to compute derivatives: how much the loss changes when any one parameter
# of a network changes. It applies the chain rule from the loss backwards, and reuses each
# derivative for everything that comes before it. That is all it is. It does not decide how to
# learn; it hands its derivatives to an update rule such as gradient descent, which does.
#
# One training iteration has four steps, and you write all of them here:
#
# | step | function | what it gives |
# |---|---|---|
# | 1 | `forward` | the network's output $y$ for an input $x$ |
# | 2 | `loss` | how far $y$ is from the target $t$ |
# | 3 | `backward` | the derivative of the loss with respect to every parameter |
# | 4 | `update` | new parameters, a small step downhill |
#
# Networks far larger than this one, such as convolutional networks, recurrent networks and
# Transformers, are trained by the same four steps.
#
# ## The network
#
# ![Two inputs, two hidden units and one output. Forward, values flow from x through W1 and b1 to h, and through W2 and b2 to y. Backward, derivatives flow the other way.](network.svg)
#
# | name | meaning | shape | here |
# |---|---|---|---|
# | `x` | input | `(n_in,)` | `(2,)` |
# | `params["W1"]` | weights from input to hidden layer | `(n_in, n_hidden)` | `(2, 2)` |
# | `params["b1"]` | biases of the hidden layer | `(n_hidden,)` | `(2,)` |
# | `params["W2"]` | weights from hidden layer to output | `(n_hidden, n_out)` | `(2, 1)` |
# | `params["b2"]` | biases of the output | `(n_out,)` | `(1,)` |
# | `t` | target | `(n_out,)` | `(1,)` |
#
# $$h = \sigma(x W_1 + b_1) \qquad y = \sigma(h W_2 + b_2) \qquad
# E = \frac{1}{n_\mathrm{out}} \sum_k (y_k - t_k)^2$$
#
# The number at a $W$ or a $b$ counts layers, the one at an $x$ or an $h$ counts units. Formulas
# count from 1 and Python from 0: $x_1$ is `x[0]`.
#
# Your functions have to work for every size, not only for 2-2-1. Do not write a size or a number of
# the example into them. Use only their arguments, and do not change them in place.
#
# After each function there is a cell with `check(...)`. It compares your values with the right
# ones, and says what is wrong and what to do next. It does so on **visible instances**, networks
# whose numbers and right results are in `visible.json`: `document` is the network above, and
# `practice` one with 3 inputs, 5 hidden units and 2 outputs. When your work is graded, the same
# checks run on **hidden instances** too, networks of other sizes that you do not see.
#
# `check()` shows how far all functions are. `check.example("practice")` gives the inputs of an
# instance, to try something out: `forward(**check.example("practice", forward))`.
#
# The network above is the worked example of a text that the checks call *the document*. It prints
# the numbers of one training step. Your functions have to give those without a star, to the last
# digit printed:
#
# <details><summary>What the document prints (open it after your predictions)</summary>
#
# ```text
# h       [0.55724785 0.62010643]
# y       [0.67932855]
# E       [0.00042731]
# dE/dy   [-0.04134291]
# dE/dW2  [[-0.00501868]
#          [-0.0055848 ]]
# dE/dh   [[-0.00450314 -0.00540377]]  *
# dE/dW1  [[-0.00055551 -0.00063649]
#          [-0.00033331 -0.0003819 ]]  *
# new W1  [[0.20005613 0.40006431]
#          [0.10003368 0.30003858]]    *
# new W2  [[0.50050706]
#          [0.60056425]]               *
# new b1  [[0.10011357 0.20012976]]    *
# new b2  [0.10090993]                 *
# ```
#
# \* Printed after the document's parameters had changed, in a run that it does not show. With the
# parameters above the last digits differ: `dE/dh` is `[-0.0045031 -0.00540372]`. The visible
# instance `recorded` has the parameters that it had by then.
#
# </details>
#
# Before each function there is something to predict. Write your answer down before you run
# anything: nobody grades it, and finding out why it was wrong is worth more than a right guess.
#
# With your work in a file, `autograder watch sigmoid_network.ipynb` in a terminal checks all of it
# at every save.
#
# **Before you hand in**, restart the kernel and run all cells (*Kernel*, *Restart Kernel and Run
# All Cells*), then save. Your work is graded in a new process, from the first cell to the last: what
# came from a cell that you have deleted since, or ran in another order, is not there then. The run
# stops at the first `check` that is not right. You may hand in all the same: grading does not stop.

# %%
import numpy as np

from autograder import check, loss_curve

x = np.array([0.5, 0.3])
t = np.array([0.7])
params = {
    "W1": np.array([[0.2, 0.4], [0.1, 0.3]]),
    "b1": np.array([0.1, 0.2]),
    "W2": np.array([[0.5], [0.6]]),
    "b2": np.array([0.1]),
}
lr = 0.1


# %% [markdown]
# ## The activation function
#
# $$\sigma(z) = \frac{1}{1 + e^{-z}}$$
#
# ![The logistic function rises from 0 on the left to 1 on the right. At z = 0 it is one half, at z = 2 about 0.88.](sigmoid.svg)
#
# For $z = -1000$ the formula as it stands asks for $e^{1000}$, which no float64 can hold. Your
# function has to be right for all $|z| \le 1000$, without an overflow warning. (For negative $z$
# use an equivalent formula. `np.where` computes both of its branches, so neither may overflow.)
#
# > **Predict.** $\sigma(2)$ is about 0.88. What is $\sigma(-2)$? Read it off the picture, without
# > a calculator. Then write the function, and look at `sigmoid(np.array([-2.0, 2.0]))`.

# %% sigmoid
def sigmoid(z):
    """The logistic function, element by element.

    z       array of any shape
    returns array of the same shape, every entry between 0 and 1
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% check-sigmoid
check(sigmoid)


# %% [markdown]
# ## Its derivative
#
# The derivative of the logistic function, the slope of its curve, can be written with its value
# alone: if $a = \sigma(z)$, then
#
# $$\sigma'(z) = a (1 - a)$$
#
# ![The logistic function with three of its tangents: it is nearly flat at z = -3 and z = 3, and steepest at z = 0.](slope.svg)
#
# The forward pass has computed $a$ already, so the function below takes the **activation** $a$, not
# $z$. Keep the two apart: with $z$ it returns a number too, but a wrong one.
#
# > **Predict.** How large is the slope where it is largest? A derivative that goes back through
# > five sigmoids is multiplied by five such slopes. What is the most that is left of it? Then look
# > at `sigmoid_derivative(np.array([0.1, 0.5, 0.9]))`.

# %% sigmoid_derivative
def sigmoid_derivative(a):
    """The derivative of the logistic function where its value is a.

    a       array of any shape: activations, sigmoid(z)
    returns array of the same shape
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% check-sigmoid_derivative
check(sigmoid_derivative)


# %% [markdown]
# ## Step 1: the forward pass
#
# $$h = \sigma(x W_1 + b_1) \qquad y = \sigma(h W_2 + b_2)$$
#
# A unit takes a weighted sum of what comes in, adds its bias, and puts the result through the
# sigmoid. Its weights are a **column** of the matrix: `W1[i, j]` leads from input `i` to unit `j`.
#
# ![The first hidden unit. The inputs, each multiplied by a weight of the first column of W1, and its own bias are added up to its z_h, and the sigmoid of that is its h.](unit.svg)
#
# If numpy says that shapes do not fit, write the shape of each factor beside it, from the table
# above: the two that meet in a product have to be the same. Keep every intermediate value that has
# a name. The backward pass needs them.
#
# > **Predict.** Look at the numbers of the network, and compute nothing. Are the two entries of
# > $h$ above or below 0.5? Which of them is larger? Then look at `forward(params, x)["h"]`.

# %% forward
def forward(params, x):
    """Run the network on one input.

    params  dict: W1 (n_in, n_hidden), b1 (n_hidden,), W2 (n_hidden, n_out), b2 (n_out,)
    x       (n_in,)
    returns dict: h (n_hidden,), y (n_out,)
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% check-forward
check(forward)


# %% [markdown]
# ## Step 2: the loss
#
# The mean squared error: square the difference of each output, then take the mean over the outputs.
#
# $$E = \frac{1}{n_\mathrm{out}} \sum_k (y_k - t_k)^2$$
#
# ![The squared difference of y and t is a parabola over y with its lowest point at t. Where y is below t it falls to the right, where y is above t it rises.](loss.svg)
#
# > **Predict.** The output is 0.679 and the target 0.7. How many times as large is the loss when
# > the output is twice as far from the target? Then compare `loss(t - 0.02, t)` with
# > `loss(t - 0.04, t)`.

# %% loss
def loss(y, t):
    """Mean squared error.

    y       (n_out,) what the network says
    t       (n_out,) what it should say
    returns float
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% check-loss
check(loss)


# %% [markdown]
# ## Step 3: the backward pass
#
# Call the sums that go into the sigmoids $z_h = x W_1 + b_1$ and $z_y = h W_2 + b_2$, each after
# what the sigmoid makes of it. The chain rule, from the loss back to the first layer:
#
# $$\frac{\partial E}{\partial W_1} = \frac{\partial E}{\partial y} \cdot
# \frac{\partial y}{\partial z_y} \cdot \frac{\partial z_y}{\partial h} \cdot
# \frac{\partial h}{\partial z_h} \cdot \frac{\partial z_h}{\partial W_1}$$
#
# ![The chain x, z_h, h, z_y, y, E. Forward, W1 and b1 enter at z_h, and W2 and b2 at z_y. Backward, each step has a local derivative: of E by y, of y by z_y, of z_y by h, of h by z_h. At z_y a branch leads to W2 and b2, at z_h one to W1 and b1.](backward.svg)
#
# Go backwards through it, one step at a time. At each step multiply what comes from behind by the
# local derivative on the arrow. What you have at $z_y$ is used three times: for $W_2$, for $b_2$,
# and on the way to $h$.
#
# - From the loss: what is $\partial E / \partial y_k$? Mind the mean.
# - Through the output's sigmoid, to $W_2$ and $b_2$. Which two numbers does the weight $W_{2,jk}$
#   connect?
# - Back to the hidden layer: $h_j$ reaches every output, each through a weight of its own.
# - Through the hidden sigmoid, to $W_1$ and $b_1$, as before.
#
# **Why an outer product.** The weight `W1[i, j]` is used once: in the sum $z_h$ of unit `j`, where
# it is multiplied by `x[i]`. So its derivative is `x[i]` times $\delta_j$, what has arrived at that
# sum. For all weights together that is the table of all such products, with a row for each input
# and a column for each unit, as in `W1` itself. It is called the outer product of $x$ and $\delta$:
#
# $$\frac{\partial E}{\partial W_1} = \begin{pmatrix} x_1 \delta_1 & x_1 \delta_2 \\
# x_2 \delta_1 & x_2 \delta_2 \end{pmatrix}$$
#
# Every entry of the result is the derivative of the loss by the thing it is named after, so it has
# the same shape. All of them belong to the same parameters: nothing is updated in between. A
# gradient of another shape was multiplied in the wrong order, or summed where nothing is to be
# summed.
#
# > **Predict.** The output is below its target. Which sign has the derivative with respect to `b2`?
# > And which of the two entries of the derivative with respect to `W2` is larger in size, and why?
# > Then look at `backward(params, x, t, forward(params, x))`.
#
# <details><summary>One weight by hand, there and back (open it after your prediction)</summary>
#
# The weight `W1[0, 0]` is 0.2. Forward, it is in one sum, and all below follows from that:
#
# | value | computed from | is |
# |---|---|---|
# | `z_h[0]` | 0.5 · 0.2 + 0.3 · 0.1 + 0.1 | 0.23 |
# | `h[0]` | σ(0.23) | 0.5572 |
# | `z_y[0]` | 0.5572 · 0.5 + 0.6201 · 0.6 + 0.1 | 0.7507 |
# | `y[0]` | σ(0.7507) | 0.6793 |
# | `E` | (0.6793 − 0.7)² | 0.000427 |
#
# Backward, each arrow of the figure multiplies by one number:
#
# | from | to | factor | product so far |
# |---|---|---|---|
# | `E` | `y[0]` | −0.04134 | −0.04134 |
# | `y[0]` | `z_y[0]` | 0.2178 | −0.009006 |
# | `z_y[0]` | `h[0]` | 0.5 | −0.004503 |
# | `h[0]` | `z_h[0]` | 0.2467 | −0.001111 |
# | `z_h[0]` | `W1[0, 0]` | 0.5 | −0.0005555 |
#
# Where does each factor come from? Two of them you find in the network above. To see that the last
# product is a derivative, make the weight larger by 0.01: the loss changes by −0.0000055, which is
# a hundredth of it.
#
# </details>

# %% backward
def backward(params, x, t, activations):
    """Compute the derivative of the loss by every value of the network.

    params      dict, as in forward
    x           (n_in,)
    t           (n_out,)
    activations dict: h (n_hidden,), y (n_out,), what forward returned
    returns     dict: y (n_out,), W2 (n_hidden, n_out), b2 (n_out,), h (n_hidden,),
                W1 (n_in, n_hidden), b1 (n_hidden,)
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% check-backward
check(backward)


# %% [markdown]
# ## Step 4: the update
#
# Gradient descent: each parameter moves a little against its derivative,
#
# $$\theta \leftarrow \theta - \eta \, \frac{\partial E}{\partial \theta}$$
#
# where $\eta$ is the learning rate `lr`.
#
# ![The loss E as a curve over one parameter. Where the slope is positive, the step leads to a smaller parameter and a smaller loss.](update.svg)
#
# Return new parameters and leave the old ones as they are. A step with the wrong sign goes uphill:
# the loss rises, and nothing else tells you.
#
# > **Predict.** You know the sign of the derivative with respect to `W2` from step 3. Are the
# > entries of `W2` larger or smaller after the step? Then look at
# > `update(params, backward(params, x, t, forward(params, x)), lr)["W2"]`.

# %% update
def update(params, grads, lr):
    """Take one step of gradient descent.

    params  dict, as in forward
    grads   dict, what backward returned
    lr      float, the learning rate
    returns dict: new values for the keys of params
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% check-update
check(update)


# %% [markdown]
# ## All four together
#
# Training repeats the four steps, `epochs` times:
#
# $$(h, y) \;\to\; E \;\to\; \frac{\partial E}{\partial \theta} \;\to\; \text{new } \theta$$
#
# Record the loss of each epoch **before** its update.
#
# ![The loss of this network over 100 epochs falls towards 0, slowly with a learning rate of 0.1, and within ten epochs with a learning rate of 1. Both curves begin at the same point.](losses.svg)
#
# > **Predict.** You have seen the first entry of the list of losses already. Where? Which of the
# > entries change when you train with another learning rate? Then look at
# > `train(params, x, t, lr, 3)[1]` and `train(params, x, t, 1.0, 3)[1]`.

# %% train
def train(params, x, t, lr, epochs):
    """Train the network on one example.

    params  dict, as in forward
    x       (n_in,)
    t       (n_out,)
    lr      float, the learning rate
    epochs  int, how many updates to make
    returns the trained params, and a list of epochs floats: the loss before each update
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% check-train
check(train)

# %% [markdown]
# The losses of your own training, drawn: `loss_curve` calls your `train` with the arguments that
# follow it. Try other learning rates. From which size on does the loss no longer fall, and why?

# %%
loss_curve(train, params, x, t, 1.0, 100)


# %% [markdown]
# ## Three questions
#
# Of the four options of each question one is right: return its number. `check` says only that you
# have chosen. Whether it is right you read when your work is graded, and why when nobody can hand
# in any more.
#
# **What it computes.** Somebody replaces your `update` by another rule, one that also remembers
# the gradients of earlier iterations. What has to change in `backward`?
#
# 1. All of it: a network that is updated by another rule does not learn by backpropagation.
# 2. The slopes: the update rule decides how the error is shared out among the weights.
# 3. Nothing: what it returns does not depend on what is done with it.
# 4. What it returns: by how much to correct each weight, which another rule answers differently.

# %% what_it_computes
def what_it_computes():
    """The number of the option that is right, 1 to 4."""
    # YOUR CODE HERE
    raise NotImplementedError()


# %% check-what_it_computes
check(what_it_computes)


# %% [markdown]
# **When it runs.** In somebody's loop, `backward` comes last: `forward`, `loss`, then `update` with
# the gradients that the iteration before has left, and then `backward(params, x, t, activations)`.
# Nothing raises an error. What does `backward` return there?
#
# 1. The right gradients: each of the four steps still runs once in every iteration.
# 2. The gradients of no network at all: its parameters are new and its activations are not.
# 3. The gradients at the new parameters: those that the next update needs.
# 4. How much the loss has changed by the update, and so whether the step was a good one.

# %% when_it_runs
def when_it_runs():
    """The number of the option that is right, 1 to 4."""
    # YOUR CODE HERE
    raise NotImplementedError()


# %% check-when_it_runs
check(when_it_runs)


# %% [markdown]
# **Which networks use it.** A convolution uses the same weights at every place of an image, a
# recurrent network at every step of a sequence, a Transformer at every position of a text. How does
# one get the derivative of the loss by such a shared weight?
#
# 1. By changing the weight a little and running the network again: the chain rule needs layers in
#    a row, each with weights of its own.
# 2. By backpropagation up to the use that is nearest to the loss, which is the one that counts.
# 3. By a method made for this kind of network; backpropagation is that of the plain ones.
# 4. By backpropagation to each of its uses, and the sum of what arrives there.

# %% which_networks
def which_networks():
    """The number of the option that is right, 1 to 4."""
    # YOUR CODE HERE
    raise NotImplementedError()


# %% check-which_networks
check(which_networks)

# %% [markdown]
# ## In your own words
#
# *2 points, given by a person who reads your answer.*
#
# So far one example goes through the network at a time. Often several go together, as a **batch**:
# then `x` has the shape `(n_batch, n_in)`, with an example in each row, and everything that is
# computed from it has a row for each example too. Weights and biases have no such axis: all
# examples share them.
#
# Back to one example. Somebody writes the update of the hidden biases like this:
#
# ```python
# b1 = b1 - lr * np.sum(delta_hidden, axis=0)
# ```
#
# where `delta_hidden` has shape `(n_hidden,)`. The program runs without an error. What does the
# line do to `b1`, why does numpy not complain, and when would a sum over axis 0 be right?

# %% bias-sum [markdown]
# YOUR ANSWER HERE
