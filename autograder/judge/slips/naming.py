"""Names the slip in a function: by its results, by its source, or by the sizes it is right for."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Sequence
from typing import NamedTuple

from autograder.exercise.function import Function
from autograder.judge.exceptions import is_elsewhere
from autograder.judge.observe import Observation, OwnResults
from autograder.judge.slips import messages
from autograder.judge.slips.by_result import explained, number_of_losses, only_these_sizes
from autograder.judge.slips.edits import Asked, Slips
from autograder.judge.slips.misplaced import misplaced
from autograder.judge.slips.search import find_slips
from autograder.judge.slips.source import Source, Written, called, read_source
from autograder.judge.slips.trials import Run, Searched
from autograder.sandbox.calls import Cell
from autograder.sandbox.plain import numbers
from autograder.text import visible_text

#: Names and keys are as long as a student makes them.
MAX_TEXT = 2_000
#: With more numbers among the arguments, a changed product may take much time and memory.
MOST_NUMBERS = 2_000


class Named(NamedTuple):
    """A function that fails, what it gave on the visible cases, the helpers served to it, and the
    cases on which it gets results of the student's own."""

    function: Function
    seen: Sequence[Observation]
    served: tuple[str, ...]
    own: OwnResults


def name_slips(named: Sequence[Named], cells: Sequence[Cell], run: Run) -> Slips:
    """The slips of functions."""
    source = read_source(cells)
    found = {
        each.function.name: _missing(each, source, cells)
        or explained(each.function, each.seen)
        or _endless(each, source)
        for each in named
    }
    rest = [each for each in named if not found[each.function.name]]
    searched = [_searched(each, source) for each in rest if not _is_right(each)]
    slips = find_slips([each for each in searched if each], run)
    found.update(slips.sentences)
    for function, seen, *_ in rest:
        written = source.written(function.name)
        found[function.name] = (
            found.get(function.name)
            or number_of_losses(function, seen)
            or only_these_sizes(function, seen, written)
            or _unused_number(function, seen, written)
        )
    texts = {name: visible_text(text)[:MAX_TEXT] for name, text in found.items()}
    return Slips(texts, slips.mends)


def _is_right(each: Named) -> bool:
    """Whether nothing is wrong on visible cases."""
    return all(item.is_right and not item.first.changed for item in each.seen)


def _unused_number(function: Function, seen: Sequence[Observation], written: Written | None) -> str:
    """An argument that is a single number and that the function never reads, though the solution
    does; "" if there is none. Nothing else that it is given tells that number."""
    given = seen[0].case.arguments(function) or ()
    if written is None or not function.takes_data or len(written.arguments) != len(given):
        return ""
    if not all(item.first.returned for item in seen):
        return ""
    read = {node.id for node in written.nodes if isinstance(node, ast.Name)}
    for name, value, right in zip(written.arguments, given, function.arguments, strict=True):
        if isinstance(value, (int, float)) and name not in read and right not in function.unused:
            return messages.never_used(function.name, name, written.place(written.node.lineno))
    return ""


def _searched(each: Named, source: Source) -> Searched | None:
    """What is searched of a function; None if its source is not known, a stub, or may take long."""
    written = source.written(each.function.name)
    cases, outcomes = [i.case for i in each.seen], [i.first for i in each.seen]
    if written is None or outcomes[0].kind == "missing" or _is_stub(written):
        return None
    if is_elsewhere(outcomes[0].error_text) or _may_take_long(written):
        return None
    if any(o.exception == RecursionError.__name__ for o in outcomes):
        return None
    if any(sum(n.size for n in numbers(c.arguments(each.function))) > MOST_NUMBERS for c in cases):
        return None
    return Searched(Asked(each.function, written, source, cases, outcomes), each.served, each.own)


def _may_take_long(written: Written) -> bool:
    """Whether a change may make a loop that does not end."""
    return any(isinstance(node, ast.While) for node in written.nodes)


def _missing(each: Named, source: Source, cells: Sequence[Cell]) -> str:
    """Where a function that is not defined stands all the same, or the one that has nearly its
    name; "" if there is none."""
    name = each.function.name
    if each.seen[0].first.kind != "missing":
        return ""
    # A method is meant by another one of its class.
    known = source.methods if each.function.owner else source.functions
    if name in known:
        written = known[name]
        return messages.below_what_stopped(name, written.place(written.node.lineno))
    if not each.function.owner and (sentence := misplaced(name, cells)):
        return sentence
    other = _nearest(name, [other for other in known if other not in each.seen[0].case.functions])
    if not other:
        return ""
    return messages.another_name(name, other, known[other].place(known[other].node.lineno))


def _nearest(name: str, others: Sequence[str]) -> str:
    """The one of some names that may be meant by another one; "" if there is none. A method's is
    compared with those of its class, which itself makes no names alike."""
    owner, _, own = name.rpartition(".")
    known = {o.rpartition(".")[2].lower(): o for o in others if o.rpartition(".")[0] == owner}
    near = difflib.get_close_matches(own.lower(), known, 1)
    return known[near[0]] if near else ""


def _endless(each: Named, source: Source) -> str:
    """The call by which a function calls itself without an end; "" if it does not."""
    name = each.function.name
    written = source.written(name)
    if written is None or each.seen[0].first.exception != RecursionError.__name__:
        return ""
    calls = (n for n in written.nodes if isinstance(n, ast.Call) and called(n) == name)
    line = next((call.lineno for call in calls), 0)
    return messages.calls_itself(name, written.place(line)) if line else ""


def _is_stub(written: Written) -> bool:
    """Whether a function only raises, or does nothing, after its docstring."""
    body = written.node.body
    return all(isinstance(s, (ast.Raise, ast.Pass)) or _is_text(s) for s in body)


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
