"""A platform from outside of the package: one class, and a class run with it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import pytest

from autograder.classroom import run as batch
from autograder.classroom.grader import Grader
from autograder.classroom.platform import Platform
from autograder.classroom.write_page import write_class
from autograder.course import Course, CourseError, load_course
from autograder.exercise.solution import Solution
from autograder.late import Late
from autograder.report import Report
from tests.conftest import NAME


class Collected(Platform):
    """Collects reports in a list."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.reports: list[Report] = []

    def class_folders(self) -> dict[str, Path]:
        return {path.name.split("_")[0]: path for path in sorted(self.folder.glob("*_handed_in"))}

    def recorded_scores(self) -> Mapping[str, Mapping[str, float | None]]:
        return {
            report.student: {f"check-{f.name}": f.score for f in report.functions}
            for report in self.reports
        }

    def record(
        self, report: Report, cells: Mapping[str, str], handed_in: datetime | None
    ) -> Late | None:
        self.reports.append(report)
        return None


def grade(course: Course, platform: Platform) -> list[batch.Graded]:
    with Grader(course, NAME) as grader, batch.grade_class(grader, platform) as run:
        return list(run.results)


def test_one_class_is_a_platform(course_copy: Path, solution: Solution, tmp_path: Path) -> None:
    """Nothing of nbgrader's is there, not even a release; what is unchanged is not graded again."""
    course, platform = load_course(course_copy), Collected(tmp_path / "work")
    with pytest.raises(CourseError, match="Nobody handed in"):
        grade(course, platform)
    for student, source in {"ada": solution.source, "bob": "x = 1"}.items():
        folder = platform.folder / f"{student}_handed_in"
        folder.mkdir(parents=True)
        (folder / f"{NAME}.py").write_text(source)
    first = grade(course, platform)
    assert [graded.student for graded in first] == ["ada", "bob"]
    found = {report.student: report.score for report in platform.reports}
    assert found == {"ada": 23.0, "bob": 0.0}
    assert all(graded.unchanged for graded in grade(course, platform))
    assert len(platform.reports) == 2
    assert not (course.root / "gradebook.db").exists()
    assert not (course.root / "autograded").exists()
    page = write_class(course, NAME, platform, tmp_path / "page").read_text()
    assert "ada" in page


def test_the_class_knows_nothing_of_nbgrader() -> None:
    """A process that has loaded all of it has not loaded nbgrader, nor what its gradebook takes."""
    program = (
        "import sys, autograder.classroom.run, autograder.classroom.write_page;"
        "print([n for n in sys.modules if n.startswith(('nbgrader', 'autograder.nbgrader', 'sqlalchemy'))])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr
