"""Judges derivatives.

If what a function differentiates is right, it is compared with the solution's derivatives, which
are proved numerically when the exercise is built. If it is wrong, they may still be the derivatives
of what the student's functions compute (`autograder.judge.ideas`). That is then decided by
numerical derivatives.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from autograder.exercise.answer_key import AnswerKey, Case
from autograder.exercise.composition import Composition, Variable, variables, with_values
from autograder.exercise.function import Function
from autograder.judge import derivative_messages, messages, redact
from autograder.judge.compare import as_array, case_leaves, structure_problem, type_problem
from autograder.judge.finding import Finding, Seen, is_right
from autograder.judge.observe import Observation, add_own
from autograder.record import record
from autograder.sandbox.calls import Call, Caller, Result
from autograder.sandbox.plain import lookup, map_leaves, same

if TYPE_CHECKING:
    from autograder.judge.ideas import Idea
    from autograder.judge.numerical_derivative import Judged, Variables

#: The relative tolerance of a gradient; one that is wrong by 0.1 % must be detected.
RELATIVE = 2e-4
#: The tolerance relative to the largest derivative, for entries that lose digits to cancellation.
ABSOLUTE = 16 * np.finfo(np.float64).eps
#: Derivatives that are smaller than this share of the loss cannot be measured.
FAINT = 1e-9
#: By how much parameters and inputs are moved to see what depends on them.
MOVE = 0.1
#: A gradient that changes by less than this share does not depend on what was moved. It is more
#: than what a gradient may be wrong by.
CHANGED = 1e-3

#: Runs a derivative on the results of the student's own functions, on cases; gives None where it
#: fails.
Differentiate = Callable[[Sequence[Case]], Sequence[Any]]


def gradient_cases(answer_key: AnswerKey, function: Function) -> list[Case]:
    """The cases on which derivatives can be judged."""
    return [
        case
        for case in answer_key.cases
        if function.name in case.expected and not case.has_two_answers(function)
    ]


def measurable_cases(answer_key: AnswerKey, function: Function) -> list[Case]:
    """The cases on which numerical derivatives are judged: none on which those with respect to a
    variable are too small to be seen beside the rounding of the loss."""
    last = function.of[-1]

    def is_measurable(case: Case) -> bool:
        loss = case.expected.get(last)
        is_number = isinstance(loss, (int, float, np.ndarray)) and np.size(loss) == 1
        size = abs(np.asarray(loss).item()) if is_number else 0.0
        return all(
            np.max(np.abs(value), initial=0.0) > FAINT * size
            for value in _derivatives(case, function).values()
        )

    cases = gradient_cases(answer_key, function)
    return list(filter(is_measurable, cases)) or cases


def check_gradient(seen: Seen) -> Finding | None:
    """Compare the derivatives by the variables with the solution's; None for functions that give
    none."""
    if not seen.function.of:
        return None
    cases = gradient_cases(seen.answer_key, seen.function)
    if not cases:
        return Finding(None, "There is no instance.")
    if is_right(seen.found):
        return Finding(True)
    for item in seen.on_cases:
        problem = item.case in cases and _problem(seen.function, item, seen.seconds)
        if problem:
            return Finding(False, problem, case=item.case)
    return Finding(True)


def _problem(function: Function, item: Observation, seconds: float) -> str:
    """The first wrong derivative on a case; "" if all are right."""
    problem = _shape_problem(function.name, item, seconds)
    if problem:
        return problem
    expected = _derivatives(item.case, function)
    largest = max((float(np.max(np.abs(v), initial=0.0)) for v in expected.values()), default=0.0)
    for variable, value in expected.items():
        got = np.asarray(lookup(item.first.value, variable.entry), dtype=np.float64)
        wrong = ~(np.abs(got - value) <= RELATIVE * np.abs(value) + 4 * ABSOLUTE * largest)
        if wrong.any():
            at = tuple(int(axis) for axis in np.argwhere(wrong)[0])
            return derivative_messages.another_derivative(
                function,
                _named(function, variable),
                got,
                at,
                float(value[at]),
                0.0,
                reveal=not item.case.hidden,
            )
    return ""


def _named(function: Function, variable: Variable) -> str:
    """The student's name for the derivative with respect to a variable."""
    return function.named(variable.entry) if variable.entry else function.name


def _derivatives(case: Case, function: Function) -> Mapping[Variable, np.ndarray]:
    """The solution's derivatives."""
    expected = case.expected[function.name]
    return {v: np.asarray(lookup(expected, v.entry)) for v in variables(case, function)}


