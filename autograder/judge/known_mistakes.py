"""Which known mistakes give exactly what a function gave, and whether only its helpers are wrong.

A name is an identity of the numbers: on every case the function gave what the solution gives with
these mistakes made in it, and no other combination as simple does. When in doubt there is none.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from autograder.exercise.answer_key import Case, Sheet
from autograder.exercise.declaration import Function
from autograder.exercise.fingerprints import Mark, Signatures, alike, kept, marks
from autograder.exercise.mutants import Mutants
from autograder.judge.compare import alike as alike_values
from autograder.judge.compare import structure_problem
from autograder.judge.observe import Observation
from autograder.judge.values import judged
from autograder.sandbox.calls import Call, Caller
from autograder.sandbox.plain import agree, lookup, map_leaves, plain

#: The share of a function's declared mistakes that helpers may hide, and still excuse it.
MOST_HIDDEN = 0.2
#: So many bytes of what helpers gave are kept, to ask no helper the same again, and so many go
#: with each.
MAX_KNOWN, ENTRY_BYTES = 8_000_000, 200

Found = Sequence[tuple[Mark, float]] | None


class NoValue(Exception):
    """A student's function gave no value."""


def recognise(
    function: Function,
    seen: Sequence[Observation],
    sheet: Sheet,
    mutants: Mutants | None,
    helpers: Collection[str],
) -> Sequence[str]:
    """The mistakes that were made in a function, or in one of its wrong ``helpers``.

    With ``mutants`` they have to give the same on the hidden cases as well. Of several that do,
    the first stands for all.
    """
    found = _found(function, seen)
    if found is None:
        return ()
    matching = [
        signature.mistakes
        for signature in sheet.signatures.get(function.name, Signatures()).near(found)
        if all(sheet.known[m].function in (function.name, *helpers) for m in signature.mistakes)
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
    """The only combination of the fewest mistakes; none where there are two. Combinations come in
    the order of how many they are."""
    fewest = [mistakes for mistakes in matching if len(mistakes) == len(matching[0])]
    return fewest[0] if len(fewest) == 1 else ()


def _found(function: Function, seen: Sequence[Observation]) -> dict[str, Found] | None:
    """The fingerprints by case, None where the function raised; None in all when it hung or
    crashed, which tells nothing."""
    found: dict[str, Found] = {}
    for item in judged(function, seen):
        if not item.first.returned and item.first.kind != "raised":
            return None
        value, expected = item.first.value, item.case.expected[function.name]
        found[item.case.label] = marks(value, expected) if item.first.returned else None
    return found


def _fits(found: Mapping[str, Found], known: Mapping[str, Sequence[Mark] | None]) -> bool:
    """Whether all fingerprints are the known ones, and one of them at least shows numbers."""
    return any(mark is not None for mark in known.values()) and all(
        _same(found.get(label), mark) for label, mark in known.items()
    )


def _same(found: Found, known: Sequence[Mark] | None) -> bool:
    if found is None or known is None:
        return found is None and known is None
    return alike(found, known)


def gives(
    mutants: Mutants, function: Function, seen: Sequence[Observation], mistakes: Sequence[str]
) -> bool:
    """Whether a function gave on every case what the solution gives with these mistakes."""
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
    """The same entry by entry, and made as a right result is: what is excused has to be."""
    expected = item.case.expected[function.name]
    if not item.first.returned or structure_problem(function.name, item.first.value, expected):
        return False
    found = _asked_for(item.first.value, expected)
    if not _is_like(found, expected):
        return False
    try:
        return alike_values(mutants.value(function.name, item.case, mistakes, own), found)
    except Exception:
        return False


def _asked_for(value: Any, right: Any) -> Any:
    """A result whose structure is right, without what may stand in it besides."""
    return map_leaves(lambda path, _: lookup(value, path), right, whole=(list,))


def _gives(
    mutants: Mutants,
    function: Function,
    cases: Sequence[Case],
    found: Mapping[str, Found],
    mistakes: Sequence[str],
    own: Mapping[str, Callable[..., Any]] | None,
) -> bool:
    """Whether the solution with these mistakes gives on the cases what was found."""
    for case in cases:
        if case.label not in found:
            continue
        try:
            value = mutants.value(function.name, case, mistakes, own)
            known = kept(marks(value, case.expected[function.name]))
        except Exception:  # what was found has to be an exception too
            known = None
        if not _same(found[case.label], known):
            return False
    return True


class OwnHelpers:
    """A student's functions, to be called in the place of the solution's.

    ``caller`` should reach a process in which nothing but the submission's cells has run: there
    a helper knows no more than it is given, and cannot repeat what another function made up.
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
        # What has another shape than it should could grow without bounds in the solution.
        right = self._mutants.call(name, values)
        return outcome.value if _is_like(outcome.value, right) else None


def _digest(value: Any) -> bytes:
    """A plain value as something to look up by, of a few bytes whatever its size."""
    digest = hashlib.sha256()
    for part in _parts(value):
        digest.update(part)
    return digest.digest()


def _parts(value: Any) -> Iterator[bytes]:
    """The bytes that tell a plain value from every other one."""
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
    """About how many bytes a plain value takes up."""
    return ENTRY_BYTES + sum(map(len, _parts(value)))


def _is_like(value: Any, right: Any) -> bool:
    """Whether a value is made as a right one: the same keys, shapes and kinds, and finite."""
    return agree(value, right, _are_like_numbers)


def _are_like_numbers(value: Any, right: Any) -> bool:
    is_float = isinstance(value, (float, np.ndarray)) and np.asarray(value).dtype.kind == "f"
    return is_float and np.shape(value) == np.shape(right) and bool(np.isfinite(value).all())


def is_made_right(function: str, seen: Sequence[Observation]) -> bool:
    """Whether what a function returned is made as a right result is, on every case."""
    return all(_is_like(item.first.value, item.case.expected[function]) for item in seen)


def is_given(
    function: Function, seen: Sequence[Observation], own: OwnHelpers, mutants: Mutants
) -> bool:
    """Whether a function gave on every case what the solution gives with the student's own
    helpers, entry by entry."""
    return all(
        _is_given(mutants, function, item, (), own.functions) for item in judged(function, seen)
    )


def is_right_given(
    function: Function,
    seen: Sequence[Observation],
    sheet: Sheet,
    own: OwnHelpers,
    mutants: Mutants,
) -> bool:
    """Whether a function is right given the student's own helpers, entry by entry on every case.

    Not where these hide what the function does: they do not tell its declared mistakes apart.
    """
    if not is_given(function, seen, own, mutants):
        return False
    mine = [name for name, known in sheet.known.items() if known.function == function.name]
    cases, fingerprints = [item.case for item in seen], _found(function, seen) or {}
    hidden = sum(
        _gives(mutants, function, cases, fingerprints, (mistake,), own.functions)
        for mistake in mine
    )
    return is_varied(function, seen) and hidden <= MOST_HIDDEN * len(mine)


def is_varied(function: Function, seen: Sequence[Observation]) -> bool:
    """Whether a function returned on every case, arrays where they belong and not the same number
    everywhere: with helpers that do that, any function looks right."""
    returned = all(item.first.returned for item in seen)
    return returned and all(
        _is_varied(item.first.value, item.case.expected[function.name]) for item in seen
    )


def _is_varied(value: Any, right: Any) -> bool:
    """Whether every array that is asked for and has more than one entry holds more than one
    number, and is no list of them."""
    if isinstance(right, dict) and isinstance(value, dict):
        return all(_is_varied(value.get(key), item) for key, item in right.items())
    if isinstance(value, (list, tuple)):
        return isinstance(right, (list, tuple)) and all(map(_is_varied, value, right))
    return not isinstance(value, np.ndarray) or value.size < 2 or bool(np.ptp(value) > 0)


def recognise_given(
    function: Function,
    seen: Sequence[Observation],
    sheet: Sheet,
    own: OwnHelpers,
    mutants: Mutants,
) -> Sequence[str]:
    """The function's own mistakes on top of what the student's own helpers make of it."""
    found = _found(function, seen)
    if not found or all(each is None for each in found.values()):
        return ()
    visible = [item.case for item in seen if not item.case.hidden]
    hidden = [item.case for item in seen if item.case.hidden]

    def is_made(mistakes: Sequence[str], cases: Sequence[Case]) -> bool:
        return _gives(mutants, function, cases, found, mistakes, own.functions)

    if is_made((), [*visible, *hidden]):
        return ()  # nothing of its own is wrong
    mine = [name for name, known in sheet.known.items() if known.function == function.name]
    combinations = [*((one,) for one in mine), *itertools.combinations(mine, 2)]
    # Visible cases choose the name, and hidden ones confirm it: they must not choose.
    named = _only([mistakes for mistakes in combinations if is_made(mistakes, visible)])
    return named if named and is_made(named, hidden) else ()
