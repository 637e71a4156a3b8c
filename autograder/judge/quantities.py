"""The numbers that a function gave, quantity by quantity, on all cases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograder.exercise.answer_key import AnswerKey, Case
from autograder.exercise.fingerprints import (
    NO_NUMBERS,
    Mark,
    fingerprint,
    mark_paths,
    same_mark,
)
from autograder.exercise.function import Function
from autograder.exercise.packing import told_apart
from autograder.judge.compare import case_leaves
from autograder.judge.observe import Observation
from autograder.judge.parts import is_constant, right_parts
from autograder.judge.values import as_computed, judged
from autograder.sandbox.plain import Path, lookup


class Results:
    """What a function gave on each case. A quantity is a path in its result.

    ``paths`` are the quantities in the order in which the solution computes them, as far as that is
    known. Those that are right to single precision only are left out: no mistake gives their last
    digits. ``visible`` cases come first, that with the most quantities before all others. On cases
    in ``raised`` there are no numbers.
    """

    def __init__(
        self, function: Function, items: Sequence[Observation], answer_key: AnswerKey
    ) -> None:
        """``items`` are observations that returned or raised."""
        name = function.name
        shown = told_apart(answer_key, function)
        self._values = {item.case: item.first.value for item in items if item.first.returned}
        self.raised = [item.case for item in items if not item.first.returned]
        expected = {case: case.expected[name] for case in self._values}
        self._places = {
            case: {path: at for at, path in enumerate(mark_paths(right))}
            for case, right in expected.items()
        }
        self._found = {
            case: fingerprint(value, expected[case]) for case, value in self._values.items()
        }
        ordered = sorted(self._values, key=lambda case: -len(self._places[case]))
        self.visible = [case for case in ordered if case in shown]
        self.cases = [*self.visible, *(case for case in ordered if case not in self.visible)]
        self._constant: dict[Path, bool] = {}
        order = [leaf.path for c in self.visible for leaf in as_computed(function, answer_key, c)]
        order += [path for case in self.cases for path in self._places[case]]
        right, inexact = self._right(name)
        self.paths = [path for path in dict.fromkeys(order) if path not in inexact]
        self.right = [path for path in self.paths if path in right]

    @staticmethod
    def of(
        function: Function, seen: Sequence[Observation], answer_key: AnswerKey
    ) -> Results | None:
        """The results of a function; None if it was stopped on a case, or returned on none."""
        items = judged(function, seen)
        usable = all(item.first.returned or item.first.kind == "raised" for item in items)
        returned = any(item.first.returned and not item.case.hidden for item in items)
        return Results(function, items, answer_key) if usable and returned else None

    def _right(self, function: str) -> tuple[set[Path], set[Path]]:
        """The quantities that are right wherever they are: to the last digit, and not."""
        wrong, exact, inexact = set[Path](), set[Path](), set[Path]()
        for case, value in self._values.items():
            right = right_parts(case, function, value)
            expected = case.expected[function] if right else None
            marks = [mark for mark, _ in fingerprint(expected, expected)] if right else []
            for leaf in case_leaves(case, function):
                if leaf.name not in right:
                    wrong.add(leaf.path)
                    continue
                mark = self.mark_in(marks, leaf.path, case)
                is_exact = mark is not None and self.agrees(leaf.path, case, mark)
                (exact if is_exact else inexact).add(leaf.path)
        return exact - inexact - wrong, inexact - wrong

    def agrees(self, path: Path, case: Case, mark: Mark | None) -> bool:
        """Whether a quantity has a mark on a case that has it; None is no mark."""
        if path not in self._places[case]:
            return True
        return mark is not None and same_mark(self._found[case][self._places[case][path]], mark)

    def found(self, path: Path, case: Case) -> tuple[int, tuple[Mark, float] | None]:
        """The position of a quantity in the fingerprint of a case, and what is there; None where
        the case has no such quantity."""
        at = self._places[case].get(path)
        return (0, None) if at is None else (at, self._found[case][at])

    def mark_in(self, marks: Sequence[Mark] | None, path: Path, case: Case) -> Mark | None:
        """The mark of a quantity among all marks of a result on a case."""
        at = self._places[case].get(path)
        return None if marks is None or at is None else marks[at]

    def mark(self, path: Path, case: Case) -> Mark | None:
        """The mark that a quantity has; None if the case has no such quantity."""
        return self.mark_in([mark for mark, _ in self._found[case]], path, case)

    def numbers(self, path: Path, case: Case) -> np.ndarray | None:
        """The numbers of a quantity on a case; None where it is no array of floating-point ones."""
        part = _part(self._values[case], path)
        if isinstance(part, float) or (isinstance(part, np.ndarray) and part.dtype.kind == "f"):
            return np.asarray(part, dtype=np.float64)
        return None

    def is_told(self, path: Path) -> bool:
        """Whether it is worth saying that a quantity has no explanation: there are numbers on some
        visible case, and not the same ones everywhere."""
        marks = [self.mark(path, case) for case in self.visible]
        return any(m not in (None, NO_NUMBERS) for m in marks) and not self.is_constant(path)

    def is_constant(self, path: Path) -> bool:
        """Whether a quantity is one number everywhere, or the same on all cases: perhaps it is not
        written yet."""
        if path not in self._constant:
            self._constant[path] = self._is_constant(path)
        return self._constant[path]

    def _is_constant(self, path: Path) -> bool:
        values = [_part(self._values[case], path) for case in self.cases]
        numbers = [array for array in map(_numbers, values) if array is not None]
        if is_constant(numbers):
            return True
        first = numbers[0]
        return len(numbers) > 1 and all(np.array_equal(first, each) for each in numbers)


def _numbers(value: Any) -> np.ndarray | None:
    """A part of a result as an array; None where it is none of numbers."""
    if not isinstance(value, (int, float, list, np.ndarray)):
        return None
    try:
        array = np.asarray(value)
    except (ValueError, OverflowError):  # a ragged list
        return None
    return array if array.dtype.kind in "biuf" else None


def _part(value: Any, path: Path) -> Any:
    try:
        return lookup(value, path)
    except (LookupError, TypeError):
        return None
