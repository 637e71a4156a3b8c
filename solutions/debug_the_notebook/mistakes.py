"""The faults of the document's notebook, and mistakes of who looks for hidden state."""

from autograder import Mistake

mistakes = [
    Mistake(
        "squared-error",
        "training_cell",
        "2 * (y - t) * sigmoid_derivative(y)",
        "error * sigmoid_derivative(y)",
        "The squared error itself goes back through the network, in the place of its derivative.",
        (
            "If the output is too small, which sign has the derivative of the loss by y? And which "
            "sign has what goes back here?",
            "Differentiate the squared error by y, and begin the way back with that.",
        ),
    ),
    Mistake(
        "uphill",
        "training_cell",
        "w2 = w2 - hidden_layer_output.reshape(-1, 1).dot(d_predicted_output.reshape(1, -1)) * lr\n"
        "    w1 = w1 - x.reshape(-1, 1).dot(d_hidden_layer.reshape(1, -1)) * lr\n"
        "    b2 = b2 - np.sum(d_predicted_output, axis=0) * lr\n"
        "    b1 = b1 -",
        "w2 = w2 + hidden_layer_output.reshape(-1, 1).dot(d_predicted_output.reshape(1, -1)) * lr\n"
        "    w1 = w1 + x.reshape(-1, 1).dot(d_hidden_layer.reshape(1, -1)) * lr\n"
        "    b2 = b2 + np.sum(d_predicted_output, axis=0) * lr\n"
        "    b1 = b1 +",
        "The step goes uphill: it adds the derivatives to the parameters.",
        (
            "If the loss grows with a weight, should a step make that weight larger or smaller?",
            "Take lr times the derivative away from each of the four parameters.",
        ),
    ),
    Mistake(
        "bias-summed",
        "training_cell",
        "d_hidden_layer * lr",
        "np.sum(d_hidden_layer, axis=0) * lr",
        "The derivative by b1 is summed over the hidden units, so that all hidden biases move alike.",
        (
            "How many numbers is the derivative by b1? By how much does each bias move here?",
            "There is one example, so nothing has to be summed: each bias keeps its own derivative.",
        ),
    ),
    Mistake(
        "axis-too-many",
        "manual_cells",
        '(grad_E_y * sigmoid_derivative(y)).dot(params["w2"].T)',
        'grad_E_y * sigmoid_derivative(y) * params["w2"].T',
        "The derivative by h has an axis too many: it is (1, n_hidden), and so is the new b1.",
        (
            "What shape has w2, and what shape has it when it is transposed?",
            "Bring the derivative by h into the shape of h, before anything is computed from it.",
        ),
    ),
    Mistake(
        "changed-weights",
        "run_notebook",
        "manual_cells(params,",
        "manual_cells(trained,",
        "The second and the third cell use the parameters that the first one has changed already, "
        "with the h and y from before.",
        (
            "At which parameters are h and y computed, and at which ones the derivatives?",
            "Give the second and the third cell the parameters from before the first one's step.",
        ),
    ),
    Mistake(
        "whole-unit",
        "differs",
        "0.5 * 10.0**-decimals",
        "10.0**-decimals",
        "You allow a whole unit of the last decimal, and rounding moves a number by half of one.",
        (
            "Which numbers are printed as 0.12, with two decimals?",
            "Compare with half a unit of the last decimal.",
        ),
    ),
    Mistake(
        "no-rounding",
        "differs",
        "0.5 * 10.0**-decimals",
        "0.0",
        "Nearly every number is True in your result, also where it was only rounded.",
        (
            "By how much may a number and its print differ, if nothing is wrong?",
            "Let True stand only where the difference is more than half a unit of the last decimal.",
        ),
    ),
    Mistake(
        "relative-difference",
        "differs",
        "np.abs(mine - numbers) > half",
        "~np.isclose(mine, numbers, atol=half)",
        "You allow a difference that grows with the number as well, as np.isclose does by itself.",
        (
            "By how much can rounding to two decimals move 1000? And by how much can it move 1?",
            "Compare with half a unit of the last decimal only, whatever the size of the number.",
        ),
    ),
    Mistake(
        "eight-decimals",
        "differs",
        "10.0**-decimals",
        "1e-8",
        "Your half a unit is that of 8 decimals, so the argument decimals has no effect.",
        (
            "What does your function return for numbers that are printed with two decimals?",
            "Compute the unit of the last decimal from the argument.",
        ),
    ),
    Mistake(
        "same-for-differs",
        "differs",
        "> half",
        "<= half",
        "Your True stands where the printed number can come from the computation.",
        (
            "What does differs return, if all printed numbers are right?",
            "Let True stand where the two numbers are too far apart.",
        ),
    ),
    Mistake(
        "no-hidden-state",
        "recorded",
        "manual_cells(left_behind,",
        "manual_cells(params,",
        "You give manual_cells the parameters from before the first cell was run.",
        (
            "What had happened to the parameters when the second cell was run?",
            "Give manual_cells the parameters that the first cell left behind.",
        ),
    ),
    Mistake(
        "fresh-activations",
        "recorded",
        "manual_cells(left_behind, x, t, values, lr)",
        "manual_cells(left_behind, x, t, training_cell(left_behind, x, t, lr)[1], lr)",
        "You compute h and y again, at the parameters that the first cell left behind.",
        (
            "Which cell computes h and y, and how often had it been run?",
            "Give manual_cells the h and y from before the first cell changed the parameters.",
        ),
    ),
    Mistake(
        "repaired-derivative",
        "recorded",
        "d_output = error *",
        "d_output = 2 * (y - t) *",
        "Your first cell computes the derivative of the squared error. When the document was "
        "printed, it did not.",
        (
            "With which code was the first cell run, yours or the document's?",
            "Let the error itself go back, as the given code did.",
        ),
    ),
    Mistake(
        "repaired-step",
        "recorded",
        "params[name] + lr *",
        "params[name] - lr *",
        "Your first cell goes downhill. When the document was printed, it did not.",
        (
            "With which code was the first cell run, yours or the document's?",
            "Let the first step go uphill, as the given code did.",
        ),
    ),
    Mistake(
        "repaired-bias",
        "recorded",
        "np.sum(d_hidden)",
        "d_hidden",
        "In your first cell each hidden bias has its own derivative. When the document was printed, "
        "all moved alike.",
        (
            "By how much had each entry of b1 moved, when the second cell was run?",
            "Sum over the hidden units in the first cell, as the given code did.",
        ),
    ),
]

reworded = {
    "differs/other-value/1": "In `differs`: each entry of computed is compared with itself, and not "
    "with what was printed.",
    "recorded/factor-left-out/3": "In the first cell of `recorded`, the way back to the hidden layer "
    'leaves out `params["w2"]`.',
    "recorded/factor-left-out/6": "The first step of `recorded` is lr alone: its derivatives are "
    "missing.",
    "recorded/term-left-out/2": "The first step of `recorded` does not start from params: the old "
    "parameters are missing.",
    "recorded/subtracted/2": "The first step of `recorded` takes the old parameters away, where they "
    "should be added.",
}

# The root of a sum, one number in the place of an array, weights in the place of activations: nobody
# writes that.
forbidden = [
    "recorded/root-taken/1",
    *(f"recorded/other-value/{number}" for number in (10, 13, 15, 16, 19, 21, 22, 23, 24, 26, 27)),
    *(f"recorded/weights-for-value/{number}" for number in (1, 2, 4)),
    *(f"recorded/zeros-for-argument/{number}" for number in (1, 2, 4, 5)),
]
