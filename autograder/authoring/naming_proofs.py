"""The proofs of what is named: of declared and generated mistakes, alone and combined."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Callable, Iterator, Sequence

from autograder.authoring.mutation_score import (
    CONSISTENT,
    EXCLUDED,
    HIDDEN,
    MEASURED,
    Combination,
    Score,
    score,
)
from autograder.authoring.proof import Proof
from autograder.exercise.answer_key import AnswerKey
from autograder.exercise.mistake import Mistake
from autograder.exercise.solution import Solution

#: So many combinations of each kind are tried, unless more are asked for.
COMBINATIONS = 100
#: The least share that must be recognised, by the number of mistakes that are made. Those of one
#: function may be in one line, and have no quantity of their own; and so may those of methods, for
#: which no right ones can stand: what one gives wrong numbers, all that use it do.
RECOGNISED = {1: 0.98, 2: 0.95, 3: 0.9}
IN_ONE = {2: 0.0, 3: 0.0}
NOUNS = {2: "pairs", 3: "triples"}
#: So many are drawn for each that is tried: two draws may be the same.
DRAWS = 20
#: So many that are missed, or not recognised, are listed.
LISTED = 5


def naming_proofs(solution: Solution, answer_key: AnswerKey, count: int) -> Iterator[Proof]:
    """All mistakes must be rejected, alone and combined, and a share of them recognised; no name
    may be false. So many combinations are tried of each kind, of mistakes that are rejected
    alone."""
    declared, generated = solution.exercise.mistakes, solution.generated
    missed: list[str] = []
    for what, mistakes in (("single", declared), ("generated", generated)):
        found = score(solution, answer_key, [[mistake] for mistake in mistakes])
        missed += found.missed
        yield _proof(found, f"{what} mistakes", RECOGNISED[1])
    told = [each for each in solution.mistakes if each.message.strip() and each.id not in missed]
    has_methods = not all(function.takes_data for function in answer_key.functions)
    for size, noun in NOUNS.items():
        for where, in_one in (("across functions", False), ("in one function", True)):
            drawn = combinations(told, size, in_one, count)
            if drawn:
                found = score(solution, answer_key, drawn)
                # Of a few combinations, one may always be left out.
                one_less = 1 - 1 / max(1, found.judged)
                least = min((IN_ONE if in_one or has_methods else RECOGNISED)[size], one_less)
                yield _proof(found, f"{noun} of mistakes {where}", least)


def combinations(
    mistakes: Sequence[Mistake], size: int, in_one: bool, count: int
) -> list[Combination]:
    """So many different combinations of mistakes, all ``in_one`` function or each in another one,
    drawn at random and the same each time; fewer if there are not so many."""
    wanted = 1 if in_one else size

    def is_meant(each: Combination) -> bool:
        return len({mistake.function for mistake in each}) == wanted

    rng = random.Random(size)  # noqa: S311
    if math.comb(len(mistakes), size) <= DRAWS * count:
        every = list[Combination](filter(is_meant, itertools.combinations(mistakes, size)))
        return every if len(every) <= count else rng.sample(every, count)
    drawn = dict[frozenset[str], Combination]()
    draw = _draw_in_one(mistakes, size, rng) if in_one else lambda: rng.sample(mistakes, size)
    for _ in range(DRAWS * count):
        each = draw()
        if len(drawn) < count and is_meant(each):
            drawn.setdefault(frozenset(mistake.id for mistake in each), each)
    return list(drawn.values())


def _draw_in_one(
    mistakes: Sequence[Mistake], size: int, rng: random.Random
) -> Callable[[], Combination]:
    """Draws a mistake, and others of its function."""
    by_function: dict[str, list[Mistake]] = {}
    for mistake in mistakes:
        by_function.setdefault(mistake.function, []).append(mistake)
    groups = [group for group in by_function.values() if len(group) >= size]
    sizes = [len(group) for group in groups]
    return lambda: rng.sample(rng.choices(groups, sizes)[0], size) if groups else []


def _proof(found: Score, what: str, least: float) -> Proof:
    kinds = (EXCLUDED, HIDDEN, CONSISTENT, MEASURED)
    others = [f"{found.counts[kind]} {kind}" for kind in kinds if found.counts[kind]]
    besides = f"; besides, {', '.join(others)}" if others else ""
    if not found.judged:
        return Proof(not found.misnamed, f"there are no {what}{besides}")
    judged, share = found.judged, found.recognised / found.judged
    text = (
        f"of {judged} {what}, {found.rejected} are rejected ({found.rejected / judged:.1%}) "
        f"and {found.recognised} recognised ({share:.1%}); {len(found.partly)} are named in part "
        f"or not at all, {len(found.misnamed)} under another name{besides}"
    )
    lists = {"missed": found.missed, "under another name": found.misnamed}
    if share < 1:
        lists["in part or not at all"] = found.partly
    text += "".join(f"; {which}: {_listed(each)}" for which, each in lists.items() if each)
    holds = not found.missed and not found.misnamed and share >= least
    return Proof(holds, text)


def _listed(names: Sequence[str]) -> str:
    """The first of some, and how many more there are."""
    more = [f"and {len(names) - LISTED} more"] if len(names) > LISTED else []
    return "; ".join([*names[:LISTED], *more])
