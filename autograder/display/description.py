"""The figure of a computation in words: its caption, and its content for screen readers."""

from __future__ import annotations

from autograder.display.card import numbers
from autograder.display.folding import first_wrong
from autograder.report import (
    ACTIVATION,
    FOLLOWS,
    GIVEN,
    GRADIENT,
    LOSS,
    MISSING,
    RIGHT,
    WRONG,
    Quantity,
)

Trace = tuple[Quantity, ...]

#: So many characters fit on a line of words.
_LINE = 400


def caption(trace: Trace, instance: str = "") -> str:
    """The caption: which instance it is, and, if that is not obvious, which activations the
    derivatives were given."""
    which = f"visible instance {instance!r}" if instance else "first visible instance"
    text = f"Your numbers on the {which}."
    gradients = [quantity for quantity in trace if quantity.kind == GRADIENT]
    names = {quantity.name for quantity in gradients}
    wrong = any(q.kind == ACTIVATION and q.state not in (GIVEN, RIGHT) for q in trace)
    on_own = any(q.because and q.because not in names for q in gradients)
    if wrong and gradients and not on_own and any(quantity.kind == LOSS for quantity in trace):
        text += " The loss and the gradients are checked by themselves, on the right activations."
    return text


def description(trace: Trace) -> str:
    """The content of the figure as text, for screen readers."""
    first = first_wrong(trace)
    sentences = [_describe(q, q.name == first) for q in trace if q.state in (WRONG, MISSING)]
    following: dict[str, list[str]] = {}
    for quantity in trace:
        if quantity.state == FOLLOWS:
            following.setdefault(quantity.because, []).append(quantity.name)
    for cause, names in following.items():
        verb = "follows" if len(names) == 1 else "follow"
        sentences.append(f"{', '.join(names)} {verb} from {cause}.")
    right = ", ".join(quantity.name for quantity in trace if quantity.state == RIGHT)
    return " ".join([*sentences, *([f"Right: {right}."] if right else [])])


def _describe(quantity: Quantity, first: bool) -> str:
    if quantity.state == MISSING:
        return f"{quantity.name} is missing."
    what = f"The first wrong quantity is {quantity.name}" if first else f"{quantity.name} is wrong"
    details = ", ".join(
        " ".join(f"{label} {' '.join(texts)}".split()) for label, texts in numbers(quantity, _LINE)
    )
    return f"{what}: {details}." if details else f"{what}."
