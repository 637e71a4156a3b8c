"""Random programs: right ones, put together from other ways to write each step of the solution,
and wrong ones, each a right one with a single thing in it changed. A right one gets full marks. A
wrong one loses points where it was changed or where that is called, and nowhere else.
"""

from __future__ import annotations

import ast
import copy
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from random import Random
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from autograder import Exercise, Function, Instance
from autograder.exercise.answer_key import AnswerKey
from autograder.exercise.solution import Solution
from autograder.exercise.solve import make_answer_key
from autograder.judge.judge import judge
from autograder.report import FunctionReport
from autograder.sandbox.calls import Call, Outcome
from autograder.sandbox.inside.namespace import Namespace

pytestmark = pytest.mark.slow

SECONDS = 5.0
KEYS = ("W1", "b1", "W2", "b2", "h", "y")
#: Every choice comes from one of these, so that hypothesis can shrink what it finds.
chances = st.randoms(use_true_random=False)


def each_time(examples: int) -> settings:
    """The same programs in every run: what fails here fails everywhere. With ``--every-moment``
    more of them."""
    return settings(
        max_examples=examples * 3 if "--every-moment" in sys.argv else examples,
        derandomize=True,
        database=None,
        deadline=None,
        # Explaining a failure takes a minute, and the program that is shown says more.
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=[HealthCheck.too_slow],
    )


# Right programs: templates, with one of several ways for each step.

