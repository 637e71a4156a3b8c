"""How a wrong quantity is made of the right one: rounded, clipped, scaled, with something added.

Each rule has to hold on every case, with the same constants. `messages.relation` says of one case
what can be said of it alone: a factor, a sign, a transposition.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations

import numpy as np

from autograder.judge import structure_messages as told
from autograder.judge.compare import differing
from autograder.judge.named_quantities import Given, Wrong
from autograder.judge.value_text import number

#: The most decimals to which somebody rounds.
MOST_DECIMALS = 8
#: The fewest entries that show a limit.
FEWEST_CLIPPED = 3
#: Which multiples of an argument are no constants.
PARTS = (0.25, 0.5, 1.0, 2.0, 3.0, 4.0)
#: A constant that somebody has written has few digits.
DIGITS = 4
#: What is added has to be so large beside the right value that it is not lost in rounding.
VISIBLE = 1e-6

Rule = Callable[[Wrong], str]


def structure(wrong: Wrong, rules: Sequence[Rule]) -> str:
    """The first sentence of some rules that is true on every case; "" if none is."""
    if any(each.got.shape != each.expected.shape for each in wrong.given):
        return ""
    with np.errstate(all="ignore"):
        return next(filter(None, (rule(wrong) for rule in rules)), "")


def _rounded(wrong: Wrong) -> str:
    for decimals in range(MOST_DECIMALS + 1):
        if all(_same(np.round(g.expected, decimals), g.got) for g in wrong.given):
            is_seen = any(g.got.any() for g in wrong.visible)
            return told.rounded(wrong.leaf.name, decimals) if is_seen else ""
    return ""


def _clipped(wrong: Wrong) -> str:
    """Right between two limits, and at a limit everywhere else."""
    off = [(g.got, g.expected, _differing(g)) for g in wrong.given]
    ends = [
        {
            float(got)
            for one, right, far in off
            for got in one[far & (right > one if upper else right < one)].ravel()
        }
        for upper in (False, True)
    ]
    if any(len(end) > 1 for end in ends) or not any(ends) or ends[0] == ends[1]:
        return ""
    low, high = (next(iter(end), None) for end in ends)
    wrong_ones = sum(int(far.sum()) for _, _, far in off)
    right_ones = sum(int((~far).sum()) for _, _, far in off)
    if wrong_ones < FEWEST_CLIPPED or right_ones < FEWEST_CLIPPED:
        return ""
    for got, _, far in off:
        inside = got[~far]
        if (low is not None and (inside < low).any()) or (
            high is not None and (inside > high).any()
        ):
            return ""
    seen = np.concatenate([given.got.ravel() for given in wrong.visible])
    if any(end is not None and not (_is_written(end) and end in seen) for end in (low, high)):
        return ""  # a limit that is reached on hidden cases only is not told
    return told.clipped(wrong.leaf.name, low, high)


def _scaled(wrong: Wrong) -> str:
    """Divided by a number that is another one on each case: its length, its sum, its maximum."""
    if not any(g.expected.size > 1 for g in wrong.visible):
        return ""
    sizes: Sequence[tuple[str, Callable[[np.ndarray], float]]] = (
        (told.LENGTH, lambda a: float(np.sqrt(np.sum(a * a)))),
        (told.SUM, lambda a: float(np.sum(a))),
        (told.LARGEST, lambda a: float(np.max(np.abs(a)))),
    )
    for what, size in sizes:
        if all(_same(g.expected / size(g.expected), g.got) for g in wrong.given):
            return told.divided(wrong.leaf.name, what)
    return ""


def _times_a_size(wrong: Wrong) -> str:
    """A multiple by a size of the exercise, which is not the same on all cases."""
    names = wrong.visible[0].case.dims
    for name in names:
        sizes = [g.case.dims.get(name) for g in wrong.given]
        if None in sizes or len(set(sizes)) < 2:
            continue
        for is_divided in (False, True):
            factors = [1 / s if is_divided else float(s) for s in sizes if s]
            if len(factors) == len(sizes) and all(
                _same(g.expected * f, g.got) for g, f in zip(wrong.given, factors, strict=True)
            ):
                return told.times_a_size(wrong.leaf.name, name, is_divided)
    return ""


def _added(wrong: Wrong) -> str:
    """The right value, and a constant, an argument, or a multiple of one added to it."""
    probe = max(wrong.visible, key=lambda g: g.got.size)
    numbers = [name for name, value in probe.scope.items() if not value.ndim]
    for scale in ("", *numbers):
        for name in ("", *probe.scope):
            if scale and (not name or name in numbers):
                continue
            factor = _factor(probe, scale, name)
            if factor is None or (scale and abs(factor) != 1) or _is_an_argument(wrong, factor):
                continue
            if all(_is_added(g, scale, name, factor) for g in wrong.given):
                return told.added(wrong.leaf.name, factor, f"{scale} * {name}" if scale else name)
    return ""


def _is_an_argument(wrong: Wrong, factor: float) -> bool:
    """Whether a constant may be made of an argument that is the same on all cases."""
    fixed = [1.0, *wrong.fixed.values()]
    known = [*fixed[1:], *(a + sign * b for a, b in combinations(fixed, 2) for sign in (1, -1))]
    near = [abs(factor / each) for each in known if each]
    return any(abs(ratio - part) < VISIBLE for ratio in near for part in PARTS)


def _term(given: Given, scale: str, name: str) -> np.ndarray | None:
    """What may be added, in the shape of the value; None if it has another one."""
    term = given.scope[name] if name else np.array(1.0)
    try:
        return np.broadcast_to(given.scope[scale] * term if scale else term, given.got.shape)
    except ValueError:
        return None


def _factor(given: Given, scale: str, name: str) -> float | None:
    """The written constant by which something was multiplied that was added; None if it was not."""
    term = _term(given, scale, name)
    if term is None:
        return None
    apart, at = given.got - given.expected, int(np.argmax(np.abs(term)))
    size = float(np.abs(term).flat[at])
    if not size or not np.max(np.abs(apart)) > VISIBLE * np.max(np.abs(given.expected)):
        return None
    factor = float(f"{apart.flat[at] / term.flat[at]:.{DIGITS}g}")
    return factor if factor and _is_added(given, scale, name, factor) else None


def _is_added(given: Given, scale: str, name: str, factor: float) -> bool:
    term = _term(given, scale, name)
    return term is not None and _same(given.expected + factor * term, given.got)


def _step(wrong: Wrong) -> str:
    """From what was given, a multiple of the right step."""
    probe = max(wrong.visible, key=lambda g: g.got.size)
    if probe.old is None or probe.old.shape != probe.got.shape:
        return ""
    right = probe.expected - probe.old
    at = int(np.argmax(np.abs(right)))
    factor = float(f"{(probe.got - probe.old).flat[at] / right.flat[at]:.{DIGITS}g}")
    if factor and all(_is_step(g, factor) for g in wrong.given):
        return told.step(wrong.leaf.name, number(factor))
    sizes = {name: [g.case.dims.get(name, 0) for g in wrong.given] for name in probe.case.dims}
    for name, known in sizes.items():
        if len(set(known)) > 1 and all(map(_is_step, wrong.given, known)):
            return told.step(wrong.leaf.name, name)
    return ""


def _is_step(given: Given, factor: float) -> bool:
    old = given.old
    return old is not None and _same(old + factor * (given.expected - old), given.got)


def _turned(wrong: Wrong) -> str:
    """The right value turned round."""
    for axis in range(max(g.got.ndim for g in wrong.given)):
        if all(axis < g.got.ndim and _same(np.flip(g.expected, axis), g.got) for g in wrong.given):
            return told.reversed_order(wrong.leaf.name, axis, wrong.visible[0].got.ndim)
    return ""


def _constant(wrong: Wrong) -> str:
    """One number in every entry on all cases."""
    first = wrong.visible[0].got.flat[0]
    if all((given.got == first).all() for given in wrong.given):
        return told.constant(wrong.leaf.name, float(first))
    return ""


def _fixed(wrong: Wrong) -> str:
    """The same on all cases of a shape, on which the right values differ."""
    by_shape: dict[tuple[int, ...], list[Given]] = {}
    for given in wrong.given:
        by_shape.setdefault(given.got.shape, []).append(given)
    several = [group for group in by_shape.values() if len(group) > 1]
    if not any(_differ(group) for group in several) or len(several) < len(by_shape):
        return ""
    is_fixed = all(np.array_equal(group[0].got, g.got) for group in several for g in group)
    return told.fixed(wrong.leaf.name) if is_fixed else ""


def _differ(group: Sequence[Given]) -> bool:
    return any(not _same(group[0].expected, given.expected) for given in group)


def _in_one_place(wrong: Wrong) -> str:
    """Wrong in the first, or in the last, entry or row or column only, of different numbers of
    these: at one place of a fixed number of them, much may be wrong."""
    axes = {g.got.ndim for g in wrong.given}
    if len(axes) > 1:
        return ""
    (count,) = axes
    for axis in range(min(count, 2)):
        if len({g.got.shape[axis] for g in wrong.given} - {1}) < 2:
            continue
        for end in (0, -1):
            if all(g.got.shape[axis] > 1 and _only_at(g, axis, end) for g in wrong.given):
                return told.only_at(wrong.leaf.name, axis, end, count)
    return ""


def _only_at(given: Given, axis: int, end: int) -> bool:
    far = np.moveaxis(_differing(given), axis, 0)
    rest = far[1:] if end == 0 else far[:-1]
    return bool(far[end].any()) and not rest.any()


def _differing(given: Given) -> np.ndarray:
    return differing(given.got, given.expected)


def _same(one: np.ndarray, two: np.ndarray) -> bool:
    return one.shape == two.shape and not differing(two, one).any()


def _is_written(constant: float) -> bool:
    return float(f"{constant:.{DIGITS}g}") == constant


#: What says more than an expression does, and what says less, each in the order of trying.
MADE_OF_THE_RIGHT_ONE: Sequence[Rule] = (_rounded, _clipped, _scaled, _times_a_size)
LIKE_THE_RIGHT_ONE: Sequence[Rule] = (_step, _added, _turned, _in_one_place)
#: What is done to each entry alone, without a constant that may be made of all of them.
ENTRY_BY_ENTRY: Sequence[Rule] = (_rounded,)
#: What is computed from nothing, where no check says so.
COMPUTED_FROM_NOTHING: Sequence[Rule] = (_constant, _fixed)
