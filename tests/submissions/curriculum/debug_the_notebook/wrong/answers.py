# ruff: noqa: F811, F821
# Wrong answers to solutions/debug_the_notebook, one per cell: see benchmarks/answers.py.

# %% only-the-derivative-repaired | training_cell
# the derivative is right; the step still goes uphill, and the hidden bias is still summed


def training_cell(params, x, t, lr):
    w1, b1, w2, b2 = (params[name].copy() for name in ("w1", "b1", "w2", "b2"))
    h = sigmoid(np.dot(x, w1) + b1)
    y = sigmoid(np.dot(h, w2) + b2)
    error = np.square(y - t)
    d_predicted_output = 2 * (y - t) * sigmoid_derivative(y)
    d_hidden_layer = d_predicted_output.dot(w2.T) * sigmoid_derivative(h)
    w2 += h.reshape(-1, 1).dot(d_predicted_output.reshape(1, -1)) * lr
    w1 += x.reshape(-1, 1).dot(d_hidden_layer.reshape(1, -1)) * lr
    b2 += np.sum(d_predicted_output, axis=0) * lr
    b1 += np.sum(d_hidden_layer, axis=0) * lr
    return {"w1": w1, "b1": b1, "w2": w2, "b2": b2}, {"h": h, "y": y, "error": error}


# %% only-the-sign-repaired | training_cell
# the step goes downhill, along the squared error and with a summed hidden bias


def training_cell(params, x, t, lr):
    w1, b1, w2, b2 = (params[name].copy() for name in ("w1", "b1", "w2", "b2"))
    h = sigmoid(np.dot(x, w1) + b1)
    y = sigmoid(np.dot(h, w2) + b2)
    error = np.square(y - t)
    d_predicted_output = error * sigmoid_derivative(y)
    d_hidden_layer = d_predicted_output.dot(w2.T) * sigmoid_derivative(h)
    w2 -= h.reshape(-1, 1).dot(d_predicted_output.reshape(1, -1)) * lr
    w1 -= x.reshape(-1, 1).dot(d_hidden_layer.reshape(1, -1)) * lr
    b2 -= np.sum(d_predicted_output, axis=0) * lr
    b1 -= np.sum(d_hidden_layer, axis=0) * lr
    return {"w1": w1, "b1": b1, "w2": w2, "b2": b2}, {"h": h, "y": y, "error": error}


# %% sum-kept | training_cell
# all but the sum over the hidden units is repaired


def training_cell(params, x, t, lr):
    w1, b1, w2, b2 = (params[name].copy() for name in ("w1", "b1", "w2", "b2"))
    h = sigmoid(np.dot(x, w1) + b1)
    y = sigmoid(np.dot(h, w2) + b2)
    error = np.square(y - t)
    d_predicted_output = 2 * (y - t) * sigmoid_derivative(y)
    d_hidden_layer = d_predicted_output.dot(w2.T) * sigmoid_derivative(h)
    w2 -= h.reshape(-1, 1).dot(d_predicted_output.reshape(1, -1)) * lr
    w1 -= x.reshape(-1, 1).dot(d_hidden_layer.reshape(1, -1)) * lr
    b2 -= np.sum(d_predicted_output, axis=0) * lr
    b1 -= np.sum(d_hidden_layer, axis=0) * lr
    return {"w1": w1, "b1": b1, "w2": w2, "b2": b2}, {"h": h, "y": y, "error": error}


# %% mean-for-the-sum | training_cell
# the sum over the hidden units has become a mean


def training_cell(params, x, t, lr):
    h = sigmoid(x @ params["w1"] + params["b1"])
    y = sigmoid(h @ params["w2"] + params["b2"])
    d_out = 2 * (y - t) * sigmoid_derivative(y)
    d_hidden = d_out.dot(params["w2"].T) * sigmoid_derivative(h)
    new = {
        "w1": params["w1"] - lr * np.outer(x, d_hidden),
        "b1": params["b1"] - lr * np.mean(d_hidden, axis=0),
        "w2": params["w2"] - lr * np.outer(h, d_out),
        "b2": params["b2"] - lr * d_out,
    }
    return new, {"h": h, "y": y, "error": (y - t) ** 2}


# %% output-layer-turned-only | training_cell
# the sign is repaired in the output layer and forgotten in the hidden one


