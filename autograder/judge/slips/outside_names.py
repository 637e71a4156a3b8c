"""Names from outside a function in place of its arguments, and names that are misspelt."""

from __future__ import annotations

import ast
import difflib
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from autograder.judge.slips.edits import Asked, Change, Edit, entry
from autograder.judge.slips.source import Written, code, is_load
from autograder.text import listed

#: How many ways of giving arguments for global names are tried, and for one name.
MOST_WAYS, MOST_FOR_ONE = 24, 4
#: Names that are compared: of wrong ones, and of known ones, which are not longer than that.
MOST_WRONG, MOST_KNOWN, LONGEST = 20, 1_000, 80
#: Where a global name is given the value of an argument, and gets back its own.
_GIVEN = """\
_names = getattr({function}, "__globals__", globals())
_kept = {{_name: _names[_name] for _name in {names!r} if _name in _names}}
_names.update({{{given}}})
try:
    return {function}({arguments})
finally:
    for _name in {names!r}:
        _names.pop(_name, None)
    _names.update(_kept)"""


def global_names(asked: Asked) -> Iterator[Change]:
    """Global names, of the function and of helpers that it calls, given what arguments hold."""
    written = asked.written
    read = _read(asked)
    options = {g: list(_meant(asked, g))[:MOST_FOR_ONE] for g in read}
    options = {g: found for g, found in options.items() if found}
    ways = itertools.product(*options.values())
    for way in itertools.islice(ways, MOST_WAYS) if options else ():
        given = dict(zip(options, way, strict=True))
        first = next(iter(given))
        where, line = read[first]
        lines = _GIVEN.format(
            names=tuple(given),
            given=", ".join(f"{g!r}: {value}" for g, value in given.items()),
            function=written.node.name,
            arguments=", ".join(written.arguments),
        ).split("\n")
        yield Change(_text(asked, given, where), line, lines=lines, where=where)


def _text(asked: Asked, given: Mapping[str, str], where: str) -> str:
    known = [f"`{g}`" for g in given if g in asked.source.names]
    unknown = [f"`{g}`" for g in given if g not in asked.source.names]
    parts = []
    if known:
        parts.append(f"{where} reads {listed(known)} from outside, not from its arguments")
    if unknown:
        verb = "is" if len(unknown) == 1 else "are"
        parts.append(f"{listed(unknown)} {verb} not defined in {where}")
    if where == asked.function.name:
        instead = listed([f"`{value}` in place of `{g}`" for g, value in given.items()])
        return f"{', and '.join(parts)}. Write {instead}."
    needed = listed([f"`{value}`" for value in given.values()])
    return f"{', and '.join(parts)}. Give it {needed} as arguments."


def _read(asked: Asked) -> dict[str, tuple[str, int]]:
    """Variables of the top level, and names that nothing binds, that are read: by each the function
    and the line where it is first."""
    found: dict[str, tuple[str, int]] = {}
    todo, done = [asked.function.name], set()
    while todo:
        at = todo.pop(0)
        written = asked.source.functions.get(at)
        if written is None or at in done:
            continue
        done.add(at)
        for node in written.outside:
            if node.id in asked.source.others:
                todo.append(node.id)
            elif node.id not in found:
                found[node.id] = at, node.lineno
    return found


def _meant(asked: Asked, found: str) -> Iterator[str]:
    """Expressions of the arguments that may be meant by a name, the most likely first."""
    inputs, plain = asked.inputs, _plain(found)
    yield from (a for a in inputs if _plain(a) == plain)
    for argument, value in inputs.items():
        if isinstance(value, Mapping):
            yield from (entry(argument, key) for key in value if _plain(key) == plain)
    loaded = {n.id for n in asked.written.nodes if isinstance(n, ast.Name)}
    unused = [a for a in inputs if a not in loaded and _plain(a) != plain]
    yield from (a for a in unused if not isinstance(inputs[a], Mapping))
    yield from (a for a in unused if isinstance(inputs[a], Mapping))
    if found not in asked.source.names:
        yield from (a for a in inputs if a not in unused and _plain(a) != plain)


def _plain(identifier: str) -> str:
    """A name without case, underscores and digits that only number it."""
    return re.sub(r"[\W_]", "", str(identifier)).lower()


def misspelt(asked: Asked) -> Iterator[Change]:
    """Names that nothing binds, or that only the top level binds, as similar ones."""
    written = asked.written
    known = {*written.local, *asked.source.names, *written.arguments}
    wanted = dict.fromkeys(n.id for n in written.outside if n.id not in asked.source.others)
    for wrong in itertools.islice(wanted, MOST_WRONG):
        for right in _like(wrong, known - {wrong}):
            edits = [
                Edit(node, ast.Name(right, ast.Load()), "")
                for node in written.nodes
                if isinstance(node, ast.Name) and node.id == wrong and is_load(node)
            ]
            line = edits[0].at.lineno  # type: ignore[attr-defined]
            yield Change(
                f"there is no `{wrong}` in this function; is `{right}` meant?", line, edits
            )


