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
from autograder.judge import values
from autograder.judge.batching import Steps, together
from autograder.judge.compare import alike
from autograder.judge.finding import Finding
from autograder.judge.gradient import Verdict
from autograder.judge.observe import Observation
from autograder.sandbox.calls import Call, Caller, Result
from autograder.text import listed

UPSTREAM = ("forward", "loss")
VALUES = ("shapes", "printed", "values", "hidden")
STEP = ("forward", "loss", "backward", "update")


#: Functions that differ from the solution's, each with those in which the mistakes are.
Wrong = Mapping[str, Sequence[str]]


def settle_backward(
    findings: dict[str, Finding], verdict: Verdict, wrong: Wrong, sheet: Sheet
) -> bool:
    """Add the gradient's finding, and excuse what only `forward` or `loss` is to blame for.

    Whether anything was excused: `backward` is then right on the student's own activations only.
    """
    upstream = [name for name in UPSTREAM if name in wrong]
    gradient = _gradient_finding(verdict, sheet)
    right = values.is_right(findings)
    carried = bool(not right and upstream and gradient.passed)
    if right and upstream and not gradient.passed:
        gradient = Finding(
            True,
            f"There is a mistake in your {listed(blamed(upstream, wrong))}, so the numerical gradient is "
            "that of another network; "
            "backward is right for the inputs it is given.",
        )
    elif carried:
        _excuse(findings, VALUES, _right_for(upstream, wrong))
    findings["gradient"] = gradient
    return carried


def _gradient_finding(verdict: Verdict, sheet: Sheet) -> Finding:
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


def excuse_train(findings: dict[str, Finding], steps: Sequence[str], wrong: Wrong) -> None:
    """Excuse a training loop for what its wrong steps make of it."""
    _excuse(findings, ("values", "hidden"), _right_for(steps, wrong))


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
    findings: dict[str, Finding], helpers: Sequence[str], wrong: Wrong
) -> Sequence[str]:
    """Excuse a function that is right given the student's own helpers; where the mistakes are."""
    _excuse(findings, (*VALUES, "gradient"), _right_for(helpers, wrong))
    return blamed(helpers, wrong)


def settle_behaviour(found: Mapping[str, dict[str, Finding]]) -> None:
    """Excuse `train` for what one of its steps does: it changes inputs, say, when `update` does."""
    steps = [name for name in STEP if name in found and found[name]["behaviour"].passed is False]
    if steps:
        excuse = (
            f"Your own {listed(steps)} does what it must not do, which is where the mistake is."
        )
        _excuse(found["train"], ("behaviour",), excuse)


def _excuse(findings: dict[str, Finding], keys: Sequence[str], message: str) -> None:
    for key in keys:
        if key in findings and findings[key].passed is False:
            findings[key] = Finding(True, message, findings[key].rows)


def _replay(item: Observation) -> Steps[bool | None]:
    """Train with the student's functions from outside, and compare.

    None when `train` did something else; otherwise whether anything was learnt, since functions
    that give constants make every loop look right.
    """
    case = item.case
    x, t, lr = (case.inputs[name] for name in ("x", "t", "lr"))
    params: Any = case.inputs["params"]
    calls: list[Call] = []
    epochs = int(case.inputs["epochs"])
    for epoch in range(epochs):
        at = len(calls)
        calls += [
            Call("forward", (params, x), wanted=False),
            Call("loss", (Result(at, "y"), t)),
            Call("backward", (params, x, t, Result(at)), wanted=False),
            Call("update", (params, Result(at + 2), lr), wanted=epoch in (0, 1, epochs - 1)),
        ]
        params = Result(at + 3)
    outcomes = yield calls
    if not item.first.returned or not all(outcome.returned for outcome in outcomes):
        return None
    losses = [outcome.value for outcome in outcomes[1::4]]
    value = item.first.value
    if not isinstance(value, (tuple, list)) or len(value) != len(case.expected["train"]):
        return None
    trained, recorded = value
    if isinstance(recorded, np.ndarray) and recorded.shape == (epochs,):
        recorded = list(recorded)
    if not alike(trained, outcomes[-1].value) or not alike(recorded, losses):
        return None
    if not all(np.isfinite(loss).all() for loss in losses if isinstance(loss, (float, np.ndarray))):
        return None
    steps = [outcomes[at].value for at in sorted({3, min(7, len(calls) - 1), len(calls) - 1})]
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
