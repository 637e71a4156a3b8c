"""What the commonest exceptions mean, in words of the exercise. Python and numpy tell them in words
of their own making; what is said here is what their text states, and never a guess at the cause."""

from __future__ import annotations

import re

_NONE = "A function that ends without a return statement gives None."
#: Patterns of "Name: text", each with a sentence; ``{1}`` is the pattern's first group.
_MEANINGS = [
    (
        r"ValueError: matmul: Input operand 1 has a mismatch .*\(size (\d+) is different from (\d+)\)",
        "in a @ b, the last axis of a and the first axis of b must be of the same length; here they "
        "have {2} and {1}.",
    ),
    (
        r"ValueError: matmul: Input operand [01] does not have enough dimensions",
        "@ takes an array on either side, and one of them is a single number.",
    ),
    (
        r"ValueError: shapes (\(.*?\)) and (\(.*?\)) not aligned: (\d+) .* != (\d+) ",
        "np.dot multiplies along one axis of each array, and with shapes {1} and {2} these have "
        "{3} and {4} entries.",
    ),
    (
        r"ValueError: operands could not be broadcast together with (?:remapped )?shapes "
        r"(\([^)]*\)) (\([^)]*\))",
        "two arrays of shapes {1} and {2} cannot be combined entry by entry.",
    ),
    (
        r"ValueError: non-broadcastable output operand with shape (\(.*?\)) .* shape (\(.*?\))",
        "the result has shape {2}, and is to be put in the place of an array of shape {1}.",
    ),
    (
        r"ValueError: setting an array element with a sequence",
        "an array needs a single number in each place, and one of the parts it is made of is "
        "itself a list or an array, perhaps of another length than the others.",
    ),
    (
        r"ValueError: The truth value of an array",
        "if, and, or and not ask for a single True or False, and were given a whole array. np.where "
        "chooses entry by entry.",
    ),
    (
        r"TypeError: only .* can be converted to Python scalars",
        "float() and int() take a single number, and were given an array of another size.",
    ),
    (
        r"KeyError: (.+)",
        "a dict was asked for the key {1}, which it does not have.",
    ),
    (
        r"IndexError: too many indices for array: array is (\d+)-dimensional, but (\d+) were indexed",
        "{2} indices were given to an array whose number of axes is {1}.",
    ),
    (
        r"TypeError: (\w+)\(\) takes (?:from \d+ to )?(\d+) positional arguments? but (\d+) w",
        "{1} was called with {3} arguments, and its def line takes {2}.",
    ),
    (
        r"TypeError: (\w+)\(\) missing \d+ required positional arguments?: (.+)",
        "{1} was called without all of its arguments; what is missing: {2}.",
    ),
    (r"TypeError: 'NoneType' object", f"None was used where a value is needed. {_NONE}"),
    (
        r"TypeError: unsupported operand type\(s\) for .*'NoneType'",
        f"None was used in a calculation. {_NONE}",
    ),
    (
        r"TypeError: unsupported operand type\(s\) for .*'dict'",
        "a whole dict was used in a calculation; calculate with its entries, one by one.",
    ),
    (
        r"TypeError: (list|tuple) indices must be integers or slices, not str",
        "a {1} was asked for a name in quotes; only a dict has entries with names.",
    ),
    (
        r"NameError: name ('.*?') is not defined",
        "Python does not know the name {1} there. Look at how it is spelt, and whether what defines "
        "it ran before.",
    ),
    (
        r"UnboundLocalError: \D* variable ('.*?') ",
        "{1} gets a value in this function, so it is a name of the function's own, and it is used "
        "before it has that value.",
    ),
    (r"EOFError: EOF when reading a line", "input() asks, and nobody answers while it is checked."),
    (r"SystemExit", "exit() and quit() end the whole program; return ends a function."),
]


def meaning(said: str) -> str:
    """What an exception, told as "Name: text", means in plain words; "" where none are known."""
    for pattern, sentence in _MEANINGS:
        found = re.match(pattern, said)
        if found:
            return sentence.format(said, *found.groups())
    return ""
