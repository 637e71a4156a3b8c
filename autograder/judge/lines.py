"""The line of a student's function to look at: where it stopped, or where the first wrong quantity
is computed.

The source is read, never run. Statements are followed back from each quantity that is returned, to
those that it is computed with. A line that leads to wrong quantities only is suspect, as in
spectrum-based fault localisation. Only a student's own copy does this: the grader reads no source.
"""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from autograder.exercise.definitions import definitions
from autograder.report import DIFFERS, FunctionReport, SourceLine, Suspect

#: The key of a quantity, as rows name it: grads["W1"].
_KEY = r'(?P<root>.*?)\["(?P<key>[^"]*)"\]'
#: How a sentence begins that names a slip in a line (`autograder.judge.slips`).
SLIP = r"(?m)^(?P<label>.*), line (?P<number>\d+), `.*`: "
MAX_CHARACTERS = 200
MOST_SUSPECTS = 2
#: What an expression consists of that computes nothing.
_NAMING = (ast.Name, ast.Subscript, ast.Tuple, ast.Attribute, ast.Constant, ast.expr_context)


class Source(NamedTuple):
    """A text that defines functions, what messages call it, and its first line's number there."""

    text: str
    label: str = ""
    first_line: int = 1

    def line(self, number: int) -> SourceLine:
        """The line with this number, without its indentation and at most so long."""
        lines = self.text.splitlines()
        at = number - self.first_line
        text = lines[at].strip() if 0 <= at < len(lines) else ""
        return SourceLine(number, text[:MAX_CHARACTERS], self.label)


def with_lines(
    report: FunctionReport,
    sources: Sequence[Source],
    parts: Sequence[str] = (),
    probed: bool = False,
) -> FunctionReport:
    """The report of a function that is not right, with the line to look at if it can be found; the
    last of the ``sources`` that defines the function counts. ``parts`` are the names of the values
    of the tuple that it returns. What is ``probed`` does not return what is judged, so that this is
    followed back no further than to where it begins."""
    if report.is_done:
        return report
    if report.line is not None:  # where it stopped, perhaps in a function that it calls
        line = _with_text(report.line, sources)
        return report._replace(line=line, suspect=Suspect(line, ()) if line.text else None)
    failed = [check.message for check in report.checks if check.passed is False]
    for slip in filter(None, (re.search(SLIP, text) for text in failed)):
        line = _with_text(SourceLine(int(slip["number"]), "", slip["label"]), sources)
        return report._replace(line=line, suspect=Suspect(line, ()) if line.text else None)
    for source in () if report.waits_for else reversed(sources):
        function = _definition(report.name, source)
        if function is not None and probed:
            return report._replace(line=source.line(function.lineno + source.first_line - 1))
        if function is not None:
            return _located(report, source, function, parts)
    return report


def _with_text(line: SourceLine, sources: Sequence[Source]) -> SourceLine:
    found = (s.line(line.number) for s in reversed(sources) if s.label == line.label)
    return next((each for each in found if each.text), line)


def _definition(name: str, source: Source) -> ast.FunctionDef | None:
    try:
        found = definitions(textwrap.dedent(source.text)).get(name)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return found if isinstance(found, ast.FunctionDef) else None


def _located(
    report: FunctionReport, source: Source, function: ast.FunctionDef, parts: Sequence[str]
) -> FunctionReport:
    check = next((c for c in report.checks if c.key == "values" and c.rows), None)
    quantities = {row.entry: row.note == DIFFERS for row in check.rows} if check else {}
    first = next((name for name, differs in quantities.items() if differs), None)
    if first is None:
        return report
    slices = {name: _slice(function, parts, name) for name in quantities}
    made = slices[first]
    if not made:
        return report
    right = {line for name, lines in slices.items() if not quantities[name] for line in lines}
    own = {name: {v.lineno for v in _returned(function, parts, name)} for name in slices}
    named_right = {line for name, lines in own.items() if not quantities[name] for line in lines}
    for name, lines in slices.items():
        if quantities[name] and right.issuperset(lines):  # the wrong one of right values
            lines[:0] = own[name] - named_right
    wrong: dict[int, list[str]] = {}
    for name, lines in slices.items():
        for line in lines if quantities[name] else ():
            wrong.setdefault(line, []).append(name)
    most = max((len(names) for line, names in wrong.items() if line not in right), default=0)
    found = [line for line in wrong if line not in right and len(wrong[line]) == most]
    at = source.first_line - 1
    # The last one is nearest to what is wrong. More than two say nothing.
    best = max(found, default=0) if len(found) <= MOST_SUSPECTS else 0
    suspect = Suspect(source.line(best + at), tuple(wrong[best])) if best else None
    shown = next((line for line in made if line not in right), made[0])
    return report._replace(line=source.line(shown + at), suspect=suspect)


def _slice(function: ast.FunctionDef, parts: Sequence[str], entry: str) -> list[int]:
    """The lines that a returned quantity is computed in, from the one that makes it; without those
    that only take apart what the function is given."""
    assigned = list(_assignments(function))
    ends = _loop_ends(function)
    lines: dict[int, None] = {}
    todo = [(value, value.lineno, False) for value in _returned(function, parts, entry)]
    seen: set[int] = set()
    while todo:
        value, limit, assigned_here = todo.pop(0)
        limit = ends.get(limit, limit)
        if id(value) in seen:
            continue
        seen.add(id(value))
        # A factor may be what is missing where a value only gets another name.
        if _computes(value) or (assigned_here and isinstance(value, ast.Name)):
            lines[value.lineno] = None
        for used in _names(value):
            todo += [(made, at, True) for at, made in _last(assigned, used, limit)]
    return list(lines)


