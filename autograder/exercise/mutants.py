"""The solution with known mistakes in it: its results, and the signatures of each mistake.

Everything here runs the solution's own source, which is trusted, and never a student's code.
"""

from __future__ import annotations

import ast
import contextlib
import itertools
import math
import sys
import types
import warnings
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import cached_property
from types import MappingProxyType
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from autograder.exercise.answer_key import AnswerKey, Case
from autograder.exercise.composition import filled
from autograder.exercise.declaration import Exercise
from autograder.exercise.definitions import definitions, extent_of
from autograder.exercise.error import ExerciseError
from autograder.exercise.fingerprints import (
    KnownMistake,
    Mark,
    RightMarks,
    Signature,
    Signatures,
    Single,
    fingerprint,
    matches,
    rounded,
)
from autograder.exercise.function import Function
from autograder.exercise.mistake import Mistake
from autograder.exercise.packing import Marks, composed, right_marks, told_apart
from autograder.exercise.probes import called, rebind_probes
from autograder.exercise.shapes import Shapes, shapes_in
from autograder.exercise.turns import TURN, counted, limit, no_limit
from autograder.sandbox.plain import copy_plain, map_leaves, plain

#: Combinations of three mistakes are tried if there are no more than this.
MANY_COMBINATIONS = 60
#: So many fingerprints of a case, and so many changed functions, are kept at the same time.
MOST_KEPT = 5000
#: By function and mistakes.
_Fingerprints = dict[tuple[str, tuple[str, ...]], list[Mark] | None]


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
    raise _apart(mistakes)


