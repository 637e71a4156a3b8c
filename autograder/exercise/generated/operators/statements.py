"""Steps: left out, taken twice, in the wrong order, before a loop or after it."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterator, Sequence

from autograder.exercise.generated.body import Body
from autograder.exercise.generated.change import Change

ORDER = ("Which step needs what the other one gives?",)


def steps(body: Body) -> Iterator[Change]:
    """What goes wrong in loops."""
    for loop in body.all(ast.For):
        yield from _in_loop(body, loop)
    for block in _blocks(body):
        yield from _in_block(body, block)


def _blocks(body: Body) -> Iterator[Sequence[ast.stmt]]:
    for node in [body.code.node, *body.all((ast.For, ast.If, ast.While, ast.FunctionDef))]:
        yield [s for s in node.body if not _is_text(s)]


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _what(body: Body, node: ast.stmt) -> str:
    """What a step does, in the student's names; "" if that cannot be said."""
    value = getattr(node, "value", None)
    inside = ast.walk(value) if isinstance(value, ast.AST) else ()
    for call in (each for each in inside if isinstance(each, ast.Call)):
        if isinstance(call.func, ast.Name) and call.func.id in body.naming.helpers:
            # What one call returns may be used in the same step several times.
            return f"the {'call of' if call is value else 'step with'} `{call.func.id}`"
    targets = getattr(node, "targets", [getattr(node, "target", None)])
    for target in targets:
        if isinstance(target, ast.AST) and (name := body.value(target)).startswith("`"):
            return f"the step to {name}"
    if isinstance(node, ast.AugAssign) and isinstance(node.op, (ast.Add, ast.Sub)):
        return "an addition" if isinstance(node.op, ast.Add) else "a subtraction"
    return ""


def overwritten(body: Body) -> Iterator[Change]:
    """What is added up step by step, and is not, or with the wrong sign."""
    code = body.code
    for node in body.all(ast.AugAssign):
        if not isinstance(node.op, (ast.Add, ast.Sub)):
            continue
        sign, other = ("+", "-") if isinstance(node.op, ast.Add) else ("-", "+")
        target, value = code.text(node.target), code.text(node.value)
        place = (*code.span(node), f"{target} = {value}")
        done, wrong = ("added", "subtracted") if sign == "+" else ("subtracted", "added")
        yield Change(
            "overwritten",
            node.value,
            "the earlier value is overwritten, and should be "
            + ("added to" if sign == "+" else "subtracted from"),
            ("What happens to what an earlier step has left there?", f"Write {sign}= there."),
            edit=place,
        )
        yield Change(
            "other-direction",
            node.value,
            f"it is {wrong}, and should be {done}",
            ("In which direction does the formula go?", f"Write {sign}= there."),
            edit=(*code.span(node), f"{target} {other}= {value}"),
        )


def _in_loop(body: Body, loop: ast.For) -> Iterator[Change]:
    code = body.code
    start, _ = code.lines(loop)
    end = code.lines(loop)[1]
    head = code.source[start : code.lines(loop.body[0])[0]]
    pad = " " * loop.col_offset
    for at, step in enumerate(loop.body):
        what = _what(body, step)
        first, last = code.lines(step)
        text = code.source[first:last]
        rest = code.source[code.lines(loop.body[0])[0] : first] + code.source[last:end]
        outer = textwrap.indent(textwrap.dedent(text), pad)
        if not what or not rest.strip() or isinstance(step, (ast.For, ast.If)):
            continue
        hints = ("What changes from one time to the next?", f"Put {what} into the loop.")
        if at == 0:
            yield Change(
                "once-before-loop",
                loop,
                f"{what} has an effect only once, before the loop",
                hints,
                edit=(start, end, outer + head + rest),
            )
        if at == len(loop.body) - 1:
            yield Change(
                "once-after-loop",
                loop,
                f"{what} has an effect only once, after the loop",
                hints,
                edit=(start, end, head + rest + outer),
            )
        first_only = _first_only(body, step)
        if first_only is not None:
            yield Change(
                "first-time-only",
                step,
                f"{what} has an effect only the first time",
                hints,
                edit=first_only,
            )
    following = _next(body, loop)
    if isinstance(following, ast.Return):
        first, last = code.lines(following)
        inner = " " * loop.body[0].col_offset + code.source[first:last].lstrip()
        yield Change(
            "return-in-loop",
            following,
            "the function returns inside the loop, so the loop runs only once",
            (
                "Where does Python leave the function?",
                "Indent the return less than the loop's steps.",
            ),
            edit=(first, last, inner),
        )


