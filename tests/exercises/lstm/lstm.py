# %% [markdown]
# # A long short-term memory
#
# Beside its state $h$ it has a cell $c$. Three gates decide what is kept, written and shown:
#
# $$a = [x, h]\, W + b, \qquad a = [a_i, a_f, a_o, a_g]$$
#
# $$i = \sigma(a_i) \qquad f = \sigma(a_f) \qquad o = \sigma(a_o) \qquad g = \tanh(a_g)$$
#
# $$c' = f \odot c + i \odot g \qquad h' = o \odot \tanh(c')$$

# %%
import numpy as np

from autograder import check


def sigmoid(z):
    """The logistic function of each entry."""
    return 0.5 * (1 + np.tanh(0.5 * z))


# %% [markdown]
# ## One step


# %%
def lstm_step(x, h, c, params):
    """One step of all sequences.

    x       (N, D)
    h, c    (N, H)  the state before the step
    params  dict: W (D + H, 4H), b (4H,)
    returns (h_next, c_next, cache): the state after the step, both (N, H), and what you need in
            lstm_step_backward
    """
    ### BEGIN SOLUTION
    inputs = np.concatenate([x, h], axis=1)
    a = inputs @ params["W"] + params["b"]
    a_i, a_f, a_o, a_g = np.split(a, 4, axis=1)
    i = sigmoid(a_i)
    f = sigmoid(a_f)
    o = sigmoid(a_o)
    g = np.tanh(a_g)
    c_next = f * c + i * g
    h_next = o * np.tanh(c_next)
    return h_next, c_next, (params, inputs, i, f, o, g, c, c_next)
    ### END SOLUTION


# %%
check(lstm_step)

# %% [markdown]
# ## One step back
#
# The loss depends on $c'$ in two ways: through $h'$, and through the steps that follow.


# %%
def lstm_step_backward(dh, dc, cache):
    """The derivatives of one step.

    dh, dc  (N, H)  derivatives of the loss with respect to h_next and c_next; dc is what comes from
            later steps, without the way through h_next
    cache   what lstm_step returned
    returns (dx, dh_prev, dc_prev, dparams): (N, D), (N, H), (N, H), and a dict like params
    """
    ### BEGIN SOLUTION
    params, inputs, i, f, o, g, c, c_next = cache
    tanh_c = np.tanh(c_next)
    dc_total = dc + dh * o * (1 - tanh_c**2)
    da_o = dh * tanh_c * o * (1 - o)
    da_f = dc_total * c * f * (1 - f)
    da_i = dc_total * g * i * (1 - i)
    da_g = dc_total * i * (1 - g**2)
    da = np.concatenate([da_i, da_f, da_o, da_g], axis=1)
    dW = inputs.T @ da
    db = da.sum(axis=0)
    dinputs = da @ params["W"].T
    D = dinputs.shape[1] - dh.shape[1]
    dx, dh_prev = dinputs[:, :D], dinputs[:, D:]
    dc_prev = dc_total * f
    return dx, dh_prev, dc_prev, {"W": dW, "b": db}
    ### END SOLUTION


# %%
check(lstm_step_backward)

# %% [markdown]
# ## Many steps
#
# Where `mask` is False, the step is padding: both states of this sequence stay what they were.


# %%
def lstm_forward(x, h0, c0, params, mask=None):
    """All steps of all sequences.

    x       (N, T, D)
    h0, c0  (N, H)
    mask    (N, T) truth values, False where a step is padding; None if there is no padding
    returns (hs, caches): h after each step, (N, T, H), and what you need in lstm_backward
    """
    ### BEGIN SOLUTION
    N, T, _ = x.shape
    h, c = h0, c0
    hs, caches = [], []
    for t in range(T):
        h_new, c_new, cache = lstm_step(x[:, t], h, c, params)
        real = np.ones((N, 1), bool) if mask is None else mask[:, t, None]
        h = np.where(real, h_new, h)
        c = np.where(real, c_new, c)
        hs.append(h)
        caches.append((cache, real))
    return np.stack(hs, axis=1), caches
    ### END SOLUTION


# %%
check(lstm_forward)


# %%
def lstm_backward(dhs, caches):
    """Backpropagation through time.

    dhs     (N, T, H)  the derivatives of the loss with respect to each of hs
    caches  what lstm_forward returned
    returns (dx, dh0, dc0, dparams)
    """
    ### BEGIN SOLUTION
    N, T, H = dhs.shape
    dh = np.zeros((N, H))
    dc = np.zeros((N, H))
    dx = []
    dparams = {}
    for t in reversed(range(T)):
        cache, real = caches[t]
        dh = dh + dhs[:, t]
        dh_new = np.where(real, dh, 0)
        dc_new = np.where(real, dc, 0)
        dx_t, dh_step, dc_step, step = lstm_step_backward(dh_new, dc_new, cache)
        dh = np.where(real, dh_step, dh)
        dc = np.where(real, dc_step, dc)
        dx.append(dx_t)
        for name in step:
            dparams[name] = dparams.get(name, 0) + step[name]
    return np.stack(dx[::-1], axis=1), dh, dc, dparams
    ### END SOLUTION


# %%
check(lstm_backward)

# %% [markdown]
# ## The loss
#
# The state after the last step is classified, with scores $s = h_T\, W + b$ and labels $l$:
#
# $$E = -\frac{1}{N} \sum_n \log \frac{e^{s_{n l_n}}}{\sum_k e^{s_{nk}}}$$


# %%
def loss(hs, head, labels):
    """The mean cross-entropy of the softmax.

    hs      (N, T, H)
    head    dict: W (H, C), b (C,)
    labels  (N,) whole numbers from 0 to C - 1
    returns float
    """
    ### BEGIN SOLUTION
    s = hs[:, -1] @ head["W"] + head["b"]
    s = s - s.max(axis=1, keepdims=True)
    log_p = s - np.log(np.exp(s).sum(axis=1, keepdims=True))
    return -np.mean(log_p[np.arange(len(labels)), labels])
    ### END SOLUTION


# %%
check(loss)


# %%
def loss_backward(hs, head, labels):
    """The derivatives of the loss.

    returns (dhs, dhead): like hs and like head
    """
    ### BEGIN SOLUTION
    s = hs[:, -1] @ head["W"] + head["b"]
    e = np.exp(s - s.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    one_hot = np.eye(len(head["b"]))[labels]
    ds = (p - one_hot) / len(labels)
    dhs = np.zeros_like(hs)
    dhs[:, -1] = ds @ head["W"].T
    return dhs, {"W": hs[:, -1].T @ ds, "b": ds.sum(axis=0)}
    ### END SOLUTION


# %%
check(loss_backward)

# %% [markdown]
# ## All together


# %%
def gradients(x, h0, c0, params, head, labels, mask=None):
    """The derivatives of the loss with respect to all parameters, by the functions above.

    returns (dparams, dhead)
    """
    ### BEGIN SOLUTION
    hs, caches = lstm_forward(x, h0, c0, params, mask)
    dhs, dhead = loss_backward(hs, head, labels)
    dparams = lstm_backward(dhs, caches)[3]
    return dparams, dhead
    ### END SOLUTION


# %%
check(gradients)