SIGMOIDS = (
    """
    small = np.exp(-np.abs(z))
    return np.where(z >= 0, 1.0, small) / (1.0 + small)
    """,
    """
    small = np.exp(-np.abs(z))
    upper = 1 / (1 + small)
    return np.where(z < 0, 1 - upper, upper)
    """,
    """
    small = np.exp(-np.abs(z))
    upper, lower = 1 / (1 + small), small / (1 + small)
    return upper * (z >= 0) + lower * (z < 0)
    """,
    """
    up = z >= 0
    out = np.zeros_like(z)
    out[up] = 1 / (1 + np.exp(-z[up]))
    grown = np.exp(z[~up])
    out[~up] = grown / (1 + grown)
    return out
    """,
    """
    half = z / 2
    return 0.5 * (1 + np.tanh(half))
    """,
    """
    values = [1 / (1 + np.exp(-v)) if v > 0 else 1 - 1 / (1 + np.exp(v)) for v in z.ravel()]
    return np.array(values).reshape(z.shape)
    """,
    """
    out = np.zeros(z.shape)
    for index in np.ndindex(z.shape):
        small = np.exp(-abs(z[index]))
        out[index] = 1 / (1 + small) if z[index] >= 0 else small / (1 + small)
    return out
    """,
    """
    return np.exp(-np.logaddexp(0, -z))
    """,
)
SLOPES = (
    "{a} * (1 - {a})",
    "{a} - {a} ** 2",
    "{a} * 1.0 - {a} * {a}",
    "0.25 - ({a} - 0.5) ** 2",
    "-{a} * ({a} - 1)",
)
#: Elsewhere than in `sigmoid_derivative`, it can be called too.
SLOPES_OUTSIDE = (*SLOPES, "sigmoid_derivative({a})", "slope_of({a})")
ROWS_TIMES = (
    "{v} @ {m}",
    "{m}.T @ {v}",
    "np.dot({v}, {m})",
    "np.matmul({v}, {m})",
    'np.einsum("i,ij->j", {v}, {m})',
    "({v}[:, None] * {m}).sum(axis=0)",
    "np.sum({m}.T * {v}, axis=1)",
    "np.tensordot({v}, {m}, axes=1)",
    "row_times({v}, {m})",
)
TIMES_COLUMNS = (
    "{m} @ {v}",
    "{v} @ {m}.T",
    "np.dot({m}, {v})",
    'np.einsum("jk,k->j", {m}, {v})',
    "({m} * {v}).sum(axis=1)",
    "np.sum({m} * {v}[None, :], axis=-1)",
    "row_times({v}, {m}.T)",
)
OUTERS = (
    "np.outer({a}, {b})",
    "np.outer({b}, {a}).T",
    "{a}[:, None] * {b}[None, :]",
    "{a}[:, np.newaxis] * {b}",
    "{a}.reshape(-1, 1) @ {b}.reshape(1, -1)",
    'np.einsum("i,j->ij", {a}, {b})',
    "np.multiply.outer({a}, {b})",
    "np.array([[one * other for other in {b}] for one in {a}])",
    "table({a}, {b})",
)
SIZES = ("t.size", "len(t)", "y.size", "len(y)", "t.shape[0]", "y.shape[-1]")
ERRORS = (
    "2 * (y - t) / {n}",
    "-2 * (t - y) / {n}",
    "(y - t) * (2 / {n})",
    "2.0 / {n} * (y - t)",
    "(y - t + y - t) / {n}",
    "(2 * y - 2 * t) / {n}",
    "(y - t) / (0.5 * {n})",
)
LOSSES = (
    "return float(np.mean((y - t) ** 2))",
    "return ((y - t) ** 2).mean()",
    "d = y - t\nreturn d @ d / {n}",
    "d = t - y\nreturn float(np.sum(d * d) / {n})",
    "n = {n}\nreturn sum((one - other) ** 2 for one, other in zip(y, t)) / n",
    "squares = np.square(y - t)\nreturn np.sum(squares) / {n}",
    "return np.average(np.abs(t - y) ** 2)",
    "return float(np.mean(y * y - 2 * y * t + t * t))",
    "total = 0.0\nfor k in range({n}):\n    total += (y[k] - t[k]) ** 2\nreturn total / {n}",
    "d = y - t\nreturn np.einsum('k,k->', d, d) / {n}",
)
STEPS = (
    "{p} - lr * {g}",
    "{p} - {g} * lr",
    "{p} + -lr * {g}",
    "-lr * {g} + {p}",
    "np.subtract({p}, np.multiply(lr, {g}))",
)
LAYERS = (
    "{out} = sigmoid({product} + {b})",
    "{out}_sum = {product} + {b}\n{out} = sigmoid({out}_sum)",
    "{out}_sum = {product}\n{out}_shifted = {out}_sum + {b}\n{out} = sigmoid({out}_shifted)",
    "{out} = dense({v}, {m}, {b})",
    """{out}_sum = np.zeros({m}.shape[1])
for column in range({m}.shape[1]):
    for row in range({m}.shape[0]):
        {out}_sum[column] += {v}[row] * {m}[row, column]
{out} = sigmoid({out}_sum + {b})""",
)
#: Functions of one's own; those that nothing calls are left out.
HELPERS = (
    "def slope_of(value):\n    return {slope}",
    "def dense(v, m, b):\n    return sigmoid({product} + b)",
    """def row_times(v, m):
    sums = []
    for column in m.T:
        total = 0.0
        for one, other in zip(v, column):
            total += one * other
        sums.append(total)
    return np.array(sums)""",
    """def table(a, b):
    out = np.zeros((len(a), len(b)))
    for i in range(len(a)):
        for j in range(len(b)):
            out[i, j] = a[i] * b[j]
    return out""",
)


def function(head: str, body: str) -> str:
    """A function of some lines, however they are indented together."""
    lines = [line for line in body.splitlines() if line.strip()]
    edge = len(lines[0]) - len(lines[0].lstrip())
    return "\n".join([f"def {head}:", *(f"    {line[edge:]}" for line in lines)])


def some_sigmoid(chance: Random) -> str:
    return function("sigmoid(z)", chance.choice(SIGMOIDS))


def some_derivative(chance: Random) -> str:
    expression = chance.choice(SLOPES).format(a="a")
    return function("sigmoid_derivative(a)", f"slope = {expression}\nreturn slope")


def some_forward(chance: Random) -> str:
    lines = []
    for out, v, layer in (("h", "x", "1"), ("y", "h", "2")):
        m, b = f"W{layer}", f"b{layer}"
        product = chance.choice(ROWS_TIMES).format(v=v, m=m)
        lines += [f'{m} = params["{m}"]', f'{b} = params["{b}"]']
        lines.append(chance.choice(LAYERS).format(out=out, v=v, m=m, b=b, product=product))
    lines.append(
        chance.choice(
            (
                'return {"h": h, "y": y}',
                "return dict(y=y, h=h)",
                'out = {}\nout["h"] = h\nout["y"] = y\nreturn out',
                'return {"x": x, "h": h, "slope": y - y * y, "y": y}',
            )
        )
    )
    return function("forward(params, x)", "\n".join(lines))


