"""The exercise on a class, as students get it and as it is graded."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import numpy as np
import pytest
from autograd import grad
from autograd import numpy as anp

from autograder.__main__ import main
from autograder.course import Course
from autograder.exercise.probes import called
from autograder.exercise.solution import load_solution
from tests.helpers.autodiff import NAME, SOURCE, changed, make_course

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    course = make_course(tmp_path_factory.mktemp("classes"))
    assert main(["build", "--course", str(course.root)]) == 0
    return course


def test_students_get_a_class_without_what_is_in_its_regions(course: Course) -> None:
    notebook = nbformat.read(course.released / NAME / f"{NAME}.ipynb", as_version=4)
    by_id = {
        cell.metadata["nbgrader"]["grade_id"]: cell
        for cell in notebook.cells
        if "nbgrader" in cell.metadata
    }
    assert list(by_id)[:3] == ["Value", "check-Value-__add__", "check-Value-__mul__"]
    stub = by_id["Value"].source
    assert stub.count("raise NotImplementedError()") == 8
    assert "self.push = lambda: None" in stub
    assert by_id["check-Value-__mul__"].source == "check(Value.__mul__)"
    assert by_id["check-Value-backward"].source == 'check("Value.backward")'
    assert by_id["check-Value-__mul__"].metadata["nbgrader"]["points"] == 2
    compile(stub, "stub", "exec")


def test_notebooks_are_graded_with_their_cells(
    course: Course, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    released = course.released / NAME / f"{NAME}.ipynb"
    notebook = nbformat.read(released, as_version=4)
    wrong = changed(("1 - out.data**2", "1 + out.data**2"))
    cells = {part.split("\n", 2)[1].split("(")[0]: part for part in wrong.split("# %%\n")[1:]}
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") in ("Value", "neuron"):
            name = "class Value:" if "class Value" in cell.source else "def neuron"
            cell.source = next(text for head, text in cells.items() if name in text)
    submitted = course.root / "submitted" / "ada" / NAME
    submitted.mkdir(parents=True)
    nbformat.write(notebook, submitted / f"{NAME}.ipynb")
    assert main(["grade", NAME, "--course", str(course.root), "--json", "-"]) == 0
    lines = capsys.readouterr().out.splitlines()
    report = json.loads(next(line for line in lines if line.startswith("{")))
    scores = {f["name"]: f["score"] for f in report["functions"]}
    assert scores["Value.tanh"] == 0
    assert scores["Value.__truediv__"] == 2
    graded = nbformat.read(
        course.root / "autograded" / "ada" / NAME / f"{NAME}.ipynb", as_version=4
    )
    shown = {c.metadata.get("nbgrader", {}).get("grade_id"): c for c in graded.cells}
    assert "squashed" in str(shown["check-Value-tanh"].outputs)


def test_the_derivatives_are_those_of_another_library(course: Course) -> None:
    solution = load_solution(course, NAME)
    rng = np.random.default_rng(3)
    w, x, b = rng.normal(size=4), rng.normal(size=4), float(rng.normal())

    def gated(w: np.ndarray, x: np.ndarray, b: float) -> float:
        z = anp.dot(w, x) + b
        return z * anp.tanh(z)  # type: ignore[no-any-return]

    found = called(solution.functions, "Value.backward")(w, x, b)
    for at, name in enumerate("wxb"):
        assert np.max(np.abs(found[name] - grad(gated, at)(w, x, b))) < 1e-12


def test_a_worker_grades_what_is_right_and_what_is_hostile(
    course: Course, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever looks at the probe finds the arguments there, and nothing that is expected."""
    spy = (
        "import sys\n"
        "class Value:\n"
        "    def __init__(self, data):\n"
        "        frame = sys._getframe(1)\n"
        "        print(sorted(frame.f_globals), sorted(frame.f_locals))\n"
        "        self.data = self.grad = data\n"
        "    def tanh(self): return self\n"
        "    def backward(self): pass\n"
    )
    files = []
    for name, source in (("right", SOURCE), ("spy", spy)):
        files.append(tmp_path / f"{name}.py")
        files[-1].write_text(source, encoding="utf-8")
    arguments = ["grade", NAME, *map(str, files), "--course", str(course.root), "--json", "-"]
    assert main(arguments) == 0
    right, spied = map(json.loads, capsys.readouterr().out.splitlines()[:2])
    assert right["score"] == right["max_score"] == 22
    assert spied["score"] == 0
    assert right["graded_with"]["containment"] != "none"


def test_a_plain_nbgrader_gives_the_same_points(
    course: Course, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There the cells with hidden tests run, each of which gives its score."""
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    code = changed(("1 - out.data**2", "1 + out.data**2")).replace("\ncheck(", "\n# check(")
    names = {"__name__": "work", "__file__": str(course.released / NAME / "work.py")}
    exec(compile(code, names["__file__"], "exec"), names)
    scores = [
        repr(eval(f'check("{name}", hidden=True)', names))
        for name in ("Value.__mul__", "Value.tanh", "neuron")
    ]
    assert scores == ["2.0", "0.0", "2.0"]
    slip = ("(1 - out.data**2) * out.grad", "(1 - out.data**2) * self.grad")
    code = changed(slip).replace("\ncheck(", "\n# check(")
    exec(compile(code, names["__file__"], "exec"), names)
    Path(names["__file__"]).write_text(code, encoding="utf-8")  # where a slip is looked for
    assert repr(eval('check("Value.backward", hidden=True)', names)) == "6.0"
    Path(names["__file__"]).unlink()
