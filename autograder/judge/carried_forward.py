"""Error carried forward: a function that is right given the student's other functions keeps its
points.

`backward` is accepted when it is right for the inputs it is given, or when it is the derivative of
the student's own loss. `train` is accepted when it is right, or when it combines the student's own
functions correctly. The points are lost in the function that has the mistake.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from autograder.exercise.answer_key import AnswerKey
from autograder.exercise.protocol import TRAIN, role_of
from autograder.judge.batching import Steps, run_together
from autograder.judge.checks import excuse
from autograder.judge.compare import nearly_equal
from autograder.judge.finding import Finding, is_right
from autograder.judge.gradient import Verdict
from autograder.judge.observe import Observation
from autograder.sandbox.calls import Call, Caller
from autograder.text import listed

#: Functions that differ from the solution's, each with the functions that have the mistakes.
Wrong = Mapping[str, Sequence[str]]


def excuse_backward(found: dict[str, Finding], upstream: Sequence[str], wrong: Wrong) -> bool:
    """Excuse `backward` for mistakes in the wrong functions ``upstream``: its gradient check if its
    values are right, and its value checks if it is the derivative of the student's own loss.

    Returns whether the latter was the case.
    """
    gradient, right = found["gradient"], is_right(found)
    if right and upstream and not gradient.passed:
        text = (
            f"There is a mistake in your {listed(blamed(upstream, wrong))}, so the numerical "
            "gradient is that of another network; backward is right for the inputs it is given."
        )
        found["gradient"] = Finding(True, text)
    carried = bool(not right and upstream and gradient.passed)
    if carried:
        excuse(found, "upstream", _right_for(upstream, wrong))
    return carried


def gradient_finding(verdict: Verdict, answer_key: AnswerKey) -> Finding:
    """The finding for a verdict. It fails if the loss ignores a parameter: the gradient there is
    zero, and returning zeros must not earn points."""
    params = dict.fromkeys(
        name for case in answer_key.cases for name in case.inputs.get("params", ())
    )
    ignored = [name for name in params if name not in verdict.depends_on]
    if verdict.passed and ignored:
        text = (
            f"Your own loss does not depend on {listed(ignored)}, so its gradient does not show "
            "whether backward is right."
        )
        return Finding(False, text)
    return verdict.finding


def is_repeated(seen: Sequence[Observation], caller: Caller) -> bool:
    """Whether a training run gives what the student's own steps give when they are called one by
    one, and learns something on some case."""
    replays = run_together(caller, [_replay(item) for item in seen])
    return None not in replays and any(replays)


def excuse_train(found: dict[str, Finding], steps: Sequence[str], wrong: Wrong) -> None:
    """Excuse a training loop for the mistakes in its steps."""
    excuse(found, "steps", _right_for(steps, wrong))


def has_learnt(seen: Sequence[Observation]) -> bool:
    """Whether training changed parameters and losses on some case: if nothing changes, every loop
    looks right. Results must have the structure of the solution's."""
    results = [(item.case, *item.first.value) for item in seen if item.first.returned]
    return any(
        not nearly_equal(trained, case.inputs["params"])
        and not all(nearly_equal(loss, losses[0]) for loss in losses)
        for case, trained, losses in results
    )


def excuse_helpers(
    found: dict[str, Finding], helpers: Sequence[str], wrong: Wrong
) -> Sequence[str]:
    """Excuse a function that is right given the student's own helpers; returns the functions that
    have the mistakes."""
    excuse(found, "helpers", _right_for(helpers, wrong))
    return blamed(helpers, wrong)


def excuse_behaviour(found: Mapping[str, dict[str, Finding]], function: str) -> None:
    """Excuse a function whose behaviour check fails because of one of its steps: it changes its
    inputs if a step does, for example."""
    steps = [
        name
        for name in role_of(function).steps
        if name in found and found[name]["behaviour"].passed is False
    ]
    if steps:
        text = f"The mistake is in your own {listed(steps)}, where the same check fails."
        excuse(found[function], "behaviour", text)


def _replay(item: Observation) -> Steps[bool | None]:
    """Run the training loop from outside with the student's functions, and compare.

    Gives None if `train` did something else; otherwise whether anything was learnt, since functions
    that return constants make every loop look right.
    """
    case, role = item.case, TRAIN
    scope: dict[str, Any] = dict(case.inputs)
    calls: list[Call] = []
    recorded_at: list[int] = []
    epochs = int(case.inputs["epochs"])
    for epoch in range(epochs):
        for step in map(role_of, role.steps):
            is_last = step.name == role.steps[-1]
            if step.name == role.records:
                recorded_at.append(len(calls))
            needs_result = step.name == role.records or (is_last and epoch in (0, 1, epochs - 1))
            calls.append(step.call(scope, needs_result))
            scope |= step.handed_on(len(calls) - 1)
    outcomes = yield calls
    if not item.first.returned or not all(outcome.returned for outcome in outcomes):
        return None
    losses = [outcomes[at].value for at in recorded_at]
    value = item.first.value
    if not isinstance(value, (tuple, list)) or len(value) != len(role.parts):
        return None
    trained, recorded = value
    if isinstance(recorded, np.ndarray) and recorded.shape == (epochs,):
        recorded = list(recorded)
    if not nearly_equal(trained, outcomes[-1].value) or not nearly_equal(recorded, losses):
        return None
    if not all(np.isfinite(loss).all() for loss in losses if isinstance(loss, (float, np.ndarray))):
        return None
    ends = [epoch * len(role.steps) - 1 for epoch in sorted({1, min(2, epochs), epochs})]
    steps = [outcomes[at].value for at in ends]
    return not all(nearly_equal(loss, losses[0]) for loss in losses) and not all(
        nearly_equal(step, steps[0]) for step in steps
    )


def _right_for(names: Sequence[str], wrong: Wrong) -> str:
    roots = blamed(names, wrong)
    where = "is where the mistake is" if len(roots) == 1 else "is where the mistakes are"
    return f"Right for your own {listed(roots)}, which {where}."


def blamed(names: Sequence[str], wrong: Wrong) -> Sequence[str]:
    """The functions with the mistakes that the wrong ones among ``names`` make or pass on."""
    return list(dict.fromkeys(root for name in names for root in wrong.get(name, ())))
