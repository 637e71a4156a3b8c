# ruff: noqa: F811, F821
# Right answers to solutions/optimisers, one per cell: see benchmarks/answers.py.

# %% heights-in-a-loop
# a running total over layers and names, with np.power


def height(params, curvature):
    E = 0
    for l in range(len(params)):
        for key in params[l]:
            E += np.sum(curvature[l][key] * np.power(params[l][key], 2)) / 2
            E += np.sum(np.power(params[l][key], 4)) / 4
    return E


# %% height-as-a-product
# p^2 is taken out of both terms


def height(params, curvature):
    terms = each(lambda p, c: (p * p * (2 * c + p * p)).sum() / 4, params, curvature)
    return sum(sum(layer.values()) for layer in terms)


# %% slopes-by-name
# a comprehension over layers, without the given helper


def slopes(params, curvature):
    return [
        {k: p[k] * c[k] + p[k] * p[k] * p[k] for k in p.keys()} for p, c in zip(params, curvature)
    ]


# %% norm-of-norms
# the norm of the layers' norms, which is the norm of everything


def global_norm(grads):
    norms = [np.linalg.norm([np.linalg.norm(g) for g in layer.values()]) for layer in grads]
    return np.linalg.norm(norms)


# %% norm-by-dot-products
# dot products of flattened arrays


import math


def global_norm(grads):
    total = 0.0
    for layer in grads:
        for g in layer.values():
            flat = g.flatten()
            total += float(flat @ flat)
    return math.sqrt(total)


# %% clip-with-a-small-number
# the norm is kept from 0 by a maximum, and the factor from growing by a minimum


def clip(grads, max_norm):
    scale = min(1.0, max_norm / max(global_norm(grads), 1e-300))
    return [{name: scale * g for name, g in layer.items()} for layer in grads]


# %% clip-in-copies
# a deep copy is scaled in place where that is necessary


import copy


def clip(grads, max_norm):
    result = copy.deepcopy(grads)
    norm = global_norm(grads)
    if norm > max_norm:
        for layer in result:
            for key in layer:
                layer[key] *= max_norm / norm
    return result


# %% sgd-in-two-loops
# nested loops that fill a new list


def sgd(params, grads, state, lr):
    new_params = []
    for layer, grad in zip(params, grads):
        new_layer = {}
        for key in layer:
            new_layer[key] = layer[key] - grad[key] * lr
        new_params.append(new_layer)
    new_state = dict(state)
    new_state["step"] += 1
    return new_params, new_state


# %% momentum-one-at-a-time
# velocity and parameters in one loop


def momentum(params, grads, state, lr, beta):
    ps, vs = [], []
    for p, g, v in zip(params, grads, state["velocity"]):
        vs.append({k: beta * v[k] + g[k] for k in p})
        ps.append({k: p[k] - lr * vs[-1][k] for k in p})
    return ps, dict(velocity=vs)


# %% rmsprop-with-powers
# a power of one half, and the state copied first


def rmsprop(params, grads, state, lr, rho, epsilon):
    s = [{k: np.array(a) for k, a in layer.items()} for layer in state["squares"]]
    out = []
    for i, layer in enumerate(params):
        row = {}
        for k in layer:
            s[i][k] *= rho
            s[i][k] += (1 - rho) * np.square(grads[i][k])
            row[k] = layer[k] + (-lr) * grads[i][k] * (np.power(s[i][k], 0.5) + epsilon) ** -1
        out.append(row)
    return out, {"squares": s}


# %% adam-by-number
# one function for one array, as in a textbook


def adam(params, grads, state, lr, beta1, beta2, epsilon):
    t = state["step"] + 1

    def one(p, g, m, v):
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g * g
        m_hat = m / (1 - np.power(beta1, t))
        v_hat = v / (1 - np.power(beta2, t))
        return p - lr * m_hat / (np.sqrt(v_hat) + epsilon), m, v

    done = [
        {k: one(p[k], g[k], m[k], v[k]) for k in p}
        for p, g, m, v in zip(params, grads, state["mean"], state["squares"])
    ]
    pick = lambda i: [{k: three[i] for k, three in layer.items()} for layer in done]
    return pick(0), {"step": t, "mean": pick(1), "squares": pick(2)}


# %% adam-corrects-the-rate
# both corrections are in the learning rate, as in Kingma and Ba's efficient version


def adam(params, grads, state, lr, beta1, beta2, epsilon):
    k = state["step"] + 1
    m = each(lambda m, g: m + (1 - beta1) * (g - m), state["mean"], grads)
    s = each(lambda s, g: s + (1 - beta2) * (g**2 - s), state["squares"], grads)
    root = (1 - beta2**k) ** 0.5
    rate = lr * root / (1 - beta1**k)
    new = each(lambda p, m, s: p - rate * m / (np.sqrt(s) + epsilon * root), params, m, s)
    return new, dict(step=k, mean=m, squares=s)


# %% minimise-with-names
# the optimiser is called directly, by its name


def minimise(params, curvature, method, settings, max_norm, steps):
    optimiser = {"sgd": sgd, "momentum": momentum, "rmsprop": rmsprop, "adam": adam}[method]
    state, heights = first_state(method, params), np.zeros(steps)
    for k in range(steps):
        heights[k] = height(params, curvature)
        g = slopes(params, curvature)
        g = clip(g, max_norm)
        params, state = optimiser(params, g, state, **settings)
    return params, heights.tolist()


# %% minimise-with-a-path
# all places are kept, and the heights computed at the end


def minimise(params, curvature, method, settings, max_norm, steps):
    path, state = [params], first_state(method, params)
    for _ in range(steps):
        here = path[-1]
        there, state = take_step(
            method, here, clip(slopes(here, curvature), max_norm), state, settings
        )
        path.append(there)
    return path[-1], [height(p, curvature) for p in path[:-1]]
