"""What a wrong result tells without its source: other names, other numbers of losses, gaps."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from autograder.exercise.answer_key import Case
from autograder.exercise.composition import variables
from autograder.exercise.computation import recorded
from autograder.exercise.function import Function
from autograder.judge.compare import as_array, case_leaves, differing, leaf_problem
from autograder.judge.observe import Observation
from autograder.judge.parts import incomplete
from autograder.judge.slips import messages
from autograder.judge.slips.sizes import sized_constants
from autograder.judge.slips.source import Written

#: What students put before and after the names of gradients.
_AROUND = re.compile(
    r"^(?:grads?|delta|nabla|dedl|d_?[el]_?d|d|g|new)_*(?=\w)|_*(?:grads?|delta|new)$"
)
#: So many other names are compared.
MOST_NAMES = 50
Explain = Callable[[Function, Sequence[Observation]], str]


def explained(function: Function, items: Sequence[Observation]) -> str:
    """The first sentence that the results on visible cases give; "" if none does."""
    returned = [item for item in items if item.first.returned]
    if len(returned) < len(items):
        return ""
    rules: Sequence[Explain] = (other_keys, gaps)
    return next(filter(None, (rule(function, items) for rule in rules)), "")


def other_keys(function: Function, items: Sequence[Observation]) -> str:
    """Entries of a dict under other names."""
    pairs = [_renamed(function.name, item.case, item.first.value) for item in items]
    if not pairs or not pairs[0] or any(pair != pairs[0] for pair in pairs):
        return ""
    wanted, given = list(pairs[0]), list(pairs[0].values())
    right = [
        pairs[0][key]
        for key in wanted
        if all(_is_right(function.name, i.case, key, i.first.value[pairs[0][key]]) for i in items)
    ]
    return messages.other_keys(function.named_whole, given, wanted, right)


def _renamed(function: str, case: Case, value: Any) -> dict[str, str]:
    """By the name that is asked for and is missing, the given one that is meant."""
    expected = case.expected[function]
    if not isinstance(expected, Mapping) or not isinstance(value, dict):
        return {}
    missing = [key for key in expected if key not in value]
    extra = [key for key in value if key not in expected][:MOST_NAMES]
    meant: dict[str, str] = {}
    for key in missing:
        likely = [other for other in extra if _names(other) & _names(key)]
        likely = likely or [o for o in extra if _is_right(function, case, key, value[o])]
        if len(likely) == 1 and likely[0] not in meant.values():
            meant[key] = likely[0]
    return meant


def _names(key: str) -> set[str]:
    """A name as it may be meant: without case and signs, and without what says that it is a
    gradient."""
    text = str(key).lower()
    return {re.sub(r"[\W_]", "", each) for each in (text, _AROUND.sub("", text))} - {""}


def _is_right(function: str, case: Case, key: str, value: Any) -> bool:
    leaf = next((leaf for leaf in case_leaves(case, function) if leaf.path == (key,)), None)
    return leaf is not None and leaf_problem(leaf, value, case.dims, reveal=False) is None


def gaps(function: Function, items: Sequence[Observation]) -> str:
    """A result that is right as far as it is written."""
    found = incomplete(function, items)
    if found is None:
        return ""
    first, *_ = found.missing
    case = next(
        item.case
        for item in items
        if any(leaf.name == first for leaf in case_leaves(item.case, function.name))
    )
    return messages.next_parts(found.right, found.missing, [*_next(function, case, found.missing)])


def _next(function: Function, case: Case, missing: Sequence[str]) -> Iterator[str]:
    """The first missing part, and the parameters that follow it directly."""
    by = {variable.entry for variable in variables(case, function) if variable.path}
    leaves = [leaf for leaf in case_leaves(case, function.name) if leaf.name in missing]
    yield leaves[0].name
    for leaf, before in zip(leaves[1:], leaves, strict=False):
        if leaf.path not in by or before.path not in by:
            return
        yield leaf.name


def number_of_losses(function: Function, items: Sequence[Observation]) -> str:
    """Too many losses, or too few, that are right as far as they go."""
    at = recorded(items[0].case, function.name)
    if at is None or not all(item.first.returned for item in items):
        return ""
    found = [_losses(item.case.expected[function.name], item.first.value, at) for item in items]
    said = {how for how in found if how}
    return messages.other_number_of_losses(said.pop()) if len(said) == 1 and all(found) else ""


def _losses(expected: Any, value: Any, at: int) -> str:
    """How losses of another number are related to the right ones."""
    if not isinstance(value, (tuple, list)) or len(value) != len(expected):
        return ""
    wanted, rows = np.array(expected[at]), value[at]
    given = as_array(rows, np.zeros(len(rows))) if isinstance(rows, (list, tuple)) else None
    if given is None or given.size == wanted.size or not given.size:
        return ""
    if given.size > wanted.size and _same(given[: wanted.size], wanted):
        if given.size == wanted.size + 1:
            return "It has one too many, at its end."
        return "It begins with the right ones, and others follow."
    if given.size % wanted.size == 0 and _same(given[:: given.size // wanted.size], wanted):
        return "It has several in the place of each one, of which the first is right."
    if _same(given, wanted[: given.size]):
        return "It begins with the right ones and ends too soon."
    if _same(given, wanted[-given.size :]):
        return "It lacks the first one, and is right from there on."
    return ""


def _same(one: np.ndarray, other: np.ndarray) -> bool:
    return one.shape == other.shape and not differing(one, other).any()


def only_these_sizes(
    function: Function, items: Sequence[Observation], written: Written | None
) -> str:
    """A function that is right on the visible cases of one size and on no other one, and in which
    entries or sizes are named by number."""
    by_size: dict[str, set[bool]] = {}
    for item in items:
        size = ", ".join(f"{name}={size}" for name, size in item.case.dims.items())
        by_size.setdefault(size, set()).add(item.is_right)
    right = [size for size, found in by_size.items() if found == {True} and size]
    wrong = [size for size, found in by_size.items() if found == {False} and size]
    line = next(_by_number(written), 0) if written else 0
    if written is None or len(right) != 1 or not wrong or not line:
        return ""
    if len(right) + len(wrong) < len(by_size):
        return ""
    place = written.place(line)
    return messages.only_these_sizes(function.name, right[0], " or ".join(wrong), place)


def _by_number(written: Written) -> Iterator[int]:
    """The lines in which an entry or a size is named by number. The axis of a shape is none, nor is
    the last entry."""
    for node in written.nodes:
        if isinstance(node, ast.Subscript) and not _is_shape(node.value):
            parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
            if any(isinstance(p, ast.Constant) and type(p.value) is int for p in parts):
                yield node.lineno
        elif isinstance(node, ast.Call) and next(sized_constants(node), None):
            yield node.lineno


def _is_shape(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "shape"
