"""Judges the gradient from `backward`.

If the student's `forward` and `loss` are right, it is compared with the solution's derivatives,
which are proved numerically when the exercise is built. If one of them is wrong, `backward` may
still be the derivative of the loss that they compute (`autograder.judge.ideas`). That is then
decided by numerical derivatives.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from autograder.exercise.answer_key import AnswerKey, Case
from autograder.exercise.protocol import BACKWARD, FORWARD, LOSS, OUTPUT, Role
from autograder.judge import messages, redact
from autograder.judge.compare import as_array, case_leaves, structure_problem, type_problem
from autograder.judge.finding import Finding, Seen, is_right
from autograder.judge.ideas import Idea
from autograder.judge.numerical_derivative import Judged, Variables, is_even, judge_gradients
from autograder.judge.observe import Observation
from autograder.sandbox.calls import Call, Caller
from autograder.sandbox.plain import lookup

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

#: Runs `backward` on the activations of the student's own `forward`, for arguments by name; gives
#: None where it fails.
Differentiate = Callable[[Sequence[Mapping[str, Any]]], Sequence[Any]]


def gradient_cases(answer_key: AnswerKey) -> list[Case]:
    """The cases on which the gradient can be judged."""
    return [
        case
        for case in answer_key.cases
        if BACKWARD.name in case.expected and not case.two_right_backwards
    ]


def measurable_cases(answer_key: AnswerKey) -> list[Case]:
    """The cases on which a numerical gradient is judged: none on which derivatives with respect to
    a parameter are too small to be seen beside the rounding of the loss."""

    def is_measurable(case: Case) -> bool:
        grads = case.expected[BACKWARD.name]
        loss = abs(float(case.expected.get(LOSS.name, 0.0)))
        largest = (np.max(np.abs(grads[name]), initial=0.0) for name in case.inputs["params"])
        return all(each > FAINT * loss for each in largest)

    cases = gradient_cases(answer_key)
    return list(filter(is_measurable, cases)) or cases


def check_gradient(seen: Seen) -> Finding | None:
    """Compare the derivatives by the parameters and the output with the solution's; None for
    functions that give none."""
    if not seen.function.role.derives:
        return None
    cases = gradient_cases(seen.answer_key)
    if not cases:
        return Finding(None, "There is no instance.")
    if is_right(seen.found):
        return Finding(True)
    for item in seen.on_cases:
        problem = item.case in cases and _problem(item, seen.seconds)
        if problem:
            return Finding(False, problem, case=item.case)
    return Finding(True)


def _problem(item: Observation, seconds: float) -> str:
    """The first wrong derivative on a case; "" if all are right."""
    problem = _shape_problem(item, seconds)
    if problem:
        return problem
    grads, expected = item.first.value, _derivatives(item.case)
    largest = max((float(np.max(np.abs(v), initial=0.0)) for v in expected.values()), default=0.0)
    for name, value in expected.items():
        got = np.asarray(grads[name], dtype=np.float64)
        wrong = ~(np.abs(got - value) <= RELATIVE * np.abs(value) + 4 * ABSOLUTE * largest)
        if wrong.any():
            at = tuple(int(axis) for axis in np.argwhere(wrong)[0])
            return messages.another_derivative(
                name, got, at, float(value[at]), 0.0, reveal=not item.case.hidden
            )
    return ""


def _derivatives(case: Case) -> Mapping[str, np.ndarray]:
    """The solution's derivatives by the parameters and the output."""
    expected = case.expected[BACKWARD.name]
    names = (*case.inputs["params"], OUTPUT)
    return {name: np.asarray(expected[name]) for name in names if name in expected}


