# ruff: noqa: F811, F821
# Wrong answers to the optimisers, one per cell: see benchmarks/answers.py.

import numpy as np

# %% velocity-not-slowed | momentum
# the old velocity is not multiplied by the rate
# named momentum: In the new `state["v"]` (and so in the new `params`): the factor `rate` is missing.


def momentum(params, grads, state, lr, rate):
    new_params, new_v = [], []
    for p, g, v in zip(params, grads, state["v"]):
        vel, par = {}, {}
        for k in p:
            vel[k] = v[k] + g[k]
            par[k] = p[k] - lr * vel[k]
        new_params.append(par)
        new_v.append(vel)
    return new_params, {"v": new_v}


# %% averaged-velocity | momentum
# a moving average: the derivative is multiplied by 1 - rate
# named momentum: Your new state["v"][0]["W"] is exactly `rate * (state["v"][0]["W"] - grads[0]["W"]) + grads[0]["W"]`.


def momentum(params, grads, state, lr, rate):
    v = []
    for i in range(len(grads)):
        v.append({k: rate * state["v"][i][k] + (1 - rate) * grads[i][k] for k in grads[i]})
    new = []
    for i in range(len(params)):
        new.append({k: params[i][k] - lr * v[i][k] for k in params[i]})
    return new, {"v": v}


# %% rate-in-the-velocity | momentum
# the velocity has the learning rate and the sign in it, as in the notes of another course


def momentum(params, grads, state, lr, rate):
    v, new = [], []
    for i in range(len(grads)):
        v.append({k: rate * state["v"][i][k] - lr * grads[i][k] for k in grads[i]})
        new.append({k: params[i][k] + v[i][k] for k in params[i]})
    return new, {"v": v}


# %% old-velocity | momentum
# the parameters move by the old velocity


def momentum(params, grads, state, lr, rate):
    v, new = [], []
    for i in range(len(grads)):
        old = state["v"][i]
        new.append({k: params[i][k] - lr * old[k] for k in params[i]})
        v.append({k: rate * old[k] + grads[i][k] for k in grads[i]})
    return new, {"v": v}


# %% nesterov | momentum
# Nesterov's momentum: the derivative is added to the velocity once more


def momentum(params, grads, state, lr, rate):
    v, new = [], []
    for i in range(len(grads)):
        g, old = grads[i], state["v"][i]
        vel = {k: rate * old[k] + g[k] for k in g}
        new.append({k: params[i][k] - lr * (g[k] + rate * vel[k]) for k in g})
        v.append(vel)
    return new, {"v": v}


# %% uphill | momentum
# the step is added
# named momentum: In the new `params`: the term with `lr` is added, and should be subtracted.


def momentum(params, grads, state, lr, rate):
    v, new = [], []
    for p, g, old in zip(params, grads, state["v"]):
        vel = {k: g[k] + rate * old[k] for k in g}
        v.append(vel)
        new.append({k: p[k] + lr * vel[k] for k in p})
    return new, {"v": v}


# %% state-not-kept | momentum
# the state that is returned is the old one
# named momentum: Your new state["v"][0]["W"] is exactly `state["v"][0]["W"]`.


def momentum(params, grads, state, lr, rate):
    new = []
    for p, g, old in zip(params, grads, state["v"]):
        layer = {}
        for k in p:
            step = rate * old[k] + g[k]
            layer[k] = p[k] - lr * step
        new.append(layer)
    return new, {"v": state["v"]}


# %% learning-rate-for-the-rate | momentum
# the old velocity is multiplied by the learning rate, and the step by the rate
# named momentum: In new state["v"][0]["W"], this mistake gives exactly your numbers: In the new `state["v"]` (and so in the new `params`): `lr` is used instead of `rate`. new params[0]["W"] is also wrong for another reason, which is not a known mistake.


def momentum(params, grads, state, lr, rate):
    v, new = [], []
    for p, g, old in zip(params, grads, state["v"]):
        vel = {k: lr * old[k] + g[k] for k in g}
        v.append(vel)
        new.append({k: p[k] - rate * vel[k] for k in p})
    return new, {"v": v}


# %% no-learning-rate | momentum
# the learning rate is left out
# named momentum: In the new `params`: the factor `lr` is missing.


def momentum(params, grads, state, lr, rate):
    v, new = [], []
    for p, g, old in zip(params, grads, state["v"]):
        vel = {k: rate * old[k] + g[k] for k in g}
        v.append(vel)
        new.append({k: p[k] - vel[k] for k in p})
    return new, {"v": v}


