"""Judges a submission: calls its functions, compares what came back, and says what is wrong.

Everything here runs on the trusted side. A function is first observed on every case (`observe`),
then its checks read the observations; only the numerical gradient and the replay of a training run
make calls of their own.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from autograder import messages
from autograder.calls import Caller
from autograder.checks import behaviour, carried, values
from autograder.checks.finding import Finding
from autograder.checks.gradient import Attempt, Verdict, attempt, check_gradient
from autograder.checks.observe import Observation, observe
from autograder.checks.steps import Steps, alone, together
from autograder.exercise import CHECKS, Function
from autograder.report import CheckResult, FunctionReport, function_report
from autograder.sheet import Case, Sheet

__all__ = ["judge"]

#: The status of a function that earned nothing, by what its first call came to.
_STATUS = {
    "returned": "failed",
    "raised": "error",
    "missing": "missing",
    "timeout": "timeout",
    "memory": "memory",
    "crashed": "crashed",
    "limit": "limit",
    "skipped": "failed",
}


def judge(
    sheet: Sheet, caller: Caller, seconds: float, only: Collection[str] = ()
) -> list[FunctionReport]:
    """Judge the functions of a submission, or ``only`` some of them, in the sheet's order.

    ``caller`` reaches the submission; ``seconds`` is the time limit to name in messages. Functions
    that others build on are observed all the same, since whose fault an error is depends on them.
    """
    functions = _needed(sheet, only)
    seen, attempts = _observed(functions, sheet, caller, seconds)
    found: dict[str, dict[str, Finding]] = {}
    for function in functions:
        findings = found[function.name] = _find(function, seen[function.name], sheet, seconds)
        wrong = [name for name in found if not values.is_right(found[name])]
        if function.name == "backward":
            everywhere = not values.is_right(findings) and wrong != ["backward"]
            cases = _gradient_cases(sheet, everywhere)
            upstream_right = not set(carried.UPSTREAM) & set(wrong)
            verdict = _gradient(cases, attempts, caller, seconds, upstream_right)
            if carried.settle_backward(findings, verdict, wrong, sheet):
                labels = {case.label for case in sheet.cases}
                seen["backward"] = alone(caller, observe(function, sheet, labels))
        elif function.name == "train":
            carried.settle_train(findings, seen["train"], wrong, caller)
        findings["behaviour"] = _behaviour(function, seen[function.name], findings)
        if function.name == "train":
            carried.settle_behaviour(found)
    return [
        _report(function, seen[function.name], found[function.name])
        for function in functions
        if not only or function.name in only
    ]


def _needed(sheet: Sheet, only: Collection[str]) -> Sequence[Function]:
    """The functions up to the last of those that are wanted."""
    wanted = [at for at, function in enumerate(sheet.functions) if function.name in only]
    return sheet.functions[: max(wanted) + 1] if wanted else sheet.functions


def _observed(
    functions: Sequence[Function], sheet: Sheet, caller: Caller, seconds: float
) -> tuple[dict[str, list[Observation]], dict[str, Attempt]]:
    """The observations of every function, and attempts at `backward`'s gradient by case.

    Two batches of calls and a little: each costs a round trip, and only what is given activations
    has to wait until it is known whether the student's own are right.
    """
    first = [function for function in functions if "activations" not in function.arguments]
    then = [function for function in functions if function not in first]
    made = together(caller, [observe(function, sheet, ()) for function in first])
    seen = {function.name: items for function, items in zip(first, made, strict=True)}
    right_forward = values.right_labels("forward", seen.get("forward", ()))
    cases = _gradient_cases(sheet, False) if "backward" in [f.name for f in then] else []
    works: list[Steps[Any]] = [observe(function, sheet, right_forward) for function in then]
    works += [attempt(case, seconds) for case in cases]
    results = together(caller, works)
    seen |= {function.name: items for function, items in zip(then, results, strict=False)}
    return seen, {item.case.label: item for item in results[len(then) :]}


def _find(
    function: Function, seen: Sequence[Observation], sheet: Sheet, seconds: float
) -> dict[str, Finding]:
    """The findings of every check that reads observations."""
    findings = {
        "shapes": values.check_shapes(function, seen, seconds),
        "values": values.check_values(function, seen, False, seconds),
        "printed": values.check_printed(function, seen, sheet, seconds),
    }
    if sheet.has_hidden:
        findings["hidden"] = values.check_values(function, seen, True, seconds)
    return findings


def _gradient_cases(sheet: Sheet, everywhere: bool) -> list[Case]:
    """Where the numerical gradient is taken: the visible cases and one hidden one, or every case
    when an excuse hangs on it."""
    cases = [case for case in sheet.cases if "backward" in case.expected and not case.ambiguous]
    hidden = [case for case in cases if case.hidden]
    return [case for case in cases if not case.hidden] + (hidden if everywhere else hidden[:1])


def _gradient(
    cases: Sequence[Case],
    attempts: Mapping[str, Attempt],
    caller: Caller,
    seconds: float,
    upstream_right: bool,
) -> Verdict:
    """The numerical gradient on the cases; the first that is not a pass decides."""
    depends_on: frozenset[str] = frozenset()
    verdict = Verdict(None, "There is no instance to compute it on.")
    for case in cases:
        verdict = check_gradient(case, caller, seconds, attempts.get(case.label), upstream_right)
        if verdict.passed is not True:
            return Verdict(verdict.passed, values.located(case, verdict.message))
        depends_on |= verdict.depends_on
    return Verdict(verdict.passed, verdict.message, depends_on)


def _report(
    function: Function, seen: Sequence[Observation], findings: Mapping[str, Finding]
) -> FunctionReport:
    """Give each check its points."""
    results = []
    for key, title in CHECKS.items():
        points = function.points.get(key)
        finding = findings.get(key)
        if points is None or finding is None:  # hidden instances are not in a student's copy
            continue
        points = float(points)
        score = points if finding.passed else 0.0
        results.append(
            CheckResult(title, finding.passed, finding.message, score, points, finding.rows)
        )
    return function_report(function.name, results, _failure_status(seen))


def _behaviour(
    function: Function, seen: Sequence[Observation], findings: Mapping[str, Finding]
) -> Finding:
    """Behaviour rests on right values: a function that returns nothing changes nothing either, and
    that is worth nothing."""
    if values.is_right(findings):
        return behaviour.check_behaviour(function, seen)
    return Finding(None, "Not checked, because the values are not right yet.")


def _failure_status(seen: Sequence[Observation]) -> str:
    if not seen:
        return "failed"
    outcome = seen[0].first
    if messages.is_unwritten(outcome):
        return "missing"
    return _STATUS[outcome.kind]
