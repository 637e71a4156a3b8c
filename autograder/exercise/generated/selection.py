"""Which of the mistakes that operators make are kept: those that give numbers of their own."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

from autograder.exercise.answer_key import AnswerKey, Case
from autograder.exercise.error import ExerciseError
from autograder.exercise.fingerprints import NO_NUMBERS, Mark, fingerprint, matches, rounded
from autograder.exercise.function import Function
from autograder.exercise.mistake import Mistake
from autograder.exercise.mutants import Mutants

#: A wrong number that is nearer to the right one, relative to its terms, may pass as rounded.
NEAR = 1e-4

Found = list[tuple[Mark, float]] | None


def select(made: Sequence[Mistake], mutants: Mutants, answer_key: AnswerKey) -> list[Mistake]:
    """Those of ``made`` that are wrong on a visible case, and give there what no other one gives
    before them, and no declared ones. ``mutants`` have all of them.

    Two that differ on hidden cases alone are not both kept: to a student's copy neither would have
    a name.
    """
    kept: list[Mistake] = []
    for function in answer_key.functions:
        own = [mistake for mistake in made if mistake.function == function.name]
        kept += _Selection(function, mutants, answer_key).of(own) if own else ()
    return kept


class _Selection:
    """The results of one function that are told apart."""

    def __init__(self, function: Function, mutants: Mutants, answer_key: AnswerKey) -> None:
        self._function, self._mutants = function, mutants
        visible = [c for c in answer_key.visible().cases if function.name in c.expected]
        self._visible = [case for case in visible if not case.has_two_answers(function)]
        self._known: dict[str, list[tuple[Sequence[str], dict[int, Found]]]] = {}

    def of(self, made: Sequence[Mistake]) -> list[Mistake]:
        """Those of the mistakes that are kept."""
        if not self._visible:
            return []
        for declared in self._mutants.combinations(self._function.name):
            if not any(self._mutants.mistakes[each].generated for each in declared):
                with contextlib.suppress(ExerciseError):
                    self._is_new(declared)
        return [mistake for mistake in made if self._is_kept(mistake)]

    def _is_kept(self, mistake: Mistake) -> bool:
        try:
            results = [self._result([mistake.id], case) for case in self._visible]
        except (ExerciseError, SyntaxError, ValueError):
            return False  # also where a loop does not end
        if all(found is None for found in results):
            return False
        if any(mark == NO_NUMBERS for found in results for mark, _ in found or ()):
            return False  # it would never be recognised
        if not any(map(self._is_wrong, self._visible, results)):
            return False
        if all(map(self._is_zero_or_right, self._visible, results)):
            return False  # many others give zeros, too
        return self._is_new([mistake.id])

    def _is_wrong(self, case: Case, found: Found) -> bool:
        if found is None:
            return True
        expected = case.expected[self._function.name]
        right = fingerprint(expected, expected)
        return len(found) != len(right) or any(map(_differs, found, right))

    def _is_zero_or_right(self, case: Case, found: Found) -> bool:
        """Whether each part of a result that is wrong is zeros."""
        if found is None:
            return False
        expected = case.expected[self._function.name]
        pairs = zip(found, fingerprint(expected, expected), strict=False)
        return all(own[0] in (0.0, [[], 0.0]) or not _differs(own, right) for own, right in pairs)

    def _is_new(self, mistakes: Sequence[str]) -> bool:
        """Whether no other ones give the same on all cases; if so, these are known from now on."""
        case = self._visible[0]
        found = self._result(mistakes, case)
        group = self._known.setdefault(_key(found), [])
        own: dict[int, Found] = {0: found}
        if any(self._same(mistakes, own, *other) for other in group):
            return False
        group.append((mistakes, own))
        return True

    def _same(
        self,
        mistakes: Sequence[str],
        own: dict[int, Found],
        others: Sequence[str],
        theirs: dict[int, Found],
    ) -> bool:
        for at, case in enumerate(self._visible):
            for which, results in ((mistakes, own), (others, theirs)):
                if at not in results:
                    results[at] = self._result(which, case)
            one, other = own[at], theirs[at]
            if (one is None) != (other is None):
                return False
            if one is not None and other is not None and not matches(one, rounded(other)):
                return False
        return True

    def _result(self, mistakes: Sequence[str], case: Case) -> Found:
        return self._mutants.marks(self._function.name, case, mistakes)


def _key(found: Found) -> str:
    """What two results that are the same nearly always have in common."""
    marks = [mark for mark, _ in found or ()]
    return " ".join(f"{mark:.8g}" if isinstance(mark, float) else str(type(mark)) for mark in marks)


def _differs(found: tuple[Mark, float], right: tuple[Mark, float]) -> bool:
    (mark, size), (wanted, least) = found, right
    if isinstance(mark, float) and isinstance(wanted, float):
        return not abs(mark - wanted) <= NEAR * max(size, least)
    return mark != wanted