# %% no-correction | adam
# the moments are used as they are: the bias correction is missing
# named adam: In `adam`: a division is missing. In `adam`: a division is missing.


def adam(params, grads, moments, lr):
    m, v, new = [], [], []
    for i in range(len(params)):
        mi, vi, pi = {}, {}, {}
        for k in params[i]:
            g = grads[i][k]
            mi[k] = 0.9 * moments["m"][i][k] + 0.1 * g
            vi[k] = 0.999 * moments["v"][i][k] + 0.001 * g * g
            pi[k] = params[i][k] - lr * mi[k] / (np.sqrt(vi[k]) + 1e-8)
        m.append(mi)
        v.append(vi)
        new.append(pi)
    return new, {"m": m, "v": v, "step": moments["step"] + 1}


# %% step-counted-late | adam
# the correction takes the number of steps before this one


def adam(params, grads, moments, lr):
    t = moments["step"]
    m, v, new = [], [], []
    for i in range(len(params)):
        mi, vi, pi = {}, {}, {}
        for k in params[i]:
            g = grads[i][k]
            mi[k] = 0.9 * moments["m"][i][k] + (1 - 0.9) * g
            vi[k] = 0.999 * moments["v"][i][k] + (1 - 0.999) * g**2
            mhat, vhat = mi[k] / (1 - 0.9**t), vi[k] / (1 - 0.999**t)
            pi[k] = params[i][k] - lr * mhat / (np.sqrt(vhat) + 1e-8)
        m.append(mi)
        v.append(vi)
        new.append(pi)
    return new, {"m": m, "v": v, "step": t + 1}


# %% step-never-counted | adam
# the number of steps that is returned is the old one
# named adam: In the new `moments["step"]`: it is returned as it was given, and should be the new one.


def adam(params, grads, moments, lr):
    t = moments["step"] + 1
    b1, b2 = 0.9, 0.999
    m = [{k: b1 * o[k] + (1 - b1) * g[k] for k in g} for o, g in zip(moments["m"], grads)]
    v = [{k: b2 * o[k] + (1 - b2) * g[k] ** 2 for k in g} for o, g in zip(moments["v"], grads)]
    new = []
    for p, mi, vi in zip(params, m, v):
        new.append(
            {k: p[k] - lr * (mi[k] / (1 - b1**t)) / (np.sqrt(vi[k] / (1 - b2**t)) + 1e-8) for k in p}
        )
    return new, {"m": m, "v": v, "step": moments["step"]}


# %% root-forgotten | adam
# the second moment is not rooted
# named adam: In `adam`: the square root is not applied.


def adam(params, grads, moments, lr):
    t = moments["step"] + 1
    b1, b2 = 0.9, 0.999
    m = [{k: b1 * o[k] + (1 - b1) * g[k] for k in g} for o, g in zip(moments["m"], grads)]
    v = [{k: b2 * o[k] + (1 - b2) * g[k] ** 2 for k in g} for o, g in zip(moments["v"], grads)]
    new = []
    for p, mi, vi in zip(params, m, v):
        new.append({k: p[k] - lr * (mi[k] / (1 - b1**t)) / (vi[k] / (1 - b2**t) + 1e-8) for k in p})
    return new, {"m": m, "v": v, "step": t}


# %% derivative-not-squared | adam
# the second moment is an average of derivatives, not of their squares
# named adam: In the new `moments["v"]` (and so in the new `params`): the square is missing.


def adam(params, grads, moments, lr):
    t = moments["step"] + 1
    b1, b2 = 0.9, 0.999
    m = [{k: b1 * o[k] + (1 - b1) * g[k] for k in g} for o, g in zip(moments["m"], grads)]
    v = [{k: b2 * o[k] + (1 - b2) * g[k] for k in g} for o, g in zip(moments["v"], grads)]
    new = []
    for p, mi, vi in zip(params, m, v):
        new.append(
            {k: p[k] - lr * (mi[k] / (1 - b1**t)) / (np.sqrt(vi[k] / (1 - b2**t)) + 1e-8) for k in p}
        )
    return new, {"m": m, "v": v, "step": t}


# %% corrected-moments-kept | adam
# the corrected moments are returned as the new state


