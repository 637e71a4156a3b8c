"""The known mistakes of the classifier, and what students who make them read."""

from autograder import Mistake

mistakes = [
    Mistake(
        "sum-of-all",
        "softmax",
        "powers.sum(axis=1, keepdims=True)",
        "powers.sum()",
        "You divide by the sum of the whole array, so that all rows together have the sum 1.",
        (
            "What should be the sum of each row, and what is it now?",
            "Sum along each row, and keep the axis so that the shapes fit.",
        ),
    ),
    Mistake(
        "sum-of-columns",
        "softmax",
        "powers.sum(axis=1, keepdims=True)",
        "powers.sum(axis=0, keepdims=True)",
        "You divide by the sums of the columns, so that each class has the sum 1 over all rows.",
        (
            "Which of the two axes are the classes, and over which of the two is 1 shared out?",
            "Sum over the classes, which are the second axis.",
        ),
    ),
    Mistake(
        "largest-not-brought-back",
        "log_softmax",
        "return shifted -",
        "return z -",
        "What was subtracted before the exponential is missing in its logarithm: log_softmax is too "
        "large by the largest score of each row.",
        (
            "If every score of a row is smaller by c, by how much is the logarithm of the sum smaller?",
            "Use the same scores in both terms, with the largest one subtracted or without.",
        ),
    ),
    Mistake(
        "sum-for-mean",
        "cross_entropy",
        "np.mean(",
        "np.sum(",
        "The losses of the rows are summed, and the loss is their mean.",
        (
            "What becomes of your loss if every row is there twice?",
            "Divide by the number of rows, or let numpy take the mean.",
        ),
    ),
    Mistake(
        "every-column-for-every-row",
        "cross_entropy",
        "[rows, labels]",
        "[:, labels]",
        "You take the columns of all labels from every row. Each row has one label.",
        (
            "How many numbers should be picked from n rows, and how many do you pick?",
            "Give numpy the numbers of the rows beside those of the columns.",
        ),
    ),
    Mistake(
        "no-minus",
        "cross_entropy",
        "-np.mean",
        "np.mean",
        "The loss has the wrong sign: it is never above 0, and falls as the network gets worse.",
        (
            "Is the logarithm of a probability positive or negative?",
            "Take the negative of the mean.",
        ),
    ),
    Mistake(
        "wrong-way-round",
        "cross_entropy_gradient",
        "probabilities - wanted",
        "wanted - probabilities",
        "The difference is the wrong way round, so that every derivative has the wrong sign.",
        (
            "If the score of the label grows, does the loss rise or fall?",
            "Subtract the 1 of the label from its probability.",
        ),
    ),
    Mistake(
        "no-mean",
        "cross_entropy_gradient",
        " / len(labels)",
        "",
        "The loss is a mean over the rows, and its derivative is not.",
        (
            "By how much does the loss of the batch change if that of one row changes by 1?",
            "Divide by the number of rows.",
        ),
    ),
    Mistake(
        "mean-over-entries",
        "cross_entropy_gradient",
        "len(labels)",
        "logits.size",
        "You divide by the number of all scores. The loss is a mean over the rows only.",
        (
            "Over how many numbers does the loss take its mean?",
            "Divide by the number of rows, and not by the number of classes too.",
        ),
    ),
    Mistake(
        "slope-of-softmax-again",
        "cross_entropy_gradient",
        "(probabilities - wanted) /",
        "(probabilities - wanted) * probabilities * (1 - probabilities) /",
        "You multiply by p (1 - p), a slope that is in the derivative already: it has cancelled "
        "against that of the logarithm.",
        (
            "What is left of 1 / p from the logarithm and p from the softmax, when both are there?",
            "Take the difference as it is, without another slope.",
        ),
    ),
    Mistake(
        "mean-of-biases",
        "gradients",
        "delta.sum(axis=0)",
        "delta.mean(axis=0)",
        "The derivative by the biases is divided by the number of rows once more.",
        (
            "Each bias is added in every row: how do the rows' shares come together?",
            "Sum over the rows. The mean is in the derivative by the logits already.",
        ),
    ),
    Mistake(
        "rows-for-classes",
        "predict",
        "axis=1",
        "axis=0",
        "You look for the largest score of each class, and should look for that of each row.",
        (
            "How many numbers does predict return, for n rows?",
            "Look along the classes, which are the second axis.",
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
        "loss-of-all-rows",
        "train",
        "losses.append(cross_entropy(logits(params, x[rows]), labels[rows]))",
        "losses.append(cross_entropy(logits(params, x), labels))",
        "The losses are those of all rows, and should be those of each mini-batch.",
        (
            "From which rows is the step made, and whose loss do you record?",
            "Record the loss of the rows from which the step is made.",
        ),
    ),
]
