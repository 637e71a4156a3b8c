"""The check of what a function reaches: it is called on each trial, once, with time of its own, and
the author's metric measures what it returned.

The metric runs on the trusted side, since it is given what was held out. Nothing is compared with
the solution's numbers: those of a training run differ from machine to machine.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from autograder.exercise.answer_key import AnswerKey, Trial
from autograder.exercise.function import Function
from autograder.exercise.reaches import Reaches
from autograder.faults import is_machines
from autograder.judge import messages, value_text
from autograder.judge.finding import REACHES, Attempt, Finding, Seen
from autograder.sandbox.calls import Call, Caller, Outcome
from autograder.sandbox.plain import Path, copy_plain, is_row, leaves, lookup, same


class Restart(Protocol):
    """Runs the submission again in a fresh process."""

    def __call__(self) -> None:
        """Nothing is left of earlier calls."""


def try_out(
    functions: Sequence[Function], answer_key: AnswerKey, call: Caller, restart: Restart
) -> dict[str, list[Attempt]]:
    """Call what has to reach something on its trials, by function: on the visible ones first, in a
    process that knows of nothing hidden; nor does the one that comes after it."""
    made: dict[str, list[Attempt]] = {}
    trials = {f.name: found for f in functions if (found := trials_of(f, answer_key))}
    for hidden in (False, True):
        for function in functions:
            wanted = [trial for trial in trials.get(function.name, ()) if trial.hidden == hidden]
            before = made.setdefault(function.name, [])
            if all(item.outcome.returned for item in before):
                before += attempt(function, wanted, call)
    if trials:
        restart()
    return made


def trials_of(function: Function, answer_key: AnswerKey) -> list[Trial]:
    """What a function is tried on, the visible ones first; none if nothing is measured of it.

    Where there is only one trial the function is called once more, with arguments that differ a
    little: numbers that were trained elsewhere stay the same.
    """
    if function.reaches is None or REACHES not in function.points:
        return []
    trials = [trial for trial in answer_key.trials if function.name in trial.expected]
    if function.reaches.metric is None:
        return trials[:1]
    if len(trials) == 1:
        trials.append(_moved(function, trials[0], np.random.default_rng(answer_key.seed)))
    return trials


def _moved(function: Function, trial: Trial, rng: np.random.Generator) -> Trial:
    from autograder.exercise.solve import moved_by, shares_of  # a student's machine needs none

    inputs = {name: trial.inputs[name] for name in function.arguments}
    moved = moved_by(inputs, shares_of(inputs, rng), 1)
    return Trial(
        trial.label,
        trial.dims,
        {**trial.inputs, **moved},
        trial.expected,
        hidden=True,
        functions=trial.functions,
        shapes=trial.shapes,
    )


def attempt(
    function: Function, trials: Sequence[Trial], call: Caller, served: tuple[str, ...] = ()
) -> list[Attempt]:
    """Call a function on trials, one after the other, up to the first that gives nothing."""
    seconds = function.reaches.seconds if function.reaches else 0.0
    made: list[Attempt] = []
    for trial in trials:
        given = tuple(trial.inputs[name] for name in function.arguments)
        (outcome,) = call([Call(function.name, given, served=served, seconds=seconds)])
        made.append(Attempt(trial, outcome))
        if not outcome.returned:
            break
    return made


def check_reaches(seen: Seen) -> Finding | None:
    """What the function reaches on every trial, and that it computes it from what it is given; None
    if nothing is measured. A student's copy, which has no metric, only says whether it gets there.

    The value is told of visible trials only. On the others a submission was given numbers that
    nobody shall read off it.
    """
    reaches = seen.function.reaches
    if reaches is None or REACHES not in seen.function.points:
        return None
    return _found(seen, reaches)._replace(is_later=reaches.metric is None)


def _found(seen: Seen, reaches: Reaches) -> Finding:
    name, told = seen.function.name, ""
    for trial, outcome in seen.attempts:
        problem, value = _problem(seen.function, reaches, trial, outcome)
        if problem and trial.hidden:
            elsewhere = f"{name} does not get there on other inputs, which are not shown."
            return Finding(False, elsewhere)
        if problem:
            everywhere = outcome.kind == "missing" or outcome.unwritten
            return Finding(False, problem, case=None if everywhere else trial)
        told = told or _told(reaches, value)
    if reaches.metric is None:
        ran = f"{name} ran to its end. " if seen.attempts else ""
        later = (
            f"{ran}What it reaches is measured when your work is graded, on rows that nobody was "
            f"given: {reaches.name} has to be {reaches.asked}."
        )
        return Finding(None, later)
    if not seen.attempts:
        return Finding(False, f"There is no instance to try {name} on.")
    if not _is_computed([item.outcome.value for item in seen.attempts]):
        return Finding(
            False, f"{name} gives the same numbers for other arguments: it has to compute them."
        )
    return Finding(True, told)


def _problem(
    function: Function, reaches: Reaches, trial: Trial, outcome: Outcome
) -> tuple[str, float | None]:
    """What is wrong with what came of a trial, "" if nothing is; and the value that was reached, if
    it was measured there."""
    if not outcome.returned:
        return messages.not_returned(function.name, outcome, reaches.seconds), None
    problem = _result_problem(function, trial, outcome.value)
    if problem or not trial.held_out:
        return problem, None
    value = measured(function, trial, outcome.value)
    if value is None:
        return f"{reaches.name} cannot be measured of what {function.name} returned.", None
    return ("", value) if reaches.is_reached(value) else (_told(reaches, value), value)


def _told(reaches: Reaches, value: float | None) -> str:
    """The value that was reached, and what is asked."""
    if value is None:
        return ""
    short = f"{value:.4g}"
    rounds_over = reaches.is_reached(float(short)) != reaches.is_reached(value)
    shown = repr(value) if rounds_over else short
    return f"{reaches.name} is {shown} on the held-out rows, and {reaches.asked} is asked."


def _result_problem(function: Function, trial: Trial, result: Any) -> str:
    """The first thing in a result that is not there, has another shape, or is no finite number; ""
    if there is none."""
    for path, shape in trial.shapes[function.name]:
        name = function.named(tuple(path)) if path else function.named_whole
        try:
            part = lookup(result, tuple(path))
        except (LookupError, TypeError):
            return f"{name} is missing."
        is_list = shape is None
        if not (_is_real(part) or (is_list and is_row(part))):
            return f"{name} is not made of real numbers."
        if is_list and np.size(part) == 0:
            return f"{name} is empty."
        if not is_list and list(np.shape(part)) != list(shape):
            got, wanted = (value_text.shape_text(each) for each in (np.shape(part), shape))
            return f"{name} has shape {got} and must have shape {wanted}."
        if not np.isfinite(part).all():
            return f"{name} has NaN or infinity in it."
    return ""


def _is_real(value: Any) -> bool:
    if isinstance(value, np.ndarray):
        return value.dtype.kind in "biuf"
    return isinstance(value, (int, float))


def measured(function: Function, trial: Trial, result: Any) -> float | None:
    """What the metric gives; None if that is no finite number, or it fails.

    It is given what was asked for and nothing besides: what is the answer's own it could claim, and
    more entries could be so many that the grader has no memory for what comes of them.
    """
    reaches = function.reaches
    assert reaches is not None and reaches.metric is not None
    known = {**trial.inputs, **trial.held_out}
    given = {name: copy_plain(known[name]) for name in reaches.takes}
    whole = tuple(result) if function.parts else result
    asked = _asked_for(whole, [tuple(path) for path, _ in trial.shapes[function.name]])
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            value = np.asarray(reaches.metric(asked, **given))
            is_number = value.shape == () and value.dtype.kind in "iuf"
            return float(value) if is_number and np.isfinite(value) else None
    except Exception as error:  # of what a student returned; the solution's is proved
        if is_machines(error):
            raise
        return None


def _asked_for(value: Any, paths: Sequence[Path]) -> Any:
    """A copy of the parts of a result to which the paths lead; None for others in a tuple.
    No small width of numbers overflows in it."""
    inside = [path for path in paths if path]
    if not inside:
        return _widened(value)
    below = {path[0]: [each[1:] for each in inside if each[0] == path[0]] for path in inside}
    if isinstance(value, Mapping):
        return {key: _asked_for(value[key], below[key]) for key in value if key in below}
    count = len(value) if isinstance(value, tuple) else 1 + max(below)
    parts = [_asked_for(value[at], below[at]) if at in below else None for at in range(count)]
    return tuple(parts) if isinstance(value, tuple) else parts


def _widened(value: Any) -> Any:
    if not isinstance(value, np.ndarray):
        return copy_plain(value)
    return value.astype({"i": np.int64, "u": np.int64, "f": np.float64}.get(value.dtype.kind, bool))


def _is_computed(results: Sequence[Any]) -> bool:
    """Whether results differ, as they do that are computed from other arguments. Those without
    floating-point numbers need not."""
    first, *others = results
    has_floats = any(
        isinstance(leaf, float) or (isinstance(leaf, np.ndarray) and leaf.dtype.kind == "f")
        for _, leaf in leaves(first)
    )
    return not has_floats or not any(same(first, other) for other in others)