def some_loss(chance: Random) -> str:
    return function("loss(y, t)", chance.choice(LOSSES).format(n=chance.choice(SIZES)))


def some_backward(chance: Random) -> str:
    start = chance.choice(
        (
            'h = activations["h"]\ny = activations["y"]',
            'h, y = activations["h"], activations["y"]',
            'again = forward(params, x)\nh, y = again["h"], again["y"]',
        )
    )

    def slope(a: str) -> str:
        return chance.choice(SLOPES_OUTSIDE).format(a=a)

    body = f"""{start}
W2 = params["W2"]
n = {chance.choice(SIZES)}
gy = {chance.choice(ERRORS).format(n="n")}
slope_y = {slope("y")}
d2 = gy * slope_y
gh = {chance.choice(TIMES_COLUMNS).format(m="W2", v="d2")}
slope_h = {slope("h")}
d1 = gh * slope_h
gW2 = {chance.choice(OUTERS).format(a="h", b="d2")}
gW1 = {chance.choice(OUTERS).format(a="x", b="d1")}
return {{"y": gy, "W2": gW2, "b2": d2, "h": gh, "W1": gW1, "b1": d1}}"""
    return function("backward(params, x, t, activations)", body)


def some_update(chance: Random) -> str:
    def step(p: str, g: str) -> str:
        return chance.choice(STEPS).format(p=p, g=g)

    by_name = step("params[name]", "grads[name]")
    explicit = ", ".join(f'"{k}": {step(f"params[{k!r}]", f"grads[{k!r}]")}' for k in KEYS[:4])
    bodies = (
        f"return {{name: {by_name} for name in params}}",
        f"return {{name: {step('value', 'grads[name]')} for name, value in params.items()}}",
        f"return dict((name, {by_name}) for name in sorted(params))",
        f"new = {{}}\nfor name in params:\n    new[name] = {by_name}\nreturn new",
        f"new = dict(params)\nfor name in new:\n    new[name] = {by_name}\nreturn new",
        f"return {{{explicit}}}",
    )
    return function("update(params, grads, lr)", chance.choice(bodies))


def some_train(chance: Random) -> str:
    measured = chance.choice(
        ('loss(a["y"], t)', 'float(np.mean((a["y"] - t) ** 2))', 'loss(forward(p, x)["y"], t)')
    )
    stepped = chance.choice(
        (
            "update(p, g, lr)",
            "{name: p[name] - lr * g[name] for name in p}",
            "update(p, g, 1.0 * lr)",
        )
    )
    measuring = f"measured = {measured}\n    losses.append(measured)"
    going_back = "g = backward(p, x, t, a)"
    middle = chance.choice((f"{measuring}\n    {going_back}", f"{going_back}\n    {measuring}"))
    body = f"""p = params
losses = []
for epoch in range(epochs):
    a = forward(p, x)
    {middle}
    p = {stepped}
return p, losses"""
    return function("train(params, x, t, lr, epochs)", body)


WRITERS: Sequence[Callable[[Random], str]] = (
    some_sigmoid,
    some_derivative,
    some_forward,
    some_loss,
    some_backward,
    some_update,
    some_train,
)


def some_helpers(chance: Random) -> list[str]:
    slope = chance.choice(SLOPES).format(a="value")
    product = chance.choice(ROWS_TIMES).format(v="v", m="m")
    return [helper.format(slope=slope, product=product) for helper in HELPERS]


# Right programs: changes that leave every value as it is.


