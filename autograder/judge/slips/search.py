"""Searches functions for slips: tries changes of the source, and names one that makes more right.

Only visible cases are asked, in a process that was given nothing else, so that a sentence depends
on no hidden number.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from autograder.judge.parts import has_all_forms
from autograder.judge.slips import (
    attributes,
    builtins_on_arrays,
    calls,
    conditions,
    lists,
    outside_names,
    precedence,
    products,
    returns,
    signs,
    sizes,
    stops,
    written_arrays,
)
from autograder.judge.slips.edits import Asked, Change, Edit, Slips
from autograder.judge.slips.source import code
from autograder.judge.slips.trials import UNCHANGED, Run, Searched, Tried, is_lost, try_changes
from autograder.text import listed

#: The most changes of one function that are tried, and the most pairs of edits.
MOST_CHANGES, MOST_PAIRS = 120, 40
#: The most changes of all functions; and where all is there in its shape, and only numbers are
#: wrong: few slips do that.
MOST_OF_ALL, MOST_OF_NUMBERS = 160, 32
#: So many functions are searched of which only numbers are wrong.
MOST_SEARCHED = 4
Rule = Callable[[Asked], Iterator[Edit]]
#: Gives the edits of a rule in one function.
Edits = Callable[[Rule], Iterator[Edit]]
Found = TypeVar("Found", Edit, Change)
#: Rules of one edit each, in the order in which their sentences are preferred. Of these, two
#: edits are tried together: more could make things right by chance.
PAIRED: Sequence[Rule] = (
    returns.missing_returns,
    signs.statements,
    signs.brackets,
    signs.attributes,
    signs.without_brackets,
    signs.without_module,
    signs.unpacked_dicts,
    precedence.operators,
    outside_names.misspelt_functions,
    outside_names.misspelt_keys,
    attributes.overwritten,
    attributes.other_objects,
    attributes.without_object,
    products.products,
)
EDITS: Sequence[Rule] = (
    calls.def_line,
    *PAIRED[:-1],
    conditions.conditions,
    outside_names.other_dicts,
    precedence.precedence,
    calls.swapped_arguments,
    calls.whole_dicts,
    products.products,
    products.transposed,
    builtins_on_arrays.single_numbers,
    builtins_on_arrays.whole_numbers,
    builtins_on_arrays.sums,
    builtins_on_arrays.one_too_many,
    precedence.closed_late,
    returns.returned,
    returns.not_added_up,
    sizes.rounds,
    lists.appended,
    lists.in_place,
)
#: Rules that make whole changes.
CHANGES: Sequence[Callable[[Asked], Iterator[Change]]] = (
    returns.dedented,
    outside_names.global_names,
    outside_names.misspelt,
    outside_names.hidden_functions,
    sizes.written_in,
    written_arrays.arrays_written_in,
    lists.defaults,
    lists.copied_arguments,
)


def find_slips(searched: Sequence[Searched], run: Run) -> Slips:
    """The slips of functions; those in which none is found are left out."""
    tried, of_numbers = list[Tried](), 0
    for each in searched:
        is_of_numbers = _has_all_forms(each.asked)
        of_numbers += is_of_numbers
        if is_of_numbers and of_numbers > MOST_SEARCHED:
            continue
        most = (MOST_OF_NUMBERS if is_of_numbers else MOST_OF_ALL) // len(searched)
        most = min(most, MOST_CHANGES)
        edits = _kept(each.asked)
        changes = _changes(each.asked, most, edits)
        tried.append(Tried(each, changes, _pairs(each.asked, edits) if is_lost(each.asked) else []))
    return try_changes(tried, run)


def _has_all_forms(asked: Asked) -> bool:
    return not is_lost(asked) and all(
        has_all_forms(case, asked.function.name, outcome.value)
        for case, outcome in zip(asked.cases, asked.outcomes, strict=True)
    )


def _kept(asked: Asked) -> Edits:
    """The edits of each rule, which are made once, however often they are asked for."""
    made: dict[Rule, Iterator[Edit]] = {}

    def edits(rule: Rule) -> Iterator[Edit]:
        made[rule], found = itertools.tee(made.get(rule) or rule(asked))
        return found

    return edits


def _changes(asked: Asked, most: int, found: Edits) -> list[Change]:
    """What is tried first, at most so many each: the edits, all edits of a kind, and the changes
    of several. ``found`` are the edits of each rule."""
    edits = _in_turn([found(rule) for rule in EDITS], most)
    by_kind: dict[str, dict[int, Edit]] = {}
    for edit in edits:
        by_kind.setdefault(edit.kind, {}).setdefault(id(edit.at), edit)
    changes = [Change(e.text, _line(asked, e), [e], whole=e.whole) for e in edits]
    together = [_together(asked, [*group.values()]) for group in by_kind.values() if len(group) > 1]
    others = _in_turn([rule(asked) for rule in CHANGES], most)
    cut = stops.as_far_as_it_gets(asked) if asked.function.takes_data else None
    first = [_unchanged(asked), *([cut] if cut else [])]
    return [*first, *changes, *together, *others]


def _in_turn(rules: Sequence[Iterator[Found]], most: int) -> list[Found]:
    """So many of what rules find at most, in their order. One that finds much in a long function
    leaves room for the others."""
    found: list[tuple[int, Found]] = []
    left = dict(enumerate(rules))
    while left and len(found) < most:
        for at, rule in list(left.items()):
            item = next(rule, None)
            if item is None:
                del left[at]
            else:
                found.append((at, item))
    return [item for _, item in sorted(found[:most], key=lambda each: each[0])]


def _unchanged(asked: Asked) -> Change:
    return Change(UNCHANGED, asked.written.node.lineno, [])


def _together(asked: Asked, edits: Sequence[Edit]) -> Change:
    """All edits of a kind."""
    first, *others = edits
    lines = [_line(asked, edit) for edit in others]
    same = [f"`{code(edit.at)}`" for edit in others if _line(asked, edit) == _line(asked, first)]
    text = f"{first.text} The same with {listed(same)}." if same else first.text
    return Change(text, _line(asked, first), [first, *others], also=lines, several=True)


def _pairs(asked: Asked, found: Edits | None = None) -> list[Change]:
    """Two edits of different places, the most likely ones first."""
    every = itertools.chain.from_iterable(map(found or _kept(asked), PAIRED))
    edits = [*itertools.islice(every, MOST_PAIRS)]  # the rest is in none of the first pairs
    pairs = sorted(itertools.combinations(range(len(edits)), 2), key=sum)[:MOST_PAIRS]
    changes = [
        Change(
            edits[one].text,
            _line(asked, edits[one]),
            [edits[one], edits[other]],
            second=(_line(asked, edits[other]), edits[other].text),
            several=True,
        )
        for one, other in pairs
        if edits[one].at is not edits[other].at
    ]
    return [_unchanged(asked), *changes] if changes else []


def _line(asked: Asked, edit: Edit) -> int:
    return getattr(edit.at, "lineno", asked.written.node.lineno)
