"""Numbers that a document prints."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from autograder.exercise.error import ExerciseError
from autograder.exercise.kinds import require_kinds
from autograder.record import record


@record
class Printed:
    """Numbers as a document prints them, to be reproduced to the last printed digit.

    ``entry`` is the key in the function's result (None for the result itself). If ``counts`` is
    false, the student's numbers need not be the printed ones, only right; ``note`` says why.
    """

    function: str
    entry: str | None
    values: Any
    instance: str
    decimals: int = 8
    counts: bool = True
    note: str = ""


def require_printed(printed: Printed, functions: Sequence[str], labels: Sequence[str]) -> None:
    """Raise `ExerciseError` unless there are numbers, of one of these functions on a visible
    instance with one of these labels."""
    about = printed_about(printed)
    what = f"printed numbers of {printed.function!r} on {printed.instance!r}"
    require_kinds(printed, what, about)
    if printed.function not in functions or printed.instance not in labels:
        raise ExerciseError(f"{what}: no such function or visible instance is declared", *about)
    try:
        shape = np.asarray(printed.values, dtype=np.float64).shape
    except (TypeError, ValueError):
        words = "its values must be numbers, in rows of equal length"
        raise ExerciseError(f"{what}: {words}", *about) from None
    if 0 in shape:
        raise ExerciseError(f"{what}: there are no numbers", *about)


def printed_about(printed: Printed) -> Sequence[str]:
    """What an `ExerciseError` on printed numbers is about."""
    names = (printed.function, printed.entry, printed.instance)
    return ["Printed", *(str(name) for name in names if name)]
