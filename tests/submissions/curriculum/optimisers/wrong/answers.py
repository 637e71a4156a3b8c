# ruff: noqa: F811, F821
# Wrong answers to solutions/optimisers, one per cell: see benchmarks/answers.py. The table of
# tests/exercises/optimisers, which has other arguments, is in tests/submissions/optimisers.

# %% last-layer-only | height
# the total is made anew for each layer


def height(params, curvature):
    for layer, c in zip(params, curvature):
        E = 0.0
        for k in layer:
            E += np.sum(c[k] / 2 * layer[k] ** 2 + layer[k] ** 4 / 4)
    return E


# %% power-of-the-sum | height
# the sum is squared, in the place of a sum of squares


def height(params, curvature):
    E = 0.0
    for layer, c in zip(params, curvature):
        for k in layer:
            E += 0.5 * np.sum(c[k] * layer[k]) ** 2 + 0.25 * np.sum(layer[k] ** 4)
    return E


# %% curvature-squared-too | height
# the brackets are in the wrong place, so that the curvature is squared as well


def height(params, curvature):
    return sum(
        np.sum((c[k] * p[k]) ** 2 / 2 + p[k] ** 4 / 4) for p, c in zip(params, curvature) for k in p
    )


# %% caret-slip | height
# the fourth power is taken of the quarter too


def height(params, curvature):
    return sum(
        np.sum(c[k] * p[k] ** 2 / 2 + (p[k] / 4) ** 4) for p, c in zip(params, curvature) for k in p
    )


# %% three-forgotten-powers | slopes
# the power stays 4 when the factor comes down


def slopes(params, curvature):
    return [{k: c[k] * p[k] + p[k] ** 4 for k in p} for p, c in zip(params, curvature)]


# %% slope-of-half | slopes
# the derivative of the first term is taken twice


def slopes(params, curvature):
    return [{k: c[k] + p[k] ** 3 for k in p} for p, c in zip(params, curvature)]


# %% downhill-already | slopes
# the slopes have a minus, since one wants to go down


def slopes(params, curvature):
    return [{k: -(c[k] * p[k] + p[k] ** 3) for k in p} for p, c in zip(params, curvature)]


# %% sizes-in-the-walls | slopes
# the cube of the absolute value


def slopes(params, curvature):
    return [{k: c[k] * p[k] + np.abs(p[k]) ** 3 for k in p} for p, c in zip(params, curvature)]


# %% first-layer-norm | global_norm
# return stands inside the loop


def global_norm(grads):
    total = 0.0
    for layer in grads:
        for g in layer.values():
            total += np.sum(g**2)
        return np.sqrt(total)


# %% largest-norm | global_norm
# the largest of the arrays' norms


def global_norm(grads):
    return max(np.linalg.norm(g) for layer in grads for g in layer.values())


# %% root-mean-square | global_norm
# the root of the mean of all squares


def global_norm(grads):
    squares = np.concatenate([np.ravel(g) ** 2 for layer in grads for g in layer.values()])
    return np.sqrt(squares.mean())


# %% sum-of-sizes | global_norm
# the sum of the absolute values


def global_norm(grads):
    return sum(np.abs(g).sum() for layer in grads for g in layer.values())


# %% spectral-norm | global_norm
# for a matrix the largest singular value in the place of the root of the sum of squares


def global_norm(grads):
    total = 0.0
    for layer in grads:
        for g in layer.values():
            flat = g.reshape(g.shape[0], -1)
            total += np.linalg.norm(flat, 2) ** 2
    return np.sqrt(total)


# %% norm-of-each-layer | clip
# each layer is scaled by its own norm


def clip(grads, max_norm):
    result = []
    for layer in grads:
        norm = global_norm([layer])
        factor = max_norm / norm if norm > max_norm else 1.0
        result.append({k: g * factor for k, g in layer.items()})
    return result


# %% cut-off-above-only | clip
# every number is cut off at max_norm, from above only


def clip(grads, max_norm):
    return [{k: np.minimum(g, max_norm) for k, g in layer.items()} for layer in grads]


