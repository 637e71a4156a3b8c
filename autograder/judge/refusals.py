"""What took one number, or one True or False, and was given a whole array: named as it stands in
the student's own line, with what to write there."""

from __future__ import annotations

import re

import numpy as np

from autograder.sandbox.calls import Outcome

#: What takes one number, and refuses an array, a list or None.
_ONE_NUMBER = re.compile(
    r"TypeError: (only .* can be converted to|must be real number, not"
    r"|(float|int|complex)\(\) argument must be|.* object cannot be interpreted as an integer)"
)
_ONE_TRUTH = re.compile(r"ValueError: The truth value of an array")
#: Errors of shapes, which come of the two axes of a matrix.
_SHAPES = re.compile(r"ValueError: (shapes|matmul|operands|non-broadcastable)")
_WORDS = ("if", "while", "and", "or", "not", "assert", "a chain of comparisons")
#: What does the same to every entry of an array, where numpy has no function of the same name.
_INSTEAD = {
    "float": "leave float out, numpy computes with whole arrays",
    "math.pow": "use np.power",
    "int": "use .astype(int)",
    "complex": "use .astype(complex)",
    "range": "use its length, len(...)",
    "math.fsum": "use np.sum",
    "max": "use np.maximum for the larger of two entries, np.max for the largest of all",
    "min": "use np.minimum for the smaller of two entries, np.min for the smallest of all",
    "sum": "use np.sum",
    "sorted": "use np.sort",
    "bool": "use np.any or np.all",
    "any": "use np.any",
    "all": "use np.all",
}


def refused(outcome: Outcome) -> str:
    """Why an array was refused where a call raised; "" for other exceptions."""
    code, text = outcome.code, outcome.error_text
    if code is None:
        return ""
    matrix = next((name for name, kind in code.operands if kind.startswith("np.matrix")), "")
    if matrix and _SHAPES.match(text):
        return (
            f"{matrix} is np.matrix, which always has two axes, and whose * multiplies matrices: "
            "use np.array."
        )
    if _ONE_TRUTH.match(text) and code.refused:
        return f"{code.refused} needs a single True or False; {_given(outcome)}: {_use(outcome)}."
    if _ONE_NUMBER.match(text) and code.refused and code.refused not in _WORDS:
        return f"{code.refused} takes one number; {_given(outcome)}: {_use(outcome)}."
    return ""


def _given(outcome: Outcome) -> str:
    """What the refused array is: what stands there and may be one."""
    kinds = outcome.code.operands if outcome.code else ()
    many = [
        f"{name} is {kind}" for name, kind in kinds if " of " in kind and "shape ()" not in kind
    ]
    refused = re.search(r"not '?(\w+)'?$", outcome.message)
    kind = refused[1] if refused and "array" not in refused[1] else "array"
    article = "" if kind == "NoneType" else "an " if kind[0] in "aeiou" else "a "
    return " and ".join(many) or f"what stands there is {article}{kind.replace('Type', '')}"


def _use(outcome: Outcome) -> str:
    """What to write in the place of what refused."""
    name = outcome.code.refused if outcome.code else ""
    if name in _WORDS:
        return "np.where chooses element by element"
    same = name.rpartition(".")[2]
    if name not in _INSTEAD and "." in name and hasattr(np, same):
        return f"use np.{same}"
    return _INSTEAD.get(name, "give it one entry at a time")
