"""Item analysis: how hard each check is, and how well it separates strong from weak students.

The input is everybody's points. A number that is not defined is NaN."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

#: The share of a class in the upper and in the lower group. For normally distributed scores it
#: separates the two best (Kelley 1939, Journal of Educational Psychology 30, 17-24).
TAIL = 0.27
#: Below this, a check discriminates poorly (Ebel & Frisbie 1991, Essentials of Educational
#: Measurement, 5th edition, chapter 13).
POOR = 0.2
#: A remark is made only for a number that is off by so many times `chance`.
CLEAR = 2.0


class Item(NamedTuple):
    """A check in numbers; NaN where all students have the same points, or there are fewer than two.

    ``difficulty`` is the mean share of its points, so that 1 is the easiest. ``correlation`` is
    that of its points with those of all other checks, from -1 to 1. ``upper_lower`` is the mean
    share among the best 27 % minus that among the weakest 27 %, from -1 to 1. ``chance`` is the
    standard error of these two where there is no relation.
    """

    difficulty: float
    correlation: float
    upper_lower: float
    chance: float

    @property
    def remark(self) -> str:
        """What is odd about it, in a sentence; "" when nothing is, or chance explains it."""
        found = [x for x in (self.correlation, self.upper_lower) if math.isfinite(x)]
        margin = CLEAR * self.chance
        if found and min(found) < -margin:
            return "Odd: students who do well elsewhere do worse here. Review what the check asks."
        if found and max(found) < POOR - margin:
            return "Hardly separates strong students from weak ones."
        return ""


def chance(students: int) -> float:
    """The standard error of a correlation that is 0, in a class of so many students."""
    return 1 / math.sqrt(students)


def analyse(points: Floats, most: Floats) -> list[Item]:
    """The items of a class, one for each column.

    ``points`` has shape (students, items), with NaN where a student was not judged on an item.
    ``most`` has shape (items,) and holds the maximum points.
    """
    totals = np.nansum(points, axis=1)
    return [_item(column, totals, full) for column, full in zip(points.T, most, strict=True)]


def _item(points: Floats, totals: Floats, most: float) -> Item:
    judged = ~np.isnan(points)
    points, totals = points[judged], totals[judged]
    if len(points) == 0 or most <= 0:
        return Item(math.nan, math.nan, math.nan, math.nan)
    shares = points / most
    return Item(
        float(shares.mean()),
        item_rest_correlation(points, totals),
        upper_minus_lower(shares, totals),
        chance(len(points)),
    )


def item_rest_correlation(points: Floats, totals: Floats) -> float:
    """The corrected item-total correlation: of an item's points with the total without them.

    With the item in the total, it would correlate with itself (Henrysson 1963, Psychometrika 28,
    211-218). For an item that is all or nothing it is the point-biserial correlation. Both arrays
    have shape (students,); NaN where one of the two is the same for everybody.
    """
    rest = _rounded(totals - points)
    if len(points) < 2 or np.ptp(points) == 0 or np.ptp(rest) == 0:
        return math.nan
    return float(np.corrcoef(points, rest)[0, 1])


def upper_minus_lower(shares: Floats, totals: Floats) -> float:
    """The mean share of the upper 27 % by total score minus that of the lower 27 % (Ebel & Frisbie
    1991). Both arrays have shape (students,); NaN where one of them is the same for everybody."""
    totals = _rounded(totals)
    if len(shares) < 2 or np.ptp(shares) == 0 or np.ptp(totals) == 0:
        return math.nan
    size = max(1, round(TAIL * len(shares)))
    return _mean_of_best(shares, totals, size) - _mean_of_best(shares, -totals, size)


def _mean_of_best(shares: Floats, totals: Floats, size: int) -> float:
    """The mean share of the ``size`` students with the highest totals.

    Students who tie at the border count with equal weights, so that their order does not matter.
    """
    border = np.sort(totals)[-size]
    above, tied = totals > border, totals == border
    weights = above + tied * (size - above.sum()) / tied.sum()
    return float(weights @ shares) / size


def _rounded(points: Floats) -> Floats:
    """Rounded, so that sums which differ only by rounding errors are equal."""
    return np.round(points, 9)
