"""Judges a gradient by numerical derivatives along random directions.

Along a direction m of unit length the derivative of E must be the sum of g·m over all entries. A
single wrong entry is wrong along every direction, and errors of several entries cancel along one by
coincidence only. So the number of evaluations does not grow with the number of entries. Each array
moves by so much that 0.1 % of a small entry counts equally in all of them. Arrays that are too
faint for that, or claimed to be zero, have a direction of their own instead.

A derivative is a central difference at two step sizes with Richardson extrapolation: with
D(h) = (E(θ + hm) − E(θ − hm)) / 2h, the value is (4·D(h/2) − D(h)) / 3, whose error is of order h⁴
(L. F. Richardson, Phil. Trans. Royal Soc. A 210, 1911, 307-357). Its estimated error is a sum:

- the distance of the value from D(h/2), which is a third difference of E;
- the fourth difference of E over 2h. At a kink (ReLU at 0, a tie of a maximum), where the others
  see nothing, it is as large as the jump of the derivative. It also shows by how much E was
  rounded, in its terms too: a loss of 1e-13 can be the sum of terms near 1;
- the rounding that differences along other directions show, since one can be 0 by chance. It is the
  second least of all step sizes.

There is a ladder of step sizes, and the value with the smallest estimated error counts, as in
C. Ridders (Advances in Engineering Software 4(2), 1982, 75-76). Nothing is refuted unless all steps
agree to within their errors: those of a rounded loss do not.

What is not confirmed at the given point may be at a kink, dead, or so well fitted that its gradient
is rounded off. So it is judged at two more points, one near by and one far away. It is right if the
given point confirms it; otherwise it is wrong if any point refutes it.

PyTorch's `gradcheck` in its fast mode compares along random directions too, one for each input, by
a central difference with one step size (1e-6 unless told) and tolerances that the caller sets.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

#: Lengths of a step along a direction of unit length, in the order in which they are tried.
STEPS = (1e-3, 1e-1, 1e-2, 1e-4, 1e-5, 1e-6)
#: Where a loss is evaluated for one derivative, in units of the step.
SHIFTS = (1.0, -1.0, 0.5, -0.5)
#: How many directions move all arrays at once.
DIRECTIONS = 4
#: What a small entry may be wrong by, as a share of it: 0.1 % must be seen, at half its weight.
SHARE = 1e-4
#: What all entries may be wrong by together. A loss of log(y + 1e-9) is off by 1e-8 where y is 0.1.
FORGIVEN = 1e-7
#: The largest ratio of two arrays' weights. An array that needs more weight is faint.
MOST_WEIGHT = 1e3
#: What is off by more than this share is not even roughly right.
FAR = 0.01
#: Along a faint array a derivative may be uncertain by this share of the loss.
FAINT = 1e-10
#: A loss that changes by more than this share as much over the shortest step as over the longest is
#: as good as random: no step is short enough for a derivative.
ROUGH = 0.01
#: The relative rounding error of a loss of a few operations.
ROUNDING = 4 * np.finfo(np.float64).eps
#: Points near by and far away: the share of the values that is kept, and of a random shift.
NUDGES = {1: (1.0, 0.03), 2: (0.0, 0.3)}
#: Parts in which entries are divided to find a wrong one.
PARTS = 16

Entry = tuple[str, tuple[int, ...]]
Variables = Mapping[str, np.ndarray]
#: Evaluates losses. A request is the index of the subject and variables; the loss is NaN where it
#: has no value. Requests are generated lazily: together they may take much memory.
Losses = Callable[[Iterable[tuple[int, Variables]]], Sequence[float]]
#: Whether it is enough that the losses were shown to depend on these variables, by subject.
Enough = Callable[[Sequence[frozenset[str]]], bool]
#: The gradients that are judged; None where there is none.
Gradients = Callable[[Sequence[tuple[int, Variables]]], Sequence[Mapping[str, np.ndarray] | None]]


class Judged(NamedTuple):
    """``passed`` is None if the gradient was neither confirmed nor refuted.

    ``depends_on`` names the variables on which the loss was shown to depend. ``entry`` is wrong:
    its derivative is claimed to be ``got``, and is ``value`` up to about ``error``. If ``nudged``,
    it is so at a point near by, or far away, and not at the given one.
    """

    passed: bool | None
    depends_on: frozenset[str]
    entry: Entry | None = None
    got: float = math.nan
    value: float = math.nan
    error: float = math.nan
    nudged: bool = False


class _Point(NamedTuple):
    """A subject with the gradient that is claimed where its variables have these values."""

    subject: int
    at: int
    variables: Variables
    grads: Variables


class _Direction(NamedTuple):
    """A random direction, generated whenever it is needed: all of them would take much memory.

    Along it a derivative may be wrong by ``allowed``. If ``faint``, it moves a faint array only.
    ``part`` is the range of entries that move, in the order of all entries.
    """

    seed: tuple[int, ...]
    weights: Mapping[str, float]
    allowed: float = 0.0
    faint: bool = False
    part: tuple[int, int] | None = None

    def move(self, variables: Variables) -> dict[str, np.ndarray]:
        """The direction itself, without arrays in which no entry moves."""
        rng, moves, first = np.random.default_rng(self.seed), {}, 0
        for name, value in variables.items():
            begin, end = self.part or (first, first + value.size)
            if name in self.weights:
                signs = rng.choice((-1.0, 1.0), value.size)
                move = self.weights[name] * signs * rng.uniform(0.5, 1.5, value.size)
                move[: max(0, begin - first)] = 0.0
                move[max(0, end - first) :] = 0.0
                if begin < first + value.size and first < end:
                    moves[name] = move.reshape(value.shape)
            first += value.size
        return moves


class _Ladder(NamedTuple):
    """What is claimed along a direction; by step, the derivative and its error; the loss itself,
    and whether it ``is_rough``."""

    got: float
    values: np.ndarray
    errors: np.ndarray
    loss: float
    is_rough: bool = False


class _Look(NamedTuple):
    """What was seen at a point; ``suspect`` is a direction and a step that refute its gradient. It
    ``is_far`` from right if it is off by more than `FAR` along every direction. The loss
    ``is_rough`` if it is along every direction."""

    point: _Point
    passed: bool | None
    depends_on: frozenset[str]
    suspect: tuple[_Direction, float] | None
    is_far: bool = False
    is_rough: bool = False


Plan = tuple[_Point, Sequence[_Direction], Sequence[float]]


def judge_gradients(
    subjects: Sequence[Variables],
    losses: Losses,
    gradients: Gradients,
    *,
    seed: int = 0,
    narrow: bool = False,
    nudged: bool = True,
    alike: int = 0,
    fixed: int = 0,
    enough: Enough | None = None,
) -> list[Judged]:
    """Judge the gradients of all subjects together, in few rounds of ``losses``.

    Without ``nudged`` each is judged at its own point only, so that none passes on a kink; and so
    are the last ``fixed`` ones. With
    ``narrow`` a wrong entry is looked for in each gradient that is refuted. The first ``alike``
    subjects are instances of one function, and may all have a verdict at once, as `at_once` says.
    Where it is ``enough`` that all are confirmed, and for what is refuted, no other points are
    asked.
    """
    movable = len(subjects) - fixed if nudged else 0
    given = _points([(at, 0, variables) for at, variables in enumerate(subjects)], gradients)
    looks = _looks(given, STEPS[:1], losses, seed)
    if verdict := _at_once(looks, alike, losses, seed):
        return [verdict for _ in subjects]
    again = [p for p in given if not _is_settled(p, looks, p.subject < movable)]
    looks = [k for k in looks if k.passed]
    if enough:
        passed = [k.point for k in looks]
        looks += _looks([p for p in again if not _is_among(p, passed)], STEPS, losses, seed)
        judged = _verdicts(looks, len(subjects))
        found = {verdict.passed for verdict in judged}
        if False in found or (found == {True} and enough([each.depends_on for each in judged])):
            return judged
        again = [p for p in again if not _is_settled(p, looks, p.subject < movable)]
    places = [(p, at) for p in again for at in NUDGES if p.subject < movable]
    elsewhere = [(p.subject, at, _nudged(p.variables, p.subject, at, seed)) for p, at in places]
    more = _points(elsewhere, gradients) if elsewhere else []
    looks += _looks(more if enough else [*again, *more], STEPS, losses, seed)
    judged = _verdicts(looks, len(subjects))
    wrong = [
        next(k for k in looks if k.point.subject == at and k.passed is False)
        for at, verdict in enumerate(judged)
        if narrow and verdict.passed is False
    ]
    for look, entry in zip(wrong, _narrowed(wrong, losses), strict=True):
        at = look.point.subject
        judged[at] = entry._replace(depends_on=judged[at].depends_on)
    return judged


def at_once(
    subjects: Sequence[Variables], gradients: Sequence[Variables], losses: Losses, seed: int = 0
) -> Judged | None:
    """The verdict on the gradients of instances of one function that few losses are enough for;
    None if it takes more. They are refuted if they are all far from right, since not every point is
    on a kink, or if one that is far is refuted. If the loss of one is rough, nothing is known."""
    points = [_Point(at, 0, *each) for at, each in enumerate(zip(subjects, gradients, strict=True))]
    looks = _looks(points, STEPS[:1], losses, seed)
    return _at_once(looks, len(points), losses, seed)


def _at_once(looks: Sequence[_Look], alike: int, losses: Losses, seed: int) -> Judged | None:
    """The same of the first ``alike`` subjects, of which the first step was tried."""
    first = [look for look in looks if look.point.subject < alike]
    far = [look for look in first if look.is_far]
    refuted = Judged(False, frozenset())
    if alike > 1 and len(far) == len(first):
        return refuted
    unclear = [] if any(look.passed for look in first) else first
    tried = _looks([look.point for look in (far or unclear)[:1]], STEPS, losses, seed)
    if any(look.passed is False for look in tried):
        return refuted
    return Judged(None, frozenset()) if any(look.is_rough for look in tried) else None


def _is_among(point: _Point, points: Sequence[_Point]) -> bool:
    return any(each is point for each in points)


def _points(requests: Sequence[tuple[int, int, Variables]], gradients: Gradients) -> list[_Point]:
    """The points at which there is a gradient."""
    claimed = gradients([(subject, variables) for subject, _, variables in requests])
    return [
        _Point(*request, {n: np.asarray(grads[n], dtype=np.float64) for n in request[2]})
        for request, grads in zip(requests, claimed, strict=True)
        if grads is not None
    ]


def nudges(variables: Variables, subject: int, seed: int) -> list[Variables]:
    """The values at which the gradient of a subject may be judged besides."""
    return [_nudged(variables, subject, at, seed) for at in NUDGES]


def _nudged(variables: Variables, subject: int, at: int, seed: int) -> dict[str, np.ndarray]:
    """Other values: near by, or far away and smaller. What is positive stays so far away."""
    rng, moved = np.random.default_rng((seed, subject, at)), {}
    keep, share = NUDGES[at]
    for name, value in variables.items():
        size = max(0.1, float(np.sqrt(np.mean(np.square(value))))) if value.size else 0.0
        shift = share * size * rng.normal(size=value.shape)
        moved[name] = keep * value + (np.abs(shift) if value.size and value.min() > 0 else shift)
    return moved


def _is_settled(point: _Point, looks: Sequence[_Look], all_names: bool) -> bool:
    """Whether a gradient is confirmed at a point, and shown to depend on all arrays."""
    names = {name for name, value in point.variables.items() if value.size and all_names}
    return any(k.passed and k.depends_on >= names for k in looks if k.point is point)


def _verdicts(looks: Sequence[_Look], count: int) -> list[Judged]:
    """The verdict on each of so many subjects."""
    return [_together([k for k in looks if k.point.subject == at]) for at in range(count)]


def _together(looks: Sequence[_Look]) -> Judged:
    """The verdict of all points. The given one comes first; what refutes a gradient is no kink, and
    what confirms it elsewhere may be that a wrong entry does not matter there."""
    depends_on = frozenset[str]().union(*(look.depends_on for look in looks))
    said = [look.passed for look in looks]
    if any(look.passed and not look.point.at for look in looks):
        return Judged(True, depends_on)
    return Judged(False if False in said else True if True in said else None, depends_on)


def _looks(
    points: Sequence[_Point], steps: Sequence[float], losses: Losses, seed: int
) -> list[_Look]:
    """What is seen at each point, without those where the loss has no value."""
    plans = [(point, _directions(point, seed), steps) for point in points]
    found = zip(plans, _ladders(plans, losses), strict=True)
    return [
        _look(point, directions, ladders)
        for (point, directions, _), ladders in found
        if not ladders or any(np.isfinite(ladder.errors).any() for ladder in ladders)
    ]


def _directions(point: _Point, seed: int) -> list[_Direction]:
    """Those that move all arrays in which an error is visible, and one for each other array."""
    small = {name: _small_entry(grad) for name, grad in point.grads.items() if grad.size}
    largest = max(small.values(), default=0.0)
    clear = {name: largest / s for name, s in small.items() if s * MOST_WEIGHT > largest}
    groups = [clear] * (DIRECTIONS if clear else 0)
    groups += [{name: 1.0} for name in small if name not in clear]
    directions = []
    for number, group in enumerate(groups):
        length = math.sqrt(sum(w * w * point.variables[name].size for name, w in group.items()))
        weights = {name: w / length for name, w in group.items()}
        allowed = SHARE * min(w * small[n] for n, w in weights.items())
        with np.errstate(over="ignore"):
            sizes = [w * float(np.linalg.norm(point.grads[n])) for n, w in weights.items()]
        if math.isfinite(together := math.hypot(*sizes)):
            allowed = max(allowed, FORGIVEN * together)
        key = (seed, point.subject, point.at, number)
        directions.append(_Direction(key, weights, allowed, group is not clear))
    return directions


def _small_entry(grad: np.ndarray) -> float:
    """A small absolute value of an array, as most of those that are not 0 exceed; 0 if all are."""
    sizes = np.abs(grad[np.isfinite(grad) & (grad != 0)])
    if not sizes.size:
        return 0.0
    largest = float(np.max(sizes))
    typical = largest * math.sqrt(float(np.mean(np.square(sizes / largest))))
    return max(float(np.quantile(sizes, 0.1, method="lower")), 0.01 * typical)


def _ladders(plans: Sequence[Plan], losses: Losses) -> list[list[_Ladder]]:
    """The numerical derivatives of all plans, in one round."""

    def requests() -> Iterator[tuple[int, Variables]]:
        for point, directions, steps in plans:
            yield point.subject, point.variables
            for direction in directions:
                move = direction.move(point.variables)
                for length in (step * shift for step in steps for shift in SHIFTS):
                    moved = {name: point.variables[name] + length * m for name, m in move.items()}
                    yield point.subject, {**point.variables, **moved}

    found = iter(losses(requests()) if plans else ())
    result = []
    for point, directions, steps in plans:
        shape = (len(directions), len(steps), len(SHIFTS))
        loss = float(next(found))
        around = np.array(list(itertools.islice(found, math.prod(shape))), dtype=np.float64)
        clear = np.array([not direction.faint for direction in directions], dtype=bool)
        values, errors = _extrapolated(loss, around.reshape(shape), np.array(steps), clear)
        result.append(
            [
                _Ladder(_claimed(point, direction), v, e, loss, rough)
                for direction, v, e, rough in zip(
                    directions, values, errors, _are_rough(loss, around.reshape(shape)), strict=True
                )
            ]
        )
    return result


def _are_rough(loss: float, around: np.ndarray) -> list[bool]:
    """Whether a loss changes about as much over the shortest of all steps as over the longest, by
    direction; and by more than it is rounded by. False if they were not all tried."""
    changes = np.max(np.abs(around - loss), axis=-1)
    if changes.shape[1] < len(STEPS):
        return [False] * len(changes)
    shortest, longest = changes[:, int(np.argmin(STEPS))], changes[:, int(np.argmax(STEPS))]
    found: list[bool] = (shortest > np.fmax(ROUGH * longest, FAINT * abs(loss))).tolist()
    return found


@np.errstate(invalid="ignore", over="ignore")
def _claimed(point: _Point, direction: _Direction) -> float:
    """The derivative along a direction as the gradient claims it."""
    moves = direction.move(point.variables)
    return float(sum(np.sum(point.grads[name] * move) for name, move in moves.items()))


@np.errstate(invalid="ignore", over="ignore")
def _extrapolated(
    loss: float, around: np.ndarray, steps: np.ndarray, clear: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Derivatives and their errors by direction and step, from losses at the `SHIFTS` of each."""
    far_up, far_down, up, down = np.moveaxis(around, -1, 0)
    coarse, fine = (far_up - far_down) / (2 * steps), (up - down) / steps
    values = (4 * fine - coarse) / 3
    fourth = np.abs(far_up + far_down - 4 * (up + down) + 6 * loss) / 2
    unsure = np.abs(values - fine) * steps + fourth
    rounding = ROUNDING * np.max(np.abs(around), axis=-1)
    most = np.max(unsure[clear] if clear.any() else unsure, axis=0, initial=0.0)
    rounding += np.sort(most[np.isfinite(most)])[:2].max(initial=0.0)
    rounding += _jump(np.abs(around - loss), steps, clear) + _last_decimal(around)
    errors = (unsure + rounding) / steps
    known = np.isfinite(errors)
    return np.where(known, values, np.nan), np.where(known, errors, np.inf)