def right_program(chance: Random) -> ast.Module:
    """A right answer; the smallest is close to the solution."""
    functions = [write(chance) for write in WRITERS]
    tree = ast.parse("\n\n".join(["import numpy as np", *some_helpers(chance), *functions]))
    called = callees(tree)
    wanted = set().union(*(reached(name, called) for name in called if name in GRADED))
    tree.body = [node for node in tree.body if name_of(node) in {*wanted, ""}]
    for node in definitions(tree).values():
        without_some_locals(node, chance)
        in_another_order(node, chance)
        OtherAlgebra(chance).visit(node)
        renamed(node, chance)
    return ast.fix_missing_locations(tree)


GRADED = ("sigmoid", "sigmoid_derivative", "forward", "loss", "backward", "update", "train")


def name_of(node: ast.stmt) -> str:
    return node.name if isinstance(node, ast.FunctionDef) else ""


def definitions(tree: ast.Module) -> dict[str, ast.FunctionDef]:
    return {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}


def names_in(node: ast.AST) -> set[str]:
    return {item.id for item in ast.walk(node) if isinstance(item, ast.Name)}


def stored(node: ast.AST) -> list[str]:
    """The names that are bound in a piece of code, as often as they are."""
    return [
        item.id if isinstance(item, ast.Name) else item.arg
        for item in ast.walk(node)
        if isinstance(item, ast.arg)
        or (isinstance(item, ast.Name) and isinstance(item.ctx, ast.Store))
    ]


def touched(node: ast.AST) -> set[str]:
    """The names that a piece of code binds, or whose value it may change."""
    found = set(stored(node))
    for item in ast.walk(node):
        if isinstance(item, ast.Subscript) and isinstance(item.ctx, ast.Store):
            found |= names_in(item.value)
        elif isinstance(item, ast.Call) and isinstance(item.func, ast.Attribute):
            found |= names_in(item.func.value)  # a method may change what it belongs to
    return found - {"np"}


def without_some_locals(node: ast.FunctionDef, chance: Random) -> None:
    """Put what some local variables stand for in their places."""
    for line in list(node.body):
        match line:
            case ast.Assign([ast.Name(name)], value):
                pass
            case _:
                continue
        # Only where nothing that it is made of is another value by the time it is read.
        steady = all(stored(node).count(each) <= 1 for each in names_in(line))
        changed = set().union(*(touched(other) for other in node.body if other is not line))
        is_value = not isinstance(value, (ast.List, ast.Dict))
        if steady and is_value and not changed & names_in(line) and chance.random() < 0.4:
            node.body.remove(line)
            InPlaceOf(name, value).visit(node)


class InPlaceOf(ast.NodeTransformer):
    """Puts an expression where a variable is read."""

    def __init__(self, name: str, value: ast.expr) -> None:
        self.name = name
        self.value = value

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return copy.deepcopy(self.value) if node.id == self.name else node


def in_another_order(node: ast.FunctionDef, chance: Random) -> None:
    """Reorder the lines of a function that do not need each other."""
    waiting, node.body = node.body, []
    while waiting:
        free = [
            line
            for at, line in enumerate(waiting)
            if not any(need_their_order(earlier, line) for earlier in waiting[:at])
        ]
        node.body.append(chance.choice(free))
        waiting.remove(node.body[-1])


def need_their_order(one: ast.stmt, other: ast.stmt) -> bool:
    if isinstance(other, ast.Return):
        return True
    return bool(touched(one) & names_in(other) or touched(other) & names_in(one))


