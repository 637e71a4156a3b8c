"""The gradient of the student's own loss, taken numerically, against `backward`.

Most gradients are right, and for those there is a short proof: the derivative of E along a
direction that moves all entries at once must be the sum of what each entry adds to it, and it is
known so sharply that an entry wrong by far less than 0.1 % would show. Only where two such
directions do not confirm a gradient is it looked at entry by entry. The verdict is pass, fail, or
inconclusive with the reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from autograder import messages
from autograder.calls import Call, Caller, Outcome, Result
from autograder.checks.compare import (
    case_leaves,
    lookup,
    structure_problem,
    type_problem,
)
from autograder.checks.differences import (
    RELATIVE,
    ROUNDING,
    Along,
    Derivatives,
    Entry,
    Loss,
    NotComputable,
    Variables,
    differentiate,
    is_rough,
    largest_of,
    loss_of_output,
    loss_of_params,
    needed,
)
from autograder.checks.steps import Steps, alone
from autograder.sheet import Case


class Verdict(NamedTuple):
    """``passed`` is None when the gradient could be neither confirmed nor refuted.

    ``depends_on`` names the parameters on which the loss was seen to depend.
    """

    passed: bool | None
    message: str
    depends_on: frozenset[str] = frozenset()


class Attempt(NamedTuple):
    """What a student's functions gave on a case, and the verdict unless it takes a closer look."""

    case: Case
    verdict: Verdict | None
    grads: Mapping[str, Any] = MappingProxyType({})
    activations: Mapping[str, Any] = MappingProxyType({})


def attempt(case: Case, seconds: float, forward_is_right: bool = False) -> Steps[Attempt]:
    """Try to confirm `backward` along directions, on the student's own activations.

    ``case`` must hold ``params``, ``x`` and ``t``; ``seconds`` is the time limit to name in a
    message. Where ``forward_is_right``, the output is known before it is asked for, which saves a
    round trip.
    """
    params, x, t = (case.inputs[name] for name in ("params", "x", "t"))
    along = Along(params, loss_of_params(x, t), 2)
    known = forward_is_right and "y" in case.expected["backward"]
    output = {"y": case.expected["forward"]["y"]} if known else {}
    by_output = Along(output, loss_of_output(t), 2 + len(along.calls))
    outcomes = yield [
        Call("forward", (params, x)),
        Call("backward", (params, x, t, Result(0))),
        *along.calls,
        *by_output.calls,
    ]
    for name, outcome in zip(("forward", "backward"), outcomes, strict=False):
        if not outcome.returned:
            text = messages.not_returned(name, outcome, seconds, not case.hidden)
            return Attempt(case, Verdict(False, text))
    activations, grads = outcomes[0].value, outcomes[1].value
    problem = _shape_problem("forward", activations, case) or _shape_problem(
        "backward", grads, case
    )
    if problem:
        return Attempt(case, Verdict(False, problem))
    try:
        depends_on = along.confirm(grads, outcomes)
        verdict = None if depends_on is None else Verdict(True, "", depends_on)
        confirmed = bool(verdict and by_output.calls) and by_output.confirm(grads, outcomes)
    except NotComputable as error:
        return Attempt(case, _not_computable(error))
    if verdict is not None and not confirmed:
        verdict = yield from _and_by_output(verdict, grads, activations, case)
    return Attempt(case, verdict, grads, activations)


def check_gradient(
    case: Case,
    caller: Caller,
    seconds: float,
    tried: Attempt | None = None,
    by_solution: bool = False,
) -> Verdict:
    """Compare `backward` on the student's own activations with the derivatives of their own loss.

    Where an `attempt`, made before or now, does not say enough, it is looked at entry by entry. If
    their `forward` and `loss` are right, those derivatives are the solution's: ``by_solution``.
    """
    tried = tried or alone(caller, attempt(case, seconds))
    if tried.verdict is not None:
        return tried.verdict
    if by_solution:
        return _compare(tried.grads, _solved(case), case)[0]
    return alone(caller, _look_closer(tried))


def compare_with_solution(case: Case, outcome: Outcome, seconds: float) -> Verdict:
    """Compare what `backward` gave on a case with the derivatives of the solution's loss."""
    if not outcome.returned:
        text = messages.not_returned("backward", outcome, seconds, not case.hidden)
        return Verdict(False, text)
    problem = _shape_problem("backward", outcome.value, case)
    return Verdict(False, problem) if problem else _compare(outcome.value, _solved(case), case)[0]


def _solved(case: Case) -> Derivatives:
    """The solution's derivatives, sure to rounding."""
    names = [name for name in (*case.inputs["params"], "y") if name in case.expected["backward"]]
    values = {name: case.expected["backward"][name] for name in names}
    error = ROUNDING * largest_of(values)
    return Derivatives(values, {name: np.full(v.shape, error) for name, v in values.items()})