# %% squared-bound | clip
# the squared norm is compared with the bound, and divided by


def clip(grads, max_norm):
    total = global_norm(grads) ** 2
    factor = max_norm / total if total > max_norm else 1.0
    return [{k: g * factor for k, g in layer.items()} for layer in grads]


# %% scaled-in-place | clip
# the gradients that are given are changed


def clip(grads, max_norm):
    norm = global_norm(grads)
    if norm > max_norm:
        for layer in grads:
            for k in layer:
                layer[k] *= max_norm / norm
    return grads


# %% divides-by-zero | clip
# the norm is divided by before anybody asks whether it is 0


def clip(grads, max_norm):
    factor = min(1.0, max_norm / global_norm(grads))
    return [{k: g * factor for k, g in layer.items()} for layer in grads]


# %% zeroed-out | clip
# gradients that are too long are thrown away


def clip(grads, max_norm):
    keep = 1.0 if global_norm(grads) <= max_norm else 0.0
    return [{k: g * keep for k, g in layer.items()} for layer in grads]


# %% old-count | sgd
# the step is not counted


def sgd(params, grads, state, lr):
    return each(lambda p, g: p - lr * g, params, grads), state


# %% rate-shrinks | sgd
# the learning rate is divided by the number of the step


def sgd(params, grads, state, lr):
    step = state["step"] + 1
    return each(lambda p, g: p - lr / step * g, params, grads), {"step": step}


# %% only-the-first-layer | sgd
# the loop leaves after one layer: the others stay as they are


def sgd(params, grads, state, lr):
    new = [dict(layer) for layer in params]
    for k in new[0]:
        new[0][k] = params[0][k] - lr * grads[0][k]
    return new, {"step": state["step"] + 1}


# %% climbs | momentum
# the velocity is added to the parameters


def momentum(params, grads, state, lr, beta):
    v = each(lambda v, g: beta * v + g, state["velocity"], grads)
    return each(lambda p, v: p + lr * v, params, v), {"velocity": v}


# %% velocity-points-down | momentum
# the velocity is that of the parameters themselves, with minus and learning rate in it


def momentum(params, grads, state, lr, beta):
    v = each(lambda v, g: beta * v - lr * g, state["velocity"], grads)
    return each(lambda p, v: p + v, params, v), {"velocity": v}


# %% step-counts-in-the-velocity | momentum
# what is kept is the step and not the velocity


def momentum(params, grads, state, lr, beta):
    v = each(lambda v, g: beta * v + g, state["velocity"], grads)
    step = each(lambda v: lr * v, v)
    return each(lambda p, s: p - s, params, step), {"velocity": step}


# %% friction-on-the-gradient | momentum
# beta multiplies the gradient too


def momentum(params, grads, state, lr, beta):
    v = each(lambda v, g: beta * (v + g), state["velocity"], grads)
    return each(lambda p, v: p - lr * v, params, v), {"velocity": v}


# %% adagrad | rmsprop
# the squares are added up


def rmsprop(params, grads, state, lr, rho, epsilon):
    s = each(lambda s, g: s + g * g, state["squares"], grads)
    return each(lambda p, g, s: p - lr * g / (s**0.5 + epsilon), params, grads, s), {"squares": s}


# %% average-of-sizes | rmsprop
# the absolute values are averaged, and no root is taken


def rmsprop(params, grads, state, lr, rho, epsilon):
    s = each(lambda s, g: rho * s + (1 - rho) * np.abs(g), state["squares"], grads)
    return each(lambda p, g, s: p - lr * g / (s + epsilon), params, grads, s), {"squares": s}


# %% squares-of-the-average | rmsprop
# the gradient's share is squared together with the gradient


def rmsprop(params, grads, state, lr, rho, epsilon):
    s = each(lambda s, g: rho * s + ((1 - rho) * g) ** 2, state["squares"], grads)
    return each(lambda p, g, s: p - lr * g / (np.sqrt(s) + epsilon), params, grads, s), {
        "squares": s
    }


