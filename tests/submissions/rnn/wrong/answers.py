# ruff: noqa: F811, F821
# Wrong answers to the recurrent network, one per cell: see benchmarks/answers.py.

import numpy as np

# %% no-tanh | forward
# tanh is missing: the states are linear
# named forward: In `h`: the hyperbolic tangent is not applied.


def forward(params, x, h0):
    N, T, D = x.shape
    hs = np.zeros((N, T, h0.shape[1]))
    prev = h0
    for t in range(T):
        prev = np.dot(x[:, t, :], params["Wx"]) + np.dot(prev, params["Wh"]) + params["b"]
        hs[:, t, :] = prev
    return hs


# %% sigmoid-for-tanh | forward
# the logistic function in the place of tanh
# named forward: In `h`: the logistic function is used instead of tanh.


def forward(params, x, h0):
    N, T, D = x.shape
    hs = np.zeros((N, T, h0.shape[1]))
    prev = h0
    for t in range(T):
        a = np.dot(x[:, t, :], params["Wx"]) + np.dot(prev, params["Wh"]) + params["b"]
        prev = 1 / (1 + np.exp(-a))
        hs[:, t, :] = prev
    return hs


# %% first-state-ignored | forward
# the first state is taken as zero in the place of h0
# named forward: In `h`: zeros are used instead of `h0`.


def forward(params, x, h0):
    N, T, D = x.shape
    h = np.zeros(h0.shape)
    hs = []
    for t in range(T):
        h = np.tanh(x[:, t] @ params["Wx"] + h @ params["Wh"] + params["b"])
        hs.append(h)
    return np.array(hs).transpose(1, 0, 2)


# %% always-from-the-first-state | forward
# every step starts from h0, and not from the state before it


def forward(params, x, h0):
    N, T, D = x.shape
    hs = np.empty((N, T, h0.shape[1]))
    for t in range(T):
        hs[:, t] = np.tanh(np.matmul(x[:, t], params["Wx"]) + h0 @ params["Wh"] + params["b"])
    return hs


# %% bias-forgotten | forward
# the bias is not added
# named forward: In `h`: the term `params["b"]` is missing.


def forward(params, x, h0):
    hs = []
    h = h0
    for t in range(x.shape[1]):
        h = np.tanh(np.einsum("nd,dh->nh", x[:, t], params["Wx"]) + h.dot(params["Wh"]))
        hs.append(h)
    return np.stack(hs, axis=1)


# %% recurrent-weights-transposed | forward
# the state is multiplied by the transposed weights
# named forward: In `h`: `params["Wh"]` is transposed, and should not be.


def forward(params, x, h0):
    h = h0
    out = []
    for t in range(x.shape[1]):
        z = x[:, t] @ params["Wx"] + (params["Wh"] @ h.T).T + params["b"]
        h = np.tanh(z)
        out.append(h)
    return np.stack(out, axis=1)


# %% backwards-in-time | forward
# the steps are walked through from the last one to the first
# named forward: rnn.py, line 76, `for t in reversed(range(T)):`: `reversed(...)` is one step too many: leave it out, and write `range(T)`. With this change alone everything on the visible instances is right.


def forward(params, x, h0):
    N, T, D = x.shape
    h = h0
    hs = np.zeros((N, T, len(params["b"])))
    for t in reversed(range(T)):
        h = np.tanh(x[:, t] @ params["Wx"] + h @ params["Wh"] + params["b"])
        hs[:, t] = h
    return hs


# %% mask-forgotten | loss
# all steps count, also those that are masked out
# named loss: In `loss`: all entries are taken, and not only those that `mask` selects.


def loss(h, t, mask):
    diff = h - t
    return 0.5 * float((diff * diff).sum())


# %% half-forgotten | loss
# the half of the squares is missing
# named loss: In `loss`: the division by 2 is missing.


def loss(h, t, mask):
    d = (h - t) * mask[:, :, np.newaxis]
    return float(np.sum(np.square(d)))


# %% mean-over-the-steps | loss
# the mean over the steps that count, not the sum


def loss(h, t, mask):
    d = (h - t)[mask]
    return float(np.sum(d**2) / 2 / mask.sum())


# %% mask-upside-down | loss
# the steps that do not count are summed
# named loss: In `loss`: the entries are taken that `mask` does not select.


