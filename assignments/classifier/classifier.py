# %% [markdown]
# # A classifier of handwritten digits
#
# So far a network gave numbers that should be near other numbers. Here it has to choose: which of
# ten digits does a picture show? A network that chooses gives a score for every class. **Softmax**
# turns the scores into probabilities, and the **cross-entropy** says how good these are. Language
# models end in the same two functions, with a class for each word.
#
# The two belong together. Written one after the other as the formulas stand, they fail for large
# scores: an exponential overflows, or a logarithm is taken of 0. Written as one they do not, and
# their derivative becomes a difference of two arrays.
#
# ![Ten of the pictures, 8 by 8 pixels each: the digits from 0 to 9 in handwriting.](digits.svg)
#
# The pictures are real: 1797 digits that 13 people wrote on forms. You have 1000 of them in
# `digits.npz`; `digits.txt` says where they come from. Your classifier has to name at least 90 % of
# the others rightly.
#
# | name | meaning | shape |
# |---|---|---|
# | `x` | pictures, or other inputs, one in each row | `(n, n_in)` |
# | `labels` | the right class of each row, whole numbers from 0 | `(n,)` |
# | `params["W"]` | weights | `(n_in, n_classes)` |
# | `params["b"]` | biases | `(n_classes,)` |
# | `z`, `logits` | a score of each class for each row, any numbers | `(n, n_classes)` |
#
# Your functions have to work for every size, not only for ten classes. Use only their arguments, and
# do not change these in place. After each function a `check(...)` compares your values with the right
# ones, on numbers that are in `visible.json`: `by hand`, which is below, `practice`, and `large`, with
# scores of ±1000. When your work is graded, the same checks run on hidden numbers too.
#
# **Before you hand in**, restart the kernel and run all cells, then save.
#
# ## Numbers to compare with
#
# `by hand` has two inputs, three classes and two rows. Its scores are logarithms of whole numbers, so
# that their exponentials are these numbers.
#
# <details><summary>Its values (open it after your predictions)</summary>
#
# ```text
# logits           [[0.     0.6931 1.6094]        0, ln 2, ln 5
#                   [0.     0.6931 0.    ]]
# softmax          [[0.125  0.25   0.625 ]        1/8, 2/8, 5/8
#                   [0.25   0.5    0.25  ]]
# labels           [2 0]
# cross-entropy    0.9281                         the mean of 0.4700 and 1.3863
# derivatives by
# the logits       [[ 0.0625  0.125  -0.1875]
#                   [-0.375   0.25    0.125 ]]
# W                [[-0.3125  0.375  -0.0625]
#                   [-0.375   0.25    0.125 ]]
# b                [-0.3125  0.375  -0.0625]
# ```
#
# </details>

# %%
import numpy as np

from autograder import check, loss_curve

params = {
    "W": np.array([[0.0, 0.0, np.log(5.0)], [0.0, 0.0, -np.log(5.0)]]),
    "b": np.array([0.0, np.log(2.0), 0.0]),
}
x = np.array([[1.0, 0.0], [1.0, 1.0]])
labels = np.array([2, 0])


# %% [markdown]
# ## Scores
#
# The network is a single linear layer, so that all that is new lies behind it. What a classifier's
# last layer gives is called its **logits**:
#
# $$z = x W + b$$
#
# > **Predict.** In `by hand`, one class has the same score in both rows, whatever `x` is. Which one,
# > and which score? Then look at `logits(params, x)`.

# %% logits
def logits(params, x):
    """The score of each class.

    params  dict: W (n_in, n_classes), b (n_classes,)
    x       (n, n_in)
    returns (n, n_classes)
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% check-logits
check(logits)


# %% [markdown]
# ## Softmax
#
# $$p_{ik} = \frac{e^{z_{ik}}}{\sum_m e^{z_{im}}}$$
#
# ![Three steps for the scores 0, 0.69 and 1.61: their exponentials are 1, 2 and 5, their sum is 8, and divided by it they are 0.125, 0.25 and 0.625.](softmax.svg)
#
# Every row becomes positive numbers whose sum is 1. The function has to be right for scores between
# −1000 and 1000, without a warning, and $e^{1000}$ is more than a float64 can hold. Multiply above and
# below the line by $e^{-c}$, and see what happens to the scores. Which $c$ makes every exponent 0 or
# less, and the sum at least 1? Each row has one of its own.
#
# > **Predict.** What are the probabilities for the scores 3, 3, 3, 3? And for 1000, 0, −1000? Then
# > look at `softmax(np.array([[1000.0, 0.0, -1000.0]]))`.

# %% softmax
def softmax(z):
    """Probabilities, row by row.

    z       (n, n_classes), scores between -1000 and 1000
    returns (n, n_classes), each row with a sum of 1
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% check-softmax
check(softmax)