def adam(params, grads, moments, lr):
    t = moments["step"] + 1
    m, v, new = [], [], []
    for i, p in enumerate(params):
        m.append({k: (0.9 * moments["m"][i][k] + 0.1 * grads[i][k]) / (1 - 0.9**t) for k in p})
        v.append(
            {k: (0.999 * moments["v"][i][k] + 0.001 * grads[i][k] ** 2) / (1 - 0.999**t) for k in p}
        )
        new.append({k: p[k] - lr * m[i][k] / (np.sqrt(v[i][k]) + 1e-8) for k in p})
    return new, {"m": m, "v": v, "step": t}


# %% rates-exchanged | adam
# 0.999 for the first moment and 0.9 for the second
# named adam: Your new moments["m"][0]["W"] moves by 0.01 times the right step.


def adam(params, grads, moments, lr):
    t = moments["step"] + 1
    b1, b2 = 0.999, 0.9
    m, v, new = [], [], []
    for i, p in enumerate(params):
        m.append({k: b1 * moments["m"][i][k] + (1 - b1) * grads[i][k] for k in p})
        v.append({k: b2 * moments["v"][i][k] + (1 - b2) * grads[i][k] ** 2 for k in p})
        mh = {k: m[i][k] / (1 - b1**t) for k in p}
        vh = {k: v[i][k] / (1 - b2**t) for k in p}
        new.append({k: p[k] - lr * mh[k] / (np.sqrt(vh[k]) + 1e-8) for k in p})
    return new, {"m": m, "v": v, "step": t}


# %% derivative-for-the-first-moment | adam
# the step takes the derivative itself, as RMSprop does, not the first moment


def adam(params, grads, moments, lr):
    t = moments["step"] + 1
    b1, b2 = 0.9, 0.999
    m, v, new = [], [], []
    for i, p in enumerate(params):
        g = grads[i]
        m.append({k: b1 * moments["m"][i][k] + (1 - b1) * g[k] for k in p})
        v.append({k: b2 * moments["v"][i][k] + (1 - b2) * g[k] ** 2 for k in p})
        new.append({k: p[k] - lr * g[k] / (np.sqrt(v[i][k] / (1 - b2**t)) + 1e-8) for k in p})
    return new, {"m": m, "v": v, "step": t}


# %% moments-exchanged | adam
# the derivative has the weight 0.9 and the old moment 0.1
# named adam: In the new `moments["m"]` (and so in the new `params`): the number 0.1 is used instead of 0.9. In the new `moments["m"]` (and so in the new `params`): the number 0.9 is used instead of 0.1. In the new `moments["v"]` (and so in the new `params`): the number 0.001 is used instead of 0.999. In the new `moments["v"]` (and so in the new `params`): the number 0.999 is used instead of 0.001.


def adam(params, grads, moments, lr):
    t = moments["step"] + 1
    m, v, new = [], [], []
    for i, p in enumerate(params):
        g = grads[i]
        m.append({k: 0.1 * moments["m"][i][k] + 0.9 * g[k] for k in p})
        v.append({k: 0.001 * moments["v"][i][k] + 0.999 * g[k] ** 2 for k in p})
        new.append(
            {
                k: p[k] - lr * m[i][k] / (1 - 0.9**t) / (np.sqrt(v[i][k] / (1 - 0.999**t)) + 1e-8)
                for k in p
            }
        )
    return new, {"m": m, "v": v, "step": t}


# %% first-moment-corrected-only | adam
# the second moment has no bias correction
# named adam: In `adam`: a division is missing.


def adam(params, grads, moments, lr):
    t = moments["step"] + 1
    m, v, new = [], [], []
    for i, p in enumerate(params):
        g = grads[i]
        m.append({k: moments["m"][i][k] * 0.9 + g[k] * 0.1 for k in p})
        v.append({k: moments["v"][i][k] * 0.999 + np.square(g[k]) * 0.001 for k in p})
        new.append({k: p[k] - lr * (m[i][k] / (1 - 0.9**t)) / (v[i][k] ** 0.5 + 1e-8) for k in p})
    return new, {"m": m, "v": v, "step": t}


# %% corrected-by-a-product | adam
# the correction divides by 1 - 0.9 t, where 0.9 has to be raised to the power t


def adam(params, grads, moments, lr):
    t = moments["step"] + 1
    m, v, new = [], [], []
    for i, p in enumerate(params):
        g = grads[i]
        m.append({k: moments["m"][i][k] * 0.9 + g[k] * 0.1 for k in p})
        v.append({k: moments["v"][i][k] * 0.999 + np.square(g[k]) * 0.001 for k in p})
        layer = {}
        for k in p:
            mh, vh = m[i][k] / (1 - 0.9 * t), v[i][k] / abs(1 - 0.999 * t)
            layer[k] = p[k] - lr * mh / (np.sqrt(vh) + 1e-8)
        new.append(layer)
    return new, {"m": m, "v": v, "step": t}


