"""Judges derivatives.

If what a function differentiates is right, it is compared with the solution's derivatives, which
are proved numerically when the exercise is built. If it is wrong, they may still be the derivatives
of what the student's functions compute (`autograder.judge.follow`). That is then decided by
numerical derivatives.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from autograder.exercise.answer_key import AnswerKey, Case
from autograder.exercise.composition import Variable, variables
from autograder.exercise.function import Function
from autograder.judge import derivative_messages, messages, redact
from autograder.judge.compare import case_leaves, structure_problem, type_problem
from autograder.judge.finding import Finding, Seen, is_right
from autograder.judge.observe import Observation
from autograder.sandbox.plain import lookup

#: The relative tolerance of a gradient; one that is wrong by 0.1 % must be detected.
RELATIVE = 2e-4
#: The tolerance relative to the largest derivative, for entries that lose digits to cancellation.
ABSOLUTE = 16 * np.finfo(np.float64).eps
#: Derivatives that are smaller than this share of the loss cannot be measured.
FAINT = 1e-9


def gradient_cases(answer_key: AnswerKey, function: Function) -> list[Case]:
    """The cases on which derivatives can be judged."""
    return [
        case
        for case in answer_key.cases
        if function.name in case.expected and not case.has_two_answers(function)
    ]


def measurable_cases(answer_key: AnswerKey, function: Function) -> list[Case]:
    """The cases on which numerical derivatives are judged: none on which those with respect to a
    variable are too small to be seen beside the rounding of the loss."""
    last = function.of[-1]

    def is_measurable(case: Case) -> bool:
        loss = case.expected.get(last)
        is_number = isinstance(loss, (int, float, np.ndarray)) and np.size(loss) == 1
        size = abs(np.asarray(loss).item()) if is_number else 0.0
        return all(
            np.max(np.abs(value), initial=0.0) > FAINT * size
            for value in _derivatives(case, function).values()
        )

    cases = gradient_cases(answer_key, function)
    return list(filter(is_measurable, cases)) or cases


def check_gradient(seen: Seen) -> Finding | None:
    """Compare the derivatives by the variables with the solution's; None for functions that give
    none."""
    if not seen.function.of:
        return None
    cases = gradient_cases(seen.answer_key, seen.function)
    if not cases:
        return Finding(None, "There is no instance.")
    if is_right(seen.found):
        return Finding(True)
    for item in seen.on_cases:
        problem = item.case in cases and _problem(seen.function, item, seen.seconds)
        if problem:
            return Finding(False, problem, case=item.case)
    return Finding(True)


def _problem(function: Function, item: Observation, seconds: float) -> str:
    """The first wrong derivative on a case; "" if all are right."""
    problem = shape_problem(function.name, item, seconds)
    if problem:
        return problem
    expected = _derivatives(item.case, function)
    largest = max((float(np.max(np.abs(v), initial=0.0)) for v in expected.values()), default=0.0)
    for variable, value in expected.items():
        got = np.asarray(lookup(item.first.value, variable.entry), dtype=np.float64)
        wrong = ~(np.abs(got - value) <= RELATIVE * np.abs(value) + 4 * ABSOLUTE * largest)
        if wrong.any():
            at = tuple(int(axis) for axis in np.argwhere(wrong)[0])
            return derivative_messages.another_derivative(
                function,
                named(function, variable),
                got,
                at,
                float(value[at]),
                0.0,
                reveal=not item.case.hidden,
            )
    return ""


def named(function: Function, variable: Variable) -> str:
    """The student's name for the derivative with respect to a variable."""
    return function.named(variable.entry) if variable.entry else function.name


def _derivatives(case: Case, function: Function) -> Mapping[Variable, np.ndarray]:
    """The solution's derivatives."""
    expected = case.expected[function.name]
    return {v: np.asarray(lookup(expected, v.entry)) for v in variables(case, function)}


def shape_problem(function: str, item: Observation, seconds: float) -> str | None:
    """The first problem with structure, kinds or shapes; None if there is none. It comes before
    values, so that broadcasting cannot hide a wrong shape."""
    case, outcome = item.case, item.first
    if case.hidden:
        return redact.shape_problem(function, case, redact.redacted(outcome, ()))
    if not outcome.returned:
        return messages.not_returned(function, outcome, seconds)
    return structure_problem(case, function, outcome.value, case.expected[function]) or next(
        filter(
            None,
            (
                type_problem(leaf, lookup(outcome.value, leaf.path), case.dims)
                for leaf in case_leaves(case, function)
            ),
        ),
        None,
    )
