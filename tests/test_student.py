"""``check`` in a notebook and in a script, as a student calls it."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from autograder import CheckFailed, check
from autograder.__main__ import main
from autograder.grade import with_examples
from autograder.report import Report
from autograder.sandbox.calls import Cell
from tests.conftest import NAME, ROOT
from tests.helpers.exercises import answer_key_of
from tests.helpers.kernel import run_notebook

RELEASED = ROOT / "assignments" / NAME
IMPORTS = "import numpy as np\nfrom autograder import check\n"
FORWARD = (
    "def sigmoid(z): return 1 / (1 + np.exp(-z))\n"
    "def forward(params, x):\n"
    "    h = sigmoid(x @ params['W1'] + params['b1'])\n"
    "    return {'h': h, 'y': sigmoid(h @ params['W2'] + params['b2'])}\n"
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copyfile(RELEASED / "visible.json", tmp_path / "visible.json")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_right_function_gives_a_table(folder: Path) -> None:
    *_, cell = run_notebook(folder, IMPORTS, FORWARD, "check(forward)")
    (output,) = cell.outputs
    assert output.output_type == "execute_result"
    assert "forward</b>: passed, 2.5 of 2.5 points" in output.data["text/html"]
    assert "0.5 points more when your work is graded" in output.data["text/html"]
    assert "✓ forward" in output.data["text/plain"]


NOT_ADDED = "The output bias b2 is not added: y is computed as if b2 were 0."


def test_a_wrong_function_gives_what_to_read_first_and_an_error_of_one_line(folder: Path) -> None:
    wrong = FORWARD.replace("+ params['b2']", "")
    *_, cell = run_notebook(folder, IMPORTS, wrong, "check(forward)")
    table, error = cell.outputs
    first, call, *folded = table.data["text/html"].split("<details>")
    assert NOT_ADDED in first and "✗" in first
    # The cell, by its number, and the line in it; the call that gives these numbers.
    assert "In[2], line 4" in first and "sigmoid(h @ params[&#x27;W2&#x27;] )" in first
    call = call.replace("<wbr>", "")
    assert "forward(**check.example(&quot;document&quot;, forward))" in call
    assert any("numbers printed in the notebook" in part for part in folded)
    assert "✗" in table.data["text/html"]
    assert "expected [0.67932855]" in table.data["text/plain"] or (
        "printed there [0.67932855]" in table.data["text/plain"]
    )
    assert error.output_type == "error"
    assert error.ename == "CheckFailed"
    assert error.traceback == [
        "CheckFailed: forward is not right yet. Correct it, run its cell again, then this one."
    ]


def test_the_button_validate_shows_what_is_wrong(folder: Path) -> None:
    wrong = FORWARD.replace("+ params['b2']", "")
    *_, cell = run_notebook(folder, IMPORTS, wrong, "check(forward)", grading="validate")
    assert cell.outputs[-1].traceback[:3] == [
        "CheckFailed: forward is not right yet (numbers printed in the notebook).",
        # As wide as its window.
        "This mistake gives exactly your numbers: The output bias b2 is not added: y is",
        "computed as if b2 were 0.",
    ]


def test_an_exception_is_told_with_the_line_that_raised_it(folder: Path) -> None:
    """Also where it is in a function that the checked one calls, in another cell."""
    helper = "def sigmoid(z):\n    return 1 / (1 + np.exp(-z)) @ z.T @ z.T"
    forward = FORWARD.split("\n", 1)[1]
    *_, cell = run_notebook(folder, IMPORTS, helper, forward, "check(forward)")
    table, error = cell.outputs
    first = table.data["text/html"].partition("<details")[0]
    assert "forward stopped (In[2], line 2)" in first and "ValueError: matmul" in first
    assert "return 1 / (1 + np.exp(-z)) @ z.T @ z.T" in first
    assert len(error.traceback) == 1 and "Traceback" not in table.data["text/plain"]


OVERVIEW = """
overview = check()
example = check.example("practice")
example.x[0] = 7
print(check.example("practice").x[0], forward(**check.example("document", forward))["y"].shape)
overview
"""


def test_an_overview_and_the_inputs_of_an_instance(folder: Path) -> None:
    """Each with new arrays, and under the names that the student's function gives them."""
    own = FORWARD.replace("params", "theta").replace(", x)", ", given)").replace("(x @", "(given @")
    cells = run_notebook(
        folder,
        IMPORTS,
        own,
        OVERVIEW,
        'check.example("practise")',
        "check.example('document', print)",
    )
    printed, shown = cells[2].outputs
    assert printed.text == "0.9 (1,)\n"
    assert "3 of 15 points on the visible checks." in shown.data["text/html"]
    assert "✓ forward              2.5/2.5" in shown.data["text/plain"]
    assert "Next: fix sigmoid: start with its first failed check." in shown.data["text/plain"]
    (misspelled,), (other,) = cells[3].outputs, cells[4].outputs
    assert misspelled.traceback == [
        "NoExample: There is no visible instance 'practise'. The visible instances: document, "
        "practice, recorded. Did you mean 'practice'?"
    ]
    assert other.traceback[0].startswith("NoExample: There is no example for 'print'. Name one of")


