"""What a function gave whose mistake has no name, as digests, by which equal ones are found.

The digests are keyed: without the course's key nobody can try out which numbers give one.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Sequence
from typing import Any

from autograder.exercise.answer_key import AnswerKey, Case
from autograder.exercise.computation import computed_together, right_parts
from autograder.exercise.fingerprints import Mark, fingerprint
from autograder.exercise.function import Function
from autograder.judge.compare import case_leaves, leaf_problem
from autograder.judge.observe import Observation
from autograder.report import Unexplained
from autograder.sandbox.plain import Path, lookup

#: The significant digits of a mark that count. Rounding errors are far below that.
DIGITS = 8
#: How many characters of a digest are kept.
_CHARACTERS = 24


def unexplained(
    function: Function, seen: Sequence[Observation], answer_key: AnswerKey
) -> Unexplained | None:
    """The first wrong quantity that a function gave, and the digests; None if it did not return on
    every case that was ``seen``, or none of its numbers on a visible one is wrong."""
    if not answer_key.salt or not all(item.first.returned for item in seen):
        return None
    visible = [item for item in seen if not item.case.hidden]
    name = function.name
    for path, called in _in_order(function, [item.case for item in visible], answer_key).items():
        if not any(_is_wrong(item, name, path) for item in visible):
            continue
        marks = list(_marks(visible, name, path))
        if all(map(_is_of_numbers, marks)):
            numbers = _digest(answer_key.salt, (name, path, marks))
            whole = _digest(answer_key.salt, (name, list(_marks(seen, name, ()))))
            return Unexplained(called, numbers, whole)
    return None


def _in_order(function: Function, cases: Sequence[Case], answer_key: AnswerKey) -> dict[Path, str]:
    """The parts of a function's result and their names, in the order in which they are computed
    where that is known."""
    groups = [group for group in computed_together(answer_key.functions) if function in group][:1]
    computed = [
        part.path
        for case in cases
        for group in groups
        for part in right_parts(answer_key, group, case)
        if part.function == function.name
    ]
    named = {leaf.path: leaf.name for case in cases for leaf in case_leaves(case, function.name)}
    return {path: named[path] for path in (*computed, *named) if path in named}


def _is_wrong(item: Observation, function: str, path: Path) -> bool:
    if item.is_right:
        return False
    value, dims = _at(item.first.value, path), item.case.dims
    leaves = [leaf for leaf in case_leaves(item.case, function) if leaf.path == path]
    return any(leaf_problem(leaf, value, dims, reveal=False) for leaf in leaves)


def _at(value: Any, path: Path) -> Any:
    """The part to which a path leads; None where there is none."""
    try:
        return lookup(value, path)
    except (LookupError, TypeError):
        return None


def _marks(seen: Sequence[Observation], function: str, path: Path) -> Iterator[Mark]:
    """The rounded marks of a part of the results, on the cases that have it."""
    for item in seen:
        expected = _at(item.case.expected[function], path)
        if expected is not None:
            value = _at(item.first.value, path)
            yield from (_rounded(mark) for mark, _ in fingerprint(value, expected))


def _is_of_numbers(mark: Mark) -> bool:
    return isinstance(mark, float) or (isinstance(mark, list) and 0 not in mark[0])


def _digest(salt: bytes, content: object) -> str:
    return hmac.digest(salt, repr(content).encode(), "sha256").hex()[:_CHARACTERS]


def _rounded(mark: Mark) -> Mark:
    if isinstance(mark, list):
        return [mark[0], _rounded(mark[1])]
    return float(f"{mark:.{DIGITS}g}") + 0.0 if isinstance(mark, float) else mark  # never -0