def loss(h, t, mask):
    total = 0.0
    for n in range(h.shape[0]):
        for s in range(h.shape[1]):
            if not mask[n, s]:
                total += 0.5 * np.sum((h[n, s] - t[n, s]) ** 2)
    return float(total)


# %% not-squared | loss
# the absolute distance, not the squared one
# named loss: In `loss`: the absolute value is used instead of the square.


def loss(h, t, mask):
    d = np.abs(h - t)[mask]
    return float(d.sum() / 2)


# %% nothing-carried | backward
# what later steps pass back to a state is left out
# named backward: In a step before `grads`: the term `grads["h0"]` is missing.


def backward(params, x, h0, h, t, mask):
    N, T, D = x.shape
    dWx, dWh = np.zeros_like(params["Wx"]), np.zeros_like(params["Wh"])
    db = np.zeros_like(params["b"])
    for s in range(T - 1, -1, -1):
        prev = h0 if s == 0 else h[:, s - 1, :]
        dh = (h[:, s, :] - t[:, s, :]) * mask[:, s][:, None]
        da = dh * (1 - h[:, s, :] ** 2)
        dWx += x[:, s, :].T.dot(da)
        dWh += prev.T.dot(da)
        db += np.sum(da, axis=0)
        dprev = da.dot(params["Wh"].T)
    return {"Wx": dWx, "Wh": dWh, "b": db, "h0": dprev}


# %% slope-forgotten | backward
# the derivative of tanh is missing
# named backward: In a step before `grads`: the factor with `h` is missing.


def backward(params, x, h0, h, t, mask):
    N, T, D = x.shape
    g = {"Wx": 0, "Wh": 0, "b": 0}
    dnext = np.zeros_like(h0)
    for s in range(T - 1, -1, -1):
        prev = h0 if s == 0 else h[:, s - 1]
        da = (h[:, s] - t[:, s]) * mask[:, s : s + 1] + dnext
        g["Wx"] = g["Wx"] + x[:, s].T @ da
        g["Wh"] = g["Wh"] + prev.T @ da
        g["b"] = g["b"] + da.sum(axis=0)
        dnext = da @ params["Wh"].T
    g["h0"] = dnext
    return g


# %% slope-before-the-carry | backward
# what is passed back is added after the slope of tanh, and so does not get it


def backward(params, x, h0, h, t, mask):
    N, T, D = x.shape
    g = {"Wx": 0, "Wh": 0, "b": 0}
    dnext = np.zeros_like(h0)
    for s in range(T - 1, -1, -1):
        prev = h0 if s == 0 else h[:, s - 1]
        local = (h[:, s] - t[:, s]) * mask[:, s : s + 1]
        da = local * (1 - np.square(h[:, s])) + dnext
        g["Wx"] = g["Wx"] + x[:, s].T @ da
        g["Wh"] = g["Wh"] + prev.T @ da
        g["b"] = g["b"] + da.sum(axis=0)
        dnext = da @ params["Wh"].T
    g["h0"] = dnext
    return g


# %% mask-left-out | backward
# masked steps have an error, too
# named backward: In a step before `grads`: the factor with `mask` is missing.


def backward(params, x, h0, h, t, mask):
    N, T, D = x.shape
    dWx, dWh, db = np.zeros(params["Wx"].shape), np.zeros(params["Wh"].shape), np.zeros(h0.shape[1])
    dh = np.zeros(h0.shape)
    errors = h - t
    for s in reversed(range(T)):
        da = (errors[:, s] + dh) * (1 - h[:, s] ** 2)
        dWx += np.einsum("nd,nh->dh", x[:, s], da)
        dWh += np.einsum("ni,nj->ij", h0 if s == 0 else h[:, s - 1], da)
        db += da.sum(axis=0)
        dh = np.einsum("nj,ij->ni", da, params["Wh"])
    return {"Wx": dWx, "Wh": dWh, "b": db, "h0": dh}


# %% mask-on-the-carry | backward
# the mask cuts what later steps pass back, and not only the error of the step


