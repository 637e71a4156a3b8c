"""Steps of a disguise: code written out, given a name, or moved into a helper."""

from __future__ import annotations

import ast
import random
from collections.abc import Iterator


def functions_of(module: ast.AST) -> list[ast.FunctionDef]:
    """All functions in a tree."""
    return [node for node in ast.walk(module) if isinstance(node, ast.FunctionDef)]


def bodies_of(module: ast.AST) -> Iterator[list[ast.stmt]]:
    """Every list of statements in functions."""
    for function in functions_of(module):
        for node in ast.walk(function):
            for field in ("body", "orelse"):
                block = getattr(node, field, None)
                if isinstance(block, list) and block and isinstance(block[0], ast.stmt):
                    yield block


def _uses(node: ast.AST, name: str) -> list[ast.Name]:
    return [each for each in ast.walk(node) if isinstance(each, ast.Name) and each.id == name]


def inline(module: ast.Module, rng: random.Random) -> None:
    """Write out some variables that are set and used once, in the next statement."""
    for function in functions_of(module):
        for body in [*bodies_of(function)]:
            for at in range(len(body) - 2, -1, -1):
                one, two = body[at], body[at + 1]
                if not isinstance(one, ast.Assign) or rng.random() < 0.4:
                    continue
                target = one.targets[0]
                simple = isinstance(two, (ast.Assign, ast.Return, ast.AugAssign))
                if len(one.targets) > 1 or not isinstance(target, ast.Name) or not simple:
                    continue
                once = len(_uses(function, target.id)) == 2 and len(_uses(two, target.id)) == 1
                delayed = (ast.Lambda, ast.comprehension)
                if once and not any(isinstance(each, delayed) for each in ast.walk(two)):
                    body[at + 1] = _replaced(two, _uses(two, target.id)[0], one.value)
                    del body[at]


class _Replace(ast.NodeTransformer):
    """One node in the place of another."""

    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self._old, self._new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        """The new node for the old one, and any other with its parts replaced."""
        return self._new if node is self._old else self.generic_visit(node)


def _replaced(statement: ast.stmt, old: ast.expr, new: ast.expr) -> ast.stmt:
    done = _Replace(old, new).visit(statement)
    assert isinstance(done, ast.stmt)
    return done


def _parts(statement: ast.stmt, least: int) -> list[ast.expr]:
    """Expressions in a statement that may be computed before it."""
    if not isinstance(statement, (ast.Assign, ast.Return, ast.AugAssign)) or not statement.value:
        return []
    delayed = (ast.Lambda, ast.ListComp, ast.GeneratorExp, ast.DictComp, ast.SetComp, ast.IfExp)
    delayed += (ast.BoolOp, ast.NamedExpr, ast.Starred, ast.Yield, ast.Await)  # type: ignore[assignment]
    if any(isinstance(each, delayed) for each in ast.walk(statement.value)):
        return []
    kinds = (ast.BinOp, ast.Call)
    return [
        each
        for each in ast.walk(statement.value)
        if isinstance(each, kinds) and len([*ast.walk(each)]) >= least
    ]


def name_parts(module: ast.Module, rng: random.Random) -> None:
    """Give some expressions names of their own."""
    for count, body in enumerate([*bodies_of(module)]):
        for at in range(len(body) - 1, -1, -1):
            parts = _parts(body[at], 7)
            if parts and rng.random() < 0.3:
                part = rng.choice(parts)
                name = f"part_{count}_{at}"
                body[at] = _replaced(body[at], part, ast.Name(name, ast.Load()))
                body.insert(at, ast.Assign([ast.Name(name, ast.Store())], part))


def split_helpers(module: ast.Module, rng: random.Random, times: int) -> None:
    """Move expressions into functions of their own, which get the variables they need."""
    places = [
        (function, body, at, part)
        for function in module.body
        if isinstance(function, ast.FunctionDef)
        for body in bodies_of(function)
        for at, statement in enumerate(body)
        for part in _parts(statement, 9)
    ]
    rng.shuffle(places)
    for number, (function, body, at, part) in enumerate(places[:times]):
        if not any(each is part for each in ast.walk(body[at])):
            continue  # within another one that has moved
        local = {
            each.id
            for each in ast.walk(function)
            if isinstance(each, ast.Name) and not isinstance(each.ctx, ast.Load)
        }
        local |= {each.arg for each in ast.walk(function.args) if isinstance(each, ast.arg)}
        local |= {f.name for f in functions_of(function)} - {function.name}
        needs = sorted({e.id for e in ast.walk(part) if isinstance(e, ast.Name)} & local)
        name = f"helper_{number}"
        arguments = ast.arguments([], [ast.arg(each) for each in needs], None, [], [], None, [])
        helper = ast.FunctionDef(name, arguments, [ast.Return(part)], [], None)
        call = ast.Call(ast.Name(name, ast.Load()), [ast.Name(e, ast.Load()) for e in needs], [])
        body[at] = _replaced(body[at], part, call)
        module.body.insert(module.body.index(function), helper)