def misspelt_functions(asked: Asked) -> Iterator[Edit]:
    """Functions that numpy does not have, as similar ones that it has."""
    wrong: set[str] = set()
    for node in asked.written.nodes:
        if not isinstance(node, ast.Attribute) or not isinstance(node.value, ast.Name):
            continue
        if node.value.id in ("np", "numpy") and not hasattr(np, node.attr):
            wrong.add(node.attr)
            if len(wrong) > MOST_WRONG:
                return
            for right in _like(node.attr, [each for each in dir(np) if each[0] != "_"]):
                new = ast.Attribute(node.value, right, ast.Load())
                text = f"numpy has no `{node.attr}`; it has `{code(new)}`."
                yield Edit(node, new, text, node.attr)


def misspelt_keys(asked: Asked) -> Iterator[Edit]:
    """Keys that a dict among the arguments does not have, as those that it has."""
    for node in asked.written.nodes:
        if not isinstance(node, ast.Subscript) or not isinstance(node.value, ast.Name):
            continue
        given, key = asked.inputs.get(node.value.id), node.slice
        if (
            not isinstance(given, Mapping)
            or not isinstance(key, ast.Constant)
            or key.value in given
        ):
            continue
        for right in sorted(given, key=lambda each: -_likeness(str(key.value), each)):
            new = ast.Subscript(node.value, ast.Constant(right), ast.Load())
            keys = ", ".join(f'"{each}"' for each in given)
            text = f'{node.value.id} has no "{key.value!s}". Its keys: {keys}. Write `{code(new)}`.'
            yield Edit(node, new, text, f"key {key.value!s}")


def other_dicts(asked: Asked) -> Iterator[Edit]:
    """A loop over one dict among the arguments where another one is meant."""
    dicts = [name for name, value in asked.inputs.items() if isinstance(value, Mapping)]
    for node in asked.written.nodes:
        if not isinstance(node, (ast.For, ast.comprehension)):
            continue
        for part in ast.walk(node.iter):
            if not isinstance(part, ast.Name) or part.id not in dicts:
                continue
            for other in (each for each in dicts if each != part.id):
                text = f"this loop goes over `{part.id}`, which has other keys than `{other}`"
                new = ast.Name(other, ast.Load())
                yield Edit(part, new, f"{text}: loop over `{other}`.", "loop")


def _likeness(one: str, other: str) -> float:
    return difflib.SequenceMatcher(None, _plain(one), _plain(other)).ratio()


def _like(wrong: str, known: Sequence[str] | set[str]) -> list[str]:
    """The known names that may be meant by a wrong one."""
    if len(known) > MOST_KNOWN or len(wrong) > LONGEST:
        return []
    plain, known = _plain(wrong), {each for each in known if len(each) <= LONGEST}
    same = sorted(each for each in known if _plain(each) == plain)[:MOST_FOR_ONE]
    near = difflib.get_close_matches(wrong, sorted(known), n=3, cutoff=0.6)
    return list(dict.fromkeys([*same, *near]))


def hidden_functions(asked: Asked) -> Iterator[Change]:
    """A variable with the name of a function or module that is used in the same function."""
    written = asked.written
    used = {
        n.func.id for n in written.nodes if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)
    }
    used |= {
        n.value.id
        for n in written.nodes
        if isinstance(n, ast.Attribute) and isinstance(n.value, ast.Name)
    }
    for bound in sorted(used & written.local & asked.source.names):
        if bound in asked.inputs:
            continue
        kept = _used_as_function(written, bound)
        edits = [
            Edit(n, ast.Name(f"{bound}_value", n.ctx), "")
            for n in written.nodes
            if isinstance(n, ast.Name) and n.id == bound and id(n) not in kept
        ]
        line = min(n.at.lineno for n in edits)  # type: ignore[attr-defined]
        yield Change(
            f"`{bound}` is bound here, so that in the whole function it is this variable and no "
            f"longer what it is outside. Give the variable another name, such as `{bound}_value`.",
            line,
            edits,
        )


def _used_as_function(written: Written, bound: str) -> set[int]:
    """The nodes where a name is called, or an attribute of it is."""
    parts = [n.func for n in written.nodes if isinstance(n, ast.Call)]
    parts += [n.value for n in written.nodes if isinstance(n, ast.Attribute)]
    return {id(part) for part in parts if isinstance(part, ast.Name) and part.id == bound}