def backward(params, x, h0, h, t, mask):
    N, T, D = x.shape
    dWx, dWh, db = np.zeros(params["Wx"].shape), np.zeros(params["Wh"].shape), np.zeros(h0.shape[1])
    dh = np.zeros(h0.shape)
    for s in reversed(range(T)):
        dtotal = (h[:, s] - t[:, s] + dh) * mask[:, s][:, None]
        da = dtotal * (1 - h[:, s] ** 2)
        dWx += np.einsum("nd,nh->dh", x[:, s], da)
        dWh += np.einsum("ni,nj->ij", h0 if s == 0 else h[:, s - 1], da)
        db += da.sum(axis=0)
        dh = np.einsum("nj,ij->ni", da, params["Wh"])
    return {"Wx": dWx, "Wh": dWh, "b": db, "h0": dh}


# %% own-state-for-the-one-before | backward
# the derivative by Wh takes the state of the step itself, not the one before it
# named backward: In a step before `grads["Wh"]`: of two cases, the one with `h0` is missing. In a step before `grads["Wh"]`: the position in `h` is off by one.
# untrue backward: On the way to `grads["Wh"]`: the term 1 is missing. On the way to `grads["Wh"]`: the first of two cases is taken for all numbers.


def backward(params, x, h0, h, t, mask):
    err = (h - t) * mask[..., None]
    grads = {k: np.zeros_like(v) for k, v in params.items()}
    back = np.zeros_like(h0)
    for s in range(x.shape[1])[::-1]:
        hs = h[:, s]
        da = (err[:, s] + back) * (1 - hs * hs)
        grads["Wx"] += x[:, s].T @ da
        grads["Wh"] += hs.T @ da
        grads["b"] += da.sum(0)
        back = da @ params["Wh"].T
    grads["h0"] = back
    return grads


# %% first-state-is-zero | backward
# the state before the first step is taken as zero in the derivative by Wh
# named backward: In a step before `grads["Wh"]`: zeros are used instead of `h0`.


def backward(params, x, h0, h, t, mask):
    err = (h - t) * mask[..., None]
    before = np.concatenate([np.zeros_like(h0)[:, None], h[:, :-1]], axis=1)
    grads = {k: np.zeros_like(v) for k, v in params.items()}
    back = np.zeros_like(h0)
    for s in range(x.shape[1])[::-1]:
        da = (err[:, s] + back) * (1 - h[:, s] ** 2)
        grads["Wx"] += x[:, s].T @ da
        grads["Wh"] += before[:, s].T @ da
        grads["b"] += da.sum(0)
        back = da @ params["Wh"].T
    return {**grads, "h0": back}


# %% carried-without-transpose | backward
# the derivative is carried back through Wh, which is not transposed
# named backward: In `grads["h0"]` (and what follows from it): `params["Wh"]` is not transposed.


def backward(params, x, h0, h, t, mask):
    err = (h - t) * mask[..., None]
    before = np.concatenate([h0[:, None], h[:, :-1]], axis=1)
    dWx, dWh, db = 0.0, 0.0, 0.0
    back = 0.0
    for s in range(x.shape[1])[::-1]:
        da = (err[:, s] + back) * (1 - h[:, s] ** 2)
        dWx = dWx + x[:, s].T @ da
        dWh = dWh + before[:, s].T @ da
        db = db + da.sum(0)
        back = da @ params["Wh"]
    return {"Wx": dWx, "Wh": dWh, "b": db, "h0": back}


# %% first-step-only | backward
# the derivatives of the steps overwrite each other, and that of the first step is left
# named backward: In `grads["Wx"]`: the earlier value is overwritten, and should be added to. In `grads["Wh"]`: the earlier value is overwritten, and should be added to. In `grads["b"]`: the earlier value is overwritten, and should be added to.


def backward(params, x, h0, h, t, mask):
    err = (h - t) * mask[..., None]
    before = np.concatenate([h0[:, None], h[:, :-1]], axis=1)
    back = 0.0
    for s in range(x.shape[1])[::-1]:
        da = (err[:, s] + back) * (1 - h[:, s] ** 2)
        dWx = x[:, s].T @ da
        dWh = before[:, s].T @ da
        db = da.sum(0)
        back = da @ params["Wh"].T
    return {"Wx": dWx, "Wh": dWh, "b": db, "h0": back}


# %% target-minus-state | backward
# the sign of the error: target minus state
# named backward: In a step before `grads`: the term with `mask` has the wrong sign.


