"""Multiple-choice questions: which option was chosen, whether it is right, and later why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograder.exercise.answer_key import AnswerKey, ChoiceKey
from autograder.exercise.choice import ChoiceForm
from autograder.judge import messages, value_text
from autograder.judge.batching import Steps
from autograder.judge.finding import failure_status
from autograder.report import CheckResult, FunctionReport, Named, function_report
from autograder.sandbox.calls import Call, Outcome

KEY, TITLE = "choice", "the option chosen"


def judge_choices(
    choices: Sequence[ChoiceForm], answer_key: AnswerKey, seconds: float
) -> Steps[list[FunctionReport]]:
    """Call the function of each choice and judge its option. With a student's copy of the answer
    key, only whether an option was chosen can be judged.

    Run this before anything hidden is sent: the report shows the option, so a submission could leak
    hidden values by choosing one.
    """
    outcomes = yield [Call(choice.name, ()) for choice in choices]
    return [
        _report(choice, answer_key.answers, outcome, seconds)
        for choice, outcome in zip(choices, outcomes, strict=True)
    ]


def _report(
    choice: ChoiceForm, answers: ChoiceKey, outcome: Outcome, seconds: float
) -> FunctionReport:
    name, right = choice.name, answers.right.get(choice.name)
    most = choice.max_score if right else 0.0
    option = _option(outcome, choice.options)
    if option is None:
        message = _unusable(choice, outcome, seconds)
        check = CheckResult(TITLE, False, message, 0.0, most, key=KEY)
        return function_report(name, [check], failure_status(outcome))
    if right is None:
        message = f"You chose option {option}.\nGrading will show whether it is right."
        return function_report(
            name, [CheckResult(TITLE, None, message, 0.0, most, key=KEY)], "answered"
        )
    reasons, is_right = answers.reasons.get(name), option == right
    message = f"You chose option {option}, which is {'right' if is_right else 'not right'}."
    if reasons:
        message += f" {reasons[option - 1]}"
        message += "" if is_right else f"\nOption {right} is right. {reasons[right - 1]}"
    elif answers.later:
        message += f"\n{answers.later}"
    check = CheckResult(TITLE, is_right, message, most if is_right else 0.0, most, key=KEY)
    made = []
    if reasons and not is_right:
        said = f"Option {option} was chosen. {reasons[option - 1]}"
        made.append(Named(f"{name}-{option}", said))
    return function_report(name, [check], "failed", made)


def _option(outcome: Outcome, options: int) -> int | None:
    """The option that was chosen; None if the result is not a number from 1 to ``options``."""
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
    got = value_text.kind_name if isinstance(value, bool) else value_text.array_text
    return (
        f"{choice.name} returned {got(value)}. Return one whole number from 1 to {choice.options}."
    )
