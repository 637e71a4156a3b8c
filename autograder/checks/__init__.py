"""Judges a submission: calls its functions, compares what came back, and says what is wrong.

Everything here runs on the trusted side. A function is first observed on every case (`observe`),
then its checks read the observations; only the numerical gradient and the replay of a training run
make calls of their own.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from autograder import messages
from autograder.calls import Caller
from autograder.checks import behaviour, carried, values
from autograder.checks.finding import Finding
from autograder.checks.gradient import Verdict, check_gradient
from autograder.checks.observe import Observation, observe
from autograder.exercise import CHECKS, Function
from autograder.report import CheckResult, FunctionReport, function_report
from autograder.sheet import Sheet

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
    seen: dict[str, list[Observation]] = {}
    found: dict[str, dict[str, Finding]] = {}
    right_forward: set[str] = set()
    reports = []
    for function in sheet.functions:
        seen[function.name] = observe(function, sheet, caller, right_forward)
        findings = found[function.name] = _find(function, seen[function.name], sheet, seconds)
        wrong = [name for name in found if not values.is_right(found[name])]
        if function.name == "forward":
            right_forward = values.right_labels("forward", seen["forward"])
        elif function.name == "backward":
            everywhere = not values.is_right(findings) and wrong != ["backward"]
            verdict = _gradient(sheet, caller, seconds, everywhere)
            if carried.settle_backward(findings, verdict, wrong, sheet):
                labels = {case.label for case in sheet.cases}
                seen["backward"] = observe(function, sheet, caller, labels)
        elif function.name == "train":
            carried.settle_train(findings, seen["train"], wrong, caller)
        findings["behaviour"] = _behaviour(function, seen[function.name], findings)
        if function.name == "train":
            carried.settle_behaviour(found)
        if not only or function.name in only:
            reports.append(_report(function, seen[function.name], found[function.name]))
        if only and len(reports) == len(only):
            break
    return reports


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


def _gradient(sheet: Sheet, caller: Caller, seconds: float, everywhere: bool) -> Verdict:
    """The numerical gradient on the visible cases and on one hidden one, or on every case when an
    excuse hangs on it; the first that is not a pass decides."""
    depends_on: frozenset[str] = frozenset()
    cases = [case for case in sheet.cases if "backward" in case.expected and not case.ambiguous]
    hidden = [case for case in cases if case.hidden]
    verdict = Verdict(None, "There is no instance to compute it on.")
    for case in [
        *(case for case in cases if not case.hidden),
        *(hidden if everywhere else hidden[:1]),
    ]:
        verdict = check_gradient(case, caller, seconds)
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