class OtherAlgebra(ast.NodeTransformer):
    """Writes sums, products, differences, quotients and squares in other ways."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        forms: dict[type[ast.operator], tuple[str, ...]] = {
            ast.Add: ("b + a", "np.add(a, b)", "a - -b"),
            ast.Mult: ("b * a", "np.multiply(a, b)", "-a * -b"),
            ast.Sub: ("-(b - a)", "a + -b", "np.subtract(a, b)"),
            ast.Div: ("1 / b * a", "a * (1 / b)", "np.divide(a, b)"),
            ast.Pow: ("a * a", "np.square(a)"),
        }
        form = self.chance.choice(("", *forms.get(type(node.op), ())))
        # Masks have no negative, and whole numbers may be indices.
        numbers = not any(isinstance(side, ast.Compare) for side in (node.left, node.right))
        return filled(form, node.left, node.right) if form and numbers else node


def filled(form: str, a: ast.expr, b: ast.expr) -> ast.expr:
    expression = ast.parse(form, mode="eval")
    # Both at once: what is put in for one may hold the other's name.
    marked = InPlaceOf("a", ast.Name("<a>", ast.Load())).visit(expression)
    marked = InPlaceOf("b", b).visit(marked)
    result: ast.expr = InPlaceOf("<a>", a).visit(marked).body
    return result


FREE_NAMES = ("one", "two", "tmp", "E", "delta", "W1", "x", "h", "y", "grad", "res", "s", "_v")


def renamed(node: ast.FunctionDef, chance: Random) -> None:
    """Give a function's variables other names, maybe each other's."""
    own = list(dict.fromkeys(stored(node)))
    foreign = names_in(node) - set(own)
    free = [name for name in dict.fromkeys([*own, *FREE_NAMES]) if name not in foreign]
    new = dict(zip(own, chance.sample(free, len(own)), strict=True))
    for item in ast.walk(node):
        if isinstance(item, ast.Name):
            item.id = new.get(item.id, item.id)
        elif isinstance(item, ast.arg):
            item.arg = new[item.arg]


# Wrong programs: one change that matters.


class Wrong(NamedTuple):
    """A wrong program, which function was changed in it, and how."""

    tree: ast.Module
    changed: str
    how: str


def with_a_mistake(tree: ast.Module, chance: Random) -> Wrong:
    """The program with one expression of one function changed."""
    tree = copy.deepcopy(tree)
    node = chance.choice(list(definitions(tree).values()))
    places = [
        (place, new)
        for line in node.body
        for place in ast.walk(line)
        for new in other_than(place, stored(node))
    ]
    place, new = chance.choice(places)
    ast.copy_location(new, place)
    how = f"{node.name}: {ast.unparse(place)} became {ast.unparse(new)}"
    Swap(place, new).visit(node)
    return Wrong(ast.fix_missing_locations(tree), node.name, how)


class Swap(ast.NodeTransformer):
    """Puts one node in the place of another."""

    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self.old = old
        self.new = new

    def visit(self, node: ast.AST) -> Any:
        return self.new if node is self.old else super().visit(node)


OPERATORS = (ast.Add, ast.Sub, ast.Mult, ast.Div)


def other_than(node: ast.AST, variables: Sequence[str]) -> Iterator[ast.AST]:
    """What could stand by mistake in the place of a node."""
    match node:
        case ast.Constant(str(key)) if key in KEYS:
            yield from (ast.Constant(other) for other in KEYS if other != key)
        case ast.Constant(int(number) | float(number)):
            yield from (ast.Constant(other) for other in (number + 1, number * 3 - 1, number / 2))
        case ast.BinOp(left, operator, right):
            yield from (
                ast.BinOp(left, other(), right)
                for other in OPERATORS
                if not isinstance(operator, other)
            )
            yield left
            yield right
            yield negative(node)
        case ast.AugAssign(target, operator, value):
            yield from (
                ast.AugAssign(target, other(), value)
                for other in OPERATORS
                if not isinstance(operator, other)
            )
            yield ast.Assign([target], value)
        case ast.UnaryOp(ast.USub(), operand):
            yield operand
        case ast.Call(called, [one, other]):
            yield ast.Call(called, [other, one], node.keywords)
            yield negative(node)
        case ast.Call():
            yield negative(node)
        case ast.Attribute(value, "T"):
            yield value
        case ast.Name(name, ast.Load()) if name in variables:
            yield from (ast.Name(other, ast.Load()) for other in others(variables, name))
            yield negative(node)


def others(names: Sequence[str], without: str) -> list[str]:
    return [name for name in dict.fromkeys(names) if name != without]


def negative(node: ast.expr) -> ast.expr:
    return ast.UnaryOp(ast.USub(), node)


def callees(tree: ast.Module) -> dict[str, set[str]]:
    """For each function of a program the other functions of it that it calls."""
    nodes = definitions(tree)
    return {name: names_in(node) & nodes.keys() for name, node in nodes.items()}


def reached(name: str, called: Mapping[str, set[str]]) -> set[str]:
    """A function and all that it calls, directly or not."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        found.add(waiting.pop())
        waiting += [other for each in found for other in called[each] if other not in found]
    return found


