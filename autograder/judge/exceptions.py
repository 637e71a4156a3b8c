"""What the most common exceptions mean, in the terms of the exercise.

Each sentence restates the text of Python's or numpy's exception; none guesses at the cause.
"""

from __future__ import annotations

import re

_NONE = "A function that ends without a return statement returns None."
#: Patterns of "Name: text", each with a sentence; ``{1}`` is the pattern's first group.
_MEANINGS = [
    (
        r"(?:TypeError|AttributeError): (?:.*; )?(\w+ is .+ since .+)",
        "{1}. Give that value another name.",
    ),
    (r"NameError: .*; (\w+ was deleted in .+)", "{1}. Delete that line."),
    (
        r"NameError: name ('.*?') .*; perhaps it is of (\w+), which is missing",
        "the name {1} is not defined, perhaps because there is no package {2} where this is "
        "checked. Do without it, or ask your instructor to install it.",
    ),
    (r"TypeError: (\w+ is .+, not a function)$", "{1}."),
    (r"NotComputed: (.+)", "{1}."),
    (
        r"ModuleNotFoundError: No module named '(\w+)[\w.]*'",
        "there is no package {1} where this is checked. Do without it, or ask your instructor to "
        "install it.",
    ),
    (
        r"ValueError: matmul: Input operand 1 has a mismatch "
        r".*\(size (\d+) is different from (\d+)\)",
        "in a @ b, the last axis of a and the first axis of b must have the same length; here "
        "the lengths are {2} and {1}.",
    ),
    (
        r"ValueError: matmul: Input operand [01] does not have enough dimensions",
        "@ needs an array on both sides, but one side is a single number.",
    ),
    (
        r"ValueError: shapes (\(.*?\)) and (\(.*?\)) not aligned: (\d+) .* != (\d+) ",
        "np.dot, as * of np.matrix, multiplies along one axis of each array, and these must have "
        "the same length; with "
        "shapes {1} and {2} the lengths are {3} and {4}.",
    ),
    (
        r"ValueError: operands could not be broadcast together with (?:remapped )?shapes "
        r"(\([^)]*\)) (\([^)]*\))",
        "two arrays of shapes {1} and {2} cannot be combined element by element.",
    ),
    (
        r"ValueError: non-broadcastable output operand with shape (\(.*?\)) .* shape (\(.*?\))",
        "the result has shape {2} and cannot be stored in an array of shape {1}.",
    ),
    (
        r"ValueError: setting an array element with a sequence",
        "each entry of an array must be a single number, but one is itself a list or an array, "
        "perhaps of another length than the others.",
    ),
    (
        r"ValueError: The truth value of an array",
        "if, and, or and not need a single True or False, but got a whole array. np.where chooses "
        "element by element.",
    ),
    (
        r"TypeError: only .* can be converted to Python scalars",
        "float(), int() and the functions of math take a single number, but got an array of "
        "another size.",
    ),
    (
        r"KeyError: (.+)",
        "the dict has no key {1}.",
    ),
    (
        r"IndexError: too many indices for array: "
        r"array is (\d+)-dimensional, but (\d+) were indexed",
        "{2} indices were used on an array whose number of axes is {1}.",
    ),
    (
        r"TypeError: (\w+)\(\) takes (?:from \d+ to )?(\d+) positional arguments? but (\d+) w",
        "{1} was called with {3} arguments, but its def line takes {2}.",
    ),
    (
        r"TypeError: (\w+)\(\) missing \d+ required positional arguments?: (.+)",
        "{1} was called without all of its arguments; missing: {2}.",
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
        "a {1} was indexed with a string; only a dict has strings as keys.",
    ),
    (
        r"NameError: name ('.*?') is not defined",
        "the name {1} is not defined there. Check its spelling, and that the code that defines it "
        "ran first.",
    ),
    (
        r"UnboundLocalError: \D* variable ('.*?') ",
        "{1} is assigned in this function, so it is a local variable, and it is used before that "
        "assignment.",
    ),
    (
        r"EOFError: EOF when reading a line",
        "input() waits for an answer, and nobody answers during a check. Write the value into the "
        "code.",
    ),
    (
        r"EOFError: nobody answers (\S+)",
        "{1} waits for an answer, and nobody answers during a check. Write the value into the code.",
    ),
    (
        r"EOFError: a breakpoint|BdbQuit",
        "a breakpoint waits for somebody at the keyboard, and nobody is there during a check. "
        "Delete it.",
    ),
    (
        r"RecursionError: maximum recursion depth exceeded",
        "a function calls itself, or two call each other, until Python stops it: without an end, or "
        "deeper than it allows, which is about 1000 calls inside each other.",
    ),
    (
        r"TypeError: ufunc 'bitwise_xor' not supported",
        "^ combines the bits of whole numbers; a power is written **.",
    ),
    (
        r"TypeError: '([\w.]+)' object is not callable",
        "round brackets after a value of type {1} call it like a function. Is a * missing, or are "
        "square brackets meant?",
    ),
    (
        r"TypeError: '([\w.]+)' object is not iterable",
        "a loop, +=, or a list was given a single value of type {1}, and needs several to go "
        "through.",
    ),
    (
        r"TypeError: '?(?:builtin_)?(?:function|method|builtin_function_or_method)\w*'? object is not "
        r"subscriptable",
        "a function was followed by square brackets; it is called with round ones.",
    ),
    (
        r"SystemExit: 2$",
        "it ends the whole program with exit status 2, as argparse does where arguments are "
        "missing or unknown: nobody gives any during a check. Give them default values.",
    ),
    (
        r"FileNotFoundError: (?:\[Errno 2\] No such file or directory: )?(\S+?)(?: not found\.)?$",
        "there is no file {1} where this is checked. Write what you need of it into the code.",
    ),
    (r"SystemExit", "exit() and quit() end the whole program; return ends a function."),
]


#: Exceptions that come of where a function runs, and not of how it computes.
_ELSEWHERE = ("EOFError", "SystemExit", "BdbQuit", "NotComputed", "ModuleNotFoundError")


def is_elsewhere(text: str) -> bool:
    """Whether the cause of an exception, as `meaning` takes it, is not in how a function computes:
    no change of it is its correction."""
    return is_overwritten(text) or text.partition(":")[0] in _ELSEWHERE


def is_overwritten(text: str) -> bool:
    """Whether an exception, as `meaning` takes it, came of a name that is bound to something else,
    and so of no mistake in the function."""
    return any(re.match(pattern, text) for pattern, _ in _MEANINGS[:2])


def meaning(text: str) -> str:
    """What an exception with the text "Name: message" means; "" for an unknown one."""
    for pattern, sentence in _MEANINGS:
        found = re.match(pattern, text)
        if found:
            return sentence.format(text, *found.groups())
    return ""