def backward(params, x, h0, h, t, mask):
    T = x.shape[1]
    dWx, dWh, db = np.zeros_like(params["Wx"]), np.zeros_like(params["Wh"]), np.zeros_like(params["b"])
    carry = np.zeros_like(h0)
    for s in range(T - 1, -1, -1):
        err = np.where(mask[:, s, None], t[:, s] - h[:, s], 0)
        da = (err + carry) * (1 + h[:, s]) * (1 - h[:, s])
        dWx += x[:, s].T @ da
        dWh += (h[:, s - 1] if s > 0 else h0).T @ da
        db += da.sum(axis=0)
        carry = da @ params["Wh"].T
    return {"Wx": dWx, "Wh": dWh, "b": db, "h0": carry}


# %% squares-not-halved | backward
# the error has a factor of two, although the loss halves the squares
# named backward: In a step before `grads`: the difference with `t` is twice what it should be.
# untrue backward: rnn.py, line 81, `db += da.sum(axis=0)`: this is the sum; the mean is meant. Write `da.mean(axis=0)`. With this change alone grads["b"] is right on the visible instances, and the rest is not yet. It is 2 times the expected value everywhere.


def backward(params, x, h0, h, t, mask):
    T = x.shape[1]
    dWx, dWh, db = np.zeros_like(params["Wx"]), np.zeros_like(params["Wh"]), np.zeros_like(params["b"])
    carry = np.zeros_like(h0)
    for s in range(T - 1, -1, -1):
        err = np.where(mask[:, s, None], 2 * (h[:, s] - t[:, s]), 0)
        da = (err + carry) * (1 + h[:, s]) * (1 - h[:, s])
        dWx += x[:, s].T @ da
        dWh += (h[:, s - 1] if s > 0 else h0).T @ da
        db += da.sum(axis=0)
        carry = da @ params["Wh"].T
    return {"Wx": dWx, "Wh": dWh, "b": db, "h0": carry}


# %% first-state-without-weights | backward
# the derivative by h0 is that by the argument of tanh in the first step: Wh is missing


def backward(params, x, h0, h, t, mask):
    T = x.shape[1]
    Wh = params["Wh"]
    das = np.zeros_like(h)
    carry = np.zeros_like(h0)
    for s in range(T - 1, -1, -1):
        err = np.where(mask[:, s, None], h[:, s] - t[:, s], 0)
        das[:, s] = (err + carry) * (1 - h[:, s] ** 2)
        carry = das[:, s] @ Wh.T
    before = np.concatenate([h0[:, None], h[:, :-1]], axis=1)
    return {
        "Wx": np.einsum("ntd,nth->dh", x, das),
        "Wh": np.einsum("nti,ntj->ij", before, das),
        "b": das.sum(axis=(0, 1)),
        "h0": das[:, 0],
    }


# %% bias-averaged | backward
# the derivative by the bias is the mean over the batch, not the sum
# named backward: In `grads["b"]`: the mean is used instead of the sum.


def backward(params, x, h0, h, t, mask):
    T = x.shape[1]
    Wh = params["Wh"]
    das = np.zeros_like(h)
    carry = np.zeros_like(h0)
    for s in range(T - 1, -1, -1):
        err = np.where(mask[:, s, None], h[:, s] - t[:, s], 0)
        das[:, s] = (err + carry) * (1 - h[:, s] ** 2)
        carry = das[:, s] @ Wh.T
    before = np.concatenate([h0[:, None], h[:, :-1]], axis=1)
    dWx = sum(x[:, s].T @ das[:, s] for s in range(T))
    dWh = sum(before[:, s].T @ das[:, s] for s in range(T))
    return {"Wx": dWx, "Wh": dWh, "b": das.sum(axis=1).mean(axis=0), "h0": carry}


# %% sigmoid-slope | backward
# h (1 - h), the slope of the logistic function, in the place of that of tanh
# named backward: In a step before `grads`: the slope of the logistic function, a (1 - a), is used instead of that of tanh.


