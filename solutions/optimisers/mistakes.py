"""The known mistakes of the optimisers, and what students who make them read."""

from autograder import Mistake

#: Of Adam: one beta for the other, and what lr and epsilon may be taken for.
_KEPT = (5, 9, 13, 17, 21, 29, 38, 44)
_UNLIKELY = [number for number in range(1, 45) if number not in _KEPT]
#: What is not likely to be mixed up: a rate with a count, or with a small number.
forbidden = [
    "sgd/other-value/1",
    "sgd/factor-too-many/5",
    "sgd/divisor-too-many/3",
    *(f"adam/other-value/{number}" for number in _UNLIKELY),
    *(f"adam/factor-too-many/{number}" for number in (3, 4, 5, 6, 41, 42, 43, 44)),
    *(f"adam/divisor-too-many/{number}" for number in (1, 2, 3, 4, 29, 30, 31, 32)),
    *(f"adam/other-number/{number}" for number in (2, 4, 8)),
    "adam/negative/8",
    *(f"height/other-number/{number}" for number in (6, 7)),
    "sgd/negative/3",
    "minimise/written-as-number/1",
]

#: Generated ones, in the words of the notebook.
reworded = {
    "height/factor-left-out/1": (
        "In the first term of the height, half of the curvature is missing as a factor."
    ),
    "height/factor-left-out/2": (
        "In the first term of the height, the squares are missing: half of the curvatures is "
        "added up."
    ),
    "height/upside-down/1": "In the first term of the height, 2 is divided by the curvature.",
    "height/upside-down/2": "In the second term of the height, 4 is divided by the fourth powers.",
    "height/subtracted/1": "The term with the fourth powers is subtracted, and should be added.",
    "height/subtracted/2": "The term with curvature is subtracted, and should be added.",
    "height/power-left-out/1": "In the first term of the height, the numbers are not squared.",
    "height/power-left-out/2": (
        "In the second term of the height, the numbers are not raised to any power."
    ),
    "height/times-exponent/1": (
        "In the first term of the height, the numbers are multiplied by 2, and should be squared."
    ),
    "height/times-exponent/2": (
        "In the second term of the height, the numbers are multiplied by 4, and should be "
        "raised to the fourth power."
    ),
    "height/size-for-square/1": (
        "In the first term of the height, the absolute values stand in the place of the squares."
    ),
    "slopes/factor-left-out/1": (
        "In the first term of the slopes, the curvature is missing as a factor."
    ),
    "slopes/factor-left-out/2": (
        "The first term of the slopes is the curvature alone: its other factor is missing."
    ),
    "slopes/subtracted/1": (
        "The derivative of the fourth powers is subtracted, and should be added."
    ),
    "slopes/subtracted/2": (
        "The derivative of the term with curvature is subtracted, and should be added."
    ),
    "slopes/power-left-out/1": (
        "In the second term of the slopes, the numbers are not raised to any power."
    ),
    "slopes/times-exponent/1": (
        "In the second term of the slopes, the numbers are multiplied by the exponent, and "
        "should be raised to that power."
    ),
    "clip/factor-left-out/1": (
        "What is returned is the factor itself, in the place of each array: the gradients "
        "are not multiplied by it."
    ),
    "clip/factor-left-out/2": "The gradients are never scaled.",
    "clip/one-case-only/1": (
        "The gradients are scaled in every case, also where they are within the bound."
    ),
    "sgd/factor-left-out/2": "The gradient is missing from the step, which is lr for every number.",
    "sgd/term-left-out/2": "The old parameters are missing: what is returned is the step alone.",
    "momentum/factor-left-out/2": (
        "The old velocity is missing from the new one: beta is added by itself."
    ),
    "momentum/factor-left-out/4": (
        "The velocity is missing from the step, which is lr for every number."
    ),
    "momentum/term-left-out/2": "The old velocity is missing from the new one.",
    "momentum/term-left-out/3": "The gradient is missing from the new velocity.",
    "momentum/term-left-out/4": (
        "The old parameters are missing: what is returned is the step alone."
    ),
    "momentum/subtracted/1": (
        "The gradient is subtracted from the velocity, and should be added to it."
    ),
    "momentum/subtracted/2": (
        "The old velocity is subtracted from the gradient, and should be added to it."
    ),
    "rmsprop/term-left-out/1": "The squared gradient is missing from the new average.",
    "rmsprop/factor-left-out/2": (
        "The old average is missing from the new one: rho is added by itself."
    ),
    "rmsprop/factor-left-out/3": (
        "The whole squared gradient is added to the average. It should count 1 - rho."
    ),
    "rmsprop/factor-left-out/4": (
        "The squared gradient is missing from the new average: 1 - rho is added by itself."
    ),
    "rmsprop/divisor-left-out/1": "The step is not divided by the root of the average.",
    "rmsprop/factor-left-out/6": "The gradient is missing from the step.",
    "rmsprop/term-left-out/2": "The old average is missing from the new one.",
    "rmsprop/term-left-out/6": (
        "The old parameters are missing: what is returned is the step alone."
    ),
    "rmsprop/term-left-out/8": (
        "The step is divided by epsilon alone: the root of the average is missing."
    ),
    "rmsprop/upside-down/1": (
        "The step is the wrong way up: the root of the average belongs below the line, and "
        "the gradient above it."
    ),
    "rmsprop/subtracted/4": (
        "Below the line, the root of the average is subtracted from epsilon, and should be "
        "added to it."
    ),
    "rmsprop/not-applied/1": "The step is divided by the average itself: its root is not taken.",
    "rmsprop/power-left-out/1": "The gradient is not squared before it is averaged.",
    "rmsprop/size-for-square/1": (
        "The absolute value of the gradient is averaged, in the place of its square."
    ),
    "rmsprop/brackets-left-out/2": (
        "The brackets below the line are missing: epsilon is added to the step, and not to "
        "the root."
    ),
    "adam/term-left-out/1": "The gradient is missing from the new mean.",
    "adam/term-left-out/2": "The squared gradient is missing from the new squares.",
    "adam/factor-left-out/2": "The old mean is missing from the new one: beta1 is added by itself.",
    "adam/factor-left-out/3": "The whole gradient is added to the mean. It should count 1 - beta1.",
    "adam/factor-left-out/4": (
        "The gradient is missing from the new mean: 1 - beta1 is added by itself."
    ),
    "adam/factor-left-out/6": (
        "The old squares are missing from the new ones: beta2 is added by itself."
    ),
    "adam/factor-left-out/7": (
        "The whole squared gradient is added to the squares. It should count 1 - beta2."
    ),
    "adam/factor-left-out/8": (
        "The squared gradient is missing from the new squares: 1 - beta2 is added by itself."
    ),
    "adam/divisor-left-out/3": "The step is not divided by the root of the squares.",
    "adam/factor-left-out/10": "The mean is missing from the step.",
    "adam/term-left-out/5": "The old mean is missing from the new one.",
    "adam/term-left-out/9": "The old squares are missing from the new ones.",
    "adam/term-left-out/17": "The old parameters are missing: what is returned is the step alone.",
    "adam/term-left-out/19": (
        "The step is divided by epsilon alone: the root of the squares is missing."
    ),
    "adam/upside-down/1": (
        "The bias correction of the mean is upside down: the mean belongs above the line."
    ),
    "adam/upside-down/2": (
        "The bias correction of the squares is upside down: the squares belong above the line."
    ),
    "adam/upside-down/3": (
        "The step is the wrong way up: the root of the squares belongs below the line, and "
        "the mean above it."
    ),
    "adam/subtracted/8": (
        "Below the line, the root of the squares is subtracted from epsilon, and should be "
        "added to it."
    ),
    "adam/not-applied/1": "The step is divided by the squares themselves: their root is not taken.",
    "adam/size-for-square/1": (
        "The absolute value of the gradient is averaged, in the place of its square."
    ),
    "adam/power-left-out/2": (
        "In the bias correction of the mean, beta1 is not raised to the power of the step's number."
    ),
    "adam/power-left-out/3": (
        "In the bias correction of the squares, beta2 is not raised to the power of the "
        "step's number."
    ),
    "adam/brackets-left-out/3": (
        "In the bias correction of the mean, the brackets below the line are missing."
    ),
    "adam/brackets-left-out/5": (
        "The brackets below the line of the step are missing: epsilon is added to the step, "
        "and not to the root."
    ),
    "adam/returned-as-given/2": "The step is not counted: the state has the same number as before.",
    "adam/factor-too-many/1": "The number of the step is twice what it should be.",
    "adam/factor-too-many/2": "The number of the step is half of what it should be.",
    "minimise/first-time-only/1": "The slopes are computed only once, before the first step.",
    "minimise/step-left-out/3": "No height is recorded.",
    "minimise/step-twice/1": "Each height is recorded twice.",
    "minimise/step-too-late/3": (
        "The height is recorded after the step, and should be recorded before it."
    ),
    "minimise/step-left-out/5": "No step is made: what the optimiser returns is not kept.",
    "minimise/step-twice/3": "Two steps are made with the same slopes.",
    "minimise/emptied-in-loop/1": (
        "The list of heights is made again each time, so that only the last one is left."
    ),
}

