# Loops over layers and names, and copies that are changed in place.
import copy
import math

import numpy as np


# %%
def height(params, curvature):
    total = 0.0
    for layer, curves in zip(params, curvature):
        for name, p in layer.items():
            total += (0.5 * curves[name] * np.square(p)).sum() + 0.25 * (p**4).sum()
    return total


# %%
def slopes(params, curvature):
    found = copy.deepcopy(params)
    for layer, curves in zip(found, curvature):
        for name in layer:
            layer[name] = layer[name] * (curves[name] + layer[name] ** 2)
    return found


# %%
def global_norm(grads):
    flat = [number for layer in grads for g in layer.values() for number in np.ravel(g)]
    return math.hypot(*flat)


# %%
def clip(grads, max_norm):
    norm = global_norm(grads)
    if norm <= max_norm:
        return copy.deepcopy(grads)
    return [{name: g / norm * max_norm for name, g in layer.items()} for layer in grads]


# %%
def sgd(params, grads, state, lr):
    moved = copy.deepcopy(params)
    for layer, by in zip(moved, grads):
        for name in layer:
            layer[name] -= lr * by[name]
    return moved, {**state, "step": state["step"] + 1}


# %%
def momentum(params, grads, state, lr, beta):
    moved, kept = copy.deepcopy(params), copy.deepcopy(state)
    for number, layer in enumerate(grads):
        for name, g in layer.items():
            kept["velocity"][number][name] *= beta
            kept["velocity"][number][name] += g
            moved[number][name] -= lr * kept["velocity"][number][name]
    return moved, kept


# %%
def rmsprop(params, grads, state, lr, rho, epsilon):
    moved, kept = copy.deepcopy(params), []
    for number, layer in enumerate(grads):
        kept.append({})
        for name, g in layer.items():
            old = state["squares"][number][name]
            kept[-1][name] = old + (1 - rho) * (g * g - old)
            moved[number][name] -= lr * g / (kept[-1][name] ** 0.5 + epsilon)
    return moved, {"squares": kept}


# %%
def adam(params, grads, state, lr, beta1, beta2, epsilon):
    kept = copy.deepcopy(state)
    kept["step"] += 1
    moved = []
    for number, layer in enumerate(params):
        moved.append({})
        for name, p in layer.items():
            g = grads[number][name]
            m = kept["mean"][number][name]
            s = kept["squares"][number][name]
            m += (1 - beta1) * (g - m)
            s += (1 - beta2) * (g**2 - s)
            m_hat = m / (1 - beta1 ** kept["step"])
            s_hat = s / (1 - beta2 ** kept["step"])
            moved[-1][name] = p - lr * m_hat / (np.sqrt(s_hat) + epsilon)
    return moved, kept


# %%
def minimise(params, curvature, method, settings, max_norm, steps):
    heights, state = [], first_state(method, params)  # noqa: F821
    while len(heights) < steps:
        heights += [height(params, curvature)]
        short = clip(slopes(params, curvature), max_norm)
        params, state = take_step(method, params, short, state, settings)  # noqa: F821
    return params, heights
