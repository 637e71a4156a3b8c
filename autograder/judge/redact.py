"""Redacts calls that were made after hidden values were in the submission's process.

Anything that the submission could choose (a text, a key, a shape, a count, a line number) could
leak hidden values, so none of it is shown. What remains are verdicts and fixed sentences with the
grader's own names and sizes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from autograder.exercise.answer_key import Case
from autograder.exercise.function import Function
from autograder.judge import messages
from autograder.judge.compare import (
    as_array,
    case_leaves,
    kind_wanted,
    leaf_problem,
    structure_problem,
    type_problem,
)
from autograder.sandbox.calls import EARLIER_RESULT, Outcome
from autograder.sandbox.plain import lookup

#: Replaces an argument's position: some argument changed.
SOME_ARGUMENT = EARLIER_RESULT - 1


def redacted(outcome: Outcome, known: Sequence[Outcome]) -> Outcome:
    """An outcome of a hidden case without what the submission chose.

    The value and the counts stay, since they are compared and not shown. An exception stays if all
    ``known`` outcomes, those of the visible cases, have the same one.
    """
    if outcome.returned and not (outcome.changed or outcome.warnings or outcome.counts):
        return outcome  # the common case
    is_known = bool(known) and all(_raised(outcome) == _raised(other) for other in known)
    public = outcome if is_known else Outcome(outcome.kind, outcome.value, counts=outcome.counts)
    if public.code:  # what stood there is of this case
        public = public._replace(code=public.code._replace(operands=()))
    return public._replace(
        warnings=("RuntimeWarning",) if outcome.warnings else (),
        changed=tuple(
            dict.fromkeys(
                (at if at == EARLIER_RESULT else SOME_ARGUMENT, "") for at, _ in outcome.changed
            )
        ),
    )


def _raised(outcome: Outcome) -> tuple[object, ...]:
    """What a call came to, without its value."""
    code = outcome.code and outcome.code[:2]
    return outcome.kind, outcome.exception, outcome.message, outcome.place, code


def problem(function: str, case: Case, outcome: Outcome) -> str | None:
    """The first thing wrong with a function's result on a hidden case, in a fixed sentence; None if
    nothing is."""
    return shape_problem(function, case, outcome) or next(
        (
            messages.is_wrong(leaf.name)
            for leaf in case_leaves(case, function)
            if leaf_problem(leaf, lookup(outcome.value, leaf.path), case.dims, reveal=False)
        ),
        None,
    )


def shape_problem(function: str, case: Case, outcome: Outcome) -> str | None:
    """The first thing wrong with the structure of a result on a hidden case, or with the kind,
    shape or finiteness of a part, in a fixed sentence; None if nothing is."""
    if not outcome.returned:
        if outcome.error_text or outcome.kind == "missing":
            return messages.not_returned(function, outcome, 0.0)
        return messages.no_result_here(function)
    expected = case.expected[function]
    if structure_problem(case, function, outcome.value, expected):
        return _structure(case.functions[function], outcome.value, expected)
    for leaf in case_leaves(case, function):
        value = lookup(outcome.value, leaf.path)
        if type_problem(leaf, value, case.dims):
            array = as_array(value, leaf.expected)
            if array is None or np.isfinite(array).all():
                return messages.another_type(leaf.name, kind_wanted(leaf), leaf.expected, case.dims)
            return messages.some_not_finite(leaf.name)
    return None


def _structure(function: Function, value: object, expected: object) -> str:
    """The sentence for a result of another structure; names the first expected key it lacks."""
    if isinstance(expected, Mapping) and isinstance(value, dict):
        for key in expected:
            if key not in value:
                return messages.lacks_key(function.named_whole, key)
    return messages.another_structure(function.name)
