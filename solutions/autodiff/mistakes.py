"""The known mistakes of the tensors, and what students who make them read."""

from autograder import Mistake

mistakes = [
    Mistake(
        "nothing-to-b",
        "add",
        "(grad, grad)",
        "(grad, 0.0 * grad)",
        "The derivative by b is 0, as if the sum did not depend on it.",
        (
            "If b grows by a little, by how much does a + b grow?",
            "Hand the same to both terms.",
        ),
    ),
    Mistake(
        "slopes-of-a-product",
        "add",
        "(grad, grad)",
        "(grad * b.data, grad * a.data)",
        "What is handed back is multiplied by the other term, as for a product. A sum has the slope 1.",
        (
            "If a grows by a little, does it matter for the sum how large b is?",
            "Hand back what has arrived, as it is.",
        ),
    ),
    Mistake(
        "ones-handed-back",
        "add",
        "(grad, grad)",
        "(np.ones(np.shape(grad)), np.ones(np.shape(grad)))",
        "What is handed back is 1 everywhere, whatever has arrived: only the slope, without grad.",
        (
            "Which two numbers does the chain rule multiply, and where is the second one?",
            "Hand back the slope times grad.",
        ),
    ),
    Mistake(
        "own-factor",
        "multiply",
        "(grad * b.data, grad * a.data)",
        "(grad * a.data, grad * b.data)",
        "Each factor gets itself times what arrives, and should get the other one.",
        (
            "If a grows by 1, by how much does a * b grow?",
            "The slope by a factor is the other factor.",
        ),
    ),
    Mistake(
        "handed-on-as-it-is",
        "multiply",
        "(grad * b.data, grad * a.data)",
        "(grad, grad)",
        "What arrives is handed on as it is, as for a sum. A product has slopes.",
        (
            "If a grows by 1, by how much does a * b grow?",
            "The slope by a factor is the other factor.",
        ),
    ),
    Mistake(
        "no-transpose-of-b",
        "matmul",
        "grad @ b.data.T",
        "grad @ b.data",
        "The derivative by a needs the transpose of b.",
        (
            "Of which shapes are the two matrices that you multiply, when a is not square?",
            "Transpose b: its columns belong to those of grad.",
        ),
    ),
    Mistake(
        "no-transpose-of-a",
        "matmul",
        "a.data.T @ grad",
        "a.data @ grad",
        "The derivative by b needs the transpose of a.",
        (
            "Of which shapes are the two matrices that you multiply, when a is not square?",
            "Transpose a: its rows belong to those of grad.",
        ),
    ),
    Mistake(
        "no-transposes",
        "matmul",
        "(grad @ b.data.T, a.data.T @ grad)",
        "(grad @ b.data, a.data @ grad)",
        "Both derivatives need the other matrix transposed.",
        (
            "Of which shapes are the matrices that you multiply, when they are not square?",
            "Transpose the matrix that grad is multiplied by, in both.",
        ),
    ),
    Mistake(
        "slope-at-the-argument",
        "tanh",
        "value**2",
        "a.data**2",
        "The slope takes the square of a, and should take that of tanh(a).",
        (
            "What is the slope of tanh at 3, and what does yours give there?",
            "Square what the function has given.",
        ),
    ),
    Mistake(
        "everything-back",
        "relu",
        "grad * (a.data > 0)",
        "grad",
        "What arrives is handed back everywhere, also where ReLU is flat.",
        (
            "If a is -3 and grows by a little, by how much does the result grow?",
            "Hand back 0 where a is below 0.",
        ),
    ),
    Mistake(
        "value-for-slope",
        "relu",
        "(a.data > 0)",
        "value",
        "The value of ReLU stands where its slope should be.",
        (
            "How steep is ReLU at 5?",
            "Above 0 the slope is 1, and not the value.",
        ),
    ),
    Mistake(
        "argument-for-result",
        "exp",
        "grad * value",
        "grad * a.data",
        "The slope of the exponential is taken to be a. It is the exponential of a.",
        (
            "How steep is the exponential at 0?",
            "Multiply by what the function has given.",
        ),
    ),
    Mistake(
        "slope-of-exp",
        "log",
        "grad / a.data",
        "grad * np.log(a.data)",
        "The slope of the logarithm is taken to be the logarithm itself. It is 1 / a.",
        (
            "How steep is the logarithm at 1?",
            "Divide by a.",
        ),
    ),
    Mistake(
        "not-put-back",
        "total",
        "grad = np.expand_dims(grad, axis)",
        "grad = grad * 1.0",
        "The axis that was summed is not put back before the derivative is repeated: rows and columns "
        "are exchanged, or the shapes do not fit.",
        (
            "What is the shape of a sum over axis 1, and over which axis does numpy repeat that?",
            "Give the derivative an axis of length 1 where the summed one was.",
        ),
    ),
    Mistake(
        "shared-out",
        "total",
        "np.broadcast_to(grad, a.data.shape)",
        "np.broadcast_to(grad, a.data.shape) * np.size(grad) / a.data.size",
        "What arrives is divided by the number of entries that were added. Each of them should get all "
        "of it.",
        (
            "If one of the entries grows by 1, by how much does the sum grow?",
            "Give each entry all of what has arrived for its sum.",
        ),
    ),
    Mistake(
        "last-one-wins",
        "entries",
        "np.add.at(back, index, grad)",
        "back[index] += grad",
        "An entry that is picked more than once gets the share of its last use only.",
        (
            "In which order does numpy read, add and write, when an index occurs twice?",
            "Use the function that adds one share after the other.",
        ),
    ),
    Mistake(
        "only-axes-in-front",
        "unbroadcast",
        "return grad.sum(axis=repeated, keepdims=True)",
        "return grad",
        "Only axes in front are summed, and not those that have the length 1 in shape.",
        (
            "How often does numpy use the entry of a column (4, 1), in an array (4, 3)?",
            "Sum over the axes of length 1 too, and keep them.",
        ),
    ),
    Mistake(
        "every-visit-counts",
        "tape",
        "elif id(each) not in found:",
        "else:",
        "A tensor is on the tape once for each way that leads to it.",
        (
            "How often should a tensor that is used twice hand on what it has heard?",
            "Remember which tensors you have met, and pass over them.",
        ),
    ),
    Mistake(
        "last-comes-first",
        "tape",
        "return order",
        "return order[::-1]",
        "The order is the reverse of what is asked for: each tensor stands before its parents.",
        (
            "Which tensor should be the last one on the tape?",
            "Put each tensor behind its parents.",
        ),
    ),
    Mistake(
        "as-they-are-found",
        "tape",
        """        if has_parents:
            order.append(each)
        elif id(each) not in found:
            found.add(id(each))
""",
        """        if has_parents:
            pass
        elif id(each) not in found:
            found.add(id(each))
            order.insert(0, each)
""",
        "The tensors stand in the order in which they are found from the end. So one that is used early "
        "and late stands behind what was computed from it.",
        (
            "In the example, is y found from z or from p? And where does it have to stand?",
            "Put a tensor on the tape when all of its parents are on it, and not when it is found.",
        ),
    ),
    Mistake(
        "without-the-last",
        "tape",
        "return order",
        "return order[:-1]",
        "The tensor that the tape is made for is not on it.",
        (
            "Where does backpropagation begin?",
            "Put the last tensor at the end of the tape.",
        ),
    ),
    Mistake(
        "overwrites",
        "backpropagate",
        "parent.grad + unbroadcast(",
        "unbroadcast(",
        "A share overwrites what was there, so that a tensor that is used twice keeps the share of one "
        "use only.",
        (
            "In the example, what does y hear from z and from p?",
            "Add each share to the grad that is there.",
        ),
    ),
    Mistake(
        "earlier-left-in",
        "backpropagate",
        "each.grad = np.zeros(each.data.shape)",
        "each.grad = each.grad * 1.0",
        "What an earlier call has left in grad is still in it.",
        (
            "What should x.grad be after a second call of z.backward()?",
            "Begin with zeros for every tensor on the tape.",
        ),
    ),
    Mistake(
        "not-brought-back",
        "backpropagate",
        "unbroadcast(share, parent.data.shape)",
        "share",
        "A share is added in the shape in which it arrives, and not in that of the parent.",
        (
            "Which shape has the share of a row of biases, and which one have the biases?",
            "Bring each share back to the shape of the parent's data.",
        ),
    ),
    Mistake(
        "active-output",
        "network",
        'return h @ params[-1]["W"] + params[-1]["b"]',
        'last = h @ params[-1]["W"] + params[-1]["b"]\n'
        '    return last.tanh() if activation == "tanh" else last.relu()',
        "The activation function is applied to the last layer too.",
        (
            "Which outputs can a network with tanh at its end never give?",
            "Leave the output as the sum that it is.",
        ),
    ),
    Mistake(
        "biases-decay",
        "squared_error",
        'decay / 2 * (layer["W"] * layer["W"]).sum()',
        'decay / 2 * ((layer["W"] * layer["W"]).sum() + (layer["b"] * layer["b"]).sum())',
        "Weight decay takes the biases too. It is for the weights only.",
        (
            "Which parameters are in the second sum of the formula?",
            "Leave the biases out of weight decay.",
        ),
    ),
    Mistake(
        "data-for-grad",
        "gradients",
        "each.grad",
        "each.data",
        "The parameters themselves are returned, in the place of their derivatives.",
        (
            "Which of a tensor's arrays has backward written?",
            "Collect the grad of each tensor.",
        ),
    ),
    Mistake(
        "sum-of-all",
        "cross_entropy",
        "exp().sum(axis=1, keepdims=True)",
        "exp().sum()",
        "The exponentials of all rows are added up. Each row has a sum of its own.",
        (
            "How many sums of exponentials are there, for n rows?",
            "Sum along each row, and keep the axis.",
        ),
    ),
    Mistake(
        "shift-not-brought-back",
        "cross_entropy",
        "(shifted - log_sum)",
        "(logits - log_sum)",
        "The largest score is taken out of the sum and not out of the score: the logarithm is too large by "
        "it.",
        (
            "If every score of a row is smaller by c, by how much is the logarithm of the sum smaller?",
            "Use the same scores in both terms.",
        ),
    ),
    Mistake(
        "every-column",
        "cross_entropy",
        "[np.arange(len(labels)), labels]",
        "[:, labels]",
        "You take the columns of all labels from every row. Each row has one label.",
        (
            "How many numbers should be picked from n rows, and how many do you pick?",
            "Give the numbers of the rows beside those of the columns.",
        ),
    ),
    Mistake(
        "no-minus",
        "cross_entropy",
        "return -chosen",
        "return chosen",
        "The loss has the wrong sign: it is never above 0.",
        (
            "Is the logarithm of a probability positive or negative?",
            "Take the negative of the mean.",
        ),
    ),
]

