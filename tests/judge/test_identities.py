"""Whatever is told of wrong numbers is true, also where nobody thought of the mistake: random edits
of other exercises' solutions."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from autograder.sandbox.calls import Call
from autograder.sandbox.inside.namespace import Namespace
from tests.helpers.identities import false_identities, reports_of, sentences, solution_of
from tests.helpers.random_edits import edited

EXERCISES = ("softmax_regression", "mlp", "cnn", "optimisers", "rnn", "lstm", "transformer")
#: Where loops and whole numbers are, little is told.
MUCH = ("softmax_regression", "mlp", "cnn")


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("exercise", EXERCISES)
def test_what_is_told_of_random_edits_is_true(
    exercise: str, caplog: pytest.LogCaptureFixture
) -> None:
    solution = solution_of(exercise)
    key = solution.answer_key(b"any key", naming=False)
    fresh = solution.answer_key(b"another key", naming=False)
    rng, names = random.Random(exercise), [each.name for each in key.functions]
    told = 0
    for _ in range(60):
        source = edited(solution.source, names, rng)
        reports = reports_of(source, key, solution)
        for report in reports:
            text = "\n".join(check.message for check in report.checks)
            function = fresh.function(report.name)
            assert function is not None
            if not sentences(text):
                continue
            told += 1
            helpers = () if all(o.is_done or o is report for o in reports) else function.calls
            gives = _own(source, function, {name: solution.functions[name] for name in helpers})
            cases = [case for case in fresh.cases if report.name in case.expected]
            assert not false_identities(text, function, cases, gives, solution.functions)
    assert told or exercise not in MUCH
    assert not caplog.records  # nothing that was searched raised an exception


def _own(source: str, function: Any, right: dict[str, Any]) -> Callable[[Any], Any]:
    """What a source's function gives on a case, with right helpers."""
    namespace = Namespace()
    namespace.run_cell(source, "answer.py")
    namespace.namespace.update(right)

    def gives(case: Any) -> Any:
        (outcome,) = namespace.run([Call(function.name, case.arguments(function))])
        return outcome.value

    return gives