def backward(params, x, h0, h, t, mask):
    grads = {"Wx": np.zeros_like(params["Wx"]), "Wh": np.zeros_like(params["Wh"])}
    grads["b"] = np.zeros_like(params["b"])
    back = np.zeros_like(h0)
    for s in range(x.shape[1] - 1, -1, -1):
        dh = (h[:, s] - t[:, s]) * mask[:, [s]] + back
        da = dh * h[:, s] * (1 - h[:, s])
        grads["Wx"] += x[:, s].T.dot(da)
        grads["Wh"] += (h0 if s == 0 else h[:, s - 1]).T.dot(da)
        grads["b"] += da.sum(axis=0)
        back = da.dot(params["Wh"].T)
    grads["h0"] = back
    return grads


# %% each-array-clipped | clip
# each array is scaled by its own norm, not by the norm of all together


def clip(grads, most):
    out = {}
    for k, g in grads.items():
        n = np.linalg.norm(g)
        out[k] = g * most / n if n > most else g
    return out


# %% entries-clipped | clip
# the entries are cut off at most, as np.clip does, and not scaled


def clip(grads, most):
    return {k: np.clip(g, -most, most) for k, g in grads.items()}


# %% root-forgotten | clip
# the norm is not rooted: the sum of squares is used
# named clip: In `clip`: the square root is not applied.


def clip(grads, most):
    total = 0.0
    for g in grads.values():
        total += np.sum(g**2)
    if total > most:
        return {k: g * (most / total) for k, g in grads.items()}
    return dict(grads)


# %% scaled-always-to-one | clip
# scaled to length one in the place of the largest norm allowed
# untrue clip: In `clip`: it is twice what it should be.


def clip(grads, most):
    norm = np.sqrt(sum((g**2).sum() for g in grads.values()))
    if norm > most:
        grads = {k: g / norm for k, g in grads.items()}
    return grads


# %% no-mask-and-no-half | loss
# all steps count, and the half is missing
# named loss: In `loss`: the division by 2 is missing. In `loss`: all entries are taken, and not only those that `mask` selects.


def loss(h, t, mask):
    return float(np.sum((h - t) ** 2))


# %% no-bias-and-sigmoid | forward
# no bias, and the logistic function in the place of tanh
# named forward: In `h`: the term `params["b"]` is missing. In `h`: the logistic function is used instead of tanh.


def forward(params, x, h0):
    hs = []
    h = h0
    for t in range(x.shape[1]):
        h = 1 / (1 + np.exp(-(x[:, t] @ params["Wx"] + h @ params["Wh"])))
        hs.append(h)
    return np.stack(hs, axis=1)


# %% no-slope-and-no-carry | backward
# neither the slope of tanh nor what later steps pass back


def backward(params, x, h0, h, t, mask):
    delta = (h - t) * mask[:, :, None]
    before = np.concatenate([h0[:, None, :], h[:, :-1, :]], axis=1)
    dWx = np.einsum("ntd,nth->dh", x, delta)
    dWh = np.einsum("nti,ntj->ij", before, delta)
    return {"Wx": dWx, "Wh": dWh, "b": delta.sum(axis=(0, 1)), "h0": delta[:, 0] @ params["Wh"].T}


# %% no-mask-and-two | backward
# masked steps have an error, and the error has a factor of two
# named backward: In a step before `grads`: the factor with `mask` is missing. In a step before `grads`: the difference with `t` is twice what it should be.


def backward(params, x, h0, h, t, mask):
    dWx, dWh, db = 0, 0, 0
    dh = np.zeros_like(h0)
    for s in range(x.shape[1] - 1, -1, -1):
        dh = dh + 2 * (h[:, s] - t[:, s])
        da = dh * (1 - h[:, s] ** 2)
        dWx = dWx + x[:, s].T @ da
        dWh = dWh + (h[:, s - 1] if s else h0).T @ da
        db = db + da.sum(axis=0)
        dh = da @ params["Wh"].T
    return {"Wx": dWx, "Wh": dWh, "b": db, "h0": dh}


# %% own-state-and-no-transpose | backward
# the step's own state in the derivative by Wh, and Wh not transposed on the way back
# named backward: In grads["Wx"], this mistake gives exactly your numbers: In `grads["h0"]` (and what follows from it): `params["Wh"]` is not transposed. grads["Wh"] is also wrong for another reason, which is not a known mistake.


