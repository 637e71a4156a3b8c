"""Searches functions for slips: tries changes of the source, and names one that makes more right.

Only visible cases are asked, in a process that was given nothing else, so that a sentence depends
on no hidden number.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator, Sequence, Set
from typing import Any, NamedTuple

from autograder.judge.compare import case_leaves, is_right
from autograder.judge.observe import OwnResults, add_own
from autograder.judge.parts import right_parts
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
)
from autograder.judge.slips.edits import Asked, Change, Edit, Mend, Slips, source_of
from autograder.judge.slips.source import code
from autograder.sandbox.calls import Call, Caller, Cell, Outcome
from autograder.text import listed

#: The most changes of one function that are tried, and the most pairs of edits.
MOST_CHANGES, MOST_PAIRS = 160, 60
#: By what name a changed function is called.
NAME = "_{}_as_meant_{}"
#: So many changes are called at once, and for so many seconds: then what is found is enough.
AT_ONCE, SECONDS = 40, 5.0
#: Runs more cells after those of the submission, in a fresh process, and gives what calls there.
Run = Callable[[Sequence[Cell]], Caller]
Rule = Callable[[Asked], Iterator[Edit]]
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
    lists.defaults,
    lists.copied_arguments,
)


#: In the place of a sentence: the function as it was written. Where that is right, its source is
#: not what is wrong: a name was bound to something else below it.
UNCHANGED = "unchanged"


class Searched(NamedTuple):
    """A function that is searched, the helpers that are served to it, and where it gets results of
    the student's own."""

    asked: Asked
    served: tuple[str, ...]
    own: OwnResults


def find_slips(searched: Sequence[Searched], run: Run) -> Slips:
    """The slips of functions; those in which none is found are left out."""
    found = _try([(each, _changes(each.asked)) for each in searched], run)
    rest = [each for each in searched if each.asked.function.name not in found.sentences]
    pairs = [(each, _pairs(each.asked)) for each in rest if _is_lost(each.asked)]
    if not any(changes for _, changes in pairs):
        return found
    more = _try(pairs, run)
    return Slips({**found.sentences, **more.sentences}, {**found.mends, **more.mends})


def _is_lost(asked: Asked) -> bool:
    """Whether a function raises somewhere, so that one change may show nothing."""
    return not all(outcome.returned for outcome in asked.outcomes)


def _edits(asked: Asked, rules: Sequence[Rule]) -> list[Edit]:
    return [edit for rule in rules for edit in rule(asked)]


def _changes(asked: Asked) -> list[Change]:
    """What is tried first: each edit, all edits of a kind, and each change of several."""
    edits = _edits(asked, EDITS)
    changes = [Change(e.text, _line(asked, e), [e], whole=e.whole) for e in edits]
    by_kind: dict[str, dict[int, Edit]] = {}
    for edit in edits:
        by_kind.setdefault(edit.kind, {}).setdefault(id(edit.at), edit)
    for group in by_kind.values():
        if len(group) > 1:
            changes.append(_together(asked, [*group.values()]))
    others = [change for rule in CHANGES for change in rule(asked)][:MOST_CHANGES]
    cut = stops.as_far_as_it_gets(asked) if asked.function.takes_data else None
    first = [_unchanged(asked), *([cut] if cut else [])]
    return [*first, *changes[: MOST_CHANGES - len(others)], *others]


def _unchanged(asked: Asked) -> Change:
    return Change(UNCHANGED, asked.written.node.lineno, [])


def _together(asked: Asked, edits: Sequence[Edit]) -> Change:
    """All edits of a kind."""
    first, *others = edits
    lines = [_line(asked, edit) for edit in others]
    same = [f"`{code(edit.at)}`" for edit in others if _line(asked, edit) == _line(asked, first)]
    text = f"{first.text} The same with {listed(same)}." if same else first.text
    return Change(text, _line(asked, first), [first, *others], also=lines, several=True)


def _pairs(asked: Asked) -> list[Change]:
    """Two edits of different places, the most likely ones first."""
    edits = _edits(asked, PAIRED)[:MOST_PAIRS]  # the rest is in none of the first pairs
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


def _try(tried: Sequence[tuple[Searched, Sequence[Change]]], run: Run) -> Slips:
    """Make the changes and the calls, and name for each function the best change."""
    cells: list[Cell] = []
    names = [[_add(each.asked, change, cells) for change in changes] for each, changes in tried]
    found = Slips({}, {})
    if not cells:
        return found
    by_name = dict(zip(itertools.chain.from_iterable(names), cells, strict=True))
    call = run(cells)
    until = time.monotonic() + SECONDS
    for (each, changes), called in zip(tried, names, strict=True):
        asked = each.asked
        before, arguments = _arguments(each)
        outcomes: list[Sequence[Outcome]] = []
        for start in range(0, len(called), AT_ONCE):
            if time.monotonic() > until or any(_right(asked, gave) for gave in outcomes[-AT_ONCE:]):
                break
            some = called[start : start + AT_ONCE]
            made = [_call(each, name, given) for name in some for given in arguments]
            gave = call([*before, *made])[len(before) :]
            outcomes += [
                gave[at : at + len(arguments)] for at in range(0, len(made), len(arguments))
            ]
        best, change = _best(asked, changes[: len(outcomes)], outcomes)
        if best:
            found.sentences[asked.function.name] = best
        if change is not None:
            name = called[changes.index(change)]
            found.mends[asked.function.name] = Mend(name, by_name[name])
    return found


