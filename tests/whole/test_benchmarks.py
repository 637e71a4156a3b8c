"""The benchmarks run, and grade what they say they grade. What they measure is asserted nowhere."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.authoring.made_up_answers import compatible, typical
from autograder.exercise.solution import Solution
from autograder.report import Report
from benchmarks.__main__ import QUICK
from benchmarks.classes import Classes
from benchmarks.growth import watched
from benchmarks.measuring import Failed, processor_of_children
from benchmarks.throughput import compare
from tests.conftest import NAME, ROOT
from tests.helpers.drawn import drawn

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def classes(tmp_path_factory: pytest.TempPathFactory) -> Classes:
    return Classes(tmp_path_factory.mktemp("classes"))


def test_no_two_notebooks_of_a_class_are_alike(classes: Classes) -> None:
    folder = classes.course(60)
    texts = {path.read_text() for path in folder.glob(f"submitted/*/{NAME}/{NAME}.ipynb")}
    assert len(texts) == 60


def test_every_kind_of_answer_scores_what_it_should(
    classes: Classes, solution: Solution, grade: Callable[..., Report]
) -> None:
    blamed = {mistake.id: {mistake.function} for mistake in solution.exercise.mistakes}
    names = [function.name for function in solution.exercise.checked]
    blamed |= {"right": set(), "not begun": set(names), "half written": set(names[3:])}
    both = compatible(typical(solution.exercise.mistakes))
    blamed["two mistakes"] = {mistake.function for mistake in both}
    for kind in classes.kinds.keys() - {"syntax error"}:
        report = grade(classes.notebook("ada", kind), f"{NAME}.ipynb")
        wrong = {function.name for function in report.functions if function.status != "passed"}
        assert wrong == blamed[kind], kind
    broken = grade(classes.notebook("ada", "syntax error"), f"{NAME}.ipynb")
    assert [problem.kind for problem in broken.problems] == ["syntax-error"]
    assert 0 < broken.score < broken.max_score


def test_one_other_score_fails_the_comparison(classes: Classes) -> None:
    stock = {student: {"check-loss": (2.0, False)} for student in classes.roster(4)}
    large = {student: {"check-loss": (2.0, False)} for student in classes.roster(40)}
    assert "4 students" in compare(classes, stock, stock, large)
    other = {"check-loss": (1.5, False)}
    with pytest.raises(Failed, match="student00003"):
        compare(classes, stock, {**stock, "student00003": other}, large)
    # A right answer, as every second one is.
    with pytest.raises(Failed, match="student00030"):
        compare(classes, stock, stock, {**large, "student00030": other})
    with pytest.raises(Failed, match="student00000"):
        compare(classes, stock, {}, large)


def test_memory_is_that_of_descendants_too(tmp_path: Path) -> None:
    child = "import time; held = b'x' * 150_000_000; time.sleep(0.5)"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    *_, memory = watched([sys.executable, "-c", parent], tmp_path)
    assert memory > 150_000_000
    with pytest.raises(Failed, match="no such thing"):
        watched([sys.executable, "-c", "raise SystemExit('no such thing')"], tmp_path)


def test_processor_time_is_that_of_what_is_left_behind_too() -> None:
    """And nothing else is waited for."""
    busy = "import time\nwhile time.process_time() < 0.4: pass"
    parent = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {busy!r}])"
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as other:
        with processor_of_children() as processor:
            subprocess.run([sys.executable, "-c", parent], check=True)
        assert other.poll() is None
        other.kill()
    assert processor.seconds >= 0.4


#: What the row of each benchmark begins with.
ROWS = {
    "throughput": "throughput",
    "autograde": "nbgrader autograde",
    "floor": "containment",
    "growth": "growth",
    "check": "check",
    "diagnosis": "diagnosis",
    "hopeless": "hopeless: smooth",
    "exercises": "mlp",
    "gradient": "gradient",
    "pages": "class page",
    "naming": "naming: mlp",
    "halves": "halves: half 1",
    "alike": "alike: sigmoid_network: fewest copies",
    "cluster": "cluster: CPU time",
}


def test_they_run(pytestconfig: pytest.Config) -> None:
    """Two of them, and with ``--every-moment`` all."""
    assert ROWS.keys() == QUICK.keys()
    names = drawn(pytestconfig, [*ROWS], 2)
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--quick", *names],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    rows = done.stdout[done.stdout.index("\nwhat ") :].splitlines()
    for name in names:
        assert any(row.startswith(ROWS[name]) for row in rows), rows
