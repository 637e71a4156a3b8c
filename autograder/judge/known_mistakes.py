"""Which known mistakes give exactly a function's results, and whether only its helpers are wrong.

A mistake is named only if the numbers are equal: on every case, the function gave what the solution
gives with these mistakes in it, and no other combination of as few mistakes does.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from autograder.exercise.answer_key import AnswerKey, Case
from autograder.exercise.declaration import Function
from autograder.exercise.fingerprints import Mark, Signatures, fingerprint, matches, rounded
from autograder.exercise.mutants import Mutants
from autograder.faults import Fault
from autograder.judge.compare import nearly_equal, structure_problem
from autograder.judge.observe import Observation
from autograder.judge.values import judged
from autograder.sandbox.calls import Call, Caller
from autograder.sandbox.plain import agree, lookup, map_leaves, plain

#: Wrong helpers excuse a function only if they mask at most this share of its declared mistakes.
MOST_HIDDEN = 0.2
#: The size of the cache of helpers' results in bytes, and the overhead of one entry.
MAX_KNOWN, ENTRY_BYTES = 8_000_000, 200

Found = Sequence[tuple[Mark, float]] | None


#: In the place of a value, where a function raised.
_RAISED = object()


class NoValue(Exception):
    """A student's function returned no usable value."""


def recognise(
    function: Function,
    seen: Sequence[Observation],
    answer_key: AnswerKey,
    mutants: Mutants | None,
    helpers: Collection[str],
) -> Sequence[str]:
    """The known mistakes that explain a function's results, in it or in one of its wrong
    ``helpers``; empty if none or several combinations do.

    With ``mutants``, they have to give the same on the hidden cases as well, and the first
    combination that does is returned.
    """
    found = _found(function, seen)
    if found is None:
        return ()
    matching = [
        signature.mistakes
        for signature in answer_key.signatures.get(function.name, Signatures()).near(found)
        if all(
            answer_key.known[m].function in (function.name, *helpers) for m in signature.mistakes
        )
        and _fits(found, signature.marks)
    ]
    if mutants is not None:
        hidden = [item.case for item in seen if item.case.hidden]
        matching = [
            mistakes
            for mistakes in matching
            if _gives(mutants, function, hidden, found, mistakes, None)
        ][:1]
    return _only(matching)


def _only(matching: Sequence[Sequence[str]]) -> Sequence[str]:
    """The only combination of the fewest mistakes; empty if there are several. ``matching`` is
    sorted by the number of mistakes."""
    fewest = [mistakes for mistakes in matching if len(mistakes) == len(matching[0])]
    return fewest[0] if len(fewest) == 1 else ()


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


def _fits(found: Mapping[str, Found], known: Mapping[str, Sequence[Mark] | None]) -> bool:
    """Whether all fingerprints are the known ones, and at least one is not an exception."""
    return any(mark is not None for mark in known.values()) and all(
        _same(found.get(label), mark) for label, mark in known.items()
    )


def _same(found: Found, known: Sequence[Mark] | None) -> bool:
    if found is None or known is None:
        return found is None and known is None
    return matches(found, known)


def gives(
    mutants: Mutants, function: Function, seen: Sequence[Observation], mistakes: Sequence[str]
) -> bool:
    """Whether a function gave what the solution gives with these mistakes, on every judged case."""
    return all(
        _is_given(mutants, function, item, mistakes, None) for item in judged(function, seen)
    )


def _is_given(
    mutants: Mutants,
    function: Function,
    item: Observation,
    mistakes: Sequence[str],
    own: Mapping[str, Callable[..., Any]] | None,
) -> bool:
    """Whether a result has the right structure and equals the solution's with these mistakes and
    ``own`` functions, entry by entry."""
    expected = item.case.expected[function.name]
    if not item.first.returned or structure_problem(function.name, item.first.value, expected):
        return False
    found = _without_extras(item.first.value, expected)
    if not _is_like(found, expected):
        return False
    value = _value(mutants, function, item.case, mistakes, own)
    return value is not _RAISED and nearly_equal(value, found)


def _value(
    mutants: Mutants,
    function: Function,
    case: Case,
    mistakes: Sequence[str],
    own: Mapping[str, Callable[..., Any]] | None,
) -> Any:
    """What the solution with these mistakes and ``own`` functions gives, or `_RAISED`. A fault of
    the machine, met where a student's function is called, is raised."""
    try:
        return mutants.value(function.name, case, mistakes, own)
    except (Fault, OSError):
        raise
    except Exception:  # of the solution, with these mistakes or these functions
        return _RAISED


def _without_extras(value: Any, right: Any) -> Any:
    """A result of the right structure, without its extra keys."""
    return map_leaves(lambda path, _: lookup(value, path), right, whole=(list,))


def _gives(
    mutants: Mutants,
    function: Function,
    cases: Sequence[Case],
    found: Mapping[str, Found],
    mistakes: Sequence[str],
    own: Mapping[str, Callable[..., Any]] | None,
) -> bool:
    """Whether the solution with these mistakes has the fingerprints ``found`` on the cases."""
    for case in cases:
        if case.label not in found:
            continue
        value, known = _value(mutants, function, case, mistakes, own), None
        if value is not _RAISED:  # otherwise the student's function has to raise too
            known = rounded(fingerprint(value, case.expected[function.name]))
        if not _same(found[case.label], known):
            return False
    return True


