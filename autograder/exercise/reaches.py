"""What a function has to reach on rows that nobody was given, such as an accuracy."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Collection
from typing import Any

from autograder.record import record


@record
class Reaches:
    """A bound for what a function reaches on the instances with `held_out` arrays.

    ``metric`` is a function of `exercise.py`, and the students' name for what is measured. It is
    given what their function returned, and by their names arrays that are held out, or inputs. It
    returns one number, which has to be ``at_least`` or ``at_most`` a bound. The function may take
    so many ``seconds`` for each instance, apart from all its other calls. A student's copy has the
    name of the metric only, as ``called``.
    """

    metric: Callable[..., Any] | None
    at_least: float | None = None
    at_most: float | None = None
    seconds: float = 10.0
    called: str = ""

    @property
    def name(self) -> str:
        """What is measured."""
        return self.called or getattr(self.metric, "__name__", "")

    @property
    def asked(self) -> str:
        """The bounds, in words."""
        bounds = (("at least", self.at_least), ("at most", self.at_most))
        return " and ".join(f"{words} {bound:g}" for words, bound in bounds if bound is not None)

    @property
    def takes(self) -> list[str]:
        """What the metric is given besides the result, by name."""
        return [] if self.metric is None else list(inspect.signature(self.metric).parameters)[1:]

    def is_reached(self, value: float) -> bool:
        """Whether a value is within the bounds; what is not finite never is."""
        above = self.at_least is None or value >= self.at_least
        below = self.at_most is None or value <= self.at_most
        return math.isfinite(value) and above and below

    def problem(self) -> str:
        """What is wrong with the declaration; "" if nothing is."""
        bounds = [bound for bound in (self.at_least, self.at_most) if bound is not None]
        if not inspect.isfunction(self.metric) or not self.name.isidentifier():
            return "the metric of reaches must be a function with a name"
        if not inspect.signature(self.metric).parameters:
            return f"the metric {self.name} must take what the function returned"
        if not bounds or not all(_is_number(bound) for bound in bounds):
            return "reaches needs a number as at_least or at_most"
        if not _is_number(self.seconds) or self.seconds <= 0:
            return "the seconds of reaches must be a number above 0"
        return ""

    def missing(self, known: Collection[str]) -> str:
        """The first thing that the metric takes and that is not known; "" if there is none."""
        return next((name for name in self.takes if name not in known), "")


def _is_number(value: Any) -> bool:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return is_number and math.isfinite(value)
