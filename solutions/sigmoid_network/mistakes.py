"""The known mistakes of the sigmoid network: how each is made, and what its student is told."""

from autograder import Mistake

mistakes = [
    # sigmoid
    Mistake(
        "sigmoid-mirrored",
        "sigmoid",
        "z >= 0",
        "z < 0",
        "You return sigmoid(-z): the function is mirrored, and what should be 0.82 comes out as "
        "0.18.",
        (
            "As z grows, does e^-z grow or shrink, and what does 1 / (1 + e^-z) then do?",
            (
                "Values near 1 belong to positive z, values near 0 to negative z. Look at the sign "
                "in the exponent, or, if you tell cases apart, at which is which."
            ),
        ),
    ),
    Mistake(
        "sign-of-z-lost",
        "sigmoid",
        "np.where(z >= 0, 1.0, small)",
        "1.0",
        "The sign of z is lost: a negative z gets the value of the positive one, so no entry "
        "of the result is below 0.5.",
        (
            (
                "e^-|z| is the same for z and for -z. Which part of the formula has to tell the two "
                "apart?"
            ),
            (
                "For negative z use the equal formula e^z / (1 + e^z). What stands below the "
                "line is right already; what stands above it is 1 for positive z only."
            ),
        ),
    ),
    Mistake(
        "tanh-for-sigmoid",
        "sigmoid",
        "np.where(z >= 0, 1.0, small) / (1.0 + small)",
        "np.tanh(z)",
        "You return tanh(z), whose values lie between -1 and 1. The logistic function lies "
        "between 0 and 1 and is 0.5 at z = 0.",
        (
            (
                "At z = 0 e^-z is 1. What does 1 / (1 + e^-z) give there, and why is it never "
                "negative?"
            ),
            (
                "Build it from np.exp as the formula says, 1 divided by 1 plus e^-z, in a form "
                "that does not overflow."
            ),
        ),
    ),
    Mistake(
        "e-cut-short",
        "sigmoid",
        "np.exp(",
        "np.power(2.718, ",
        "You write e as 2.718, which is cut off after three decimals, so your values are "
        "wrong from about the fourth decimal on.",
        (
            "Which function of numpy computes a power of e, so that e itself need not be written?",
            "Let numpy take the power: np.exp knows e to every digit that a float64 holds.",
        ),
    ),
    Mistake(
        "input-cut-off",
        "sigmoid",
        "np.abs(z)",
        "np.minimum(np.abs(z), 10)",
        "You cut z off at -10 and 10, so all inputs beyond that get the same value: z = 20 "
        "and z = 1000 both give sigmoid(10).",
        (
            "For which sign of z does e^z overflow, and for which sign does e^-z?",
            (
                "Leave z as it is. The exponential of a number that is not above 0 never "
                "overflows, so choose the formula by the sign of z and cut nothing off."
            ),
        ),
    ),
    Mistake(
        "negative-case-not-divided",
        "sigmoid",
        "np.where(z >= 0, 1.0, small) / (1.0 + small)",
        "np.where(z >= 0, 1.0 / (1.0 + small), small)",
        "Only the case of positive z is divided. For negative z you return e^z alone, which "
        "is too large: 0.22 in place of 0.18 at z = -1.5.",
        (
            "What becomes of 1 / (1 + e^-z) when you multiply by e^z above and below the line?",
            "Divide in both cases. For negative z the value is e^z over 1 + e^z.",
        ),
    ),
    # sigmoid_derivative
    Mistake(
        "double-sigmoid",
        "sigmoid_derivative",
        "a * (1.0 - a)",
        "sigmoid(a) * (1.0 - sigmoid(a))",
        "You apply sigmoid to a, but a is an activation: sigmoid has been applied already. "
        "Every slope comes out between 0.19 and 0.25, however small it should be.",
        (
            ("If sigmoid(z) is in a already, what is left of sigmoid(z) (1 - sigmoid(z))?"),
            "Use a itself in both places of the formula, without calling sigmoid here.",
        ),
    ),
    Mistake(
        "only-one-factor-of-slope",
        "sigmoid_derivative",
        "a * ",
        "",
        "The factor a is missing from the slope, so it is 1 - a and every entry is too "
        "large: 0.9 in place of 0.09 at a = 0.1.",
        (
            (
                "The logistic function is flat at a = 0 as well as at a = 1. Which two factors make "
                "its slope 0 there?"
            ),
            "Multiply what you have by a. The slope has to be 0 at a = 0 as well as at a = 1.",
        ),
    ),
    Mistake(
        "slope-sign-flipped",
        "sigmoid_derivative",
        "1.0 - a",
        "a - 1.0",
        "The difference is the wrong way round, a - 1 in place of 1 - a, so every slope has "
        "the wrong sign.",
        (
            "At a = 0.9, how much is left to 1? Which of the two differences gives that?",
            "Swap the two sides of the difference, so that a is taken away from 1.",
        ),
    ),
    Mistake(
        "tanh-slope",
        "sigmoid_derivative",
        "a * (1.0 - a)",
        "1.0 - a**2",
        "1 - a^2 is the slope of tanh, not of the logistic function, so every entry is too "
        "large: 0.75 in place of 0.25 at a = 0.5.",
        (
            (
                "For y = tanh(z) the slope is 1 - y^2. What is it for y = 1 / (1 + e^-z), written "
                "with y alone?"
            ),
            (
                "Take the formula for the logistic function: the activation times one minus the "
                "activation."
            ),
        ),
    ),
    Mistake(
        "slope-plus-for-minus",
        "sigmoid_derivative",
        "1.0 - a",
        "1.0 + a",
        "You add a to 1 where it has to be taken away, so the slope grows with a: 1.71 in "
        "place of 0.09 at a = 0.9.",
        (
            "Near a = 1 the logistic function is almost flat. What does your slope do there?",
            "The second factor is 1 minus a. Change the plus sign.",
        ),
    ),
    Mistake(
        "slope-brackets-lost",
        "sigmoid_derivative",
        "a * (1.0 - a)",
        "a * 1.0 - a",
        "The brackets around 1 - a are missing. Python multiplies first, so you get a - a, "
        "and every slope is 0.",
        (
            "Python gives 0 for 2 * 1 - 2. How must it be written to give -2?",
            "Put 1 minus a in brackets, so that the difference is computed before the product.",
        ),
    ),
    Mistake(
        "relu-slope",
        "sigmoid_derivative",
        "a * (1.0 - a)",
        "np.where(a > 0, 1.0, 0.0)",
        "This is the slope of max(z, 0), which is 1 for every positive a. The slope of the "
        "logistic function is never above 0.25.",
        (
            (
                "What is the slope of the logistic function at a = 0.5, and what do you return there?"
            ),
            (
                "Replace the choice between 0 and 1 by the product for the logistic function: a, "
                "and one minus a."
            ),
        ),
    ),
    Mistake(
        "slope-as-dot-product",
        "sigmoid_derivative",
        "a * ",
        "a @ ",
        "With @ you add the products up, or multiply matrices. The slope has to be computed "
        "for each entry by itself, in an array of the shape of a.",
        (
            "For a = [1, 2], what does a @ a give, and what does a * a give?",
            "Multiply element by element, with * in place of @ or np.dot.",
        ),
    ),
    Mistake(
        "sigmoid-in-one-factor",
        "sigmoid_derivative",
        "1.0 - a",
        "1.0 - sigmoid(a)",
        "One of your two factors applies sigmoid to a once more. That factor then stays "
        "between 0.26 and 0.5, so the slopes are wrong.",
        (
            (
                "If the first factor is a, and a is sigmoid(z), what is the factor 1 - sigmoid(z) in "
                "a?"
            ),
            "In the second factor use a as it is given. It is sigmoid(z) already.",
        ),
    ),
    # forward
    Mistake(
        "output-not-squashed",
        "forward",
        "y = sigmoid(",
        "y = (",
        "The output has not gone through sigmoid, so y is the weighted sum itself and can "
        "leave the range from 0 to 1.",
        (
            "You have such a sum for h, too. What is done to it there that is not done for y?",
            "Apply sigmoid to the whole sum of the output layer before you call it y.",
        ),
    ),
    Mistake(
        "hidden-not-squashed",
        "forward",
        "h = sigmoid(",
        "h = (",
        "The hidden layer has not gone through sigmoid, so h holds weighted sums, and y is "
        "computed from them.",
        (
            "You have such a sum for y, too. What is done to it there that is not done for h?",
            "Apply sigmoid to the whole sum of the hidden layer before you call it h.",
        ),
    ),
    Mistake(
        "hidden-bias-left-out",
        "forward",
        ' + params["b1"]',
        "",
        "The hidden bias b1 is not added: h is computed as if b1 were 0, and y follows it.",
        (
            "At which place must b1 stand, so that the sigmoid gets it, too?",
            "Add b1 to the sum of the hidden layer, inside the brackets of sigmoid.",
        ),
    ),
    Mistake(
        "output-bias-left-out",
        "forward",
        ' + params["b2"]',
        "",
        "The output bias b2 is not added: y is computed as if b2 were 0.",
        (
            "At which place must b2 stand, so that the sigmoid gets it, too?",
            "Add b2 to the sum of the output layer, inside the brackets of sigmoid.",
        ),
    ),
    Mistake(
        "hidden-bias-subtracted",
        "forward",
        '+ params["b1"]',
        '- params["b1"]',
        "The hidden bias b1 is subtracted, so each hidden sum is off by twice its bias, and "
        "h and y are wrong.",
        (
            "If the bias of a hidden unit grows, should its h grow or shrink?",
            "Change the minus sign before b1: a bias is added.",
        ),
    ),
    Mistake(
        "hidden-tanh",
        "forward",
        "h = sigmoid(",
        "h = np.tanh(",
        "The hidden layer uses tanh. The network of this exercise uses sigmoid in both "
        "layers, so h has other values, some of them perhaps negative.",
        (
            "Which of your own functions does the formula for h name?",
            "Call your own sigmoid in the hidden layer, as for the output.",
        ),
    ),
    Mistake(
        "hidden-relu",
        "forward",
        "h = sigmoid(",
        "h = np.maximum(0, ",
        "The hidden layer uses max(z, 0) in place of sigmoid: negative sums become 0, and "
        "positive ones are left as they are.",
        (
            "What should h be where the weighted sum is 0, and what is it in yours?",
            "Replace the maximum by your own sigmoid: it is used in both layers.",
        ),
    ),
    Mistake(
        "output-squashed-twice",
        "forward",
        '"y": y',
        '"y": sigmoid(y)',
        "Sigmoid is applied to the output twice, so every entry of y lies between 0.5 and "
        "0.74, whatever the input.",
        (
            "Which of your two calls of sigmoid gets numbers that lie between 0 and 1 already?",
            "Return y as it is: the sigmoid of the output layer has been applied to it already.",
        ),
    ),
    Mistake(
        "bias-outside-sigmoid",
        "forward",
        ' + params["b1"])',
        ') + params["b1"]',
        "The hidden bias is added after sigmoid, not before it, so h is shifted by b1 and "
        "can leave the range from 0 to 1.",
        (
            "Which bracket of your line closes too early for x W1 and b1 to be one sum?",
            "Move the closing bracket of sigmoid behind b1, so that the sum includes the bias.",
        ),
    ),
    Mistake(
        "h-overwritten",
        "forward",
        "y = sigmoid(",
        "y = h = sigmoid(",
        'The name h is given the output\'s values, so the hidden activations are lost and "h" '
        "in your dict equals y.",
        (
            "After which line does h no longer hold n_hidden numbers, and who still needs these?",
            "Assign the output to y only, so that h keeps what the hidden layer gave.",
        ),
    ),
    Mistake(
        "input-skips-hidden-layer",
        "forward",
        "h @",
        "x @",
        "The output is computed from x in place of h, so the hidden layer has no effect on "
        "y. It runs only where n_in equals n_hidden.",
        (
            "W2 has shape (n_hidden, n_out). Which of x and h has n_hidden entries?",
            "Multiply h, not x, by W2.",
        ),
    ),
    Mistake(
        "weights-before-input",
        "forward",
        'x @ params["W1"]',
        'params["W1"] @ x',
        "You multiply W1 by x from the wrong side, which uses W1 with rows and columns "
        "exchanged. It fails unless n_in equals n_hidden.",
        (
            "W1 has shape (n_in, n_hidden). Over which of the two axes must the sum with x run?",
            "Put x on the left of W1, so that the sum runs over the inputs.",
        ),
    ),
    Mistake(
        "bias-of-the-other-layer",
        "forward",
        'params["b2"]',
        'params["b1"]',
        "The output layer adds b1, the bias of the hidden layer, so b2 has no effect and y "
        "has wrong values or a wrong shape.",
        (
            "Which bias has as many entries as y?",
            "Use b2 in the output layer. Look for a name left over from a copied line.",
        ),
    ),
    Mistake(
        "input-as-a-row",
        "forward",
        "x @",
        "x.reshape(1, -1) @",
        "x has been given a second axis, so h has shape (1, n_hidden) and y has shape (1, "
        "n_out): right numbers in the wrong shape.",
        (
            "Which shape has x @ W1 if x has shape (3,) and W1 has shape (3, 5)?",
            (
                "Leave x with its one axis. The product with W1 works as it is and gives shape "
                "(n_hidden,)."
            ),
        ),
    ),
    Mistake(
        "activations-swapped",
        "forward",
        '"h": h, "y": y',
        '"h": y, "y": h',
        'The two results are under each other\'s names: "h" holds the output and "y" the '
        "hidden layer.",
        (
            "Which of the two values has n_out entries, and which name belongs to it?",
            "Exchange the two values in the dict that you return.",
        ),
    ),
    # loss
    Mistake(
        "sum-in-place-of-mean",
        "loss",
        "np.mean(",
        "np.sum(",
        "You add the squares up without dividing by their number, so the loss is n_out times "
        "too large. With one output it looks right.",
        (
            (
                "With two outputs that are both off by 1, what is the mean of the squares, and "
                "what do you return?"
            ),
            "Divide the sum by the number of outputs, or let numpy take the mean.",
        ),
    ),
    Mistake(
        "half-of-the-loss",
        "loss",
        "float(",
        "0.5 * float(",
        "You multiply by 1/2, so the loss is half of what it should be. Some books define it "
        "so; the formula here has no 1/2.",
        (
            "For y = 1 and t = 0, what is E by the formula, and what do you return?",
            "Remove the factor 1/2. The 2 of the derivative then stays in the backward pass.",
        ),
    ),
    Mistake(
        "half-of-the-sum-of-squares",
        "loss",
        "float(np.mean((y - t) ** 2))",
        "float(np.sum((y - t) ** 2)) / 2",
        "You return half of the sum of the squares. E is their mean: divide by their number, and "
        "by nothing else.",
        (
            "By what do you divide the sum, and by what does a mean divide?",
            "Take the mean of the squares, and leave the 1/2 out.",
        ),
    ),
    Mistake(
        "root-of-the-loss",
        "loss",
        "** 2))",
        "** 2)) ** 0.5",
        "You take the square root at the end, so a loss of 0.04 comes out as 0.2.",
        (
            "One output is off by 0.2. What is E by the formula, and what do you do after that?",
            "Return the mean of the squares itself, without a root.",
        ),
    ),
    Mistake(
        "absolute-error",
        "loss",
        "(y - t) ** 2",
        "np.abs(y - t)",
        "You average the sizes of the differences without squaring them: a difference of 0.2 "
        "counts 0.2 in place of 0.04.",
        (
            (
                "By which factor do an error of 0.2 and one of 0.4 differ in E, and by which in your "
                "loss?"
            ),
            "Square each difference. Its sign is then gone by itself, and np.abs is not needed.",
        ),
    ),
    Mistake(
        "square-left-out",
        "loss",
        " ** 2",
        "",
        "The differences are not squared, so positive and negative ones cancel each other "
        "and the loss can be negative.",
        (
            "For the differences 1 and -1, what is E, and what do you return?",
            "Square each difference of y and t before you take the mean.",
        ),
    ),
    Mistake(
        "square-of-the-mean",
        "loss",
        "np.mean((y - t) ** 2)",
        "np.mean(y - t) ** 2",
        "You take the mean first and square it afterwards, so differences of opposite sign "
        "cancel. With one output it makes no difference.",
        (
            (
                "For the differences 1 and -1, what is the mean of the squares, and what is the "
                "square of the mean?"
            ),
            "Move the square inside: square each difference first, take the mean last.",
        ),
    ),
    Mistake(
        "cross-entropy-loss",
        "loss",
        "(y - t) ** 2",
        "-(t * np.log(y) + (1 - t) * np.log(1 - y))",
        "You compute the cross-entropy, the loss with logarithms. It is not 0 even where y "
        "equals t, and E here has no logarithm.",
        (
            "What does your loss give for y = t = 0.7, and what does the formula for E give?",
            "Replace the logarithms by the square of the difference of y and t.",
        ),
    ),
    Mistake(
        "doubled-not-squared",
        "loss",
        "** 2",
        "* 2",
        "You multiply the differences by 2 in place of squaring them, so the loss is too "
        "large for small differences and can be negative.",
        (
            "What do 3 * 2 and 3 ** 2 give in Python?",
            "Write the power with two stars: ** is to the power of, * is times.",
        ),
    ),
    Mistake(
        "target-added",
        "loss",
        "y - t",
        "y + t",
        "You add the target to the output where the difference is meant, so the loss is far "
        "from 0 even when y equals t.",
        (
            "When the output is exactly right, what is y - t, and what is y + t?",
            "Take t away from y before you square.",
        ),
    ),
    Mistake(
        "loss-for-each-output",
        "loss",
        "float(np.mean((y - t) ** 2))",
        "(y - t) ** 2",
        "You return one square for each output. The loss is a single number, the mean of them.",
        (
            "By which operation do the squares of all outputs become one number in E?",
            "Take the mean over the outputs as the last thing, and return it as a float.",
        ),
    ),
    Mistake(
        "length-of-the-error",
        "loss",
        "np.mean((y - t) ** 2)",
        "np.linalg.norm(y - t)",
        "You return the length of the vector of differences, the root of the sum of the "
        "squares. Neither the root nor the sum is in E.",
        (
            (
                "np.linalg.norm squares, adds up and takes a root. What of that is in E, and what "
                "else is?"
            ),
            "Square the differences yourself and take their mean. Leave out the root.",
        ),
    ),
    Mistake(
        "difference-of-squares",
        "loss",
        "(y - t) ** 2",
        "y**2 - t**2",
        "You square y and t one by one and then subtract. That is not the square of their "
        "difference, and it can be negative.",
        (
            (
                "For y = 1 and t = 2, what is the square of the difference, and what is the "
                "difference of the squares?"
            ),
            "Subtract first, with brackets around the difference, and square it afterwards.",
        ),
    ),
    # backward
    Mistake(
        "missing-factor-two",
        "backward",
        "2 * (",
        "(",
        "The factor 2 of the square's derivative is missing, so every derivative is half of "
        "what it should be.",
        (
            "By the chain rule, what is the derivative of (y - t)^2 with respect to y?",
            (
                "Multiply the difference of y and t by 2 at the very start; everything else "
                "follows from it."
            ),
        ),
    ),
    Mistake(
        "mean-forgotten",
        "backward",
        " / t.size",
        "",
        "You do not divide by the number of outputs, so every derivative is n_out times too "
        "large. With one output it looks right.",
        (
            (
                "The loss is a mean over the outputs. What does the mean do to the derivative with respect to "
                "one y?"
            ),
            "Divide the derivative with respect to y by the number of outputs, once and at the start.",
        ),
    ),
    Mistake(
        "half-of-the-sum",
        "backward",
        "2 * (y - t) / t.size",
        "(y - t)",
        "You differentiate half of the sum of the squares. E is their mean, without a 1/2, so the "
        "factor 2 and the division by the number of outputs are missing.",
        (
            "Which factor does the square leave in front, and by what does the mean divide?",
            "Multiply the difference by 2 and divide it by the number of outputs.",
        ),
    ),
    Mistake(
        "divided-by-the-inputs",
        "backward",
        "t.size",
        "x.size",
        "You divide by the number of inputs, not of outputs. Every derivative is wrong by "
        "the factor n_out / n_in.",
        (
            "Which of the arrays that you are given has one entry for each output?",
            "Divide by how many entries t has, not x.",
        ),
    ),
    Mistake(
        "error-sign-flipped",
        "backward",
        "y - t",
        "t - y",
        "The difference is the wrong way round, t - y in place of y - t, so every derivative "
        "has the wrong sign.",
        (
            (
                "If y is above t and grows a little, does the loss grow or shrink? Which difference "
                "has that sign?"
            ),
            "Swap y and t in the difference at the start.",
        ),
    ),
    Mistake(
        "squared-error-sent-back",
        "backward",
        "2 * (y - t)",
        "(y - t) ** 2",
        "You send the squared error itself backwards in place of its derivative. It is never "
        "negative and far too small when y is close to t.",
        (
            "What is the derivative of (y - t)**2 by y?",
            "Replace the square by its derivative, which is two times the difference.",
        ),
    ),
    Mistake(
        "missing-output-slope",
        "backward",
        " * sigmoid_derivative(y)",
        "",
        'The slope of the output\'s sigmoid is missing. All derivatives but `grads["y"]` are '
        "wrong; those of W2 and b2 are 4 times too large or more.",
        (
            (
                "Which number leads from the derivative by y to the one by the sum h W2 + b2, and "
                "which three results are computed from their product?"
            ),
            "Multiply the derivative with respect to y with the slope at y, before it goes to W2, b2 and h.",
        ),
    ),
    Mistake(
        "missing-hidden-slope",
        "backward",
        " * sigmoid_derivative(h)",
        "",
        'The slope of the hidden sigmoid is missing, so `grads["W1"]` and `grads["b1"]` are '
        "too large, by a factor of 4 or more.",
        (
            (
                "Which number leads from the derivative by h to the one by the sum x W1 + b1, and "
                "which two results are computed from their product?"
            ),
            'Multiply `grads["h"]` by the slope at h, before it goes to W1 and b1.',
        ),
    ),
    Mistake(
        "output-slope-at-sum",
        "backward",
        "sigmoid_derivative(y)",
        'sigmoid_derivative(h @ params["W2"] + params["b2"])',
        "You give the slope function the sum before the output's sigmoid. It takes the "
        "activation, so the slope is z (1 - z), which may even be negative.",
        (
            ("The slope is a (1 - a). Which array of the activations is a for the output?"),
            "Give the slope function the activation y, which forward has computed.",
        ),
    ),
    Mistake(
        "hidden-slope-at-sum",
        "backward",
        "sigmoid_derivative(h)",
        'sigmoid_derivative(x @ params["W1"] + params["b1"])',
        "You give the slope function the sum before the hidden sigmoid. It takes the "
        'activation, so `grads["W1"]` and `grads["b1"]` are wrong.',
        (
            ("The slope is a (1 - a). Which array of the activations is a for the hidden layer?"),
            "Give the slope function the activation h, which forward has computed.",
        ),
    ),
    Mistake(
        "output-slope-sigmoid-again",
        "backward",
        "sigmoid_derivative(y)",
        "sigmoid_derivative(sigmoid(y))",
        "Sigmoid is applied to y once more before its slope is taken, so the slope is always "
        "between 0.19 and 0.25, and all that follows is wrong.",
        (
            (
                "The slope is sigmoid(z) (1 - sigmoid(z)). For the output, which array holds "
                "sigmoid(z) already?"
            ),
            "Give y itself to the slope function, without another sigmoid.",
        ),
    ),
    Mistake(
        "hidden-slope-sigmoid-again",
        "backward",
        "sigmoid_derivative(h)",
        "sigmoid_derivative(sigmoid(h))",
        'Sigmoid is applied to h once more before its slope is taken, so `grads["W1"]` and '
        '`grads["b1"]` are wrong.',
        (
            (
                "The slope is sigmoid(z) (1 - sigmoid(z)). For the hidden layer, which array holds "
                "sigmoid(z) already?"
            ),
            "Give h itself to the slope function, without another sigmoid.",
        ),
    ),
    Mistake(
        "hidden-slope-at-input",
        "backward",
        "sigmoid_derivative(h)",
        "sigmoid_derivative(x)",
        "You take the slope at x in place of h. The input has gone through no sigmoid, and "
        "the sizes agree only by chance.",
        (
            "Which activation comes out of the hidden sigmoid?",
            "Take the slope of the hidden sigmoid at h.",
        ),
    ),
    Mistake(
        "cross-entropy-delta",
        "backward",
        "grad_y * sigmoid_derivative(y)",
        "y - t",
        "You send y - t back from the output. That is right for the cross-entropy loss only; "
        "here the output's slope and the factors of the loss are missing.",
        (
            "By the chain rule, which two derivatives lie between E and the sum h W2 + b2?",
            'Start from `grads["y"]` and multiply it by the slope at y.',
        ),
    ),
    Mistake(
        "error-sent-past-output-slope",
        "backward",
        "@ delta_out",
        "@ grad_y",
        '`grads["h"]` is made from the derivative with respect to y without the output\'s slope, so it is '
        "wrong, as a rule too large, and W1 and b1 with it. W2 and b2 are right.",
        (
            (
                '`grads["b2"]` is right. Which of your values does it come from, and what else has to '
                "come from that?"
            ),
            (
                "On the way from y to h, go through the output's sigmoid first: use the product "
                'that also gives `grads["b2"]`.'
            ),
        ),
    ),
    Mistake(
        "reshape-for-transpose",
        "backward",
        'params["W2"] @ delta_out',
        'delta_out @ params["W2"].reshape(params["W2"].shape[::-1])',
        'reshape fits the shape of W2 but mixes up its entries, so `grads["h"]` is made with '
        "the wrong weights. With one output it looks right.",
        (
            "Write down a 2 by 3 matrix. Do .T and reshape(3, 2) give the same?",
            (
                "Use .T to exchange rows and columns, or put W2 on the left so that nothing has "
                "to be exchanged."
            ),
        ),
    ),
    Mistake(
        "first-output-only",
        "backward",
        'params["W2"] @ delta_out',
        'params["W2"][:, 0] * delta_out[0]',
        "Only the first output is sent back to h, so what comes from all other outputs is "
        'missing in `grads["h"]`, W1 and b1.',
        (
            "How many outputs does one hidden unit reach?",
            (
                "Add up what comes back from every output, each times its own weight: a matrix "
                "product over the outputs."
            ),
        ),
    ),
    Mistake(
        "weights-ignored",
        "backward",
        'params["W2"] @ delta_out',
        "np.full(h.shape, delta_out.sum())",
        "The weights W2 are left out on the way back, so every hidden unit gets the same "
        "derivative.",
        (
            (
                "If one hidden unit has a larger weight to the output than another, which one "
                "changes the loss more?"
            ),
            (
                "Multiply what comes from each output by the weight that connects it to the "
                "hidden unit, then add up."
            ),
        ),
    ),
    Mistake(
        "bias-with-two-axes",
        "backward",
        'params["W2"] @ delta_out',
        'delta_out.reshape(1, -1) @ params["W2"].T',
        "The derivative that goes back through W2 has become a row with two axes, so "
        '`grads["h"]` and `grads["b1"]` have shape (1, n_hidden).',
        (
            "Which shape has W2 @ d if W2 has shape (5, 2) and d has shape (2,)?",
            (
                "Keep every derivative of a layer an array with one axis. Do not reshape it "
                "before the product with W2."
            ),
        ),
    ),
    Mistake(
        "outer-swapped-for-w2",
        "backward",
        "h, delta_out",
        "delta_out, h",
        'The two factors of `grads["W2"]` are swapped, so its rows and columns are exchanged '
        "and it does not fit W2.",
        (
            "Which index of W2 counts the hidden units, the first or the second?",
            (
                "Swap the two arguments of the outer product: what comes in along the rows, what "
                "comes back along the columns."
            ),
        ),
    ),
    Mistake(
        "outer-swapped-for-w1",
        "backward",
        "x, delta_hidden",
        "delta_hidden, x",
        'The two factors of `grads["W1"]` are swapped, so its rows and columns are '
        "exchanged. Where n_in equals n_hidden the shape hides it.",
        (
            "Which index of W1 counts the inputs, the first or the second?",
            (
                "Swap the two arguments of the outer product: inputs along the rows, hidden "
                "units along the columns."
            ),
        ),
    ),
    Mistake(
        "input-for-hidden-in-w2",
        "backward",
        "outer(h",
        "outer(x",
        '`grads["W2"]` is made with x in place of h. W2 never meets x, so its entries are '
        "wrong, and its shape too unless the sizes agree.",
        (
            "Which number does the weight W2[j, k] multiply in the forward pass?",
            "Use h, the input of the output layer, as the first factor.",
        ),
    ),
    Mistake(
        "hidden-for-input-in-w1",
        "backward",
        "outer(x",
        "outer(h",
        '`grads["W1"]` is made with h in place of x. h comes after W1, so its entries are '
        "wrong, and its shape too unless the sizes agree.",
        (
            "Which number does the weight W1[i, j] multiply in the forward pass?",
            "Use x, the input of the hidden layer, as the first factor.",
        ),
    ),
    Mistake(
        "product-for-outer",
        "backward",
        "np.outer(h, delta_out)",
        "h * delta_out",
        "You multiply element by element where each hidden unit has to meet each output, so "
        '`grads["W2"]` has one axis in place of two, or the product fails.',
        (
            "How do 5 numbers and 2 numbers give the 10 products of each with each?",
            (
                "Form the table of all products, one row for each hidden unit and one column for "
                "each output: np.outer does it."
            ),
        ),
    ),
    Mistake(
        "bias-summed-over-units",
        "backward",
        '"b1": delta_hidden',
        '"b1": np.sum(delta_hidden, axis=0)',
        '`grads["b1"]` is added up over the hidden units, so it is a single number where one '
        "for each unit is needed.",
        (
            ("Does the bias of one hidden unit change what another unit computes?"),
            (
                "Leave the sum out: each hidden unit keeps its own derivative, and the result "
                "has the shape of b1."
            ),
        ),
    ),
    Mistake(
        "output-bias-summed",
        "backward",
        '"b2": delta_out',
        '"b2": np.sum(delta_out, axis=0)',
        '`grads["b2"]` is added up over the outputs, so it is a single number without an '
        "axis in place of one for each output.",
        (
            "Does the bias of one output change what another output gives?",
            "Leave the sum out: each output keeps its own derivative.",
        ),
    ),
    Mistake(
        "hidden-bias-without-slope",
        "backward",
        '"b1": delta_hidden',
        '"b1": grad_h',
        '`grads["b1"]` is the derivative with respect to h itself. The slope of the hidden sigmoid is '
        "missing, so it is too large by a factor of 4 or more.",
        (
            (
                'b1 enters where W1 does. What do you have there for `grads["W1"]`, before x comes '
                "in?"
            ),
            (
                "Multiply by the slope at h, as you do for W1. The derivative with respect to b1 is the one "
                "of W1 without the factor x."
            ),
        ),
    ),
    Mistake(
        "output-bias-without-slope",
        "backward",
        '"b2": delta_out',
        '"b2": grad_y',
        '`grads["b2"]` is the derivative with respect to y itself. The slope of the output\'s sigmoid is '
        "missing, so it is too large by a factor of 4 or more.",
        (
            (
                'b2 enters where W2 does. What do you have there for `grads["W2"]`, before h comes '
                "in?"
            ),
            (
                "Multiply by the slope at y, as you do for W2. The derivative with respect to b2 is the one "
                "of W2 without the factor h."
            ),
        ),
    ),
    Mistake(
        "derivative-times-bias",
        "backward",
        '"b2": delta_out',
        '"b2": delta_out * params["b2"]',
        '`grads["b2"]` is multiplied by b2 itself. A bias is only added, so its local '
        "derivative is 1 and its value does not matter.",
        (
            "What is the derivative of z + b by b?",
            "Leave the factor b2 out.",
        ),
    ),
    Mistake(
        "y-after-its-sigmoid",
        "backward",
        '"y": grad_y',
        '"y": delta_out',
        '`grads["y"]` has the output\'s slope in it already. That is the derivative with respect to the '
        "sum before the sigmoid, not by y, so it is too small.",
        (
            (
                "Going backwards from E, which comes first: the derivative of the square, or that of "
                "the sigmoid?"
            ),
            (
                'Under "y" return what comes straight from the loss, before it goes through the '
                "sigmoid."
            ),
        ),
    ),
    Mistake(
        "h-after-its-sigmoid",
        "backward",
        '"h": grad_h',
        '"h": delta_hidden',
        '`grads["h"]` has the hidden slope in it already. That is the derivative with respect to the sum '
        "before the sigmoid, not by h, so it is too small.",
        (
            (
                "Going backwards from the output's sum, which comes first: W2, or the slope of the "
                "hidden sigmoid?"
            ),
            (
                'Under "h" return what comes back through W2, before it goes through the hidden '
                "sigmoid."
            ),
        ),
    ),
    # update
    Mistake(
        "climbs-the-loss",
        "update",
        " - ",
        " + ",
        "You add the derivatives, which have to be subtracted: where they are right, each step "
        "goes uphill.",
        (
            (
                "A positive derivative says that the loss grows with the parameter. In which "
                "direction must the parameter move?"
            ),
            "Change the sign: the step is taken away from the old value.",
        ),
    ),
    Mistake(
        "lr-left-out",
        "update",
        "lr * ",
        "",
        "The learning rate is not used, so every step is the whole derivative: too long by "
        "the factor 1 / lr.",
        (
            "With lr = 0.1 and a derivative of 2, how far should a parameter move?",
            "Multiply each derivative by lr before you take it away.",
        ),
    ),
    Mistake(
        "divided-by-lr",
        "update",
        "lr * grads[name]",
        "grads[name] / lr",
        "You divide by the learning rate where it has to multiply, so a small lr makes long steps.",
        (
            "If lr becomes half as large, what happens to your step, and what should happen?",
            "Multiply by lr in place of dividing.",
        ),
    ),
    Mistake(
        "only-the-step",
        "update",
        "value - ",
        "-",
        "You return the step alone. The old value is missing, so the new parameters are tiny "
        "numbers around 0.",
        (
            "If all derivatives are 0, what should update return, and what does yours return?",
            "Start from the old value of each parameter and take the step away from it.",
        ),
    ),
    Mistake(
        "lr-written-as-number",
        "update",
        "lr * ",
        "0.1 * ",
        "The learning rate is written as 0.1, so the argument lr has no effect and the steps "
        "are wrong for every other rate.",
        (
            "By which name does the learning rate of the caller reach your function?",
            "Use the argument lr in place of the number.",
        ),
    ),
    Mistake(
        "biases-not-updated",
        "update",
        " for name",
        ' if name in ("W1", "W2") else value for name',
        "Only the weights move; b1 and b2 come back unchanged.",
        (
            "Over which names does your update go, and which of params are left over?",
            "Take the same step for all four parameters, the biases included.",
        ),
    ),
    Mistake(
        "only-output-layer-updated",
        "update",
        " for name",
        ' if name in ("W2", "b2") else value for name',
        "Only the output layer moves; W1 and b1 come back unchanged, so the hidden layer "
        "never learns.",
        (
            "Over which names does your update go, and which of params are left over?",
            "Take the same step for all four parameters, those of the hidden layer included.",
        ),
    ),
    Mistake(
        "only-the-signs",
        "update",
        "grads[name]",
        "np.sign(grads[name])",
        "You use only the sign of each derivative, so every entry moves by the same amount "
        "lr, however steep the loss is there.",
        (
            "Should an entry with a small derivative move as far as one with a large derivative?",
            "Use the derivative itself, not its sign.",
        ),
    ),
    Mistake(
        "derivatives-summed",
        "update",
        "grads[name]",
        "np.sum(grads[name], axis=0)",
        "You add each derivative up over its first axis before the step, so entries no "
        "longer move by their own derivative but by a sum of several.",
        (
            "What shape has the derivative of b1, and what is left of it after your sum?",
            "Leave the sum out: each entry of a parameter moves by its own derivative.",
        ),
    ),
    Mistake(
        "parameter-for-derivative",
        "update",
        "grads[name]",
        "params[name]",
        "You take lr times the parameter itself away, not lr times its derivative, so all "
        "parameters only shrink towards 0.",
        (
            "Which of your two dicts holds the slopes of the loss?",
            "Take the entry of the same name from grads, not from params.",
        ),
    ),
    # train
    Mistake(
        "losses-after-the-update",
        "train",
        '        losses.append(loss(activations["y"], t))\n'
        "        grads = backward(params, x, t, activations)\n"
        "        params = update(params, grads, lr)\n",
        "        grads = backward(params, x, t, activations)\n"
        "        params = update(params, grads, lr)\n"
        '        losses.append(loss(forward(params, x)["y"], t))\n',
        "You record each loss after the update of its epoch, so the first loss, that of the "
        "parameters you were given, is missing.",
        (
            "At which point of an epoch are the parameters still those with which it began?",
            "Record the loss right behind the forward pass, before the parameters change.",
        ),
    ),
    Mistake(
        "update-thrown-away",
        "train",
        "params = update(",
        "update(",
        "The parameters stay as they are given, so nothing is learned and all losses are equal. "
        "Look whether the result of update is kept: it returns new parameters.",
        (
            (
                "Which parameters does your next epoch start from, and how could it start from the "
                "new ones?"
            ),
            "Give the result of update the name params, so that the next epoch uses it.",
        ),
    ),
    Mistake(
        "one-epoch-too-many",
        "train",
        "range(epochs)",
        "range(epochs + 1)",
        "The loop runs once more than asked for: there is one loss too many, and the "
        "parameters have moved one step too far.",
        (
            "How many numbers does range(n + 1) give?",
            "Let the loop run over as many epochs as the argument says, counted from 0.",
        ),
    ),
    Mistake(
        "one-epoch-too-few",
        "train",
        "range(epochs)",
        "range(1, epochs)",
        "The loop runs once too few, so one epoch is missing in the losses and in the parameters.",
        (
            "Which numbers does range(3) give, and which does range(1, 3)?",
            "Count from 0 to the one before epochs, which is what range does with epochs alone.",
        ),
    ),
    Mistake(
        "return-inside-the-loop",
        "train",
        "return params",
        "    return params",
        "Training takes one step and records one loss, however many epochs are asked for. Look "
        "which lines are inside the loop, and whether the return is.",
        (
            "Which lines run once for each epoch, and where does Python leave the function?",
            "Indent all steps of an epoch so that they are inside the loop, and the return less, "
            "so that it stands behind it.",
        ),
    ),
    Mistake(
        "forward-pass-only-once",
        "train",
        "for _ in range(epochs):\n        activations = forward(params, x)\n",
        "activations = forward(params, x)\n    for _ in range(epochs):\n",
        "The forward pass runs once, before the loop. All losses are equal, and later steps "
        "use activations of parameters that are gone.",
        (
            "The parameters change in every epoch. Which of the four steps depend on them?",
            "Move the forward pass into the loop, as the first thing of each epoch.",
        ),
    ),
    Mistake(
        "backward-pass-only-once",
        "train",
        "grads = backward(",
        "if len(losses) == 1:\n            grads = backward(",
        "The derivatives are computed in the first epoch only, so all later steps go in the "
        "same direction, however the loss has changed.",
        (
            "Do the derivatives stay the same when the parameters change?",
            "Call backward in every epoch, with the parameters and activations of that epoch.",
        ),
    ),
    Mistake(
        "changed-weights-in-same-step",
        "train",
        "params = update(",
        "changed = update(params, grads, lr)\n"
        '        grads = backward({**params, "W2": changed["W2"]}, x, t, activations)\n'
        "        params = update(",
        "W2 is changed before the derivatives of the hidden layer are computed, so W1 and b1 "
        "move by derivatives that belong to other weights.",
        (
            (
                "With which parameters did forward compute the activations that these derivatives "
                "use?"
            ),
            (
                "Compute all derivatives of a step first, all at the same parameters. Only then "
                "change anything."
            ),
        ),
    ),
    Mistake(
        "list-emptied-in-each-epoch",
        "train",
        "        activations = forward(",
        "        losses = []\n        activations = forward(",
        "Only the loss of the last epoch is in the list. Look whether the list is made again in "
        "each epoch.",
        (
            "Which line of yours may run only once in the whole training?",
            "Make the empty list once, before the loop begins.",
        ),
    ),
    Mistake(
        "learning-rate-halved",
        "train",
        "grads, lr)",
        "grads, lr)\n        lr = lr / 2",
        "You halve the learning rate after each epoch, so the second and later steps are too "
        "short.",
        (
            "Which line of your loop changes lr, and does the docstring ask for it?",
            "Use lr as it is given in every epoch.",
        ),
    ),
    Mistake(
        "two-steps-in-each-epoch",
        "train",
        "update(params,",
        "update(update(params, grads, lr),",
        "Each epoch takes its step twice with the same derivatives, so the parameters move "
        "twice as far as they should.",
        (
            "After a step, do the derivatives of before still belong to the parameters?",
            "Call update once for each call of backward.",
        ),
    ),
    Mistake(
        "lr-written-as-number-in-train",
        "train",
        "grads, lr)",
        "grads, 0.1)",
        "You give update the number 0.1 in place of lr, so the argument has no effect and "
        "training is wrong for every other rate.",
        (
            "By which name does the learning rate of the caller reach train, and who needs it?",
            "Hand the argument lr on to update.",
        ),
    ),
    Mistake(
        "plain-output-recorded",
        "train",
        'loss(activations["y"], t)',
        'activations["y"][0]',
        "You record the first output in place of the loss, so the list shows y, which need "
        "not fall as training goes on.",
        (
            "Which of your functions says how far an output is from its target?",
            "Compare the output with t by your loss function, and record what that returns.",
        ),
    ),
]