# What programs give, apart from what the autograder says of them.


def ready(tree: ast.Module) -> Namespace:
    """A program after its cells have run; each function is one."""
    submission = Namespace(seconds=SECONDS)
    for at, node in enumerate(tree.body):
        outcome = submission.run_cell(ast.unparse(node), f"cell {at}")
        assert outcome.returned, outcome
    return submission


def judged(tree: ast.Module, answer_key: AnswerKey) -> dict[str, FunctionReport]:
    submission = ready(tree)
    reports = judge(answer_key, lambda calls: list(submission.run(calls)), SECONDS, GRADED)
    return {report.name: report for report in reports}


@pytest.mark.parametrize("telling", [False, True])
def test_nothing_that_has_to_be_returned_was_given_before(
    telling: bool, solution: Solution, answer_key: AnswerKey
) -> None:
    """On hidden instances, helpers are asked in one batch, unless these hold each other's
    results."""
    cases = [
        replace(case, inputs={**case.inputs, "a": case.expected["sigmoid"]})
        if telling and "sigmoid" in case.expected
        else case
        for case in answer_key.cases
    ]
    submission = ready(ast.parse(solution.source))
    batches: list[Sequence[Call]] = []

    def caller(calls: Sequence[Call]) -> list[Outcome]:
        batches.append(calls)
        return list(submission.run(calls))

    judge(replace(answer_key, cases=cases), caller, SECONDS)
    # Choices and visible instances come first, of which nothing is secret, then inputs near these.
    visible, near, first, *_ = ({call.function for call in calls} for calls in batches)
    assert {"what_it_computes", "backward", "update", "train"} <= visible
    helpers = {"sigmoid", "sigmoid_derivative", "forward"}
    assert (helpers == near and helpers <= first) is not telling
    asked: set[bytes] = set()
    for calls in batches[1:]:
        for name in ("backward", "forward"):
            given = {
                b"".join(v.tobytes() for v in c.arguments[0].values())
                for c in calls
                if c.function == name
            }
            assert name == "forward" or given <= asked
            asked |= given if name == "forward" else set()


@pytest.mark.parametrize("number", [float, np.array])
def test_nor_a_single_number(number: Callable[[float], Any]) -> None:
    held = {"params": {"w": np.ones(2)}, "x": np.ones(2), "z": number(0.3), "a": number(0.75)}
    functions = {"double": lambda z: 2.5 * z, "halve": lambda a: a / 2}
    functions["forward"] = lambda params, x: {"y": params["w"] * x}
    declared = [Function(name, {"values": 1}) for name in functions]
    exercise = Exercise("t", declared, [Instance("a", held)], list)
    batches: list[set[str]] = []

    def caller(calls: Sequence[Call]) -> list[Outcome]:
        batches.append({call.function for call in calls})
        return [Outcome("missing") for _ in calls]

    answer_key = make_answer_key("t", exercise, functions)
    hidden = replace(answer_key, cases=[replace(case, hidden=True) for case in answer_key.cases])
    judge(hidden, caller, SECONDS)
    assert list(filter(None, batches)) == [{"double"}, {"halve"}, {"forward"}]


@pytest.fixture(scope="session")
def fresh_calls(solution: Solution) -> Callable[[int], list[Call]]:
    """Calls of every function on networks that no answer key has, with what they need from others
    worked out by the solution."""
    functions = solution.functions

    def of(seed: int) -> list[Call]:
        rng = np.random.default_rng(seed)
        calls = []
        for sizes in ((4, 3, 2), (1, 2, 4), rng.integers(1, 6, 3), rng.integers(1, 6, 3)):
            n_in, n_hidden, n_out = sizes
            shapes = {"W1": (n_in, n_hidden), "b1": n_hidden, "W2": (n_hidden, n_out), "b2": n_out}
            params = {name: rng.normal(0, 1, shape) for name, shape in shapes.items()}
            x, t, lr = rng.normal(0, 1, n_in), rng.uniform(0, 1, n_out), rng.uniform(0.1, 0.9)
            activations = functions["forward"](params, x)
            grads = functions["backward"](params, x, t, activations)
            z = np.concatenate([rng.normal(0, 3, 8), [0.0, -1000.0, 1000.0, 25.0]])
            calls += [
                Call("sigmoid", (z,)),
                Call("sigmoid_derivative", (rng.uniform(0, 1, (n_in, n_out)),)),
                Call("forward", (params, x)),
                Call("loss", (activations["y"], t)),
                Call("backward", (params, x, t, activations)),
                Call("update", (params, grads, lr)),
                Call("train", (params, x, t, lr, 3)),
            ]
        return calls

    return of