def _jump(changes: np.ndarray, steps: np.ndarray, clear: np.ndarray) -> float:
    """The size of the jumps of a loss that is constant over some steps, and 0 of others.

    Faint arrays may be dead, so that nothing changes along them.
    """
    flat = np.max(changes, axis=-1) == 0
    stuck = (flat[clear] if clear.any() else flat[~flat.all(axis=1)]).any(axis=0)
    if not stuck.any():
        return 0.0
    # Up to ten times as far as that, it changes by few jumps.
    return float(np.max(changes[:, steps < 11 * np.max(steps[stuck])])) or math.inf


def _last_decimal(losses: np.ndarray) -> float:
    """The last decimal of losses that were all rounded to the same; 0 of others."""
    known = losses[np.isfinite(losses)]
    if known.size and np.ptp(known) > 0:
        for decimals in range(13):
            if (np.round(known, decimals) == known).all():
                return 10.0**-decimals
    return 0.0


def _look(point: _Point, directions: Sequence[_Direction], ladders: Sequence[_Ladder]) -> _Look:
    said = [_confirms(*each) for each in zip(directions, ladders, strict=True)]
    is_far = all(map(_is_far, directions, ladders))
    clear = [la.is_rough for d, la in zip(directions, ladders, strict=True) if not d.faint]
    is_rough = bool(clear) and all(clear)
    passed = False if False in said else None if None in said else True
    if passed is False:
        at = said.index(False)
        step = STEPS[int(np.argmin(ladders[at].errors))]
        return _Look(point, False, frozenset(), (directions[at], step), is_far, is_rough)
    names = [
        name
        for direction, ladder in zip(directions, ladders, strict=True)
        for name in direction.weights
        if passed and _differs_from_zero(direction, ladder) and not is_even(point.grads[name])
    ]
    return _Look(point, passed, frozenset(names), None, is_far, is_rough)