# %% moments-of-the-step-before | adam
# the parameters move by the old moments, which are updated afterwards


def adam(params, grads, moments, lr):
    t = moments["step"] + 1
    new = []
    for p, mi, vi in zip(params, moments["m"], moments["v"]):
        layer = {}
        for k in p:
            mh, vh = mi[k] / (1 - 0.9**t), vi[k] / (1 - 0.999**t)
            layer[k] = p[k] - lr * mh / (np.sqrt(vh) + 1e-8)
        new.append(layer)
    m = [{k: 0.9 * o[k] + 0.1 * g[k] for k in g} for o, g in zip(moments["m"], grads)]
    v = [{k: 0.999 * o[k] + 0.001 * g[k] ** 2 for k in g} for o, g in zip(moments["v"], grads)]
    return new, {"m": m, "v": v, "step": t}


# %% climbing | adam
# the step is added
# named adam: In `adam`: the term with `lr` is added, and should be subtracted.


def adam(params, grads, moments, lr):
    t = moments["step"] + 1
    m = [{k: 0.9 * o[k] + 0.1 * g[k] for k in g} for o, g in zip(moments["m"], grads)]
    v = [{k: 0.999 * o[k] + 0.001 * g[k] ** 2 for k in g} for o, g in zip(moments["v"], grads)]
    new = []
    for p, mi, vi in zip(params, m, v):
        layer = {}
        for k in p:
            mh, vh = mi[k] / (1 - 0.9**t), vi[k] / (1 - 0.999**t)
            layer[k] = p[k] + lr * mh / (np.sqrt(vh) + 1e-8)
        new.append(layer)
    return new, {"m": m, "v": v, "step": t}


# %% sums-after-the-step | minimise
# the sum of squares is recorded after each step
# named minimise: These are the losses after each update; record each one before its update.


def minimise(start, moments, lr, steps):
    p = start
    history = []
    for i in range(steps):
        g = [{k: 2 * value for k, value in layer.items()} for layer in p]
        p, moments = adam(p, g, moments, lr)
        history.append(float(sum(np.sum(v * v) for layer in p for v in layer.values())))
    return p, history


# %% two-forgotten | minimise
# the derivative of a square is taken as the number itself
# named minimise: In a step before `minimise[0]` and `minimise[1]`: the factor 2 is missing.


def minimise(start, moments, lr, steps):
    p = start
    history = []
    for i in range(steps):
        total = 0.0
        for layer in p:
            for k in layer:
                total += np.sum(layer[k] ** 2)
        history.append(float(total))
        p, moments = adam(p, p, moments, lr)
    return p, history


# %% moments-not-kept | minimise
# every step begins with the moments of the start


def minimise(start, moments, lr, steps):
    p = start
    history = []
    for i in range(steps):
        history.append(float(sum(np.sum(np.square(v)) for layer in p for v in layer.values())))
        g = [{k: 2 * value for k, value in layer.items()} for layer in p]
        p, _ = adam(p, g, moments, lr)
    return p, history


# %% derivatives-of-the-start | minimise
# the derivatives are computed once, before the loop


def minimise(start, moments, lr, steps):
    p = start
    g = [{k: 2 * value for k, value in layer.items()} for layer in p]
    history = []
    for i in range(steps):
        history.append(float(sum(np.sum(np.square(v)) for layer in p for v in layer.values())))
        p, moments = adam(p, g, moments, lr)
    return p, history


# %% one-step-less | minimise
# the loop stops before the last step


def minimise(start, moments, lr, steps):
    p = start
    history = []
    for i in range(steps):
        history.append(float(sum(np.sum(np.square(v)) for layer in p for v in layer.values())))
        if i == steps - 1:
            break
        p, moments = adam(p, [{k: 2 * v for k, v in layer.items()} for layer in p], moments, lr)
    return p, history


# %% mean-of-squares | minimise
# the squares of each array are averaged, not summed
# named minimise: In `minimise[1]`: the mean is used instead of the sum.


def minimise(start, moments, lr, steps):
    p = start
    history = []
    for i in range(steps):
        history.append(float(sum(np.mean(np.square(v)) for layer in p for v in layer.values())))
        p, moments = adam(p, [{k: 2 * v for k, v in layer.items()} for layer in p], moments, lr)
    return p, history