def _shape_problem(function: str, item: Observation, seconds: float) -> str | None:
    """The first problem with structure, kinds or shapes; None if there is none. It comes before
    values, so that broadcasting cannot hide a wrong shape."""
    case, outcome = item.case, item.first
    if case.hidden:
        return redact.shape_problem(function, case, redact.redacted(outcome, ()))
    if not outcome.returned:
        return messages.not_returned(function, outcome, seconds)
    return structure_problem(case, function, outcome.value, case.expected[function]) or next(
        filter(
            None,
            (
                type_problem(leaf, lookup(outcome.value, leaf.path), case.dims)
                for leaf in case_leaves(case, function)
            ),
        ),
        None,
    )


class Followed(NamedTuple):
    """Whether derivatives are those of an idea. ``passed`` is None if that could not be decided.
    ``text`` says why not, and may be shown if ``case`` is visible."""

    passed: bool | None
    text: str = ""
    case: Case | None = None


@record
class OwnGradients:
    """Runs a derivative on the results of the student's own functions, with right helpers if any
    are ``served``. ``restart`` has that done in a fresh process."""

    composition: Composition
    call: Caller
    restart: Callable[[], None] = lambda: None
    served: tuple[str, ...] = ()

    def __call__(self, cases: Sequence[Case]) -> list[Any]:
        """The derivatives on cases with other inputs; None where there are none."""
        self.restart()
        derivative = self.composition.derivative
        calls: list[Call] = []
        at: list[int] = []
        for case in cases:
            given = {**case.inputs, **self._made(calls, case)}
            arguments = tuple(given[name] for name in derivative.arguments)
            calls.append(Call(derivative.name, arguments, served=self.served))
            at.append(len(calls) - 1)
        outcomes = self.call(calls)
        return [outcomes[n].value if outcomes[n].returned else None for n in at]

    def _made(self, calls: list[Call], case: Case) -> dict[str, Result]:
        """Add the calls of what is differentiated as far as the derivative gets results of it."""
        derivative, made = self.composition.derivative, dict[str, Result]()
        wanted = {of for of, _ in derivative.gets.values()}
        for function in self.composition.functions:
            if function.name not in wanted:
                continue
            own = add_own(calls, function, case, ())
            given = {**case.inputs, **made, **own}
            arguments = tuple(given[name] for name in function.arguments)
            calls.append(Call(function.name, arguments, needs_result=False))
            for argument, (of, key) in derivative.gets.items():
                if of == function.name:
                    made[argument] = Result(len(calls) - 1, key)
        return made


class Side(NamedTuple):
    """Derivatives on a case, by the student's names for them, with respect to what matters to the
    composition from the function at ``start`` on."""

    case: Case
    grads: Mapping[str, Any]
    variables: Variables
    by: Mapping[str, Variable]
    start: int = 0

    def scope(self, values: Variables) -> dict[str, Any]:
        """The arguments where the variables have these values."""
        moved = [(self.by[name], value) for name, value in values.items()]
        return with_values(self.case.inputs, moved)


def sides_of(
    composition: Composition, case: Case, result: Any, given: Mapping[str, Any]
) -> Iterator[Side]:
    """The sides of derivatives on a case, with the variables' values as they are ``given``."""
    function = composition.derivative
    scope = {**case.inputs, **given}
    groups: dict[int, list[Variable]] = {}
    for variable in variables(case, function):
        groups.setdefault(composition.start(variable.argument), []).append(variable)
    for start, group in sorted(groups.items()):
        by = {_named(function, variable): variable for variable in group}
        values = {n: np.asarray(lookup(scope[v.argument], v.path)) for n, v in by.items()}
        grads = {} if result is None else {n: lookup(result, v.entry) for n, v in by.items()}
        yield Side(replace(case, inputs=scope), grads, values, by, start)


