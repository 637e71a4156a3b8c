"""What nbgrader is known to get wrong, seen in nbgrader as it comes, and not seen with this
package.

Every test is a row of docs/known-failures.md: its first half is the column of nbgrader as it comes,
its second half the column of this package.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.submission import cell_source, check_id, grade_id
from tests.conftest import NAME, ROOT
from tests.helpers.classroom import Classroom, nbgrader_steps
from tests.helpers.stock import NAME as PS1
from tests.helpers.stock import POINTS, UNREAD, Stock

pytestmark = pytest.mark.slow

#: Somebody of the class whose answers are right.
RIGHT = "printed"
TABLE = ROOT / "docs" / "known-failures.md"


@pytest.fixture(scope="module")
def stock(tmp_path_factory: pytest.TempPathFactory) -> Stock:
    return Stock(tmp_path_factory.mktemp("stock"))


@pytest.fixture(scope="module")
def page(classroom: Classroom) -> str:
    """Feedback on the stub with ours: whatever is in it that is hidden is our leak."""
    options = f'run("GenerateFeedback", "{NAME}", "--student=hidden")'
    nbgrader_steps(classroom.folder, options)
    return (classroom.folder / "feedback" / "hidden" / NAME / f"{NAME}.html").read_text()


def score(classroom: Classroom, student: str, function: str) -> float | None:
    return classroom.grades(student)[check_id(function)][0]


def test_a_last_value_that_is_no_number_of_points(stock: Stock, classroom: Classroom) -> None:
    grades = stock.grades("right") or {}
    assert {name: grades[name] for name in UNREAD} == dict.fromkeys(UNREAD, (POINTS, False))
    assert grades["number"] == (2.5, False)

    for function in ("sigmoid", "loss", "update"):  # np.float64(2.5), nan, -1
        assert score(classroom, "values", function) == 0.0
    derivative = score(classroom, "values", "sigmoid_derivative")  # True, where 1.0 is right once
    assert derivative is not None
    assert derivative <= 0.5
    for cell in classroom.notebook("values")["cells"]:
        if grade_id(cell).startswith(check_id("")):
            points = cell["metadata"]["nbgrader"]["points"]
            text = cell["outputs"][-1]["data"]["text/plain"]
            assert re.fullmatch(r"\d+\.\d+", text)
            assert float(text) == classroom.grades("values")[grade_id(cell)][0]
            assert float(text) <= points


def test_a_warning_on_standard_error(stock: Stock, classroom: Classroom) -> None:
    grades = stock.grades("warned") or {}
    assert grades["value"] == (0.0, False)

    assert classroom.grades("warned") == classroom.grades(RIGHT)
    assert score(classroom, "warned", "backward") == 6.0


def test_a_kernel_that_dies(stock: Stock, classroom: Classroom) -> None:
    grades = stock.grades("deadkernel") or {}
    assert set(grades.values()) == {(None, True)}
    assert not (stock.folder / "autograded" / "deadkernel" / PS1).exists()

    assert classroom.grades("deadkernel") == classroom.grades(RIGHT)
    note = classroom.notebook("deadkernel")["cells"][0]["source"]
    assert "ended its process (exit status 0)" in note


def test_a_cell_that_is_there_twice(stock: Stock, classroom: Classroom) -> None:
    assert not stock.graded["success"]
    assert "use an old version" in stock.graded["log"]
    assert stock.grades("z-after") is None  # the run was over

    assert classroom.grades("duplicated") == classroom.grades(RIGHT)
    assert classroom.grades("z-after") == classroom.grades(RIGHT)


def test_a_test_cell_that_was_deleted(stock: Stock, classroom: Classroom) -> None:
    grades = stock.grades("deleted") or {}
    assert grades["value"] == (None, True)

    assert classroom.grades("deleted") == classroom.grades(RIGHT)


def test_hidden_tests_in_feedback(stock: Stock, classroom: Classroom, page: str) -> None:
    shown = (stock.folder / "feedback" / "hidden" / PS1 / f"{PS1}.html").read_text()
    assert "4711" in shown

    (cell,) = [
        cell
        for cell in classroom.notebook("hidden")["cells"]
        if grade_id(cell) == check_id("backward")
    ]
    assert cell_source(cell) == "check(backward)"
    assert "backward is not written yet." in page
    assert "hidden=True" not in page
    assert "HIDDEN" not in page


def test_a_test_file_that_a_student_overwrites(stock: Stock, classroom: Classroom) -> None:
    grades = stock.grades("hidden") or {}
    assert grades["file"] == (0.0, False)  # the file beside the notebook is put right
    grades = stock.grades("overwriter") or {}
    assert grades["file"] == (POINTS, False)  # what a cell writes while it runs is not

    right, found = classroom.grades(RIGHT), classroom.grades("overwriter")
    assert found.pop(check_id("loss"))[0] == 0.0
    assert found[check_id("sigmoid")] == right[check_id("sigmoid")]
    written = classroom.folder / "autograded" / "overwriter" / NAME
    released = classroom.folder / "assignments" / NAME
    assert (written / "visible.json").read_bytes() == (released / "visible.json").read_bytes()
    assert not (written / "autograder.py").exists()


def rows() -> Iterator[list[str]]:
    for line in TABLE.read_text().splitlines():
        if line.startswith("| ") and "`test_" in line:
            yield [cell.strip() for cell in line.strip("|").split("|")]


def test_every_row_of_the_table_is_a_test_and_every_test_a_row() -> None:
    named = [re.search(r"`(test_\w+)`", row[-1]) for row in rows()]
    source = Path(__file__).read_text()
    tests = re.findall(r"^def (test_\w+)\(stock", source, re.MULTILINE)
    assert [name[1] for name in named if name] == tests
    assert all(len(row) == 3 and all(row) for row in rows())
