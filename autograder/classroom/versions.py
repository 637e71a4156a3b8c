"""Which of several files of a student's is graded: one with work in it.

What was handed out is known by its syntax trees: a file that was only saved or formatted again is
untouched."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from autograder.classroom.given_texts import GivenTexts, plain_text
from autograder.exercise.answer_key import AnswerKey
from autograder.report import Problem
from autograder.script import SCRIPT_HEADER
from autograder.submission import Submission, cell_source, check_id, grade_id, read_submission
from autograder.text import visible_name

#: Characters of a cell, and of a file, that are parsed: a tree takes far more memory than its text.
_MAX_CELL, _MAX_PARSED = 100_000, 500_000
_MAGIC = re.compile(r"^[ \t]*[%!].*$", re.MULTILINE)
_DEFINED = r"\bdef\s+{}\s*\("


class Work(NamedTuple):
    """The work in a file: the functions written, and the trees of statements, or the texts of
    cells, that are the student's own."""

    written: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset()


class Released(NamedTuple):
    """What was handed out: the names of all files, the digests of the notebook and the script, the
    texts of their cells, and the trees of their statements."""

    files: frozenset[str] = frozenset()
    digests: frozenset[str] = frozenset()
    texts: GivenTexts = GivenTexts()
    trees: frozenset[str] = frozenset()

    def work(self, submission: Submission, names: Collection[str]) -> Work:
        """The work in a submission; of one that cannot be read, that it is not what was handed
        out."""
        if submission.problems:
            return Work(own=frozenset([submission.sha256]))
        checks = {check_id(name) for name in names}
        written: dict[str, bool] = {}
        own: set[str] = set()
        parser = _Parser()
        for title, is_code, source in _cells(submission):
            if not plain_text(source) or title in checks or self.texts.has(source):
                continue
            code = parser.parse(source) if is_code else None
            if submission.path.endswith(".py") and code and not (title or code.statements):
                continue  # comments between the cells of a script
            own |= self._own(code, source, is_code)
            if code:
                written |= {
                    name: not is_stub and tree not in self.trees
                    for name, tree, is_stub in code.functions
                }
            elif is_code:
                stub = "raise NotImplementedError" in source
                found = (
                    name
                    for name in names
                    if re.search(_DEFINED.format(name.rpartition(".")[2]), source)
                )
                written |= dict.fromkeys(found, not stub)
        return Work(frozenset(name for name in names if written.get(name)), frozenset(own))

    def _own(self, code: _Code | None, source: str, is_code: bool) -> set[str]:
        """What of a cell is neither as handed out, nor as it was before a build."""
        new = (
            set(code.statements) - self.trees if code and code.statements else {plain_text(source)}
        )
        is_known = self.texts.has(source, or_earlier=True)
        if code:
            return new if code.functions or not is_known else set()
        return new if is_code or not is_known else set()


def read_released(folder: Path, name: str) -> Released:
    """What was handed out in a release's folder; nothing if there is none."""
    files = frozenset(os.listdir(folder)) if folder.is_dir() else frozenset()
    texts: list[str] = []
    trees: set[str] = set()
    found = [read_submission(folder / f"{name}{ending}") for ending in (".ipynb", ".py")]
    for submission in found:
        for _, is_code, source in _cells(submission):
            texts.append(source)
            code = _Parser().parse(source) if is_code else None
            if code:
                trees |= {*code.statements, *(tree for _, tree, _ in code.functions)}
    digests = frozenset(each.sha256 for each in found if each.sha256)
    return Released(files, digests, GivenTexts(texts), frozenset(trees))


def choose(
    submissions: Sequence[Submission],
    copies: Sequence[Submission],
    answer_key: AnswerKey,
    released: Released,
) -> tuple[Submission, Work]:
    """The submission with more functions written, or else one with other work in it, or else the
    first; and its work. Another one with work of its own, or a copy, is in its notes."""
    names = [each.name for each in answer_key.checked]
    works = [released.work(each, names) for each in submissions]
    best = max(range(len(works)), key=lambda at: (len(works[at].written), bool(works[at].own)))
    graded, work = submissions[best], works[best]
    works += [released.work(each, names) for each in copies]
    notes = [
        Problem("other-version", _not_graded(graded, work, other, its))
        for other, its in zip([*submissions, *copies], works, strict=True)
        if other is not graded and its.own - work.own
    ]
    return graded._replace(notes=[*graded.notes, *notes]), work


def _not_graded(graded: Submission, work: Work, other: Submission, its: Work) -> str:
    first, second = (visible_name(Path(each.path).name) for each in (graded, other))
    why = "which has other work in it."
    if other.problems:
        why = f"which cannot be read: {other.problems[0].message}"
    elif len(its.written) < len(work.written):
        why = (
            f"which has other work in it and fewer functions written, {len(its.written)} and not "
            f"{len(work.written)}."
        )
    return f"{first} was graded, and not {second}, {why} Hand in only the one that counts."


def _cells(submission: Submission) -> Iterator[tuple[str, bool, str]]:
    """The id, whether it is code, and the text of each cell."""
    for cell in submission.raw:
        if isinstance(cell, dict):
            yield grade_id(cell), cell.get("cell_type") == "code", cell_source(cell)
    for cell in () if submission.raw else submission.cells:
        yield cell.title, True, SCRIPT_HEADER.sub("", cell.source)


class _Code(NamedTuple):
    """The trees of a cell's statements; the functions in it, with the tree, and whether each is a
    stub."""

    statements: Sequence[str]
    functions: Sequence[tuple[str, str, bool]]


class _Parser:
    """Parses the cells of a file, up to a limit."""

    def __init__(self) -> None:
        self._left = _MAX_PARSED

    def parse(self, source: str) -> _Code | None:
        """The code of a cell; None for one that is too large or cannot be parsed."""
        if len(source) > min(_MAX_CELL, self._left):
            return None
        self._left -= len(source)
        try:
            module = ast.parse(_MAGIC.sub("", source))
            return _Code(
                [_tree(statement) for statement in module.body],
                [(name, _tree(each), _is_stub(each)) for name, each in _functions(module)],
            )
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None


def _functions(module: ast.Module) -> Iterator[tuple[str, ast.FunctionDef]]:
    """The functions of a module by name, and the methods, ``Value.backward``, without those in
    other functions: each tree is made once, however deep they are nested."""
    todo: list[tuple[str, ast.AST]] = [("", module)]
    while todo:
        of, outer = todo.pop()
        for node in ast.iter_child_nodes(outer):
            if isinstance(node, ast.FunctionDef):
                yield of + node.name, node
            else:
                todo.append((f"{of}{node.name}." if isinstance(node, ast.ClassDef) else of, node))


def _tree(statement: ast.stmt) -> str:
    """The tree of a statement; that of a function without its docstring."""
    if not isinstance(statement, ast.FunctionDef):
        return ast.dump(statement)
    body = statement.body
    if isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        body = body[1:]
    return ast.dump(ast.FunctionDef(statement.name, statement.args, body, [], None))


def _is_stub(function: ast.FunctionDef) -> bool:
    """Whether it raises the stub's error whatever it is called with."""
    for statement in function.body:
        if isinstance(statement, ast.Return):
            return False
        if isinstance(statement, ast.Raise) and statement.exc is not None:
            return "NotImplementedError" in ast.dump(statement.exc)
    return False
