"""Teach and grade backpropagation: exercises in numpy that say which value is wrong, and why.

A student imports `check` and `loss_curve`. An author imports `Exercise` and its parts. Everything
else is available through the command ``autograder``. Names are imported lazily, so that a command
or a worker loads only what it uses.
"""

from __future__ import annotations

import sys

if sys.argv[:1] == ["-m"] and not sys.flags.safe_path:
    # `python -m autograder` puts the current folder first on the path. Files there may be a
    # student's, and must not be imported. This package is already found, so a checkout still works.
    del sys.path[0]

from importlib import import_module

from autograder.version import VERSION

TYPE_CHECKING = False  # typing takes longest of what is loaded before signals are handled
if TYPE_CHECKING:
    from typing import Any

    from autograder.display.loss_curve import loss_curve
    from autograder.exercise.data import Data
    from autograder.exercise.declaration import (
        Choice,
        Derivative,
        Exercise,
        Function,
        Instance,
        Mistake,
        Printed,
    )
    from autograder.exercise.reaches import Reaches
    from autograder.student import CheckFailed, check

__all__ = [
    "CheckFailed",
    "Choice",
    "Data",
    "Derivative",
    "Exercise",
    "Function",
    "Instance",
    "Mistake",
    "Printed",
    "Reaches",
    "check",
    "loss_curve",
]

__version__ = VERSION

#: Where the names are that are not in `autograder.exercise.declaration`.
_ELSEWHERE = {
    "CheckFailed": "student",
    "Data": "exercise.data",
    "Reaches": "exercise.reaches",
    "check": "student",
    "loss_curve": "display.loss_curve",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = _ELSEWHERE.get(name, "exercise.declaration")
    value = getattr(import_module(f"{__name__}.{home}"), name)
    globals()[name] = value  # cached: __getattr__ is not called again
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
