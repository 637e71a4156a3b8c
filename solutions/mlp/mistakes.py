"""The known mistakes of the network of any depth, and what students who make them read."""

from autograder import Mistake

mistakes = [
    Mistake(
        "logistic-slope",
        "slope",
        "1.0 - a**2",
        "a * (1.0 - a)",
        "For tanh you return a (1 - a), the slope of the logistic function.",
        (
            "At z = 0 tanh is 0, and as steep as it ever is. What does your formula give for a = 0?",
            "Square the activation, and take the square away from 1.",
        ),
    ),
    Mistake(
        "tanh-twice",
        "slope",
        "1.0 - a**2",
        "1.0 - np.tanh(a) ** 2",
        "You apply tanh to a, but a is an activation: tanh has been applied already.",
        (
            "The formula for the slope at z has tanh(z) in it. Where do you have that number?",
            "Use a itself where the formula has the value of the activation function.",
        ),
    ),
    Mistake(
        "activated-output",
        "forward",
        'y = last @ params[-1]["W"] + params[-1]["b"]',
        'y = activate(last @ params[-1]["W"] + params[-1]["b"], activation)',
        "The output layer has an activation function too, so that y cannot be any number.",
        (
            "Which values could y never have, if the activation function came behind the last sum?",
            "Leave the sums of the last layer as they are.",
        ),
    ),
    Mistake(
        "linear-layers",
        "forward",
        "activate(z, activation)",
        "z",
        "The hidden layers have no activation function, so that all layers together are one linear "
        "map.",
        (
            "What is the product of two matrices, and what can a network do that is only such "
            "products?",
            "Put the sums of each hidden layer through the activation function.",
        ),
    ),
    Mistake(
        "half-the-error",
        "loss",
        "(y - t) ** 2)",
        "(y - t) ** 2) / 2",
        "You take half of the mean squared error. Only weight decay has a half in this loss.",
        (
            "What is your loss without weight decay, if every entry of y is off by 1?",
            "Take the whole mean of the squares.",
        ),
    ),
    Mistake(
        "sum-for-mean",
        "loss",
        "np.mean((",
        "np.sum((",
        "The squared errors are summed, and the loss is their mean.",
        (
            "What becomes of your loss if every example is there twice?",
            "Divide by the number of all entries of y, or let numpy take the mean.",
        ),
    ),
    Mistake(
        "mean-over-rows-only",
        "loss",
        "np.mean((y - t) ** 2)",
        "np.sum((y - t) ** 2) / len(t)",
        "The sum is divided by the number of examples only, and the mean is over the outputs too.",
        (
            "How many squares are summed in all, with n examples and n_out outputs?",
            "Divide by the number of examples times the number of outputs.",
        ),
    ),
    Mistake(
        "no-decay-in-loss",
        "loss",
        " + decay / 2 * squares",
        "",
        "Weight decay is missing from the loss.",
        (
            "For which weights would your loss be 0, if y were equal to t? And the one of the formula?",
            "Add the term with the squares of all weights.",
        ),
    ),
    Mistake(
        "whole-decay-in-loss",
        "loss",
        "decay / 2",
        "decay",
        "Weight decay counts twice as much as it should: the half is missing.",
        (
            "What is the derivative of a square, and which factor makes it come out plain?",
            "Take half of decay times the squares.",
        ),
    ),
    Mistake(
        "rows-only-in-derivative",
        "backward",
        "/ t.size",
        "/ len(t)",
        "The derivative by y is divided by the number of examples only; the mean of the loss is "
        "over the outputs too.",
        (
            "By which number does the loss divide its squares, with several outputs?",
            "Divide by as many numbers as the mean is taken over.",
        ),
    ),
    Mistake(
        "no-decay-in-derivative",
        "backward",
        " + decay * weights",
        "",
        "The derivative of weight decay is missing.",
        (
            "If y does not change with a weight at all, does the loss?",
            "Add to each weight's derivative what weight decay brings.",
        ),
    ),
    Mistake(
        "no-slope",
        "backward",
        " * slope(inputs[number], activation)",
        "",
        "The slope of the activation function is missing where the derivative goes back through a "
        "hidden layer.",
        (
            "What lies between the sums of a hidden layer and what it gives?",
            "Multiply by the slope at what the hidden layer gave, entry by entry.",
        ),
    ),
    Mistake(
        "mean-of-biases",
        "backward",
        "delta.sum(axis=0)",
        "delta.mean(axis=0)",
        "The derivatives by the biases are divided by the number of examples once more.",
        (
            "Each bias is added in every example: how do the examples' shares come together?",
            "Sum over the examples. The mean is in δ already.",
        ),
    ),
    Mistake(
        "uphill",
        "update",
        "- lr",
        "+ lr",
        "The step goes uphill: the loss rises.",
        (
            "In which direction does the loss grow, and where do you want to go?",
            "Subtract the step.",
        ),
    ),
    Mistake(
        "rest-left-out",
        "train",
        "len(x), batch_size)",
        "len(x) - batch_size + 1, batch_size)",
        "The last mini-batch of an epoch is left out where fewer rows are left than batch_size.",
        (
            "With 5 rows, two at a time, which row does your loop never see?",
            "Go on until no row is left, whatever the size of the last mini-batch.",
        ),
    ),
]
