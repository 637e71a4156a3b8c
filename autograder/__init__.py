"""Teach and grade backpropagation: exercises in numpy that say which value is wrong, and why.

A student imports `check`. An author imports `Exercise` and what it is made of. Everything else is
reached through the command ``autograder``. Names are loaded when they are asked for, so that a
command and a worker load no more than they use: numpy and the standard library at most.
"""

import sys

if sys.argv[:1] == ["-m"] and not sys.flags.safe_path:
    # `python -m autograder` puts the current folder first, and files there may be a student's:
    # none is taken for a module. This package is found by now, so a checkout works as before.
    del sys.path[0]

from importlib import import_module
from typing import TYPE_CHECKING, Any

from autograder.version import VERSION

if TYPE_CHECKING:
    from autograder.exercise.declaration import (
        Choice,
        Exercise,
        Function,
        Instance,
        Mistake,
        Printed,
    )
    from autograder.student import CheckFailed, check

__all__ = [
    "CheckFailed",
    "Choice",
    "Exercise",
    "Function",
    "Instance",
    "Mistake",
    "Printed",
    "check",
]

__version__ = VERSION

_STUDENT = ("CheckFailed", "check")


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(
        import_module(f"{__name__}.{'student' if name in _STUDENT else 'exercise.declaration'}"),
        name,
    )
    globals()[name] = value  # the next time it is found at once
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
