"""Whatever a function returns, judging it raises nothing: what is odd is that function's
failure."""

from __future__ import annotations

import logging
import random
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from autograder.display import notebook, terminal
from autograder.exercise.answer_key import AnswerKey
from autograder.exercise.solution import Solution
from autograder.judge.judge import judge
from autograder.sandbox.calls import Call, Outcome
from autograder.sandbox.inside.namespace import Namespace
from autograder.sandbox.plain import MAX_BYTES, NUMERIC_DTYPES, Opaque, float_bytes, plain
from autograder.sandbox.wire.frames import HEADER_BYTES, frame_lengths
from autograder.sandbox.wire.outcomes import OutcomesPacker, decode_outcomes

FUNCTIONS = ("sigmoid", "sigmoid_derivative", "forward", "loss", "backward", "update", "train")
NUMBERS = (0.0, -0.0, 1.0, np.nan, np.inf, -np.inf, 5e-324, 1e-310, 65504.0, 1e308, -1e308)
DTYPES = st.sampled_from(sorted(NUMERIC_DTYPES)).map(np.dtype)
arrays = hnp.arrays(DTYPES, hnp.array_shapes(min_dims=0, max_dims=8, min_side=0, max_side=2))
texts = st.text(max_size=5) | st.sampled_from(["W1", "b1", "y", "\x1b[2J", "\ud800", "k" * 300])
leaf = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from(NUMBERS)
    | st.floats()
    | texts
    | arrays
    | st.builds(Opaque, texts)
)
odd = st.recursive(
    leaf,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(texts, inner, max_size=3)
    ),
    max_leaves=8,
)


@pytest.fixture(scope="module", autouse=True)
def nothing_is_caught() -> Iterator[None]:
    """What a value makes a check raise costs its function, and is kept in a log: here it fails."""

    def fail(what: str) -> None:
        raise AssertionError(what)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(logging.getLogger("autograder"), "exception", fail)
        yield


class Replaced:
    """The solution's functions, some of whose results are not theirs."""

    def __init__(self, source: str, names: Sequence[str], values: Sequence[Any], seed: int) -> None:
        self._functions = Namespace()
        self._functions.run_cell(source, "cell")
        self._names, self._values, self._random = names, values, random.Random(seed)

    def __call__(self, calls: Sequence[Call]) -> list[Outcome]:
        return [
            sent(outcome._replace(value=plain(self._replaced(outcome.value))))
            if call.function in self._names and outcome.returned and call.needs_result
            else outcome
            for call, outcome in zip(calls, self._functions.run(calls), strict=True)
        ]

    def _replaced(self, value: Any) -> Any:
        """Something else in the place of a value, or of a part of it."""
        choose = self._random.choice
        if isinstance(value, dict) and value and choose((True, False)):
            key = choose(sorted(value))
            return {**value, key: self._replaced(value[key])}
        if isinstance(value, (tuple, list)) and value and choose((True, False)):
            first, *rest = value
            return type(value)([self._replaced(first), *rest])
        if isinstance(value, (np.ndarray, float)) and choose((True, False)):
            entries = [choose(NUMBERS) for _ in range(np.size(value))]
            with np.errstate(all="ignore"):
                return np.reshape(entries, np.shape(value)).astype(choose(sorted(NUMERIC_DTYPES)))
        # A list may also be longer than what is looked at one by one.
        return choose([*self._values, [1.0] * 1_100 + list(self._values)])


def sent(outcome: Outcome) -> Outcome:
    """An outcome as it comes out of the wire."""
    packer = OutcomesPacker(0)
    packer.add(outcome)
    frame = packer.frame()
    end = HEADER_BYTES + frame_lengths(frame)[0]
    _, (back,), _, _ = decode_outcomes(frame[HEADER_BYTES:end], frame[end:], 10_000)
    return back


# Of an example that fails, the whole answer key is written.
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisWarning")
@settings(max_examples=100, deadline=None)
@given(
    names=st.sets(st.sampled_from(FUNCTIONS), min_size=1, max_size=2),
    values=st.lists(odd, min_size=1, max_size=4),
    seed=st.integers(0, 2**32),
)
def test_whatever_is_returned_is_judged(
    names: set[str], values: list[Any], seed: int, solution: Solution, answer_key: AnswerKey
) -> None:
    caller = Replaced(solution.source, sorted(names), values, seed)
    reports = judge(answer_key, caller, 5.0, mutants=solution.mutants)
    for report in reports:
        assert 0 <= report.score <= report.max_score
        terminal.function_lines(report, terminal.Style(False))
        notebook.function_table(report)


@given(DTYPES, st.lists(st.sampled_from([0, 1, 3, 2**20, 2**31, 2**61]), max_size=8))
def test_every_array_that_arrives_can_be_compared(dtype: np.dtype, shape: list[int]) -> None:
    """As float64 or complex128, whatever its items are; larger ones arrive as a name."""
    entries = 0 if 0 in shape else float_bytes(shape, "f") // 8
    if entries > 1000:
        return
    try:
        array = np.zeros(shape, dtype)
    except ValueError:
        return
    value = sent(Outcome("returned", plain(array))).value
    fits = float_bytes(shape, dtype.kind) <= MAX_BYTES
    assert isinstance(value, np.ndarray if fits else Opaque)
    if fits:
        assert value.astype(np.complex128).shape == tuple(shape)


@pytest.mark.parametrize("value", [[np.ones(1), np.ones((1, 1))] * 600, [1.0] * 1_500 + [[1, 2]]])
def test_lists_of_this_and_that_are_judged(
    value: list[Any], solution: Solution, answer_key: AnswerKey
) -> None:
    source = f"{solution.source}\n\ndef train(params, *more):\n    return params, VALUE\n"
    functions = Namespace({"VALUE": value, "__name__": "answer"})
    functions.run_cell(source, "cell")
    reports = judge(
        answer_key, lambda calls: list(functions.run(calls)), 5.0, mutants=solution.mutants
    )
    assert [report.name for report in reports if report.status != "passed"][:1] == ["train"]