def _is_far(direction: _Direction, ladder: _Ladder) -> bool:
    """Whether what is claimed along a direction is not even roughly right."""
    value, error = float(ladder.values[0]), float(ladder.errors[0])
    return direction.faint or abs(ladder.got - value) > FAR * abs(value) + 100 * error


def _confirms(direction: _Direction, ladder: _Ladder) -> bool | None:
    """Whether numerical derivatives confirm or refute what is claimed along a direction."""
    known = np.isfinite(ladder.errors)
    values, errors = ladder.values[known], ladder.errors[known]
    apart = np.nan_to_num(np.abs(ladder.got - values), nan=np.inf, posinf=np.inf)
    near = apart <= 4 * errors + direction.allowed
    if not direction.faint and (near & (4 * errors <= direction.allowed)).any():
        return True
    # The steps disagree on a rounded loss, which is constant over one and jumps over another.
    limits = 8 * (errors[:, None] + errors)
    if values.size < 2 or (np.abs(values[:, None] - values) > limits).any():
        return None
    best = int(np.argmin(errors))
    sure = max(direction.allowed, FAINT * abs(ladder.loss) if direction.faint else 0.0)
    if near[best]:
        return True if direction.faint and near.all() and 4 * errors[best] <= sure else None
    # Many kinks at one place may cancel in the estimated error, but hardly so well as this.
    certain = 4 * errors[best] <= max(sure, SHARE * float(apart[best]))
    several = np.sum(apart > 8 * errors + direction.allowed) > 1
    return False if certain and several else None