def _loop_ends(function: ast.FunctionDef) -> dict[int, int]:
    """For each line inside a loop the one behind it: what is assigned up to there may have been
    assigned in the round before."""
    ends: dict[int, int] = {}
    for node in _within(function):
        if isinstance(node, (ast.For, ast.While)):
            end = (node.end_lineno or node.lineno) + 1
            ends = {**dict.fromkeys(range(node.lineno, end), end), **ends}
    return ends


def _returned(function: ast.FunctionDef, parts: Sequence[str], entry: str) -> Iterator[ast.expr]:
    """The expressions that make a quantity of what the function returns."""
    found = re.match(_KEY, entry)
    root, key = (found["root"], found["key"]) if found else (entry, None)
    for node in _within(function):
        if isinstance(node, ast.Return) and node.value is not None:
            value = node.value
            if isinstance(value, ast.Tuple) and root in parts and len(value.elts) == len(parts):
                value = value.elts[parts.index(root)]
            yield from [value] if key is None else _entry(function, value, key)


def _entry(function: ast.FunctionDef, value: ast.expr, key: str) -> Iterator[ast.expr]:
    """The expressions that make an entry of a dict; the dict's own if they cannot be told."""
    found = list(_in_display(value, key))
    if isinstance(value, ast.Name):
        for node in _within(function):
            if not isinstance(node, ast.Assign):
                continue
            for target in node.targets:
                if isinstance(target, ast.Name) and target.id == value.id:
                    found += _in_display(node.value, key)
                elif _is_entry(target, value.id, key):
                    found.append(node.value)
    yield from found or [value]


def _in_display(value: ast.expr, key: str) -> Iterator[ast.expr]:
    """What ``{"key": it}`` or ``dict(key=it)`` holds under a key."""
    if isinstance(value, ast.Dict):
        for name, item in zip(value.keys, value.values, strict=True):
            if isinstance(name, ast.Constant) and name.value == key:
                yield item
    elif isinstance(value, ast.Call) and getattr(value.func, "id", "") == "dict":
        yield from (keyword.value for keyword in value.keywords if keyword.arg == key)


def _is_entry(target: ast.expr, name: str, key: str) -> bool:
    return (
        isinstance(target, ast.Subscript)
        and isinstance(target.value, ast.Name)
        and target.value.id == name
        and isinstance(target.slice, ast.Constant)
        and target.slice.value == key
    )


def _within(function: ast.FunctionDef) -> Iterator[ast.stmt]:
    """The statements of a function in the order of the text, without those of inner functions."""
    todo: list[ast.AST] = list(function.body)
    while todo:
        node = todo.pop(0)
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            continue
        if isinstance(node, ast.stmt):
            yield node
        inner = [child for child in ast.iter_child_nodes(node) if not isinstance(child, ast.expr)]
        todo = inner + todo


def _assignments(function: ast.FunctionDef) -> Iterator[tuple[str, int, ast.expr, bool]]:
    """Each name that a statement assigns: the line, the value, and whether it is replaced there.
    A statement inside a loop or a branch replaces nothing for certain."""
    straight = {id(node) for node in function.body}
    for node in _within(function):
        certain = id(node) in straight
        if isinstance(node, ast.Assign):
            for target in node.targets:
                whole = not isinstance(target, ast.Subscript)
                for name in _targets(target):
                    yield name, node.lineno, node.value, certain and whole
        elif isinstance(node, (ast.AugAssign, ast.AnnAssign)) and node.value is not None:
            replaces = certain and isinstance(node, ast.AnnAssign)
            for name in _targets(node.target):
                yield name, node.lineno, node.value, replaces
        elif isinstance(node, ast.For):
            for name in _targets(node.target):
                yield name, node.lineno, node.iter, False
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            for name in _targets(node.value.func):  # losses.append(it)
                yield name, node.lineno, node.value, False


def _targets(target: ast.expr) -> Iterator[str]:
    """The names that an assignment changes, as a whole or in part."""
    if isinstance(target, (ast.Tuple, ast.List)):
        for each in target.elts:
            yield from _targets(each)
    while isinstance(target, (ast.Subscript, ast.Starred, ast.Attribute)):
        target = target.value
    if isinstance(target, ast.Name):
        yield target.id


def _last(
    assigned: Sequence[tuple[str, int, ast.expr, bool]], name: str, limit: int
) -> Iterator[tuple[int, ast.expr]]:
    """What a name may hold at a line: the assignments from the last one that replaced it."""
    for each, line, value, replaces in reversed(assigned):
        if each == name and line < limit:
            yield line, value
            if replaces:
                return


def _names(value: ast.expr) -> Iterator[str]:
    return (node.id for node in ast.walk(value) if isinstance(node, ast.Name))


def _computes(value: ast.expr) -> bool:
    """Whether an expression does more than name a value, or an entry of one."""
    return not all(isinstance(node, _NAMING) for node in ast.walk(value))
