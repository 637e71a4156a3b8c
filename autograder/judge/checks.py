"""The checks, one row each: the title, the function that makes it, the mistakes that excuse it, and
the functions that cannot have it. To add one, write its ``find`` function and add a row."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from autograder.exercise.declaration import Exercise, ExerciseError, Function
from autograder.judge.behaviour import check_behaviour
from autograder.judge.finding import Finding, Seen, failure_status
from autograder.judge.values import check_hidden, check_printed, check_shapes, check_visible
from autograder.report import CheckResult, FunctionReport, function_report

#: Whose mistakes excuse a function: those of the functions whose derivatives it gives
#: (``upstream``), of the functions it calls (``helpers``) or of those it repeats (``steps``);
#: ``behaviour`` is a failed behaviour check of the latter.
Excuse = Literal["upstream", "helpers", "steps", "behaviour"]
#: When a check is made: after the calls (``observed``), once it is known whether the values are
#: right (``compared``), or after others' mistakes are excused (``excused``).
When = Literal["observed", "compared", "excused"]


def _everybody(function: Function, exercise: Exercise) -> str:
    return ""


def _with_printed_numbers(function: Function, exercise: Exercise) -> str:
    is_printed = any(printed.function == function.name for printed in exercise.printed)
    return "" if is_printed else "no numbers are declared as Printed of it"


def _with_derivatives(function: Function, exercise: Exercise) -> str:
    return "" if function.role.derives else "only backward has a numerical gradient"


@dataclass(frozen=True)
class Check:
    """One check. ``find`` returns the finding, or None where there is nothing to check; ``refuse``
    returns why a function cannot have the check, or ""."""

    title: str
    find: Callable[[Seen], Finding | None]
    excused_by: Sequence[Excuse] = ()
    when: When = "observed"
    refuse: Callable[[Function, Exercise], str] = _everybody


def _check_gradient(seen: Seen) -> Finding | None:
    return seen.gradient() if seen.function.role.derives else None


#: By key, in display order.
CHECKS: dict[str, Check] = {
    "shapes": Check("names, shapes and types", check_shapes, ("upstream", "helpers")),
    "printed": Check(
        "numbers printed in the document",
        check_printed,
        ("upstream", "helpers"),
        refuse=_with_printed_numbers,
    ),
    "values": Check(
        "values on the visible instances", check_visible, ("upstream", "helpers", "steps")
    ),
    "gradient": Check(
        "numerical gradient of your own loss",
        _check_gradient,
        ("helpers",),
        "compared",
        _with_derivatives,
    ),
    "hidden": Check("values on hidden instances", check_hidden, ("upstream", "helpers", "steps")),
    "behaviour": Check("behaviour", check_behaviour, ("behaviour",), "excused"),
}


def require_known(exercise: Exercise) -> None:
    """Raise `ExerciseError` if a function has points for a check that is unknown or not for it."""
    for function in exercise.functions:
        about = f"function {function.name!r}"
        for key in function.points:
            if key not in CHECKS:
                known = ", ".join(CHECKS)
                raise ExerciseError(f"{about}: unknown check {key!r}; the checks are {known}")
            problem = CHECKS[key].refuse(function, exercise)
            if problem:
                raise ExerciseError(f"{about}: {problem}")


def find(seen: Seen, when: When) -> None:
    """Make the checks of this time, and add their findings to ``seen.found``."""
    for key, check in CHECKS.items():
        finding = check.find(seen) if check.when == when else None
        if finding is not None:
            seen.found[key] = finding


def excuse(found: dict[str, Finding], by: Excuse, text: str) -> None:
    """Turn every failed check that ``by`` excuses into a pass; ``text`` says why."""
    for key, check in CHECKS.items():
        if by in check.excused_by and key in found and found[key].passed is False:
            found[key] = Finding(True, text, found[key].rows)


def first_failed(function: Function, found: Mapping[str, Finding]) -> str | None:
    """The key of the first failed check with points, where a student looks first; None if there is
    none."""
    failed = (key for key in CHECKS if key in found and found[key].passed is False)
    return next((key for key in failed if key in function.points), None)


def report(seen: Seen, mistakes: Sequence[tuple[str, str]]) -> FunctionReport:
    """The function's report: the points and message of each check, and the named ``mistakes``."""
    function, results = seen.function, []
    for key, check in CHECKS.items():
        points, finding = function.points.get(key), seen.found.get(key)
        if points is None or finding is None:  # a student's copy has no hidden instances
            continue
        score, most = float(points) if finding.passed else 0.0, float(points)
        passed, message = finding.passed, finding.message
        results.append(
            CheckResult(check.title, passed, message, score, most, finding.rows, finding.place, key)
        )
    status = failure_status(seen.on_cases[0].first) if seen.on_cases else "failed"
    return function_report(function.name, results, status, mistakes)