def _differs_from_zero(direction: _Direction, ladder: _Ladder) -> bool:
    """Whether a confirmed derivative shows that the loss depends on what moved."""
    best = int(np.argmin(ladder.errors))
    return not direction.faint or bool(abs(ladder.values[best]) > 8 * ladder.errors[best])


def is_even(grad: np.ndarray) -> bool:
    """A loss that depends on the sum of an array's entries only is not a network's."""
    return grad.size > 1 and bool(np.ptp(grad) < 0.01 * np.max(np.abs(grad)))


def _narrowed(looks: Sequence[_Look], losses: Losses) -> list[Judged]:
    """A wrong entry of each: the part whose derivative is the furthest off is divided again."""
    suspects = [look.suspect for look in looks if look.suspect]
    ends = [sum(v.size for v in look.point.variables.values()) for look in looks]
    parts = [(0, end) for end in ends]
    plans: list[Plan] = []
    while any(end - begin > 1 for begin, end in parts):
        plans.clear()
        for look, (direction, step), (begin, end) in zip(looks, suspects, parts, strict=True):
            cuts = np.unique(np.linspace(begin, end, PARTS + 1).astype(int)).tolist()
            divided = [direction._replace(part=part) for part in itertools.pairwise(cuts)]
            plans.append((look.point, divided, (step,)))
        parts = [
            max(zip(plan[1], ladders, strict=True), key=_distance)[0].part or (0, 0)
            for plan, ladders in zip(plans, _ladders(plans, losses), strict=True)
        ]
    plans.clear()
    for look, part in zip(looks, parts, strict=True):
        ones = dict.fromkeys(look.point.variables, 1.0)
        plans.append((look.point, [_Direction((0,), ones, part=part)], STEPS))
    return [
        _entry(plan[0], plan[1][0], ladders[0])
        for plan, ladders in zip(plans, _ladders(plans, losses), strict=True)
    ]


def _distance(found: tuple[_Direction, _Ladder]) -> float:
    ladder = found[1]
    apart = abs(ladder.got - float(ladder.values[0]))
    return -1.0 if math.isnan(ladder.values[0]) else math.inf if math.isnan(apart) else apart


def _entry(point: _Point, direction: _Direction, ladder: _Ladder) -> Judged:
    """The entry that a direction moves, if it is wrong indeed."""
    [(name, move)] = direction.move(point.variables).items()
    index = tuple(int(axis) for axis in np.argwhere(move)[0])
    best, by = int(np.argmin(ladder.errors)), float(move[index])
    got, value = float(point.grads[name][index]), float(ladder.values[best]) / by
    error = float(ladder.errors[best]) / abs(by)
    if abs(got - value) <= 4 * error:
        return Judged(False, frozenset())
    return Judged(False, frozenset(), (name, index), got, value, error, point.at > 0)
