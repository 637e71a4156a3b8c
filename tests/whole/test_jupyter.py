"""Whatever runs in Jupyter, in stock nbgrader or as plain Python is graded the same.

The truth is not ours: stock nbgrader's score of the same notebook with plain tests, or what Python
itself makes of a script.
"""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbconvert import PythonExporter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.api import Gradebook

from autograder.exercise.answer_key import AnswerKey
from autograder.exercise.solution import Solution
from autograder.grade import grade_submission
from autograder.report import Report
from autograder.sandbox.fork_server import ForkServer
from autograder.sandbox.limits import Limits
from autograder.sandbox.worker import ContainedSandbox
from autograder.submission import check_id, grade_id, parse_submission
from tests.conftest import NAME as EXERCISE
from tests.conftest import ROOT
from tests.helpers.nbgrader_commands import nbgrader, solve
from tests.helpers.odd_notebooks import ODDITIES
from tests.helpers.odd_scripts import EXPORTED, SCRIPTS

#: What a check of each function is in a plain course: it imports what it needs, since answers may
#: have hidden or lost it.
TESTS = {
    "sigmoid": "numpy.allclose(sigmoid(numpy.array([0.0, 2.0])), [0.5, 0.8807970779778823])",
    "loss": "abs(loss(numpy.array([0.5, 0.3]), numpy.array([0.1, 0.6])) - 0.125) < 1e-12",
    "update": "numpy.allclose(update({'a': numpy.ones(2)}, {'a': numpy.ones(2)}, 0.5)['a'], 0.5)",
}
NAME = "ps"


def solved() -> Any:
    """The released notebook with the solution in it."""
    released = ROOT / "assignments" / EXERCISE / f"{EXERCISE}.ipynb"
    return solve(nbformat.read(released, 4))


def answers() -> dict[str, str]:
    """The right answers, by the ids of their cells."""
    return {name: cell.source for cell in solved()["cells"] if (name := grade_id(cell)) in TESTS}


def source(solution: Solution) -> Any:
    """The source notebook of a plain course."""
    cells = [new_code_cell("import numpy as np")]
    for name, test in TESTS.items():
        cells.append(_cell(name, "", grade=False, solution=True))
        text = f"import numpy\nassert {test}"
        (points,) = [f.max_score for f in solution.exercise.functions if f.name == name]
        cells.append(_cell(check_id(name), text, grade=True, solution=False, points=points))
    question = new_markdown_cell("Why?")
    question["metadata"] = _cell("explain", "", grade=True, solution=True, points=1)["metadata"]
    return new_notebook(cells=[*cells, question])


def _cell(name: str, text: str, **roles: Any) -> Any:
    locked = roles["grade"] and not roles["solution"]
    told = {"grade_id": name, "schema_version": 3, "task": False, "locked": locked, **roles}
    return new_code_cell(text, metadata={"nbgrader": told})


class Truth:
    """What stock nbgrader gives for each odd notebook: one course, one class, one command."""

    def __init__(self, folder: Path, solution: Solution) -> None:
        self.folder = folder
        self._write(folder / "source" / NAME, source(solution))
        (folder / "nbgrader_config.py").write_text("c = get_config()\n")
        nbgrader(folder, "generate_assignment", NAME)
        self.right = nbformat.read(folder / "release" / NAME / f"{NAME}.ipynb", 4)
        for cell in self.right.cells:
            cell.source = answers().get(grade_id(cell), cell.source)
        for name in ODDITIES:
            self._write(folder / "submitted" / name / NAME, self.notebook(name))
        nbgrader(folder, "autograde", NAME, check=False)

    def notebook(self, name: str) -> Any:
        """A student's notebook."""
        notebook = copy.deepcopy(self.right)
        notebook["cells"] = ODDITIES[name](notebook["cells"])
        return notebook

    def _write(self, folder: Path, notebook: Any) -> None:
        folder.mkdir(parents=True)
        (folder / f"{NAME}.ipynb").write_text(json.dumps(notebook))

    def scores(self, student: str) -> dict[str, float]:
        """A student's score for each function."""
        with Gradebook(f"sqlite:///{self.folder}/gradebook.db", "") as gradebook:
            notebook = gradebook.find_submission_notebook(NAME, NAME, student)
            found = {grade.name: grade.auto_score for grade in notebook.grades}
        return {name: found[check_id(name)] for name in TESTS}


