"""Whatever runs in Jupyter, in stock nbgrader or as plain Python is graded the same.

The truth is not ours: stock nbgrader's score of the same notebook with plain tests, kept in a file,
or what Python itself makes of a script.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from nbconvert import PythonExporter

from autograder.exercise.answer_key import AnswerKey
from autograder.exercise.solution import Solution
from autograder.grade import grade_submission
from autograder.report import Report
from autograder.sandbox.fork_server import ForkServer
from autograder.sandbox.limits import Limits
from autograder.sandbox.worker import ContainedSandbox
from autograder.submission import parse_submission
from tests.conftest import NAME as EXERCISE
from tests.helpers.drawn import drawn
from tests.helpers.odd_notebooks import ODDITIES
from tests.helpers.odd_scripts import EXPORTED, SCRIPTS
from tests.helpers.plain_course import TESTS, PlainCourse, solved


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory, solution: Solution) -> PlainCourse:
    return PlainCourse(tmp_path_factory.mktemp("stock"), solution)


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
    plain: PlainCourse, grade_bytes: Callable[..., Report], name: str
) -> None:
    report = grade_bytes(json.dumps(plain.notebook(name)).encode(), "ps.ipynb")
    assert scores(report) == plain.kept(name), [p.message for p in report.problems]


@pytest.mark.slow
def test_stock_nbgrader_still_gives_the_scores_that_are_kept(
    plain: PlainCourse, pytestconfig: pytest.Config
) -> None:
    names = drawn(pytestconfig, sorted(ODDITIES), 4)
    assert plain.graded(names) == {name: plain.kept(name) for name in names}


def test_scores_of_another_notebook_are_refused(
    plain: PlainCourse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ODDITIES, "right", ODDITIES["indented"])
    with pytest.raises(LookupError, match="make truth"):
        plain.kept("right")


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