def _look_closer(tried: Attempt) -> Steps[Verdict]:
    case, grads = tried.case, tried.grads
    params, x, t = (case.inputs[name] for name in ("params", "x", "t"))
    verdict = yield from _by_entries(grads, params, loss_of_params(x, t), case)
    return (yield from _and_by_output(verdict, grads, tried.activations, case))


def _and_by_output(
    verdict: Verdict, grads: Mapping[str, Any], activations: Mapping[str, Any], case: Case
) -> Steps[Verdict]:
    """The verdict on the gradient by the parameters, unless the one by the output is worse."""
    if not verdict.passed or "y" not in case.expected["backward"]:
        return verdict
    output, loss = {"y": activations["y"]}, loss_of_output(case.inputs["t"])
    along = Along(output, loss)
    try:
        if along.calls and along.confirm(grads, (yield along.calls)) is not None:
            return verdict
    except NotComputable as error:
        return _not_computable(error)
    by_output = yield from _by_entries(grads, output, loss, case)
    return verdict if by_output.passed else by_output


def _by_entries(
    grads: Mapping[str, Any], variables: Variables, loss: Loss, case: Case
) -> Steps[Verdict]:
    """Compare gradients by some variables with the numerical ones."""
    try:
        numerical = yield from differentiate(variables, loss)
        verdict, wrong = _compare(grads, numerical, case)
        if wrong is not None and (yield from is_rough(variables, loss, wrong)):
            return Verdict(None, _inconclusive(wrong[0], "another step size gives another value"))
    except NotComputable as error:
        return _not_computable(error)
    return verdict


def _not_computable(error: NotComputable) -> Verdict:
    return Verdict(None, f"The numerical gradient could not be computed: {error}")


def _shape_problem(function: str, value: Any, case: Case) -> str | None:
    """Shapes of every entry before values: broadcasting must never decide."""
    expected = case.expected[function]
    problem = structure_problem(function, value, expected)
    if problem:
        return problem
    found = (
        type_problem(leaf, lookup(value, leaf.path), case.dims)
        for leaf in case_leaves(case, function)
    )
    return next((problem for problem in found if problem), None)


def _compare(
    grads: Mapping[str, Any], numerical: Derivatives, case: Case
) -> tuple[Verdict, Entry | None]:
    """The verdict, and the first entry that is wrong."""
    undecided = ""
    depends_on = set()
    largest = largest_of(numerical.values)
    for name, value in numerical.values.items():
        got, error = np.asarray(grads[name], dtype=np.float64), numerical.errors[name]
        allowed = RELATIVE * np.abs(value) + 4 * error
        wrong = ~(np.abs(got - value) <= allowed)
        if wrong.any():
            index = tuple(int(axis) for axis in np.argwhere(wrong)[0])
            text = _difference(name, got, value, error, wrong, index, case)
            return Verdict(False, text), (name, index)
        # A loss that takes all entries of a parameter alike, as their sum, is no network.
        spread = float(np.ptp(value)) if value.size > 1 else float(np.max(np.abs(value)))
        if spread > 4 * np.max(error, initial=0.0):
            depends_on.add(name)
        vague = error > needed(value, largest)
        if vague.any() and largest > 0 and not undecided:
            size = f"the numerical value itself is uncertain by {float(error[vague].max()):.1e}"
            undecided = _inconclusive(name, size)
    if undecided:
        return Verdict(None, undecided, frozenset(depends_on)), None
    return Verdict(True, "", frozenset(depends_on)), None


def _inconclusive(name: str, why: str) -> str:
    return (
        f'The numerical gradient is inconclusive for grads["{name}"]: {why}. '
        "Your loss changes in jumps or is rounded; return it unrounded."
    )


def _difference(
    name: str,
    got: np.ndarray,
    value: np.ndarray,
    error: np.ndarray,
    wrong: np.ndarray,
    index: tuple[int, ...],
    case: Case,
) -> str:
    place = f"[{', '.join(map(str, index))}]"
    text = f'grads["{name}"] is not the derivative of your own loss'
    text += f" in {int(wrong.sum())} of {wrong.size} entries" if wrong.size > 1 else ""
    if not case.hidden:
        text += f", first at {place}" if wrong.size > 1 else ""
        text += (
            f": backward gives {messages.number(float(got[index]))}, "
            f"the derivative is {messages.number(float(value[index]))} "
            f"(± {float(error[index]):.0e})"
        )
    return f"{text}." + ("" if case.hidden else messages.relation(got, value, 1e-5))
