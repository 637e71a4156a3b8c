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

from autograder.exercise.answer_key import AnswerKey, Case
from autograder.exercise.error import ExerciseError
from autograder.exercise.fingerprints import Mark, Signatures
from autograder.exercise.function import Function
from autograder.exercise.mutants import Mutants
from autograder.exercise.packing import right_marks
from autograder.judge.known_mistakes import recognise
from autograder.judge.likely import Likely
from autograder.judge.observe import Observation
from autograder.judge.quantities import Results
from autograder.sandbox.plain import Path

#: So many mistakes are made in one function at the most.
MOST_MISTAKES = 4
#: What one search may cost: a call of a function with mistakes in it costs 1, and 1 more for so
#: many lines that run; a combination that is made for the first time costs as much as some calls.
MOST_WORK, LINES, TO_MAKE = 400, 600, 5
#: What it costs to guess which mistakes may give a quantity.
TO_GUESS = 5
#: So many mistakes are tried in a quantity that are likely together, and so many others.
MOST_LIKELY, MOST_OTHERS = 20, 60
#: So many of those that give a quantity alike are followed to the next one.
MOST_ALIKE = 4
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
    have no explanation, which were tried when there were ``since`` mistakes."""

    parts: tuple[tuple[Path, tuple[str, ...]], ...] = ()
    left: tuple[Path, ...] = ()
    since: int = 0

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
        self._signatures = signatures = answer_key.signatures.get(function.name, Signatures())
        self._several = {frozenset(s.mistakes): s.marks for s in signatures if len(s.mistakes) > 1}
        self._two = [tuple(s.mistakes) for s in signatures if len(s.mistakes) == 2]
        table = signatures.singles(self._right)
        self._returning = {s.mistake for s in table if None not in s.marks.values()}
        self._generated = {s.mistake for s in table if answer_key.known[s.mistake].generated}
        self._singles = {s.mistake: s for s in table}
        self._likely = (
            Likely(function.name, [*self._singles], results, mutants) if mutants else None
        )
        self._is_quick = mutants is not None
        self._work, self._each = 0, 1
        if mutants is not None and results.visible:
            self._each += mutants.lines(function.name, results.visible[0]) // LINES
        self._made: dict[tuple[tuple[str, ...], Case], Sequence[Mark] | str | None] = {}
        #: The mistakes that were made together.
        self._combined: set[tuple[str, ...]] = set()
        #: By quantity, and what is found, the mistakes that may be in it.
        self._usable_in: dict[tuple[Path, _Found], list[str]] = {}
        #: By quantity, the mistakes of which each gives it alone.
        self._alone: dict[Path, Collection[str]] = {}

    def explanation(self) -> Explanation:
        """The explanation with the most quantities explained, and then the fewest mistakes."""
        found, named = self._searched(), self._function.named
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

    def _searched(self) -> _Found:
        """What is found: first with likely mistakes only, which costs little; then others in what
        is left."""
        found = self._extended(_Found())
        if not self._is_quick or (found.parts and not found.left):
            return found
        self._is_quick = False
        more = self._extended(found._replace(left=(), since=len(found.mistakes)))
        return more if len(more.left) < len(found.left) or not found.parts else found

    def _extended(self, found: _Found) -> _Found:
        """What is found in the first quantity that is not explained yet, and in those after it."""
        path = self._first_wrong(found)
        if path is None:
            # With more mistakes made, what was left may be explained.
            if self._mutants and found.left and len(found.mistakes) > found.since:
                return self._extended(found._replace(left=(), since=len(found.mistakes)))
            return found
        more: list[_Found] = []
        several = False
        if len(found.mistakes) < MOST_MISTAKES:
            for mistakes in self._candidates(path, found):
                parts, several = (*found.parts, (path, mistakes)), len(mistakes) > 1
                made = self._extended(found._replace(parts=parts))
                # What a mistake changes and does not explain must be explained later on.
                owed = {p for each in mistakes for p in self._singles[each].changes}
                if owed.isdisjoint({*found.left} & {*made.left}):
                    more.append(made)
        best = self._best(more, several)
        return best or self._extended(found._replace(left=(*found.left, path)))

    def _best(self, found: Sequence[_Found], several: bool) -> _Found | None:
        """What explains most, with the fewest mistakes; None if there is another single mistake
        that does. Where it explains all of the hidden cases too, any does."""
        complete = [each for each in found if not each.left]
        if self._mutants is None:
            least = min((len(each.mistakes) for each in complete), default=0)
            some = [each for each in complete if len(each.mistakes) == least] or found
            return some[0] if len(some) == 1 else None
        if complete:
            return min(complete, key=lambda each: len(each.mistakes))
        rank = [(len(each.left), len(each.mistakes)) for each in found]
        best = [each for each, own in zip(found, rank, strict=True) if own == min(rank)]
        declared = [each for each in best if self._generated.isdisjoint(each.mistakes)]
        some = declared or best
        return some[0] if len(some) == 1 or (some and several) else None

    def _raises(self, case: Case, found: _Found) -> bool:
        """Whether the function raises with the mistakes found; False if that is not known."""
        if self._mutants is not None:
            return self._fingerprint(found.mistakes, case) is None
        return any(self._singles[m].marks.get(case.label) is None for m in found.mistakes)

    def _first_wrong(self, found: _Found) -> Path | None:
        return next((path for path in self._wrong(found) if path not in found.left), None)

    def _wrong(self, found: _Found) -> Iterator[Path]:
        """The quantities that the mistakes found do not give."""
        cases, paths = self._results.cases, self._results.paths
        return (path for path in paths if not self._agree([path], cases, found.mistakes))

    def _candidates(self, path: Path, found: _Found) -> Iterator[tuple[str, ...]]:
        """The mistakes that explain a quantity together with those found already: single ones, or
        if there are none several."""
        paths = self._results.paths
        before = {*paths[: paths.index(path)], *self._results.right}
        if (path, found) not in self._usable_in:
            kept = before if self._likely is None else before - {*found.left}
            self._usable_in[path, found] = self._usable(path, kept, found)
        names = self._usable_in[path, found]
        before.difference_update(found.left)
        explained = False
        for single in self._ordered(names, path, found):
            if self._explains((single,), path, before, found):
                explained = True
                yield (single,)
        if explained:
            return
        several = (
            each
            for each in self._together(names, path, found)
            if self._explains(each, path, before, found)
        )
        # In a student's copy there must not be a second pair.
        some = [*islice(several, MOST_ALIKE if self._mutants else 2)]
        yield from some if self._mutants or len(some) == 1 else ()

    def _usable(self, path: Path, before: Collection[Path], found: _Found) -> list[str]:
        """The mistakes that change a quantity, and none ``before`` it or right. What is the same
        everywhere may be no result at all, and only who declares a mistake knows of such."""
        is_constant = self._results.is_constant(path)
        return [
            single.mistake
            for single in self._singles.values()
            if path in single.changes
            and single.mistake not in found.mistakes
            and not (is_constant and single.mistake in self._generated)
            and single.changes.isdisjoint(before)
        ]

    def _ordered(self, names: Sequence[str], path: Path, found: _Found) -> Sequence[str]:
        """Mistakes to be tried in a quantity. Alone each has known numbers; with others it has to
        be made: first the likely ones, then those that change just what is wrong."""
        if not found.mistakes:
            alone = self._give_alone(path)
            return [name for name in names if name in alone]
        if self._likely is None:
            return names
        likely, others = self._likely.singles(names, path, found.mistakes)
        if self._is_quick:
            return likely
        wrong = {*self._wrong(found)}
        others.sort(key=lambda name: len(self._singles[name].changes ^ wrong))
        return [*likely, *others[:MOST_OTHERS]]

    def _give_alone(self, path: Path) -> Collection[str]:
        """The mistakes of which each alone gives a quantity on all visible cases."""
        if path not in self._alone:
            alone = {*self._singles}
            for case in self._results.visible:
                at, found = self._results.found(path, case)
                if found is not None:
                    alone &= self._signatures.giving(case.label, at, found)
            self._alone[path] = alone
        return self._alone[path]

    def _together(
        self, names: Sequence[str], path: Path, found: _Found
    ) -> Iterator[tuple[str, ...]]:
        """Several mistakes each that may give a quantity together: in a student's copy those whose
        numbers are known, or else those that are likely to, and some others."""
        # What is computed from something unexplained is not explained by several either.
        if self._likely is None:
            if not (found.parts or found.left):
                yield from (pair for pair in self._two if {*pair} <= {*names})
            return
        if found.left or self._work > MOST_WORK:
            return
        self._work += TO_GUESS
        yield from islice(self._likely.together(names, path, found.mistakes), MOST_LIKELY)
        if self._is_quick or found.parts:
            return
        wrong = {*self._wrong(found)}
        changes = {name: self._singles[name].changes for name in names}
        pairs = sorted(
            self._likely.others(names, path),
            key=lambda pair: len((changes[pair[0]] | changes[pair[1]]) ^ wrong),
        )
        for pair in pairs:
            if self._work > MOST_WORK:
                return
            yield pair

    def _explains(
        self, mistakes: tuple[str, ...], path: Path, before: Collection[Path], found: _Found
    ) -> bool:
        """Whether mistakes, with those found, give a quantity and those ``before`` everywhere. What
        one mistake alone changes is looked up first, which costs no call."""
        every = (*found.mistakes, *mistakes)
        is_looked_up = self._mutants is not None and self._is_in_table(path, every)
        for case in self._results.visible if is_looked_up else ():
            known = self._in_table(path, case, every)
            if known != UNKNOWN and not self._results.agrees(path, case, known):
                return False
        return self._agree([path, *before], self._results.cases, every)

    def _is_in_table(self, path: Path, mistakes: tuple[str, ...]) -> bool:
        """Whether something is known of a quantity with these mistakes: one of them changes it, or
        what these give together is known, or one of them raises."""
        changing = [m for m in mistakes if path in self._singles[m].changes]
        if len(changing) < 2 or frozenset(changing) in self._several:
            return True
        return not self._returning.issuperset(mistakes)

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
            self._work += self._each + TO_MAKE * (mistakes not in self._combined)
            self._combined.add(mistakes)
            self._made[key] = UNKNOWN
            if self._work <= MOST_WORK and self._mutants is not None:
                with suppress(ExerciseError):  # they cannot be made together
                    self._made[key] = self._mutants.fingerprint(self._function.name, case, mistakes)
        return self._made[key]