# %% one-rate-for-an-array | rmsprop
# the mean of an array's squares, in the place of each number's own


def rmsprop(params, grads, state, lr, rho, epsilon):
    s = each(
        lambda s, g: rho * s + (1 - rho) * np.full_like(g, np.mean(g**2)), state["squares"], grads
    )
    return each(lambda p, g, s: p - lr * g / (np.sqrt(s) + epsilon), params, grads, s), {
        "squares": s
    }


# %% root-is-kept | rmsprop
# the state keeps the root


def rmsprop(params, grads, state, lr, rho, epsilon):
    s = each(
        lambda s, g: np.sqrt(rho * s + (1 - rho) * g**2), state["squares"], grads
    )
    return each(lambda p, g, s: p - lr * g / (s + epsilon), params, grads, s), {"squares": s}


# %% no-correction-at-all | adam
# the averages are used as they are


def adam(params, grads, state, lr, beta1, beta2, epsilon):
    m = each(lambda m, g: beta1 * m + (1 - beta1) * g, state["mean"], grads)
    s = each(lambda s, g: beta2 * s + (1 - beta2) * g**2, state["squares"], grads)
    new = each(lambda p, m, s: p - lr * m / (np.sqrt(s) + epsilon), params, m, s)
    return new, {"step": state["step"] + 1, "mean": m, "squares": s}


# %% corrected-by-the-old-count | adam
# the number of steps before this one, which divides by 0 in the first step


def adam(params, grads, state, lr, beta1, beta2, epsilon):
    k = state["step"]
    m = each(lambda m, g: beta1 * m + (1 - beta1) * g, state["mean"], grads)
    s = each(lambda s, g: beta2 * s + (1 - beta2) * g**2, state["squares"], grads)
    c, d = 1 - beta1**k, 1 - beta2**k
    new = each(lambda p, m, s: p - lr * (m / c) / (np.sqrt(s / d) + epsilon), params, m, s)
    return new, {"step": k + 1, "mean": m, "squares": s}


# %% same-beta-for-both | adam
# beta1 is used for the squares too


def adam(params, grads, state, lr, beta1, beta2, epsilon):
    k = state["step"] + 1
    m = each(lambda m, g: beta1 * m + (1 - beta1) * g, state["mean"], grads)
    s = each(lambda s, g: beta1 * s + (1 - beta1) * g**2, state["squares"], grads)
    c = 1 - beta1**k
    new = each(lambda p, m, s: p - lr * (m / c) / (np.sqrt(s / c) + epsilon), params, m, s)
    return new, {"step": k, "mean": m, "squares": s}


# %% usual-numbers-written-in | adam
# 0.9 and 0.999 in the place of the arguments


def adam(params, grads, state, lr, beta1, beta2, epsilon):
    k = state["step"] + 1
    m = each(lambda m, g: 0.9 * m + 0.1 * g, state["mean"], grads)
    s = each(lambda s, g: 0.999 * s + 0.001 * g**2, state["squares"], grads)
    c, d = 1 - 0.9**k, 1 - 0.999**k
    new = each(lambda p, m, s: p - lr * (m / c) / (np.sqrt(s / d) + 1e-8), params, m, s)
    return new, {"step": k, "mean": m, "squares": s}


# %% variance-for-squares | adam
# the squared mean is taken away from the squares


def adam(params, grads, state, lr, beta1, beta2, epsilon):
    k = state["step"] + 1
    m = each(lambda m, g: beta1 * m + (1 - beta1) * g, state["mean"], grads)
    s = each(lambda s, g, m: beta2 * s + (1 - beta2) * (g - m) ** 2, state["squares"], grads, m)
    c, d = 1 - beta1**k, 1 - beta2**k
    new = each(lambda p, m, s: p - lr * (m / c) / (np.sqrt(s / d) + epsilon), params, m, s)
    return new, {"step": k, "mean": m, "squares": s}


# %% epsilon-is-corrected | adam
# epsilon is added before the correction, so that it is divided too