def _apart(mistakes: Sequence[Mistake]) -> ExerciseError:
    return ExerciseError(f"{', '.join(m.id for m in mistakes)} cannot be made together")


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
        #: By name and mistakes, the changed code; None of mistakes that exclude each other.
        self._made: dict[tuple[str, ...], types.CodeType | None] = {}
        self._lines: dict[str, int] = {}
        self._known: WeakKeyDictionary[Case, _Fingerprints] = WeakKeyDictionary()
        self._alone: WeakKeyDictionary[Case, dict[tuple[str, str], Any]] = WeakKeyDictionary()

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

    def known(self) -> dict[str, KnownMistake]:
        """What students may read of each mistake."""
        return {
            mistake.id: KnownMistake(
                mistake.function, mistake.message, list(mistake.hints), mistake.generated
            )
            for mistake in self.mistakes.values()
            if mistake.message.strip()
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

        Raises `ExerciseError` for mistakes that cannot be made together, or make a loop that does
        not end, and whatever the function raises.
        """
        namespace = self.functions(mistakes)
        namespace.update({TURN: limit(" and ".join(mistakes)), **(own or {})})
        with self.here(), warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            given = filled(case, case.functions[function], namespace)
            return plain(called(namespace, function)(*given.values()))

    def alone(self, function: str, case: Case, mistake: str) -> Any:
        """The result of a function on a case with one mistake; None if it raises. It is kept while
        there is the case."""
        known, key = self._alone.setdefault(case, {}), (function, mistake)
        if key not in known:
            known[key] = None
            with contextlib.suppress(Exception):  # whatever a mistake makes it raise
                known[key] = self.value(function, case, [mistake])
        return known[key]

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
        namespace = {**self._functions, TURN: no_limit}
        for name, code, defaults, closure in self._written:
            namespace[name] = types.FunctionType(code, namespace, name, defaults, closure)
        rebind_probes(namespace)
        made: dict[str, list[Mistake]] = {name: [] for name in self._classes if mistakes}
        for mistake in (self.mistakes[each] for each in mistakes):
            made.setdefault(mistake.function.partition(".")[0], []).append(mistake)
        for name, own in made.items():
            exec(self._code(name, own), namespace)  # noqa: S102
        return namespace

    @cached_property
    def _written(self) -> list[tuple[str, types.CodeType, Any, Any]]:
        """What makes each function of the solution's own again, in another namespace."""
        return [
            (name, value.__code__, value.__defaults__, value.__closure__)
            for name, value in self._functions.items()
            if isinstance(value, types.FunctionType) and value.__globals__ is self._functions
        ]

    def _code(self, name: str, mistakes: Sequence[Mistake]) -> types.CodeType:
        key = (name, *(mistake.id for mistake in mistakes))
        if key not in self._made:
            if len(self._made) > MOST_KEPT:
                self._made.clear()
            self._made[key] = self._compiled(name, mistakes)
        code = self._made[key]
        if code is None:
            raise _apart(mistakes)
        return code

    def _compiled(self, name: str, mistakes: Sequence[Mistake]) -> types.CodeType | None:
        """A function or a class with mistakes; None where several exclude each other, so that
        nobody tries all their orders again."""
        try:
            source = make(mistakes, self._sources.get(name, ""))
        except ExerciseError:
            if len(mistakes) == 1:
                raise
            return None
        return compile(counted(source), "<mutant>", "exec", dont_inherit=True)

    def signatures(self, answer_key: AnswerKey, drawn: Sequence[Case]) -> dict[str, Signatures]:
        """By function, the signatures of its mistakes, given right helpers.

        Combinations whose results are right on the visible cases are left out, and so are those
        with the same results as a simpler one, on the ``drawn`` cases too, and those whose mistakes
        change different parts of a result: each is known by its own.
        """
        return {
            function.name: self._signatures(function, answer_key, drawn)
            for function in answer_key.functions
        }

    def _signatures(self, of: Function, answer_key: AnswerKey, drawn: Sequence[Case]) -> Signatures:
        function, cases = of.name, told_apart(answer_key, of)
        right = right_marks(answer_key, of)
        as_right = _key([list(marks.values()) for marks in right.values()])
        singles: dict[str, Single] = {}
        groups: dict[str, list[Signature]] = {}
        for mistakes in self.combinations(function):
            try:
                marked = [self.fingerprint(function, case, mistakes) for case in cases]
            except ExerciseError:  # they exclude each other, or do not end
                continue
            if _key(marked) == as_right:
                continue
            labelled = {case.label: mark for case, mark in zip(cases, marked, strict=True)}
            if _is_composed([singles.get(each) for each in mistakes], labelled, right):
                continue
            group = groups.setdefault(_key(marked[:1]), [])
            if not any(
                self.same(function, [*cases, *drawn], mistakes, other.mistakes) for other in group
            ):
                group.append(Signature(mistakes, labelled))
                if len(mistakes) == 1:
                    (single,) = Signatures(group[-1:]).singles(right)
                    singles[single.mistake] = single
        return Signatures(sorted(itertools.chain(*groups.values()), key=lambda s: len(s.mistakes)))

    def combinations(self, function: str) -> Iterator[list[str]]:
        """A function's mistakes, then combinations of the declared ones, the simplest first; and
        all that may be left of those that it is given with. A draft, of which nothing is said
        yet, is in none."""
        of_it = [m for m in self.mistakes.values() if m.function == function and m.message.strip()]
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
        """The rounded fingerprint on one case, or None if the function raises.

        Those of a case are kept while there is the case: the visible ones are everybody's.
        Raises `ExerciseError` as `value` does.
        """
        known, key = self._known.setdefault(case, {}), (function, tuple(mistakes))
        if key not in known:
            if len(known) > MOST_KEPT:
                known.clear()
            found = self.marks(function, case, mistakes)
            known[key] = None if found is None else rounded(found)
        return known[key]

    def lines(self, function: str, case: Case) -> int:
        """How many lines of Python a right call on a case runs: what it costs, by no clock."""
        if function not in self._lines:
            count = 0

            def counting(*_: Any) -> Any:
                nonlocal count
                count += 1
                return counting

            before = sys.gettrace()
            sys.settrace(counting)
            try:
                self.value(function, case)
            finally:
                sys.settrace(before)
            self._lines[function] = count
        return self._lines[function]

    def same(
        self, function: str, cases: Sequence[Case], one: Sequence[str], other: Sequence[str]
    ) -> bool:
        """Whether two combinations give a function the same results on all its cases."""
        for case in cases:
            if function not in case.expected:
                continue
            found, known = self.marks(function, case, one), self.fingerprint(function, case, other)
            if (found is None) != (known is None):
                return False
            if found is not None and known is not None and not matches(found, known):
                return False
        return True

    def marks(
        self, function: str, case: Case, mistakes: Collection[str]
    ) -> list[tuple[Mark, float]] | None:
        """The fingerprint on one case, or None if the function raises.

        Raises `ExerciseError` as `value` does.
        """
        try:
            value = self.value(function, case, mistakes)
        except ExerciseError:
            raise
        except Exception:
            return None
        return fingerprint(value, case.expected[function])


def _is_composed(singles: Sequence[Single | None], marks: Marks, right: RightMarks) -> bool:
    """Whether a combination gives what its mistakes give alone, each in other parts."""
    known = [single for single in singles if single is not None]
    if len(singles) < 2 or len(known) < len(singles):
        return False
    together = composed(known, right)
    return together is not None and _key([*together.values()]) == _key([*marks.values()])


def _key(marked: Sequence[Sequence[Mark] | None]) -> str:
    """Fingerprints rounded to eight digits, as a dictionary key."""
    return repr(
        map_leaves(lambda _, m: float(f"{m:.8g}") if isinstance(m, float) else m, list(marked))
    )