def _shape_problem(item: Observation, seconds: float) -> str | None:
    """The first problem with structure, kinds or shapes; None if there is none. It comes before
    values, so that broadcasting cannot hide a wrong shape."""
    case, outcome, function = item.case, item.first, BACKWARD.name
    if case.hidden:
        return redact.shape_problem(function, case, redact.redacted(outcome, ()))
    if not outcome.returned:
        return messages.not_returned(function, outcome, seconds)
    return structure_problem(function, outcome.value, case.expected[function]) or next(
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
    """Whether `backward` is the derivative of the loss of an idea. ``passed`` is None if that could
    not be decided. ``text`` says why not, and may be shown if ``case`` is visible."""

    passed: bool | None
    text: str = ""
    case: Case | None = None


@dataclass(frozen=True)
class OwnGradients:
    """Runs `backward` on the student's own activations, with right helpers if any are ``served``.
    ``restart`` has that done in a fresh process."""

    call: Caller
    restart: Callable[[], None] = lambda: None
    served: tuple[str, ...] = ()

    def __call__(self, scopes: Sequence[Mapping[str, Any]]) -> list[Any]:
        """The gradients for arguments by name; None where there is none."""
        self.restart()
        calls: list[Call] = []
        for scope in scopes:
            calls.append(FORWARD.call(scope, needs_result=False))
            backward = BACKWARD.call({**scope, **FORWARD.handed_on(len(calls) - 1)})
            calls.append(backward._replace(served=self.served))
        outcomes = self.call(calls)[1::2]
        return [outcome.value if outcome.returned else None for outcome in outcomes]


class _Side(NamedTuple):
    """A gradient on a case, with respect to the parameters or to the output."""

    case: Case
    grads: Mapping[str, Any]
    variables: Variables
    by_output: bool = False


def follow(
    seen: Sequence[Observation],
    outputs: Mapping[Case, Any],
    idea: Idea,
    differentiate: Differentiate,
    narrow: bool = False,
    seed: int = 0,
) -> Followed:
    """Whether `backward`, on the student's own activations, gave the derivatives of the loss of an
    idea on every case that was ``seen``. ``outputs`` are those of the student's `forward`.
    ``narrow`` finds a wrong entry, to be shown. The loss has to depend on each parameter on most
    cases: the units of one may be dead. Whoever knows the ``seed`` can make a gradient up
    that is right along the directions that are tried."""
    by_params, by_output = [], []
    for item in seen:
        case, grads = item.case, item.first.value
        problem = _shape_problem(item, np.inf)
        if problem:
            return Followed(False, problem, case)
        by_params.append(_Side(case, grads, case.inputs["params"]))
        if OUTPUT in case.expected[BACKWARD.name]:
            y = as_array(outputs.get(case), case.inputs[OUTPUT])
            if y is None:
                return Followed(False, messages.another_structure(FORWARD.name), case)
            by_output.append(_Side(case, grads, {OUTPUT: y}, by_output=True))
    even = [name for name in by_params[0].variables if _is_even(by_params, name)] if seen else []
    if even:
        return Followed(False, messages.ignored(even))
    sides = [*by_params, *by_output]
    verdicts = judge_gradients(
        [side.variables for side in sides],
        lambda requests: _losses(sides, idea, requests),
        lambda requests: _gradients(sides, differentiate, requests),
        seed=seed,
        narrow=narrow,
        alike=0 if narrow else len(by_params),
    )
    ignored: Counter[str] = Counter()
    for side, verdict in zip(sides, verdicts, strict=True):
        if verdict.passed is not True:
            return Followed(verdict.passed, _difference(side, verdict), side.case)
        if not side.by_output:
            ignored.update(name for name in side.variables if name not in verdict.depends_on)
    mostly = [name for name, times in ignored.items() if times > len(by_params) / 2]
    return Followed(False, messages.ignored(mostly)) if mostly else Followed(True)


def _is_even(sides: Sequence[_Side], name: str) -> bool:
    """Whether the loss can depend only on the sum of a parameter's entries, on every case."""
    grads = [np.asarray(side.grads[name]) for side in sides if name in side.variables]
    grads = [grad for grad in grads if grad.size > 1]
    return bool(grads) and all(map(is_even, grads))


def _losses(
    sides: Sequence[_Side], idea: Idea, requests: Iterable[tuple[int, Variables]]
) -> Sequence[float]:
    """The losses at (index of a side, its variables)."""
    asked: list[int] = []
    given: dict[int, Any] = {}

    def scopes() -> Iterator[Mapping[str, Any]]:
        for at, variables in requests:
            asked.append(at)
            if sides[at].by_output:
                given[len(asked) - 1] = variables[OUTPUT]
            else:
                yield {**sides[at].case.inputs, "params": variables}

    computed = iter(idea.outputs(scopes()))
    outputs = [given[n] if n in given else next(computed) for n in range(len(asked))]
    return idea.losses(
        {**sides[at].case.inputs, OUTPUT: y} for at, y in zip(asked, outputs, strict=True)
    )


def _gradients(
    sides: Sequence[_Side], differentiate: Differentiate, requests: Sequence[tuple[int, Variables]]
) -> list[Mapping[str, Any] | None]:
    """The gradients at (index of a side, its variables); None where there is none. With respect to
    the output there are those of the cases only: it cannot be moved without the activations."""
    found: list[Mapping[str, Any] | None] = []
    moved: list[tuple[int, Mapping[str, Any]]] = []
    for at, variables in requests:
        side = sides[at]
        is_base = all(np.array_equal(v, side.variables[name]) for name, v in variables.items())
        found.append(side.grads if is_base else None)
        if not is_base and not side.by_output:
            moved.append((len(found) - 1, {**side.case.inputs, "params": variables}))
    results = differentiate([scope for _, scope in moved]) if moved else []
    for (place, scope), grads in zip(moved, results, strict=True):
        found[place] = grads if _is_like(grads, scope["params"]) else None
    return found


def _is_like(grads: Any, params: Mapping[str, np.ndarray]) -> bool:
    """Whether there is a finite derivative by every parameter, in its shape."""
    if not isinstance(grads, dict):
        return False
    arrays = (as_array(grads.get(name), value) for name, value in params.items())
    return all(array is not None and bool(np.isfinite(array).all()) for array in arrays)


def _difference(side: _Side, verdict: Judged) -> str:
    if verdict.passed is None:
        return messages.inconclusive()
    if verdict.entry is None:
        return messages.not_the_derivative()
    name, index = verdict.entry
    return messages.another_derivative(
        name, np.asarray(side.grads[name]), index, verdict.value, verdict.error
    )


def respond(cases: Sequence[Case], idea: Idea, differentiate: Differentiate, seed: int = 0) -> bool:
    """Whether the loss depends on all arguments of `forward` and `loss`, and the gradient with
    respect to most parameters on the other ones, as in a network: constants, and sums over the
    parameters, have derivatives too. It has to be the gradient where these have other values, and
    most cases are enough: the units of one may be dead."""
    scopes = [_with_other_parameters(case) for case in cases]
    grads = _for_each(differentiate, scopes)
    coupled: list[bool] = []
    for case, each in zip(cases, grads, strict=True):
        if not all(_is_like(grad, case.inputs["params"]) for grad in each):
            return False
        coupled += _coupled(case, each)
    if not sum(coupled) > len(coupled) / 2 or _is_refuted(cases, scopes, grads, idea, seed):
        return False
    inputs = [[case.inputs, *_with_one_moved(case.inputs, FORWARD, "params")] for case in cases]
    outputs = _for_each(idea.outputs, inputs)
    targets = [
        [{**case.inputs, OUTPUT: y} for y in ys]
        + _with_one_moved({**case.inputs, OUTPUT: ys[0]}, LOSS, OUTPUT)
        for case, ys in zip(cases, outputs, strict=True)
    ]
    losses = np.array(_for_each(idea.losses, targets))
    changed = np.mean(losses[:, 1:] != losses[:, :1], axis=0)
    return bool(np.isfinite(losses).all() and (changed > 1 / 2).all())


def _is_refuted(
    cases: Sequence[Case],
    scopes: Sequence[Sequence[Mapping[str, Any]]],
    grads: Sequence[Sequence[Any]],
    idea: Idea,
    seed: int,
) -> bool:
    """Whether the gradients of some other arguments of the cases are not those of an idea."""
    sides = [
        _Side(replace(case, inputs=scope), gradient, scope["params"])
        for case, *each in zip(cases, scopes, grads, strict=True)
        for scope, gradient in zip(*each, strict=True)
    ]
    verdicts = judge_gradients(
        [side.variables for side in sides],
        lambda requests: _losses(sides, idea, requests),
        lambda requests: [sides[at].grads for at, _ in requests],
        seed=seed,
        nudged=False,
    )
    return any(verdict.passed is False for verdict in verdicts)


def _for_each(
    function: Callable[[list[Mapping[str, Any]]], Sequence[Any]],
    groups: Sequence[Sequence[Mapping[str, Any]]],
) -> list[list[Any]]:
    """What a function gives for the items of all groups at once, group by group."""
    found = iter(function([item for group in groups for item in group]))
    return [[next(found) for _ in group] for group in groups]


def _with_one_moved(scope: Mapping[str, Any], role: Role, but: str) -> list[Mapping[str, Any]]:
    """The arguments of a function, with each of them moved in turn ``but`` one."""
    return [{**scope, name: _moved(scope[name])} for name in role.given if name != but]


def _with_other_parameters(case: Case) -> list[Mapping[str, Any]]:
    """The case's arguments, then with all parameters moved but one: each, or the only one."""
    params = case.inputs["params"]
    moved = {name: _moved(value) for name, value in params.items()}
    kept = [{**moved, name: params[name]} if len(params) > 1 else moved for name in params]
    return [{**case.inputs, "params": each} for each in (params, *kept)]


def _coupled(case: Case, grads: Sequence[Any]) -> Iterator[bool]:
    """Whether each gradient that is not zero changed when the other parameters did."""
    here, *there = grads
    for name, other in zip(case.inputs["params"], there, strict=True):
        largest = np.max(np.abs(here[name]), initial=0.0)
        if largest > 0:
            change = np.asarray(other[name]) - here[name]
            yield bool(np.max(np.abs(change), initial=0.0) > CHANGED * largest)


def _moved(value: Any) -> Any:
    """Numbers that were all moved a little, each differently."""
    array = np.asarray(value, dtype=np.float64)
    wave = np.cos(np.arange(array.size)).reshape(array.shape)
    return array + MOVE * (1.5 + wave) * np.maximum(1.0, np.abs(array))
