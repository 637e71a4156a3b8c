# %% [markdown]
# # A convolutional network
#
# A linear layer that sees a picture has a weight for every pixel. It does not know that pixels are
# neighbours, and what it learns of a stroke in one corner it has to learn again in the next. A
# **convolution** looks at a small window and slides it over the picture. It has the same weights
# everywhere, so there are few of them, and a stroke is found wherever it is.
#
# Here you write the layers of such a network, each with its backward pass, put them together, and
# train the network on handwritten digits.
#
# ![The network. A picture of 1 by 8 by 8 goes through a convolution with 8 filters, ReLU, pooling to 8 by 4 by 4, a convolution with 16 filters, ReLU, and a linear layer to 10 scores.](network.svg)
#
# ## Layers, each by itself
#
# The network is long, but each layer needs to know little. Going back, a layer is given `dout`, the
# derivative of the loss by what the layer returned, in the shape of that. Whatever comes behind the
# layer is in `dout` already. The layer owes the derivatives by what it was given: its input, which
# the layer before it takes as its own `dout`, and its parameters.
#
# | name | meaning | shape |
# |---|---|---|
# | `x` | pictures with C channels | `(N, C, H, W)` |
# | `w` | F filters, each for all channels | `(F, C, k, k)` |
# | `b` | a bias for each filter | `(F,)` |
# | `stride` | how far the window moves at a time | whole number |
# | `pad` | how many rows and columns of zeros are put around a picture | whole number |
# | `out` | a channel for each filter | `(N, F, rows, columns)` |
# | `dout` | the derivative of the loss by `out` | as `out` |
# | `dx`, `dw`, `db` | the derivatives of the loss by `x`, `w` and `b` | as `x`, `w` and `b` |
#
# Your functions have to work for every size. Use only their arguments, and do not change these in
# place. After each function a `check(...)` compares your values with the right ones, on numbers that
# are in `visible.json`. When your work is graded, the same checks run on hidden numbers too, with
# other sizes.
#
# **Before you hand in**, restart the kernel and run all cells, then save.
#
# ## Numbers to compare with
#
# `by hand` is one picture of one channel and 3 by 3 pixels, and one filter of 2 by 2. You need no
# calculator.
#
# <details><summary>Its values (open it after your predictions)</summary>
#
# ```text
# out   [[ 0.5  6.5]        stride 1, pad 0
#        [ 2.  -0.5]]
# dx    [[ 1.    1.   -2.  ]
#        [ 1.    6.    0.5 ]
#        [-2.    0.5   0.25]]
# dw    [[5.5 2.5]
#        [1.  7.5]]
# db    [2.5]
# ```
#
# </details>

# %%
import numpy as np

from autograder import check, loss_curve

x = np.array([[[[1.0, 2.0, 0.0], [0.0, 1.0, 3.0], [1.0, 0.0, 1.0]]]])
w = np.array([[[[1.0, -1.0], [2.0, 0.5]]]])
b = np.array([1.0])
dout = np.array([[[[1.0, 2.0], [-1.0, 0.5]]]])


# %% [markdown]
# ## Convolution
#
# Put `pad` zeros around each picture. A window of k by k, over all channels, stands at first in the
# upper left corner, and moves by `stride` to the right and downwards, as long as it fits. In each
# place a filter gives one number: the window times the filter, entry by entry, all summed, and the
# bias.
#
# $$\mathrm{out}_{n f i j} = b_f + \sum_{c, u, v} x^{\mathrm{padded}}_{n,\, c,\, i s + u,\, j s + v}
# \; w_{f c u v}$$
#
# for the stride $s$. It fits in $\lfloor (H + 2\,\mathrm{pad} - k) / s \rfloor + 1$ rows, and in as
# many columns with $W$ for $H$. What is left over at the lower or right edge is not used.
#
# ![The picture of three by three pixels with a window of two by two in its upper right corner. Times the filter, entry by entry, and with the bias 1 it gives 6.5, which is the upper right number of the output.](conv.svg)
#
# Mathematicians turn the filter upside down first, and call this a cross-correlation. Networks learn
# their filters, so that it makes no difference to them.
#
# In one place you have a linear layer: `window.reshape(N, -1)` has a row for each picture,
# `w.reshape(F, -1)` a row for each filter. So two loops are enough, over the rows and columns of
# `out`. Further loops, over pictures and filters, would be right too, but make the training below take
# more than a minute in the place of two seconds.
#
# > **Predict.** What is `out` of `by hand`, in its lower right corner? Then look at
# > `conv_forward(x, w, b, 1, 0)`. And which shape has it with `stride` 2 and `pad` 1?

