"""The rows of the figure of a computation, and which of them are folded into one so that it fits on
a screen."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from autograder.display.card import ALL, NAME, SHORT, Shown
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

#: A quantity and its gradient.
Row = tuple[Shown | None, Shown | None]
#: At least so many rows are folded.
MIN_RUN = 3
#: What stays a row of its own among what is folded: where the computation branches or joins, or the
#: ends of what leads around others.
BRANCHES, BRIDGES = 2, 1


class Level(NamedTuple):
    """A way to show a computation: how much cards show of what is right, of what follows, and of
    what is wrong besides the first wrong quantity; and whether runs of rows that are right, or of
    one other state, or all runs are one row each. What it ``keeps`` has a row of its own."""

    right: int = ALL
    follows: int = SHORT
    wrong: int = SHORT
    folds_right: bool = False
    folds_wrong: bool = False
    folds_all: bool = False
    keeps: int = 0


#: Each smaller than the one before: where something is wrong, and where all is right.
_LEVELS = (
    Level(),
    Level(folds_right=True, keeps=BRANCHES),
    Level(NAME, folds_right=True, keeps=BRANCHES),
    Level(folds_right=True, keeps=BRIDGES),
    Level(NAME, folds_right=True, keeps=BRIDGES),
    Level(folds_right=True),
    Level(NAME, folds_right=True),
    Level(NAME, NAME, folds_right=True),
    Level(NAME, NAME, NAME, folds_right=True),
    Level(NAME, NAME, NAME, folds_right=True, folds_wrong=True, keeps=BRIDGES),
    Level(NAME, NAME, NAME, folds_right=True, folds_wrong=True),
    Level(NAME, NAME, NAME, folds_right=True, folds_wrong=True, folds_all=True, keeps=BRIDGES),
    Level(NAME, NAME, NAME, folds_right=True, folds_wrong=True, folds_all=True),
)
_RIGHT_LEVELS = (
    Level(),
    Level(NAME),
    Level(NAME, folds_right=True, keeps=BRANCHES),
    Level(NAME, folds_right=True, keeps=BRIDGES),
    Level(NAME, folds_right=True),
)
#: The states of several quantities, the worst first.
_WORST = (WRONG, MISSING, FOLLOWS, RIGHT, GIVEN)


def first_wrong(trace: Sequence[Quantity]) -> str:
    """The name of the first wrong quantity; "" if there is none."""
    return next((quantity.name for quantity in trace if quantity.state == WRONG), "")


def levels(trace: Sequence[Quantity]) -> Sequence[Level]:
    """The ways to show a computation, each smaller than the one before."""
    is_right = all(quantity.state in (GIVEN, RIGHT) for quantity in trace)
    return _RIGHT_LEVELS if is_right else _LEVELS


def rows(trace: Sequence[Quantity], level: Level) -> list[Row]:
    """The rows of a figure: a quantity on the left, its gradient on the right."""
    first = first_wrong(trace)
    gradients: dict[str, Quantity] = {}
    others = []
    for q in trace:
        if q.kind == GRADIENT and q.of and q.of not in gradients:
            gradients[q.of] = q
        elif q.kind == GRADIENT:
            others.append(q)  # of what has no name
    pairs = [(q, gradients.pop(q.name, None)) for q in trace if q.kind != GRADIENT]
    found: list[Row] = [(_shown(q, first, level), _shown(g, first, level)) for q, g in pairs]
    found += [(None, _shown(q, first, level)) for q in [*gradients.values(), *others]]
    if level.folds_right and not any(right for _, right in found):
        found.sort(key=lambda row: row[0] is not None and row[0].quantity.state != GIVEN)
    kept = _kept(trace, first)
    if level.keeps:
        kept |= _branches(trace) if level.keeps == BRANCHES else _bridges(trace)
    return [*_folded(found, kept, level)]


def _shown(quantity: Quantity | None, first: str, level: Level) -> Shown | None:
    if quantity is None:
        return None
    if quantity.name == first:
        return Shown(quantity, (quantity.name,), ALL, is_first=True)
    detail = _detail(quantity.state, level)
    return Shown(quantity, (quantity.name,), detail)


def _detail(state: str, level: Level) -> int:
    details = {GIVEN: ALL, RIGHT: level.right, FOLLOWS: level.follows}
    return details.get(state, level.wrong)


def _kept(trace: Sequence[Quantity], first: str) -> set[str]:
    """What is not folded: the loss, the first wrong quantity, and what it is computed from, if that
    is little."""
    feeds = next((q.feeds for q in trace if q.name == first), ())
    losses = [quantity.name for quantity in trace if quantity.kind == LOSS]
    return {first, *losses, *(feeds if len(feeds) < MIN_RUN else ())}


def _branches(trace: Sequence[Quantity]) -> set[str]:
    """What several quantities are computed from, or what is computed from several that are."""
    computed = {q.name: q for q in trace if q.kind == ACTIVATION}
    feeds = {name: [f for f in q.feeds if f in computed] for name, q in computed.items()}
    used = Counter(name for sources in feeds.values() for name in sources)
    branches = {name for name in computed if used[name] > 1 or len(feeds[name]) > 1}
    return branches | _bridges(trace)


def _bridges(trace: Sequence[Quantity]) -> set[str]:
    """The ends of what leads around others: what a quantity is computed from directly, and through
    others too."""
    before: dict[str, set[str]] = {}
    found: set[str] = set()
    for q in trace:
        if q.kind == ACTIVATION:
            around = {s for s in q.feeds if any(s in before.get(other, ()) for other in q.feeds)}
            found |= {q.name, *around} if around else set()
            before[q.name] = {*q.feeds}.union(*(before.get(source, ()) for source in q.feeds))
    return found


def _folded(found: Sequence[Row], kept: set[str], level: Level) -> Iterator[Row]:
    def kind(row: Row) -> str:
        here = [shown for shown in row if shown is not None]
        if any(shown.quantity.name in kept for shown in here):
            return ""
        if level.folds_all:
            return "any"
        if all(shown.quantity.state in (GIVEN, RIGHT) for shown in here):
            return "right" if level.folds_right else ""
        states = {shown.quantity.state for shown in here}
        return min(states, key=_WORST.index) if level.folds_wrong else ""

    for what, run in itertools.groupby(found, kind):
        run_rows = list(run)
        if not what or len(run_rows) < MIN_RUN:
            yield from run_rows
        else:
            yield _together([r[0] for r in run_rows]), _together([r[1] for r in run_rows])


def _together(column: Sequence[Shown | None]) -> Shown | None:
    """One card for several, which speaks of those that are computed, if there are any."""
    several = [shown.quantity for shown in column if shown is not None]
    if len(several) < 2:
        return next((shown for shown in column if shown is not None), None)
    names = tuple(quantity.name for quantity in several)
    feeds = dict.fromkeys(name for q in several for name in q.feeds if name not in names)
    computed = [quantity for quantity in several if quantity.state != GIVEN] or several
    if len(computed) == 1:
        return Shown(computed[0]._replace(feeds=tuple(feeds)), names, NAME)
    states = [quantity.state for quantity in computed]
    state = min(states, key=_WORST.index)
    whole = computed[0]._replace(name=_title(computed), state=state, feeds=tuple(feeds), because="")
    ends = (computed[0].name, computed[-1].name)
    return Shown(whole, names, NAME, worst=states.count(state), ends=ends)


def _title(several: Sequence[Quantity]) -> str:
    """What several quantities are called: "12 layers", if they are parts of one result."""
    names = [quantity.name for quantity in several]
    roots = {name.partition("[")[0] for name in names}
    if len(roots) == 1:
        root = roots.pop()
        is_list = all(re.fullmatch(r"[^\[]+\[\d+\]", name) for name in names)
        return f"{len(names)} {root}" if is_list else f"{len(names)} of {root}"
    is_gradient = all(quantity.kind == GRADIENT for quantity in several)
    return f"{len(names)} {'gradients' if is_gradient else 'values'}"