class OwnHelpers:
    """A student's functions, wrapped to replace the solution's.

    ``caller`` should reach a process in which only the submission's cells have run. There a helper
    knows only its arguments, and cannot replay numbers that another function stored.
    """

    def __init__(self, names: Sequence[str], caller: Caller, mutants: Mutants) -> None:
        self._caller, self._mutants = caller, mutants
        self._known: dict[bytes, Any] = {}
        self._room = MAX_KNOWN
        self.functions = {name: self._function(name) for name in names}

    def _function(self, name: str) -> Callable[..., Any]:
        def function(*arguments: Any) -> Any:
            values = tuple(plain(argument) for argument in arguments)
            key = _digest((name, values))
            value = self._known[key] if key in self._known else self._ask(name, values)
            if self._room > 0 and key not in self._known:
                self._known[key] = value
                self._room -= _size(value)
            if value is None:
                raise NoValue(name)
            return value

        return function

    def _ask(self, name: str, values: tuple[Any, ...]) -> Any:
        (outcome,) = self._caller([Call(name, values)])
        # A value of another shape could grow without bounds in the solution.
        right = self._mutants.call(name, values)
        return outcome.value if _is_like(outcome.value, right) else None


def _digest(value: Any) -> bytes:
    """A hash of a plain value, as a cache key."""
    digest = hashlib.sha256()
    for part in _parts(value):
        digest.update(part)
    return digest.digest()


def _parts(value: Any) -> Iterator[bytes]:
    """Bytes that identify a plain value."""
    if isinstance(value, np.ndarray):
        yield f"array {value.dtype.str} {value.shape}\n".encode()
        yield value.tobytes()
    elif isinstance(value, (dict, list, tuple)):
        yield f"{type(value).__name__} {len(value)}\n".encode()
        for item in value.items() if isinstance(value, dict) else value:
            yield from _parts(item)
    else:
        yield f"{type(value).__name__} {value!r}\n".encode("utf-8", "replace")


def _size(value: Any) -> int:
    """The approximate size of a cache entry in bytes."""
    return ENTRY_BYTES + sum(map(len, _parts(value)))


def _is_like(value: Any, right: Any) -> bool:
    """Whether a value has the keys, shapes and kinds of the right one, and is finite."""
    return agree(value, right, _are_like_numbers)


def _are_like_numbers(value: Any, right: Any) -> bool:
    is_float = isinstance(value, (float, np.ndarray)) and np.asarray(value).dtype.kind == "f"
    return is_float and np.shape(value) == np.shape(right) and bool(np.isfinite(value).all())


def is_made_right(function: str, seen: Sequence[Observation]) -> bool:
    """Whether a function's results have the structure of right ones on every case."""
    return all(_is_like(item.first.value, item.case.expected[function]) for item in seen)


def is_given(
    function: Function, seen: Sequence[Observation], own: OwnHelpers, mutants: Mutants
) -> bool:
    """Whether a function gave, on every judged case, what the solution gives with the student's own
    helpers, entry by entry."""
    return all(
        _is_given(mutants, function, item, (), own.functions) for item in judged(function, seen)
    )


def is_right_given(
    function: Function,
    seen: Sequence[Observation],
    answer_key: AnswerKey,
    own: OwnHelpers,
    mutants: Mutants,
) -> bool:
    """Whether a function is right given the student's own helpers, entry by entry on every case.

    False if the helpers mask more than `MOST_HIDDEN` of its declared mistakes: with such helpers,
    equal results are no evidence that the function is right.
    """
    if not is_given(function, seen, own, mutants):
        return False
    mine = [name for name, known in answer_key.known.items() if known.function == function.name]
    cases, fingerprints = [item.case for item in seen], _found(function, seen) or {}
    masked = sum(
        _gives(mutants, function, cases, fingerprints, (mistake,), own.functions)
        for mistake in mine
    )
    return is_varied(function, seen) and masked <= MOST_HIDDEN * len(mine)


def is_varied(function: Function, seen: Sequence[Observation]) -> bool:
    """Whether a function returned on every case, with arrays that are not constant. With helpers
    that return constants, any function looks right."""
    returned = all(item.first.returned for item in seen)
    return returned and all(
        _is_varied(item.first.value, item.case.expected[function.name]) for item in seen
    )


def _is_varied(value: Any, right: Any) -> bool:
    """Whether every expected array with several entries has different numbers in it, and is not a
    list."""
    if isinstance(right, dict) and isinstance(value, dict):
        return all(_is_varied(value.get(key), item) for key, item in right.items())
    if isinstance(value, (list, tuple)):
        return isinstance(right, (list, tuple)) and all(map(_is_varied, value, right))
    return not isinstance(value, np.ndarray) or value.size < 2 or bool(np.ptp(value) > 0)


def recognise_given(
    function: Function,
    seen: Sequence[Observation],
    answer_key: AnswerKey,
    own: OwnHelpers,
    mutants: Mutants,
) -> Sequence[str]:
    """The known mistakes in a function that explain its results when it is run with the student's
    own helpers; empty if none or several combinations do."""
    found = _found(function, seen)
    if not found or all(each is None for each in found.values()):
        return ()
    visible = [item.case for item in seen if not item.case.hidden]
    hidden = [item.case for item in seen if item.case.hidden]

    def is_made(mistakes: Sequence[str], cases: Sequence[Case]) -> bool:
        return _gives(mutants, function, cases, found, mistakes, own.functions)

    if is_made((), [*visible, *hidden]):
        return ()  # only the helpers are wrong
    mine = [name for name, known in answer_key.known.items() if known.function == function.name]
    combinations = [*((one,) for one in mine), *itertools.combinations(mine, 2)]
    # Visible cases select the mistakes and hidden ones only confirm them: a selection could leak.
    named = _only([mistakes for mistakes in combinations if is_made(mistakes, visible)])
    return named if named and is_made(named, hidden) else ()