def _first_only(body: Body, step: ast.stmt) -> tuple[int, int, str] | None:
    """A step that is made only while the name it binds is not there yet; None if it always is, or
    if there is no such name."""
    code = body.code
    first, last = code.lines(step)
    pad = " " * step.col_offset
    targets = getattr(step, "targets", [])
    name = targets[0].id if targets and isinstance(targets[0], ast.Name) else ""
    if not name or name in body.bound_before(step):
        return None
    text = textwrap.indent(textwrap.dedent(code.source[first:last]), pad + "    ")
    return first, last, f'{pad}if "{name}" not in locals():\n{text}'


def _is_left_out(step: ast.stmt) -> str:
    """A step that is not made; where it binds what a call gives, the call may be there."""
    if isinstance(step, ast.Assign) and isinstance(step.value, ast.Call):
        return "has no effect: it is missing, or its result is not kept"
    return "is missing"


def _made_twice(body: Body, step: ast.stmt) -> str:
    """What is wrong where something is added twice; "" for other steps."""
    if not isinstance(step, ast.AugAssign) or not isinstance(step.op, (ast.Add, ast.Sub)):
        return ""
    done, to = ("added", "to") if isinstance(step.op, ast.Add) else ("subtracted", "from")
    target = body.value(step.target)
    return f"what is {done}{f' {to} {target}' if target else ''} is twice what it should be"


def _next(body: Body, node: ast.stmt) -> ast.stmt | None:
    for block in _blocks(body):
        if node in block:
            at = block.index(node)
            return block[at + 1] if at + 1 < len(block) else None
    return None


def _in_block(body: Body, block: Sequence[ast.stmt]) -> Iterator[Change]:
    code = body.code
    for at, step in enumerate(block):
        what = _what(body, step)
        if not what or isinstance(step, (ast.Return, ast.For, ast.If, ast.With)):
            continue
        first, last = code.lines(step)
        text = code.source[first:last]
        hints = ("Which steps does the formula have, and how often?",)
        in_loop = isinstance(code.parents.get(step), ast.For)
        yield Change(
            "step-left-out",
            step,
            f"{what} {_is_left_out(step)}",
            (*hints, f"Make {what}."),
            edit=(first, last, " " * step.col_offset + "pass\n"),
        )
        if in_loop:
            yield Change(
                "step-twice",
                step,
                _made_twice(body, step) or f"{what} is made twice",
                (*hints, f"Make {what} once."),
                edit=(first, last, text + text),
            )
        if isinstance(step, ast.Assign) and isinstance(step.value, ast.Call):
            yield Change(
                "result-thrown-away",
                step,
                f"what {what} gives is thrown away",
                ("Who keeps what the function returns?", "Give the result its name again."),
                edit=(first, last, " " * step.col_offset + code.text(step.value) + "\n"),
            )
        for later in range(at + 1, len(block)):
            other = block[later]
            after = _what(body, other)
            if not after or isinstance(other, (ast.Return, ast.For, ast.If)) or after == what:
                continue
            finish = code.lines(other)[1]
            between = code.source[last : code.lines(other)[0]]
            moved = between + code.source[code.lines(other)[0] : finish] + text
            yield Change(
                "step-too-late",
                step,
                f"{what} comes after {after}, and should come before it",
                (*ORDER, f"Put {what} first."),
                edit=(first, finish, moved),
            )
            if later > at + 1:
                early = code.source[code.lines(other)[0] : finish] + text + between
                yield Change(
                    "step-too-early",
                    other,
                    f"{after} comes before {what}, and should come after it",
                    (*ORDER, f"Put {what} first."),
                    edit=(first, finish, early),
                )