def differing(one: ast.Module, other: ast.Module, calls: Sequence[Call]) -> set[str]:
    """The functions that two programs do not have alike, each called by itself."""
    # One after the other: each sets up its surroundings, and takes them down.
    first, second = (list(ready(tree).run(calls)) for tree in (one, other))
    outcomes = zip(calls, first, second, strict=True)
    return {call.function for call, mine, theirs in outcomes if not same_outcome(mine, theirs)}


def same_outcome(one: Outcome, other: Outcome) -> bool:
    same_ways = (one.kind, one.changed) == (other.kind, other.changed)
    return same_ways and same_value(one.value, other.value)


def same_value(one: Any, other: Any) -> bool:
    """Whether two results are the same to nine digits, leaving out what nobody asked for."""
    if isinstance(one, dict) and isinstance(other, dict):
        keys = [[key for key in each if key in KEYS] for each in (one, other)]
        return set(keys[0]) == set(keys[1]) and all(same_value(one[k], other[k]) for k in keys[0])
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        return len(one) == len(other) and all(map(same_value, one, other))
    kinds = (int, float, np.ndarray)
    if not (isinstance(one, kinds) and isinstance(other, kinds)):
        return one is None and other is None
    if np.shape(one) != np.shape(other):
        return False
    size = np.abs(one)
    # What is left of a difference of two numbers has lost digits to their size.
    with np.errstate(all="ignore"):
        close = np.abs(one - other) <= 1e-9 * size + 1e-13 * np.max(size, initial=0.0)
    return bool(np.all(close))


def shown(tree: ast.Module, reports: Mapping[str, FunctionReport]) -> str:
    """A program and what is held against it, to be read when a test fails."""
    lines = [ast.unparse(tree)]
    for report in reports.values():
        lines.append(f"# {report.name}: {report.status}, {report.score}/{report.max_score}")
        lines += [f"#   {c.name}: {c.message}" for c in report.checks if c.passed is False]
    return "\n".join(lines)


def lost(report: FunctionReport) -> bool:
    return report.score < report.max_score


def names_given(report: FunctionReport) -> list[str]:
    """The names of the mistakes that were recognised in a function."""
    return [str(getattr(item, "id", item)) for item in getattr(report, "mistakes", ())]


@each_time(30)
@given(chance=chances)
def test_a_right_rewrite_gets_full_marks(answer_key: AnswerKey, chance: Random) -> None:
    tree = right_program(chance)
    reports = judged(tree, answer_key)
    for report in reports.values():
        assert report.status == "passed" and not lost(report), shown(tree, reports)
        assert not names_given(report), shown(tree, reports)


@each_time(50)
@given(chance=chances, seed=st.integers(0, 10_000))
def test_one_change_costs_points_where_it_was_made_and_nowhere_else(
    answer_key: AnswerKey, fresh_calls: Callable[[int], list[Call]], chance: Random, seed: int
) -> None:
    right = right_program(chance)
    wrong = with_a_mistake(right, chance)
    other = differing(right, wrong.tree, fresh_calls(seed))
    assume(other)
    reports = judged(wrong.tree, answer_key)
    called = callees(wrong.tree)
    reaching = {name for name in GRADED if wrong.changed in reached(name, called)}
    text = f"{wrong.how}\n{shown(wrong.tree, reports)}"
    assert any(lost(reports[name]) for name in reaching), text
    for name in GRADED:
        assert name in reaching or reports[name].status == "passed", text
