"""What is one and the same fragment, and what is not."""

from __future__ import annotations

import ast
from collections import Counter

import pytest

from autograder.alike.fragments import fragments_of


def keys(source: str) -> Counter[str]:
    (statement,) = ast.parse(source).body
    return Counter(each.key for each in fragments_of(statement, 0, {"params", "forward"}))


def body(text: str) -> Counter[str]:
    lines = "\n".join(f"    {line}" for line in text.splitlines())
    return keys(f"def f(a, b, c):\n{lines}")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("return a * (1 - a)", "return (1 - c) * c"),
        ("return np.dot(a, b)", "return a @ b"),
        ("return a.dot(b)", "return np.matmul(a, b)"),
        ("return np.multiply.outer(a, b)", "return np.outer(a, b)"),
        ("return np.sum(a, axis=0)", "return a.sum(axis=0)"),
        ("return np.square(a - b)", "return (a - b) ** 2"),
        ("return a * a", "return a ** 2.0"),
        ("return a.T", "return np.transpose(a)"),
        ("return a < b", "return b > a"),
        ("return math.exp(-a)", "return np.exp(np.negative(a))"),
        ("return len(a)", "return a.size"),
        ("d = a - b\nreturn d @ c", "return (a - b) @ c"),
        ("a = b * c\nreturn [a]", "a = c * b  # changed\n\n\nreturn [a]"),
        ("x = a + 1\ny = b + 2\nreturn x @ y", "y = b + 2\nx = a + 1\nreturn x @ y"),
        ('return {"W": a @ b, "b": c}', "return dict(b=c, W=a @ b)"),
        ("a += b @ c", "a = a + b @ c"),
        ("c.append(a @ b)", "a @ b"),
        ('"""What it does."""\nreturn a / b', "return a / b"),
        ("x, y = a + 1, b\nreturn x / y", "x = a + 1\ny = b\nreturn x / y"),
    ],
)
def test_the_same_spelled_otherwise(one: str, other: str) -> None:
    assert body(one) == body(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("return a - b * 2", "return 2 * b / a"),
        ("return a / (a + 1)", "return (a + 1) / a"),
        ("return a @ b.T", "return a.T @ b"),
        ("return np.sum(a, axis=0)", "return np.sum(a, axis=1)"),
        ('return params["W1"]', 'return params["W2"]'),
        ("return forward(a)", "return c(a)"),
        ("return a", "raise a"),
        ("return 2 * a", "return 3 * a"),
    ],
)
def test_what_is_not_the_same(one: str, other: str) -> None:
    assert body(one) != body(other)


def test_a_variable_that_is_set_twice_is_only_a_variable() -> None:
    twice = body("d = a - b\nd = d * 2\nreturn np.exp(d)")
    assert {*body("np.exp(c)")} <= {*twice}
    assert not {*body("np.exp(c)")} <= {*body("d = a - b\nreturn np.exp(d)")}


def test_a_change_deep_inside_leaves_what_is_around_it() -> None:
    one = body("return np.mean(np.sqrt(np.abs(a - b) ** 3))")
    other = body("return np.mean(np.sqrt(np.abs(a - b + c) ** 3))")
    assert (one & other).total() >= 3


def test_a_loop_that_appends_is_nearly_a_comprehension() -> None:
    one = body("x = []\nfor e in a:\n    x.append(np.exp(e - b) / 2)\nreturn x")
    other = body("return [np.exp(e - b) / 2 for e in a]")
    assert (one & other).total() >= 0.5 * other.total()
