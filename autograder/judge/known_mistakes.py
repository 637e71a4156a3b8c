"""Which known mistakes give exactly a function's results.

A mistake is named only if the numbers are equal: on every case, the function gave what the solution
gives with these mistakes in it, and no other combination of as few mistakes does.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from itertools import islice

from autograder.exercise.answer_key import AnswerKey, Case
from autograder.exercise.error import ExerciseError
from autograder.exercise.fingerprints import Mark, Signatures, fingerprint, matches
from autograder.exercise.function import Function
from autograder.exercise.mutants import Mutants
from autograder.judge.observe import Observation
from autograder.judge.values import judged

#: So many combinations are tried beside mistakes in what others keep, the simplest first.
MOST_TRIED = 200

Found = Sequence[tuple[Mark, float]] | None


def recognise(
    function: Function,
    seen: Sequence[Observation],
    answer_key: AnswerKey,
    mutants: Mutants | None,
    upstream: Sequence[str] = (),
) -> Sequence[str]:
    """The known mistakes in a function that explain its results, given right helpers; empty if none
    or several combinations do.

    With ``mutants``, they have to give the same on the hidden cases as well, and the first
    combination that does is returned. Without, some numbers have to be wrong. ``upstream`` are the
    known mistakes in what keeps something for the function: what it gives shows them too.
    """
    found = _found(function, seen)
    if found is None or (mutants is None and not _shows_wrong_numbers(function, seen)):
        return ()
    if upstream and mutants is not None:
        return _beside(mutants, function, seen, found, upstream)
    matching = [
        signature.mistakes
        for signature in answer_key.signatures.get(function.name, Signatures()).near(found)
        if _fits(found, signature.marks)
    ]
    if mutants is not None:
        hidden = [item.case for item in seen if item.case.hidden]
        matching = [
            mistakes for mistakes in matching if _gives(mutants, function, hidden, found, mistakes)
        ][:1]
    return _only(matching)


def _only(matching: Sequence[Sequence[str]]) -> Sequence[str]:
    """The only combination of the fewest mistakes; empty if there are several. ``matching`` is
    sorted by the number of mistakes."""
    fewest = [mistakes for mistakes in matching if len(mistakes) == len(matching[0])]
    return fewest[0] if len(fewest) == 1 else ()


def follows(
    function: Function, seen: Sequence[Observation], mutants: Mutants, upstream: Sequence[str]
) -> bool:
    """Whether a function gives on every case what the solution's gives with the known mistakes
    ``upstream``, in what keeps something for it, and none of its own."""
    items, found = judged(function, seen), _found(function, seen)
    if not items or found is None or None in found.values():
        return False
    return _gives(mutants, function, [item.case for item in items], found, upstream)


def _beside(
    mutants: Mutants,
    function: Function,
    seen: Sequence[Observation],
    found: Mapping[str, Found],
    upstream: Sequence[str],
) -> Sequence[str]:
    """The first combination that explains results together with mistakes ``upstream``; empty if
    these do by themselves."""
    cases = [item.case for item in seen if found.get(item.case.label) is not None]
    some = islice(mutants.combinations(function.name), MOST_TRIED)
    for mistakes in ([], *some) if cases else ():
        with contextlib.suppress(ExerciseError):  # they exclude each other
            if _gives(mutants, function, cases, found, [*upstream, *mistakes]):
                return mistakes
    return ()


def _found(function: Function, seen: Sequence[Observation]) -> dict[str, Found] | None:
    """The fingerprints by case label, None for a case on which the function raised; None altogether
    if it timed out or crashed on some case."""
    found: dict[str, Found] = {}
    for item in judged(function, seen):
        if not item.first.returned and item.first.kind != "raised":
            return None
        value, expected = item.first.value, item.case.expected[function.name]
        found[item.case.label] = fingerprint(value, expected) if item.first.returned else None
    return found


def _shows_wrong_numbers(function: Function, seen: Sequence[Observation]) -> bool:
    """Whether something other than an exception is wrong: on few cases many mistakes raise one."""
    return any(item.first.returned and not item.is_right for item in judged(function, seen))


def _fits(found: Mapping[str, Found], known: Mapping[str, Sequence[Mark] | None]) -> bool:
    """Whether all fingerprints are the known ones, and at least one is not an exception."""
    return any(mark is not None for mark in known.values()) and all(
        _same(found.get(label), mark) for label, mark in known.items()
    )


def _same(found: Found, known: Sequence[Mark] | None) -> bool:
    if found is None or known is None:
        return found is None and known is None
    return matches(found, known)


def _gives(
    mutants: Mutants,
    function: Function,
    cases: Sequence[Case],
    found: Mapping[str, Found],
    mistakes: Sequence[str],
) -> bool:
    """Whether the solution with these mistakes has the fingerprints ``found`` on the cases."""
    for case in cases:
        if case.label not in found:
            continue
        if not _same(found[case.label], mutants.fingerprint(function.name, case, mistakes)):
            return False
    return True