mistakes = [
    Mistake(
        "no-curvature",
        "height",
        "c / 2 * p**2 + ",
        "",
        "The term with curvature is missing from the height.",
        (
            "How high is the surface at a number that is small, and what does its curvature change?",
            "Add half of the curvature times the square of each number.",
        ),
    ),
    Mistake(
        "no-walls",
        "height",
        " + p**4 / 4",
        "",
        "The term with the fourth powers is missing from the height.",
        (
            "Which of the two terms grows faster far from 0, and is it in your sum?",
            "Add a quarter of the fourth power of each number.",
        ),
    ),
    Mistake(
        "whole-curvature",
        "height",
        "c / 2 *",
        "c *",
        "The term with curvature is not halved.",
        (
            "Which factor makes the derivative of a square come out plain?",
            "Take half of the curvature times the square.",
        ),
    ),
    Mistake(
        "whole-walls",
        "height",
        "p**4 / 4",
        "p**4",
        "The fourth powers are not divided by 4.",
        (
            "What is the derivative of a fourth power, and which factor makes it come out plain?",
            "Take a quarter of the fourth powers.",
        ),
    ),
    Mistake(
        "walls-without-slope",
        "slopes",
        " + p**3",
        "",
        "The derivative of the fourth powers is missing.",
        (
            "What is left of your slopes where the curvature is 0? And of the height?",
            "Add the derivative of the second term of the height.",
        ),
    ),
    Mistake(
        "curvature-without-slope",
        "slopes",
        "c * p + ",
        "",
        "The derivative of the term with curvature is missing.",
        (
            "Which of your slopes would change, if one curvature were twice as large?",
            "Add the derivative of the first term of the height.",
        ),
    ),
    Mistake(
        "half-a-slope",
        "slopes",
        "c * p",
        "c / 2 * p",
        "The 2 that comes down from the square is missing: half of the curvature is left over.",
        (
            "What is the derivative of half a square?",
            "Let the half and the 2 of the square cancel.",
        ),
    ),
    Mistake(
        "quarter-of-a-slope",
        "slopes",
        "p**3",
        "p**3 / 4",
        "The 4 that comes down from the fourth power is missing: a quarter is left over.",
        (
            "What is the derivative of a quarter of a fourth power?",
            "Let the quarter and the 4 of the power cancel.",
        ),
    ),
    Mistake(
        "four-times-the-slope",
        "slopes",
        "p**3",
        "4 * p**3",
        "The derivative of the fourth powers is 4 times as large as it should be: they count a "
        "quarter in the height.",
        (
            "Which factor have the fourth powers in the height?",
            "Multiply by that factor too.",
        ),
    ),
    Mistake(
        "norms-added-up",
        "global_norm",
        "np.sqrt(sum(part for layer in squares for part in layer.values()))",
        "sum(np.sqrt(part) for layer in squares for part in layer.values())",
        "The norms of the arrays are added up. They are not the norm of all numbers together.",
        (
            "How long is an arrow that goes 3 to the right and 4 up? And what is 3 + 4?",
            "Add up the squares of all arrays, and take one root at the end.",
        ),
    ),
    Mistake(
        "each-by-itself",
        "clip",
        "lambda g: g * factor,",
        "lambda g: g * min(1.0, max_norm / max(float(np.sqrt(np.sum(g**2))), 1e-300)),",
        "Each array is scaled by its own norm, so that they get different factors.",
        (
            "If one array is scaled and another one is not, where does the arrow point?",
            "Scale all arrays of all layers by the same factor.",
        ),
    ),
    Mistake(
        "number-by-number",
        "clip",
        "lambda g: g * factor,",
        "lambda g: np.clip(g, -max_norm, max_norm),",
        "Each number is cut off at max_norm by itself, which changes the direction.",
        (
            "What becomes of the numbers 1 and 100 with a bound of 2, and of their ratio?",
            "Multiply all numbers by one factor.",
        ),
    ),
    Mistake(
        "lengthened",
        "clip",
        "if norm > max_norm else",
        "if norm > 0 else",
        "Short gradients are scaled up to max_norm. Those within the bound should stay as they are.",
        (
            "What does your function do with gradients that are much shorter than max_norm?",
            "Scale only where the norm is larger than the bound.",
        ),
    ),
    Mistake(
        "divided-by-the-bound",
        "clip",
        "max_norm / norm",
        "1 / norm",
        "The clipped gradients have a norm of 1, and not of max_norm.",
        (
            "What is the norm of what you return? And what should it be?",
            "Multiply by max_norm what has been divided by its norm.",
        ),
    ),
    Mistake(
        "uphill",
        "sgd",
        "p - lr",
        "p + lr",
        "The step goes uphill.",
        (
            "In which direction does the surface rise, and where do you want to go?",
            "Subtract the step.",
        ),
    ),
    Mistake(
        "old-velocity",
        "momentum",
        "params, velocity)",
        'params, state["velocity"])',
        "The step is made with the velocity before the gradient changed it.",
        (
            "Which of the two formulas comes first, and which v does the second one take?",
            "Make the step with the new velocity.",
        ),
    ),
    Mistake(
        "averaged-velocity",
        "momentum",
        "beta * v + g",
        "beta * v + (1 - beta) * g",
        "The velocity is a moving average, in which the gradient counts only 1 - beta.",
        (
            "Which velocity is reached if the gradient stays at 1, by your formula and by that above?",
            "Add the whole gradient.",
        ),
    ),
    Mistake(
        "rate-in-the-velocity",
        "momentum",
        'velocity = each(lambda v, g: beta * v + g, state["velocity"], grads)\n'
        "    new = each(lambda p, v: p - lr * v, params, velocity)",
        'velocity = each(lambda v, g: beta * v + lr * g, state["velocity"], grads)\n'
        "    new = each(lambda p, v: p - v, params, velocity)",
        "The learning rate is in the velocity: the gradient is multiplied by it before it is added.",
        (
            "If lr is changed on the way, what becomes of the velocity that has been gathered?",
            "Add the gradient as it is, and multiply the velocity by lr in the step.",
        ),
    ),
    Mistake(
        "looks-ahead",
        "momentum",
        "new = each(lambda p, v: p - lr * v, params, velocity)",
        "new = each(lambda p, g, v: p - lr * (g + beta * v), params, grads, velocity)",
        "This is Nesterov's momentum: in the step the gradient is added to the velocity once more.",
        (
            "How often is the gradient in your step, and how often in the formula?",
            "Make the step with the velocity alone.",
        ),
    ),
    Mistake(
        "old-squares",
        "rmsprop",
        "params, grads, squares)",
        'params, grads, state["squares"])',
        "The gradient is divided by the root of the old average, without its own square.",
        (
            "With squares of 0 before the first step, what would the first gradient be divided by?",
            "Take the new average for the step.",
        ),
    ),
    Mistake(
        "squares-added-up",
        "rmsprop",
        "rho * s + (1 - rho) * g**2",
        "s + g**2",
        "All squares are added up, as in Adagrad, so that the steps become ever shorter.",
        (
            "After many steps with the same gradient, how large is s? How large should it be?",
            "Take a moving average: keep a share of the old one.",
        ),
    ),
    Mistake(
        "shares-exchanged",
        "rmsprop",
        "rho * s + (1 - rho) * g**2",
        "(1 - rho) * s + rho * g**2",
        "rho and 1 - rho are exchanged: nearly all of the old average is forgotten in one step.",
        (
            "If rho is 0.9, how much of the old average should be left?",
            "Multiply the old average by rho.",
        ),
    ),
    Mistake(
        "inside-the-root",
        "rmsprop",
        "(np.sqrt(s) + epsilon)",
        "np.sqrt(s + epsilon)",
        "epsilon stands inside of the root, and belongs outside of it.",
        (
            "What is the root of a small number, and how much larger than the number is it?",
            "Take the root first, and add epsilon to it.",
        ),
    ),
    Mistake(
        "mean-not-corrected",
        "adam",
        "m / (1 - beta1**step)",
        "m",
        "The bias correction of the mean is missing.",
        (
            "In the first step, which share of the gradient is in m?",
            "Divide the mean by what is missing, before it is used in the step.",
        ),
    ),
    Mistake(
        "squares-not-corrected",
        "adam",
        "s / (1 - beta2**step)",
        "s",
        "The bias correction of the squares is missing.",
        (
            "In the first step, which share of the squared gradient is in s?",
            "Divide the squares by what is missing, before their root is taken.",
        ),
    ),
    Mistake(
        "correction-is-kept",
        "adam",
        '"mean": mean, "squares": squares',
        '"mean": first, "squares": second',
        "The corrected averages are kept in the state, so that the next step corrects them again.",
        (
            "What should the next step find in the state: m, or what it was divided to?",
            "Keep the averages without correction.",
        ),
    ),
    Mistake(
        "gradient-in-the-step",
        "adam",
        "new = each(lambda p, m, s: p - lr * m / (np.sqrt(s) + epsilon), params, first, second)",
        "new = each(lambda p, m, s: p - lr * m / (np.sqrt(s) + epsilon), params, grads, second)",
        "The step is made with the gradient, as in RMSprop, and not with its average.",
        (
            "What is the first average for, if the step does not use it?",
            "Put the corrected average above the line.",
        ),
    ),
    Mistake(
        "epsilon-in-the-root",
        "adam",
        "(np.sqrt(s) + epsilon)",
        "np.sqrt(s + epsilon)",
        "epsilon stands inside of the root, and belongs outside of it.",
        (
            "What is the root of a small number, and how much larger than the number is it?",
            "Take the root first, and add epsilon to it.",
        ),
    ),
    Mistake(
        "not-clipped",
        "minimise",
        "clip(slopes(params, curvature), max_norm)",
        "slopes(params, curvature)",
        "The slopes are not clipped.",
        (
            "Which argument of minimise does your loop not use?",
            "Clip the slopes before the optimiser gets them.",
        ),
    ),
    Mistake(
        "state-thrown-away",
        "minimise",
        "params, state = take_step(",
        "params, _ = take_step(",
        "The new state is thrown away, so that each step begins with the first one.",
        (
            "What does the optimiser remember of its last step, in your loop?",
            "Go on with both of the things that the step returns.",
        ),
    ),
]
