# %% [markdown]
# # Optimisers
#
# Each step takes the parameters, their derivatives and a state, and returns new ones.

# %%
import numpy as np

from autograder import check


# %%
def momentum(params, grads, state, lr, rate):
    """One step with momentum; params is a list of dicts, and so is state["v"]."""
    ### BEGIN SOLUTION
    v = [
        {name: rate * old[name] + grad[name] for name in grad}
        for old, grad in zip(state["v"], grads, strict=False)
    ]
    new = [{n: p[n] - lr * each[n] for n in p} for p, each in zip(params, v, strict=False)]
    return new, {"v": v}
    ### END SOLUTION


# %%
check(momentum)


# %%
def adam(params, grads, moments, lr):
    """One step of Adam; moments holds m and v like params, and the number of steps."""
    ### BEGIN SOLUTION
    step = moments["step"] + 1
    m = [
        {n: 0.9 * old[n] + 0.1 * grad[n] for n in grad}
        for old, grad in zip(moments["m"], grads, strict=False)
    ]
    v = [
        {n: 0.999 * old[n] + 0.001 * grad[n] ** 2 for n in grad}
        for old, grad in zip(moments["v"], grads, strict=False)
    ]

    def moved(layer, one, two):
        first = {n: one[n] / (1 - 0.9**step) for n in layer}
        second = {n: np.sqrt(two[n] / (1 - 0.999**step)) for n in layer}
        return {n: layer[n] - lr * first[n] / (second[n] + 1e-8) for n in layer}

    new = [moved(*each) for each in zip(params, m, v, strict=False)]
    return new, {"m": m, "v": v, "step": step}
    ### END SOLUTION


# %%
check(adam)


# %%
def minimise(start, moments, lr, steps):
    """Minimise the sum of squares of all parameters with Adam; returns the last parameters, and
    their sum of squares before each step."""
    ### BEGIN SOLUTION
    sums, layers = [], start
    for _ in range(steps):
        sums.append(float(sum(np.sum(p**2) for layer in layers for p in layer.values())))
        grads = [{name: 2 * p for name, p in layer.items()} for layer in layers]
        layers, moments = adam(layers, grads, moments, lr)
    return layers, sums
    ### END SOLUTION


# %%
check(minimise)