def follow(
    composition: Composition,
    seen: Sequence[Observation],
    handed_on: Mapping[Case, Mapping[str, Any]],
    idea: Idea,
    differentiate: Differentiate,
    narrow: bool = False,
    seed: int = 0,
) -> Followed:
    """Whether a function, on the results of the student's own functions, gave the derivatives of an
    idea on every case that was ``seen``. ``handed_on`` is what these functions gave each other, by
    case. ``narrow`` finds a wrong entry, to be shown. The loss has to depend on each parameter on
    most cases: the units of one may be dead. Whoever knows the ``seed`` can make a gradient up that
    is right along the directions that are tried."""
    from autograder.judge.numerical_derivative import judge_gradients

    function, sides = composition.derivative, list[Side]()
    for item in seen:
        problem = _shape_problem(function.name, item, np.inf)
        if problem:
            return Followed(False, problem, item.case)
        given: dict[str, Any] = {}
        for name in function.by:
            if composition.start(name):
                array = as_array(handed_on.get(item.case, {}).get(name), item.case.inputs[name])
                if array is None:
                    maker = composition.functions[composition.start(name) - 1].name
                    return Followed(False, messages.another_structure(maker), item.case)
                given[name] = array
        sides += sides_of(composition, item.case, item.first.value, given)
    sides.sort(key=lambda side: side.start)
    first = [side for side in sides if not side.start]
    even = [v.name for name, v in first[0].by.items() if _is_even(first, name)] if first else []
    if even:
        return Followed(False, derivative_messages.ignored(function, even))
    verdicts = judge_gradients(
        [side.variables for side in sides],
        lambda requests: _losses(composition, sides, idea, requests),
        lambda requests: _gradients(sides, differentiate, requests),
        seed=seed,
        narrow=narrow,
        alike=0 if narrow else len(first),
    )
    ignored: Counter[str] = Counter()
    for side, verdict in zip(sides, verdicts, strict=True):
        if verdict.passed is not True:
            return Followed(verdict.passed, _difference(function, side, verdict), side.case)
        if not side.start:
            ignored.update(v.name for n, v in side.by.items() if n not in verdict.depends_on)
    mostly = [name for name, times in ignored.items() if times > len(first) / 2]
    return (
        Followed(False, derivative_messages.ignored(function, mostly)) if mostly else Followed(True)
    )


def _is_even(sides: Sequence[Side], name: str) -> bool:
    """Whether the loss can depend only on the sum of a parameter's entries, on every case."""
    from autograder.judge.numerical_derivative import is_even

    grads = [np.asarray(side.grads[name]) for side in sides if name in side.variables]
    grads = [grad for grad in grads if grad.size > 1]
    return bool(grads) and all(map(is_even, grads))


def _losses(
    composition: Composition,
    sides: Sequence[Side],
    idea: Idea,
    requests: Iterable[tuple[int, Variables]],
) -> Sequence[float]:
    """The losses at (index of a side, its variables)."""
    from autograder.judge.ideas import values_of

    return values_of(
        composition, idea, ((sides[at].start, sides[at].scope(values)) for at, values in requests)
    )


def _gradients(
    sides: Sequence[Side], differentiate: Differentiate, requests: Sequence[tuple[int, Variables]]
) -> list[Mapping[str, Any] | None]:
    """The gradients at (index of a side, its variables); None where there is none. With respect to
    what a function hands on there are those of the cases only: it cannot be moved by itself."""
    found: list[Mapping[str, Any] | None] = []
    moved: list[tuple[int, Side, Case]] = []
    for at, values in requests:
        side = sides[at]
        is_base = all(np.array_equal(v, side.variables[name]) for name, v in values.items())
        found.append(side.grads if is_base else None)
        if not is_base and not side.start:
            case = replace(side.case, inputs=side.scope(values))
            moved.append((len(found) - 1, side, case))
    results = differentiate([case for *_, case in moved]) if moved else []
    for (place, side, _), result in zip(moved, results, strict=True):
        found[place] = _grads(side, result)
    return found


def _grads(side: Side, result: Any) -> dict[str, np.ndarray] | None:
    """A finite derivative by every variable, in its shape, from a result; None unless all are
    there."""
    found = {}
    for name, variable in side.by.items():
        try:
            value = lookup(result, variable.entry)
        except (LookupError, TypeError):
            return None
        array = as_array(value, side.variables[name])
        if array is None or not np.isfinite(array).all():
            return None
        found[name] = array
    return found


def _difference(function: Function, side: Side, verdict: Judged) -> str:
    if verdict.passed is None:
        return derivative_messages.inconclusive(function)
    if verdict.entry is None:
        return derivative_messages.not_the_derivative(function)
    name, index = verdict.entry
    got = np.asarray(side.grads[name])
    return derivative_messages.another_derivative(
        function, name, got, index, verdict.value, verdict.error
    )