#: Changes that nobody makes, or that are said better above.
forbidden = [
    *(f"multiply/{kind}/{n}" for kind in ("only-the-sign", "factor-added-up") for n in range(1, 7)),
    *(
        f"{name}/{kind}/1"
        for name in ("tanh", "relu", "exp")
        for kind in ("only-the-sign", "factor-added-up", "divided-by-factor")
    ),
    *(f"multiply/{kind}/{n}" for kind in ("divided-by-factor", "factor-twice") for n in (3, 5)),
    *(f"tanh/other-activation/{n}" for n in (2, 3)),
    *(f"relu/other-activation/{n}" for n in (1, 2, 3)),
    *(f"squared_error/factor-too-many/{n}" for n in (4, 6, 7, 8, 9)),
    *(f"squared_error/divisor-too-many/{n}" for n in (3, 4, 5, 6)),
    "squared_error/written-as-number/1",
    "squared_error/upside-down/1",
    "squared_error/other-number/3",
    "network/divisor-too-many/4",
    "network/factor-too-many/7",
    "network/factor-too-many/8",
    "unbroadcast/other-value/1",
    "entries/axis-too-many/1",
    "entries/axis-too-many/2",
]
reworded = {
    # Both halves of what pull hands back are named alike.
    "multiply/factor-left-out/3": "What is handed back to a is the slope alone, without grad.",
    "multiply/factor-left-out/4": "What arrives is handed back to a as it is: the factor b is "
    "missing.",
    "multiply/factor-left-out/5": "What is handed back to b is the slope alone, without grad.",
    "multiply/factor-left-out/6": "What arrives is handed back to b as it is: the factor a is "
    "missing.",
    "multiply/factor-negative/3": "What is handed back to a has the wrong sign.",
    "multiply/factor-negative/5": "What is handed back to b has the wrong sign.",
    "matmul/matrix-left-out/3": "What is handed back to a is the transpose of b alone, without grad.",
    "matmul/matrix-left-out/4": "What arrives is handed back to a as it is, and not multiplied by the "
    "transpose of b.",
    "matmul/matrix-left-out/5": "What arrives is handed back to b as it is, and not multiplied by the "
    "transpose of a.",
    "matmul/matrix-left-out/6": "What is handed back to b is the transpose of a alone, without grad.",
    "matmul/transposed/1": "In what is handed back to a, grad is transposed, and should not be.",
    "matmul/transposed/2": "In what is handed back to b, grad is transposed, and should not be.",
    "unbroadcast/mean-for-sum/1": "Over the axes in front the mean is taken, and should be the sum.",
    "unbroadcast/mean-for-sum/2": "Over the axes of length 1 the mean is taken, and should be the "
    "sum.",
    "tanh/factor-left-out/2": "What arrives is handed on as it is: the slope of tanh is missing.",
    "exp/factor-left-out/2": "What arrives is handed on as it is: the slope of the exponential is "
    "missing.",
    "total/added-up/2": "What pull hands back is summed over axis 0, and should not be.",
    "total/negative/2": "What pull hands back has the wrong sign.",
    "entries/added-up/2": "What pull hands back is summed over axis 0, and should not be.",
    "entries/negative/2": "What pull hands back has the wrong sign.",
    "entries/divisor-too-many/2": "What pull hands back is divided by the number of entries that "
    "were picked, and should not be.",
    "backpropagate/subtracted/1": "A share is subtracted from the grad of a parent, and should be "
    "added.",
    "backpropagate/subtracted/2": "The grad of a parent changes its sign before a share is added.",
    "backpropagate/not-reversed/1": "The tape is gone through from its beginning. It has to be gone "
    "through from its end, so that each tensor has heard from all that used it.",
    "backpropagate/index-off/1": "The first tensor on the tape begins with 1, and should be the last "
    "one.",
    "backpropagate/index-off/2": "The last tensor but one begins with 1. The last one should.",
}
