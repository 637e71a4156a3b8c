"""The known mistakes of the recurrent network, and what students who make them read."""

from autograder import Mistake

mistakes = [
    Mistake(
        "logistic",
        "step",
        "np.tanh(z)",
        "1 / (1 + np.exp(-np.clip(z, -500, 500)))",
        "The new state comes from the logistic function, and should come from tanh.",
        (
            "Which states can your step never give, however negative the sum is?",
            "Put the sum through tanh.",
        ),
    ),
    Mistake(
        "always-from-h0",
        "forward",
        "h.append(step(params, x[:, s], h[-1]))",
        "h.append(step(params, x[:, s], h0))",
        "Every step begins with h0, so that nothing is remembered from one step to the next.",
        (
            "If you change the first input only, which of your later states change?",
            "Give each step the states after the one before it.",
        ),
    ),
    Mistake(
        "activated-output",
        "forward",
        'y = h[-1] @ params["Wy"] + params["by"]',
        'y = np.tanh(h[-1] @ params["Wy"] + params["by"])',
        "The output goes through tanh too, so that y cannot be any number.",
        (
            "Which values could y never have, if tanh came behind the last sum?",
            "Leave the sum of the output as it is.",
        ),
    ),
    Mistake(
        "half-the-error",
        "loss",
        "(y - t) ** 2)",
        "(y - t) ** 2) / 2",
        "You take half of the mean squared error.",
        (
            "What is your loss, if every entry of y is off by 1?",
            "Take the whole mean of the squares.",
        ),
    ),
    Mistake(
        "mean-over-rows-only",
        "loss",
        "np.mean((y - t) ** 2)",
        "np.sum((y - t) ** 2) / len(t)",
        "The sum is divided by the number of sequences only, and the mean is over the outputs too.",
        (
            "How many squares are summed in all, with n sequences and n_out outputs?",
            "Divide by the number of sequences times the number of outputs.",
        ),
    ),
    Mistake(
        "rows-only-in-derivative",
        "backward",
        "/ t.size",
        "/ len(t)",
        "The derivative by y is divided by the number of sequences only; the mean of the loss is "
        "over the outputs too.",
        (
            "By which number does the loss divide its squares, with several outputs?",
            "Divide by as many numbers as the mean is taken over.",
        ),
    ),
    Mistake(
        "slope-at-the-output",
        "backward",
        '(values["y"] - t) / t.size',
        '(values["y"] - t) * (1 - values["y"] ** 2) / t.size',
        "The derivative by y is multiplied by a slope of tanh, but there is no tanh at the output.",
        (
            "What lies between the sum of the output and y?",
            "Let the derivative by y stand as the loss gives it.",
        ),
    ),
    Mistake(
        "no-slope",
        "backward",
        " * (1 - h[s + 1] ** 2)",
        "",
        "The slope of tanh is missing where the derivative goes back through a step.",
        (
            "What lies between the sum of a step and the state that it gives?",
            "Multiply by the slope of tanh in every step, before anything else.",
        ),
    ),
    Mistake(
        "slope-of-the-state-before",
        "backward",
        "h[s + 1] ** 2",
        "h[s] ** 2",
        "The slope is taken at the states before the step, and belongs to those after it.",
        (
            "Which states did the tanh of step s give, h[s] or others?",
            "Take the slope at what tanh gave in this step.",
        ),
    ),
    Mistake(
        "carried-past-tanh",
        "backward",
        'dh.insert(0, delta @ params["Wh"].T)',
        'dh.insert(0, dh[0] @ params["Wh"].T)',
        "What goes back to the step before has not been through tanh: its slope is missing on this "
        "way only.",
        (
            "On its way from h[s + 1] to h[s], what does a derivative pass?",
            "Send δ back through Wh, and not dh.",
        ),
    ),
    Mistake(
        "state-after-for-Wh",
        "backward",
        "h[s].T @ delta",
        "h[s + 1].T @ delta",
        "The derivative by Wh is made with the states after each step, and Wh was multiplied by "
        "those before it.",
        (
            "Which states stand beside Wh in the formula of step s?",
            "Take the states with which the step begins.",
        ),
    ),
    Mistake(
        "read-out-at-every-step",
        "backward",
        'dh.insert(0, delta @ params["Wh"].T)',
        'dh.insert(0, delta @ params["Wh"].T + delta_y @ params["Wy"].T)',
        "You add the derivative that comes from y in every step, as if every state were read out.",
        (
            "From which of the states is y computed?",
            "Let the derivative from y arrive at the last states only.",
        ),
    ),
    Mistake(
        "mean-over-steps",
        "backward",
        "return grads, dh",
        'shares = {"Wx": x.shape[1], "Wh": x.shape[1], "b": x.shape[1]}\n'
        "    return {name: grads[name] / shares.get(name, 1) for name in grads}, dh",
        "You take the mean over the steps, and their shares have to be added up.",
        (
            "If a weight is used in three steps, how many ways lead from it to the loss?",
            "Add up what the steps bring, and divide by nothing.",
        ),
    ),
    Mistake(
        "last-first",
        "backward",
        "return grads, dh",
        "return grads, dh[::-1]",
        "dh begins with the derivative by the last states, and should begin with that by h0.",
        (
            "Which entry of h has its derivative in dh[0]?",
            "Put the list into the order of h.",
        ),
    ),
    Mistake(
        "not-truncated",
        "truncated",
        "max(x.shape[1] - k, 0)",
        "0",
        "You go back through all steps, and not only through the last k.",
        (
            "Does anything in your result change with k?",
            "Leave out the steps before the last k, and the states before these begin.",
        ),
    ),
    Mistake(
        "first-steps",
        "truncated",
        "x[:, first:]",
        "x[:, : x.shape[1] - first]",
        "You take the inputs of the first steps, together with the states of the last ones.",
        (
            "Which inputs were read between the states that you keep?",
            "Cut x where you cut the states.",
        ),
    ),
    Mistake(
        "one-step-more",
        "truncated",
        "- k, 0)",
        "- k - 1, 0)",
        "You go back through k + 1 steps: k steps have k + 1 states.",
        (
            "With k = 1, how many times is Wx used in what you go back through?",
            "Keep k inputs, and one state more.",
        ),
    ),
    Mistake(
        "begins-with-zeros",
        "truncated",
        '{"h": values["h"][first:], "y"',
        '{"h": [0 * values["h"][first], *values["h"][first + 1 :]], "y"',
        "The state with which the last k steps begin is taken as 0, and should stay as it was.",
        (
            "Which numbers was Wh multiplied by in the first of the last k steps?",
            "Keep the state as forward gave it. It counts as given, which does not make it 0.",
        ),
    ),
    Mistake(
        "each-entry-by-itself",
        "clip",
        "factor * array for",
        "np.clip(array, -bound, bound) for",
        "You cut off each entry by itself, which changes the direction of the gradient.",
        (
            "Does your result have the same ratio between two entries as before?",
            "Multiply all entries by one number.",
        ),
    ),
    Mistake(
        "each-array-by-itself",
        "clip",
        "factor * array for",
        "array * (bound / max(np.linalg.norm(array), bound)) for",
        "You clip each array by itself. The norm is that of all arrays together.",
        (
            "How long can all of your arrays be together, if each is as long as the bound?",
            "Compute one norm from all arrays, and one factor for all.",
        ),
    ),
    Mistake(
        "always-at-the-bound",
        "clip",
        "bound / norm if norm > bound else 1.0",
        "bound / (norm + (norm == 0))",
        "Gradients that are within the bound are made longer, until they reach it.",
        (
            "What should become of a gradient that is shorter than the bound?",
            "Scale only where the norm is above the bound.",
        ),
    ),
    Mistake(
        "sum-of-norms",
        "clip",
        "sum(np.sum(array**2) for array in grads.values())",
        "sum(np.linalg.norm(array) for array in grads.values()) ** 2",
        "You add up the norms of the arrays. Their squares are what adds up.",
        (
            "What is the length of a vector with the entries 3 and 4?",
            "Add up the squares of all entries first, and take one root at the end.",
        ),
    ),
    Mistake(
        "largest-entry",
        "clip",
        "np.sqrt(squares)",
        "max(np.max(np.abs(array)) for array in grads.values())",
        "You compare the largest entry with the bound. The norm is the length of all entries together.",
        (
            "What is the length of a vector with the entries 3 and 4?",
            "Take the root of the sum of the squares of all entries.",
        ),
    ),
    Mistake(
        "not-clipped",
        "train",
        "clip(truncated(params, x, t, values, k), bound)",
        "truncated(params, x, t, values, k)",
        "The derivatives are not clipped.",
        (
            "Does anything in your training change with the bound?",
            "Clip the derivatives before the step is made.",
        ),
    ),
    Mistake(
        "not-truncated-in-training",
        "train",
        "values, k), bound)",
        "values, x.shape[1]), bound)",
        "The derivatives come from all steps, and not only from the last k.",
        (
            "Does anything in your training change with k?",
            "Hand k on to the function that goes back.",
        ),
    ),
    Mistake(
        "step-clipped",
        "train",
        "grads = clip(truncated(params, x, t, values, k), bound)",
        "raw = truncated(params, x, t, values, k)\n"
        "        clipped = clip({name: lr * array for name, array in raw.items()}, bound)\n"
        "        grads = {name: array / lr for name, array in clipped.items()}",
        "The step is clipped with lr in it. Clip the derivatives, and multiply by lr then.",
        (
            "How far may one step lead, with a bound of 1 and a learning rate of 0.5?",
            "Clip first, and multiply by the learning rate after that.",
        ),
    ),
    Mistake(
        "uphill",
        "train",
        "- lr",
        "+ lr",
        "The step goes uphill: the loss rises.",
        (
            "In which direction does the loss grow, and where do you want to go?",
            "Subtract the step.",
        ),
    ),
    Mistake(
        "state-kept",
        "train",
        "values = forward(params, x, h0)",
        'values = forward(params, x, h0)\n        h0 = values["h"][-1]',
        "Each run begins with the last states of the run before, and should begin with h0.",
        (
            "Do the sequences follow one another, or is each run the same sequences again?",
            "Begin every run with the h0 that train was given.",
        ),
    ),
]

# What nobody does, and what would be much of a student's copy.
forbidden = [
    *(
        f"{name}/entries-unchanged/{number}"
        for name in ("clip", "train")
        for number in range(6, 17)
    ),
    *(f"clip/entries-unchanged/{number}" for number in range(1, 6)),
    *(f"backward/entries-unchanged/{number}" for number in (6, 7, 10)),
    *(f"backward/other-value/{number}" for number in (5, 7, 11, 12, 13)),
    *(f"backward/matrix-left-out/{number}" for number in (4, 9, 10)),
]
