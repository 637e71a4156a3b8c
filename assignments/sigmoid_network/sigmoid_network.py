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
# | 3 | `backward` | the derivative of the loss by every parameter |
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
# Your functions have to work for every size, not only for 2-2-1. Write no size and no number of the
# example into them, use only what they are given as arguments, and change none of it in place.
#
# After each function there is a cell with `check(...)`. It compares your values with the right
# ones and says what is wrong. When your work is graded, the same checks run again on other
# networks.

# %%
import numpy as np

from autograder import check

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
# For $z = -1000$ the formula as it stands asks for $e^{1000}$, which no float64 can hold. Your
# function has to be right for all $|z| \le 1000$, and silent: no overflow warning on the way. (An
# equal formula that never overflows, chosen by the sign of $z$, does it.)

# %% sigmoid
def sigmoid(z):
    """The logistic function, entry by entry.

    z       array of any shape
    returns array of the same shape, every entry between 0 and 1
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% check-sigmoid
check(sigmoid)


# %% [markdown]
# The derivative of the logistic function can be written with its value alone: if $a = \sigma(z)$,
# then $\sigma'(z) = a (1 - a)$. The forward pass has computed $a$ already, so the function below
# takes the **activation** $a$, not $z$. Keep the two apart: handing it $z$ gives a number too, only
# a wrong one.

# %% sigmoid_derivative
def sigmoid_derivative(a):
    """The slope of the logistic function where its value is a.

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
# Keep every intermediate value that has a name. The backward pass needs them.

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
# Go backwards through the two formulas above, one step at a time. At each step multiply what comes
# from behind by the local derivative.
#
# - From the loss: what is $\partial E / \partial y_k$? Mind the mean.
# - Through the output's sigmoid, to $W_2$ and $b_2$. Which two numbers does the weight $W_{2,jk}$
#   connect?
# - Back to the hidden layer: $h_j$ reaches every output, each through a weight of its own.
# - Through the hidden sigmoid, to $W_1$ and $b_1$, as before.
#
# Every entry of the result is the derivative of the loss by the thing it is named after, so it has
# the same shape. All of them belong to the same parameters: nothing is updated in between.

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
# $\theta \leftarrow \theta - \eta \, \partial E / \partial \theta$, where $\eta$ is the learning
# rate `lr`. Return new parameters and leave the old ones as they are.

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
# Training repeats the four steps. Record the loss of each epoch **before** its update.

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
# ## In your own words
#
# Somebody writes the update of the hidden biases like this:
#
# ```python
# b1 = b1 - lr * np.sum(delta_hidden, axis=0)
# ```
#
# where `delta_hidden` has shape `(n_hidden,)`. The program runs without an error. What does the
# line do to `b1`, why does numpy not complain, and when would a sum over axis 0 be right?

# %% bias-sum [markdown]
# YOUR ANSWER HERE
