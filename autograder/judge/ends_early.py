"""Lists of numbers that are right as far as they go, and end before all is done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograder.judge import structure_messages as told
from autograder.judge.compare import Leaf, case_leaves, differing
from autograder.judge.finding import Seen
from autograder.judge.observe import Observation
from autograder.judge.values import judged
from autograder.sandbox.plain import lookup

#: The fewest cases on which a list has to be right as far as it goes.
FEWEST_CASES = 2


def ends_early(seen: Seen) -> str:
    """A sentence on the first list of a result that is right as far as it goes on every case, and
    too short on a visible one; "" if there is none."""
    items = judged(seen.function, seen.on_cases)
    if len(items) < FEWEST_CASES or not all(item.first.returned for item in items):
        return ""
    visible = [item for item in items if not item.case.hidden]
    for leaf in case_leaves(visible[0].case, seen.function.name) if visible else ():
        if not leaf.is_list:
            continue
        missing = [_missing(seen, item, leaf) for item in items]
        if None not in missing:
            shown = [count for count, item in zip(missing, items, strict=True) if item in visible]
            return told.ends_early(leaf.name, all(shown)) if any(shown) else ""
    return ""


def _missing(seen: Seen, item: Observation, leaf: Leaf) -> int | None:
    """How many entries a list is too short by; None if it is not right as far as it goes."""
    same = (e for e in case_leaves(item.case, seen.function.name) if e.path == leaf.path)
    right = next(same, None)
    got = _numbers(item.first.value, leaf)
    if right is None or got is None or not 0 < len(got) <= len(right.expected):
        return None
    if differing(got, right.expected[: len(got)]).any():
        return None
    return len(right.expected) - len(got)


def _numbers(value: Any, leaf: Leaf) -> np.ndarray | None:
    try:
        found = lookup(value, leaf.path)
    except (LookupError, TypeError):
        return None
    is_row = isinstance(found, Sequence) and all(type(each) is float for each in found)
    return np.array(found) if is_row else None
