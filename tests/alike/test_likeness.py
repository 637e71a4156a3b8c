"""Copies stand out of a class, and honest pairs do not."""

from __future__ import annotations

import ast
import random

import pytest

from autograder.alike import likeness as module
from autograder.alike.likeness import LEAST_CLASS, Likeness, compare
from autograder.alike.units import Units, code_of
from autograder.faults import Refusal
from autograder.submission import parse_submission
from benchmarks.alike import class_of_one_solution, class_with_copies, found_in, likeness_of
from benchmarks.disguises import disguise

NAMES = ("f", "g", "h", "k")


def units(*sources: str) -> Units:
    text = "\n".join(f"def {n}(x, y):\n    {s}" for n, s in zip(NAMES, sources, strict=False))
    return code_of(parse_submission("x.py", text.encode()), NAMES).units(NAMES)


def test_disguised_copies_are_on_top(pytestconfig: pytest.Config) -> None:
    """All of what the benchmark has of one class with ``--every-moment``."""
    every = pytestconfig.getoption("--every-moment")
    honest, copies = (300, 40) if every else (90, 12)
    students = class_with_copies("sigmoid_network", honest, copies, seed=0)
    found = found_in(likeness_of(students), students.copies)
    assert found.first >= 0.9 * copies
    assert found.above >= 0.9 * copies
    assert found.honest <= 0.01 * (found.above + found.honest)


def test_a_copy_is_found_where_most_wrote_one_solution() -> None:
    students = class_of_one_solution("sigmoid_network", 30, seed=0)
    found = found_in(likeness_of(students), students.copies)
    assert (found.first, found.above) == (1, 1)
    assert found.honest <= 1


def test_where_nobody_copied_hardly_a_pair_stands_out() -> None:
    above = [len(likeness_of(class_with_copies("mlp", 40, 0, seed)).above) for seed in range(3)]
    assert sum(above) <= 3


def test_what_all_wrote_says_nothing_and_what_two_wrote_much() -> None:
    students = {
        f"s{n:02}": units("return x * (1 - x)", f"return x + {n}", f"return y / {n}")
        for n in range(20)
    }
    students |= {
        "a": units("return x * (1 - x)", "return x ** y - 99", "return np.exp(y) @ x"),
        "b": units("return (1 - y) * y", "return -99 + x ** y", "return np.exp(y).dot(x)"),
    }
    first, second = compare(students).ranked[:2]
    assert first.students == {"a", "b"}
    assert first.score > second.score
    assert "f" not in first.rarity  # all are alike in it
    assert first.rarity["h"] == pytest.approx(1 / 231)


def test_where_most_wrote_one_text_two_who_share_a_rare_one_are_first() -> None:
    """All identical texts are equally alike, and most pairs of this class are identical."""
    most = [f"return x * (1 - x) + {at}" for at in range(4)]
    students = {f"s{n:02}": units(*most) for n in range(20)}
    for n in range(4):  # each writes one function in a way of his own
        students[f"s{n:02}"] = units(*most[:n], f"return y ** {n + 9}", *most[n + 1 :])
    rare = [f"return np.exp(y - {at}) @ x / {at + 5}" for at in range(4)]
    students |= {"a": units(*rare), "b": units(*rare)}
    found = compare(students)
    assert [pair.students for pair in found.above] == [{"a", "b"}]
    assert found.above[0].rarity.keys() == {*NAMES}


def test_one_shared_function_of_three_is_below_the_line() -> None:
    rng = random.Random(0)
    signs = ["x + {}", "x * {}", "np.exp(x - {})", "x @ y / {}", "abs(y) ** {}", "y[{}]"]

    def own() -> str:
        return f"return {rng.choice(signs).format(rng.randrange(9))}"

    students = {f"s{n:02}": units(own(), own(), own()) for n in range(60)}
    odd = "return np.tanh(x @ x.T) - y ** 7"
    students |= {"a": units(odd, own(), own()), "b": units(odd, own(), own())}
    assert {"a", "b"} not in [pair.students for pair in compare(students).above]


def test_who_writes_by_one_habit_throughout_is_no_copy() -> None:
    """Five have each of twelve habits in all their functions. Were functions independent, no two
    would share four."""
    habits = {
        f"s{n:02}": units(*(f"return x ** {n % 12} + {sign} * y" for sign in range(4)))
        for n in range(60)
    }
    assert compare(habits).above == []


def test_a_class_that_is_too_small_or_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    few = {f"s{n}": units("return x + 1") for n in range(LEAST_CLASS - 1)}
    assert compare(few) == Likeness([], 0, 0.0)
    monkeypatch.setattr(module, "MAX_CLASS", LEAST_CLASS)
    many = {f"s{n}": units("return x + 1") for n in range(LEAST_CLASS + 1)}
    with pytest.raises(Refusal, match="11 submissions are too many"):
        compare(many)


def test_all_the_same_and_one_function_alone_are_no_pairs() -> None:
    same = {f"s{n}": units("return x + 1", "return x * y") for n in range(12)}
    assert compare(same).above == []
    alone = {f"s{n}": units(f"return x + {n // 2} * y") for n in range(40)}
    assert compare(alone).above == []


def test_the_order_of_the_students_changes_nothing() -> None:
    students = class_with_copies("sigmoid_network", 20, 2, seed=1)
    mixed = students._replace(texts=dict(reversed(students.texts.items())))
    one, other = likeness_of(students), likeness_of(mixed)
    assert [p.students for p in one.above] == [p.students for p in other.above]
    assert one.line == other.line


def test_a_disguise_changes_the_text_and_keeps_the_functions() -> None:
    for student, text in class_with_copies("sigmoid_network", 5, 0, seed=2).texts.items():
        names = functions(text)
        new = disguise(text, random.Random(student), sorted(names))
        assert names < functions(new)  # with helpers
        assert not variables(text) <= variables(new)
        assert not {*text.splitlines()} <= {*new.splitlines()}


def functions(text: str) -> set[str]:
    return {each.name for each in ast.parse(text).body if isinstance(each, ast.FunctionDef)}


def variables(text: str) -> set[str]:
    names = [each for each in ast.walk(ast.parse(text)) if isinstance(each, ast.Name)]
    return {each.id for each in names if isinstance(each.ctx, ast.Store)}
