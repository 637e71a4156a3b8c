"""Item analysis, beside the definitions written out."""

from __future__ import annotations

import itertools
import math
import statistics
from fractions import Fraction
from random import Random

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from autograder.classroom.item_analysis import (
    TAIL,
    Item,
    analyse,
    chance,
    item_rest_correlation,
    upper_minus_lower,
)

#: Points as they are given: halves and quarters.
quarters = st.integers(0, 8).map(lambda n: n / 4)
classes = st.integers(2, 12).flatmap(
    lambda n: st.tuples(arrays(float, n, elements=quarters), arrays(float, n, elements=quarters))
)


@given(classes)
def test_the_correlation_is_that_with_the_rest(drawn: tuple[np.ndarray, np.ndarray]) -> None:
    points, rest = drawn
    found = item_rest_correlation(points, points + rest)
    if len(set(points)) == 1 or len(set(rest)) == 1:
        assert math.isnan(found)
    else:
        assert found == pytest.approx(np.corrcoef(points, rest)[0, 1])
        assert found == pytest.approx(statistics.correlation(points.tolist(), rest.tolist()))


@given(st.integers(3, 30), st.data())
def test_of_an_item_of_all_or_nothing_it_is_the_point_biserial(
    size: int, data: st.DataObject
) -> None:
    right = np.array(data.draw(st.lists(st.booleans(), min_size=size, max_size=size)))
    rest = np.array(data.draw(st.lists(quarters, min_size=size, max_size=size)))
    assume(0 < right.sum() < size and len(set(rest)) > 1)
    p = right.mean()
    biserial = (rest[right].mean() - rest[~right].mean()) / rest.std() * math.sqrt(p * (1 - p))
    found = item_rest_correlation(right.astype(float), right + rest)
    assert found == pytest.approx(biserial)


@given(classes)
def test_the_groups_are_a_mean_over_all_ways_to_break_ties(
    drawn: tuple[np.ndarray, np.ndarray],
) -> None:
    shares, totals = (array[:6] for array in drawn)
    found = upper_minus_lower(shares, totals)
    if len(set(shares)) == 1 or len(set(totals)) == 1:
        assert math.isnan(found)
        return
    size = max(1, round(TAIL * len(shares)))
    differences = []
    for order in itertools.permutations(range(len(shares))):
        if all(totals[a] <= totals[b] for a, b in itertools.pairwise(order)):
            low, high = order[:size], order[-size:]
            gained = sum(Fraction(shares[n]) for n in high) - sum(Fraction(shares[n]) for n in low)
            differences.append(gained / size)
    assert found == pytest.approx(float(statistics.mean(differences)))


@given(classes, st.randoms(use_true_random=False))
def test_the_order_of_students_decides_nothing(
    drawn: tuple[np.ndarray, np.ndarray], random: Random
) -> None:
    table = np.column_stack(drawn)
    shuffled = table[random.sample(range(len(table)), len(table))]
    for one, two in zip(
        analyse(table, np.array([2, 2])), analyse(shuffled, np.array([2, 2])), strict=True
    ):
        assert one == pytest.approx(two, nan_ok=True)


def test_where_nothing_can_be_told() -> None:
    unknown = (math.nan, math.nan)
    (alone,) = analyse(np.array([[1.0]]), np.array([2.0]))
    assert alone == pytest.approx(Item(0.5, *unknown, 1.0), nan_ok=True)
    for item in analyse(np.array([[1.0, 2.0], [1.0, 0.0]]), np.array([1.0, 2.0])):
        # One is the same for all; of the other, the rest is.
        assert math.isnan(item.correlation)
    (unjudged,) = analyse(np.array([[math.nan], [math.nan]]), np.array([1.0]))
    assert unjudged == pytest.approx(Item(math.nan, *unknown, math.nan), nan_ok=True)
    (worthless,) = analyse(np.zeros((2, 1)), np.zeros(1))
    assert math.isnan(worthless.difficulty)
    assert analyse(np.empty((0, 0)), np.empty(0)) == []


def test_whoever_was_not_judged_on_an_item_is_not_in_it() -> None:
    table = np.array([[1.0, 2.0], [0.0, 0.0], [math.nan, 1.0], [1.0, 1.0]])
    item = analyse(table, np.array([1.0, 2.0]))[0]
    assert item == analyse(table[[0, 1, 3]], np.array([1.0, 2.0]))[0]
    assert item.difficulty == pytest.approx(2 / 3)


def test_rounding_is_no_difference() -> None:
    """Sums of tenths, whose rest is the same on paper and not in binary."""
    points = np.array([0.1, 0.2, 0.3])
    assert math.isnan(item_rest_correlation(points, np.array([0.4, 0.5, 0.1 + 0.2 + 0.3])))


def test_remarks() -> None:
    many = chance(10_000)
    assert Item(0.5, -0.1, 0.3, many).remark.startswith("Odd")
    assert Item(0.5, 0.1, 0.1, many).remark.startswith("Hardly separates")
    assert Item(0.5, 0.4, 0.5, many).remark == Item(1.0, math.nan, math.nan, many).remark == ""


def test_nothing_is_odd_that_chance_explains() -> None:
    few = chance(16)  # 0.25
    for found in ((-0.4, 0.3), (0.1, 0.1), (0.0, -0.45)):
        assert Item(0.5, *found, few).remark == ""
    assert Item(0.5, -0.6, 0.3, few).remark.startswith("Odd")
    table = np.array([[0.0, 2.0], [1.0, 1.0], [1.0, 2.0], [0.0, 0.0]])
    assert [item.chance for item in analyse(table, np.array([1.0, 2.0]))] == [0.5, 0.5]
