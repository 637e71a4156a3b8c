"""The solution with known mistakes in it: its results, and the signatures of each mistake.

Everything here runs the solution's own source, which is trusted, and never a student's code.
"""

from __future__ import annotations

import ast
import contextlib
import itertools
import math
import types
import warnings
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from types import MappingProxyType
from typing import Any

import numpy as np

from autograder.exercise.answer_key import AnswerKey, Case
from autograder.exercise.composition import filled
from autograder.exercise.declaration import Exercise, ExerciseError, Function, Mistake
from autograder.exercise.definitions import definitions, extent_of
from autograder.exercise.fingerprints import (
    KnownMistake,
    Mark,
    Signature,
    Signatures,
    fingerprint,
    matches,
    rounded,
)
from autograder.exercise.probes import called, rebind_probes
from autograder.exercise.shapes import Shapes, shapes_in
from autograder.sandbox.plain import copy_plain, leaves, map_leaves, plain

#: Combinations of three mistakes are tried if there are no more than this.
MANY_COMBINATIONS = 60


def make(mistakes: Sequence[Mistake], source: str) -> str:
    """The source with the mistakes in it, applied in the first order that works.

    Raises `ExerciseError` if none does.
    """
    for order in itertools.permutations(mistakes):
        made = source
        try:
            for mistake in order:
                made = mistake.apply(made)
        except ExerciseError:
            if len(mistakes) == 1:
                raise
            continue
        return made
    raise ExerciseError(f"{', '.join(m.id for m in mistakes)} cannot be made together")


def require_python(made: str, mistakes: Sequence[Mistake]) -> None:
    """Raise `ExerciseError` if a source with the mistakes in it is not Python."""
    try:
        ast.parse(made)
    except SyntaxError as error:
        names = " and ".join(mistake.id for mistake in mistakes)
        raise ExerciseError(
            f"mistake {names!r}: the solution with it is not Python ({error.msg})",
            *("Mistake", mistakes[0].id),
        ) from None


