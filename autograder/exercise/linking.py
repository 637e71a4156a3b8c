"""What the solution says of the declared functions: their arguments, what they call, from which
results they take what, and where their derivatives are."""

from __future__ import annotations

import ast
import dataclasses
import inspect
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from autograder.exercise.answer_key import Case, Trial
from autograder.exercise.arguments import (
    arguments_of,
    given_names,
    is_of_protocol,
    require_derived,
)
from autograder.exercise.declaration import Exercise
from autograder.exercise.definitions import bound, used_names
from autograder.exercise.error import DEFINED, ExerciseError
from autograder.exercise.function import Derivative, Function
from autograder.exercise.kinds import a_kind
from autograder.exercise.probes import made_probe, used_by_probe
from autograder.exercise.protocol import PROTOCOL, Role
from autograder.exercise.results import require_derivatives, require_differentiated
from autograder.sandbox.plain import Opaque, Path, leaves

#: Where something in a result is: the function, and the entry, or None for all of it.
Source = tuple[str, str | int | None]


def with_arguments(exercise: Exercise, source: str, solution: Mapping[str, Any]) -> list[Function]:
    """The declared functions with their arguments and calls, and with the properties of their
    roles.

    Raises `ExerciseError` where the solution does not define one.
    """
    defined = bound(source)
    by_role = {function.role or function.name: function.name for function in exercise.functions}
    names = [function.name for function in exercise.functions]
    found = []
    for function in exercise.functions:
        solved = solution.get(function.name)
        given = given_names(exercise, function.name)
        if function.probe is not None:
            made = made_probe(function, solution)
            what, about = f"the probe of {function.name}", ("Function", function.name)
            arguments = arguments_of(what, function.probe, given, *about)[len(made.takes) :]  # type: ignore[arg-type]
            function = _with_role(function, by_role)
            found.append(dataclasses.replace(function, probe=made, arguments=arguments))
            continue
        if not inspect.isfunction(solved):
            does = "does not define it"
            if solved is not None:
                does = f"binds it to no function, but to {a_kind(type(solved).__name__)}; use def"
            if isinstance(solved, type):
                does = "binds it to a class, which needs a probe"
            raise ExerciseError(
                f"function {function.name!r}: the solution {does}", *("Function", function.name)
            )
        if inspect.iscoroutinefunction(solved):
            raise ExerciseError(
                f"{function.name} of the solution must be defined with def alone, not async def",
                *(DEFINED, function.name),
            )
        called = set(_calls(function.name, defined, names))
        what, about = f"{function.name} of the solution", (DEFINED, function.name)
        arguments = arguments_of(what, solved, given, *about)
        nodes = [node for each in defined.get(function.name, ()) for node in ast.walk(each)]
        read = {node.id for node in nodes if isinstance(node, ast.Name)}
        found.append(
            dataclasses.replace(
                _with_role(function, by_role),
                arguments=arguments,
                unused=tuple(name for name in arguments if nodes and name not in read),
                calls=tuple(name for name in names if name in called and name != function.name),
                is_given=function.name in exercise.given,
            )
        )
    require_derived(found)
    return found


def _with_role(function: Function, by_role: Mapping[str, str]) -> Function:
    role = PROTOCOL.get(function.role or function.name, Role())
    derivative = function.derivative
    if role.of and derivative is None:
        missing = [name for name in role.of if name not in by_role]
        if missing:
            raise ExerciseError(
                f"function {function.name!r}: it differentiates {' and '.join(role.of)}, and there "
                f"is no function {missing[0]!r}. Say what it differentiates: "
                "derivative=Derivative(...). If it gives no derivatives, take another name",
                *("Function", function.name),
            )
        derivative = Derivative([by_role[name] for name in role.of], role.by)
    return dataclasses.replace(
        function, returns=function.returns or role.returns, derivative=derivative
    )


def _calls(
    name: str, defined: Mapping[str, Sequence[ast.AST]], declared: Sequence[str]
) -> set[str]:
    """The declared functions whose names a function uses, in comprehensions and inner functions
    too, or that a function which is not declared, or a table, uses for it. Attributes are no names,
    nor is what the function binds itself."""
    found: set[str] = set()
    pending, seen = [name], {name}
    while pending:
        nodes = defined.get(pending.pop(), ())
        used = {each for node in nodes for each in used_names(node)}
        found |= used.intersection(declared)
        more = used & defined.keys() - seen - set(declared)
        seen |= more
        pending += more
    return found


def with_uses(
    functions: Sequence[Function], cases: Sequence[Case], solution: Mapping[str, Any]
) -> list[Function]:
    """The functions that are called through probes, with what these use: nothing in the source says
    of which class an operator's method is, so that it is seen in the solution.

    Of two that use each other, as a product does whose derivative is asked for, and the method that
    differentiates, the later one calls the earlier one.
    """
    names = [function.name for function in functions]
    uses: dict[str, set[str]] = {function.name: {*function.calls} for function in functions}
    for function in functions:
        if function.probe is not None:
            given = [call for case in cases if (call := case.arguments(function)) is not None]
            given = [call for call in given if not any(map(_is_opaque, leaves(list(call))))]
            uses[function.name] |= used_by_probe(function, names, solution, given)
            uses[function.name].discard(function.name)

    def reached(name: str) -> set[str]:
        seen, todo = set[str](), [name]
        while todo:
            new = uses[todo.pop()] - seen
            seen |= new
            todo += new
        return seen

    def calls(at: int, function: Function) -> tuple[str, ...]:
        return tuple(
            name
            for place, name in enumerate(names)
            if name in uses[function.name] and (place < at or function.name not in reached(name))
        )

    return [
        function
        if function.probe is None
        else dataclasses.replace(
            function,
            calls=calls(at, function),
            uses=tuple(name for name in names if name in uses[function.name]),
        )
        for at, function in enumerate(functions)
    ]