def training_cell(params, x, t, lr):
    w1, b1, w2, b2 = (params[name].copy() for name in ("w1", "b1", "w2", "b2"))
    h = sigmoid(np.dot(x, w1) + b1)
    y = sigmoid(np.dot(h, w2) + b2)
    error = np.square(y - t)
    d_predicted_output = 2 * (y - t) * sigmoid_derivative(y)
    d_hidden_layer = d_predicted_output.dot(w2.T) * sigmoid_derivative(h)
    w2 -= h.reshape(-1, 1).dot(d_predicted_output.reshape(1, -1)) * lr
    b2 -= np.sum(d_predicted_output, axis=0) * lr
    w1 += x.reshape(-1, 1).dot(d_hidden_layer.reshape(1, -1)) * lr
    b1 += d_hidden_layer * lr
    return {"w1": w1, "b1": b1, "w2": w2, "b2": b2}, {"h": h, "y": y, "error": error}


# %% difference-without-the-two | training_cell
# the squared error became the difference, and the factor 2 was lost


def training_cell(params, x, t, lr):
    h = sigmoid(x @ params["w1"] + params["b1"])
    y = sigmoid(h @ params["w2"] + params["b2"])
    d_out = (y - t) * sigmoid_derivative(y)
    d_hidden = d_out.dot(params["w2"].T) * sigmoid_derivative(h)
    new = {
        "w1": params["w1"] - lr * np.outer(x, d_hidden),
        "b1": params["b1"] - lr * d_hidden,
        "w2": params["w2"] - lr * np.outer(h, d_out),
        "b2": params["b2"] - lr * d_out,
    }
    return new, {"h": h, "y": y, "error": (y - t) ** 2}


# %% both-turned | training_cell
# the derivative is that of (t - y) with its sign, and the step is turned too


def training_cell(params, x, t, lr):
    h = sigmoid(x @ params["w1"] + params["b1"])
    y = sigmoid(h @ params["w2"] + params["b2"])
    d_out = 2 * (t - y) * sigmoid_derivative(y)
    d_hidden = d_out.dot(params["w2"].T) * sigmoid_derivative(h)
    new = {
        "w1": params["w1"] - lr * np.outer(x, d_hidden),
        "b1": params["b1"] - lr * d_hidden,
        "w2": params["w2"] - lr * np.outer(h, d_out),
        "b2": params["b2"] - lr * d_out,
    }
    return new, {"h": h, "y": y, "error": (y - t) ** 2}


# %% new-weights-on-the-way-back | training_cell
# w2 is stepped before the hidden layer's derivatives are taken through it


def training_cell(params, x, t, lr):
    w1, b1, w2, b2 = (params[name].copy() for name in ("w1", "b1", "w2", "b2"))
    h = sigmoid(np.dot(x, w1) + b1)
    y = sigmoid(np.dot(h, w2) + b2)
    d_out = 2 * (y - t) * sigmoid_derivative(y)
    w2 -= np.outer(h, d_out) * lr
    b2 -= d_out * lr
    d_hidden = d_out.dot(w2.T) * sigmoid_derivative(h)
    w1 -= np.outer(x, d_hidden) * lr
    b1 -= d_hidden * lr
    return {"w1": w1, "b1": b1, "w2": w2, "b2": b2}, {"h": h, "y": y, "error": (y - t) ** 2}


# %% slope-of-the-sum | training_cell
# sigmoid_derivative is taken to want z, as its name says elsewhere


def training_cell(params, x, t, lr):
    z1 = x @ params["w1"] + params["b1"]
    h = sigmoid(z1)
    z2 = h @ params["w2"] + params["b2"]
    y = sigmoid(z2)
    d_out = 2 * (y - t) * sigmoid_derivative(z2)
    d_hidden = d_out.dot(params["w2"].T) * sigmoid_derivative(z1)
    new = {
        "w1": params["w1"] - lr * np.outer(x, d_hidden),
        "b1": params["b1"] - lr * d_hidden,
        "w2": params["w2"] - lr * np.outer(h, d_out),
        "b2": params["b2"] - lr * d_out,
    }
    return new, {"h": h, "y": y, "error": (y - t) ** 2}


# %% copies-left-out | training_cell
# all numbers are right, but the given params are changed in place


def training_cell(params, x, t, lr):
    w1, b1, w2, b2 = params["w1"], params["b1"], params["w2"], params["b2"]
    h = sigmoid(np.dot(x, w1) + b1)
    y = sigmoid(np.dot(h, w2) + b2)
    d_out = 2 * (y - t) * sigmoid_derivative(y)
    d_hidden = d_out.dot(w2.T) * sigmoid_derivative(h)
    w2 -= np.outer(h, d_out) * lr
    w1 -= np.outer(x, d_hidden) * lr
    b2 -= d_out * lr
    b1 -= d_hidden * lr
    return {"w1": w1, "b1": b1, "w2": w2, "b2": b2}, {"h": h, "y": y, "error": (y - t) ** 2}


