"""The composition of functions that another one differentiates, and the variables by which."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from autograder.exercise.answer_key import Case
from autograder.exercise.function import Function
from autograder.exercise.probes import called
from autograder.record import record
from autograder.sandbox.plain import Opaque, Path, copy_plain, leaves, lookup, path_text, plain


class Variable(NamedTuple):
    """An array or a number by which is differentiated: the argument, the path in it, and where its
    derivative is in the result. ``name`` is the student's name for it."""

    argument: str
    path: Path
    entry: Path

    @property
    def name(self) -> str:
        """The student's name for it."""
        return self.argument + path_text(self.path)


def variables(case: Case, function: Function) -> list[Variable]:
    """What a derivative differentiates by on a case."""
    return variables_of(function, case.inputs, case.expected[function.name])


def variables_of(function: Function, scope: Mapping[str, Any], result: Any) -> list[Variable]:
    """What a derivative with a ``result`` differentiates by: the floating-point numbers, and no
    integers, of its arguments."""
    return [
        Variable(argument, path, path if key is None else (key, *path))
        for argument, key in function.by.items()
        if argument in scope and entry(result, key) is not None
        for path, leaf in leaves(scope[argument])
        if isinstance(leaf, float) or (isinstance(leaf, np.ndarray) and leaf.dtype.kind == "f")
    ]


@record
class Composition:
    """The ``functions`` that a ``derivative`` differentiates, in order."""

    functions: Sequence[Function]
    derivative: Function

    @property
    def made(self) -> Mapping[str, int]:
        """The arguments that its functions make for one another, with the position of the one that
        makes each. What they get from elsewhere is given, as inputs are."""
        names = [function.name for function in self.functions]
        found: dict[str, int] = {}
        for function in self.functions:
            for argument, (of, _) in function.gets.items():
                if of in names:
                    found.setdefault(argument, names.index(of))
        return found

    def start(self, argument: str) -> int:
        """The first function that an argument matters to, by its position: the one after that which
        makes it, if one does."""
        made = self.made
        return made[argument] + 1 if argument in made else 0

    def handed_on(self, at: int, result: Any) -> dict[str, Any]:
        """The arguments of later functions, and of the derivative, that are in a result, by name;
        None where something is not there."""
        found = {}
        for function in (*self.functions[at + 1 :], self.derivative):
            for argument, (of, key) in function.gets.items():
                if of == self.functions[at].name:
                    found[argument] = entry(result, key)
        return found

    def value(self, scope: Mapping[str, Any], result: Any) -> float:
        """The loss, or what has the derivatives that are asked for, of what the last function gave;
        NaN where there is none."""
        given = upstream(self.derivative, self.functions[-1])
        if not given:
            return _number(result)
        return sum(_product(scope[name], entry(result, key)) for name, key in given)


def upstream(derivative: Function, last: Function) -> list[tuple[str, int | None]]:
    """The arguments in which a derivative is given those with respect to what the ``last`` function
    that it differentiates returns, each with the entry of that result, or None for all of it."""
    return list(zip(derivative.times, last.compared, strict=False))


def entry(result: Any, key: str | int | None) -> Any:
    """An entry of a result, or all of it; None where there is none."""
    if key is None:
        return result
    try:
        return result[key]
    except (LookupError, TypeError):
        return None


def _product(times: Any, result: Any) -> float:
    """The sum of the products of all entries; NaN unless both are alike."""
    total = 0.0
    with np.errstate(all="ignore"):
        for path, factor in leaves(times):
            try:
                part = lookup(result, path)
            except (LookupError, TypeError):
                return np.nan
            if not isinstance(part, (float, np.ndarray)) or np.shape(part) != np.shape(factor):
                return np.nan
            total += float(np.sum(part * factor)) if np.isrealobj(part) else np.nan
    return total


def _number(value: Any) -> float:
    """A loss as a float; NaN if it is not one number."""
    if isinstance(value, bool) or not isinstance(value, (int, float, np.ndarray)):
        return np.nan
    array = np.asarray(value)
    return float(array.reshape(())) if array.size == 1 and array.dtype.kind in "iuf" else np.nan


class Own(NamedTuple):
    """An argument in which a function gets a result of the student's own, or the entry ``key`` of
    it: of the function ``of``. ``always``, if no other answer's would do; or else where it is
    right."""

    argument: str
    of: str
    key: str | int | None
    always: bool


def own_arguments(functions: Mapping[str, Function], function: Function) -> list[Own]:
    """The arguments in which a function gets results of the student's own: what its partner keeps
    for it, and all that a function which it differentiates gives."""
    found = []
    for argument, (of, key) in function.gets.items():
        always = isinstance(key, int) and functions[of].parts[key] in functions[of].own
        if always or (key is None and of in function.of):
            found.append(Own(argument, of, key, always))
    return found


def filled(case: Case, function: Function, solution: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of a function by name, with what an answer makes in its own way as the
    functions of a ``solution`` make it."""
    found = {}
    for name in function.arguments:
        value = case.inputs[name]
        if isinstance(value, Opaque):
            of, key = function.gets[name]
            given = filled(case, case.functions[of], solution)
            value = entry(plain(called(solution, of)(*given.values())), key)
        found[name] = copy_plain(value)
    return found


def composition(functions: Mapping[str, Function], derivative: Function) -> Composition:
    """What a function differentiates."""
    return Composition([functions[name] for name in derivative.of], derivative)


def with_values(scope: Mapping[str, Any], values: Sequence[tuple[Variable, Any]]) -> dict[str, Any]:
    """Arguments with other values of variables; what is unchanged is shared."""
    found = dict(scope)
    for variable, value in values:
        found[variable.argument] = _with_value(found[variable.argument], variable.path, value)
    return found


def _with_value(whole: Any, path: Path, value: Any) -> Any:
    if not path:
        return float(value) if isinstance(whole, float) else value
    key, *rest = path
    if isinstance(whole, Mapping):
        return {**whole, key: _with_value(whole[key], tuple(rest), value)}
    items = list(whole)
    items[key] = _with_value(items[key], tuple(rest), value)
    return type(whole)(items)