def adam(params, grads, state, lr, beta1, beta2, epsilon):
    k = state["step"] + 1
    m = each(lambda m, g: beta1 * m + (1 - beta1) * g, state["mean"], grads)
    s = each(lambda s, g: beta2 * s + (1 - beta2) * g**2, state["squares"], grads)
    rate = lr * np.sqrt(1 - beta2**k) / (1 - beta1**k)
    new = each(lambda p, m, s: p - rate * m / (np.sqrt(s) + epsilon), params, m, s)
    return new, {"step": k, "mean": m, "squares": s}


# %% corrected-twice | adam
# the corrected averages go into the state


def adam(params, grads, state, lr, beta1, beta2, epsilon):
    k = state["step"] + 1
    m = each(lambda m, g: (beta1 * m + (1 - beta1) * g) / (1 - beta1**k), state["mean"], grads)
    s = each(
        lambda s, g: (beta2 * s + (1 - beta2) * g**2) / (1 - beta2**k), state["squares"], grads
    )
    new = each(lambda p, m, s: p - lr * m / (np.sqrt(s) + epsilon), params, m, s)
    return new, {"step": k, "mean": m, "squares": s}


# %% heights-after-the-steps | minimise
# the first height is missing, and there is one behind the last step


def minimise(params, curvature, method, settings, max_norm, steps):
    state, heights = first_state(method, params), []
    for _ in range(steps):
        g = clip(slopes(params, curvature), max_norm)
        params, state = take_step(method, params, g, state, settings)
        heights.append(height(params, curvature))
    return params, heights


# %% new-state-every-time | minimise
# the first state is made inside the loop


def minimise(params, curvature, method, settings, max_norm, steps):
    heights = []
    for _ in range(steps):
        state = first_state(method, params)
        heights.append(height(params, curvature))
        g = clip(slopes(params, curvature), max_norm)
        params, state = take_step(method, params, g, state, settings)
    return params, heights


# %% one-gradient-for-all | minimise
# the slopes are computed once, at the start


def minimise(params, curvature, method, settings, max_norm, steps):
    state, heights = first_state(method, params), []
    g = clip(slopes(params, curvature), max_norm)
    for _ in range(steps):
        heights.append(height(params, curvature))
        params, state = take_step(method, params, g, state, settings)
    return params, heights


# %% bound-forgotten | minimise
# the slopes are not clipped


def minimise(params, curvature, method, settings, max_norm, steps):
    state, heights = first_state(method, params), []
    for _ in range(steps):
        heights.append(height(params, curvature))
        params, state = take_step(method, params, slopes(params, curvature), state, settings)
    return params, heights


# %% always-adam | minimise
# the method is not looked at: with other settings Adam has its usual ones


def minimise(params, curvature, method, settings, max_norm, steps):
    usual = {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, **settings}
    names = ("lr", "beta1", "beta2", "epsilon")
    state, heights = first_state("adam", params), []
    for _ in range(steps):
        heights.append(height(params, curvature))
        g = clip(slopes(params, curvature), max_norm)
        params, state = adam(params, g, state, **{name: usual[name] for name in names})
    return params, heights


# %% up-and-up | slopes, sgd
# two wrong signs: the slopes point down, and the step is added


def slopes(params, curvature):
    return [{k: -c[k] * p[k] - p[k] ** 3 for k in p} for p, c in zip(params, curvature)]


def sgd(params, grads, state, lr):
    return each(lambda p, g: p + lr * g, params, grads), {"step": state["step"] + 1}


# %% one-formula-for-all | momentum, rmsprop
# momentum as an average, and RMSprop without a root


def momentum(params, grads, state, lr, beta):
    v = each(lambda v, g: beta * v + (1 - beta) * g, state["velocity"], grads)
    return each(lambda p, v: p - lr * v, params, v), {"velocity": v}


def rmsprop(params, grads, state, lr, rho, epsilon):
    s = each(lambda s, g: rho * s + (1 - rho) * g**2, state["squares"], grads)
    return each(lambda p, g, s: p - lr * g / (s + epsilon), params, grads, s), {"squares": s}
