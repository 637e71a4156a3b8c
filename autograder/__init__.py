"""Teach and grade backpropagation: exercises in numpy that say which value is wrong, and why.

A student imports `check`. An author imports `Exercise` and what it is made of. Everything else is
reached through the command ``autograder``. Importing the package loads numpy and the standard
library only.
"""

from autograder.exercise import Exercise, Function, Instance, Mistake, Printed
from autograder.student import CheckFailed, check
from autograder.version import VERSION

__all__ = [
    "CheckFailed",
    "Exercise",
    "Function",
    "Instance",
    "Mistake",
    "Printed",
    "check",
]

__version__ = VERSION
