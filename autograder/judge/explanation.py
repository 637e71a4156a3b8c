"""Which known mistakes explain a function's results, one quantity at a time.

The first wrong quantity is explained by a mistake that gives exactly its numbers, and right ones
before it, on every case there is. With this mistake made, the next wrong quantity is explained, and
so on. So mistakes need no table of their combinations. What no mistake explains is left out, and
what is sure is told nevertheless.

In a student's copy there are the numbers of single mistakes only: what two of them change is not
known there, and where several explain a quantity there is no name.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from typing import NamedTuple

import numpy as np

from autograder.exercise.answer_key import AnswerKey, Case
from autograder.exercise.declaration import ExerciseError, Function
from autograder.exercise.fingerprints import Mark, Signatures, Single
from autograder.exercise.mutants import Mutants
from autograder.exercise.packing import right_marks
from autograder.judge.known_mistakes import recognise
from autograder.judge.observe import Observation
from autograder.judge.quantities import Results
from autograder.sandbox.plain import Path

#: So many mistakes are made in one function at the most.
MOST_MISTAKES = 4
#: What one search may cost: a call of a function with mistakes in it costs 1, and 1 more for so
#: many lines that run; a combination that is made for the first time costs as much as some calls.
MOST_WORK, LINES, TO_MAKE = 300, 600, 5
#: How far a guess at what two mistakes give may be off.
GUESSED = 1e-6
#: Stands for what is not known.
UNKNOWN = "unknown"


class Part(NamedTuple):
    """A quantity, and the mistakes that give exactly its numbers."""

    quantity: str
    mistakes: tuple[str, ...]


class Explanation(NamedTuple):
    """What known mistakes explain of a result, quantity by quantity.

    One that ``is_complete`` explains all numbers on every case. Otherwise ``left`` is the first
    quantity that is wrong on a visible instance and not explained, "" if none is; all mistakes were
    tried if it ``was_searched``.
    """

    parts: tuple[Part, ...] = ()
    is_complete: bool = False
    left: str = ""
    was_searched: bool = False

    @property
    def mistakes(self) -> tuple[str, ...]:
        """All mistakes, in the order of the quantities."""
        return tuple(dict.fromkeys(m for part in self.parts for m in part.mistakes))


def explain_numbers(
    function: Function,
    seen: Sequence[Observation],
    answer_key: AnswerKey,
    mutants: Mutants | None,
    upstream: Sequence[str] = (),
    near: Sequence[Observation] = (),
) -> Explanation:
    """What explains a function's results, given right helpers; without parts if nothing does.

    The arguments are those of `recognise`, which is asked first. ``near`` are observations on
    inputs close to visible ones, which have to be explained too.
    """
    known = tuple(recognise(function, seen, answer_key, mutants, upstream))
    if known:
        return Explanation((Part(function.named_whole, known),), True)
    items = [item for item in (*seen, *near) if mutants is not None or not item.case.hidden]
    results = None if upstream else Results.of(function, items, answer_key)
    if results is None:
        return Explanation()
    return _Search(function, results, answer_key, mutants).explanation()


class _Found(NamedTuple):
    """The mistakes found so far, by the quantity that each was found in; and the quantities that
    have no explanation."""

    parts: tuple[tuple[Path, tuple[str, ...]], ...] = ()
    left: tuple[Path, ...] = ()

    @property
    def mistakes(self) -> tuple[str, ...]:
        return tuple(mistake for _, mistakes in self.parts for mistake in mistakes)


class _Search:
    """The search for the mistakes in one function's results."""

    def __init__(
        self, function: Function, results: Results, answer_key: AnswerKey, mutants: Mutants | None
    ) -> None:
        self._function, self._results, self._mutants = function, results, mutants
        self._right = right_marks(answer_key, function)
        signatures = answer_key.signatures.get(function.name, Signatures())
        self._several = {frozenset(s.mistakes): s.marks for s in signatures if len(s.mistakes) > 1}
        self._two = [tuple(s.mistakes) for s in signatures if len(s.mistakes) == 2]
        table = signatures.singles(self._right)
        self._generated = {s.mistake for s in table if answer_key.known[s.mistake].generated}
        self._singles = {s.mistake: s for s in table}
        self._work, self._each = 0, 1
        if mutants is not None and results.visible:
            self._each += mutants.lines(function.name, results.visible[0]) // LINES
        self._made: dict[tuple[tuple[str, ...], Case], Sequence[Mark] | str | None] = {}

    def explanation(self) -> Explanation:
        """The explanation with the most quantities explained, and then the fewest mistakes."""
        found, named = self._extended(_Found()), self._function.named
        if not found.parts:
            return Explanation()
        parts = tuple(Part(named(path), mistakes) for path, mistakes in found.parts)
        if not found.left and all(self._raises(case, found) for case in self._results.raised):
            return Explanation(parts, True)
        shown = [
            path
            for path in found.left
            if self._results.is_told(path)
            and not self._agree([path], self._results.visible, found.mistakes)
        ]
        left = named(shown[0]) if shown else ""
        return Explanation(parts, False, left, self._mutants is not None)

    def _extended(self, found: _Found) -> _Found:
        """What is found in the first quantity that is not explained yet, and in those after it."""
        path = self._first_wrong(found)
        if path is None:
            return found
        more: list[_Found] = []
        if len(found.mistakes) < MOST_MISTAKES:
            for mistakes in self._candidates(path, found):
                parts = (*found.parts, (path, mistakes))
                more.append(self._extended(found._replace(parts=parts)))
        best = self._best(more)
        return best or self._extended(found._replace(left=(*found.left, path)))

    def _best(self, found: Sequence[_Found]) -> _Found | None:
        """What explains most, with the fewest mistakes; None if several do. Where it explains all
        of the hidden cases too, any does."""
        complete = [each for each in found if not each.left]
        if self._mutants is None:
            least = min((len(each.mistakes) for each in complete), default=0)
            some = [each for each in complete if len(each.mistakes) == least] or found
            return some[0] if len(some) == 1 else None
        if complete:
            return min(complete, key=lambda each: len(each.mistakes))
        fewest = min((len(each.left) for each in found), default=0)
        best = [each for each in found if len(each.left) == fewest]
        declared = [each for each in best if self._generated.isdisjoint(each.mistakes)]
        some = declared or best
        return some[0] if len(some) == 1 else None

    def _raises(self, case: Case, found: _Found) -> bool:
        """Whether the function raises with the mistakes found; False if that is not known."""
        if self._mutants is not None:
            return self._fingerprint(found.mistakes, case) is None
        return any(self._singles[m].marks.get(case.label) is None for m in found.mistakes)

    def _first_wrong(self, found: _Found) -> Path | None:
        cases = self._results.cases
        paths = (path for path in self._results.paths if path not in found.left)
        return next((p for p in paths if not self._agree([p], cases, found.mistakes)), None)

    def _candidates(self, path: Path, found: _Found) -> Iterator[tuple[str, ...]]:
        """The mistakes that explain a quantity together with those found already: single ones, or
        if there are none the first two."""
        paths = self._results.paths
        before = {*paths[: paths.index(path)], *self._results.right}
        singles = [s for s in self._singles.values() if self._may_explain(s, path, before, found)]
        before.difference_update(found.left)
        explained = False
        for single in singles:
            if self._explains((single.mistake,), path, before, found):
                explained = True
                yield (single.mistake,)
        # What is computed from something unexplained is not explained by two mistakes either.
        if explained or found.parts or found.left:
            return
        pairs = (p for p in self._pairs(singles, path) if self._explains(p, path, before, found))
        # In a student's copy there must not be a second pair.
        found_pairs = [*islice(pairs, 1 if self._mutants else 2)]
        yield from found_pairs if len(found_pairs) == 1 else ()

    def _may_explain(
        self, single: Single, path: Path, before: Collection[Path], found: _Found
    ) -> bool:
        """Whether a mistake changes a quantity, and none ``before`` it or right. What is the same
        everywhere may be no result at all, and only who declares a mistake knows of such."""
        if path not in single.changes or single.mistake in found.mistakes:
            return False
        if single.mistake in self._generated and self._results.is_constant(path):
            return False
        return single.changes.isdisjoint(before)

    def _explains(
        self, mistakes: tuple[str, ...], path: Path, before: Collection[Path], found: _Found
    ) -> bool:
        """Whether mistakes, with those found, give a quantity and those ``before`` everywhere. What
        one mistake alone changes is looked up first, which costs no call."""
        every = (*found.mistakes, *mistakes)
        for case in self._results.visible if self._mutants is not None else ():
            known = self._in_table(path, case, every)
            if known != UNKNOWN and not self._results.agrees(path, case, known):
                return False
        return self._agree([path, *before], self._results.cases, every)

    def _agree(
        self, paths: Sequence[Path], cases: Sequence[Case], mistakes: tuple[str, ...]
    ) -> bool:
        """Whether quantities are on all cases what the solution with these mistakes gives; False if
        that is not known."""
        return all(
            (given := self._given(path, case, mistakes)) != UNKNOWN
            and self._results.agrees(path, case, given)
            for case in cases
            for path in paths
        )

    def _given(self, path: Path, case: Case, mistakes: tuple[str, ...]) -> Mark | None:
        """The mark that a quantity has with mistakes; None if the function raises."""
        if self._mutants is None or (case in self._results.visible and len(mistakes) < 2):
            return self._in_table(path, case, mistakes)
        marks = self._fingerprint(mistakes, case)
        return UNKNOWN if marks == UNKNOWN else self._results.mark_in(marks, path, case)

    def _in_table(self, path: Path, case: Case, mistakes: tuple[str, ...]) -> Mark | None:
        """The same on a visible case, from the numbers that a student's copy has. Those of the
        mistakes that change a quantity are its own."""
        if not self._returns(mistakes, case):
            return None
        changing = [m for m in mistakes if path in self._singles[m].changes]
        if not changing:
            return self._right[case.label].get(path)
        if len(changing) == 1:
            marks = self._singles[changing[0]].marks[case.label]
        else:
            known = self._several.get(frozenset(changing))
            if known is None:
                return UNKNOWN
            marks = known[case.label]
        return self._results.mark_in(marks, path, case)

    def _returns(self, mistakes: Sequence[str], case: Case) -> bool:
        """Whether each of the mistakes alone lets the function return on a visible case."""
        return all(self._singles[m].marks[case.label] is not None for m in mistakes)

    def _fingerprint(self, mistakes: tuple[str, ...], case: Case) -> Sequence[Mark] | str | None:
        key = (mistakes, case)
        if key not in self._made:
            is_new = not any(each == mistakes for each, _ in self._made)
            self._work += self._each + TO_MAKE * is_new
            self._made[key] = UNKNOWN
            if self._work <= MOST_WORK and self._mutants is not None:
                with suppress(ExerciseError):  # they cannot be made together
                    self._made[key] = self._mutants.fingerprint(self._function.name, case, mistakes)
        return self._made[key]

    def _pairs(self, singles: Sequence[Single], path: Path) -> Iterator[tuple[str, ...]]:
        """Two mistakes each that may give a quantity together: in a student's copy those whose
        numbers are known, or else first those that would if one is a factor, or if both add
        something."""
        names = [single.mistake for single in singles]
        if self._mutants is None:
            yield from (pair for pair in self._two if {*pair} <= {*names})
            return
        likely = np.ones((len(names), len(names)), dtype=bool)
        for case in self._results.visible:
            marks = [self._given(path, case, (name,)) for name in names]
            given = np.array([m if isinstance(m, float) else np.nan for m in marks])
            right, seen = self._right[case.label].get(path), self._results.mark(path, case)
            if isinstance(right, float) and isinstance(seen, float):
                with np.errstate(all="ignore"):
                    product = np.outer(given, given) / right - seen
                    together = given[:, None] + given - right - seen
                    off = np.minimum(np.abs(product), np.abs(together))
                likely &= off <= GUESSED * abs(seen)
        for wanted in (True, False):
            for one, two in np.argwhere(np.triu(likely == wanted, 1)):
                if self._work > MOST_WORK:
                    return
                yield names[one], names[two]
