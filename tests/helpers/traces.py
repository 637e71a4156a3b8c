"""ChoiceKey that are judged in this process, and the computation in their reports."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from autograder.exercise.answer_key import AnswerKey
from autograder.exercise.solution import Solution, run_solution
from autograder.judge.judge import judge
from autograder.report import FunctionReport, Quantity
from autograder.sandbox.in_process import InProcess

#: Changes of the solution, each of which makes it wrong.
HIDDEN_BIAS = ('sigmoid(x @ params["W1"] + params["b1"])', 'sigmoid(x @ params["W1"])')
HALF = ("2 * (y - t) / t.size", "(y - t) / t.size")


def judged(answer_key: AnswerKey, namespace: dict[str, Any], **how: Any) -> list[FunctionReport]:
    runner = InProcess(seconds=10.0, namespace=namespace)
    return judge(answer_key, runner, 10.0, restart=runner.restart, **how)


def judged_with_changes(solution: Solution) -> Callable[..., list[FunctionReport]]:
    """Judges the solution with texts replaced, as its author's checks do."""
    answer_key = solution.answer_key(b"any key")

    def judged_answer(*changes: tuple[str, str], **how: Any) -> list[FunctionReport]:
        source = solution.source
        for old, new in changes:
            assert source.count(old) == 1
            source = source.replace(old, new)
        namespace = run_solution("answer.py", source.encode(), solution.data.folder)
        return judged(answer_key, namespace, mutants=solution.mutants, **how)

    return judged_answer


def trace_of(reports: Sequence[FunctionReport]) -> dict[str, Quantity]:
    (trace,) = [report.trace for report in reports if report.trace]
    return {quantity.name: quantity for quantity in trace}
