# %% [markdown]
# # A Transformer
#
# Language models are Transformers. You write a small one, forward and backward, and it learns to sort:
# it reads `4 1 5 1 >` and has to go on with `1 1 4 5`, one digit after the other.
#
# Nothing in it is large. A Transformer is made of layers, and each layer is a few lines, forward and
# backward. What is new beside the networks before is **attention**, in which each position of a
# sequence decides for itself to which others it listens, and **layer normalisation**, which keeps the
# numbers in range. The rest you know: linear layers, the chain rule, softmax with cross-entropy.
#
# ## One layer, two functions
#
# Every layer has a forward and a backward function of one form:
#
# ```text
# out, cache  = layer(params, x)                       forward
# dx, dparams = layer_backward(dout, params, cache)    backward
# ```
#
# - `dout` is the derivative of the loss by `out`, whatever comes after the layer. It has the shape of
#   `out`. From it the layer computes the derivative by what it was given, `dx`, and by its parameters,
#   `dparams`, a dict with the keys of `params`.
# - `cache` is what the backward function needs from the forward one. What you put into it is up to
#   you, and nobody compares it: a tuple will do.
#
# So every layer can be tested by itself, with any `dout`, and a network is layers called one after the
# other, and then their backward functions in reverse.
#
# | name | meaning | shape |
# |---|---|---|
# | `tokens` | whole numbers, a sequence in each row | `(N, T)` |
# | `x`, `out` | a vector for each position of each sequence | `(N, T, D)` |
# | `heads` | number of heads; it divides `D` | |
# | `q`, `k`, `v` | queries, keys and values of each head | `(N, heads, T, d)` with `d = D / heads` |
# | `logits` | a score for each token that could come next | `(N, T, V)` |
# | `labels` | the token that does come next, or −1 where nothing is asked | `(N, T)` |
#
# Your functions have to work for every size. Use only their arguments, and do not change these in
# place. After each function a `check(...)` compares your values with the right ones, on numbers that
# are in `visible.json`; some of them are worked out by hand below. When your work is graded, the same
# checks run on hidden numbers of other sizes too. The cells that have no empty function in them are
# ready; run them, and use what they define.
#
# **Before you hand in**, restart the kernel and run all cells, then save.

# %%
import numpy as np

from autograder import check, loss_curve


