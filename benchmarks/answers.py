"""The tables of wrong answers to other exercises: ``tests/submissions/<name>/wrong/answers.py``.

An answer is a cell, which stands at the end of the exercise's solution and replaces what it defines
again; methods of a class are replaced one by one. It begins so:

    # %% no-decay | backward
    # the weight decay of the loss is not differentiated
    # named backward: Weight decay is missing.

After its name and a bar stand the functions with a mistake, which must not pass, but as the
derivative of another one of them. All others must, or wait for one that is wrong. The second line
says what is wrong. A ``named`` line holds what is said of a function, if somebody has read it and
found it true of this answer, and an ``untrue`` line what was found not to be true.
"""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measuring import ROOT

TABLES = ROOT / "tests" / "submissions"
#: The exercises that have a table.
EXERCISES = ("mlp", "cnn", "rnn", "transformer", "optimisers", "autodiff", "debug")
#: Lines of a solution that no submission has.
_MARKER = re.compile(r"^ *### (?:BEGIN|END) SOLUTION\n", re.MULTILINE)
_CELL = re.compile(r"^# %% ", re.MULTILINE)
_READ = re.compile(r"^# (named|untrue) ([\w.]+): (.*)\n", re.MULTILINE)


@dataclass(frozen=True)
class WrongAnswer:
    """An answer with a mistake.

    ``wrong`` are the functions that must not pass, and ``truth`` says what is wrong in them.
    ``named`` and ``untrue`` are sentences by function, and ``source`` is the code of the cell.
    """

    slug: str
    wrong: tuple[str, ...]
    truth: str
    named: Mapping[str, str]
    untrue: Mapping[str, str]
    source: str

    def submission(self, solution: str) -> str:
        """The solution's source with this answer in it."""
        tree = ast.parse(self.source)
        classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
        for written in classes:
            solution = _with_methods(solution, written, self.source)
        rest = self.source.splitlines(keepends=True)
        for written in reversed(classes):
            del rest[written.lineno - 1 : written.end_lineno]
        return _MARKER.sub("", f"{solution}\n\n# %%\n{''.join(rest)}")


def table_path(exercise: str) -> Path:
    """The file of an exercise's answers."""
    return TABLES / exercise / "wrong" / "answers.py"


def read_wrong_answers(exercise: str) -> list[WrongAnswer]:
    """The answers of an exercise's table, in its order."""
    return read_answers(table_path(exercise))


def read_answers(path: Path) -> list[WrongAnswer]:
    """The answers of a table, in its order; one that names no function has no mistake."""
    return [_answer(cell) for cell in _cells(path.read_text(encoding="utf-8"))[1:]]


def with_named(text: str, said: Mapping[str, Mapping[str, str]]) -> str:
    """A table's text with other ``named`` lines: what is ``said`` by answer and function, unless it
    is known to be untrue. All else stays as it is, and so do answers that are not in ``said``."""
    head, *cells = _cells(text)
    return head + "".join(_renamed(cell, said) for cell in cells)


def _cells(text: str) -> list[str]:
    """What stands before the first cell, and the cells."""
    starts = [match.start() for match in _CELL.finditer(text)]
    edges = [0, *starts, len(text)]
    return [text[one:two] for one, two in itertools.pairwise(edges)]


def _answer(cell: str) -> WrongAnswer:
    first, truth, code = cell.split("\n", 2)
    slug, _, wrong = first.removeprefix("# %% ").partition(" | ")
    read: dict[str, dict[str, str]] = {"named": {}, "untrue": {}}
    for kind, function, sentence in _READ.findall(code):
        read[kind][function] = sentence
    source = _READ.sub("", code).strip("\n") + "\n"
    return WrongAnswer(
        slug,
        tuple(wrong.split(", ")) if wrong else (),
        truth.removeprefix("# "),
        read["named"],
        read["untrue"],
        source,
    )


def _renamed(cell: str, said: Mapping[str, Mapping[str, str]]) -> str:
    answer = _answer(cell)
    if answer.slug not in said:
        return cell
    lines = [
        f"# named {function}: {sentence}\n"
        for function, sentence in said[answer.slug].items()
        if sentence and sentence != answer.untrue.get(function)
    ]
    first, truth, code = cell.split("\n", 2)
    kept = _READ.sub(lambda line: "" if line[1] == "named" else line[0], code)
    return f"{first}\n{truth}\n{''.join(lines)}{kept}"


def _with_methods(solution: str, written: ast.ClassDef, source: str) -> str:
    """The solution with methods of one of its classes in the place of those of the same name."""
    lines, new = solution.splitlines(keepends=True), source.splitlines(keepends=True)
    (old,) = (
        node
        for node in ast.parse(solution).body
        if isinstance(node, ast.ClassDef) and node.name == written.name
    )
    mine = {node.name: new[node.lineno - 1 : node.end_lineno] for node in _methods(written)}
    for node in reversed([*_methods(old)]):
        if node.name in mine:
            lines[node.lineno - 1 : node.end_lineno] = mine[node.name]
    return "".join(lines)


def _methods(of: ast.ClassDef) -> Iterator[ast.FunctionDef]:
    return (node for node in of.body if isinstance(node, ast.FunctionDef))