def respond(
    composition: Composition,
    cases: Sequence[Case],
    idea: Idea,
    differentiate: Differentiate,
    seed: int = 0,
) -> bool:
    """Whether the loss depends on all arguments of what is differentiated, and the gradient with
    respect to most parameters on the other ones, as in a network: constants, and sums over the
    parameters, have derivatives too. It has to be the gradient where these have other values, and
    most cases are enough: the units of one may be dead."""
    from autograder.judge.ideas import values_of

    sides = [next(iter(sides_of(composition, case, None, {}))) for case in cases]
    groups = [_with_other_parameters(side) for side in sides]
    results = _for_each(differentiate, groups)
    coupled: list[bool] = []
    judged: list[Side] = []
    for side, group, each in zip(sides, groups, results, strict=True):
        grads = [_grads(side, result) for result in each]
        complete = [grad for grad in grads if grad is not None]
        if len(complete) < len(grads):
            return False
        coupled += _coupled(side, complete)
        judged += [
            Side(case, grad, _values(side, case), side.by)
            for case, grad in zip(group, complete, strict=True)
        ]
    if not sum(coupled) > len(coupled) / 2 or _is_refuted(composition, judged, idea, seed):
        return False
    inputs = [[side.case.inputs, *_with_one_moved(composition, side.case)] for side in sides]
    losses = np.array(
        _for_each(lambda scopes: values_of(composition, idea, ((0, s) for s in scopes)), inputs)
    )
    changed = np.mean(losses[:, 1:] != losses[:, :1], axis=0)
    return bool(np.isfinite(losses).all() and (changed > 1 / 2).all())


def _values(side: Side, case: Case) -> Variables:
    return {n: np.asarray(lookup(case.inputs[v.argument], v.path)) for n, v in side.by.items()}


def _is_refuted(composition: Composition, sides: Sequence[Side], idea: Idea, seed: int) -> bool:
    """Whether gradients are not those of an idea."""
    from autograder.judge.numerical_derivative import judge_gradients

    verdicts = judge_gradients(
        [side.variables for side in sides],
        lambda requests: _losses(composition, sides, idea, requests),
        lambda requests: [sides[at].grads for at, _ in requests],
        seed=seed,
        nudged=False,
    )
    return any(verdict.passed is False for verdict in verdicts)


def _for_each(
    function: Callable[[list[Any]], Sequence[Any]], groups: Sequence[Sequence[Any]]
) -> list[list[Any]]:
    """What a function gives for the items of all groups at once, group by group."""
    found = iter(function([item for group in groups for item in group]))
    return [[next(found) for _ in group] for group in groups]


def _with_one_moved(composition: Composition, case: Case) -> list[Mapping[str, Any]]:
    """The arguments of a composition, with each of them moved in turn, but those by which is
    differentiated, what its functions make themselves, and what holds no floating-point numbers."""
    function = composition.derivative
    names = dict.fromkeys(name for each in composition.functions for name in each.arguments)
    known = {*composition.made, *function.by, *function.times}
    scopes: list[Mapping[str, Any]] = []
    for name in names:
        if name not in known:
            moved = map_leaves(lambda _, leaf: _moved(leaf), case.inputs[name])
            if not same(moved, case.inputs[name]):
                scopes.append({**case.inputs, name: moved})
    return scopes


def _with_other_parameters(side: Side) -> list[Case]:
    """The case, then with all its variables moved but one: each, or the only one."""
    values = side.variables
    moved = {name: _moved(value) for name, value in values.items()}
    kept = [{**moved, name: values[name]} if len(values) > 1 else moved for name in values]
    return [replace(side.case, inputs=side.scope(each)) for each in (values, *kept)]


def _coupled(side: Side, grads: Sequence[Mapping[str, np.ndarray]]) -> Iterator[bool]:
    """Whether each gradient that is not zero changed when the other parameters did."""
    here, *there = grads
    for name, other in zip(side.variables, there, strict=True):
        largest = np.max(np.abs(here[name]), initial=0.0)
        if largest > 0:
            change = np.max(np.abs(other[name] - here[name]), initial=0.0)
            yield bool(change > CHANGED * largest)


def _moved(value: Any) -> Any:
    """Floating-point numbers that were all moved a little, each differently."""
    if not isinstance(value, (float, np.ndarray)) or np.asarray(value).dtype.kind != "f":
        return value
    array = np.asarray(value, dtype=np.float64)
    wave = np.cos(np.arange(array.size)).reshape(array.shape)
    moved = array + MOVE * (1.5 + wave) * np.maximum(1.0, np.abs(array))
    return moved if array.ndim else float(moved)