# %% only-the-bias-flat | manual_cells
# the new b1 is made flat, and the derivative by h is still a row


def manual_cells(params, x, t, values, lr):
    h, y = values["h"], values["y"]
    grad_E_y = 2 * (y - t)
    grad_E_W2 = grad_E_y * sigmoid_derivative(y) * h.reshape(-1, 1)
    grad_E_h = grad_E_y * sigmoid_derivative(y) * params["w2"].T
    grad_E_W1 = grad_E_h * sigmoid_derivative(h) * x.reshape(-1, 1)
    grads = {
        "grad_E_y": grad_E_y,
        "grad_E_W2": grad_E_W2,
        "grad_E_h": grad_E_h,
        "grad_E_W1": grad_E_W1,
    }
    return grads, {
        "w1": params["w1"] - lr * grad_E_W1,
        "b1": params["b1"] - lr * (grad_E_h * sigmoid_derivative(h)).ravel(),
        "w2": params["w2"] - lr * grad_E_W2,
        "b2": params["b2"] - lr * grad_E_y * sigmoid_derivative(y),
    }


# %% not-transposed | manual_cells
# the transposition is left out, so that the derivative by h is a column and W1 is mixed up


def manual_cells(params, x, t, values, lr):
    h, y = values["h"], values["y"]
    grad_E_y = 2 * (y - t)
    grad_E_W2 = grad_E_y * sigmoid_derivative(y) * h.reshape(-1, 1)
    grad_E_h = grad_E_y * sigmoid_derivative(y) * params["w2"]
    grad_E_W1 = (grad_E_h * sigmoid_derivative(h))[:1] * x.reshape(-1, 1)
    grads = {
        "grad_E_y": grad_E_y,
        "grad_E_W2": grad_E_W2,
        "grad_E_h": grad_E_h,
        "grad_E_W1": grad_E_W1,
    }
    return grads, {
        "w1": params["w1"] - lr * grad_E_W1,
        "b1": params["b1"] - lr * grad_E_h[:, 0] * sigmoid_derivative(h),
        "w2": params["w2"] - lr * grad_E_W2,
        "b2": params["b2"] - lr * grad_E_y * sigmoid_derivative(y),
    }


# %% summed-to-lose-the-axis | manual_cells
# the axis is lost by a sum over the hidden units


def manual_cells(params, x, t, values, lr):
    h, y = values["h"], values["y"]
    grad_E_y = 2 * (y - t)
    grad_E_W2 = grad_E_y * sigmoid_derivative(y) * h.reshape(-1, 1)
    grad_E_h = np.sum(grad_E_y * sigmoid_derivative(y) * params["w2"].T, axis=1)
    grad_E_W1 = grad_E_h * sigmoid_derivative(h) * x.reshape(-1, 1)
    grads = {
        "grad_E_y": grad_E_y,
        "grad_E_W2": grad_E_W2,
        "grad_E_h": grad_E_h,
        "grad_E_W1": grad_E_W1,
    }
    return grads, {
        "w1": params["w1"] - lr * grad_E_W1,
        "b1": params["b1"] - lr * grad_E_h * sigmoid_derivative(h),
        "w2": params["w2"] - lr * grad_E_W2,
        "b2": params["b2"] - lr * grad_E_y * sigmoid_derivative(y),
    }


# %% columns-of-the-output | manual_cells
# one change too many: the derivative by w2 is made flat as well


def manual_cells(params, x, t, values, lr):
    h, y = values["h"], values["y"]
    d_out = 2 * (y - t) * sigmoid_derivative(y)
    grad_E_h = d_out.dot(params["w2"].T)
    delta = grad_E_h * sigmoid_derivative(h)
    grads = {
        "grad_E_y": 2 * (y - t),
        "grad_E_W2": d_out * h,
        "grad_E_h": grad_E_h,
        "grad_E_W1": np.outer(x, delta),
    }
    return grads, {
        "w1": params["w1"] - lr * grads["grad_E_W1"],
        "b1": params["b1"] - lr * delta,
        "w2": params["w2"] - lr * np.outer(h, d_out),
        "b2": params["b2"] - lr * d_out,
    }


# %% slope-lost-in-repair | manual_cells
# while the shape is repaired, the slope at y is lost from the derivative by h