class Mutants:
    """An exercise's solution, with any of its declared mistakes."""

    def __init__(
        self,
        exercise: Exercise,
        source: str,
        functions: Mapping[str, Any],
        here: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        """``functions`` is the namespace that running ``source`` made, ``here`` makes what they run
        in."""
        self.here = here
        self._made_from = (source, functions, here)
        self.mistakes = {mistake.id: mistake for mistake in exercise.mistakes}
        self._given = exercise.given
        self._functions = functions
        self._sources = {
            name: source[slice(*extent_of(source, node))]
            for name, node in definitions(source).items()
            if "." not in name
        }
        probed = any(function.probe for function in exercise.functions)
        self._classes = [n for n in self._sources if probed and isinstance(functions.get(n), type)]
        self._made: dict[tuple[str, ...], types.CodeType] = {}

    def of(self, exercise: Exercise) -> Mutants:
        """The same solution, with any of the mistakes of this exercise."""
        return Mutants(exercise, *self._made_from)

    def shapes(self, function: str, case: Case) -> Shapes:
        """The shapes of what the names of a function of the solution hold on a case, as far as it
        gets."""
        name, _, method = function.partition(".")
        of = self._functions.get(name)
        of = getattr(of, method, None) if method else of

        def run() -> None:
            with contextlib.suppress(Exception):
                self.value(function, case)

        return shapes_in(of, run)

    def marks(
        self, function: str, case: Case, mistakes: Collection[str]
    ) -> list[tuple[Mark, float]] | None:
        """The fingerprint on one case, or None if the function raises."""
        return self._found(function, case, mistakes)

    def known(self) -> dict[str, KnownMistake]:
        """What students may read of each mistake."""
        return {
            mistake.id: KnownMistake(
                mistake.function, mistake.message, list(mistake.hints), mistake.generated
            )
            for mistake in self.mistakes.values()
        }

    def value(
        self,
        function: str,
        case: Case,
        mistakes: Collection[str] = (),
        own: Mapping[str, Callable[..., Any]] | None = None,
    ) -> Any:
        """The result of a function on a case, as a plain value, with ``mistakes`` in the solution.
        Functions in ``own`` replace the solution's.

        Raises `ExerciseError` for mistakes that cannot be made together, and whatever the function
        raises.
        """
        namespace = self.functions(mistakes)
        namespace.update(own or {})
        with self.here(), warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            given = filled(case, case.functions[function], namespace)
            return plain(called(namespace, function)(*given.values()))

    def call(
        self,
        function: str,
        arguments: Sequence[Any],
        keywords: Mapping[str, Any] = MappingProxyType({}),
    ) -> Any:
        """The result of the solution's function for plain arguments, as a plain value."""
        named = {name: copy_plain(value) for name, value in keywords.items()}
        with self.here(), warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            return plain(called(self._functions, function)(*map(copy_plain, arguments), **named))

    def functions(self, mistakes: Collection[str] = ()) -> dict[str, Any]:
        """A copy of the solution's namespace with the mistakes in it. Its classes are made anew, so
        that their methods use what is in it."""
        namespace = dict(self._functions)
        for name, value in self._functions.items():
            if isinstance(value, types.FunctionType) and value.__globals__ is self._functions:
                namespace[name] = types.FunctionType(
                    value.__code__, namespace, name, value.__defaults__, value.__closure__
                )
        rebind_probes(namespace)
        made: dict[str, list[Mistake]] = {name: [] for name in self._classes if mistakes}
        for mistake in (self.mistakes[each] for each in mistakes):
            made.setdefault(mistake.function.partition(".")[0], []).append(mistake)
        for name, own in made.items():
            exec(self._code(name, own), namespace)  # noqa: S102
        return namespace

    def _code(self, name: str, mistakes: Sequence[Mistake]) -> types.CodeType:
        key = (name, *(mistake.id for mistake in mistakes))
        if key not in self._made:
            source = make(mistakes, self._sources.get(name, ""))
            self._made[key] = compile(source, "<mutant>", "exec", dont_inherit=True)
        return self._made[key]

    def signatures(self, answer_key: AnswerKey, drawn: Sequence[Case]) -> dict[str, Signatures]:
        """By function, the signatures of its mistakes, given right helpers.

        Combinations whose results are right on the visible cases are left out, and so are those
        with the same results as a simpler one, on the ``drawn`` cases too.
        """
        return {
            function.name: self._signatures(function, answer_key, drawn)
            for function in answer_key.functions
        }

    def _signatures(self, of: Function, answer_key: AnswerKey, drawn: Sequence[Case]) -> Signatures:
        function = of.name
        cases = [
            case
            for case in answer_key.visible().cases
            if function in case.expected and not case.has_two_answers(of)
        ]
        # The case with the most numbers comes first: it nearly always distinguishes all mistakes.
        cases.sort(key=lambda case: -_size(case.expected[function]))
        right = [
            rounded(fingerprint(case.expected[function], case.expected[function])) for case in cases
        ]
        groups: dict[str, list[Signature]] = {}
        for mistakes in self.combinations(function):
            try:
                marked = [self.fingerprint(function, case, mistakes) for case in cases]
            except ExerciseError:  # they exclude each other
                continue
            if _key(marked) == _key(right):
                continue
            labelled = {case.label: mark for case, mark in zip(cases, marked, strict=True)}
            group = groups.setdefault(_key(marked[:1]), [])
            if not any(
                self.same(function, [*cases, *drawn], mistakes, other.mistakes) for other in group
            ):
                group.append(Signature(mistakes, labelled))
        right_first = _key(right[:1])
        return Signatures(
            s for first, group in groups.items() for s in _as_needed(group, first == right_first)
        )

    def combinations(self, function: str) -> Iterator[list[str]]:
        """A function's mistakes, then combinations of the declared ones, the simplest first; and
        all that may be left of those that it is given with."""
        of_it = [m for m in self.mistakes.values() if m.function == function]
        own = [mistake.id for mistake in of_it if not mistake.generated]
        yield from ([mistake] for mistake in own)
        yield from ([mistake.id] for mistake in of_it if mistake.generated)
        yield from map(list, itertools.combinations(own, 2))
        if math.comb(len(own), 3) <= MANY_COMBINATIONS:
            yield from map(list, itertools.combinations(own, 3))
        made = [mistake for mistake in own if mistake in self._given.get(function, ())]
        for size in range(3, len(made) + 1):
            yield from map(list, itertools.combinations(made, size))

    def fingerprint(
        self, function: str, case: Case, mistakes: Collection[str]
    ) -> list[Mark] | None:
        """The rounded fingerprint on one case, or None if the function raises."""
        found = self._found(function, case, mistakes)
        return None if found is None else rounded(found)

    def same(
        self, function: str, cases: Sequence[Case], one: Sequence[str], other: Sequence[str]
    ) -> bool:
        """Whether two combinations give a function the same results on all its cases."""
        for case in cases:
            if function not in case.expected:
                continue
            found, known = self._found(function, case, one), self.fingerprint(function, case, other)
            if (found is None) != (known is None):
                return False
            if found is not None and known is not None and not matches(found, known):
                return False
        return True

    def _found(
        self, function: str, case: Case, mistakes: Collection[str]
    ) -> list[tuple[Mark, float]] | None:
        try:
            value = self.value(function, case, mistakes)
        except ExerciseError:
            raise
        except Exception:
            return None
        return fingerprint(value, case.expected[function])


def _as_needed(group: Sequence[Signature], is_right: bool) -> Iterator[Signature]:
    """The signatures of a group that agree on the first case. A single one keeps that case only,
    unless what it gives there ``is_right``."""
    for signature in group:
        first = next(iter(signature.marks))
        alone = len(group) == 1 and not is_right and signature.marks[first] is not None
        yield Signature(signature.mistakes, {first: signature.marks[first]}) if alone else signature


def _size(value: Any) -> int:
    """The number of numbers in a result."""
    return sum(int(np.size(leaf)) for _, leaf in leaves(value))


def _key(marked: Sequence[Sequence[Mark] | None]) -> str:
    """Fingerprints rounded to eight digits, as a dictionary key."""
    return repr(
        map_leaves(lambda _, m: float(f"{m:.8g}") if isinstance(m, float) else m, list(marked))
    )
