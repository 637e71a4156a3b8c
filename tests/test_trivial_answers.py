"""Answers that compute nothing: zeros, ones, what was given, any constant, random numbers, tables.

Whatever has the right names, shapes and types without computing earns nothing, in all functions at
once and in each alone.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest

from autograder.report import Report
from autograder.solution import Solution

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


@pytest.mark.parametrize("filled", FILLED)
def test_nothing_is_earned_for_nothing_in_all_functions(
    filled: str, solution: Solution, grade: Callable[..., Report]
) -> None:
    report = grade(f"{solution.source}\n{answer(FILLED[filled], list(RETURNED))}")
    assert earned(report, list(RETURNED)) == {}


@pytest.mark.parametrize(("filled", "name"), list(itertools.product(FILLED, RETURNED)))
def test_nothing_is_earned_for_nothing_in_one_function(
    filled: str, name: str, solution: Solution, grade: Callable[..., Report]
) -> None:
    report = grade(f"{solution.source}\n{answer(FILLED[filled], [name])}")
    assert earned(report, [name]) == {}
