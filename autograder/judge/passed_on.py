"""Which known mistakes explain a function that cannot be given right helpers: its own, and those of
what it uses.

A method is called through a probe, and takes an object, for which no right one can stand. What the
solution gives with the mistakes of other methods in it says whether this one only passes them on.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from typing import NamedTuple
from weakref import WeakKeyDictionary

from autograder.exercise.answer_key import Case
from autograder.exercise.error import ExerciseError
from autograder.exercise.fingerprints import Mark, fingerprint, matches
from autograder.exercise.function import Function
from autograder.exercise.mutants import Mutants
from autograder.judge import evidence
from autograder.judge.observe import Observation

#: So many combinations of mistakes are tried for one function, the smallest first, and no larger
#: ones than this. Others are known from where they are.
MOST_TRIED, LARGEST = 60, 2


#: On each case, the fingerprint of what a function gave.
Given = Sequence[tuple[Case, Sequence[tuple[Mark, float]]]]
#: By case, and by function and mistakes, what was made there.
_made: WeakKeyDictionary[Case, dict[tuple[str, tuple[str, ...]], Sequence[Mark] | None]] = (
    WeakKeyDictionary()
)


class Explained(NamedTuple):
    """The mistakes that explain a function: its ``own``, and by function those that it passes on.
    It ``shows`` that it computes all of its result."""

    own: Sequence[str]
    others: Mapping[str, Sequence[str]]
    shows: bool


def explain(
    function: Function,
    failing: Mapping[str, Sequence[str]],
    seen: Sequence[Observation],
    near: Sequence[Observation],
    mutants: Mutants,
    passing: Sequence[tuple[Function, Sequence[Observation]]] = (),
) -> Explained | None:
    """The mistakes, of a function and of the ``failing`` ones that it uses, with which the solution
    gives the same on every case; None where there are none, or several sets as small.

    Of those that fail, ``failing`` holds the mistakes that are recognised in each alone. What is
    ``passing`` has to be right with the mistakes, too.
    """
    items = [*seen, *near]
    if not items or not all(item.first.returned for item in items):
        return None
    fits = partial(_fits_all, function, _marked(function, items), mutants, passing)
    mistakes = _fitting(function, failing, mutants, fits)
    if mistakes is None:
        return None
    by_function: dict[str, list[str]] = {}
    for mistake in mistakes:
        by_function.setdefault(mutants.mistakes[mistake].function, []).append(mistake)
    own = by_function.pop(function.name, [])
    return Explained(own, by_function, evidence.shows(function, seen, near))


def agreeing(found: Mapping[str, Explained]) -> dict[str, Explained]:
    """Those of which all that is passed on was found where it comes from, too."""
    return {
        name: each
        for name, each in found.items()
        if all(
            other in found and sorted(found[other].own) == sorted(mistakes)
            for other, mistakes in each.others.items()
        )
    }


def _fitting(
    function: Function,
    failing: Mapping[str, Sequence[str]],
    mutants: Mutants,
    fits: Callable[[Sequence[str]], bool],
) -> Sequence[str] | None:
    used = [name for name in function.uses if name in failing]
    passed_on = [mistake for name in used for mistake in failing[name]]
    for known in sorted((passed_on, failing[function.name]), key=len):
        if known and fits(known):
            return known
    fitting: list[Sequence[str]] = []
    for mistakes in _combinations([function.name, *used], mutants):
        if fitting and len(mistakes) > len(fitting[0]):
            break
        if fits(mistakes):
            fitting.append(mistakes)
    return fitting[0] if len(fitting) == 1 else None


def _combinations(names: Collection[str], mutants: Mutants) -> Iterator[Sequence[str]]:
    of_these = [mistake for mistake in mutants.mistakes.values() if mistake.function in names]
    declared = [mistake.id for mistake in of_these if not mistake.generated]
    alone = ([mistake.id] for mistake in of_these)
    sizes = (itertools.combinations(declared, size) for size in range(2, LARGEST + 1))
    return itertools.islice(itertools.chain(alone, *sizes), MOST_TRIED)


def _marked(function: Function, items: Sequence[Observation]) -> Given:
    return [
        (item.case, fingerprint(item.first.value, item.case.expected[function.name]))
        for item in items
    ]


def _fits_all(
    function: Function,
    given: Given,
    mutants: Mutants,
    passing: Sequence[tuple[Function, Sequence[Observation]]],
    mistakes: Sequence[str],
) -> bool:
    """Whether the solution with these mistakes gives what a function gave, and what those gave that
    are right and use what has the mistakes."""
    if not _all_fit(function, given, mutants, mistakes):
        return False
    made_in = {mutants.mistakes[mistake].function for mistake in mistakes}
    return all(
        _all_fit(other, _marked(other, seen), mutants, mistakes)
        for other, seen in passing
        if made_in.intersection((other.name, *other.uses))
    )


def _all_fit(function: Function, given: Given, mutants: Mutants, mistakes: Sequence[str]) -> bool:
    """Whether the solution with these mistakes gives on every case what was given there."""
    for case, found in given:
        known = _known(function.name, case, mutants, tuple(mistakes))
        if known is None or not matches(found, known):
            return False
    return True


def _known(
    function: str, case: Case, mutants: Mutants, mistakes: tuple[str, ...]
) -> Sequence[Mark] | None:
    """What the solution with these mistakes gives on a case; None where it raises, or they exclude
    each other. The visible cases are the same for all submissions."""
    made = _made.setdefault(case, {})
    if (function, mistakes) not in made:
        try:
            made[function, mistakes] = mutants.fingerprint(function, case, mistakes)
        except ExerciseError:
            made[function, mistakes] = None
    return made[function, mistakes]
