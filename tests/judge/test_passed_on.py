"""Methods that are wrong since another one is: what is excused, and what is not."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.exercise.solution import Solution
from autograder.exercise.visible import read_visible, write_visible
from tests.conftest import KEY
from tests.helpers.autodiff import SOURCE, changed, grade, lost, solution_in, stubbed


@pytest.fixture(scope="module")
def solution(tmp_path_factory: pytest.TempPathFactory) -> Solution:
    return solution_in(tmp_path_factory.mktemp("classes"))


MISTAKES = {
    "add-overwrites": "Value.__add__",
    "product-slope": "Value.__mul__",
    "product-overwrites": "Value.__mul__",
    "no-exponent": "Value.__pow__",
    "slope-everywhere": "Value.relu",
    "tanh-of-slope": "Value.tanh",
    "reversed": "Value.__sub__",
    "upside-down": "Value.__truediv__",
    "no-order": "Value.backward",
    "no-start": "Value.backward",
    "no-gate": "neuron",
}


def test_all_mistakes_are_tried(solution: Solution) -> None:
    assert {m.id: m.function for m in solution.exercise.mistakes} == MISTAKES


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_known_mistake_costs_one_method(solution: Solution, mistake: str) -> None:
    report = grade(solution, solution.mutants.mistakes[mistake].apply(SOURCE))
    (name,) = lost(report)
    assert name == MISTAKES[mistake]
    assert [m.id for m in lost(report)[name].mistakes] == [mistake]


def test_what_is_excused_says_why(solution: Solution) -> None:
    report = grade(solution, solution.mutants.mistakes["product-slope"].apply(SOURCE))
    quotient = next(f for f in report.functions if f.name == "Value.__truediv__")
    assert quotient.given == ("Value.__mul__",)
    assert {c.message for c in quotient.checks} == {
        "Right for your own Value.__mul__, which is where the mistake is."
    }


def test_mistakes_in_several_methods_are_all_found(solution: Solution) -> None:
    source = SOURCE
    for mistake in ("product-slope", "no-exponent", "tanh-of-slope", "no-order"):
        source = solution.mutants.mistakes[mistake].apply(source)
    report = grade(solution, source)
    named = {f.name: [m.id for m in f.mistakes] for f in report.functions if f.mistakes}
    assert named == {
        "Value.__mul__": ["product-slope"],
        "Value.__pow__": ["no-exponent"],
        "Value.tanh": ["tanh-of-slope"],
        "Value.backward": ["no-order"],
    }
    assert set(lost(report)) == set(named)


def test_an_unknown_slip_has_the_others_wait(solution: Solution) -> None:
    slip = ("self.grad += other.data * out.grad", "self.grad += other.data * out.grad * 1.01")
    report = grade(solution, changed(slip))
    wrong = lost(report)
    assert {name: each.waits_for for name, each in wrong.items()} == {
        "Value.__mul__": (),
        "Value.__sub__": ("Value.__mul__",),
        "Value.__truediv__": ("Value.__mul__",),
        "Value.backward": ("Value.__mul__",),
    }


SLIPS = [
    ("other.grad += self.data * out.grad", "other.grad = self.data * out.grad"),
    ("self.grad += (1 - out.data**2) * out.grad", "self.grad += (1 - out.data**2) * self.grad"),
]


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_that_is_named_costs_one_method(solution: Solution, slip: tuple[str, str]) -> None:
    report = grade(solution, changed(slip))
    (name,) = lost(report)
    assert name in ("Value.__mul__", "Value.tanh")
    excused = {f.name for f in report.functions if f.given == (name,)}
    for function in report.functions:
        if function.name in excused:
            assert not function.waits_for
            assert any("once the slip in your" in check.message for check in function.checks)


def test_slips_in_two_methods_cost_two(solution: Solution) -> None:
    # One of them has a name that is generated; without it, both are found in the source.
    named = [m.id for m in solution.generated if "overwritten" in m.message]
    exercise = replace(solution.exercise, forbidden=named)
    report = grade(replace(solution, exercise=exercise), changed(*SLIPS))
    assert list(lost(report)) == ["Value.__mul__", "Value.tanh"]
    assert report.functions[-1].given == ("Value.__mul__", "Value.tanh")


def test_a_mended_slip_does_not_hide_another_mistake(solution: Solution) -> None:
    """What uses a method with a slip is judged on hidden instances, too."""
    source = changed(SLIPS[1], ("        self.grad = 1.0\n", "        self.grad = 1.01\n"))
    report = grade(solution, source)
    wrong = lost(report)
    assert "Value.backward" in wrong
    assert not wrong["Value.backward"].given


def test_nothing_is_excused_that_was_not_computed(solution: Solution) -> None:
    """Where no derivative is set to begin with, all are 0, computed or not."""
    no_start = changed(
        ("        self.grad = 1.0\n", ""), ("            value.push()", "            pass")
    )
    pushed = re.sub(r"(self|other)\.grad \+= .*", "pass", no_start)
    report = grade(solution, pushed)
    assert all(f.score < f.max_score for f in report.functions if f.name != "neuron")
    assert not any(f.given for f in report.functions)


@pytest.mark.parametrize("name", ["Value.__mul__", "Value.backward"])
def test_a_method_that_is_not_written_is_named(solution: Solution, name: str) -> None:
    report = grade(solution, stubbed(name.partition(".")[2]))
    by_name = {f.name: f for f in report.functions}
    assert (by_name[name].status, by_name[name].waits_for) == ("missing", ())
    quotient = by_name["Value.__truediv__"]
    assert (quotient.status, quotient.waits_for) == ("error", (name,))
    assert (
        quotient.checks[0].message == f"Value.__truediv__ needs {name}, which is not written yet."
    )


def test_a_student_copy_names_and_waits_without_the_solution(
    solution: Solution, tmp_path: Path
) -> None:
    (tmp_path / "visible.json").write_text(
        write_visible(solution.answer_key(KEY)), encoding="utf-8"
    )
    copy = read_visible(tmp_path / "visible.json")
    assert not lost(grade(solution, SOURCE, copy))
    report = grade(solution, solution.mutants.mistakes["product-slope"].apply(SOURCE), copy)
    wrong = lost(report)
    assert [m.id for m in wrong["Value.__mul__"].mistakes] == ["product-slope"]
    assert wrong["Value.__truediv__"].waits_for == ("Value.__mul__",)
    assert not wrong["Value.__truediv__"].mistakes
    first = wrong["Value.__mul__"].checks[0].message
    assert "This is what was run, with your own Value:\n    def result(z, **leaves):" in first
    assert 'product(...)["x"] is wrong' in first


@pytest.mark.parametrize(
    ("right", "wrong", "sentence"),
    [
        (
            "self.grad += exponent * self.data",
            "self.grad += exponent * data",
            "there is no `data` in this function; `self` has one: write `self.data`.",
        ),
        (
            "self.grad += (1 - out.data**2) * out.grad",
            "self.grad += (1 - out.data**2) * self.grad",
            "`self.grad` is that of another object than is meant: write `out.grad`.",
        ),
    ],
)
def test_a_slip_in_a_method_is_named(
    solution: Solution, right: str, wrong: str, sentence: str
) -> None:
    report = grade(solution, changed((right, wrong)))
    assert sentence in "".join(c.message for f in report.functions for c in f.checks)


def test_a_method_under_another_name_is_named(solution: Solution) -> None:
    report = grade(solution, changed(("def relu(", "def rellu(")))
    relu = next(f for f in report.functions if f.name == "Value.relu")
    assert "Value.rellu is defined here, and Value.relu nowhere" in relu.checks[0].message


@pytest.mark.parametrize(
    ("bases", "says_missing"), [("", True), ("(Value)", False)], ids=["anew", "extended"]
)
def test_a_method_that_a_later_class_has_not(
    solution: Solution, bases: str, says_missing: bool
) -> None:
    """A class that is written again has lost it, unless it extends the one before; and no other
    method of the exercise is taken for it."""
    again = f"\n\n# %%\nclass Value{bases}:\n" + "".join(
        f"    {line}\n" for line in ("def __sub__(self, other):", "    return self + other * -1")
    )
    report = grade(solution, changed() + again)
    tanh = next(f for f in report.functions if f.name == "Value.tanh")
    said = "".join(check.message for check in tanh.checks)
    assert "is defined here" not in said and "stopped above" not in said
    assert (tanh.score == 0) == says_missing


def test_a_slip_in_what_is_called_through_a_probe(solution: Solution) -> None:
    report = grade(solution, changed(("return total * total.tanh()", "total * total.tanh()")))
    neuron = next(f for f in report.functions if f.name == "neuron")
    assert "return" in neuron.checks[0].message.splitlines()[0]


@pytest.mark.parametrize(
    "source",
    [
        "class Value:\n    pass\n",
        "class Value:\n    def __init__(self, data):\n        self.data, self.grad = 1.0, 1.0\n"
        + "".join(
            f"    def {name}(self, *_):\n        return self\n"
            for name in "__add__ __mul__ __pow__ __sub__ __truediv__ relu tanh backward".split()
        )
        + "def neuron(weights, inputs, bias):\n    return bias\n",
        "Value = 3\n",
        "class Value:\n    def __getattr__(self, name):\n        raise KeyError\n",
        "class Value(type):\n    pass\n",
    ],
)
def test_what_computes_nothing_earns_nothing(solution: Solution, source: str) -> None:
    assert grade(solution, source).score == 0
