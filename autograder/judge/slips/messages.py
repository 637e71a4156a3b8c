"""The sentences on slips that are no edits: what is missing, misplaced, or never read."""

from __future__ import annotations

from collections.abc import Sequence

from autograder.text import listed


def next_parts(right: Sequence[str], missing: Sequence[str], then: Sequence[str]) -> str:
    """What is right in a result that is not complete, and what comes next."""
    verb = "is" if len(right) == 1 else "are"
    later = [name for name in missing if name not in then]
    rest = f", then {listed(_some(later))}" if later else ""
    return f"{listed(_some(right))} {verb} right. Next: {listed(then)}{rest}."


def _some(names: Sequence[str], most: int = 8) -> Sequence[str]:
    """Names in a sentence, of many of them the first ones."""
    return names if len(names) <= most else [*names[:most], f"{len(names) - most} more"]


def other_keys(root: str, given: Sequence[str], wanted: Sequence[str], right: Sequence[str]) -> str:
    """A dict with its entries under other names than asked for; ``right`` are the given names of
    those with right numbers."""
    pairs = listed(
        [f'"{one}" in place of "{other}"' for one, other in zip(given, wanted, strict=True)]
    )
    text = f"{root} has {pairs}: rename {'it' if len(given) == 1 else 'them'}."
    if list(right) == list(given):
        return f"{text} The numbers under {'this name' if len(given) == 1 else 'these names'} are right."
    if right:
        names = listed([f'"{name}"' for name in right])
        return f"{text} Of these, the numbers under {names} are right."
    return text


def other_number_of_losses(how: str) -> str:
    """A list of losses that is too long or too short; how it is, beside the right one."""
    return f"The list holds the wrong number of losses. {how}"


def only_these_sizes(function: str, right: str, wrong: str, place: str) -> str:
    """A function that is right for some sizes only, each described; ``place`` is where entries or
    sizes are named by number."""
    return (
        f"{place}: entries or sizes are named by number here. {function} is right for {right}, and "
        f"not for {wrong}. Write it for any number of them."
    )


def another_name(function: str, name: str, place: str) -> str:
    """A function that is not defined, and one that has nearly its name."""
    return (
        f"{place}: {name} is defined here, and {function} nowhere. Is this {function}? Rename it."
    )


def defined_inside(function: str, outer: str, place: str) -> str:
    """A function that is defined in another one, or in a class."""
    return (
        f"{place}: {function} is defined inside {outer}, where nothing else finds it. Begin its "
        "def line at the left margin."
    )


def below_what_stopped(function: str, place: str) -> str:
    """A function whose cell stopped before it was defined."""
    return f"{place}: {function} is not defined, since its cell stopped above this line."


def in_unread_cell(function: str, label: str) -> str:
    """A function that is defined where Python cannot read the code."""
    return f"{function} is in {label}, which has a syntax error: mend that first."


def never_used(function: str, argument: str, place: str) -> str:
    """A number among the arguments that a function does not look at."""
    return (
        f"{place}: {function} never uses its argument {argument}, so that it gives the same for "
        f"every {argument}."
    )


def calls_itself(function: str, place: str) -> str:
    """A function that calls itself without an end."""
    return f"{place}: {function} calls itself here, again and again, until Python stops it."
