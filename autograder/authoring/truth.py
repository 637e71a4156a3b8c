"""Whether a name that was told of a mistake is true: an identity of numbers on every case, also on
cases that nobody was judged on."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from autograder.exercise.answer_key import AnswerKey, Case
from autograder.exercise.composition import own_arguments
from autograder.exercise.error import ExerciseError
from autograder.exercise.mutants import Mutants
from autograder.exercise.solution import Solution
from autograder.judge.compare import nearly_equal
from autograder.sandbox.plain import Path, leaves, lookup

#: The keys of hidden cases on which nothing is judged.
FRESH_KEYS = (b"the first fresh instances", b"the second", b"the third")


class Raised:
    """Stands for the result of a function that raises."""


class Truth:
    """The solution with mistakes in it, on the cases of an answer key and on fresh ones.

    A function is called with right helpers, as it is judged; where none can stand for them, and
    where a mistake makes it call what the solution does not, with the mistakes that are made
    besides in these.
    """

    def __init__(
        self, solution: Solution, answer_key: AnswerKey, mutants: Mutants | None = None
    ) -> None:
        """``mutants`` have other mistakes than those of the solution."""
        fresh = [solution.answer_key(key, naming=False).cases for key in FRESH_KEYS]
        self._mutants = mutants or solution.mutants
        hidden = [case for cases in fresh for case in cases if case.hidden]
        self.cases: Sequence[Case] = [*answer_key.cases, *hidden]
        functions = {each.name: each for each in answer_key.functions}
        self._parts = {name: each.parts for name, each in functions.items()}
        self._own = {name: each.own for name, each in functions.items()}
        self._helpers = {name: {*each.uses} for name, each in functions.items()}
        self._alone = {
            name: all(
                functions[used].takes_data for used in (name, *each.uses) if used in functions
            )
            and not any(own.always for own in own_arguments(functions, each))
            for name, each in functions.items()
        }

    def results(self, function: str, mistakes: Collection[str], made: Collection[str]) -> list[Any]:
        """What a function gives on each of its cases with ``mistakes`` of its own, where those in
        ``made`` are in other functions.

        Raises `ExerciseError` for mistakes that cannot be made together.
        """
        beside = self._others(function, made)
        return [
            self._result(function, case, [*beside, *mistakes])
            for case in self.cases
            if function in case.expected
        ]

    def _others(self, function: str, made: Collection[str]) -> list[str]:
        """The mistakes in functions for which no right ones stand."""
        known = [self._mutants.mistakes[each] for each in made]
        others = [each for each in known if each.function != function]
        if self._alone[function]:
            written = "".join(each.new for each in known if each.function == function)
            without = self._helpers[function]
            others = [o for o in others if o.function not in without and o.function in written]
        return [each.id for each in others]

    def _result(self, function: str, case: Case, mistakes: Sequence[str]) -> Any:
        try:
            value = self._mutants.value(function, case, mistakes)
        except ExerciseError:
            raise
        except Exception:
            return Raised
        return self._judged(function, value)

    def _judged(self, function: str, value: Any) -> Any:
        own = [at for at, part in enumerate(self._parts[function]) if part in self._own[function]]
        if own and isinstance(value, tuple):  # each answer makes these in its own way
            return tuple(None if at in own else part for at, part in enumerate(value))
        return value

    def own(self, function: str, made: Collection[str]) -> list[str]:
        """Those of the mistakes that are in a function."""
        return [each for each in made if self._mutants.mistakes[each].function == function]

    def hides_any(self, made: Collection[str]) -> bool:
        """Whether one of the mistakes shows nowhere: its function gives the same without it, or the
        right result."""
        for function in {self._mutants.mistakes[each].function for each in made}:
            own = self.own(function, made)
            if len(own) == 1 and not self._others(function, made):
                continue
            given = self.results(function, own, made)
            others = [[each for each in own if each != mistake] for mistake in own]
            if any(same(given, self.results(function, each, made)) for each in [[], *others]):
                return True
        return False

    def is_undone(self, function: str, made: Collection[str]) -> bool:
        """Whether a function gives the right result where all mistakes are made, also those in the
        functions that it calls."""
        cases = [case for case in self.cases if function in case.expected]
        given = [self._result(function, case, [*made]) for case in cases]
        right = [self._judged(function, case.expected[function]) for case in cases]
        return same(given, right)

    def is_true(self, function: str, named: Collection[str], made: Collection[str]) -> bool:
        """Whether the solution with the ``named`` mistakes gives what it gives with those that were
        ``made``."""
        try:
            told = self.results(function, list(named), made)
        except ExerciseError:
            return False
        return same(told, self.results(function, self.own(function, made), made))

    def is_true_in_part(self, function: str, named: Collection[str], made: Collection[str]) -> bool:
        """Whether each of the ``named`` mistakes changes a quantity that has, with all of them, the
        numbers that it has with those that were ``made``."""
        try:
            told = self.results(function, list(named), made)
        except ExerciseError:
            return False
        given = self.results(function, self.own(function, made), made)
        explained = self._paths(function, told, given)
        right = self.results(function, [], made)
        return all(
            explained - self._paths(function, self.results(function, [each], made), right)
            for each in named
        )

    def _paths(self, function: str, one: Sequence[Any], other: Sequence[Any]) -> set[Path]:
        """The quantities that are the same in two lists of results, where the second has any."""
        cases = [case for case in self.cases if function in case.expected]
        known = [{path for path, _ in leaves(case.expected[function])} for case in cases]
        return {
            path
            for path in set[Path]().union(*known)
            if all(
                path not in paths or b is Raised or _same(_part(a, path), _part(b, path))
                for paths, a, b in zip(known, one, other, strict=True)
            )
        }


def same(one: Sequence[Any], other: Sequence[Any]) -> bool:
    """Whether two lists of results are the same numbers."""
    return all(map(_same, one, other))


def _part(value: Any, path: Path) -> Any:
    try:
        return lookup(value, path)
    except (LookupError, TypeError):
        return Raised


def _same(one: Any, other: Any) -> bool:
    if one is Raised or other is Raised:
        return one is other
    return nearly_equal(one, other)
