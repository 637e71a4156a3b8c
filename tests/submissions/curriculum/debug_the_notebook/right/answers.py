# ruff: noqa: F811, F821
# Right answers to solutions/debug_the_notebook, one per cell: see benchmarks/answers.py.

# %% repaired-in-place
# the given code, with its three faults repaired and nothing else touched


def training_cell(params, x, t, lr):
    w1, b1, w2, b2 = (params[name].copy() for name in ("w1", "b1", "w2", "b2"))

    hidden_layer_input = np.dot(x, w1) + b1
    hidden_layer_output = sigmoid(hidden_layer_input)
    final_output = np.dot(hidden_layer_output, w2) + b2
    y = sigmoid(final_output)

    error = np.square(y - t)
    d_error = 2 * (y - t)
    d_predicted_output = d_error * sigmoid_derivative(y)

    error_hidden_layer = d_predicted_output.dot(w2.T)
    d_hidden_layer = error_hidden_layer * sigmoid_derivative(hidden_layer_output)

    w2 += -hidden_layer_output.reshape(-1, 1).dot(d_predicted_output.reshape(1, -1)) * lr
    w1 += -x.reshape(-1, 1).dot(d_hidden_layer.reshape(1, -1)) * lr
    b2 += -np.sum(d_predicted_output, axis=0) * lr
    b1 += -d_hidden_layer * lr

    values = {"h": hidden_layer_output, "y": y, "error": error}
    return {"w1": w1, "b1": b1, "w2": w2, "b2": b2}, values


# %% rows-of-one-example
# everything as a batch of one row, so that a sum over axis 0 is right


def training_cell(params, x, t, lr):
    row = x.reshape(1, -1)
    h = sigmoid(row @ params["w1"] + params["b1"])
    y = sigmoid(h @ params["w2"] + params["b2"])
    d_out = 2 * (y - t) * sigmoid_derivative(y)
    d_hidden = (d_out @ params["w2"].T) * sigmoid_derivative(h)
    new = {
        "w1": params["w1"] - lr * row.T @ d_hidden,
        "b1": params["b1"] - lr * np.sum(d_hidden, axis=0),
        "w2": params["w2"] - lr * h.T @ d_out,
        "b2": params["b2"] - lr * np.sum(d_out, axis=0),
    }
    return new, {"h": h[0], "y": y[0], "error": np.square(y - t)[0]}


# %% target-minus-output
# both signs turned around: the error as t - y, and the steps added


def training_cell(params, x, t, lr):
    h = sigmoid(np.dot(x, params["w1"]) + params["b1"])
    y = sigmoid(np.dot(h, params["w2"]) + params["b2"])
    push = 2 * (t - y) * sigmoid_derivative(y)
    inner = push.dot(params["w2"].T) * sigmoid_derivative(h)
    new = dict(params)
    new["w2"] = params["w2"] + lr * h[:, None] * push
    new["b2"] = params["b2"] + lr * push
    new["w1"] = params["w1"] + lr * x[:, None] * inner
    new["b1"] = params["b1"] + lr * inner
    return new, {"h": h, "y": y, "error": (y - t) ** 2}


# %% raveled
# the row is made flat where it arises


def manual_cells(params, x, t, values, lr):
    h, y = values["h"], values["y"]
    grad_E_y = 2 * (y - t)
    grad_E_W2 = grad_E_y * sigmoid_derivative(y) * h.reshape(-1, 1)
    grad_E_h = (grad_E_y * sigmoid_derivative(y) * params["w2"].T).ravel()
    grad_E_W1 = grad_E_h * sigmoid_derivative(h) * x.reshape(-1, 1)
    new = {
        "w1": params["w1"] - lr * grad_E_W1,
        "w2": params["w2"] - lr * grad_E_W2,
        "b1": params["b1"] - lr * grad_E_h * sigmoid_derivative(h),
        "b2": params["b2"] - lr * grad_E_y * sigmoid_derivative(y),
    }
    names = ("grad_E_y", "grad_E_W2", "grad_E_h", "grad_E_W1")
    return dict(zip(names, (grad_E_y, grad_E_W2, grad_E_h, grad_E_W1))), new


# %% squeezed-at-the-end
# all is computed with the row, and both results lose their first axis


def manual_cells(params, x, t, values, lr):
    h, y = values["h"], values["y"]
    d_out = 2 * (y - t) * sigmoid_derivative(y)
    row = d_out * params["w2"].T
    grads = {
        "grad_E_y": 2 * (y - t),
        "grad_E_W2": d_out * h.reshape(-1, 1),
        "grad_E_h": row[0],
        "grad_E_W1": row * sigmoid_derivative(h) * x.reshape(-1, 1),
    }
    return grads, {
        "w1": params["w1"] - lr * grads["grad_E_W1"],
        "b1": np.squeeze(params["b1"] - lr * row * sigmoid_derivative(h), axis=0),
        "w2": params["w2"] - lr * grads["grad_E_W2"],
        "b2": params["b2"] - lr * d_out,
    }


# %% cells-in-another-order
# the manual cells come before the step, at the activations computed anew


