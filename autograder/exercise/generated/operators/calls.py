"""Functions that are applied: not at all, twice, to another sign, or another one."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator

from autograder.exercise.generated.body import Body
from autograder.exercise.generated.change import Change
from autograder.exercise.generated.code import Written
from autograder.exercise.generated.naming import WORDS

#: What students take for an activation, by the text around its argument.
ACTIVATIONS = {
    "tanh": ("np.tanh({})", "tanh"),
    "relu": ("np.maximum(0, {})", "ReLU, max(z, 0)"),
    "softmax": ("(np.exp({0}) / np.sum(np.exp({0})))", "softmax"),
    "logistic": ("(1 / (1 + np.exp(-({}))))", "the logistic function"),
}
#: Functions of numpy that make each number of another one.
OF_ONE = {"abs", "absolute", "exp", "log", "sqrt", "tanh", "sin", "cos"}


def called_name(body: Body, node: ast.Call) -> str:
    """What a function is called in a sentence; "" if it has no name for students."""
    if isinstance(node.func, ast.Name):
        if node.func.id in body.naming.helpers:
            return f"`{node.func.id}`"
        return "the conversion" if node.func.id in ("float", "abs") else ""
    if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
        return WORDS[node.func.attr] if node.func.attr in OF_ONE else ""
    return ""


def applied(body: Body) -> Iterator[Change]:
    """What goes wrong where a function of one argument is applied."""
    code = body.code
    for node in body.all(ast.Call):
        name = called_name(body, node)
        if (
            not name
            or len(node.args) != 1
            or node.keywords
            or isinstance(node.args[0], ast.Starred)
        ):
            continue
        argument, function = node.args[0], code.text(node.func)
        value = body.value(argument)
        of = f" to {value}" if value.startswith("`") else ""
        yield Change(
            "not-applied",
            node,
            f"{name} is not applied{of}",
            ("Which function does the formula apply here?", f"Apply {name}{of}."),
            code.as_it_is(argument),
        )
        if not isinstance(node.func, ast.Name) or node.func.id not in body.naming.helpers:
            continue
        yield Change(
            "applied-twice",
            node,
            f"{name} is applied once more, to its own result",
            ("How often does the formula apply it?", f"Apply {name} once."),
            code.call(function, node),
        )
        yield Change(
            "negated-argument",
            node,
            f"the argument of {name} has the wrong sign",
            ("Which sign has the argument in the formula?", "Change the sign of the argument."),
            code.call(function, code.negated(argument)),
        )
        yield Change(
            "one-minus",
            node,
            f"1 minus {name} is used instead of {name}",
            (f"Does the formula subtract {name} from 1?", "Leave the subtraction out."),
            code.binary(Written("1"), "-", node),
        )
        yield from _other_function(body, node, name)


def _other_function(body: Body, node: ast.Call, name: str) -> Iterator[Change]:
    code, argument = body.code, node.args[0]
    which = ("Which function does the formula apply here?", f"Use {name}.")
    for other in body.others.values():
        if other.name == code.text(node.func) or len(other.arguments) != 1 or other.owner:
            continue
        if other.name == body.function.name:
            continue
        yield Change(
            "other-function",
            node,
            f"`{other.name}` is used instead of {name}",
            which,
            code.call(other.name, argument),
        )
        yield Change(
            "applied-before",
            argument,
            f"`{other.name}` is applied before {name}, and should not be",
            (
                f"What does {name} take: the value itself, or what `{other.name}` makes of it?",
                f"Give {name} the value itself.",
            ),
            code.call(other.name, argument),
        )
    for text, words in ACTIVATIONS.values():
        yield Change(
            "other-activation",
            node,
            f"{words} is used instead of {name}",
            which,
            Written(text.format(code.text(argument))),
        )


def arguments_exchanged(body: Body) -> Iterator[Change]:
    """Two arguments of a call in the wrong order."""
    code = body.code
    for node in body.all(ast.Call):
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name not in body.others or any(isinstance(a, ast.Starred) for a in node.args):
            continue
        for one, other in itertools.combinations(range(len(node.args)), 2):
            named = [body.value(node.args[at]) for at in (one, other)]
            if not all(named):
                continue
            given = [*node.args]
            given[one], given[other] = given[other], given[one]
            yield Change(
                "arguments-exchanged",
                node,
                f"`{name}` is given {named[0]} and {named[1]} in the wrong order",
                (
                    f"In which order does `{name}` take its arguments?",
                    "Exchange the two arguments.",
                ),
                code.call(name, *given),
            )
