"""Copies of a submission, disguised as by hand: what a look-alike has to be found behind.

Everything here knows Python only, and nothing of how submissions are compared: `autograder.alike`
is neither imported nor followed. A disguise is made of steps that a student takes without having to
understand the code: other names, other layout and comments, statements in another order, parts
moved into helpers or named by a variable, variables written out, loops the other way round, and
numpy's functions spelled otherwise. What is computed stays the same, up to rounding.
"""

from __future__ import annotations

import ast
import builtins
import random
from collections.abc import Callable, Sequence

from benchmarks.disguised_code import bodies_of, functions_of, inline, name_parts, split_helpers
from benchmarks.disguised_spelling import other_dicts, other_loops, respell, swap_operands

#: What the disguised names are made of.
_WORDS = (
    "a aa act acc arr aux b back bb beta c cur d data delta der dd e el err f feat first g gg grad"
    " hid hidden i inp j k last lay m mat mm n new nxt o out p part prev q r res result row s sig"
    " step sum_ tmp temp total u v val vec w weight weights x1 x2 xx y1 yy z zz"
).split()
_COMMENTS = (
    "# compute the next value",
    "# chain rule",
    "# see the lecture",
    "# shapes have to match here",
    "# TODO check this again",
    "# derivative of the outer function times that of the inner one",
    "# go on with the result",
    "# here it gets tricky",
    "# formula from the slides",
)
_DOCSTRINGS = (
    "Compute the result.",
    "My implementation of this step.",
    "Return the values that the exercise asks for.",
)


def disguise(source: str, rng: random.Random, keep: Sequence[str]) -> str:
    """The source of a submission in other clothes. The functions named in ``keep`` have to be found
    under their names; ``rng`` chooses the steps and their places.

    Raises `SyntaxError` for what is not Python.
    """
    module = ast.parse(source)
    steps: list[Callable[[ast.Module, random.Random], object]] = [
        respell,
        swap_operands,
        other_loops,
        other_dicts,
        inline,
        name_parts,
    ]
    for step in rng.sample(steps, rng.randint(3, len(steps))):
        step(module, rng)
        ast.fix_missing_locations(module)
    split_helpers(module, rng, rng.randint(2, 4))
    _reorder(module, rng)
    _rename(module, rng, set(keep))
    _comment(module, rng)
    return _laid_out(ast.unparse(ast.fix_missing_locations(module)), rng)


# Names


def _rename(module: ast.Module, rng: random.Random, keep: set[str]) -> None:
    """Other names for variables, arguments and helpers."""
    fixed = {
        name for each in ast.walk(module) if isinstance(each, ast.alias) for name in _bound(each)
    }
    fixed |= keep | set(dir(builtins))
    # A keyword of a call and an argument of a function that is called from outside stay.
    fixed |= {each.arg or "" for each in ast.walk(module) if isinstance(each, ast.keyword)}
    fixed |= {
        n for e in ast.walk(module) if isinstance(e, (ast.Global, ast.Nonlocal)) for n in e.names
    }
    for function in functions_of(module):
        if function.name in keep and rng.random() < 0.5:
            fixed |= {each.arg for each in ast.walk(function.args) if isinstance(each, ast.arg)}
    bound = {
        node.id
        for node in ast.walk(module)
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)
    }
    bound |= {node.arg for node in ast.walk(module) if isinstance(node, ast.arg)}
    bound |= {function.name for function in functions_of(module)}
    words = [word for word in _WORDS if word not in bound | fixed]
    rng.shuffle(words)
    numbered = (f"{rng.choice(_WORDS)}_{at}" for at in range(10**6))
    new = {
        name: words.pop() if words else next(numbered)
        for name in sorted(bound - fixed)
        if rng.random() < 0.9 and not name.startswith("__")
    }
    for node in ast.walk(module):
        if isinstance(node, ast.Name):
            node.id = new.get(node.id, node.id)
        elif isinstance(node, ast.arg):
            node.arg = new.get(node.arg, node.arg)
        elif isinstance(node, ast.FunctionDef) and node in module.body:
            node.name = new.get(node.name, node.name)
        elif isinstance(node, ast.FunctionDef):
            node.name = new.get(node.name, node.name) if node.name not in keep else node.name
        elif isinstance(node, ast.ExceptHandler) and node.name:
            node.name = new.get(node.name, node.name)


def _bound(alias: ast.alias) -> tuple[str, ...]:
    return (alias.asname or alias.name.partition(".")[0],)


# Order and layout


def _touched(statement: ast.stmt) -> tuple[set[str], set[str]]:
    """The names that a statement may read, and those that it may change."""
    reads = {each.id for each in ast.walk(statement) if isinstance(each, ast.Name)}
    writes = {
        each.id
        for each in ast.walk(statement)
        if isinstance(each, ast.Name) and not isinstance(each.ctx, ast.Load)
    }
    for node in ast.walk(statement):
        if isinstance(node, (ast.Subscript, ast.Attribute)) and isinstance(node.ctx, ast.Store):
            writes |= {each.id for each in ast.walk(node.value) if isinstance(each, ast.Name)}
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name))):
                writes.add(name)  # it may append
    return reads, writes - {"np", "math"}


def _reorder(module: ast.Module, rng: random.Random) -> None:
    """Swap neighbouring assignments that do not need each other, and shuffle the functions."""
    for body in bodies_of(module):
        for _ in range(3):
            for at in range(len(body) - 1):
                one, two = body[at], body[at + 1]
                if not isinstance(one, ast.Assign) or not isinstance(two, ast.Assign):
                    continue
                (r1, w1), (r2, w2) = _touched(one), _touched(two)
                if not (w1 & (r2 | w2) or w2 & r1) and rng.random() < 0.5:
                    body[at], body[at + 1] = two, one
    # A function that is decorated or defined twice depends on the order.
    places = [at for at, e in enumerate(module.body) if isinstance(e, ast.FunctionDef)]
    names = [e.name for e in module.body if isinstance(e, ast.FunctionDef)]
    if len({*names}) == len(names):
        mixed = [module.body[at] for at in places]
        rng.shuffle(mixed)
        for at, function in zip(places, mixed, strict=True):
            module.body[at] = function


def _comment(module: ast.Module, rng: random.Random) -> None:
    """Docstrings of one's own, and a print left behind."""
    for function in functions_of(module):
        first = function.body[0]
        if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
            del function.body[0]
        if rng.random() < 0.5 or not function.body:
            function.body.insert(0, ast.Expr(ast.Constant(rng.choice(_DOCSTRINGS))))
        elif rng.random() < 0.1:
            words = ast.Constant("here")
            function.body.insert(0, ast.Expr(ast.Call(ast.Name("print", ast.Load()), [words], [])))


def _laid_out(source: str, rng: random.Random) -> str:
    """Comments, blank lines and another indentation."""
    lines: list[str] = []
    width = rng.choice((2, 4, 4, 8))
    for line in source.splitlines():
        text = line.lstrip(" ")
        indent = " " * ((len(line) - len(text)) // 4 * width)
        quoted = '"""' in line or "'''" in line
        if text and not quoted and rng.random() < 0.12:
            lines.append(indent + rng.choice(_COMMENTS))
        if text and not quoted and rng.random() < 0.08:
            lines.append("")
        lines.append(indent + text)
    return "\n".join(lines) + "\n"
