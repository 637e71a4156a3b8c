"""Sentences on what a wrong quantity is, where no mistake explains it: an expression, or what was
done to the right value. Each is true on every instance there is."""

from __future__ import annotations

from autograder.judge.value_text import number

#: What a value is divided by.
LENGTH = "the square root of the sum of its squares"
SUM = "the sum of its entries"
LARGEST = "its largest absolute value"
_ENDS = {0: "first", -1: "last"}
#: By the number of axes, what stands along each of the first two.
_ALONG = {1: ("entry",), 2: ("row", "column")}


def exactly(name: str, expression: str, everywhere: bool = True) -> str:
    """The expression that a quantity is, on all instances or on those where it is wrong."""
    whose = "Your" if everywhere else "Where it is wrong, your"
    return f"{whose} {name} is exactly `{expression}`."


def each_row(name: str, expression: str) -> str:
    """The expression that all rows of a matrix are."""
    return f"Each row of your {name} is exactly `{expression}`."


def step(name: str, factor: str) -> str:
    """A multiple of the right step from what was given."""
    if factor == "-1":
        return f"Your {name} moves by the right step, in the opposite direction."
    return f"Your {name} moves by {factor} times the right step."


def rounded(name: str, decimals: int) -> str:
    """The right value with fewer decimals."""
    to = (
        f"to {decimals} decimals"
        if decimals > 1
        else "to one decimal"
        if decimals
        else "to whole numbers"
    )
    return f"Your {name} is the right value, rounded {to}. Leave the rounding out."


def clipped(name: str, low: float | None, high: float | None) -> str:
    """The right value, kept within limits."""
    if low is None or high is None:
        limit, side = (high, "above") if low is None else (low, "below")
        assert limit is not None
        return (
            f"Your {name} is the right value where that is not {side} {number(limit)}, and "
            f"{number(limit)} elsewhere: something is clipped."
        )
    return (
        f"Your {name} is the right value where that lies between {number(low)} and "
        f"{number(high)}, and the nearer of these elsewhere: something is clipped."
    )


def divided(name: str, by: str) -> str:
    """The right value, scaled."""
    return f"Your {name} is the right value, divided by {by}."


def times_a_size(name: str, size: str, is_divided: bool) -> str:
    """The right value, times or divided by a size."""
    how = "divided by" if is_divided else "times"
    return f"Your {name} is the right value, {how} {size}."


def added(name: str, factor: float, term: str) -> str:
    """The right value, and something added to it."""
    how, size = ("plus", factor) if factor > 0 else ("minus", -factor)
    if not term:
        return f"Your {name} is the right value {how} {number(size)}, in every entry."
    what = f"`{term}`" if size == 1 else f"`{number(size)} * {term}`"
    return f"Your {name} is exactly the right value {how} {what}."


def reversed_order(name: str, axis: int, axes: int) -> str:
    """The right entries, the last one first."""
    if axes < 3:
        return f"Your {name} holds the right {_plural(_ALONG[axes][axis])}, in the reverse order."
    return f"Your {name} is the right value, in the reverse order along axis {axis}."


def only_at(name: str, axis: int, end: int, axes: int) -> str:
    """One end of an array is wrong."""
    what = _ALONG[axes][axis] if axes < 3 else f"part along axis {axis}"
    return f"Only the {_ENDS[end]} {what} of your {name} is wrong."


def ends_early(name: str, everywhere: bool) -> str:
    """A list that stops before it is complete, on all visible instances or on some."""
    if everywhere:
        return f"Your {name} is right as far as it goes, and ends too early."
    return (
        f"Your {name} is right as far as it goes, and ends too early on some instances only: "
        "does something end the work before all of it is done?"
    )


def constant(name: str, value: float) -> str:
    """One number whatever the input is."""
    return f"Your {name} is {number(value)} everywhere, on every instance."


def fixed(name: str) -> str:
    """The same numbers for other inputs."""
    return (
        f"Your {name} is the same on all instances of a size: is it written in as numbers, or taken "
        "from a global variable?"
    )


def _plural(word: str) -> str:
    return "entries" if word == "entry" else f"{word}s"