# %% [markdown]
# ## Its logarithm
#
# $$\log p_{ik} = z_{ik} - \log \sum_m e^{z_{im}}$$
#
# Some probabilities are too small for a float64: for the scores 1000, 0, −1000 the second one is
# $e^{-1000}$, which is kept as 0. Its logarithm is a harmless −1000, but not once it has been 0. So
# compute the logarithm without the probability, by the formula above. Here too take the largest
# score of each row out of the sum first, and mind that it has to come back in: what is subtracted
# before the exponential is missing in its logarithm.
#
# > **Predict.** What does `log_softmax` give for 1000, 0, −1000? Three whole numbers. Then look at
# > `log_softmax(np.array([[1000.0, 0.0, -1000.0]]))`.

# %% log_softmax
def log_softmax(z):
    """The logarithms of the probabilities, row by row.

    z       (n, n_classes), scores between -1000 and 1000
    returns (n, n_classes), no number above 0
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% check-log_softmax
check(log_softmax)


# %% [markdown]
# ## Cross-entropy
#
# The loss asks one thing of each row: how probable did you say that the right class is? It is the
# mean of the negative logarithms,
#
# $$E = -\frac{1}{n} \sum_i \log p_{i, \mathrm{label}_i}$$
#
# ![The loss of one row over the probability of its label. It is 0 at 1, about 0.7 at one half, and grows without bound towards 0.](cross_entropy.svg)
#
# A label is a whole number, and picks one column of its row. `a[rows, columns]` with two arrays of
# whole numbers gives one entry for each pair of them.
#
# > **Predict.** In `by hand`, which of the two rows has the larger loss? Then look at
# > `cross_entropy(logits(params, x), labels)`.

# %% cross_entropy
def cross_entropy(logits, labels):
    """The mean cross-entropy of a batch.

    logits  (n, n_classes), between -1000 and 1000
    labels  (n,), whole numbers from 0 to n_classes - 1
    returns float
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% check-cross_entropy
check(cross_entropy)


# %% [markdown]
# ## Its derivative, in one step
#
# Back through the logarithm there is a factor $1/p$, and back through softmax one that has $p$ in it.
# Do not compute them one after the other: a $p$ that is kept as 0 would be divided by. On paper they
# cancel. Take one row with the label $c$, and $\log p_c = z_c - \log \sum_m e^{z_m}$:
#
# - Which $z_k$ change the first term, and by how much?
# - The derivative of $\log \sum_m e^{z_m}$ by $z_k$ is $e^{z_k} / \sum_m e^{z_m}$. You know this number.
#
# So the derivative by a score is a probability, and for the label's score 1 less. Mind the sign and
# the mean.
#
# > **Predict.** What is the sum of a row of the derivative? Then look at
# > `cross_entropy_gradient(logits(params, x), labels)`.
#
# <details><summary>One score by hand (open it after your prediction)</summary>
#
# The first row of `by hand` has the scores 0, ln 2, ln 5 and the label 2. Its loss is
# ln(1 + 2 + 5) − ln 5 = 0.4700, and the loss of the batch has half of that.
#
# | score | its share of the sum | 1 for the label | difference | half of it |
# |---|---|---|---|---|
# | 0 | 1/8 = 0.125 | 0 | 0.125 | 0.0625 |
# | ln 2 | 2/8 = 0.25 | 0 | 0.25 | 0.125 |
# | ln 5 | 5/8 = 0.625 | 1 | −0.375 | −0.1875 |
#
# Make the score of the label larger by 0.01, and $E$ falls by about 0.0019.
#
# </details>

# %% cross_entropy_gradient
def cross_entropy_gradient(logits, labels):
    """The derivative of the cross-entropy by the logits.

    logits  (n, n_classes), between -1000 and 1000
    labels  (n,), whole numbers from 0 to n_classes - 1
    returns (n, n_classes)
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% check-cross_entropy_gradient
check(cross_entropy_gradient)


# %% [markdown]
# ## Back to the parameters
#
# The linear layer is the one that you know. What the last function returns is its $\delta$.
#
# > **Predict.** What is the sum of the derivative by `b` over all classes, and why must it be that? Then
# > look at `gradients(params, x, labels)["b"].sum()`.

# %% gradients
def gradients(params, x, labels):
    """The derivatives of the cross-entropy by the parameters.

    params  dict: W (n_in, n_classes), b (n_classes,)
    x       (n, n_in)
    labels  (n,)
    returns dict: W (n_in, n_classes), b (n_classes,)
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% check-gradients
check(gradients)


