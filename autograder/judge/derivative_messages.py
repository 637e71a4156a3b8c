"""Every sentence on derivatives, for students and for the person who looks at their work.

``of`` is what the student's derivative should be of: their loss, or a layer of theirs.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from autograder.exercise.function import Function
from autograder.judge.messages import unwritten
from autograder.judge.value_text import DIGITS, number, texts_apart
from autograder.report import LOSS
from autograder.text import listed


def subject(function: Function) -> str:
    """What a function differentiates, as sentences name it."""
    return function.of[-1] if function.of else LOSS


def not_the_derivative(function: Function) -> str:
    """A derivative that is not that of the student's own work, without saying where."""
    return f"{function.name} does not give the derivatives of your own {subject(function)}."


def another_derivative(
    function: Function,
    name: str,
    got: np.ndarray,
    at: tuple[int, ...],
    value: float,
    error: float,
    reveal: bool = True,
) -> str:
    """A derivative ``name`` with a wrong entry ``at`` a place, which is ``value``."""
    text = f"{name} is not the derivative of your own {subject(function)}"
    if not reveal:
        return f"{text}."
    place = f" at [{', '.join(map(str, at))}]" if got.size > 1 else ""
    given, derivative = number(float(got[at])), _measured(value, error)
    if given == derivative:
        given, derivative = texts_apart(float(got[at]), value)
    return f"{text}{place}: {function.name} gives {given}, the derivative is {derivative}."


def _measured(value: float, error: float) -> str:
    """A number with the digits that its error leaves."""
    if error <= 10.0**-DIGITS * abs(value):
        return number(value)
    if not abs(value) > error:
        return "0"
    return f"about {number(value, max(1, int(math.log10(abs(value) / error))))}"


def inconclusive(function: Function) -> str:
    """A numerical gradient that neither confirms nor refutes."""
    return (
        f"The numerical gradient is inconclusive: your own {subject(function)} stops, changes in "
        "jumps, is rounded or is computed in float32. Return it unrounded, in float64."
    )


def ignored(function: Function, names: Sequence[str]) -> str:
    """Arguments that change nothing: the derivative there is zero, and returning zeros must not
    earn points."""
    return (
        f"Your own {subject(function)} does not depend on {listed(names)}, so its gradient does not "
        f"show whether {function.name} is right."
    )


def depends_on_little(function: Function) -> str:
    """A derivative of something that is no network."""
    return (
        f"Your own {subject(function)}, or its gradient, does not change with every parameter and "
        f"input, so it does not show whether {function.name} is right."
    )


def right_for(names: Sequence[str]) -> str:
    """A derivative of something wrong that is right for it."""
    where = "is where the mistake is" if len(names) == 1 else "is where the mistakes are"
    return f"Right for your own {listed(names)}, which {where}."


def right_for_its_inputs(
    function: Function, names: Sequence[str], not_written: Sequence[str]
) -> str:
    """A right derivative that is not that of the student's own work, which is wrong, or of which
    functions are not written yet."""
    if not_written:
        return (
            f"{unwritten(not_written)}, so your own {subject(function)} has no numerical gradient; "
            f"{function.name} is right for the inputs it is given."
        )
    return (
        f"There is a mistake in your {listed(names)}, so the numerical gradient is that of another "
        f"network; {function.name} is right for the inputs it is given."
    )


def derivative_of_own_work(function: Function, names: Sequence[str]) -> str:
    """A derivative of something that is wrong in no known way."""
    return (
        f"It gives the derivatives of your own {subject(function)}, but not of the right one: there "
        f"is a mistake in your {listed(names)}."
    )


def followed_an_unknown_idea(function: Function, names: Sequence[str]) -> str:
    """Why a person should look at a derivative."""
    return (
        f"It gives the derivatives of the student's own {subject(function)}, but the mistake in "
        f"{listed(names)} is not a known one. Only the numerical gradient earned points; give more "
        "if the idea was followed through."
    )


def judged_after(function: Function, names: Sequence[str], not_written: Sequence[str]) -> str:
    """A derivative that is wrong, of something that is wrong, too, or not written yet."""
    what = subject(function)
    if not_written:
        return f"{unwritten(not_written)}, so your own {what} has no numerical gradient."
    return (
        f"It does not give the derivatives of the right {what}, and was not found to give those of "
        f"your own. Fix {listed(names)} first, then check {function.name} again."
    )


def numerical_differentiation(function: Function, counts: Mapping[str, int], reveal: bool) -> str:
    """Finite differences instead of the chain rule."""
    name = max(counts, key=lambda key: counts[key])
    how_often = f"called {name} {counts[name]} times" if reveal else "ran the network many times"
    return (
        f"{function.name} {how_often}, as numerical differentiation does. Work the derivatives out "
        "with the chain rule, from what it is given."
    )