USES_EXAMPLES = """
example = check.example("practice")
assert example.x.shape == (3,) and example["params"]["W1"].shape == (3, 5)
assert numbers.Number and "numpy" not in globals() and "Example" not in globals()
def loss(y, t):
    return float(np.mean((y - t) ** 2))
assert loss(**check.example("document", loss)) > 0
"""


def test_a_cell_that_uses_an_example_is_graded_as_it_ran(grade: Callable[..., Report]) -> None:
    """Where work is graded nothing is checked, but there are the same examples."""
    names = "import numbers\nimport numpy as np\nfrom autograder import check\n"
    report = grade(f"{names}{USES_EXAMPLES}\n# %%\ncheck.example('practise')\n")
    (loss,) = [each for each in report.functions if each.name == "loss"]
    assert loss.status == "passed"
    (problem,) = report.problems
    assert "There is no visible instance 'practise'" in problem.message


def test_a_script_can_ask_for_them_too(folder: Path) -> None:
    script = f"{IMPORTS}{FORWARD}print(check())\nprint(check.example('document', forward).x)\n"
    (folder / "mine.py").write_text(script)
    command = [sys.executable, str(folder / "mine.py")]
    done = subprocess.run(command, cwd="/", capture_output=True, text=True, check=True)
    assert done.stdout.startswith("✗ sigmoid") and done.stdout.endswith("[0.5 0.3]\n")


def test_numbers_stand_below_each_other_on_any_page(folder: Path) -> None:
    namespace: dict[str, Any] = {"__file__": str(folder / "a.py")}
    exec("def sigmoid(z):\n    return z", namespace)
    with pytest.raises(CheckFailed) as caught:
        check(namespace["sigmoid"])
    table = caught.value.shown._repr_html_()
    assert table.count("<pre ") == table.count("font-family: monospace") > 0


def test_an_unwritten_function_says_so(folder: Path) -> None:
    stub = "def loss(y, t):\n    raise NotImplementedError()"
    *_, cell = run_notebook(folder, IMPORTS, stub, "check(loss)")
    assert "loss is not written yet." in cell.outputs[0].data["text/plain"]


def test_while_grading_the_text_is_the_score(folder: Path) -> None:
    wrong = FORWARD.replace("+ params['b2']", "")
    cells = run_notebook(folder, IMPORTS, wrong, "check(forward)", grading="autograde")
    (output,) = cells[-1].outputs
    assert output.data["text/plain"] == "0.5"
    assert "✗" in output.data["text/html"]


def test_a_students_text_injects_nothing(folder: Path) -> None:
    evil = "def loss(y, t):\n    raise ValueError('<script>alert(1)</script>')"
    *_, cell = run_notebook(folder, IMPORTS, evil, "check(loss)")
    html = cell.outputs[0].data["text/html"]
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_a_script_that_is_run_stops_at_what_is_wrong(folder: Path) -> None:
    (folder / "mine.py").write_text(IMPORTS + FORWARD + "check(forward)\nprint('right')\n")
    done = subprocess.run(
        [sys.executable, "mine.py"], cwd="/", capture_output=True, text=True, check=False
    )
    assert "mine.py" in done.stderr  # there is no such file in /
    done = subprocess.run(
        [sys.executable, str(folder / "mine.py")],
        cwd="/",
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "right\n"


def loss(y, t):  # type: ignore[no-untyped-def]
    return float(((y - t) ** 2).sum())


def helper() -> None:
    """A function that no check is for."""


def test_the_error_says_what_is_wrong(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "__file__", str(folder / "x.py"))
    with pytest.raises(CheckFailed, match=r"It is 2 times the expected value\."):
        check(loss)


def test_a_function_without_a_check_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "__file__", str(folder / "x.py"))
    with pytest.raises(ValueError, match=r"There is no check for 'helper'\. Use check with one of"):
        check(helper)


def test_check_of_no_function() -> None:
    with pytest.raises(TypeError, match=r"as in check\(forward\)"):
        check(3)  # type: ignore[arg-type]


def test_the_name_of_a_file_steers_no_terminal(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Files come from others too: an instructor checks what a student sent."""
    name = "a\x1b[2J\nb.py"
    for text in ("x = 1\n", ""):
        (folder / name).write_text(text)
        main(["check", name])
        shown = "".join(capsys.readouterr())
        assert "a\\x1b[2J\\nb.py: " in shown and "\x1b" not in shown


def test_examples_leave_out_what_each_answer_makes_in_its_own_way() -> None:
    """A cache has no right value, so that nothing can be written in its place but None."""
    (first, _) = with_examples(
        [Cell("check.example('one')", "cell 1")], answer_key_of("transformer")
    )
    names = {node.id for node in ast.walk(ast.parse(first.source)) if isinstance(node, ast.Name)}
    assert names == {"check", "numpy"}
