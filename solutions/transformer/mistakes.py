"""The known mistakes of the Transformer, and what students who make them read."""

from autograder import Mistake

mistakes = [
    Mistake(
        "last-use-only",
        "embed_backward",
        "np.add.at(by_token, tokens, dout)",
        "by_token[tokens] += dout",
        "A token that occurs several times gets the derivative of one occurrence only.",
        (
            "What is in a, after a = np.zeros(1) and a[[0, 0]] += 1?",
            "Use np.add.at, which adds for every index, also for one that it has seen before.",
        ),
    ),
    Mistake(
        "batch-normalisation",
        "layer_norm",
        "x.mean(axis=-1, keepdims=True)\n    variance = np.mean(centred**2, axis=-1, keepdims=True)",
        "x.mean(axis=(0, 1))\n    variance = np.mean(centred**2, axis=(0, 1))",
        "Mean and variance are taken over all positions, and should be those of each vector: this "
        "is batch normalisation.",
        (
            "How many means are there, with N sequences of T vectors?",
            "Take both over the last axis, and keep it so that the shapes fit.",
        ),
    ),
    Mistake(
        "sample-variance",
        "layer_norm",
        "np.mean(centred**2, axis=-1, keepdims=True)",
        "np.var(x, axis=-1, keepdims=True, ddof=1)",
        "The squares are divided by D - 1, and the variance here is divided by D.",
        (
            "What is the variance of (1, -1) by the formula, and by yours?",
            "Take the mean of the squares.",
        ),
    ),
    Mistake(
        "variance-for-root",
        "layer_norm",
        "np.sqrt(variance + 1e-5)",
        "(variance + 1e-5)",
        "You divide by the variance, and should divide by its root.",
        (
            "If x is multiplied by 10, by what is the variance multiplied, and what should out do?",
            "Take the square root of the variance, the small number included.",
        ),
    ),
    Mistake(
        "statistics-as-constants",
        "layer_norm_backward",
        "(by_normal - mean - normal * stretch)",
        "by_normal",
        "Mean and variance are taken for constants, and they depend on x too.",
        (
            "If one entry of x grows, do the other entries of out stay where they are?",
            "Subtract what goes through the mean, and what goes through the variance.",
        ),
    ),
    Mistake(
        "mean-as-constant",
        "layer_norm_backward",
        "by_normal - mean -",
        "by_normal -",
        "The mean is taken for a constant, and it depends on x too.",
        (
            "What should be the sum of dx over a vector, and what is yours?",
            "Subtract the mean of the derivatives in each vector.",
        ),
    ),
    Mistake(
        "variance-as-constant",
        "layer_norm_backward",
        " - normal * stretch",
        "",
        "The variance is taken for a constant, and it depends on x too.",
        (
            "If a vector is stretched, what becomes of out, and what does your dx say?",
            "The third term of the formula is missing.",
        ),
    ),
    Mistake(
        "not-scaled-back",
        "layer_norm_backward",
        "scale * (",
        "(",
        "On the way back the division by the root of the variance is missing.",
        (
            "If all of x is ten times as large, how large is its derivative?",
            "Divide dx by the same root as in the forward function.",
        ),
    ),
    Mistake(
        "gain-of-dout",
        "layer_norm_backward",
        "np.sum(dout * normal,",
        "np.sum(dout,",
        "The derivative by the gain is that of the shift: the normalised vectors are missing in it.",
        (
            "By what is the gain multiplied in the forward function?",
            "Multiply by the normalised vectors before you add up.",
        ),
    ),
    Mistake(
        "no-root",
        "attention",
        " / np.sqrt(q.shape[-1])",
        "",
        "The scores are not divided by the root of the length of a query.",
        (
            "By what is a product of two vectors divided in the formula?",
            "Divide the scores by the square root of d before softmax.",
        ),
    ),
    Mistake(
        "length-for-root",
        "attention",
        "np.sqrt(q.shape[-1])",
        "q.shape[-1]",
        "The scores are divided by the length of a query, and should be divided by its root.",
        (
            "With queries of length 4, by which number are the scores divided?",
            "Take the square root of the length.",
        ),
    ),
    Mistake(
        "no-mask",
        "attention",
        "np.where(later, -np.inf, scores)",
        "scores",
        "Nothing is masked: a position looks at later ones too.",
        (
            "How many positions should the first one look at?",
            "Set the scores of later keys to minus infinity before softmax.",
        ),
    ),
    Mistake(
        "itself-masked",
        "attention",
        "k=1)\n    weights = softmax(np.where(later, -np.inf, scores))",
        "k=0)\n    weights = softmax(np.where(later, -1e9, scores))",
        "A position does not look at itself: the mask begins at the diagonal.",
        (
            "What should the first position look at, if not at itself?",
            "Let the mask begin one above the diagonal.",
        ),
    ),
    Mistake(
        "earlier-masked",
        "attention",
        "np.triu(np.ones(scores.shape[-2:], dtype=bool), k=1)",
        "np.tril(np.ones(scores.shape[-2:], dtype=bool), k=-1)",
        "The mask is on the wrong side: a position looks at itself and at later ones.",
        (
            "Are the later keys to the right of the diagonal, or to the left?",
            "Mask what lies above the diagonal.",
        ),
    ),
    Mistake(
        "zero-for-masked",
        "attention",
        "-np.inf",
        "0.0",
        "The scores of later keys are set to 0, which is a score like any other.",
        (
            "How large is the exponential of 0, and how large should the weight of a later key be?",
            "Use minus infinity, or a very large negative number.",
        ),
    ),
    Mistake(
        "masked-behind-softmax",
        "attention",
        "softmax(np.where(later, -np.inf, scores))",
        "softmax(scores) * ~later",
        "The mask comes after softmax, so that the weights of a position no longer have the sum 1.",
        (
            "What is the sum of the weights of the first position?",
            "Mask the scores, and then take softmax.",
        ),
    ),
    Mistake(
        "no-root-back",
        "attention_backward",
        " / np.sqrt(q.shape[-1])",
        "",
        "On the way back the division by the root of the length is missing.",
        (
            "If a product of a query and a key grows by 1, by how much does the score grow?",
            "Divide by the same root as in the forward function.",
        ),
    ),
    Mistake(
        "logistic-slope",
        "attention_backward",
        "weights * (by_weights - shared)",
        "weights * (1 - weights) * by_weights",
        "You use w (1 - w) for softmax, the slope of the logistic function: a score changes the "
        "other weights of its row too.",
        (
            "If one score grows, what becomes of the other weights of its row?",
            "Subtract what the whole row brings, its mean with the weights.",
        ),
    ),
    Mistake(
        "nothing-shared",
        "attention_backward",
        " - shared",
        "",
        "Softmax shares out 1 in each row, and what the other weights lose is missing.",
        (
            "What should be the sum of a row of the derivative by the scores?",
            "Subtract the mean of the row, taken with the weights.",
        ),
    ),
    Mistake(
        "weights-not-transposed",
        "attention_backward",
        "dv = weights.swapaxes(-1, -2)",
        "dv = weights",
        "In the derivative by v the weights are not transposed.",
        (
            "From which positions does the value of the last position get a derivative?",
            "Exchange the last two axes of the weights.",
        ),
    ),
    Mistake(
        "scores-not-transposed",
        "attention_backward",
        "dk = by_products.swapaxes(-1, -2)",
        "dk = by_products",
        "In the derivative by k the derivatives by the scores are not transposed.",
        (
            "Each key meets the queries of several positions: is that a row of the scores?",
            "Exchange the last two axes.",
        ),
    ),
    Mistake(
        "one-head-for-all",
        "multi_head",
        'q = split_heads(x @ params["Wq"], heads)\n'
        '    k = split_heads(x @ params["Wk"], heads)\n'
        '    v = split_heads(x @ params["Wv"], heads)',
        'q = split_heads(x @ params["Wq"], 1)\n'
        '    k = split_heads(x @ params["Wk"], 1)\n'
        '    v = split_heads(x @ params["Wv"], 1)',
        "The vectors are not cut into heads: all of them is one head.",
        (
            "How many arrays of weights should there be for one sequence?",
            "Cut queries, keys and values into as many pieces as there are heads.",
        ),
    ),
    Mistake(
        "joined-by-reshape",
        "multi_head",
        "join_heads(mixed)",
        "mixed.reshape(x.shape)",
        "The heads are joined by reshape alone, which puts pieces of different positions together.",
        (
            "In which order of axes do the numbers of one position stand side by side?",
            "Use join_heads.",
        ),
    ),
    Mistake(
        "queries-only",
        "multi_head_backward",
        "from_q + from_k + from_v",
        "from_q",
        "dx has only what comes back through the queries, and x went into keys and values too.",
        (
            "How many times is x used in the forward function?",
            "Add what comes back through keys and values.",
        ),
    ),
    Mistake(
        "no-slope",
        "mlp_backward",
        " * gelu_slope(sums)",
        "",
        "The slope of GELU is missing on the way back.",
        (
            "What lies between the sums and what goes into the second matrix?",
            "Multiply by the slope of GELU, entry by entry.",
        ),
    ),
    Mistake(
        "slope-of-the-value",
        "mlp_backward",
        "gelu_slope(sums)",
        "gelu_slope(hidden)",
        "The slope of GELU is taken at what GELU gave, and should be taken at what it was given.",
        (
            "With tanh the slope could be computed from its value. Can it with GELU?",
            "Keep the sums before GELU, and take the slope there.",
        ),
    ),
    Mistake(
        "nothing-around-attention",
        "block",
        "x + looked",
        "looked",
        "The residual connection around attention is missing.",
        (
            "With matrices of 0, what should the block return?",
            "Add x to what attention gives.",
        ),
    ),
    Mistake(
        "nothing-around-mlp",
        "block",
        "middle + thought",
        "thought",
        "The residual connection around the small network is missing.",
        (
            "With matrices of 0, what should the block return?",
            "Add what came into the second half to what the small network gives.",
        ),
    ),
    Mistake(
        "normalised-added",
        "block",
        "x + looked",
        "first + looked",
        "Around attention goes the normalised vector, and x itself should.",
        (
            "Where does the line begin that leads around attention in the figure?",
            "Add x as the block was given it.",
        ),
    ),
    Mistake(
        "x-twice",
        "block",
        "middle + thought",
        "x + thought",
        "Around the small network goes x, and what attention added to it is left behind.",
        (
            "What came into the second half of the block?",
            "Add the sum behind attention, and not x.",
        ),
    ),
    Mistake(
        "first-norm-twice",
        "block",
        'layer_norm(params["norm2"], middle)',
        'layer_norm(params["norm1"], middle)',
        'The second layer normalisation uses params["norm1"].',
        (
            "How many layer normalisations are there, and how many have you used?",
            'Use params["norm2"] behind attention.',
        ),
    ),
    Mistake(
        "nothing-around-mlp-back",
        "block_backward",
        "dout + through2",
        "through2",
        "On the way back nothing goes around the small network: dout itself is missing.",
        (
            "To which two sides does an addition hand its derivative?",
            "Add dout to what comes back through the layer normalisation.",
        ),
    ),
    Mistake(
        "nothing-around-attention-back",
        "block_backward",
        "by_middle + through1",
        "through1",
        "On the way back nothing goes around attention.",
        (
            "To which two sides does an addition hand its derivative?",
            "Add the derivative behind attention to what comes back through it.",
        ),
    ),
    Mistake(
        "dout-around-attention",
        "block_backward",
        "by_middle + through1",
        "dout + through1",
        "Around attention goes dout, and what came back through the small network is left behind.",
        (
            "What is the derivative by the sum behind attention?",
            "Take the derivative by that sum around attention, and not dout.",
        ),
    ),
    Mistake(
        "not-normalised-at-the-end",
        "transformer",
        "logits = last @",
        "logits = x @",
        "The last layer normalisation is left out.",
        (
            "What stands between the last block and the read-out?",
            'Normalise with params["norm"] before the read-out.',
        ),
    ),
    Mistake(
        "mean-over-all-positions",
        "cross_entropy",
        "-np.mean(logarithms[rows, labels[asked]])",
        "-np.sum(logarithms[rows, labels[asked]]) / labels.size",
        "You divide by the number of all positions, and should divide by that of the labels.",
        (
            "How many logarithms are added up, and by how many do you divide?",
            "Divide by the number of positions that have a label.",
        ),
    ),
    Mistake(
        "nothing-left-out",
        "cross_entropy",
        "labels >= 0",
        "labels >= -1",
        "A label of -1 is taken for the last token, and should not count.",
        (
            "What is a[-1] of an array, and what does a label of -1 say?",
            "Leave out the positions whose label is -1.",
        ),
    ),
    Mistake(
        "derivative-over-all-positions",
        "cross_entropy_gradient",
        "asked.sum()",
        "labels.size",
        "You divide by the number of all positions, and the loss is a mean over the labels.",
        (
            "By how many does the loss divide?",
            "Divide by the number of positions that have a label.",
        ),
    ),
    Mistake(
        "wrong-way-round",
        "cross_entropy_gradient",
        "softmax(logits[asked]) - wanted",
        "wanted - softmax(logits[asked])",
        "The difference is the wrong way round, so that every derivative has the wrong sign.",
        (
            "If the score of the label grows, does the loss rise or fall?",
            "Subtract the 1 of the label from its probability.",
        ),
    ),
    Mistake(
        "blocks-in-forward-order",
        "transformer_backward",
        'zip(params["blocks"][::-1], kept[::-1], strict=True)',
        'zip(params["blocks"], kept, strict=True)',
        "You go back through the blocks in the order in which they were run.",
        (
            "From which block does the derivative of the last layer normalisation come?",
            "Begin with the last block.",
        ),
    ),
    Mistake(
        "blocks-upside-down",
        "transformer_backward",
        "by_blocks.insert(0, by_block)",
        "by_blocks.append(by_block)",
        "The list of the blocks' derivatives is in reverse: that of the last block comes first.",
        (
            "Which block does the first entry of your list belong to?",
            "Give the list the order of the blocks.",
        ),
    ),
]