# %% conv_forward
def conv_forward(x, w, b, stride, pad):
    """Slide every filter over every picture.

    x       (N, C, H, W)
    w       (F, C, k, k)
    b       (F,)
    stride  int, how far the window moves
    pad     int, zeros around each picture on all four sides
    returns (N, F, rows, columns)
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% check-conv_forward
check(conv_forward)


# %% [markdown]
# ## Back through the convolution
#
# Go through the same places. In each, the layer was a linear layer, and you know how to go back
# through one: the derivative by the weights is `dout` there times the window, and the derivative by
# the window is `dout` there times the weights. What is new is that everything is used in many places:
#
# - Every filter is used in every place and for every picture. Its derivatives are added up.
# - A bias is added to every number of its channel of `out`.
# - A pixel is in several windows if these overlap. Its derivatives are added up.
#
# ![The pixel in the middle of the picture is in all four windows. In each it meets another weight, and the four products of weight and dout add up to 6.](back.svg)
#
# Begin with zeros in the shape of the padded pictures, and add to a window of them in each place. In
# the end, cut off what was padded.
#
# > **Predict.** What is `db` of `by hand`? And `dx` in the corners, where a pixel is in one window
# > only? Then look at `conv_backward(dout, x, w, 1, 0)`.
#
# <details><summary>One pixel by hand (open it after your prediction)</summary>
#
# The pixel in the middle is `x[0, 0, 1, 1]`. It is in all four windows:
#
# | place of the window | weight that it meets there | `dout` there | product |
# |---|---|---|---|
# | 0, 0 | `w[0, 0, 1, 1]` = 0.5 | 1 | 0.5 |
# | 0, 1 | `w[0, 0, 1, 0]` = 2 | 2 | 4 |
# | 1, 0 | `w[0, 0, 0, 1]` = −1 | −1 | 1 |
# | 1, 1 | `w[0, 0, 0, 0]` = 1 | 0.5 | 0.5 |
#
# Together 6: make the pixel larger by 0.01, and the loss grows by 0.06. Look at the order of the
# weights: the further right and down the window is, the further left and up is the pixel in it.
#
# </details>

# %% conv_backward
def conv_backward(dout, x, w, stride, pad):
    """The derivatives of the loss by what conv_forward was given.

    dout         (N, F, rows, columns), the derivative of the loss by what conv_forward returned
    x            (N, C, H, W)
    w            (F, C, k, k)
    stride, pad  int, as in conv_forward
    returns      a tuple: dx (N, C, H, W), dw (F, C, k, k), db (F,)
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% check-conv_backward
check(conv_backward)


# %% [markdown]
# ## ReLU
#
# $$\mathrm{ReLU}(x) = \max(0, x)$$
#
# entry by entry. Without something between them that is not linear, two convolutions would be no more
# than one.

# %% relu
def relu(x):
    """Positive numbers as they are, and 0 for all others.

    x       array of any shape
    returns array of the same shape
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% check-relu
check(relu)


# %% [markdown]
# Its slope is 1 where `x` is positive, and 0 elsewhere, at 0 too. The derivative by `x` is `dout`
# times the slope.
#
# > **Predict.** `out` of `by hand` has one number that is not positive. With ReLU behind the
# > convolution, which pixel of the picture does not matter to the loss any more, and has a derivative
# > of 0? Then look at `conv_backward(relu_backward(dout, conv_forward(x, w, b, 1, 0)), x, w, 1, 0)[0]`.

# %% relu_backward
def relu_backward(dout, x):
    """The derivative of the loss by what relu was given.

    dout    array of any shape, the derivative of the loss by what relu returned
    x       array of the same shape, what relu was given
    returns array of the same shape
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% check-relu_backward
check(relu_backward)