def run_notebook(params, x, t, lr):
    h = sigmoid(x @ params["w1"] + params["b1"])
    y = sigmoid(h @ params["w2"] + params["b2"])
    grads, new = manual_cells(params, x, t, {"h": h, "y": y}, lr)
    return {"h": h, "y": y, "error": (y - t) ** 2, **grads, **new}


# %% copy-of-the-start
# the start is copied first, and the names of the document are used


def run_notebook(params, x, t, lr):
    start = {name: np.array(value) for name, value in params.items()}
    params, values = training_cell(params, x, t, lr)
    grads, params = manual_cells(start, x, t, values, lr)
    printed = {}
    for cell in (values, grads, params):
        printed.update(cell)
    return printed


# %% rounded-like-printed
# rounds the computed numbers and looks whether that is what was printed


def differs(printed, computed, decimals):
    rounded = {name: np.round(computed[name], decimals) for name in printed}
    return {name: rounded[name].reshape(printed[name].shape) != printed[name] for name in printed}


# %% entry-by-entry
# loops over flat entries, in units of the last decimal


def differs(printed, computed, decimals):
    found = {}
    for name in printed:
        flat = []
        for one, other in zip(printed[name].flat, computed[name].flat):
            flat.append(abs(one - other) * 10**decimals > 0.5)
        found[name] = np.array(flat).reshape(np.shape(printed[name]))
    return found


# %% not-close
# np.isclose with no relative tolerance


def differs(printed, computed, decimals):
    return {
        name: ~np.isclose(
            np.ravel(computed[name]), np.ravel(shown), rtol=0, atol=0.5 * 10.0**-decimals
        ).reshape(shown.shape)
        for name, shown in printed.items()
    }


# %% formatted-as-text
# prints both with so many decimals and compares the texts


def differs(printed, computed, decimals):
    def text(number):
        return f"{number:.{decimals}f}"

    found = {}
    for name, numbers in printed.items():
        mine = computed[name].reshape(numbers.shape)
        found[name] = np.zeros(numbers.shape, dtype=bool)
        for place in np.ndindex(numbers.shape):
            found[name][place] = text(mine[place]) != text(numbers[place])
    return found


# %% copied-cell
# the document's cell as a helper, and manual_cells with what it leaves behind


def documents_cell(params, X, t, lr):
    w1, b1, w2, b2 = (params[name].copy() for name in ("w1", "b1", "w2", "b2"))
    hidden_layer_output = sigmoid(np.dot(X, w1) + b1)
    y = sigmoid(np.dot(hidden_layer_output, w2) + b2)
    error = np.square(y - t)
    d_predicted_output = error * sigmoid_derivative(y)
    error_hidden_layer = d_predicted_output.dot(w2.T)
    d_hidden_layer = error_hidden_layer * sigmoid_derivative(hidden_layer_output)
    w2 += hidden_layer_output.reshape(-1, 1).dot(d_predicted_output.reshape(1, -1)) * lr
    w1 += X.reshape(-1, 1).dot(d_hidden_layer.reshape(1, -1)) * lr
    b2 += np.sum(d_predicted_output, axis=0) * lr
    b1 += np.sum(d_hidden_layer, axis=0) * lr
    return {"w1": w1, "b1": b1, "w2": w2, "b2": b2}, hidden_layer_output, y, error


def recorded(params, x, t, lr):
    kernel, h, y, error = documents_cell(params, x, t, lr)
    shown = {"h": h, "y": y, "error": error}
    for cell in manual_cells(kernel, x, t, shown, lr):
        shown.update(cell)
    return shown


# %% by-hand-to-the-end
# without any other function: the stray step, and the true derivatives at its end


def recorded(params, x, t, lr):
    h = 1 / (1 + np.exp(-(x @ params["w1"] + params["b1"])))
    y = 1 / (1 + np.exp(-(h @ params["w2"] + params["b2"])))
    E = (y - t) ** 2
    stray = E * y * (1 - y)
    inner = params["w2"][:, 0] * stray * h * (1 - h)
    w1 = params["w1"] + lr * np.outer(x, inner)
    b1 = params["b1"] + lr * inner.sum()
    w2 = params["w2"] + lr * np.outer(h, stray)
    b2 = params["b2"] + lr * stray
    out = 2 * (y - t) * y * (1 - y)
    grad_h = w2[:, 0] * out
    delta = grad_h * h * (1 - h)
    return {
        "h": h,
        "y": y,
        "error": E,
        "grad_E_y": 2 * (y - t),
        "grad_E_W2": np.outer(h, out),
        "grad_E_h": grad_h,
        "grad_E_W1": np.outer(x, delta),
        "w1": w1 - lr * np.outer(x, delta),
        "w2": w2 - lr * np.outer(h, out),
        "b1": b1 - lr * delta,
        "b2": b2 - lr * out,
    }


# %% scaled-true-step
# the true step turned around and scaled by half the error, but for the hidden biases


def recorded(params, x, t, lr):
    stepped, values = training_cell(params, x, t, lr)
    scale = (values["y"] - t)[0] / 2
    kernel = {name: params[name] - scale * (stepped[name] - params[name]) for name in params}
    moved = kernel["b1"] - params["b1"]
    kernel["b1"] = params["b1"] + moved.sum()
    grads, new = manual_cells(kernel, x, t, values, lr)
    return {**values, **grads, **new}
