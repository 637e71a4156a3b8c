"""What an author declares of a class: probes, their sources, what they use, mistakes in methods."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograder import Function, Mistake
from autograder.exercise.declaration import ExerciseError
from autograder.exercise.probes import called, made_probe
from autograder.exercise.solution import Solution, load_solution
from autograder.sandbox.calls import Call, Cell
from autograder.sandbox.in_process import InProcess
from tests.helpers.autodiff import FOLDER, NAME, SOURCE, make_course, solution_in


@pytest.fixture(scope="module")
def solution(tmp_path_factory: pytest.TempPathFactory) -> Solution:
    return solution_in(tmp_path_factory.mktemp("classes"))


def doubled(number: float) -> float:
    return 2 * number


def with_helper(Value: Any, a: float) -> float:  # noqa: N803
    return float(np.sqrt(doubled(Value(a).data)))


def with_more(Value: Any, a: float) -> str:  # noqa: N803
    return str(Path(str(Value(a).data)))


STEPS = (1, 2.5, "x")


def with_constants(Value: Any, a: float, n: int = 2) -> Any:  # noqa: N803
    import math

    def inner(each: float) -> float:
        return math.exp(each)

    return [inner(Value(a).data), STEPS, n, functools.reduce(max, [1, 2])]


def without_class(a: float) -> float:
    return a


def test_a_probe_is_sent_with_what_it_uses(solution: Solution) -> None:
    probe = made_probe(Function("Value.tanh", {}, probe=with_helper), solution.functions)
    assert (probe.name, probe.takes) == ("with_helper", ("Value",))
    assert probe.source.startswith(
        "from __future__ import annotations\n\ndef doubled(number: float) -> float:"
    )
    assert "import numpy as np" in probe.source
    assert probe.source.index("def with_helper(") > probe.source.index("return 2 * number")


def test_a_probe_is_sent_with_constants_and_modules(solution: Solution) -> None:
    probe = made_probe(Function("Value.tanh", {}, probe=with_constants), solution.functions)
    cell = Cell(probe.source, "check", probes="Value.tanh", takes=probe.takes)
    runner = InProcess([cell, Cell(SOURCE.split("# %%\ncheck")[0], "work.py")])
    (outcome,) = runner([Call("Value.tanh", (0.0,))])
    assert outcome.value == [1.0, (1, 2.5, "x"), 2, 2]


@pytest.mark.parametrize(
    ("probe", "says"),
    [
        (with_more, "its probe with_more uses 'Path', which is not there where it runs"),
        (without_class, "must have the name of a class or a function of the solution"),
        (lambda Value: 1.0, "must be a function that exercise.py defines with def"),  # noqa: N803
    ],
)
def test_a_probe_that_cannot_be_sent(
    solution: Solution, probe: Callable[..., Any], says: str
) -> None:
    with pytest.raises(ExerciseError, match=says):
        made_probe(Function("Value.tanh", {}, probe=probe), solution.functions)


def test_a_method_that_the_solution_lacks(solution: Solution) -> None:
    with pytest.raises(ExerciseError, match="the solution does not define it"):
        made_probe(Function("Value.exp", {}, probe=with_helper), solution.functions)


def test_a_method_needs_a_probe_and_the_line_is_named(tmp_path: Path) -> None:
    course = make_course(tmp_path)
    folder = tmp_path / "solutions" / NAME
    folder.unlink()
    folder.mkdir()
    (folder / f"{NAME}.py").write_text(SOURCE, encoding="utf-8")
    declared = (FOLDER / "exercise.py").read_text(encoding="utf-8")
    broken = declared.replace(", probe=squashed", "")
    assert broken != declared
    (folder / "exercise.py").write_text(broken, encoding="utf-8")
    line = next(at for at, t in enumerate(broken.splitlines(), 1) if '"Value.tanh", {' in t)
    with pytest.raises(
        ExerciseError, match=f"line {line}: function 'Value.tanh': a method needs a"
    ):
        load_solution(course, NAME)


def test_what_methods_use_is_seen_in_the_solution(solution: Solution) -> None:
    by_name = {f.name: f for f in solution.visible.functions}
    quotient = by_name["Value.__truediv__"]
    assert set(quotient.calls) == {"Value.__mul__", "Value.__pow__", "Value.backward"}
    # A product uses backward, and what backward is judged by uses products.
    assert by_name["Value.__mul__"].uses == ("Value.backward",)
    assert by_name["Value.__mul__"].calls == ()
    assert "Value.__mul__" in by_name["Value.backward"].calls


def test_a_mistake_is_made_in_one_method(solution: Solution) -> None:
    mistake = Mistake("id", "Value.__add__", "self.grad += out.grad", "pass")
    made = mistake.apply(SOURCE)
    assert made.count("        pass\n") == 1
    assert made.index("        pass\n") < made.index("def __mul__")
    with pytest.raises(ExerciseError, match=r"exactly once in Value\.tanh of the solution"):
        dataclasses.replace(mistake, function="Value.tanh").apply(SOURCE)


def test_a_mistake_reaches_whatever_uses_the_class(solution: Solution) -> None:
    right = called(solution.functions, "neuron")
    mutant = solution.mutants.functions(["no-gate"])
    wrong = called(solution.mutants.functions(["product-slope"]), "Value.backward")
    given = ([0.5, 1.0], [2.0, -1.0], 0.25)
    assert called(mutant, "neuron")(*given) != right(*given)
    assert not np.array_equal(
        wrong(*given)["w"], called(solution.functions, "Value.backward")(*given)["w"]
    )
    assert mutant["Value"] is not solution.functions["Value"]


def test_what_is_asked_of_objects_is_no_chain(solution: Solution) -> None:
    """The derivative by one factor does not follow from that by the other."""
    feeds = solution.visible.feeds["two inputs"]["Value.__mul__"]
    assert list(feeds) == ["product(...).data", "product(...).x", "product(...).y"]
    assert all(sources == ["p", "q"] for sources in feeds.values())