# %% [markdown]
# ## Max pooling
#
# Pooling makes pictures smaller. A window of `size` by `size` slides over every channel as in the
# convolution, without padding, and gives its largest number. Where exactly a stroke was is lost; that
# it was there is kept.
#
# Going back, only the entry with the largest number hears of the loss. So keep where it was:
# `where` has its place in its channel, counted in reading order from 0, row by row:
#
# ```text
# 0  1  2  3
# 4  5  6  7
# ```
#
# **Ties.** If several entries of a window are the largest, it is the first of them in reading order
# that counts: the topmost, and of those in its row the leftmost. Libraries do so too. It is not
# rare: behind ReLU, many windows hold nothing but zeros.
#
# ![Two windows of two by two. In the left one the largest number is 3, at place 1. In the right one, 0 is the largest number and stands there twice, at places 3 and 6, so that it is place 3. Backward, dout goes to these two places, and all others get 0.](pool.svg)
#
# `window.reshape(N, C, -1).argmax(axis=2)` is the place in the window, in the order of its own rows,
# and numpy's `argmax` takes the first one too. From it you have to find the row and the column in the
# whole picture.
#
# > **Predict.** In a picture of 6 by 6, with windows of 2 by 2 and stride 2, all numbers are 0. What is
# > `where`? Then look at `max_pool_forward(np.zeros((1, 1, 6, 6)), 2, 2)`.

# %% max_pool_forward
def max_pool_forward(x, size, stride):
    """The largest number of each window, and where it is.

    x       (N, C, H, W)
    size    int, height and width of the window
    stride  int, how far the window moves
    returns a tuple: out (N, C, rows, columns), and where, whole numbers of the same shape: the place
            of the largest number in its channel, row * W + column; of several the first
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% check-max_pool_forward
check(max_pool_forward)


# %% [markdown]
# The way back needs no more than `where`: each number of `dout` is added at its place, and all other
# entries get 0. Where windows overlap, one entry may be the largest of several windows.
#
# Mind that `a[places] += numbers` adds once only where a place stands twice in `places`. In a loop over
# the rows and columns of `dout`, each step has one place in each channel.
#
# > **Predict.** A window of 2 by 2 slides with stride 1 over a picture of 3 by 3 whose largest number
# > is in the middle, and `dout` is 1 everywhere. What is `dx`? Make such a picture `a`, then look at
# > `max_pool_backward(np.ones((1, 1, 2, 2)), max_pool_forward(a, 2, 1)[1], a.shape)`.

# %% max_pool_backward
def max_pool_backward(dout, where, shape):
    """The derivative of the loss by what max_pool_forward was given.

    dout    (N, C, rows, columns), the derivative of the loss by out of max_pool_forward
    where   (N, C, rows, columns), as max_pool_forward returned it
    shape   (N, C, H, W), the shape of what max_pool_forward was given
    returns (N, C, H, W)
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% check-max_pool_backward
check(max_pool_backward)


# %% [markdown]
# ## The linear layer
#
# The last layer makes a score of each class out of everything that is left. You know it; here too it
# has its parameters in `w` and `b`, and is given `dout`.

# %% linear
def linear(x, w, b):
    """A linear layer.

    x       (N, n_in)
    w       (n_in, n_out)
    b       (n_out,)
    returns (N, n_out)
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% check-linear
check(linear)


# %% linear_backward
def linear_backward(dout, x, w):
    """The derivatives of the loss by what linear was given.

    dout    (N, n_out), the derivative of the loss by what linear returned
    x       (N, n_in)
    w       (n_in, n_out)
    returns a tuple: dx (N, n_in), dw (n_in, n_out), db (n_out,)
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% check-linear_backward
check(linear_backward)