def _is_opaque(leaf: tuple[Path, Any]) -> bool:
    return isinstance(leaf[1], Opaque)


def sources(function: Function, result: Any) -> Iterator[tuple[str, Source]]:
    """The arguments in which later functions get a result, or parts of it, and where they are.

    All of it has the name that it ``returns``. The entries of a dict have their keys, if it holds
    neither derivatives nor new versions of arguments.
    """
    for at, name in enumerate(function.parts):
        yield name, (function.name, at)
    if isinstance(function.returns, str) and function.returns:
        yield function.returns, (function.name, None)
    if isinstance(result, Mapping) and not function.of and function.old(()) is None:
        for key in result:
            yield key, (function.name, key)


def linked(functions: Sequence[Function], cases: Sequence[Case]) -> list[Function]:
    """The functions with the sources of their arguments and the places of their derivatives, as the
    solved ``cases`` show them."""
    found = []
    for function in functions:
        case = next((case for case in cases if function.name in case.expected), None)
        if case is not None:
            gets = _gets(function, functions, cases)
            function = dataclasses.replace(function, gets=gets)
            if function.derivative:
                derivative = _placed(function, case.expected[function.name])
                function = dataclasses.replace(function, derivative=derivative)
                mine = [each for each in cases if function.name in each.expected]
                for each in mine:
                    result = each.expected[function.name]
                    require_derivatives(function, each.label, each.inputs, result)
                require_differentiated(function, mine)
        found.append(function)
    return found


def require_judged(
    functions: Sequence[Function],
    visible: Sequence[Case],
    hidden: Sequence[Case],
    trials: Sequence[Trial],
) -> None:
    """Raise `ExerciseError` unless every function is judged on one of the cases, on a visible and
    on a hidden one where it has points for that, and measured on one of the trials if it has to
    reach something."""
    for function in functions:
        about = ("Function", function.name)
        if function.reaches and not any(function.name in trial.expected for trial in trials):
            raise ExerciseError(
                f"function {function.name!r}: reaches needs an instance with held_out and with all "
                "its arguments",
                *about,
            )
        if function.reaches and list(function.points) == ["reaches"]:
            continue
        _require_cases(function, [*visible, *hidden], "no instance")
        if "values" in function.points:
            _require_cases(function, visible, "it has points for values, but no visible instance")
        if "hidden" in function.points:
            _require_cases(function, hidden, "it has points for hidden, but no instance of draw")


def _require_cases(function: Function, cases: Sequence[Case], none_of_them: str) -> None:
    if any(function.name in case.expected for case in cases):
        return
    known = {name for case in cases for name in case.inputs}
    missing = [name for name in function.arguments if name not in known]
    together = ", ".join(function.arguments)
    what = f"that is for it has all its arguments together: {together}"
    if missing:
        what = f"has its argument {missing[0]!r}, and no function before it returns it"
    raise ExerciseError(
        f"function {function.name!r}: {none_of_them} {what}",
        *("Function", function.name),
    )


def _gets(
    function: Function, functions: Sequence[Function], cases: Sequence[Case]
) -> dict[str, Source]:
    """By argument, the first earlier result that holds it, where no instance gives it."""
    earlier = functions[: [each.name for each in functions].index(function.name)]
    found: dict[str, Source] = {}
    for case in cases:
        if function.name in case.expected:
            for other in earlier:
                known = sources(other, case.expected.get(other.name))
                for argument, source in known if other.name in case.expected else ():
                    if argument in function.arguments and argument not in case.given:
                        found.setdefault(argument, source)
    return found


def _placed(function: Function, result: Any) -> Derivative:
    derivative = function.derivative
    assert derivative is not None
    by = [derivative.by] if isinstance(derivative.by, str) else derivative.by
    if isinstance(by, Mapping):
        kept = {n: key for n, key in by.items() if key is None or _has(result, key)}
        for name, key in by.items() - kept.items() if not is_of_protocol(function) else ():
            raise ExerciseError(
                f"{function.name} of the solution must return the derivative by {name} at {key!r}, "
                "as its Derivative says",
                *(DEFINED, function.name),
            )
        return dataclasses.replace(derivative, by=kept)
    keys = next(filter(None, _layouts(by, result)), None)
    if keys is None:
        raise ExerciseError(
            f"{function.name} of the solution must return the derivatives by {', '.join(by)}: as a "
            "tuple in this order, or as a dict with these keys",
            *(DEFINED, function.name),
        )
    return dataclasses.replace(derivative, by=dict(zip(by, keys, strict=True)))


def _has(result: Any, key: str | int) -> bool:
    try:
        result[key]
    except (LookupError, TypeError):
        return False
    return True


def _layouts(by: Sequence[str], result: Any) -> Iterator[list[str | int | None]]:
    """Under which keys derivatives may be, if they are there."""
    for keys in ([*by], [f"d{name}" for name in by]):
        if isinstance(result, Mapping) and all(key in result for key in keys):
            yield list(keys)
    if len(by) == 1:
        yield [None]
    elif isinstance(result, (tuple, list)) and len(result) == len(by):
        yield list(range(len(by)))
