"""The numerical gradient on networks whose gradients are known: what it sees, what it forgives."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from autograder.judge.numerical_derivative import (
    Judged,
    Variables,
    at_once,
    judge_gradients,
)
from benchmarks.networks import Example, Trial, examples, mistakes, trial
from tests.helpers.drawn import drawn

EXAMPLES = {example.name: example for example in examples()}
SIGMOID = EXAMPLES["sigmoid 3-5-2, batch 8"]
MIDDLE = EXAMPLES["ReLU 32-64-10, batch 16"]
LARGE = EXAMPLES["ReLU 784-100-10, batch 32"]
KINK = EXAMPLES["ReLU 5-8-3, 0 above kinks"]
#: Losses of one round at the first step: the point itself, and four for each direction.
FIRST_ROUND = 1 + 4 * 4

Loss = Callable[[Variables], float]
Gradient = Callable[[Variables], Mapping[str, np.ndarray] | None]


def judged(variables: Variables, loss: Loss, gradient: Gradient, **options: Any) -> Judged:
    """The verdict on one gradient."""
    [verdict] = judge_gradients(
        [variables],
        lambda requests: [loss(point) for _, point in requests],
        lambda requests: [gradient(point) for _, point in requests],
        **options,
    )
    return verdict


def names(variables: Variables) -> set[str]:
    return {name for name, value in variables.items() if value.size}


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_true_gradient_passes(name: str) -> None:
    example = EXAMPLES[name]
    verdict = trial(example, example.gradient).judged
    if example.rounded:
        assert verdict.passed is not False
    else:
        assert verdict.passed is True
        assert verdict.depends_on == names(example.params)


@pytest.mark.slow
@pytest.mark.parametrize("name", EXAMPLES)
def test_verdicts_are_those_of_automatic_differentiation(
    name: str, pytestconfig: pytest.Config
) -> None:
    """Every mistake is seen, and no true gradient is taken for one."""
    for seed in [0] if name == LARGE.name else drawn(pytestconfig, range(3), 1):
        example = next(each for each in examples(seed) if each.name == name)
        right = trial(example, example.gradient).judged.passed
        wrong = {what: trial(example, claim).judged.passed for what, claim in mistakes(example)}
        if example.rounded:
            assert right is not False, seed
            assert True not in wrong.values(), (seed, wrong)
        else:
            assert right is True, seed
            assert set(wrong.values()) == {False}, (seed, wrong)


@given(st.integers(0, 2**32 - 1), st.data())
@settings(max_examples=60, deadline=None)
def test_any_small_network(seed: int, data: st.DataObject) -> None:
    """Its gradient passes; one entry that is off by a hundredth does not, and is the one found."""
    rng = np.random.default_rng(seed)
    d, h, c, batch = rng.integers(1, 6, size=4)
    params = {
        "W1": rng.normal(size=(h, d)),
        "b1": rng.normal(size=h),
        "W2": rng.normal(size=(c, h)),
        "b2": rng.normal(size=c),
    }
    x, t, bent = rng.normal(size=(batch, d)), rng.normal(size=(batch, c)), bool(rng.integers(2))

    def hidden(p: Variables) -> np.ndarray:
        z = x @ p["W1"].T + p["b1"]
        return np.maximum(z, 0.0) if bent else np.tanh(z)

    def loss(p: Variables) -> float:
        return float(np.mean((hidden(p) @ p["W2"].T + p["b2"] - t) ** 2))

    def gradient(p: Variables) -> dict[str, np.ndarray]:
        a = hidden(p)
        by_y = 2 * (a @ p["W2"].T + p["b2"] - t) / t.size
        by_z = by_y @ p["W2"] * ((a > 0) if bent else 1 - a**2)
        return {
            "W1": by_z.T @ x,
            "b1": by_z.sum(axis=0),
            "W2": by_y.T @ a,
            "b2": by_y.sum(axis=0),
        }

    assert judged(params, loss, gradient).passed is True
    name = data.draw(st.sampled_from(sorted(params)))
    index = tuple(data.draw(st.integers(0, side - 1)) for side in params[name].shape)
    right = gradient(params)[name]
    assume(abs(right[index]) > 0.1 * np.median(np.abs(right)))
    assume(abs(right[index]) > 1e-6 * max(np.max(np.abs(g)) for g in gradient(params).values()))

    def wrong(p: Variables) -> dict[str, np.ndarray]:
        grads = gradient(p)
        grads[name][index] *= 1.01
        return grads

    verdict = judged(params, loss, wrong, narrow=True)
    assert verdict.passed is False
    assert verdict.entry == (name, index)
    if not verdict.nudged:
        assert verdict.got == wrong(params)[name][index]
        assert abs(verdict.value - right[index]) <= 4 * verdict.error + 1e-15


@pytest.mark.slow
def test_the_number_of_losses_does_not_grow_with_the_entries() -> None:
    def spent(example: Example) -> list[Trial]:
        claims = [
            claim for what, claim in mistakes(example) if what in {"largest of W1", "W2: sign"}
        ]
        return [trial(example, claim) for claim in claims]

    assert [t.losses for t in spent(LARGE)] == [t.losses for t in spent(SIGMOID)]
    assert {t.rounds for t in spent(LARGE)} == {2}
    assert trial(SIGMOID, SIGMOID.gradient).losses == FIRST_ROUND


def test_all_subjects_share_two_rounds() -> None:
    wrong = dict(mistakes(SIGMOID))["W1: sign"]
    several, rounds, asked = [SIGMOID, KINK, SIGMOID], [], []

    def losses(requests: Iterable[tuple[int, Variables]]) -> list[float]:
        found = [several[at].loss(point) for at, point in requests]
        rounds.append(len(found))
        return found

    def gradients(requests: Any) -> list[Any]:
        asked.append([at for at, _ in requests])
        return [(wrong if at == 2 else several[at].gradient)(point) for at, point in requests]

    verdicts = judge_gradients([each.params for each in several], losses, gradients)
    assert [verdict.passed for verdict in verdicts] == [True, True, False]
    assert len(rounds) == 2
    assert rounds[0] == 3 * FIRST_ROUND
    assert asked == [[0, 1, 2], [1, 1, 2, 2]]


def test_one_instance_that_is_far_from_right_refutes_its_function() -> None:
    """No other point is tried then."""
    wrong, asked = dict(mistakes(SIGMOID))["W1: sign"], []

    def losses(requests: Iterable[tuple[int, Variables]]) -> list[float]:
        return [SIGMOID.loss(point) for _, point in requests]

    def gradients(requests: Any) -> list[Any]:
        asked.append(len(requests))
        return [(SIGMOID.gradient if at else wrong)(point) for at, point in requests]

    verdicts = judge_gradients([SIGMOID.params] * 2, losses, gradients, alike=2)
    assert [verdict.passed for verdict in verdicts] == [False, False]
    assert asked == [2]


@pytest.mark.parametrize("number", [0, 1, 2])
def test_gradients_of_one_function_are_refuted_at_once(number: int) -> None:
    """The same gradients, without any at other points: if so many of two are far from right."""
    wrong = dict(mistakes(SIGMOID))["W1: sign"]
    claims = [wrong] * number + [SIGMOID.gradient] * (2 - number)

    def losses(requests: Iterable[tuple[int, Variables]]) -> list[float]:
        return [SIGMOID.loss(point) for _, point in requests]

    given = [claim(SIGMOID.params) for claim in claims]
    verdict = at_once([SIGMOID.params] * 2, given, losses)
    assert (verdict and verdict.passed) is (False if number else None)


def noise(point: Variables) -> float:
    """A loss that is as good as random."""
    return float(np.sin(1e9 * sum(value.sum() for value in point.values())))


@pytest.mark.parametrize(
    ("loss", "is_rough"),
    [
        (noise, True),
        (lambda point: SIGMOID.loss(point) + 0.1 * noise(point), True),
        (lambda point: SIGMOID.loss(point) + 1e-12 * noise(point), False),
        (lambda point: round(SIGMOID.loss(point), 4), False),
        (lambda point: float(np.float32(SIGMOID.loss(point))), False),
        (SIGMOID.loss, False),
    ],
)
def test_a_loss_that_is_as_good_as_random_is_known_by_few_values(
    loss: Loss, is_rough: bool
) -> None:
    asked = []

    def losses(requests: Iterable[tuple[int, Variables]]) -> list[float]:
        found = [loss(point) for _, point in requests]
        asked.append(len(found))
        return found

    def gradients(requests: Any) -> list[Any]:
        return [SIGMOID.gradient(point) for _, point in requests]

    verdicts = judge_gradients([SIGMOID.params] * 3, losses, gradients, alike=3)
    passed = {verdict.passed for verdict in verdicts}
    assert (passed == {None} and sum(asked) < 10 * FIRST_ROUND) is is_rough


def test_a_kink_at_every_instance_is_not_taken_for_noise() -> None:
    def losses(requests: Iterable[tuple[int, Variables]]) -> list[float]:
        return [KINK.loss(point) for _, point in requests]

    def gradients(requests: Any) -> list[Any]:
        return [KINK.gradient(point) for _, point in requests]

    verdicts = judge_gradients([KINK.params] * 2, losses, gradients, alike=2)
    assert [verdict.passed for verdict in verdicts] == [True, True]


def square(point: Variables) -> float:
    return float(np.sum(point["a"] ** 2))


@pytest.mark.parametrize("needed", [{"a"}, {"a", "b"}])
def test_other_points_are_asked_where_too_little_is_shown(needed: set[str]) -> None:
    """The loss does not depend on b."""
    params = {"a": np.array([0.3, -0.8]), "b": np.array([0.5])}
    asked = []

    def losses(requests: Iterable[tuple[int, Variables]]) -> list[float]:
        return [square(point) for _, point in requests]

    def gradients(requests: Any) -> list[Any]:
        asked.append(len(requests))
        return [{"a": 2 * point["a"], "b": np.zeros(1)} for _, point in requests]

    (verdict,) = judge_gradients(
        [params], losses, gradients, enough=lambda shown: all(each >= needed for each in shown)
    )
    assert verdict == Judged(True, frozenset({"a"}))
    assert asked == ([1] if needed == {"a"} else [1, 2])


@pytest.mark.parametrize("fixed", [0, 1, 2])
def test_the_last_ones_are_judged_at_their_own_points_only(fixed: int) -> None:
    asked: list[int] = []

    def losses(requests: Iterable[tuple[int, Variables]]) -> list[float]:
        return [KINK.loss(point) for _, point in requests]

    def gradients(requests: Any) -> list[Any]:
        asked.extend(at for at, _ in requests)
        return [KINK.gradient(point) for _, point in requests]

    verdicts = judge_gradients([KINK.params] * 2, losses, gradients, fixed=fixed)
    assert asked == [0, 1, *(at for at in range(2 - fixed) for _ in range(2))]
    assert [verdict.passed is True for verdict in verdicts] == [fixed < 2, fixed < 1]


@pytest.mark.parametrize(
    ("example", "what"),
    [
        *((MIDDLE, f"{which} of {n}") for n in MIDDLE.params for which in ("median", "typical")),
        pytest.param(LARGE, "median of W1", marks=pytest.mark.slow),
    ],
)
def test_halving_finds_the_wrong_entry_among_many(example: Example, what: str) -> None:
    claim = dict(mistakes(example))[what]
    found = trial(example, claim, narrow=True)
    entry = found.judged.entry
    assert entry is not None
    name, index = entry
    right = example.gradient(example.params)[name][index]
    assert claim(example.params)[name][index] == found.judged.got != right
    assert abs(found.judged.value - right) <= 4 * found.judged.error < 1e-4 * abs(right)
    assert found.rounds <= 2 + 5 + 1


def test_nothing_passes_on_a_kink_that_is_judged_there_only() -> None:
    assert trial(KINK, KINK.gradient, nudged=False).judged.passed is not True
    assert trial(SIGMOID, SIGMOID.gradient, nudged=False).judged.passed is True


def test_the_same_is_said_twice() -> None:
    for example in (SIGMOID, KINK, EXAMPLES["3-5-2 rounded to 6"]):
        assert trial(example, example.gradient) == trial(example, example.gradient)


def test_points_are_not_held_together() -> None:
    tracemalloc.start()
    trial(MIDDLE, lambda params: {n: np.zeros_like(v) for n, v in params.items()})
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20 * 8 * MIDDLE.entries


def test_a_loss_of_the_sum_of_a_parameter_is_no_networks() -> None:
    """Its gradient is right in every entry."""
    verdict = judged(
        {"w": np.array([0.3, 0.5, 0.7]), "one": np.array([0.2])},
        lambda p: float(np.sin(np.sum(p["w"])) + np.cos(p["one"][0])),
        lambda p: {"w": np.full(3, np.cos(np.sum(p["w"]))), "one": -np.sin(p["one"])},
    )
    assert verdict.passed is True
    assert verdict.depends_on == {"one"}


def test_zeros_are_right_only_for_what_does_not_matter() -> None:
    params = {"w": np.array([0.3, 0.5]), "unused": np.ones((2, 2)), "none": np.ones(0)}

    def gradient(p: Variables) -> dict[str, np.ndarray]:
        return {"w": np.cos(p["w"]), "unused": np.zeros((2, 2)), "none": np.zeros(0)}

    def loss(p: Variables, share: float = 0.0) -> float:
        return float(np.sum(np.sin(p["w"])) + share * np.sum(p["unused"] ** 2))

    verdict = judged(params, loss, gradient)
    assert verdict.passed is True
    assert verdict.depends_on == {"w"}
    assert judged(params, lambda p: loss(p, 1e-6), gradient).passed is False
    assert judged(params, lambda p: 3.0, lambda p: {n: 0 * v for n, v in p.items()}) == Judged(
        True, frozenset()
    )


@pytest.mark.parametrize("value", [np.nan, np.inf, 1.7e308])
def test_an_absurd_gradient_is_wrong(value: float) -> None:
    huge = {name: np.full(v.shape, value) for name, v in SIGMOID.params.items()}
    huge["W1"][0] *= -1
    assert trial(SIGMOID, lambda params: huge, narrow=True).judged.passed is False
    one = {**SIGMOID.gradient(SIGMOID.params)}
    one["W1"] = one["W1"].copy()
    one["W1"][1, 2] = value
    assert trial(SIGMOID, lambda params: one).judged.passed is False


def test_a_loss_without_a_value_decides_nothing() -> None:
    verdict = judged(SIGMOID.params, lambda p: float("nan"), SIGMOID.gradient)
    assert verdict == Judged(None, frozenset())


def test_a_loss_that_never_changes_decides_nothing() -> None:
    assert judged(SIGMOID.params, lambda p: 3.0, SIGMOID.gradient).passed is None


def test_no_gradient_decides_nothing_there() -> None:
    assert judged(SIGMOID.params, SIGMOID.loss, lambda p: None) == Judged(None, frozenset())

    def only_here(p: Variables) -> dict[str, np.ndarray] | None:
        here = all(np.array_equal(p[name], v) for name, v in SIGMOID.params.items())
        return {n: 2 * g for n, g in SIGMOID.gradient(p).items()} if here else None

    assert judged(SIGMOID.params, SIGMOID.loss, only_here).passed is False


def test_steps_out_of_the_domain_are_not_used() -> None:
    """A probability near 0 has a logarithm on one side only."""
    y = np.array([[0.9, 0.1 - 1e-5, 1e-5], [0.2, 2e-5, 0.8 - 2e-5]])
    t = np.array([[0.5, 0.2, 0.3], [0.1, 0.1, 0.8]])

    def loss(p: Variables) -> float:
        with np.errstate(invalid="ignore"):
            return float(-np.sum(t * np.log(p["y"])))

    verdict = judged({"y": y}, loss, lambda p: {"y": -t / p["y"]})
    assert verdict.passed is True
    assert judged({"y": y}, loss, lambda p: {"y": -1.001 * t / p["y"]}).passed is False


def test_a_small_constant_in_the_logarithm_is_forgiven() -> None:
    """As many write it: `log(y + 1e-9)`, with y − t for its derivative."""
    rng = np.random.default_rng(0)
    for n in (5, 1000):
        x, t = rng.normal(size=(20, n)), np.eye(3)[rng.integers(3, size=20)]
        params = {"W": rng.normal(size=(n, 3)) / np.sqrt(n), "b": np.zeros(3)}

        def softmax(p: Variables, x: np.ndarray = x) -> np.ndarray:
            e = np.exp(x @ p["W"] + p["b"])
            return e / np.sum(e, axis=1, keepdims=True)

        def loss(p: Variables, t: np.ndarray = t, y: Any = softmax) -> float:
            return float(-np.sum(t * np.log(y(p) + 1e-9)))

        def gradient(
            p: Variables, x: np.ndarray = x, t: np.ndarray = t, y: Any = softmax
        ) -> dict[str, np.ndarray]:
            return {"W": x.T @ (y(p) - t), "b": np.sum(y(p) - t, axis=0)}

        assert judged(params, loss, gradient).passed is True


@given(st.integers(0, 2**32 - 1), st.sampled_from([3, 4, 5, 6, 8, 10]))
@settings(max_examples=60, deadline=None)
def test_rounding_fails_no_true_gradient(seed: int, digits: int) -> None:
    """A loss that is rounded: no verdict, or the right one."""
    rng = np.random.default_rng(seed)
    scale = 10 ** rng.uniform(-3, 3)
    params = {"w": rng.normal(size=4), "v": rng.normal(size=(2, 3))}
    x = rng.normal(size=(3, 4))

    def exact(p: Variables) -> float:
        return float(scale * np.sum(np.tanh(p["v"] @ (x @ p["w"])) ** 2))

    def gradient(p: Variables) -> dict[str, np.ndarray]:
        y = np.tanh(p["v"] @ (x @ p["w"]))
        by_z = 2 * scale * y * (1 - y**2)
        return {"w": x.T @ (p["v"].T @ by_z), "v": np.outer(by_z, x @ p["w"])}

    def zeros(p: Variables) -> dict[str, np.ndarray]:
        return {**gradient(p), "v": np.zeros((2, 3))}

    def doubled(p: Variables) -> dict[str, np.ndarray]:
        return {name: 2 * grad for name, grad in gradient(p).items()}

    assert judged(params, exact, gradient).passed is True
    assert judged(params, lambda p: round(exact(p), digits), gradient).passed is not False
    for wrong in (zeros, doubled):
        verdict = judged(params, lambda p: round(exact(p), digits), wrong)
        assert verdict.passed is not True or not verdict.depends_on  # it rounds to a constant