#: Generated ones that nobody makes here, or that no sentence tells well: by function, their ids.
_LEFT_OUT = {
    "embed": ("zeros-for-argument/2 added-up/1 divisor-too-many/1"),
    "embed_backward": (
        "zeros-for-argument/2 added-up/3 added-up/4 added-up/5 axis-too-many/1 "
        "axis-too-many/2 axis-too-many/3 axis-too-many/4 divisor-too-many/7"
    ),
    "layer_norm": (
        "added-up/5 other-number/1 other-number/2 other-number/5 other-number/6 "
        "divisor-too-many/5 only-the-sign/1 factor-added-up/1"
    ),
    "layer_norm_backward": (
        "added-up/4 axis-too-many/1 axis-too-many/2 axis-too-many/3 axis-too-many/4 "
        "divisor-too-many/4 divisor-too-many/5 only-the-sign/1 only-the-sign/2 "
        "only-the-sign/3 factor-added-up/1 factor-added-up/2 factor-added-up/3"
    ),
    "attention": (
        "one-minus/1 other-activation/3 zeros-for-argument/1 index-off/1 index-off/2 "
        "added-up/4 divisor-too-many/10"
    ),
    "attention_backward": (
        "index-off/1 index-off/2 added-up/5 added-up/6 added-up/7 axis-too-many/1 "
        "axis-too-many/2 divisor-too-many/5 divisor-too-many/6 divisor-too-many/7"
    ),
    "multi_head": (
        "one-minus/1 zeros-for-argument/1 arguments-exchanged/1 arguments-exchanged/2 "
        "arguments-exchanged/3 added-up/6 divisor-too-many/6"
    ),
    "multi_head_backward": (
        "one-minus/1 one-minus/2 one-minus/3 other-value/7 other-value/11 other-value/12 "
        "other-value/16 other-value/17 other-value/18 other-value/19 other-value/22 "
        "other-value/25 other-value/28 other-value/29 other-value/30 added-up/6 added-up/8 "
        "added-up/9 added-up/10 added-up/11 axis-too-many/1 axis-too-many/2 axis-too-many/3 "
        "axis-too-many/4 axis-too-many/5 axis-too-many/6 axis-too-many/7 axis-too-many/8 "
        "axis-too-many/9 axis-too-many/10 divisor-too-many/8 divisor-too-many/9 "
        "divisor-too-many/10 divisor-too-many/11"
    ),
    "mlp": (
        "one-minus/1 subtracted/2 negated-argument/1 other-activation/3 zeros-for-argument/1 added-up/3 divisor-too-many/3"
    ),
    "mlp_backward": (
        "other-activation/3 added-up/5 added-up/6 added-up/8 axis-too-many/1 axis-too-many/2 "
        "axis-too-many/3 axis-too-many/4 axis-too-many/5 axis-too-many/6 axis-too-many/7 "
        "axis-too-many/8 divisor-too-many/5 divisor-too-many/6 divisor-too-many/8 "
        "only-the-sign/1 factor-added-up/1"
    ),
    "block": ("zeros-for-argument/1 added-up/6 divisor-too-many/6"),
    "block_backward": ("zeros-for-argument/1 added-up/6 divisor-too-many/6"),
    "transformer": ("zeros-for-argument/1 added-up/4 axis-too-many/1 axis-too-many/2"),
    "cross_entropy": (
        "one-minus/1 other-activation/3 other-value/1 zeros-for-argument/2 zeros-for-argument/3"
    ),
    "cross_entropy_gradient": (
        "multiplied-by-divisor/1 upside-down/1 one-minus/1 other-activation/3 root-taken/1 "
        "zeros-for-argument/1 zeros-for-argument/3 zeros-for-argument/5 index-off/2 "
        "added-up/3 divisor-too-many/3"
    ),
    "transformer_backward": ("step-too-early/7"),
}
forbidden = [
    f"{function}/{mistake}" for function, ids in _LEFT_OUT.items() for mistake in ids.split()
]