def backward(params, x, h0, h, t, mask):
    dWx, dWh, db = 0, 0, 0
    dh = np.zeros_like(h0)
    for s in range(x.shape[1] - 1, -1, -1):
        dh = dh + (h[:, s] - t[:, s]) * mask[:, s, np.newaxis]
        da = dh * (1 - h[:, s] ** 2)
        dWx = dWx + x[:, s].T @ da
        dWh = dWh + h[:, s].T @ da
        db = db + da.sum(axis=0)
        dh = da @ params["Wh"]
    return {"Wx": dWx, "Wh": dWh, "b": db, "h0": dh}


# %% mask-nowhere | loss, backward
# the mask is left out of the loss and of its derivative
# named loss: In `loss`: all entries are taken, and not only those that `mask` selects.


def loss(h, t, mask):
    return float(0.5 * np.sum((h - t) ** 2))


def backward(params, x, h0, h, t, mask):
    dWx, dWh, db = 0, 0, 0
    dh = np.zeros_like(h0)
    for s in range(x.shape[1] - 1, -1, -1):
        dh = dh + h[:, s] - t[:, s]
        da = dh * (1 - h[:, s] ** 2)
        dWx = dWx + x[:, s].T @ da
        dWh = dWh + (h[:, s - 1] if s else h0).T @ da
        db = db + da.sum(axis=0)
        dh = da @ params["Wh"].T
    return {"Wx": dWx, "Wh": dWh, "b": db, "h0": dh}


# %% half-nowhere | loss, backward
# the loss is not halved, and backward has the two that this gives
# named loss: In `loss`: the division by 2 is missing.


def loss(h, t, mask):
    return float(np.sum((h[mask] - t[mask]) ** 2))


def backward(params, x, h0, h, t, mask):
    dWx, dWh, db = 0, 0, 0
    dh = np.zeros_like(h0)
    for s in range(x.shape[1] - 1, -1, -1):
        dh = dh + 2 * (h[:, s] - t[:, s]) * mask[:, s, np.newaxis]
        da = dh * (1 - h[:, s] ** 2)
        dWx = dWx + x[:, s].T @ da
        dWh = dWh + (h[:, s - 1] if s else h0).T @ da
        db = db + da.sum(axis=0)
        dh = da @ params["Wh"].T
    return {"Wx": dWx, "Wh": dWh, "b": db, "h0": dh}


# %% zero-state-and-clipped-entries | forward, clip
# h0 is not used in forward, and clip cuts entries off
# named forward: In `h`: zeros are used instead of `h0`.


def forward(params, x, h0):
    h = h0 * 0
    hs = []
    for xt in x.transpose(1, 0, 2):
        h = np.tanh(xt @ params["Wx"] + h @ params["Wh"] + params["b"])
        hs.append(h)
    return np.stack(hs, axis=1)


def clip(grads, most):
    clipped = {}
    for name in grads:
        g = grads[name].copy()
        g[g > most] = most
        g[g < -most] = -most
        clipped[name] = g
    return clipped


# %% linear-states | forward, backward
# tanh is left out of forward and its slope out of backward
# named forward: In `h`: the hyperbolic tangent is not applied.


def forward(params, x, h0):
    h = h0
    hs = []
    for xt in x.transpose(1, 0, 2):
        h = xt @ params["Wx"] + h @ params["Wh"] + params["b"]
        hs.append(h)
    return np.stack(hs, axis=1)


def backward(params, x, h0, h, t, mask):
    dWx, dWh, db = 0, 0, 0
    dh = np.zeros_like(h0)
    for s in range(x.shape[1] - 1, -1, -1):
        dh = dh + (h[:, s] - t[:, s]) * mask[:, s, np.newaxis]
        dWx = dWx + x[:, s].T @ dh
        dWh = dWh + (h[:, s - 1] if s else h0).T @ dh
        db = db + dh.sum(axis=0)
        dh = dh @ params["Wh"].T
    return {"Wx": dWx, "Wh": dWh, "b": db, "h0": dh}


# %% mean-loss-and-norm-of-each | loss, clip
# the loss is a mean over all entries that count, and clip takes each array's own norm
# named loss: In `loss`: the mean is used instead of the sum.


def loss(h, t, mask):
    return float(np.mean(((h - t) ** 2)[mask]) / 2)


def clip(grads, most):
    return {k: g * min(1, most / np.sqrt(np.sum(g * g))) for k, g in grads.items()}