# %% [markdown]
# ## The network
#
# Now the layers, one behind the other:
#
# | step | layer | parameters | what it gives | shape for the digits |
# |---|---|---|---|---|
# | 1 | convolution, stride 1, pad 1 | `w1`, `b1` | `z1` | `(N, 8, 8, 8)` |
# | 2 | ReLU | | `h1` | `(N, 8, 8, 8)` |
# | 3 | max pooling, size 2, stride 2 | | `p1`, `where` | `(N, 8, 4, 4)` |
# | 4 | convolution, stride 1, pad 1 | `w2`, `b2` | `z2` | `(N, 16, 4, 4)` |
# | 5 | ReLU | | `h2` | `(N, 16, 4, 4)` |
# | 6 | linear, of `h2` with one row for each picture | `w3`, `b3` | `scores` | `(N, 10)` |
#
# The filters are 3 by 3, so that with a padding of 1 a convolution keeps height and width. Keep what
# the layers give: the way back needs it.
#
# > **Predict.** How many numbers are in `w1`, `w2` and `w3`? Which layer has the most?

# %% forward
def forward(params, x):
    """Run the network on pictures.

    params  dict: w1 (F1, C, 3, 3), b1 (F1,), w2 (F2, F1, 3, 3), b2 (F2,), w3 (n_in, n_classes),
            b3 (n_classes,)
    x       (N, C, H, W), H and W even
    returns a tuple: scores (N, n_classes), and values, a dict: z1, h1, p1, where, z2, h2
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% check-forward
check(forward)


# %% [markdown]
# The way back goes through the same layers from the last to the first. What one layer returns as
# `dx` is the `dout` of the one before it; it only has to be brought back into the shape of `h2` once.
#
# > **Predict.** Which of the layers need `x` or something of `values`, and which do not? Write down
# > for each of the six steps what you will hand over.

# %% backward
def backward(params, x, values, dscores):
    """The derivatives of the loss by all parameters.

    params   dict, as in forward
    x        (N, C, H, W)
    values   dict, as forward returned it
    dscores  (N, n_classes), the derivative of the loss by the scores
    returns  dict like params: w1, b1, w2, b2, w3, b3
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% check-backward
check(backward)


# %% [markdown]
# ## Training
#
# The loss is the cross-entropy, which is given here: it returns the loss and its derivative by the
# scores.

# %%
def cross_entropy(scores, labels):
    """The mean cross-entropy, and its derivative by the scores.

    scores  (N, n_classes)
    labels  (N,), whole numbers from 0
    returns a tuple: float, and (N, n_classes)
    """
    rows = np.arange(len(labels))
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    probabilities = powers / powers.sum(axis=1, keepdims=True)
    dscores = probabilities.copy()
    dscores[rows, labels] -= 1
    return float(-np.mean(np.log(probabilities[rows, labels]))), dscores / len(labels)


# %% [markdown]
# Gradient descent on mini-batches, as before: take the rows in the order in which they stand,
# `batch_size` at a time, and go through all of them `epochs` times. The last mini-batch of an epoch may
# have fewer rows. Record the loss of each mini-batch before its step.

