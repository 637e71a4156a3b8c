"""Adds drafts to an author's ``mistakes.py``; what stands there stays as it is."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from autograder.course import CourseError
from autograder.exercise.mistake import Mistake
from autograder.files import write_file

_NEW = '''"""The known mistakes of {name}: how each is made, and what its student is told."""

from autograder import Mistake

mistakes = [
]
'''
_INDENT = 4 * " "
#: So long a piece of a text stands on a line, with its quotes and some escapes.
_WIDTH = 80
#: Tokens that are no part of a list.
_NOTHING = (
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
)


def add_mistakes(path: Path, drafts: Sequence[tuple[str, Mistake]]) -> None:
    """Add mistakes to the end of a ``mistakes.py``, each below a comment. It is made where there is
    none.

    Raises `CourseError` where it does not end with a list of the name ``mistakes`` to which they
    could be added, and leaves it as it is.
    """
    before = path.read_bytes() if path.exists() else _NEW.format(name=path.parent.name).encode()
    try:
        text = before.decode("utf-8")
        after = _with_entries(text, drafts)
    except (ValueError, SyntaxError, tokenize.TokenError):
        raise CourseError(
            f"{path}: it has no list `mistakes = [...]` of its own, and `from autograder import "
            "Mistake` above it. Nothing was added."
        ) from None
    write_file(path, after)


def _with_entries(text: str, drafts: Sequence[tuple[str, Mistake]]) -> str:
    """The text of a file with the entries in it; raises `ValueError` where they do not fit in."""
    bare = text.removeprefix("\ufeff")
    known, called = _mistakes(bare), _called(bare)
    newline = "\r\n" if "\r\n" in bare else "\n"
    end = _end(bare, known)
    entries = "".join(_entry(comment, mistake, called) for comment, mistake in drafts)
    if not end.begins_line:
        entries = f"\n{entries}"
    made = bare[: end.at] + entries.replace("\n", newline) + bare[end.at :]
    if end.comma is not None:
        made = f"{made[: end.comma]},{made[end.comma :]}"
    found = _mistakes(made)
    same = list(map(ast.dump, found.elts[: len(known.elts)])) == list(map(ast.dump, known.elts))
    if not same or [_values(each) for each in found.elts[len(known.elts) :]] != [
        _fields(mistake) for _, mistake in drafts
    ]:
        raise ValueError("they are not what was to be added")
    return text[: len(text) - len(bare)] + made


def _mistakes(text: str) -> ast.List:
    """The list that is bound to the name ``mistakes`` last."""
    found = [
        node.value
        for node in ast.parse(text).body
        if isinstance(node, (ast.Assign, ast.AnnAssign))
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name) and target.id == "mistakes"
    ]
    if not found or not isinstance(found[-1], ast.List):
        raise ValueError("there is no list")
    return found[-1]


def _called(text: str) -> str:
    """What the file calls `Mistake`."""
    for node in ast.parse(text).body:
        for alias in node.names if isinstance(node, (ast.Import, ast.ImportFrom)) else ():
            if isinstance(node, ast.ImportFrom) and alias.name == "Mistake":
                return alias.asname or alias.name
            if alias.name == "autograder":
                return f"{alias.asname or alias.name}.Mistake"
    raise ValueError("Mistake is not imported")


class _End(NamedTuple):
    """Where entries are added to a text: the position, which may begin a line, and that of a comma
    that is missing before it."""

    at: int
    begins_line: bool
    comma: int | None


def _end(text: str, known: ast.List) -> _End:
    """The end of a list, before the bracket that closes it."""
    starts = [0]
    for line in io.StringIO(text, newline="\n"):
        starts.append(starts[-1] + len(line))
    assert known.end_lineno is not None and known.end_col_offset is not None
    start = starts[known.end_lineno - 1]
    line = text[start : starts[known.end_lineno]]
    bracket = len(line.encode()[: known.end_col_offset].decode()) - 1
    places = [
        (starts[token.end[0] - 1] + token.end[1], token.string)
        for token in tokenize.generate_tokens(io.StringIO(text, newline="\n").readline)
        if token.type not in _NOTHING
    ]
    last, what = max(place for place in places if place[0] <= start + bracket)
    comma = None if what in (",", "[") else last
    begins_line = not line[:bracket].strip()
    return _End(start if begins_line else start + bracket, begins_line, comma)


def _entry(comment: str, mistake: Mistake, called: str) -> str:
    texts = "".join(_argument(text) for text in _fields(mistake))
    return f"{_INDENT}# {comment}\n{_INDENT}{called}(\n{texts}{_INDENT}),\n"


def _fields(mistake: Mistake) -> list[str]:
    return [mistake.id, mistake.function, mistake.old, mistake.new, mistake.message]


def _values(node: ast.expr) -> list[object]:
    return [ast.literal_eval(each) for each in node.args] if isinstance(node, ast.Call) else []


def _argument(text: str) -> str:
    """A text as an argument, in pieces that are no longer than a line each."""
    pieces = [piece for line in text.splitlines(keepends=True) for piece in _pieces(line)]
    if len(pieces) < 2:
        return f"{2 * _INDENT}{_quoted(text)},\n"
    inside = "".join(f"{3 * _INDENT}{_quoted(piece)}\n" for piece in pieces)
    return f"{2 * _INDENT}(\n{inside}{2 * _INDENT}),\n"


def _pieces(line: str) -> Iterator[str]:
    """A line, broken after spaces where it is long."""
    while (
        len(line) > _WIDTH and (end := line.rfind(" ", len(line) - len(line.lstrip()), _WIDTH)) > 0
    ):
        yield line[: end + 1]
        line = line[end + 1 :]
    yield line


def _quoted(text: str) -> str:
    """A text in Python, in double quotes unless it has some itself."""
    shown = repr(text)
    return f'"{shown[1:-1]}"' if shown[0] == "'" and '"' not in text else shown
