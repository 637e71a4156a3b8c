"""How alike the submissions of a class are, pair by pair, and which pairs stand out.

Two functions are compared by their fragments, each weighted by how few of the class wrote it
(tf-idf, from scikit-learn). What counts is not how alike two functions are, but how rare it is in
this class that two are so alike: what many share by themselves says nothing. So that two who share
a rare text come before all those who share a common one, likeness to a large part of the class
counts less. The rarities of all functions of a pair are added up, as in Fisher's method. Honest
answers may share one function or two; a copy shares most of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics.pairwise import linear_kernel

from autograder.alike.units import Units
from autograder.faults import Refusal

#: With fewer students, no pair can be said to be rare.
LEAST_CLASS = 10
#: All pairs are in memory at once: with more students they would take gigabytes.
MAX_CLASS = 5_000
#: Honest pairs above the line in a class in which nobody copied: one in five classes.
EXPECTED = 0.2
#: Two who are no more alike than each of them is to this part of the class share what many wrote;
#: and what their likeness counts then. It still counts more than a few fragments in common.
_MANY, _LESS = 1 / 3, 0.5
#: Of the sum of logarithms, for its distribution.
_STEP = 0.02
#: The part of a class by which it is seen how far its sums spread: copies are above it.
_BULK = 0.95


class Pair(NamedTuple):
    """Two students. ``rarity`` has of each function that both wrote, unless all pairs are as alike
    in it, which share of them is at least as alike; ``score`` is what the pairs are ordered by."""

    one: str
    two: str
    score: float
    rarity: Mapping[str, float]

    @property
    def students(self) -> frozenset[str]:
        """The two."""
        return frozenset((self.one, self.two))


class Likeness(NamedTuple):
    """The pairs that are most alike, how many pairs there are, and the line above which one stands
    out."""

    ranked: Sequence[Pair]
    compared: int
    line: float

    @property
    def above(self) -> list[Pair]:
        """The pairs that stand out."""
        return [pair for pair in self.ranked if pair.score > self.line]


def compare(units: Mapping[str, Units], most: int = 1000) -> Likeness:
    """Compare the submissions of a class, by student; ``most`` of the pairs are given back.

    Raises `Refusal` for a class that is too large.
    """
    students = [student for student, each in units.items() if each.functions]
    number = len(students)
    if number > MAX_CLASS:
        raise Refusal(
            f"{number} submissions are too many: {MAX_CLASS} can be compared with each other."
        )
    if number < LEAST_CLASS:
        return Likeness([], 0, 0.0)
    names = sorted({name for each in units.values() for name in each.functions})
    rows, columns = np.triu_indices(number, 1)
    scores = np.zeros(len(rows))
    rarities: dict[str, np.ndarray] = {}
    by_chance = np.ones(1)
    for name in names:
        keys = {
            at: units[student].functions[name].keys
            for at, student in enumerate(students)
            if name in units[student].functions
        }
        if len(keys) < LEAST_CLASS:
            continue
        rarity = np.ones((number, number))
        who = np.array([*keys])
        rarity[np.ix_(who, who)] = _rarity([*keys.values()])
        rarities[name] = rarity[rows, columns]
        surprise = -np.log(rarities[name])
        scores += surprise
        bins = np.bincount(np.rint(surprise / _STEP).astype(int)) / len(surprise)
        by_chance = np.convolve(by_chance, bins)
    order = np.argsort(-scores, kind="stable")[:most]
    ranked = [
        Pair(
            students[rows[at]],
            students[columns[at]],
            float(scores[at]),
            {name: float(each[at]) for name, each in rarities.items() if each[at] < 1},
        )
        for at in order.tolist()
    ]
    return Likeness(ranked, len(rows), _line(scores, by_chance))


def _rarity(functions: Sequence[list[str]]) -> np.ndarray:
    """Of each two functions, the share of all pairs that are at least as alike, where likeness to
    many counts less."""
    weights = TfidfVectorizer(analyzer=list, sublinear_tf=True).fit_transform(functions)
    # Rounded, so that all that are the same are equally alike.
    alike = np.round(linear_kernel(weights), 6)
    many = int(np.ceil(_MANY * len(alike)))
    usual = alike <= np.partition(alike, -many, axis=1)[:, -many, np.newaxis]
    alike[usual & usual.T] *= _LESS
    pairs = np.sort(alike[np.triu_indices(len(alike), 1)])
    shares = 1 - np.searchsorted(pairs, alike, side="left") / len(pairs)
    rarity: np.ndarray = np.maximum(shares, 1 / len(pairs))
    return rarity


def _line(scores: np.ndarray, by_chance: np.ndarray) -> float:
    """The score that `EXPECTED` pairs reach in a class without copies.

    ``by_chance`` is the distribution of sums if each function were written independently of the
    others. Who has a habit has it in every function, so that sums of a class spread further: by how
    much, its bulk shows.
    """
    reached = np.cumsum(by_chance[::-1])[::-1]

    def least(share: float) -> float:
        """The least sum that at most this share of the pairs reaches."""
        return float(np.searchsorted(-reached, -share)) * _STEP

    middle, bulk = np.quantile(scores, (0.5, _BULK))
    spread = (bulk - middle) / max(least(1 - _BULK) - least(0.5), _STEP)
    highest = least(EXPECTED / len(scores))
    return least(0.5) + (highest - least(0.5)) * max(1.0, float(spread))
