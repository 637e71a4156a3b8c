"""``check`` of a class and of its methods, as a student calls it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from autograder.display.headline import headline
from autograder.exercise.solution import Solution
from autograder.exercise.visible import read_visible, write_visible
from autograder.student import CheckFailed, NoCheck, Overview, Shown
from tests.conftest import KEY
from tests.helpers.autodiff import SOURCE, changed, solution_in
from tests.helpers.kernel import run_notebook

#: The solution without its checks, but with `check`.
CODE = SOURCE.split("# %%\ncheck(Value.__add__)")[0]


@pytest.fixture(scope="module")
def solution(tmp_path_factory: pytest.TempPathFactory) -> Solution:
    return solution_in(tmp_path_factory.mktemp("classes"))


@pytest.fixture
def folder(solution: Solution, tmp_path: Path) -> Path:
    (tmp_path / "visible.json").write_text(
        write_visible(solution.answer_key(KEY)), encoding="utf-8"
    )
    return tmp_path


def run(folder: Path, source: str, request: str) -> Any:
    """What a request gives at the end of a script."""
    file = folder / "work.py"
    text = f"{source}\nresult = {request}\n"
    file.write_text(text, encoding="utf-8")
    names: dict[str, Any] = {"__name__": "work", "__file__": str(file)}
    exec(compile(text, str(file), "exec"), names)
    return names["result"]


@pytest.mark.parametrize("request_", ["check(Value.tanh)", 'check("Value.tanh")'])
def test_a_method_and_its_name(folder: Path, request_: str) -> None:
    shown = run(folder, CODE, request_)
    assert isinstance(shown, Shown)
    assert (shown.report.name, shown.report.status) == ("Value.tanh", "passed")


def test_a_wrong_method_says_what_was_run(folder: Path) -> None:
    with pytest.raises(CheckFailed) as failed:
        run(
            folder,
            changed(("1 - out.data**2", "1 + out.data**2"), source=CODE),
            "check(Value.tanh)",
        )
    said = str(failed.value)
    assert 'squashed(...)["x"] is wrong' in said
    assert "def squashed(Value, p):" in said
    first = headline(failed.value.shown.report, read_visible(folder / "visible.json"))
    assert first.call.startswith("squashed(Value, ")
    assert "def squashed(Value, p):" in first.arguments
    assert "what was run" not in " ".join([*first.sentences, first.details])
    line = next(at for at, each in enumerate(CODE.splitlines(), 1) if "def tanh(" in each)
    assert failed.value.shown.report.line is not None
    assert failed.value.shown.report.line.number == line


def test_a_class_gives_an_overview_of_its_methods(folder: Path) -> None:
    overview = run(folder, CODE, "check(Value)")
    assert isinstance(overview, Overview)
    names = [report.name for report in overview.reports]
    assert names[0] == "Value.__add__"
    assert len(names) == 8
    assert "neuron" not in names
    # The last one is judged by what a neuron is, which is not there.
    assert [report.status for report in overview.reports] == [*["passed"] * 7, "error"]
    assert overview.reports[-1].waits_for == ("neuron",)
    assert "Next: write neuron: Value.backward needs it." in repr(overview)


def test_a_method_that_is_another_one(folder: Path) -> None:
    """`Value.__sub__` goes by the name under which it was defined only where that has a check."""
    renamed = changed(
        ("    def __sub__(self, other):", "    def minus(self, other):"),
        ("    def __truediv__", "    __sub__ = minus\n\n    def __truediv__"),
        source=CODE,
    )
    assert run(folder, renamed, "check(Value.__sub__)").report.name == "Value.__sub__"
    same = changed(
        ("    def relu(self)", "    def other_relu(self)"),
        ("    def tanh(self)", "    def relu(self)"),
        ("    def __sub__", "    tanh = relu\n\n    def __sub__"),
        source=CODE,
    )
    assert run(folder, same, 'check("Value.tanh")').report.name == "Value.tanh"


def test_what_has_no_check(folder: Path) -> None:
    with pytest.raises(NoCheck, match=r"no check for 'Value.__init__'"):
        run(folder, CODE, "check(Value.__init__)")
    with pytest.raises(NoCheck, match=r"Did you mean 'Value.tanh'"):
        run(folder, CODE, 'check("Value.tahn")')


def test_the_inputs_of_a_method_are_those_of_its_probe(folder: Path) -> None:
    assert list(run(folder, CODE, 'check.example("two inputs", Value.__mul__)')) == ["p", "q"]


@pytest.mark.slow
def test_in_a_notebook(folder: Path) -> None:
    imports, the_class = CODE.split("\n# %%\n")[1:]
    wrong = changed(("1 - out.data**2", "1 - data**2"), source=the_class)
    *_, right, failed = run_notebook(
        folder, imports, wrong, "check(Value.__mul__)", "check(Value.tanh)"
    )
    assert "✓ Value.__mul__" in right.outputs[0].data["text/plain"]
    shown = "".join(str(output) for output in failed.outputs)
    assert "there is no `data` in this function; `out` has one: write `out.data`" in shown
    assert "In[2]" in shown
