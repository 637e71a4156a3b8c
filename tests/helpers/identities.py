"""Sentences on what wrong numbers are, and whether they are true: each is computed anew, from its
text alone."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from autograder.exercise.answer_key import AnswerKey, Case
from autograder.exercise.declaration import Function
from autograder.exercise.solution import Solution, run_solution
from autograder.judge.compare import case_leaves
from autograder.judge.judge import judge
from autograder.report import FunctionReport
from autograder.sandbox.calls import Call, Cell
from autograder.sandbox.in_process import InProcess
from autograder.sandbox.inside.namespace import Namespace
from autograder.sandbox.plain import lookup
from tests.helpers.exercises import declared, source_of

SENTENCE = re.compile(
    r"(?m)^(?:(?P<only>Where it is wrong, y|Y)our (?P<name>.+?) is exactly `(?P<expression>[^`]+)`"
    r"|Your (?P<of>.+?) is exactly the right value (?P<sign>plus|minus) `(?P<term>[^`]+)`"
    r"|Your (?P<plus>.+?) is the right value (?P<how>plus|minus) (?P<constant>\S+), in every entry"
    r"|Your (?P<rounded>.+?) is the right value, rounded to (?P<decimals>\w+)[^.]*"
    r"|Your (?P<scaled>.+?) is the right value, (?P<by>divided by|times) (?P<what>[^.]+)"
    r"|Your (?P<low>.+?) is the right value where that is not (?P<side>above|below) (?P<end>\S+), and [^:]*: .*"
    r"|Your (?P<both>.+?) is the right value where that lies between (?P<from>\S+) and (?P<to>\S+), and .*"
    r"|Your (?P<turned>.+?) holds the right (?P<along>entries|rows|columns), in the reverse order"
    r"|Only the (?P<at>first|last) (?P<unit>entry|row|column) of your (?P<place>.+?) is wrong"
    r"|Your (?P<stepping>.+?) moves by (?:the right step, in the (?P<opposite>opposite) direction"
    r"|(?P<steps>\S+) times the right step)"
    r"|Each row of your (?P<row_of>.+?) is exactly `(?P<row>[^`]+)`"
    r"|Your (?P<ending>.+?) is right as far as it goes, and ends too early(?: on some instances only: .*)?"
    r"|Your (?P<constant_name>.+?) is (?P<everywhere>\S+) everywhere, on every instance"
    r"|Your (?P<fixed>.+?) is the same on all instances of a size: .*)\.?"
)
SIZES: Mapping[str, Callable[[np.ndarray], float]] = {
    "the square root of the sum of its squares": lambda a: float(np.linalg.norm(a)),
    "the sum of its entries": lambda a: float(a.sum()),
    "its largest absolute value": lambda a: float(abs(a).max()),
}
#: How exactly an identity holds.
EXACT = 1e-9


def sentences(text: str) -> list[re.Match[str]]:
    return list(SENTENCE.finditer(text))


def holds(
    told: re.Match[str],
    function: Function,
    case: Case,
    value: Any,
    solution: Mapping[str, Callable[..., Any]],
) -> bool:
    """Whether a sentence is true of what a function gives on a case, or about none of its parts."""
    found = {key: text for key, text in told.groupdict().items() if text is not None}
    only = found.pop("only", "Y") != "Y"
    name = next(iter(found.values())) if "at" not in found else found["place"]
    leaf = next((each for each in case_leaves(case, function.name) if each.name == name), None)
    if leaf is None:
        return name != function.name
    got, right = np.asarray(lookup(value, leaf.path), float), np.asarray(leaf.expected, float)
    if "ending" in found:
        return 0 < len(got) <= len(right) and equal(got, right[: len(got)])
    scope = {"np": np, **solution, **{each: case.inputs[each] for each in function.arguments}}
    if isinstance(function.returns, str) and function.returns not in scope:
        scope[function.returns] = case.expected[function.name]
    if "row" in found:
        return equal(got, np.broadcast_to(eval(found["row"], scope), got.shape))
    if only and equal(got, right):
        return True
    if "stepping" in found:
        path = function.old(leaf.path)
        assert path is not None
        old = np.asarray(lookup(case.inputs, path), float)
        times = (
            -1 if "opposite" in found else case.dims.get(found["steps"]) or float(found["steps"])
        )
        return equal(got, old + times * (right - old))
    if "expression" in found:
        return equal(got, eval(found["expression"], scope))
    return _is_made_so(found, got, right, case, scope)


def _is_made_so(
    found: Mapping[str, str], got: np.ndarray, right: np.ndarray, case: Case, scope: dict[str, Any]
) -> bool:
    if "everywhere" in found:
        return equal(got, np.full(got.shape, float(found["everywhere"])))
    if "term" in found:
        term = np.asarray(eval(found["term"], scope), float)
        return equal(got, right + term if found["sign"] == "plus" else right - term)
    if "constant" in found:
        constant = float(found["constant"])
        return equal(got, right + (constant if found["how"] == "plus" else -constant))
    if "decimals" in found:
        count = {"one": "1", "whole": "0"}.get(found["decimals"], found["decimals"])
        return equal(got, np.round(right, int(count)))
    if "by" in found:
        size = SIZES[found["what"]](right) if found["what"] in SIZES else case.dims[found["what"]]
        return equal(got, right / size if found["by"] == "divided by" else right * size)
    if "side" in found:
        end = float(found["end"])
        limit = np.minimum if found["side"] == "above" else np.maximum
        return equal(got, limit(right, end))
    if "both" in found:
        return equal(got, np.clip(right, float(found["from"]), float(found["to"])))
    if "turned" in found:
        return equal(got, np.flip(right, 1 if found["along"] == "columns" else 0))
    if "at" in found:
        axis = 1 if found["unit"] == "column" else 0
        end = 0 if found["at"] == "first" else got.shape[axis] - 1
        rest, others = np.delete(got, end, axis), np.delete(right, end, axis)
        return equal(rest, others) and not equal(got, right)
    return "fixed" in found and not equal(got, right)


def equal(one: Any, two: Any) -> bool:
    one, two = np.asarray(one, float), np.asarray(two, float)
    if one.shape != two.shape:
        return False
    size = np.max(np.abs(two), initial=1e-300)
    return bool((np.abs(one - two) <= EXACT * size).all())


def false_identities(
    text: str,
    function: Function,
    cases: Sequence[Case],
    gives: Callable[[Case], Any],
    solution: Mapping[str, Callable[..., Any]],
) -> list[str]:
    """The sentences in a text that are not true on one of the cases."""
    return [
        f"{told[0]} On {case.label}."
        for told in sentences(text)
        for case in cases
        if not case.has_two_answers(function)
        if not holds(told, function, case, gives(case), solution)
    ]


@functools.cache
def solution_of(name: str) -> Solution:
    source = source_of(name)
    functions = run_solution("solution.py", source.encode())
    return Solution(name, declared(name), source, functions, "")


def written(signature: str, body: str) -> str:
    lines = "\n".join(f"    {line}" for line in body.split("\n"))
    return f"def {signature}:\n{lines}\n"


def reports_of(source: str, key: AnswerKey, of: Solution) -> Sequence[FunctionReport]:
    runner = InProcess([Cell(source, "answer.py")], seconds=10.0)
    mutants = of.mutants if key.has_hidden else None
    return judge(key, runner, 10.0, mutants=mutants, restart=runner.restart)


def told(reports: Sequence[FunctionReport], function: str) -> list[str]:
    """The sentences of a function, each once."""
    (report,) = (each for each in reports if each.name == function)
    texts = "\n".join(check.message for check in report.checks)
    return list(dict.fromkeys(match[0] for match in sentences(texts)))


def result_of(source: str, key: AnswerKey, function: str) -> Any:
    """What calls a function of a source on a case."""
    namespace = Namespace()
    namespace.run_cell(source, "answer.py")
    form = key.function(function)
    assert form is not None

    def gives(case: Any) -> Any:
        (outcome,) = namespace.run([Call(function, case.arguments(form) or ())])
        return outcome.value

    return gives