def manual_cells(params, x, t, values, lr):
    h, y = values["h"], values["y"]
    grad_E_y = 2 * (y - t)
    grad_E_W2 = grad_E_y * sigmoid_derivative(y) * h.reshape(-1, 1)
    grad_E_h = grad_E_y.dot(params["w2"].T)
    grad_E_W1 = grad_E_h * sigmoid_derivative(h) * x.reshape(-1, 1)
    grads = {
        "grad_E_y": grad_E_y,
        "grad_E_W2": grad_E_W2,
        "grad_E_h": grad_E_h,
        "grad_E_W1": grad_E_W1,
    }
    return grads, {
        "w1": params["w1"] - lr * grad_E_W1,
        "b1": params["b1"] - lr * grad_E_h * sigmoid_derivative(h),
        "w2": params["w2"] - lr * grad_E_W2,
        "b2": params["b2"] - lr * grad_E_y * sigmoid_derivative(y),
    }


# %% fresh-values-for-old | run_notebook
# the values are computed again at the new parameters, so that all agrees, one step too late


def run_notebook(params, x, t, lr):
    trained, values = training_cell(params, x, t, lr)
    _, again = training_cell(trained, x, t, lr)
    grads, stepped = manual_cells(trained, x, t, again, lr)
    return {**values, **grads, **stepped}


# %% step-of-the-first-cell-and-on | run_notebook
# derivatives at the start, and a second step from what the first cell left behind


def run_notebook(params, x, t, lr):
    trained, values = training_cell(params, x, t, lr)
    grads, _ = manual_cells(params, x, t, values, lr)
    _, stepped = manual_cells(trained, x, t, values, lr)
    return {**values, **grads, **stepped}


# %% values-after-the-step | run_notebook
# the derivatives are at the start, but h, y and error are those after the step


def run_notebook(params, x, t, lr):
    trained, values = training_cell(params, x, t, lr)
    grads, stepped = manual_cells(params, x, t, values, lr)
    _, values = training_cell(trained, x, t, lr)
    return {**values, **grads, **stepped}


# %% only-the-last-cells | run_notebook
# what the first cell prints is left out


def run_notebook(params, x, t, lr):
    _, values = training_cell(params, x, t, lr)
    grads, stepped = manual_cells(params, x, t, values, lr)
    return {**grads, **stepped}


# %% relative-tolerance | differs
# np.isclose has a relative tolerance too, if nobody turns it off


def differs(printed, computed, decimals):
    return {
        name: ~np.isclose(
            numbers, np.reshape(computed[name], numbers.shape), atol=0.5 * 10.0**-decimals
        )
        for name, numbers in printed.items()
    }


# %% one-truth-for-each-array | differs
# says of each array, and not of each number


def differs(printed, computed, decimals):
    half = 0.5 * 10.0**-decimals
    return {
        name: np.array(np.any(np.abs(computed[name].ravel() - numbers.ravel()) > half))
        for name, numbers in printed.items()
    }


# %% exact-equality | differs
# compares the printed number with one that is not rounded


def differs(printed, computed, decimals):
    return {
        name: np.reshape(computed[name], numbers.shape) != numbers
        for name, numbers in printed.items()
    }


# %% always-eight-decimals | differs
# half a unit of the eighth decimal, whatever is asked for


def differs(printed, computed, decimals):
    return {
        name: np.abs(np.reshape(computed[name], numbers.shape) - numbers) > 0.5e-8
        for name, numbers in printed.items()
    }


# %% shape-of-the-computed | differs
# the result is shaped like the computed array, without the printed brackets


def differs(printed, computed, decimals):
    half = 0.5 * 10.0**-decimals
    return {
        name: np.abs(computed[name] - np.reshape(numbers, computed[name].shape)) > half
        for name, numbers in printed.items()
    }


# %% cut-off-digits | differs
# digits behind the last decimal are cut off, and not rounded


def differs(printed, computed, decimals):
    unit = 10.0**decimals
    return {
        name: np.trunc(np.reshape(computed[name], numbers.shape) * unit) != np.round(numbers * unit)
        for name, numbers in printed.items()
    }


# %% numbers-for-truth | differs
# returns the differences themselves


def differs(printed, computed, decimals):
    return {
        name: np.abs(np.reshape(computed[name], numbers.shape) - numbers)
        for name, numbers in printed.items()
    }


# %% without-hidden-state | recorded
# the repaired notebook, run afresh


def recorded(params, x, t, lr):
    return run_notebook(params, x, t, lr)


# %% repaired-first-cell | recorded
# the first cell is run as it is now, and not as it was


def recorded(params, x, t, lr):
    trained, values = training_cell(params, x, t, lr)
    grads, stepped = manual_cells(trained, x, t, values, lr)
    return {**values, **grads, **stepped}


# %% bias-moved-apart | recorded
# the old first cell, but with a hidden bias for each unit


