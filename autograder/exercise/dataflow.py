"""Which named quantity is computed from which, read off what the solution computes with, or else
found by perturbing its inputs.

Perturbed, a result depends on a source (an array or a number of an argument) if it changes with
it. It is fed by the nearest results before it whose sources are among its own, and by those of its
sources that none of these depends on. This is a heuristic: it sees dependences, not the
computation.

Derivatives have the same graph in reverse. Nodes are names.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from autograder.exercise.answer_key import Feeds
from autograder.exercise.function import Function
from autograder.sandbox.plain import (
    Opaque,
    Path,
    copy_plain,
    leaves,
    lookup,
    map_leaves,
    path_text,
    plain,
    same,
)

if TYPE_CHECKING:
    from autograder.exercise.recording import Node, Tape

#: How far numbers may be apart that were computed in the same way.
ROUNDING = 1e-9


def argument_names(given: Mapping[str, Any], made: Collection[str] = ()) -> dict[Path, str]:
    """The student's name for each array or number in some arguments, by the argument and the path
    in it. The entries of a dict of arrays have their keys, if nothing else has such a name, and if
    it is not ``made`` by another function."""
    parts = {a: [path for path, _ in leaves(value, rows=True)] for a, value in given.items()}
    flat = {
        argument
        for argument, paths in parts.items()
        if argument not in made
        and all(len(path) == 1 and isinstance(path[0], str) for path in paths)
    }
    taken = Counter([*given, *(path[0] for argument in flat for path in parts[argument])])
    flat = {a for a in flat if all(taken[path[0]] == 1 for path in parts[a])}
    return {
        (argument, *path): path[0] if argument in flat else argument + path_text(path)
        for argument, paths in parts.items()
        for path in paths
        if not isinstance(lookup(given[argument], path), Opaque)
    }


def result_names(function: Function, expected: Any, taken: Collection[str] = ()) -> dict[Path, str]:
    """The student's name for each array or number in a right result, by the path in it. What may be
    anything has none; the entries of a dict have their keys, if it has a name and is handed on."""
    found = {}
    is_named = isinstance(function.returns, str) and function.returns
    handed_on = is_named and not function.of and function.old(()) is None
    for path, leaf in leaves(expected, rows=True):
        if isinstance(leaf, Opaque):
            continue
        is_key = handed_on and len(path) == 1 and isinstance(path[0], str) and path[0] not in taken
        found[path] = path[0] if is_key else function.named(path)
    return found


def short_name(name: str) -> str:
    """A name as graphs are kept with: no text of a solution, which a student's copy must not
    hold."""
    return name.replace('["', ".").replace('"]', "")


def read_feeds(
    call: Callable[..., Any], function: Function, given: Mapping[str, Any], expected: Any
) -> dict[str, list[str]]:
    """The feeds of all parts of a result by name. ``given`` holds the arguments by name, in order,
    and ``expected`` is what ``call`` gives for them. Empty where that takes too many steps."""
    from autograder.exercise.recording import TooLong  # a student's check records nothing

    arguments = argument_names(given, function.gets)
    results = result_names(function, expected, arguments.values())
    for counts in (True, False):
        try:
            found = _recorded(call, given, arguments, expected, results, counts)
        except TooLong:  # perturbing would take as long once more for each input
            return {}
        except Exception:  # whatever it does that recorded arrays cannot
            continue
        if found:
            return found
    reads = _perturbed(call, given, arguments, results)
    if function.probe:  # what is asked of objects is one beside the other, and no chain
        sources = [name for _, name in _in_order(arguments)]
        return {name: [source for source in sources if source in reads[name]] for name in reads}
    return _nearest(reads, arguments)


def find_feeds(call: Callable[..., Any], given: Mapping[str, Any]) -> dict[str, list[str]]:
    """The feeds of the entries of a result, found by perturbing each source in turn."""
    before = plain(call(*copy_plain(list(given.values()))))
    arguments, results = argument_names(given), {(name,): name for name in before}
    return _nearest(_perturbed(call, given, arguments, results), arguments)


def _recorded(
    call: Callable[..., Any],
    given: Mapping[str, Any],
    arguments: Mapping[Path, str],
    expected: Any,
    results: Mapping[Path, str],
    counts: bool,
) -> dict[str, list[str]] | None:
    """The feeds as they are recorded, with ``counts`` as in `record`; None if a result is not what
    it has to be, or seems to be computed from nothing."""
    from autograder.exercise.stand_in import nodes, recording

    with recording(call) as tape, np.errstate(all="ignore"):
        names: dict[Node, str] = {}
        result = call(*(_named(tape, *each, arguments, names, counts) for each in given.items()))
        if not _alike(result, expected, results):
            return None
        made = {path: nodes(lookup(result, path)) for path in results}
    order = sorted(made, key=lambda path: max((node.number for node in made[path]), default=0))
    feeds: dict[str, list[str]] = {}
    for path in order:
        name, roots = results[path], made[path]
        origin = roots[0].origin if len(roots) == 1 and not _is_list(result, path) else None
        if origin in names:  # another name for the same array
            feeds[name] = [names[origin]]
        else:
            feeds[name] = list(_sources(roots, names))
        if origin is not None and names.get(origin) not in feeds:
            names[origin] = name
        if not feeds[name] and _is_float(lookup(expected, path)):
            return None
    return feeds


def _named(
    tape: Tape,
    argument: str,
    value: Any,
    known: Mapping[Path, str],
    names: dict[Node, str],
    counts: bool,
) -> Any:
    """A recorded argument; its nodes are added to the ``names``."""
    from autograder.exercise.stand_in import record

    whole, found = record(tape, copy_plain(value), counts)
    for path, node in found:
        # The numbers of a list have the list's name.
        names[node] = known.get((argument, *path)) or known[(argument, *path[:-1])]
    return whole


def _is_float(value: Any) -> bool:
    return isinstance(value, float) or (isinstance(value, np.ndarray) and value.dtype.kind == "f")


def _is_list(result: Any, path: Path) -> bool:
    return isinstance(lookup(result, path), (list, tuple))


def _alike(result: Any, expected: Any, results: Mapping[Path, str]) -> bool:
    """Whether what was computed with recorded arrays is what is computed without."""
    for path in results:
        right, found = lookup(expected, path), lookup(result, path)
        if isinstance(right, (float, np.ndarray, list)):
            items = [np.asarray(item) for item in found] if isinstance(found, list) else found
            array, right = np.array(items, np.float64), np.array(right, np.float64)
            if array.shape != right.shape:
                return False
            if not np.abs(array - right).max(initial=0.0) <= ROUNDING * np.abs(right).max(
                initial=1
            ):
                return False
    return True


def _sources(roots: Sequence[Node], names: Mapping[Node, str]) -> dict[str, None]:
    """The nearest named arrays from which some nodes were computed, in the order of computation."""
    own = {node.origin for node in roots}
    found: dict[str, None] = {}
    seen: set[Node] = set()
    todo = [*reversed(roots)]
    while todo:
        node = todo.pop()
        if node in seen:
            continue
        seen.add(node)
        if node.origin in names and node.origin not in own:
            found[names[node.origin]] = None
        else:
            todo += reversed(node.sources)
    return found


def _perturbed(
    call: Callable[..., Any],
    given: Mapping[str, Any],
    arguments: Mapping[Path, str],
    results: Mapping[Path, str],
) -> dict[str, set[str]]:
    """The sources with which each result changes."""
    before = plain(call(*copy_plain(list(given.values()))))
    reads: dict[str, set[str]] = {name: set() for name in results.values()}
    for source, changed in _changes(given, arguments):
        try:
            with np.errstate(all="ignore"):
                after = plain(call(*changed))
        except Exception:  # a source that cannot be changed counts as used everywhere
            after = None
        for path, name in results.items():
            if not _same_part(before, after, path):
                reads[name].add(source)
    return reads


def _same_part(before: Any, after: Any, path: Path) -> bool:
    try:
        return same(lookup(before, path), lookup(after, path))
    except (LookupError, TypeError):
        return False


def _changes(
    given: Mapping[str, Any], arguments: Mapping[Path, str]
) -> Iterator[tuple[str, list[Any]]]:
    """Each source, and the arguments with it changed."""
    rng = np.random.default_rng(0)
    for (argument, *path), source in _in_order(arguments):

        def changed(at: Path, leaf: Any, place: Path = tuple(path)) -> Any:
            return _changed(leaf, rng) if at[: len(place)] == place else leaf

        whole = map_leaves(changed, given[argument])
        yield source, list(copy_plain({**given, argument: whole}).values())


def _in_order(arguments: Mapping[Path, str]) -> list[tuple[Path, str]]:
    """The sources: single inputs come before parameters."""
    return sorted(arguments.items(), key=lambda each: len(each[0]) > 1)


def _changed(value: Any, rng: np.random.Generator) -> Any:
    if isinstance(value, (bool, int, str)) or value is None:
        return value  # a size or a choice
    array = np.asarray(value)
    if array.dtype.kind != "f":
        return np.roll(value, 1)  # indices stay indices
    return array + 1e-3 * (1 + np.abs(array)) * rng.uniform(0.5, 1.0, array.shape)


def _nearest(reads: Mapping[str, set[str]], arguments: Mapping[Path, str]) -> dict[str, list[str]]:
    """Each result with the nearest ones before it that change with nothing else, and the sources
    with which none of these changes."""
    sources = [name for _, name in _in_order(arguments)]
    order = sorted(reads, key=lambda name: len(reads[name]))
    feeds = {}
    for at, name in enumerate(order):
        within = [other for other in order[:at] if reads[other] and reads[other] <= reads[name]]
        nearest = [
            other
            for place, other in enumerate(within, start=1)
            if not any(reads[other] <= reads[later] for later in within[place:])
        ]
        known = set().union(*(reads[other] for other in within), reads)
        feeds[name] = nearest + [s for s in sources if s in reads[name] - known]
    return feeds


def gradient_feeds(
    name: str, feeds: Feeds, graded: Collection[str], outputs: Mapping[str, str]
) -> list[str]:
    """What the gradient of ``name`` is computed from: the gradients of what it feeds, and the loss
    for the ``outputs`` that it is computed from. Quantities without a gradient in ``graded`` are
    replaced by what they feed. ``feeds`` are in an order of computation."""
    fed_by: dict[str, list[str]] = {}
    for fed, by in feeds.items():
        for source in by:
            fed_by.setdefault(source, []).append(fed)
    known: dict[str, list[str]] = {}

    def feeding(name: str) -> list[str]:
        if name not in known:
            found = [outputs[name]] if name in outputs else []
            for fed in fed_by.get(name, ()):
                found += [fed] if fed in graded else feeding(fed)
            known[name] = list(dict.fromkeys(found))
        return known[name]

    for fed in reversed([*feeds]):  # so that no chain of calls is long
        feeding(fed)
    return feeding(name)