@pytest.fixture(scope="module")
def truth(tmp_path_factory: pytest.TempPathFactory, solution: Solution) -> Truth:
    return Truth(tmp_path_factory.mktemp("stock"), solution)


def scores(report: Report) -> dict[str, float]:
    return {f.name: f.score for f in report.functions if f.name in TESTS}


@pytest.fixture(scope="module")
def grade_bytes(
    answer_key: AnswerKey, fork_server: Callable[..., ForkServer]
) -> Callable[..., Report]:
    """Grade a script in a real worker."""
    sandbox = ContainedSandbox(fork_server(Limits(seconds=5)))

    def grade(data: bytes, name: str = "ps.py") -> Report:
        return grade_submission(parse_submission(name, data), "tester", answer_key, sandbox)

    return grade


@pytest.mark.slow
@pytest.mark.parametrize("name", ODDITIES)
def test_a_notebook_gets_the_score_of_stock_nbgrader(
    truth: Truth, grade_bytes: Callable[..., Report], name: str
) -> None:
    report = grade_bytes(json.dumps(truth.notebook(name)).encode(), "ps.ipynb")
    assert scores(report) == truth.scores(name), [p.message for p in report.problems]


#: Runs a script as ``python script.py`` does, and then the tests in what it leaves.
_RUN = """
import json, sys, types

def main(path, tests, result):
    module = sys.modules["__main__"] = types.ModuleType("__main__")
    module.__file__, sys.argv[:] = path, [path]
    try:
        with open(path, "rb") as file:
            code = compile(file.read(), path, "exec", dont_inherit=True)
        exec(code, module.__dict__)
    except Exception:
        pass
    right = []
    for name, test in json.loads(tests).items():
        try:
            exec(f"import numpy\\nassert {test}", module.__dict__)
            right.append(name)
        except Exception:
            pass
    with open(result, "w") as file:
        json.dump(right, file)

main(*sys.argv[1:])
"""


def runs_right(script: bytes, folder: Path) -> list[str]:
    """The functions that are right when Python runs a script."""
    path, result = folder / "ps.py", folder / "result"
    path.write_bytes(script)
    command = [sys.executable, "-c", _RUN, str(path), json.dumps(TESTS), str(result)]
    subprocess.run(command, cwd=folder, capture_output=True, check=False)
    right: list[str] = json.loads(result.read_text())
    return right


def full(report: Report) -> list[str]:
    """The functions with all points."""
    return [f.name for f in report.functions if f.name in TESTS and f.score == f.max_score]


@pytest.mark.slow
@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_gets_the_points_of_what_python_runs(
    grade_bytes: Callable[..., Report], tmp_path: Path, name: str
) -> None:
    report = grade_bytes(SCRIPTS[name])
    assert full(report) == runs_right(SCRIPTS[name], tmp_path), report.problems


@pytest.mark.parametrize("name", EXPORTED)
def test_an_exported_script_gets_what_its_notebook_gets(
    grade_bytes: Callable[..., Report], name: str
) -> None:
    assert full(grade_bytes(EXPORTED[name])) == [*TESTS]


#: What students and instructors reported, each with answers that are right.
REPORTED = (
    "answer_in_markdown answer_in_raw indented prompts shell_over_two_lines a_modulo_below_a_magic"
    " display_without_import annotations_of_later_cells standard_output_of_its_own star_imports"
).split()


@pytest.mark.parametrize("name", REPORTED)
def test_what_was_reported_gets_all_points(grade: Callable[..., Report], name: str) -> None:
    notebook = solved()
    notebook["cells"] = ODDITIES[name](notebook["cells"])
    report = grade(json.dumps(notebook), f"{EXERCISE}.ipynb")
    assert (report.score, report.problems) == (report.max_score, [])


def test_what_nbconvert_exports_gets_all_points(grade: Callable[..., Report]) -> None:
    notebook = solved()
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    code[0]["source"] = f"%matplotlib inline\n!pip install -q \\\n  numpy\n{code[0]['source']}"
    code[1]["source"] = f"%%time\n{code[1]['source']}"
    script, _ = PythonExporter().from_notebook_node(notebook)
    assert "get_ipython().run_cell_magic('time'" in script and "# In[ ]:" in script
    report = grade(script, f"{EXERCISE}.py")
    assert (report.score, report.problems) == (report.max_score, [])