# %% [markdown]
# ## The choice
#
# The class with the largest score. It is the one with the largest probability too.
#
# > **Predict.** Which of the two rows of `by hand` are named rightly? Then look at
# > `predict(params, x) == labels`.

# %% predict
def predict(params, x):
    """The class that each row is taken for.

    params  dict, as in logits
    x       (n, n_in)
    returns (n,), whole numbers
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% check-predict
check(predict)


# %% [markdown]
# ## Training
#
# Gradient descent on mini-batches: take the rows in the order in which they stand, `batch_size` at a
# time, and go through all of them `epochs` times. The last mini-batch of an epoch may have fewer rows.
# Record the loss of each mini-batch before its step.
#
# `check` compares the numbers of a few steps, and then lets you train on the digits. What that
# reaches on the pictures that nobody is given, you read when your work is graded.
#
# > **Predict.** All weights and biases are 0 at first. What is the first loss, with ten classes?

# %% train
def train(params, x, labels, lr, batch_size, epochs):
    """Train the classifier on mini-batches, in the given order of the rows.

    params      dict, as in logits
    x, labels   (n, n_in) and (n,), all examples
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
# ## Look at what it does
#
# Hold some pictures back, to see how well the others teach: `learn` trains on 800 of yours and counts
# on the remaining 200. It prints the share that is right, and the first two that are not.

# %%
with np.load("digits.npz") as file:
    pictures, digits = file["x"], file["labels"]


def show(picture):
    """Print a picture with characters."""
    for row in picture.reshape(8, 8):
        print("   ", "".join(" .:oO@"[int(5.9 * pixel)] * 2 for pixel in row))


def learn(epochs):
    """Train on 800 pictures, and say what comes of it on 200 others."""
    zeros = {"W": np.zeros((64, 10)), "b": np.zeros(10)}
    trained, losses = train(zeros, pictures[:800], digits[:800], 0.5, 50, epochs)
    named = predict(trained, pictures[800:])
    print(f"{np.mean(named == digits[800:]):.1%} of 200 are right")
    for wrong in np.flatnonzero(named != digits[800:])[:2]:
        print(f"a {digits[800 + wrong]}, taken for a {named[wrong]}:")
        show(pictures[800 + wrong])
    return trained, np.reshape(losses, (epochs, -1)).mean(axis=1)


# %%
loss_curve(learn, 20)


# %% [markdown]
# With a right `train`, 92 % of the 200 are right after 20 epochs, which take a few hundredths of a
# second. The training that is graded has 6 epochs of larger steps, with all of your 1000 pictures. On
# the 797 that nobody is given it then gets to 93 %, and 90 % are asked for.
#
# Things to try:
#
# - `loss_curve(learn, 200)`. The loss goes on falling. Does the share that is right go on rising?
# - Are the wrong ones hard for you too?
# - `learn(20)[0]["W"][:, 3].reshape(8, 8).round(1)` are the weights for the digit 3. Where are they
#   positive, and where negative?
#
# ## Two questions
#
# One option of each is right: return its number. `check` says only that you have chosen. Whether it
# is right you read when your work is graded, and why when nobody can hand in any more.
#
# **Sure and wrong.** For one picture the classifier gives the right class a probability of
# 0.000001. How large is the derivative of this picture's loss by the score of its label?
#
# 1. About 0: softmax is flat there, so that a picture which is far off teaches little.
# 2. About −1,000,000: the logarithm is as steep as one divided by the probability.
# 3. There is none that could be computed: the probability is too near 0.
# 4. About −1, the largest size that it can have.

# %% sure_and_wrong
def sure_and_wrong():
    """The number of the option that is right, 1 to 4."""
    # YOUR CODE HERE
    raise NotImplementedError()


# %% check-sure_and_wrong
check(sure_and_wrong)


# %% [markdown]
# **What counts.** A classifier names every training picture rightly. Its training goes on with small
# steps. What becomes of the cross-entropy on these pictures?
#
# 1. It is 0 from then on, since there is nothing left to correct.
# 2. It goes on falling: scores that lie further apart make the right classes more probable.
# 3. It rises again, since the largest score is where it should be and any step leads away from there.
# 4. It stays where it is, above 0: a loss with right answers everywhere has a derivative of 0.

# %% what_counts
def what_counts():
    """The number of the option that is right, 1 to 4."""
    # YOUR CODE HERE
    raise NotImplementedError()


# %% check-what_counts
check(what_counts)
