"""What a right function must not do: change its inputs, lean on hidden state, warn, cheat."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from autograder import messages
from autograder.checks.compare import as_array, differing, leaves, lookup, structure_problem
from autograder.checks.finding import Finding
from autograder.checks.observe import Observation
from autograder.exercise import Function

#: A backward pass may recompute its activations once, and look at the loss once. Differences need
#: at least one evaluation for each of the four parameters of the smallest network.
MAX_EVALUATIONS = 2


def check_behaviour(function: Function, seen: Sequence[Observation]) -> Finding:
    """The first thing a function does that it must not do."""
    for item in seen:
        problem = next(_problems(function, item), None)
        if problem:
            return Finding(False, f"On {item.case.described}: {problem}")
    return Finding(True) if seen else Finding(None, "There is no instance to check it on.")


def _problems(function: Function, item: Observation) -> Iterator[str]:
    for outcome in (item.first, item.again):
        if outcome.changed:
            yield messages.modified(function.name, function.arguments, outcome.changed)
    if item.first.returned and not _same_again(function.name, item):
        yield messages.other_answer(function.name, item.again)
    if item.first.warnings:
        yield messages.warned(function.name, item.first.warnings[0])
    evaluations = max(item.first.counts.values(), default=0)
    if evaluations > MAX_EVALUATIONS:
        yield messages.numerical_differentiation(item.first.counts)


def _same_again(function: str, item: Observation) -> bool:
    """Whether the second call gave what the first one gave."""
    first, again = item.first, item.again
    expected = item.case.expected[function]
    if not again.returned or structure_problem(function, again.value, expected):
        return False
    for leaf in leaves(function, expected):
        one = as_array(lookup(first.value, leaf.path), leaf.expected)
        two = as_array(lookup(again.value, leaf.path), leaf.expected)
        if one is None or two is None or differing(two, one).any():
            return False
    return True
