"""The checks, one row each: the title, the function that makes it, whether it compares numbers, and
the functions that cannot have it. To add one, write its ``find`` function and add a row."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from autograder.exercise.error import ExerciseError
from autograder.exercise.function import Function
from autograder.judge import messages
from autograder.judge.behaviour import check_behaviour
from autograder.judge.finding import REACHES, Finding, Seen, failure_status, is_right
from autograder.judge.gradient import check_gradient
from autograder.judge.reaches import check_reaches
from autograder.judge.values import check_hidden, check_printed, check_shapes, check_visible
from autograder.record import record
from autograder.report import CheckResult, FunctionReport, Named, SourceLine, function_report
from autograder.sandbox.calls import Outcome

if TYPE_CHECKING:
    from autograder.exercise.declaration import Exercise


def _everybody(function: Function, exercise: Exercise) -> str:
    return ""


def _with_printed_numbers(function: Function, exercise: Exercise) -> str:
    is_printed = any(printed.function == function.name for printed in exercise.printed)
    return "" if is_printed else "no numbers are declared as Printed of it"


def _with_derivatives(function: Function, exercise: Exercise) -> str:
    return "" if function.differentiates else "it differentiates no other function"


def _with_a_bound(function: Function, exercise: Exercise) -> str:
    return "" if function.reaches else "its Reaches is not declared"


@record
class Check:
    """One check. ``find`` returns the finding, or None where there is nothing to check; ``refuse``
    returns why a function cannot have the check, or "".

    A check ``of_numbers`` compares the results with the solution's. A right derivative of a wrong
    loss fails it, and is excused. The others read the findings of these, and are made after them.
    """

    title: str
    find: Callable[[Seen], Finding | None]
    of_numbers: bool = True
    refuse: Callable[[Function, Exercise], str] = _everybody


#: By key, in display order.
CHECKS: dict[str, Check] = {
    "shapes": Check("names, shapes and types", check_shapes),
    "printed": Check(
        "numbers printed in the document", check_printed, refuse=_with_printed_numbers
    ),
    "values": Check("values on the visible instances", check_visible),
    "gradient": Check("gradient of your own functions", check_gradient, False, _with_derivatives),
    "hidden": Check("values on hidden instances", check_hidden),
    "behaviour": Check("inputs unchanged, same result twice", check_behaviour, False),
    REACHES: Check("what it reaches", check_reaches, False, _with_a_bound),
}


def require_known(exercise: Exercise) -> None:
    """Raise `ExerciseError` if a function has points for a check that is unknown or not for it."""
    for function in exercise.functions:
        what, about = f"function {function.name!r}", ("Function", function.name)
        for key in function.points:
            if key not in CHECKS:
                known = ", ".join(CHECKS)
                raise ExerciseError(
                    f"{what}: unknown check {key!r}; the checks are {known}", *about
                )
            problem = CHECKS[key].refuse(function, exercise)
            if problem:
                raise ExerciseError(f"{what}: {problem}", *about)


def find(seen: Seen) -> None:
    """Make all checks, and add their findings to ``seen.found``. Where there is no case to compare
    anything on, it is only measured what is reached."""
    is_compared = bool(seen.on_cases) or seen.function.reaches is None
    for key, check in sorted(CHECKS.items(), key=lambda row: not row[1].of_numbers):
        finding = check.find(seen) if is_compared or key == REACHES else None
        if finding is not None:
            seen.found[key] = finding


def pass_given(found: dict[str, Finding], given: Mapping[str, Finding], text: str) -> None:
    """Turn every check that did not pass, and does with right helpers, into a pass; ``text`` says
    why."""
    for key, finding in given.items():
        if finding.passed and not found[key].passed:
            found[key] = Finding(True, text, finding.rows)
        elif finding.share > found[key].share:
            found[key] = found[key]._replace(share=finding.share)


def pass_numbers(found: dict[str, Finding], text: str) -> None:
    """Turn every failed comparison with the solution's numbers into a pass; ``text`` says why."""
    for key, finding in found.items():
        if CHECKS[key].of_numbers and finding.passed is False:
            found[key] = Finding(True, text, finding.rows)


def first_failed(function: Function, found: Mapping[str, Finding]) -> str | None:
    """The key of the first failed check with points, where a student looks first; None if there is
    none."""
    failed = (key for key in CHECKS if key in found and found[key].passed is False)
    return next((key for key in failed if key in function.points), None)


def report(seen: Seen, mistakes: Sequence[Named]) -> FunctionReport:
    """The function's report: the points and message of each check, and the named ``mistakes``.

    What was given with mistakes in it has points when all of it is right: of a part that is right,
    nobody can say whose it is.
    """
    function, results = seen.function, []
    is_repaired = not function.is_given or is_right(seen.found)
    for key, check in CHECKS.items():
        points, finding = function.points.get(key), seen.found.get(key)
        if points is None or finding is None:  # a student's copy has no hidden instances
            continue
        most = 0.0 if finding.is_later else float(points)
        score = most if finding.passed else round(most * finding.share, 2)
        passed, message = finding.passed, finding.message
        if not is_repaired and not finding.is_later:
            score = 0.0
            if passed:
                passed, message = None, messages.COUNTS_WHEN_REPAIRED
        results.append(
            CheckResult(check.title, passed, message, score, most, finding.rows, finding.place, key)
        )
    outcomes = _outcomes(seen)
    status = failure_status(outcomes[0], function.name) if outcomes else "failed"
    made = function_report(function.name, results, status, mistakes)
    return made._replace(line=_where_it_stopped(seen))


def _outcomes(seen: Seen) -> list[Outcome]:
    """What came of the calls on visible cases and trials, or else on hidden ones."""
    cases = [(item.case, item.first) for item in seen.on_cases]
    found = [*cases, *((item.trial, item.outcome) for item in seen.attempts)]
    return [outcome for case, outcome in sorted(found, key=lambda item: item[0].hidden)]


def _where_it_stopped(seen: Seen) -> SourceLine | None:
    """The student's line in which a call on a visible case stopped first."""
    visible = [item.first for item in seen.on_cases if not item.case.hidden]
    visible += [item.outcome for item in seen.attempts if not item.trial.hidden]
    place = next((o.place for o in visible if o.place and not o.unwritten), None)
    return SourceLine(place.line, label=place.label) if place else None
