"""Mistakes in several functions that undo each other: one convention, carried through all of them.

Derivatives with the wrong sign, and a step that adds them, train as they should. So does a slope
that is written for another argument, where every call hands it that one. What is right in the end
is a function that calls the others.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

import numpy as np

from autograder.exercise.answer_key import AnswerKey, Case, Convention
from autograder.exercise.error import ExerciseError
from autograder.exercise.fingerprints import Mark
from autograder.exercise.function import Function
from autograder.exercise.mistake import Mistake
from autograder.exercise.mutants import Mutants
from autograder.exercise.packing import told_apart
from autograder.sandbox.plain import numbers

#: So many mistakes undo one at the most, and so many combinations are tried for one function.
MOST_UNDOING, MOST_TRIED = 3, 2000


def find_conventions(
    mutants: Mutants, answer_key: AnswerKey, drawn: Sequence[Case]
) -> list[Convention]:
    """All conventions: with these mistakes a function is right on the visible cases and the
    ``drawn`` ones, and with the first of them alone it is not."""
    return list(_Search(mutants, answer_key, drawn).conventions())


class _Search:
    def __init__(self, mutants: Mutants, answer_key: AnswerKey, drawn: Sequence[Case]) -> None:
        self._mutants, self._answer_key, self._drawn = mutants, answer_key, drawn
        self._tried = 0

    def conventions(self) -> Iterator[Convention]:
        for function in self._answer_key.functions:
            cases = told_apart(self._answer_key, function)
            self._tried = 0
            own = self._of([function.name])
            for mistake in self._of(function.calls) if cases else ():
                # What a caller hands over undoes anything, another function a sign.
                others = [name for name in function.calls if name != mistake.function]
                undoing = [*own, *(self._of(others) if self._negates(mistake) else ())]
                made = self._undone(function, cases, mistake, undoing)
                if made and not self._scales(mistake):
                    alike = [m.id for m in own if self._is_same(function.name, cases, made[0], m)]
                    yield Convention(function.name, made, alike)

    def _of(self, functions: Collection[str]) -> list[Mistake]:
        return [m for m in self._mutants.mistakes.values() if m.function in functions]

    def _negates(self, mistake: Mistake) -> bool:
        """Whether a mistake gives some quantity the other sign."""
        function = self._answer_key.function(mistake.function)
        cases = told_apart(self._answer_key, function) if function else []
        if not cases:
            return False
        right = self._marks(mistake.function, cases[0], ())
        marks = self._marks(mistake.function, cases[0], (mistake.id,))
        pairs = zip(right, marks, strict=False)
        return any(isinstance(m, float) and m and _near(-m, r) for r, m in pairs)

    def _scales(self, mistake: Mistake) -> bool:
        """Whether a mistake makes a result so many times as large: another factor elsewhere is a
        mistake of its own."""
        for case in self._answer_key.visible().cases:
            if mistake.function in case.expected:
                if not self._marks(mistake.function, case, (mistake.id,)):
                    return False  # it raises
                value = self._mutants.value(mistake.function, case, [mistake.id])
                pairs = zip(numbers(value), numbers(case.expected[mistake.function]), strict=False)
                with np.errstate(all="ignore"):
                    ratios = [np.ravel(v / r) for v, r in pairs if np.shape(v) == np.shape(r)]
                found = np.concatenate([np.zeros(0), *ratios])
                if not np.isfinite(found).all():
                    return False
                off = np.abs(found - found[:1]) > 1e-9 * np.abs(found[:1])
                if off.any() or (np.abs(found + 1) < 1e-9).any():
                    return False
        return True

    def _undone(
        self, function: Function, cases: Sequence[Case], first: Mistake, others: Sequence[Mistake]
    ) -> list[str]:
        """A mistake, and those that undo it one after the other; none if there are none."""
        made, name = [first.id], function.name
        right = self._agreeing(name, cases[0], made)
        if self._is_right(name, cases, made):
            return []
        while len(made) <= MOST_UNDOING:
            better = [(self._agreeing(name, cases[0], [*made, m.id]), m.id) for m in others]
            most, best = max(better, default=(0, ""), key=lambda each: each[0])
            if most <= right:
                return []
            made, right = [*made, best], most
            if self._is_right(name, cases, made):
                return made
        return []

    def _is_right(self, function: str, cases: Sequence[Case], made: Sequence[str]) -> bool:
        try:
            return self._mutants.same(function, [*cases, *self._drawn], made, ())
        except ExerciseError:
            return False

    def _is_same(self, function: str, cases: Sequence[Case], one: str, other: Mistake) -> bool:
        return self._mutants.same(function, cases, [one], [other.id])

    def _agreeing(self, function: str, case: Case, made: Sequence[str]) -> int:
        """How many quantities are right with these mistakes."""
        self._tried += 1
        if self._tried > MOST_TRIED:
            return 0
        marks = self._marks(function, case, made)
        pairs = zip(self._marks(function, case, ()), marks, strict=False)
        return sum(_near(m, r) for r, m in pairs)

    def _marks(self, function: str, case: Case, made: Sequence[str]) -> Sequence[Mark]:
        try:
            return self._mutants.fingerprint(function, case, tuple(made)) or ()
        except ExerciseError:  # they cannot be made together
            return ()


def _near(one: Mark, two: Mark) -> bool:
    return isinstance(one, float) and isinstance(two, float) and abs(one - two) <= 1e-9 * abs(two)
