"""A class whose methods use plain functions, for which right ones can stand."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.course import load_course
from autograder.exercise.solution import Solution, load_solution
from autograder.exercise.visible import write_visible
from autograder.student import check_file
from tests.conftest import KEY
from tests.helpers.autodiff import changed, grade, lost

SOLUTION = """# %%
def square(z):
    return z * z


# %%
class Box:
    def __init__(self, side):
        self.side = side

    def area(self):
        return square(self.side)

    def volume(self):
        return self.area() * self.side
"""
EXERCISE = """
from autograder import Exercise, Function, Instance

def surface(Box, a: float) -> dict:
    return {"area": Box(a).area(), "twice": 2 * Box(2 * a).area()}

def space(Box, a):
    return Box(a).volume()

def whole(Box, a):
    box = Box(a)
    return [box.side, box.area()]

exercise = Exercise(
    title="A box",
    functions=[
        Function("square", {"values": 1, "hidden": 1}),
        Function("Box.area", {"values": 1, "hidden": 1}, probe=surface),
        Function("Box.volume", {"values": 1, "hidden": 1}, probe=space),
        Function("Box", {"values": 1, "hidden": 1}, probe=whole),
    ],
    visible=[Instance("small", {"z": 1.5, "a": 0.75})],
    draw=lambda rng: [Instance(f"box {n}", {"z": rng.normal(), "a": rng.normal()}) for n in (1, 2)],
)
"""


@pytest.fixture(scope="module")
def solution(tmp_path_factory: pytest.TempPathFactory) -> Solution:
    root = tmp_path_factory.mktemp("boxes")
    folder: Path = root / "solutions" / "boxes"
    folder.mkdir(parents=True)
    (root / "course.toml").write_text('id = "c"\n[[assignments]]\nname = "boxes"\n')
    (folder / "boxes.py").write_text(SOLUTION)
    (folder / "exercise.py").write_text(EXERCISE)
    return load_solution(load_course(root), "boxes")


def test_a_solution_has_all_points(solution: Solution) -> None:
    assert not lost(grade(solution, SOLUTION))


def test_a_wrong_helper_costs_its_own_points_only(solution: Solution) -> None:
    report = grade(solution, changed(("z * z", "z + z * z"), source=SOLUTION))
    assert list(lost(report)) == ["square"]
    given = {f.name: f.given for f in report.functions if f.given}
    assert given == dict.fromkeys(("Box.area", "Box.volume", "Box"), ("square",))


def test_a_wrong_method_is_the_one_to_correct_first(solution: Solution) -> None:
    report = grade(
        solution, changed(("square(self.side)", "square(self.side) + 1"), source=SOLUTION)
    )
    waiting = {name: each.waits_for for name, each in lost(report).items()}
    assert waiting == {"Box.area": (), "Box.volume": ("Box.area",), "Box": ("Box.area",)}


def test_what_is_missing_is_said(solution: Solution) -> None:
    report = grade(solution, changed(("def volume", "def room"), source=SOLUTION))
    (volume,) = lost(report).values()
    assert volume.status == "missing"
    report = grade(solution, "def square(z):\n    return z * z\n")
    assert {each.status for each in lost(report).values()} == {"missing"}


def test_a_file_with_the_class_is_the_right_file(solution: Solution) -> None:
    right_class = grade(solution, "class Box:\n    def __init__(self, side): pass\n")
    assert right_class.problem("other-file") is None
    assert grade(solution, "class Other:\n    pass\n").problem("other-file") is not None


def test_a_method_that_reaches_for_a_file_is_told(solution: Solution, tmp_path: Path) -> None:
    (tmp_path / "visible.json").write_text(write_visible(solution.answer_key(KEY)))
    reaching = changed(
        ("return square(self.side)", "open('numbers.txt').close(); return square(self.side)"),
        source=SOLUTION,
    )
    (tmp_path / "numbers.txt").write_text("1")
    path = tmp_path / "boxes.py"
    path.write_text(reaching.replace("'numbers.txt'", repr(str(tmp_path / "numbers.txt"))))
    report, _, _ = check_file(path)
    told = [problem.message for problem in report.problems]
    assert any(text.startswith("Box.area reads numbers.txt") for text in told)