def recorded(params, x, t, lr):
    _, values = training_cell(params, x, t, lr)
    h, y, error = values["h"], values["y"], values["error"]
    out = error * sigmoid_derivative(y)
    inner = out.dot(params["w2"].T) * sigmoid_derivative(h)
    left = {
        "w1": params["w1"] + lr * np.outer(x, inner),
        "b1": params["b1"] + lr * inner,
        "w2": params["w2"] + lr * np.outer(h, out),
        "b2": params["b2"] + lr * out,
    }
    grads, new = manual_cells(left, x, t, values, lr)
    return {**values, **grads, **new}


# %% uphill-along-the-derivative | recorded
# as the document shows its first cell: uphill, and along the true derivative


def recorded(params, x, t, lr):
    _, values = training_cell(params, x, t, lr)
    h, y = values["h"], values["y"]
    out = 2 * (y - t) * sigmoid_derivative(y)
    inner = out.dot(params["w2"].T) * sigmoid_derivative(h)
    left = {
        "w1": params["w1"] + lr * np.outer(x, inner),
        "b1": params["b1"] + lr * np.sum(inner),
        "w2": params["w2"] + lr * np.outer(h, out),
        "b2": params["b2"] + lr * out,
    }
    grads, new = manual_cells(left, x, t, values, lr)
    return {**values, **grads, **new}


# %% downhill-along-the-square | recorded
# the old first cell with its sign repaired


def recorded(params, x, t, lr):
    _, values = training_cell(params, x, t, lr)
    h, y, error = values["h"], values["y"], values["error"]
    out = error * sigmoid_derivative(y)
    inner = out.dot(params["w2"].T) * sigmoid_derivative(h)
    left = {
        "w1": params["w1"] - lr * np.outer(x, inner),
        "b1": params["b1"] - lr * np.sum(inner),
        "w2": params["w2"] - lr * np.outer(h, out),
        "b2": params["b2"] - lr * out,
    }
    grads, new = manual_cells(left, x, t, values, lr)
    return {**values, **grads, **new}


# %% fresh-activations | recorded
# h and y are computed again at the parameters that the old first cell left behind


def recorded(params, x, t, lr):
    _, values = training_cell(params, x, t, lr)
    h, y, error = values["h"], values["y"], values["error"]
    out = error * sigmoid_derivative(y)
    inner = out.dot(params["w2"].T) * sigmoid_derivative(h)
    left = {
        "w1": params["w1"] + lr * np.outer(x, inner),
        "b1": params["b1"] + lr * np.sum(inner),
        "w2": params["w2"] + lr * np.outer(h, out),
        "b2": params["b2"] + lr * out,
    }
    _, fresh = training_cell(left, x, t, lr)
    grads, new = manual_cells(left, x, t, fresh, lr)
    return {**values, **grads, **new}


# %% first-cell-run-twice | recorded
# the old first cell is run two times before the others


def recorded(params, x, t, lr):
    left, shown = params, None
    for _ in range(2):
        h = sigmoid(x @ left["w1"] + left["b1"])
        y = sigmoid(h @ left["w2"] + left["b2"])
        shown = shown or {"h": h, "y": y, "error": (y - t) ** 2}
        out = (y - t) ** 2 * sigmoid_derivative(y)
        inner = out.dot(left["w2"].T) * sigmoid_derivative(h)
        left = {
            "w1": left["w1"] + lr * np.outer(x, inner),
            "b1": left["b1"] + lr * np.sum(inner),
            "w2": left["w2"] + lr * np.outer(h, out),
            "b2": left["b2"] + lr * out,
        }
    grads, new = manual_cells(left, x, t, shown, lr)
    return {**shown, **grads, **new}


# %% copied-from-the-document | recorded
# the printed numbers themselves, typed in


def recorded(params, x, t, lr):
    numbers = dict(PRINTED)
    numbers["grad_E_h"] = numbers["grad_E_h"].ravel()
    numbers["b1"] = numbers["b1"].ravel()
    return numbers


# %% parameters-left-behind | recorded
# returns the parameters that the old first cell left behind, and not those of the third cell


def recorded(params, x, t, lr):
    _, values = training_cell(params, x, t, lr)
    h, y, error = values["h"], values["y"], values["error"]
    out = error * sigmoid_derivative(y)
    inner = out.dot(params["w2"].T) * sigmoid_derivative(h)
    left = {
        "w1": params["w1"] + lr * np.outer(x, inner),
        "b1": params["b1"] + lr * np.sum(inner),
        "w2": params["w2"] + lr * np.outer(h, out),
        "b2": params["b2"] + lr * out,
    }
    grads, _ = manual_cells(left, x, t, values, lr)
    return {**values, **grads, **left}
