"""The known mistakes of the convolutional network, and what students who make them read."""

from autograder import Mistake

mistakes = [
    Mistake(
        "filter-turned",
        "conv_forward",
        "filters = w.reshape(len(w), -1)",
        "filters = w[:, :, ::-1, ::-1].reshape(len(w), -1)",
        "The filters are upside down: their first weight meets the last pixel of the window.",
        (
            "Which weight meets the upper left pixel of a window?",
            "Use the filters as they are given, without turning them.",
        ),
    ),
    Mistake(
        "padded-with-the-edge",
        "conv_forward",
        "(pad, pad), (pad, pad)))",
        '(pad, pad), (pad, pad)), mode="edge")',
        "You put copies of the pixels at the edge around the picture, and should put zeros.",
        (
            "What stands around the picture, and what should stand there?",
            "Put zeros around it on all four sides.",
        ),
    ),
    Mistake(
        "padded-on-one-side",
        "conv_forward",
        "(pad, pad), (pad, pad)))",
        "(0, 2 * pad), (0, 2 * pad)))",
        "All zeros are below and on the right of the picture; half of them belong above it and on "
        "the left.",
        (
            "Where does the first window stand: on the picture, or partly outside?",
            "Put as many rows of zeros above as below, and as many columns left as right.",
        ),
    ),
    Mistake(
        "relu-inside",
        "conv_forward",
        "return out",
        "return np.maximum(out, 0)",
        "Negative results are set to 0, which the convolution does not do.",
        (
            "Which layer comes behind the convolution, and what does it do?",
            "Return the sums as they are. ReLU is a layer of its own.",
        ),
    ),
    Mistake(
        "weights-turned",
        "conv_backward",
        "filters = w.reshape(len(w), -1)",
        "filters = w[:, :, ::-1, ::-1].reshape(len(w), -1)",
        "On the way back to `x` the weights of a window are in the reverse order.",
        (
            "Which weight did the upper left pixel of a window meet on the way forward?",
            "Give each pixel of a window the weight that it met on the way forward.",
        ),
    ),
    Mistake(
        "windows-overwrite",
        "conv_backward",
        "left : left + k] += dwindow",
        "left : left + k] = dwindow",
        "Where windows overlap, `dx` has what the last one brings. All of them count.",
        (
            "In how many windows is the pixel in the middle, and how many does it hear of?",
            "Add to what earlier windows have brought.",
        ),
    ),
    Mistake(
        "last-place-only",
        "conv_backward",
        "dfilters += ",
        "dfilters = ",
        "`dw` has what the last place of the window brings. All places count.",
        (
            "In how many places is each weight used?",
            "Add up what the places bring.",
        ),
    ),
    Mistake(
        "mean-of-the-pictures",
        "conv_backward",
        "dfilters.reshape(w.shape)",
        "dfilters.reshape(w.shape) / len(x)",
        "`dw` is divided by the number of pictures. If the loss is a mean, that is in `dout` already.",
        (
            "By how much does `out` of all pictures together change with one weight?",
            "Sum over the pictures, and do not divide.",
        ),
    ),
    Mistake(
        "mean-of-biases",
        "conv_backward",
        "dout.sum(axis=(0, 2, 3))",
        "dout.sum(axis=(2, 3)).mean(axis=0)",
        "`db` is divided by the number of pictures. If the loss is a mean, that is in `dout` already.",
        (
            "A bias is added for every picture: how do their shares come together?",
            "Sum over the pictures and the places.",
        ),
    ),
    Mistake(
        "cut-off-at-one-side",
        "conv_backward",
        "pad : pad + height, pad : pad + width]",
        ":height, :width]",
        "`dx` begins in the padding: what you cut off is all below and on the right.",
        (
            "Where in the padded picture is the first pixel of `x`?",
            "Cut off as much above as below, and as much left as right.",
        ),
    ),
    Mistake(
        "slope-of-dout",
        "relu_backward",
        "(x > 0)",
        "(dout > 0)",
        "You ask where `dout` is positive. The slope of ReLU depends on what it was given.",
        (
            "May a derivative that goes back through ReLU be negative?",
            "Let `dout` through where `x` is positive.",
        ),
    ),
    Mistake(
        "last-of-several",
        "max_pool_forward",
        "best = entries.argmax(axis=2)",
        "best = entries.shape[2] - 1 - entries[:, :, ::-1].argmax(axis=2)",
        "Where several entries of a window are the largest, `where` has the last of them, and not the "
        "first.",
        (
            "What is `where` for a window of zeros?",
            "Take the topmost of the largest entries, and of those in its row the leftmost.",
        ),
    ),
    Mistake(
        "place-in-the-window",
        "max_pool_forward",
        "(top + best // size) * width + left + best % size",
        "best",
        "`where` has the place in the window. It should have the place in the channel.",
        (
            "What is the largest number that `where` can hold?",
            "Add where the window stands, and count by the width of the picture.",
        ),
    ),
    Mistake(
        "rows-of-another-length",
        "max_pool_forward",
        "* width + left",
        "* height + left",
        "In `where` a row counts as many entries as the picture has rows. It has as many as the "
        "picture has columns.",
        (
            "Which number has the first entry of the second row, in reading order?",
            "Multiply the row by the length of a row.",
        ),
    ),
    Mistake(
        "row-and-column-exchanged",
        "max_pool_forward",
        "(top + best // size) * width + left + best % size",
        "(top + best % size) * width + left + best // size",
        "In `where` the row and the column inside the window are exchanged.",
        (
            "Which row of a window of 2 by 2 is its entry 1 in?",
            "In reading order, the row is how often a whole row fits, and the column what is left.",
        ),
    ),
    Mistake(
        "counted-through-the-batch",
        "max_pool_forward",
        "left + best % size",
        "left + best % size + height * width * np.arange(n * c).reshape(n, c)",
        "`where` counts through all channels of all pictures. It should begin at 0 in each channel.",
        (
            "What is `where` if the first entry of every channel is the largest?",
            "Count the entries of one channel only.",
        ),
    ),
    Mistake(
        "channels-last",
        "forward",
        "h2.reshape(len(x), -1)",
        "h2.transpose(0, 2, 3, 1).reshape(len(x), -1)",
        "The row for the linear layer has the channels last: its numbers meet other weights of `w3`.",
        (
            "In which order does `reshape` alone put the numbers of one picture into a row?",
            "Make a row of each picture without exchanging axes.",
        ),
    ),
    Mistake(
        "divided-by-the-pictures",
        "backward",
        "linear_backward(dscores, ",
        "linear_backward(dscores / len(x), ",
        "All derivatives are divided by the number of pictures. If the loss is a mean, that is in "
        "`dscores` already.",
        (
            "What is in `dscores` already?",
            "Hand `dscores` over as it is.",
        ),
    ),
    Mistake(
        "to-all-four",
        "backward",
        'max_pool_backward(dp1, values["where"], values["h1"].shape)',
        "dp1.repeat(2, axis=2).repeat(2, axis=3)",
        "The gradient of a window goes to all four entries. Only the largest one made the result.",
        (
            "If an entry that is not the largest changes a little, what changes behind the pooling?",
            "Go back through the pooling with what it kept.",
        ),
    ),
    Mistake(
        "no-slope-before-the-scores",
        "backward",
        'relu_backward(dflat.reshape(h2.shape), values["z2"])',
        "dflat.reshape(h2.shape)",
        "The second ReLU is left out on the way back.",
        (
            "Which six layers did the pictures go through, and through which do you go back?",
            "Go back through the ReLU between the second convolution and the linear layer.",
        ),
    ),
    Mistake(
        "no-slope-before-the-pooling",
        "backward",
        'relu_backward(dh1, values["z1"])',
        "dh1",
        "The first ReLU is left out on the way back.",
        (
            "Which six layers did the pictures go through, and through which do you go back?",
            "Go back through the ReLU between the first convolution and the pooling.",
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
]


def _numbered(kind, numbers):
    return [f"{kind}/{number}" for number in numbers]


#: What nobody would write: results in each other's place, axes and factors in one of many results,
#: arguments of other shapes, and window sizes that no formula has.
forbidden = [
    *_numbered("forward/entries-exchanged", (2, 3, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14)),
    *_numbered("forward/other-value", (8, 17, 18, 22, 23, *range(32, 36), *range(37, 42))),
    *_numbered("forward/other-value", (*range(43, 51), *range(51, 55), *range(56, 60))),
    *_numbered("forward/other-activation", (1, 3, 4, 5, 7, 8)),
    *_numbered("forward/one-minus", (1, 2)),
    *_numbered("forward/negated-argument", (1, 2)),
    *_numbered("forward/axis-too-many", range(3, 13)),
    *_numbered("forward/added-up", range(8, 14)),
    *_numbered("forward/negative", (1, 2, 4, 5, *range(8, 14))),
    *_numbered("forward/factor-too-many", (1, 2, 3, 4, 7, 8, 9, 10)),
    *_numbered("forward/divisor-too-many", (1, 2, 4, 5, *range(8, 13))),
    *_numbered("backward/entries-exchanged", (1, 3, 4, 5, 6, 8, 9, 10, 11, 12, 13, 14)),
    *_numbered("backward/other-value", (*range(1, 6), 18, 20, 29, 37, 45, 47, 59, 61, 64, 65, 74)),
    *_numbered("backward/axis-too-many", range(1, 13)),
    *_numbered("backward/added-up", range(7, 13)),
    *_numbered("backward/negative", range(7, 13)),
    *_numbered("backward/divisor-too-many", range(13, 25)),
    *_numbered("train/entries-unchanged", range(7, 28)),
    *_numbered("conv_forward/subtracted", (1, 2, 3, 4, 7)),
    *_numbered("conv_forward/other-value", (1, 2, 5)),
    *_numbered("conv_backward/other-value", (*range(1, 7), *range(9, 13), 17, 18, 24, 25, 26)),
    *_numbered("conv_backward/subtracted", (3, 9, 10, 11, 12)),
    *_numbered("conv_backward/axis-too-many", (1, 2)),
    *_numbered("max_pool_forward/subtracted", (1, 2, 3, 5, 6, 7, 9, 10, 11, 12, 13, 14)),
    *_numbered("max_pool_forward/other-value", (11,)),
    *_numbered("max_pool_forward/axis-too-many", (1, 2)),
    *_numbered("max_pool_forward/difference-scaled", (1, 3)),
    *_numbered("max_pool_forward/other-number", (1, 3)),
    *_numbered("max_pool_forward/factor-too-many", (15, 16, 17, 18)),
    *_numbered("max_pool_forward/divisor-too-many", (10, 11)),
    *_numbered("max_pool_forward/negative", (10, 11)),
]

reworded = {
    "max_pool_backward/overwritten/1": "An entry that is the largest of several windows gets what "
    "the last of them brings. All of them count.",
}