def softmax(z):
    """Probabilities along the last axis: your function of the exercise before."""
    powers = np.exp(z - z.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def log_softmax(z):
    """Their logarithms."""
    lowered = z - z.max(axis=-1, keepdims=True)
    return lowered - np.log(np.exp(lowered).sum(axis=-1, keepdims=True))


def product_backward(dout, x, weights):
    """Back through x @ weights, with x (N, T, n) and weights (n, m): the derivatives by both.

    The same weights are used at all positions, so their derivative is a sum over these.
    """
    n, m = weights.shape
    return dout @ weights.T, x.reshape(-1, n).T @ dout.reshape(-1, m)


# %% [markdown]
# ## Embedding
#
# A token is a number, and which number it has means nothing. So it is replaced by a vector that the
# network learns: its row in a table. Attention does not know where a token stands, so that a second
# table has a vector for each position, and the two are added:
#
# $$x_{n,t} = \mathrm{tokens}[\mathrm{token}_{n,t}] + \mathrm{positions}[t]$$
#
# The table of positions may have more rows than the sequences are long. An array of whole numbers as
# an index, `table[tokens]`, gives a row for each of them.
#
# > **Predict.** In `three tokens` the tokens are 1, 0 and 1. In what do the vectors of the first and
# > the last position differ? Then look at `embed(*check.example("three tokens", embed).values())`.

# %% embed
def embed(params, tokens):
    """A vector for each token and its position.

    params  dict: tokens (V, D), positions (at least T, D)
    tokens  (N, T), whole numbers from 0 to V - 1
    returns (N, T, D)
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% check-embed
check(embed)


# %% [markdown]
# Backward, a row of a table gets what all of its uses bring. A token may occur several times, in one
# sequence and in others; a position is used once by every sequence; and rows that nobody used get 0.
#
# > **Predict.** `a = np.zeros(3)`, then `a[[0, 0, 2]] += 1`. What is `a`? Try it: numpy reads, adds and
# > writes once for each index, and forgets the first 0. `np.add.at(a, [0, 0, 2], 1)` does not.

# %% embed_backward
def embed_backward(dout, params, tokens):
    """The derivatives by both tables.

    dout    (N, T, D)
    params  dict, as in embed
    tokens  (N, T)
    returns dict: tokens, positions, in the shapes of params
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% check-embed_backward
check(embed_backward)


# %% [markdown]
# ## Layer normalisation
#
# Each vector by itself gets the mean 0 and the variance 1, and then a scale and a shift for each of
# its entries, which are learned:
#
# $$\mu = \frac{1}{D} \sum_i x_i \qquad \sigma^2 = \frac{1}{D} \sum_i (x_i - \mu)^2 \qquad
# \hat{x}_i = \frac{x_i - \mu}{\sqrt{\sigma^2 + 10^{-5}}} \qquad
# \mathrm{out}_i = \mathrm{gain}_i \, \hat{x}_i + \mathrm{shift}_i$$
#
# ![Four bars at 5, 3, 11 and −3 with their mean 4. Less the mean they are 1, −1, 7 and −7. Divided by 5, the root of the variance, they are 0.2, −0.2, 1.4 and −1.4.](layer_norm.svg)
#
# The small number keeps a vector of equal entries from being divided by 0.
#
# > **Predict.** All entries of a vector are multiplied by 10, or 3 is added to all of them. What
# > becomes of $\hat{x}$?

# %% layer_norm
def layer_norm(params, x):
    """Each vector with mean 0 and variance 1, then scaled and shifted.

    params  dict: gain (D,), shift (D,)
    x       (N, T, D)
    returns out (N, T, D), and a cache for layer_norm_backward
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% check-layer_norm
check(layer_norm)


# %% [markdown]
# Backward, an entry of $x$ reaches every entry of $\hat{x}$: through its own numerator, through the
# mean, and through the variance. With $g_i = \mathrm{dout}_i \, \mathrm{gain}_i$, the derivative by
# $\hat{x}_i$, all three together are
#
# $$\mathrm{dx}_i = \frac{1}{\sqrt{\sigma^2 + 10^{-5}}} \Bigl( g_i - \overline{g} - \hat{x}_i \,
# \overline{g \hat{x}} \Bigr)$$
#
# A bar is the mean over the entries of the vector. The second term is the mean's, the third the
# variance's: what they take away is the part of $g$ that adds the same to all entries, and the part
# that stretches the vector. Neither changes what comes out.
#
# The scale and the shift are used at every position of every sequence.
#
# > **Predict.** What is the sum of `dx` over the entries of a vector? You know what adding the same
# > number to all of them does.
#
# <details><summary>One vector by hand, there and back (open it after your prediction)</summary>
#
# `one vector` is (5, 3, 11, −3), with its mean 4 and its variance (1 + 1 + 49 + 49) / 4 = 25.
#
# | entry | 0 | 1 | 2 | 3 |
# |---|---|---|---|---|
# | $\hat{x}$ | 0.2 | −0.2 | 1.4 | −1.4 |
# | gain | 2 | 1 | 0.5 | −1 |
# | shift | 0.1 | 0.5 | −0.2 | 0.6 |
# | `out` | 0.5 | 0.3 | 0.5 | 2 |
#
# and back, with the mean of $g$, which is 1, and that of $g \hat{x}$, which is
# (0.4 + 0.2 + 2.8 − 1.4) / 4 = 0.5:
#
# | entry | 0 | 1 | 2 | 3 |
# |---|---|---|---|---|
# | `dout` | 1 | −1 | 4 | −1 |
# | $g$ | 2 | −1 | 2 | 1 |
# | less 1 | 1 | −2 | 1 | 0 |
# | less 0.5 $\hat{x}$ | 0.9 | −1.9 | 0.3 | 0.7 |
# | divided by 5: `dx` | 0.18 | −0.38 | 0.06 | 0.14 |
#
# </details>

# %% layer_norm_backward
def layer_norm_backward(dout, params, cache):
    """Back through a layer normalisation.

    dout    (N, T, D)
    params  dict: gain (D,), shift (D,)
    cache   what your layer_norm returned
    returns dx (N, T, D), and dparams, a dict: gain (D,), shift (D,)
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% check-layer_norm_backward
check(layer_norm_backward)


# %% [markdown]
# ## Attention
#
# Each position has a **query**, what it looks for, a **key**, what it can be found by, and a
# **value**, what it has to say. A query is compared with all keys by a product, softmax turns the
# scores into weights, and what comes out is the mean of the values with these weights:
#
# $$S_{ij} = \frac{q_i \cdot k_j}{\sqrt{d}} \qquad W_{ij} = \mathrm{softmax}_j(S_{ij}) \qquad
# \mathrm{out}_i = \sum_j W_{ij} v_j$$
#
# $d$ is the length of a query. Products of long vectors are large, and the root keeps softmax where
# it has a slope.
#
# The network has to say what comes next, so that no position may look at a later one: the attention
# is **causal**. All $S_{ij}$ with $j > i$ become $-\infty$ before softmax, and their weights 0.
#
# ![A square of weights for four positions. Row i, the query, has weights for the keys 0 to i, with the sum 1; the ones to the right of the diagonal are crossed out.](attention.svg)
#
# All sequences and heads are computed at once. `@` multiplies the last two axes of its arrays and
# keeps the others; `k.swapaxes(-1, -2)` exchanges the last two.
#
# > **Predict.** What does `attention` return at the first position, whatever the queries and keys are?

# %% attention
def attention(q, k, v):
    """Causal attention of each head.

    q, k, v  (N, heads, T, d); the scores may be as large as 1000
    returns  out (N, heads, T, d), and a cache for attention_backward
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% check-attention
check(attention)


# %% [markdown]
# Backward, go the same way in reverse, one step at a time:
#
# - $\mathrm{out} = W v$ is a product of two arrays that both came in from before. `dout` times one of
#   them is the derivative by the other. Shapes tell which is transposed.
# - Softmax shares out 1 in each row, so that a weight can only grow at the cost of the others. With
#   $g$, the derivative by the weights, the derivative by the scores is
#   $W_{ij} \bigl( g_{ij} - \sum_m g_{im} W_{im} \bigr)$. Where the mask was, $W_{ij}$ is 0.
# - The scores are another product of two arrays, and they were divided by a root.
#
# > **Predict.** What is the sum of a row of the derivative by the scores?
#
# <details><summary>Two positions by hand, there and back (open it after your prediction)</summary>
#
# In `two positions`, queries have a length of 4, so that the root is 2. The second query is
# (ln 3, 0, 0, 0), and the keys are (2, 0, 0, 0) and (0, 2, 0, 0). Its scores are ln 3 and 0, its
# weights 3/4 and 1/4. The values are (4, 1, 0, 0) and (8, 0, 1, −2): it gives (5, 0.75, 0.25, −0.5).
#
# `dout` is (1, 0, 0, 1) there.
#
# | step | key 0 | key 1 |
# |---|---|---|
# | derivative by the weight: `dout` · value | 4 | 8 − 2 = 6 |
# | less their mean with the weights, 3/4 · 4 + 1/4 · 6 = 4.5 | −0.5 | 1.5 |
# | times the weight: by the score | −0.375 | 0.375 |
# | by the product, before the root | −0.1875 | 0.1875 |
#
# So the derivative by this query is −0.1875 · (2, 0, 0, 0) + 0.1875 · (0, 2, 0, 0), which is
# (−0.375, 0.375, 0, 0): it would do better to listen less to the first position.
#
# </details>

# %% attention_backward
def attention_backward(dout, cache):
    """Back through causal attention.

    dout    (N, heads, T, d)
    cache   what your attention returned
    returns dq, dk, dv, each (N, heads, T, d)
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% check-attention_backward
check(attention_backward)


# %% [markdown]
# ## Several heads
#
# One position may need to look at several others, for different reasons. So the vectors of queries,
# keys and values are cut into `heads` pieces, each of which attends by itself. What the heads give is
# joined, and goes through a last matrix:
#
# $$Q = x W_q \qquad K = x W_k \qquad V = x W_v \qquad
# \mathrm{out} = \mathrm{join}(\mathrm{attention}(\mathrm{split}(Q), \mathrm{split}(K),
# \mathrm{split}(V))) \, W_o$$
#
# Two functions for the cutting and joining are ready. They only move numbers about, so that each is
# the way back through the other.

# %%
def split_heads(x, heads):
    """Cut vectors into pieces: from (N, T, D) to (N, heads, T, D / heads)."""
    n, t, d = x.shape
    return x.reshape(n, t, heads, d // heads).transpose(0, 2, 1, 3)


def join_heads(pieces):
    """Put them together again: from (N, heads, T, d) to (N, T, heads d)."""
    n, heads, t, d = pieces.shape
    return pieces.transpose(0, 2, 1, 3).reshape(n, t, heads * d)


# %% [markdown]
# > **Predict.** How many parameters has `multi_head` with `D` = 12 and 2 heads? And with 3 heads?

# %% multi_head
def multi_head(params, x, heads):
    """Causal attention with several heads.

    params  dict: Wq, Wk, Wv, Wo, each (D, D)
    x       (N, T, D)
    heads   int, the number of heads
    returns out (N, T, D), and a cache for multi_head_backward
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% check-multi_head
check(multi_head)


# %% [markdown]
# Backward: `product_backward` of the first cell goes back through each of the four products, and
# `attention_backward` through attention. `x` is used three times, by queries, keys and values. What
# the three ways bring is added.
#
# > **Predict.** Which of the four matrices is the first to get its derivative, and what do you need for
# > it from the forward function?

# %% multi_head_backward
def multi_head_backward(dout, params, cache):
    """Back through attention with several heads.

    dout    (N, T, D)
    params  dict, as in multi_head
    cache   what your multi_head returned
    returns dx (N, T, D), and dparams, a dict: Wq, Wk, Wv, Wo, each (D, D)
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% check-multi_head_backward
check(multi_head_backward)

# %% [markdown]
# ## A small network at each position
#
# Attention moves information from one position to another. What becomes of it is computed at each
# position by itself, by a network of two layers:
#
# $$\mathrm{out} = \mathrm{GELU}(x W_1 + b_1) \, W_2 + b_2$$
#
# GELU is like ReLU, but smooth: $z$ times the share of a normal distribution that lies below $z$. Most
# libraries have the approximation by tanh that stands in the next cell, and its slope beside it.
#
# ![GELU is near 0 for z below −2 and near z above 2, with a shallow dip to −0.17 at −0.75. Its slope rises from 0 to 1, a little beyond on the way.](gelu.svg)

# %%
ROOT = np.sqrt(2 / np.pi)


def gelu(z):
    """GELU, by tanh."""
    return 0.5 * z * (1 + np.tanh(ROOT * (z + 0.044715 * z**3)))


def gelu_slope(z):
    """Its derivative at z: in z, not in gelu(z)."""
    bend = np.tanh(ROOT * (z + 0.044715 * z**3))
    return 0.5 * (1 + bend) + 0.5 * z * (1 - bend**2) * ROOT * (1 + 3 * 0.044715 * z**2)


# %% [markdown]
# > **Predict.** With tanh and ReLU the slope could be computed from what the function gave. Why not
# > with GELU? The figure tells.

# %% mlp
def mlp(params, x):
    """A network of two layers at each position.

    params  dict: W1 (D, n_hidden), b1 (n_hidden,), W2 (n_hidden, D), b2 (D,)
    x       (N, T, D)
    returns out (N, T, D), and a cache for mlp_backward
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% check-mlp
check(mlp)


# %% mlp_backward
def mlp_backward(dout, params, cache):
    """Back through the network of two layers.

    dout    (N, T, D)
    params  dict, as in mlp
    cache   what your mlp returned
    returns dx (N, T, D), and dparams, a dict with the keys and shapes of params
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% check-mlp_backward
check(mlp_backward)


# %% [markdown]
# ## The block
#
# Attention and the small network, each behind a layer normalisation, and each with a **residual
# connection** around it: what it gives is added to what came in.
#
# ![Two rows. In each, what came in goes through a layer normalisation and then through attention, or through the small network, and what came in is added to it: a line leads there around both.](block.svg)
#
# $$m = x + \mathrm{multi\_head}(\mathrm{layer\_norm}_1(x)) \qquad
# \mathrm{out} = m + \mathrm{mlp}(\mathrm{layer\_norm}_2(m))$$
#
# Backward, an addition hands the same derivative to both sides. So behind each residual connection the
# derivative has two parts: what comes around and what comes through the layers. That is why Transformers
# can be deep: around all layers leads a way on which nothing is lost.
#
# > **Predict.** All matrices and biases of the block are 0. What does `block` return, and what
# > `block_backward` as `dx`?

# %% block
def block(params, x, heads):
    """One block of a Transformer.

    params  dict of dicts: norm1 (gain, shift), attention (Wq, Wk, Wv, Wo), norm2 (gain, shift),
            mlp (W1, b1, W2, b2)
    x       (N, T, D)
    heads   int, the number of heads
    returns out (N, T, D), and a cache for block_backward
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% check-block
check(block)


# %% block_backward
def block_backward(dout, params, cache):
    """Back through a block.

    dout    (N, T, D)
    params  dict of dicts, as in block
    cache   what your block returned
    returns dx (N, T, D), and dparams, a dict of dicts like params
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% check-block_backward
check(block_backward)


# %% [markdown]
# ## The network
#
# Embedding, then any number of blocks, a last layer normalisation, and a linear layer that gives a
# score to each token: the **read-out**.
#
# > **Predict.** The last token of a sequence is another one. In which rows do its logits change?

# %% transformer
def transformer(params, tokens, heads):
    """The scores of the tokens that could come next, at each position.

    params  dict: embed (a dict, as in embed), blocks (a list of dicts, as in block),
            norm (a dict: gain (D,), shift (D,)), readout (a dict: W (D, V), b (V,))
    tokens  (N, T)
    heads   int, the number of heads
    returns logits (N, T, V), and a cache for transformer_backward
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% check-transformer
check(transformer)


# %% [markdown]
# ## What comes next
#
# The loss is the cross-entropy of the tokens that come next: the mean of the negative logarithms of
# their probabilities, over all positions that have a label. A label of −1 says that nothing is asked
# there. While the network reads the digits to be sorted, nobody can know the next one.
#
# $$E = -\frac{1}{M} \sum_{\mathrm{label}_{n,t} \ge 0} \log p_{n,t,\mathrm{label}_{n,t}}$$
#
# $M$ is the number of positions with a label. `labels >= 0` is an array of truth values, and
# `a[labels >= 0]` has the rows of `a` where it is true.
#
# `three positions` has the scores (0, 0, 0), (0, ln 2, ln 5) and (0, ln 2, 0), with the labels −1, 2
# and 0. Its loss is the mean of −ln 5/8 and −ln 1/4, which is 0.9281.
#
# > **Predict.** The first label is 1 instead of −1. Does the loss become larger or smaller?

# %% cross_entropy
def cross_entropy(logits, labels):
    """The mean cross-entropy over all positions that have a label.

    logits  (N, T, V), between -1000 and 1000
    labels  (N, T), whole numbers from 0 to V - 1, or -1 where there is none
    returns float
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% check-cross_entropy
check(cross_entropy)


# %% [markdown]
# Its derivative you know: the probabilities, 1 less at the label, and the mean. A position without a
# label gets zeros.

# %% cross_entropy_gradient
def cross_entropy_gradient(logits, labels):
    """The derivative of the cross-entropy by the logits.

    logits  (N, T, V), between -1000 and 1000
    labels  (N, T), whole numbers from 0 to V - 1, or -1 where there is none
    returns (N, T, V)
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% check-cross_entropy_gradient
check(cross_entropy_gradient)


# %% [markdown]
# ## All the way back
#
# > **Predict.** Which parameter is the last one to get its derivative?

# %% transformer_backward
def transformer_backward(dlogits, params, cache):
    """The derivatives of the loss by all parameters.

    dlogits  (N, T, V)
    params   dict, as in transformer
    cache    what your transformer returned
    returns  dict, like params
    """
    # YOUR CODE HERE
    raise NotImplementedError()


# %% check-transformer_backward
check(transformer_backward)

# %% [markdown]
# ## It learns to sort
#
# All is ready. The network has one block, two heads and vectors of 16 numbers. It sees four digits
# from 0 to 5, then the sign `>`, which is token 6, and then the same digits in their order. Of the
# last four digits, each has to be said from those before it. Adam, from the exercise before, makes
# the steps.

# %%
SIGN, LENGTH, HEADS = 6, 4, 2


def sequences(rng, n):
    """Random digits, the sign, and the digits sorted: what is read, and what comes next."""
    digits = rng.integers(SIGN, size=(n, LENGTH))
    whole = np.hstack([digits, np.full((n, 1), SIGN), np.sort(digits, axis=1)])
    following = whole[:, 1:].copy()
    following[:, :LENGTH] = -1
    return whole[:, :-1], following


def start(rng, size=16, n_hidden=32, blocks=1):
    """Random parameters that keep the size of what goes through; gains of 1, and biases of 0."""

    def matrix(n, m):
        return rng.normal(size=(n, m)) / np.sqrt(n)

    def norm():
        return {"gain": np.ones(size), "shift": np.zeros(size)}

    def one_block():
        return {
            "norm1": norm(),
            "attention": {name: matrix(size, size) for name in ("Wq", "Wk", "Wv", "Wo")},
            "norm2": norm(),
            "mlp": {
                "W1": matrix(size, n_hidden),
                "b1": np.zeros(n_hidden),
                "W2": matrix(n_hidden, size),
                "b2": np.zeros(size),
            },
        }

    tables = {
        "tokens": rng.normal(size=(SIGN + 1, size)),
        "positions": rng.normal(size=(2 * LENGTH, size)),
    }
    return {
        "embed": tables,
        "blocks": [one_block() for _ in range(blocks)],
        "norm": norm(),
        "readout": {"W": matrix(size, SIGN + 1), "b": np.zeros(SIGN + 1)},
    }


def arrays(tree):
    """The arrays of nested dicts and lists, in a fixed order."""
    if isinstance(tree, np.ndarray):
        return [tree]
    parts = [tree[name] for name in sorted(tree)] if isinstance(tree, dict) else tree
    return [array for part in parts for array in arrays(part)]


def adam(params, grads, moments, step, lr):
    """One step of Adam, which changes params and moments."""
    for value, by, (mean, square) in zip(arrays(params), arrays(grads), moments, strict=True):
        mean += 0.1 * (by - mean)
        square += 0.001 * (by**2 - square)
        value -= lr * mean / (1 - 0.9**step) / (np.sqrt(square / (1 - 0.999**step)) + 1e-8)


def sort(params, digits):
    """Let the network sort: it reads what it has said, and says one digit after the other."""
    rows = np.hstack([digits, np.full((len(digits), 1), SIGN)])
    for _ in range(LENGTH):
        scores, _ = transformer(params, rows, HEADS)
        rows = np.hstack([rows, scores[:, -1:].argmax(axis=-1)])
    return rows[:, LENGTH + 1 :]


def learn(steps, batch_size=32, blocks=1):
    """Train with new sequences in every step, and say how many of 1296 the network sorts."""
    rng = np.random.default_rng(0)
    params = start(rng, blocks=blocks)
    moments = [(np.zeros_like(value), np.zeros_like(value)) for value in arrays(params)]
    losses = []
    for step in range(1, steps + 1):
        tokens, labels = sequences(rng, batch_size)
        logits, cache = transformer(params, tokens, HEADS)
        losses.append(cross_entropy(logits, labels))
        dlogits = cross_entropy_gradient(logits, labels)
        grads = transformer_backward(dlogits, params, cache)
        adam(params, grads, moments, step, 0.01 * (1 - step / steps))
    every = np.indices((SIGN,) * LENGTH).reshape(LENGTH, -1).T
    said = sort(params, every)
    right = np.all(said == np.sort(every, axis=1), axis=1)
    print(f"{right.sum()} of all {len(every)} sequences are sorted")
    for wrong in np.flatnonzero(~right)[:3]:
        print("  ", *every[wrong], ">", *said[wrong])
    return params, losses


# %% [markdown]
# > **Predict.** Before the first step the network knows nothing, and there are 7 tokens. About how
# > large is the loss? It may well be larger: the scores of random parameters are not equal, but wrong.

# %%
loss_curve(learn, 600)


# %% [markdown]
# With right functions all 1296 sequences are sorted after 600 steps, which take a second or two. The
# network has seen 19,200 sequences, each of the 1296 about 15 times.
#
# The figure shows where this network looks while it sorts 4, 1, 5, 1: the weights of its two heads, for
# the four positions from which it says a digit.
#
# ![Two squares of weights, one for each head. The rows are the sign and the digits 1, 1 and 4 behind it, the columns all tokens. Much of the weight lies on the digits that come next.](sorting.svg)
#
# Things to try:
#
# - `learn(100)`. Which sequences are not sorted yet, and what do the wrong answers have in common?
# - `learn(600, blocks=2)`. Does a second block help, and what does it cost?
# - Take the positions away: multiply them by 0 in `embed` for a moment. The loss still falls far below
#   that of a guess. From what does the network know how far it has got?
#
# ## Two questions
#
# One option of each is right: return its number. `check` says only that you have chosen. Whether it
# is right you read when your work is graded, and why when nobody can hand in any more.
#
# **The first query.** In every sequence `attention_backward` gives a derivative of 0 for the query of
# the first position, whatever `dout` is. Why?
#
# 1. The mask is at work: its scores are −∞, and behind that no derivative is left.
# 2. There is only one weight in its row, and this is 1 for any query.
# 3. No position comes before it, from which it could get a derivative.
# 4. At the first position nothing is asked, so that `dout` is 0 there.

# %% first_query
def first_query():
    """The number of the option that is right, 1 to 4."""
    # YOUR CODE HERE
    raise NotImplementedError()


# %% check-first_query
check(first_query)


# %% [markdown]
# **Without places.** Somebody leaves the position embeddings out, and the mask too. Then two tokens of
# the sequence are exchanged. What becomes of the logits?
#
# 1. They are other numbers everywhere: each position now adds up the values in another order.
# 2. They are the same at every position: attention sees a set, not a sequence.
# 3. That depends on the parameters: some networks would see the exchange, and others not.
# 4. The rows of the two positions are exchanged as well, and all others stay the same.

# %% without_places
def without_places():
    """The number of the option that is right, 1 to 4."""
    # YOUR CODE HERE
    raise NotImplementedError()


# %% check-without_places
check(without_places)
