"""Error carried forward: what is right for the student's own functions keeps its points.

`backward` is right when it is right for what it is given, or when it is the derivative of the
student's own loss. `train` is right when it is right, or when it does with the student's own
functions what it should. The fault lies then with another function, which has lost its points.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from autograder.calls import Call, Caller, Result
from autograder.checks import values
from autograder.checks.compare import as_array, differing, structure_problem
from autograder.checks.finding import Finding
from autograder.checks.gradient import Verdict
from autograder.checks.observe import Observation
from autograder.sheet import Case, Sheet

UPSTREAM = ("forward", "loss")
STEP = ("forward", "loss", "backward", "update")


def settle_backward(
    findings: dict[str, Finding], verdict: Verdict, wrong: Sequence[str], sheet: Sheet
) -> None:
    """Add the gradient's finding, and excuse what only `forward` or `loss` is to blame for."""
    blamed = [name for name in UPSTREAM if name in wrong]
    gradient = _gradient_finding(verdict, sheet)
    right = values.is_right(findings)
    if right and blamed and not gradient.passed:
        gradient = Finding(
            True,
            f"Your {_and(blamed)} is wrong, so its numerical gradient is that of another network; "
            "backward is right for the inputs it is given.",
        )
    elif not right and blamed and gradient.passed:
        excuse = f"Right for what your own {_and(blamed)} computes, which is where the mistake is."
        _excuse(findings, ("printed", "values", "hidden"), excuse)
    findings["gradient"] = gradient


def _gradient_finding(verdict: Verdict, sheet: Sheet) -> Finding:
    """A loss that ignores a parameter has a gradient of zeros there, and zeros earn nothing."""
    params = dict.fromkeys(name for case in sheet.cases for name in case.inputs.get("params", ()))
    ignored = [name for name in params if name not in verdict.depends_on]
    if verdict.passed and ignored:
        text = f"Your own loss does not depend on {_and(ignored)}, so its gradient tells nothing."
        return Finding(False, text)
    return Finding(verdict.passed, verdict.message)


def settle_train(
    findings: dict[str, Finding], seen: Sequence[Observation], wrong: Sequence[str], caller: Caller
) -> None:
    """Excuse a training loop that is right for the student's own functions."""
    blamed = [name for name in STEP if name in wrong]
    if values.is_right(findings) or not blamed:
        return
    if seen and all(_replays(item, caller) for item in seen):
        excuse = f"Right for what your own {_and(blamed)} computes, which is where the mistake is."
        _excuse(findings, ("values", "hidden"), excuse)


def _excuse(findings: dict[str, Finding], keys: Sequence[str], message: str) -> None:
    for key in keys:
        if key in findings and findings[key].passed is False:
            findings[key] = Finding(True, message, findings[key].rows)


def _replays(item: Observation, caller: Caller) -> bool:
    """Whether `train` gave what the student's own functions give when called one by one."""
    case = item.case
    expected = case.expected["train"]
    if not item.first.returned or structure_problem("train", item.first.value, expected):
        return False
    replay = _replay(case, caller)
    if replay is None or np.ptp(replay[1]) == 0:
        return False
    trained, losses = item.first.value
    return _same(losses, replay[1]) and all(
        _same(trained[name], replay[0].get(name)) for name in expected[0]
    )


def _replay(case: Case, caller: Caller) -> tuple[Mapping[str, Any], np.ndarray] | None:
    """Train with the student's functions from outside: (params, loss before each update)."""
    x, t, lr = (case.inputs[name] for name in ("x", "t", "lr"))
    params: Any = case.inputs["params"]
    calls: list[Call] = []
    for _ in range(int(case.inputs["epochs"])):
        at = len(calls)
        calls += [
            Call("forward", (params, x), wanted=False),
            Call("loss", (Result(at, "y"), t)),
            Call("backward", (params, x, t, Result(at)), wanted=False),
            Call("update", (params, Result(at + 2), lr)),
        ]
        params = Result(at + 3)
    outcomes = caller(calls)
    if not all(outcome.returned for outcome in outcomes):
        return None
    losses = [as_array(outcome.value, 0.0) for outcome in outcomes[1::4]]
    trained = outcomes[-1].value
    if any(loss is None for loss in losses) or not isinstance(trained, dict):
        return None
    return trained, np.array([float(loss) for loss in losses if loss is not None])


def _same(value: Any, replayed: Any) -> bool:
    if isinstance(replayed, np.ndarray):
        array = as_array(value, replayed)
        return array is not None and not differing(array, replayed).any()
    return False


def _and(names: Sequence[str]) -> str:
    return " and ".join(names)