# %% sum-of-the-weights-only | minimise
# only the weights are in the recorded sums


def minimise(start, moments, lr, steps):
    p = start
    history = []
    for i in range(steps):
        history.append(float(sum(np.sum(layer["W"] ** 2) for layer in p if "W" in layer)))
        p, moments = adam(p, [{k: 2 * v for k, v in layer.items()} for layer in p], moments, lr)
    return p, history


# %% always-from-the-start | minimise
# each step is made from the start again


def minimise(start, moments, lr, steps):
    p = start
    history = []
    for i in range(steps):
        history.append(float(sum(np.sum(np.square(v)) for layer in p for v in layer.values())))
        g = [{k: 2 * v for k, v in layer.items()} for layer in p]
        p, moments = adam(start, g, moments, lr)
    return p, history


# %% averaged-and-old | momentum
# a moving average with 1 - rate, and the parameters move by the old one
# named momentum: Your new state["v"][0]["W"] is exactly `rate * (state["v"][0]["W"] - grads[0]["W"]) + grads[0]["W"]`.


def momentum(params, grads, state, lr, rate):
    new, v = [], []
    for p, g, old in zip(params, grads, state["v"]):
        new.append({k: p[k] - lr * old[k] for k in p})
        v.append({k: rate * old[k] + (1 - rate) * g[k] for k in g})
    return new, {"v": v}


# %% no-correction-and-no-root | adam
# neither bias correction nor root


def adam(params, grads, moments, lr):
    m = [{k: 0.9 * o[k] + 0.1 * g[k] for k in g} for o, g in zip(moments["m"], grads)]
    v = [{k: 0.999 * o[k] + 0.001 * g[k] ** 2 for k in g} for o, g in zip(moments["v"], grads)]
    new = [{k: p[k] - lr * a[k] / (b[k] + 1e-8) for k in p} for p, a, b in zip(params, m, v)]
    return new, {"m": m, "v": v, "step": moments["step"] + 1}


# %% late-count-and-climbing | adam
# the correction takes the old number of steps, and the step is added


def adam(params, grads, moments, lr):
    t = moments["step"]
    m = [{k: 0.9 * o[k] + 0.1 * g[k] for k in g} for o, g in zip(moments["m"], grads)]
    v = [{k: 0.999 * o[k] + 0.001 * g[k] ** 2 for k in g} for o, g in zip(moments["v"], grads)]
    new = []
    for p, a, b in zip(params, m, v):
        layer = {}
        for k in p:
            layer[k] = p[k] + lr * a[k] / (1 - 0.9**t) / (np.sqrt(b[k] / (1 - 0.999**t)) + 1e-8)
        new.append(layer)
    return new, {"m": m, "v": v, "step": t + 1}


# %% two-forgotten-and-late-sums | minimise
# the number itself for the derivative of its square, and sums that are recorded after the step


def minimise(start, moments, lr, steps):
    p = start
    history = []
    for i in range(steps):
        p, moments = adam(p, p, moments, lr)
        history.append(float(sum(np.sum(v**2) for layer in p for v in layer.values())))
    return p, history


# %% uphill-without-rate | momentum
# the step is added, and the old velocity has no rate
# named momentum: In the new `state["v"]` (and so in the new `params`): the factor `rate` is missing. In the new `params`: the term with `lr` is added, and should be subtracted.


def momentum(params, grads, state, lr, rate):
    v = [{k: g[k] + o[k] for k in g} for g, o in zip(grads, state["v"])]
    return [{k: p[k] + lr * w[k] for k in p} for p, w in zip(params, v)], {"v": v}


# %% rate-in-the-velocity-and-late-count | momentum, adam
# the velocity has the learning rate in it; adam corrects with the old number of steps


def momentum(params, grads, state, lr, rate):
    v = [{k: rate * o[k] + lr * g[k] for k in g} for g, o in zip(grads, state["v"])]
    return [{k: p[k] - w[k] for k in p} for p, w in zip(params, v)], {"v": v}


def adam(params, grads, moments, lr):
    t = moments["step"]
    m = [{k: 0.9 * o[k] + 0.1 * g[k] for k in g} for o, g in zip(moments["m"], grads)]
    v = [{k: 0.999 * o[k] + 0.001 * g[k] ** 2 for k in g} for o, g in zip(moments["v"], grads)]
    new = []
    for p, a, b in zip(params, m, v):
        layer = {}
        for k in p:
            layer[k] = p[k] - lr * a[k] / (1 - 0.9**t) / (np.sqrt(b[k] / (1 - 0.999**t)) + 1e-8)
        new.append(layer)
    return new, {"m": m, "v": v, "step": t + 1}