# %% train
def train(params, x, labels, lr, batch_size, epochs):
    """Train the network on mini-batches, in the given order of the rows.

    params      dict, as in forward
    x, labels   (N, C, H, W) and (N,), all examples
    lr          float, the learning rate
    batch_size  int, rows of a mini-batch
    epochs      int, how often all rows are gone through
    returns     the trained params, and a list of floats: the loss of each mini-batch before its step
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% check-train
check(train)

# %% [markdown]
# ## Digits
#
# `digits.npz` has 1000 pictures of 8 by 8 pixels; `digits.txt` says where they come from. `learn` trains
# on 800 of them and counts on the other 200. The weights start at random, and the smaller the more
# numbers are summed in a layer, so that what goes through the network neither grows nor fades.

# %%
with np.load("digits.npz") as file:
    pictures, digits = file["x"], file["labels"]


def begin(seed):
    """The network before it has learnt anything: 8 filters, then 16."""
    rng = np.random.default_rng(seed)
    return {
        "w1": rng.normal(size=(8, 1, 3, 3)) * np.sqrt(2 / 9),
        "b1": np.zeros(8),
        "w2": rng.normal(size=(16, 8, 3, 3)) * np.sqrt(2 / 72),
        "b2": np.zeros(16),
        "w3": rng.normal(size=(256, 10)) * np.sqrt(1 / 256),
        "b3": np.zeros(10),
    }


def show(picture):
    """Print a picture with characters."""
    for row in picture:
        print("   ", "".join(" .:oO@"[int(5.9 * pixel)] * 2 for pixel in row))


def learn(epochs):
    """Train on 800 pictures, and say what comes of it on 200 others."""
    trained, losses = train(begin(0), pictures[:800], digits[:800], 0.3, 25, epochs)
    named = forward(trained, pictures[800:])[0].argmax(axis=1)
    print(f"{np.mean(named == digits[800:]):.1%} of 200 are right")
    for wrong in np.flatnonzero(named != digits[800:])[:2]:
        print(f"a {digits[800 + wrong]}, taken for a {named[wrong]}:")
        show(pictures[800 + wrong, 0])
    return trained, np.reshape(losses, (epochs, -1)).mean(axis=1)


# %%
loss_curve(learn, 20)


# %% [markdown]
# With a right `train`, 97 % of the 200 are right after 20 epochs, which take about two seconds. The
# classifier of a single linear layer gets to 92 % on them. Of 797 further pictures, which nobody is
# given, the network names 97 % rightly too, and the classifier 93 %.
#
# ![Eight columns, one for each filter of the first layer: its three by three weights, and below them what it makes of the pictures of a 0 and a 4, behind ReLU.](filters.svg)
#
# These are the eight filters of the first layer after the training, and what each finds in two
# pictures: `learn(20)[0]["w1"]`, and `h1`. Some see edges in one direction, some see strokes, and some
# the ground beside them. The second one had negative weights almost everywhere when it began: ReLU
# makes 0 of what it gives, and so next to no derivative comes back that could change it.
#
# Things to try:
#
# - Leave the pooling out, or use windows of 3 by 3 with stride 1. What becomes of the seconds, and
#   of the share that is right? `w3` then needs another shape.
# - Begin with `np.zeros` for all weights. Which derivatives are not 0 in the first step?
# - `trained, _ = learn(20)`, then move the 200 pictures by one pixel:
#   `moved = np.roll(pictures[800:], 1, axis=3)`. Which share of them is named rightly?
#
# ## Two questions
#
# One option of each is right: return its number. `check` says only that you have chosen. Whether it
# is right you read when your work is graded, and why when nobody can hand in any more.
#
# **Moved by one pixel.** A network that names 97 % of the pictures names only some 60 % of them when
# all are moved by one pixel to the right. Yet a filter finds a stroke wherever it is. Why?
#
# 1. A filter finds a stroke only where it has met it in training, since its weights were changed there.
# 2. The linear layer has weights of its own for every place, and the places have changed.
# 3. Pooling keeps the largest number of each window, and moving changes which number that is.
# 4. The padding is 0, and a moved picture has other pixels beside it.

# %% moved_by_one_pixel
def moved_by_one_pixel():
    """The number of the option that is right, 1 to 4."""
    # YOUR CODE HERE
    raise NotImplementedError()


# %% check-moved_by_one_pixel
check(moved_by_one_pixel)


# %% [markdown]
# **Ties behind ReLU.** In this network a window of the pooling holds four zeros. Somebody gives the
# gradient of such a window to all four entries, and not to the first one alone. What becomes of the
# derivatives by the parameters?
#
# 1. Those by `w1` and `b1` change: three more entries hear of the loss there.
# 2. Those by `b1` become four times as large, and those by `w1` stay.
# 3. All change, since a window that counts four times makes the whole loss larger.
# 4. None changes.

# %% ties_behind_relu
def ties_behind_relu():
    """The number of the option that is right, 1 to 4."""
    # YOUR CODE HERE
    raise NotImplementedError()


# %% check-ties_behind_relu
check(ties_behind_relu)
