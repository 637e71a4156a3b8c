"""Error carried forward: what is right for the student's own functions keeps its points.

`backward` is right when it is right for what it is given, or when it is the derivative of the
student's own loss. `train` is right when it is right, or when it does with the student's own
functions what it should. The fault lies then with another function, which has lost its points.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from autograder.exercise.answer_key import Sheet
from autograder.exercise.protocol import TRAIN, role_of
from autograder.judge.batching import Steps, together
from autograder.judge.checks import excuse
from autograder.judge.compare import alike
from autograder.judge.finding import Finding, is_right
from autograder.judge.gradient import Verdict
from autograder.judge.observe import Observation
from autograder.sandbox.calls import Call, Caller
from autograder.text import listed

#: Functions that differ from the solution's, each with those in which the mistakes are.
Wrong = Mapping[str, Sequence[str]]


def excuse_backward(found: dict[str, Finding], upstream: Sequence[str], wrong: Wrong) -> bool:
    """Excuse derivatives for what only the wrong functions ``upstream`` are to blame for: where they
    are right for what they are given, or for the student's own loss. Whether they are the latter
    alone: right on the student's own activations only."""
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


def gradient_finding(verdict: Verdict, sheet: Sheet) -> Finding:
    """A loss that ignores a parameter has a gradient of zeros there, and zeros earn nothing."""
    params = dict.fromkeys(name for case in sheet.cases for name in case.inputs.get("params", ()))
    ignored = [name for name in params if name not in verdict.depends_on]
    if verdict.passed and ignored:
        text = f"Your own loss does not depend on {listed(ignored)}, so its gradient tells nothing."
        return Finding(False, text)
    return verdict.finding


def is_repeated(seen: Sequence[Observation], caller: Caller) -> bool:
    """Whether a training run gives what the student's own steps give, asked one by one, and learns
    something on some case."""
    replays = together(caller, [_replay(item) for item in seen])
    return None not in replays and any(replays)


def excuse_train(found: dict[str, Finding], steps: Sequence[str], wrong: Wrong) -> None:
    """Excuse a training loop for what its wrong steps make of it."""
    excuse(found, "steps", _right_for(steps, wrong))


def has_learnt(seen: Sequence[Observation]) -> bool:
    """Whether training changed parameters and losses on some case: where nothing changes, every
    loop looks right. What was seen has to be made as the solution's result is."""
    results = [(item.case, *item.first.value) for item in seen if item.first.returned]
    return any(
        not alike(trained, case.inputs["params"])
        and not all(alike(loss, losses[0]) for loss in losses)
        for case, trained, losses in results
    )


def excuse_helpers(
    found: dict[str, Finding], helpers: Sequence[str], wrong: Wrong
) -> Sequence[str]:
    """Excuse a function that is right given the student's own helpers; where the mistakes are."""
    excuse(found, "helpers", _right_for(helpers, wrong))
    return blamed(helpers, wrong)


def excuse_behaviour(found: Mapping[str, dict[str, Finding]], function: str) -> None:
    """Excuse a function for what one of its steps does: it changes inputs, say, when that does."""
    steps = [
        name
        for name in role_of(function).steps
        if name in found and found[name]["behaviour"].passed is False
    ]
    if steps:
        text = f"Your own {listed(steps)} does what it must not do, which is where the mistake is."
        excuse(found[function], "behaviour", text)


def _replay(item: Observation) -> Steps[bool | None]:
    """Train with the student's functions from outside, and compare.

    None when `train` did something else; otherwise whether anything was learnt, since functions
    that give constants make every loop look right.
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
    if not alike(trained, outcomes[-1].value) or not alike(recorded, losses):
        return None
    if not all(np.isfinite(loss).all() for loss in losses if isinstance(loss, (float, np.ndarray))):
        return None
    ends = [epoch * len(role.steps) - 1 for epoch in sorted({1, min(2, epochs), epochs})]
    steps = [outcomes[at].value for at in ends]
    return not all(alike(loss, losses[0]) for loss in losses) and not all(
        alike(step, steps[0]) for step in steps
    )


def _right_for(names: Sequence[str], wrong: Wrong) -> str:
    roots = blamed(names, wrong)
    where = "is where the mistake is" if len(roots) == 1 else "is where the mistakes are"
    return f"Right for your own {listed(roots)}, which {where}."


def blamed(names: Sequence[str], wrong: Wrong) -> Sequence[str]:
    """Where the mistakes are that wrong functions among these make or pass on."""
    return list(dict.fromkeys(root for name in names for root in wrong.get(name, ())))
