"""Losses with logarithms, as they are written in many programs: with a small number inside, so that
there is no logarithm of 0."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from autograder.judge.compare import RELATIVE
from autograder.judge.named_quantities import Given, Wrong
from autograder.judge.structure_messages import exactly

#: What is added inside the logarithms, as it is written.
SMALL = ("0", "1e-5", "1e-6", "1e-7", "1e-8", "1e-9", "1e-10", "1e-12", "1e-15")
#: How the terms are put together.
TOGETHER: Sequence[tuple[str, Callable[[np.ndarray], float]]] = (
    ("-np.mean({0})", lambda terms: -float(np.mean(terms))),
    ("-np.sum({0})", lambda terms: -float(np.sum(terms))),
    ("-np.sum({0}) / {1}", lambda terms: -float(np.sum(terms)) / len(terms)),
)
#: The most arrays of which two are tried.
MOST_ARRAYS = 4


class _Loss(NamedTuple):
    """A loss of two arrays by their names, a share and the logarithm of another."""

    share: str
    of: str
    small: str
    is_whole: bool
    together: int

    @property
    def text(self) -> str:
        """As somebody may write it."""
        more = "" if self.small == "0" else f" + {self.small}"
        terms = f"{self.share} * np.log({self.of}{more})"
        if self.is_whole:
            terms += f" + (1 - {self.share}) * np.log(1 - {self.of}{more})"
        return TOGETHER[self.together][0].format(terms, f"len({self.share})")

    def value(self, given: Given) -> float:
        """What it is on a case."""
        share, of, small = given.scope[self.share], given.scope[self.of], float(self.small)
        terms = share * np.log(of + small)
        if self.is_whole:
            terms = terms + (1 - share) * np.log(1 - of + small)
        return TOGETHER[self.together][1](terms)


def logarithmic(wrong: Wrong) -> str:
    """The sentence on a single number that is such a loss on every case; "" if it is none."""
    if any(given.got.ndim for given in wrong.given):
        return ""
    with np.errstate(all="ignore"):
        for loss in _losses(wrong.visible[0]):
            if all(_gives(loss, given) for given in wrong.given):
                return exactly(wrong.leaf.name, loss.text)
    return ""


def _losses(given: Given) -> Iterator[_Loss]:
    arrays = [name for name, value in given.scope.items() if value.ndim][:MOST_ARRAYS]
    for share, of in itertools.permutations(arrays, 2):
        if given.scope[share].shape == given.scope[of].shape:
            for small, is_whole, at in itertools.product(
                SMALL, (True, False), range(len(TOGETHER))
            ):
                yield _Loss(share, of, small, is_whole, at)


def _gives(loss: _Loss, given: Given) -> bool:
    value, got = loss.value(given), float(given.got)
    return math.isfinite(value) and math.isclose(value, got, rel_tol=RELATIVE)