# %% no-correction-and-late-sums | adam, minimise
# no bias correction in adam; minimise records the sums after the step
# named adam: In `adam`: a division is missing. In `adam`: a division is missing.


def adam(params, grads, moments, lr):
    m = [{k: 0.9 * o[k] + 0.1 * g[k] for k in g} for o, g in zip(moments["m"], grads)]
    v = [{k: 0.999 * o[k] + 0.001 * g[k] ** 2 for k in g} for o, g in zip(moments["v"], grads)]
    new = []
    for p, a, b in zip(params, m, v):
        new.append({k: p[k] - lr * a[k] / (np.sqrt(b[k]) + 1e-8) for k in p})
    return new, {"m": m, "v": v, "step": moments["step"] + 1}


def minimise(start, moments, lr, steps):
    p = start
    history = []
    for i in range(steps):
        p, moments = adam(p, [{k: 2 * v for k, v in layer.items()} for layer in p], moments, lr)
        history.append(float(sum(np.sum(v**2) for layer in p for v in layer.values())))
    return p, history


# %% uphill-in-both | momentum, adam
# both steps are added
# named momentum: In the new `params`: the term with `lr` is added, and should be subtracted.
# named adam: In `adam`: the term with `lr` is added, and should be subtracted.


def momentum(params, grads, state, lr, rate):
    v = [{k: rate * o[k] + g[k] for k in g} for g, o in zip(grads, state["v"])]
    return [{k: p[k] + lr * w[k] for k in p} for p, w in zip(params, v)], {"v": v}


def adam(params, grads, moments, lr):
    t = moments["step"] + 1
    m = [{k: 0.9 * o[k] + 0.1 * g[k] for k in g} for o, g in zip(moments["m"], grads)]
    v = [{k: 0.999 * o[k] + 0.001 * g[k] ** 2 for k in g} for o, g in zip(moments["v"], grads)]
    new = []
    for p, a, b in zip(params, m, v):
        layer = {}
        for k in p:
            layer[k] = p[k] + lr * a[k] / (1 - 0.9**t) / (np.sqrt(b[k] / (1 - 0.999**t)) + 1e-8)
        new.append(layer)
    return new, {"m": m, "v": v, "step": t}


# %% not-squared-and-moments-dropped | adam, minimise
# the second moment averages absolute derivatives, not squares; minimise drops the new moments
# named adam: In the new `moments["v"]` (and so in the new `params`): the absolute value is used instead of the square.


def adam(params, grads, moments, lr):
    t = moments["step"] + 1
    m = [{k: 0.9 * o[k] + 0.1 * g[k] for k in g} for o, g in zip(moments["m"], grads)]
    v = [{k: 0.999 * o[k] + 0.001 * np.abs(g[k]) for k in g} for o, g in zip(moments["v"], grads)]
    new = []
    for p, a, b in zip(params, m, v):
        layer = {}
        for k in p:
            layer[k] = p[k] - lr * a[k] / (1 - 0.9**t) / (np.sqrt(b[k] / (1 - 0.999**t)) + 1e-8)
        new.append(layer)
    return new, {"m": m, "v": v, "step": t}


def minimise(start, moments, lr, steps):
    history = []
    for i in range(steps):
        history.append(float(sum(np.sum(v**2) for layer in start for v in layer.values())))
        g = [{k: 2 * v for k, v in layer.items()} for layer in start]
        start = adam(start, g, moments, lr)[0]
    return start, history


# %% state-not-kept-and-half-the-slope | momentum, minimise
# momentum returns the old state; minimise leaves out the two of the derivative
# named momentum: Your new state["v"][0]["W"] is exactly `state["v"][0]["W"]`.
# named minimise: In a step before `minimise[0]` and `minimise[1]`: the factor 2 is missing.


def momentum(params, grads, state, lr, rate):
    new = []
    for p, g, old in zip(params, grads, state["v"]):
        new.append({k: p[k] - lr * (rate * old[k] + g[k]) for k in p})
    return new, state


def minimise(start, moments, lr, steps):
    history = []
    for i in range(steps):
        history.append(float(sum(np.sum(v**2) for layer in start for v in layer.values())))
        g = [dict(layer) for layer in start]
        start, moments = adam(start, g, moments, lr)
    return start, history
