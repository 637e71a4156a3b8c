# All numbers as one long array, and back into their layers at the end.
import numpy as np


def flat(layers):
    return np.concatenate([p.ravel() for layer in layers for p in layer.values()])


# %%
def height(params, curvature):
    p = flat(params)
    c = np.concatenate([a[n].ravel() for a, b in zip(curvature, params) for n in b])
    return float((c @ p**2) / 2 + np.sum(np.power(p, 4)) / 4)


# %%
def global_norm(grads):
    return np.linalg.norm(flat(grads))


# %%
def clip(grads, max_norm):
    scale = max(global_norm(grads) / max_norm, 1.0)
    return [{name: g / scale for name, g in layer.items()} for layer in grads]


# %%
def sgd(params, grads, state, lr):
    def walk(here, by):
        if isinstance(here, list):
            return [walk(a, b) for a, b in zip(here, by)]
        if isinstance(here, dict):
            return {name: walk(here[name], by[name]) for name in here}
        return here + by * -lr

    return walk(params, grads), {"step": 1 + state["step"]}


# %%
def adam(params, grads, state, lr, beta1, beta2, epsilon):
    k = state["step"] + 1
    m = each(lambda m, g: (m - g) * beta1 + g, state["mean"], grads)  # noqa: F821
    s = each(lambda s, g: (s - g * g) * beta2 + g * g, state["squares"], grads)  # noqa: F821
    rate = lr * np.sqrt(1 - beta2**k) / (1 - beta1**k)
    small = epsilon * np.sqrt(1 - beta2**k)
    new = each(lambda p, m, s: p - rate * m / (np.sqrt(s) + small), params, m, s)  # noqa: F821
    return new, {"squares": s, "mean": m, "step": k}
