"""Questions with options: which one was chosen, whether it is right, and why, once that is told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograder.exercise.answer_key import Answers, Sheet
from autograder.exercise.declaration import ChoiceForm
from autograder.judge import messages
from autograder.judge.batching import Steps
from autograder.judge.finding import failure_status
from autograder.report import CheckResult, FunctionReport, function_report
from autograder.sandbox.calls import Call, Outcome

KEY, TITLE = "choice", "the option chosen"


def judge_choices(
    choices: Sequence[ChoiceForm], sheet: Sheet, seconds: float
) -> Steps[list[FunctionReport]]:
    """Ask for each choice, and judge it; a student's own copy of the sheet says only whether an
    option was chosen.

    Ask before anything hidden: a submission that knows hidden instances could choose by them, and
    be told of its choice.
    """
    outcomes = yield [Call(choice.name, ()) for choice in choices]
    return [
        _report(choice, sheet.answers, outcome, seconds)
        for choice, outcome in zip(choices, outcomes, strict=True)
    ]


def _report(
    choice: ChoiceForm, answers: Answers, outcome: Outcome, seconds: float
) -> FunctionReport:
    name, right = choice.name, answers.right.get(choice.name)
    most = choice.max_score if right else 0.0
    option = _option(outcome, choice.options)
    if option is None:
        said = _unusable(choice, outcome, seconds)
        check = CheckResult(TITLE, False, said, 0.0, most, key=KEY)
        return function_report(name, [check], failure_status(outcome))
    if right is None:
        said = f"You chose option {option}.\nWhether it is right is told when your work is graded."
        return function_report(
            name, [CheckResult(TITLE, None, said, 0.0, most, key=KEY)], "answered"
        )
    reasons, is_right = answers.reasons.get(name), option == right
    said = f"You chose option {option}, which is {'right' if is_right else 'not right'}."
    if reasons:
        said += f" {reasons[option - 1]}"
        said += "" if is_right else f"\nOption {right} is right. {reasons[right - 1]}"
    elif answers.later:
        said += f"\n{answers.later}"
    check = CheckResult(TITLE, is_right, said, most if is_right else 0.0, most, key=KEY)
    made = []
    if reasons and not is_right:
        made.append((f"{name}-{option}", f"Option {option} was chosen. {reasons[option - 1]}"))
    return function_report(name, [check], "failed", made)


def _option(outcome: Outcome, options: int) -> int | None:
    """The option that was chosen; None for whatever is none."""
    value: Any = outcome.value
    if isinstance(value, bool) or not isinstance(value, (int, float, np.ndarray)):
        return None
    array = np.asarray(value)
    if array.size != 1 or array.dtype.kind not in "iuf":
        return None
    number = array.item()
    return int(number) if number in range(1, options + 1) else None


def _unusable(choice: ChoiceForm, outcome: Outcome, seconds: float) -> str:
    if not outcome.returned:
        return messages.not_returned(choice.name, outcome, seconds)
    value = outcome.value
    got = messages.kind_name if isinstance(value, bool) else messages.array_text
    return (
        f"{choice.name} returned {got(value)}. Return one whole number from 1 to {choice.options}."
    )
