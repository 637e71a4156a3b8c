"""ChoiceKey that compute nothing: zeros, ones, what was given, any constant, random numbers,
tables.

Whatever has the right names, shapes and types without computing earns nothing, in all functions at
once and in each alone.
"""

from __future__ import annotations

import base64
import itertools
import pickle  # noqa: TID251  (of what is made here)
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from autograder.exercise.answer_key import AnswerKey
from autograder.exercise.solution import Solution
from autograder.report import Report

#: What is made of an array or number that a function must return, of its shape.
FILLED = {
    "zeros": "np.zeros(shape)",
    "ones": "np.ones(shape)",
    "constant": "np.full(shape, 0.37)",
    "tiny": "np.full(shape, 1e-300)",
    "counted": "np.arange(1.0, 1.0 + np.prod(shape)).reshape(shape)",
    "signs": "(-1.0) ** np.arange(np.prod(shape)).reshape(shape)",
    "uninitialised": "np.empty(shape)",
    "random": "np.random.default_rng().normal(size=shape)",
    "seeded": "np.random.default_rng(0).normal(size=shape)",
    "global-random": "np.random.rand(*shape)",
    "random-by-inputs": "hashed(given).normal(size=shape)",
    "random-by-rounded-inputs": "hashed([np.round(v, 1) for v in given]).normal(size=shape)",
    "random-near-a-constant": "0.5 + 1e-9 * hashed(given).normal(size=shape)",
    "counter": "np.full(shape, float(next(count)))",
    "inputs": "np.resize(np.concatenate([np.ravel(v) for v in given]), shape)",
    "inputs-in-float32": "np.resize(np.concatenate([np.ravel(v) for v in given]), shape)"
    ".astype(np.float32)",
    "first-input-in-float32": "np.resize(given[0], shape).astype(np.float32)",
    "first-input": "np.resize(given[0], shape)",
    "last-input": "np.resize(given[-1], shape)",
    "largest-input": "np.full(shape, max(float(np.max(v)) for v in given))",
    "document": "np.resize([0.55724785, 0.62010643, 0.67932855], shape)",
}
#: The shapes of what the functions return, by what they are given.
RETURNED = {
    "sigmoid": ("z", "made(z.shape, [z])"),
    "sigmoid_derivative": ("a", "made(a.shape, [a])"),
    "forward": (
        "params, x",
        '{"h": made(params["b1"].shape, flat(params, x)), "y": made(params["b2"].shape, flat(params, x))}',
    ),
    "loss": ("y, t", "float(made((1,), [y, t])[0])"),
    "backward": (
        "params, x, t, activations",
        "{n: made(v.shape, flat(params, x, t, activations)) "
        "for n, v in {**params, **activations}.items()}",
    ),
    "update": (
        "params, grads, lr",
        "{n: made(v.shape, flat(params, grads, lr)) for n, v in params.items()}",
    ),
    "train": (
        "params, x, t, lr, epochs",
        "({n: made(v.shape, flat(params, x, t, lr)) for n, v in params.items()}, "
        "[float(made((1,), flat(params, x, t))[0]) for _ in range(epochs)])",
    ),
}
HEADER = """
# %%
import itertools, zlib
count = itertools.count()
def flat(*values):
    return [np.asarray(w) for v in values for w in (v.values() if isinstance(v, dict) else [v])]
def hashed(given):
    return np.random.default_rng(zlib.crc32(b"".join(np.asarray(v).tobytes() for v in given)))
def made(shape, given):
    return {filled}
"""


def answer(filled: str, functions: list[str] | tuple[str, ...]) -> str:
    """Cells that make up what these functions return."""
    cells = [HEADER.replace("{filled}", filled)]
    for name in functions:
        arguments, returned = RETURNED[name]
        cells.append(f"# %%\ndef {name}({arguments}):\n    return {returned}\n")
    return "\n".join(cells)


def earned(report: Report, names: list[str] | tuple[str, ...]) -> dict[str, list[str]]:
    """The checks that passed of these functions."""
    return {
        function.name: [check.name for check in function.checks if check.score]
        for function in report.functions
        if function.name in names and function.score
    }


@pytest.mark.slow
@pytest.mark.parametrize("filled", FILLED)
def test_nothing_is_earned_for_nothing_in_all_functions(
    filled: str, solution: Solution, grade: Callable[..., Report]
) -> None:
    report = grade(f"{solution.source}\n{answer(FILLED[filled], list(RETURNED))}")
    assert earned(report, list(RETURNED)) == {}


@pytest.mark.slow
@pytest.mark.parametrize(("filled", "name"), list(itertools.product(FILLED, RETURNED)))
def test_nothing_is_earned_for_nothing_in_one_function(
    filled: str, name: str, solution: Solution, grade: Callable[..., Report]
) -> None:
    report = grade(f"{solution.source}\n{answer(FILLED[filled], [name])}")
    assert earned(report, [name]) == {}


#: Everything that visible.json tells, looked up by the bytes of the arguments; zeros elsewhere.
TABLE = """
# %%
import base64, pickle
_table = pickle.loads(base64.b64decode("{table}"))
def _key(value):
    if isinstance(value, dict):
        return tuple((name, _key(value[name])) for name in sorted(value))
    return np.asarray(value, float).tobytes()
def _known(name, *arguments):
    return pickle.loads(_table[name].get(tuple(map(_key, arguments)), pickle.dumps(None)))
def made(shape, given):
    return np.zeros(shape)
def flat(*values):
    return values
"""


def key(value: Any) -> Any:
    """As `TABLE` makes it."""
    if isinstance(value, dict):
        return tuple((name, key(value[name])) for name in sorted(value))
    return np.asarray(value, float).tobytes()


def looked_up(answer_key: AnswerKey, names: Sequence[str]) -> str:
    """Cells that look up what these functions give on visible instances."""
    table = {
        function.name: {
            tuple(map(key, arguments)): pickle.dumps(case.expected[function.name])
            for case in answer_key.visible().cases
            if (arguments := case.arguments(function)) is not None
        }
        for function in answer_key.functions
        if function.name in names
    }
    cells = [TABLE.replace("{table}", base64.b64encode(pickle.dumps(table)).decode())]
    for name in names:
        arguments, returned = RETURNED[name]
        known = f"_known({name!r}, {arguments})"
        cells.append(
            f"# %%\ndef {name}({arguments}):\n    known = {known}\n"
            f"    return {returned} if known is None else known\n"
        )
    return "\n".join(cells)


@pytest.mark.parametrize("names", [list(RETURNED), *([name] for name in RETURNED)], ids="-".join)
def test_a_table_of_the_visible_numbers_earns_nothing(
    names: list[str], solution: Solution, answer_key: AnswerKey, grade: Callable[..., Report]
) -> None:
    report = grade(f"{solution.source}\n{looked_up(answer_key, names)}")
    assert earned(report, names) == {}
    visible = next(f for f in report.functions if f.name == names[0]).checks
    assert any("Right for the exact inputs" in check.message for check in visible)