def _add(asked: Asked, change: Change, cells: list[Cell]) -> str:
    """Add the cell of a change; returns the name of the function in it."""
    name = NAME.format(asked.function.name.replace(".", "_"), len(cells))
    cells.append(Cell(source_of(asked, change, name), asked.written.cell.label))
    return name


def _call(each: Searched, name: str, arguments: tuple[Any, ...]) -> Call:
    """The call of a changed function, or of a probe with it in the place of its own."""
    own = each.asked.function
    if own.takes_data:
        return Call(name, arguments, served=each.served)
    return Call(own.name, arguments, served=each.served, instead=((own.name, name),))


def _arguments(each: Searched) -> tuple[list[Call], list[tuple[Any, ...]]]:
    """The arguments on each case, and the calls that give the student's own results among them."""
    asked, calls, arguments = each.asked, list[Call](), []
    for case in asked.cases:
        own = add_own(calls, asked.function, case, each.own.get(case.label))
        arguments.append(tuple(own.get(n, case.inputs[n]) for n in asked.function.arguments))
    return calls, arguments


def _best(
    asked: Asked, changes: Sequence[Change], outcomes: Sequence[Sequence[Outcome]]
) -> tuple[str | None, Change | None]:
    """The sentence of the first change that makes everything right, and that change; or else of the
    one that makes the most right, and None."""
    before = _right(asked, asked.outcomes)
    kept = _parts(asked, asked.outcomes)
    stopped, best, most = None, None, kept
    for change, after in zip(changes, outcomes, strict=True):
        parts = _parts(asked, after)
        if change.text is UNCHANGED:
            if parts > kept or (_right(asked, after) and not before):
                return None, None
            continue
        if _right(asked, after) and not before and change.text:
            return _sentence(asked, change, None), change
        if not change.text:
            # What was right before it stopped is not made right by a change that lets it go on.
            stopped, kept, most = change, kept | parts, kept | parts
        elif parts > most and not change.whole and (stopped or not _is_lost(asked)):
            best, most = change, parts
    if best:
        return _sentence(asked, best, _in_order(asked, most - kept)), None
    if stopped and kept:
        return _stopped(asked, stopped, _in_order(asked, kept)), None
    return None, None


def _in_order(asked: Asked, parts: Set[str]) -> list[str]:
    leaves = case_leaves(asked.cases[0], asked.function.name)
    return [leaf.name for leaf in leaves if leaf.name in parts]


def _right(asked: Asked, outcomes: Sequence[Outcome]) -> bool:
    """Whether results are right on all cases, and no argument was changed."""
    return all(
        is_right(case, asked.function.name, outcome) and not outcome.changed
        for case, outcome in zip(asked.cases, outcomes, strict=True)
    )


def _parts(asked: Asked, outcomes: Sequence[Outcome]) -> set[str]:
    """The parts that are right on all cases."""
    if not all(outcome.returned for outcome in outcomes):
        return set()
    found = (
        right_parts(case, asked.function.name, outcome.value)
        for case, outcome in zip(asked.cases, outcomes, strict=True)
    )
    return set.intersection(*found)


def _stopped(asked: Asked, change: Change, right: Sequence[str]) -> str:
    """What a function has right before it stops."""
    verb = "is" if len(right) == 1 else "are"
    return (
        f"{asked.written.place(change.line)}: {asked.function.name} stops here. Up to here, "
        f"{listed(right)} {verb} right. Mend this line, or leave out what it is for and return the rest: "
        "what is right has points."
    )


def _sentence(asked: Asked, change: Change, parts: Sequence[str] | None) -> str:
    written = asked.source.functions.get(change.where, asked.written)
    also = [str(written.line(at)) for at in sorted({*change.also} - {change.line})]
    others = f" The same in line {listed(also)}." if also else ""
    if change.second:
        line, text = change.second
        others += f"\n{written.place(line)}: {text}"
    then = "everything on the visible instances is right"
    if parts:
        verb = "is" if len(parts) == 1 else "are"
        then = f"{listed(parts)} {verb} right on the visible instances, and the rest is not yet"
    alone = "With these changes" if change.several else "With this change alone"
    return f"{written.place(change.line)}: {change.text}{others}\n{alone} {then}."
