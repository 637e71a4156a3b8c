"""What a right function must not do: change its inputs, depend on hidden state, warn, differentiate
numerically, or return an np.matrix if nothing else judges the kind of what it returns."""

from __future__ import annotations

from collections.abc import Iterator

from autograder.exercise.function import Function
from autograder.judge import messages
from autograder.judge.compare import nearly_equal
from autograder.judge.derivative_messages import numerical_differentiation
from autograder.judge.finding import Finding, Seen, is_right
from autograder.judge.observe import Observation
from autograder.judge.values import matrix_problem

#: A derivative may recompute what it differentiates, or evaluate the loss. Finite differences need
#: at least one evaluation more than there are parameters, and the smallest network has four.
MAX_EVALUATIONS = 3


def check_behaviour(seen: Seen) -> Finding:
    """The first thing a function does that it must not do.

    Only functions with right values are checked: one that returns nothing changes nothing either,
    and must not earn points for that.
    """
    if not is_right(seen.found):
        where = " on hidden instances" if seen.found["values"].passed else ""
        return Finding(None, f"Not checked, because the values{where} are not right yet.")
    for item in seen.on_cases:
        problem = next(_problems(seen.function, item), None)
        if problem:
            return Finding(False, problem, case=item.case)
    return Finding(True) if seen.on_cases else Finding(None, "There is no instance to check it on.")


def _problems(function: Function, item: Observation) -> Iterator[str]:
    for outcome in (item.first, item.again):
        if outcome and outcome.changed:
            yield messages.modified(function.name, function.arguments, outcome.changed)
    if not item.first.returned:
        yield f"{function.name} gave no value."
        return
    matrix = None if item.is_exact else matrix_problem(function.name, item)
    if matrix and "shapes" not in function.points:
        yield matrix
    again = item.again
    if again and not (again.returned and nearly_equal(item.first.value, again.value)):
        yield messages.other_answer(function.name, again)
    if item.first.warnings:
        yield messages.warned(function.name, item.first.warnings[0])
    evaluations = max(item.first.counts.values(), default=0)
    if evaluations > MAX_EVALUATIONS:
        reveal = not item.case.hidden
        yield numerical_differentiation(function, item.first.counts, reveal)
