"""The exercise on a class, scalar automatic differentiation, in a course of its own."""

from __future__ import annotations

from pathlib import Path

from autograder.course import Course, load_course
from autograder.exercise.answer_key import AnswerKey
from autograder.exercise.solution import Solution, load_solution
from autograder.grade import grade_submission
from autograder.report import FunctionReport, Report
from autograder.sandbox.in_process import InProcessSandbox
from autograder.submission import parse_submission
from tests.conftest import KEY, ROOT
from tests.helpers.released import release

NAME = "autodiff"
FOLDER = ROOT / "tests" / "exercises" / NAME
SOURCE = (FOLDER / f"{NAME}.py").read_text(encoding="utf-8")
#: What a region of the solution becomes for students.
STUB = "        raise NotImplementedError()\n"


def make_course(folder: Path) -> Course:
    """A course with this exercise alone."""
    (folder / "solutions").mkdir(parents=True)
    (folder / "solutions" / NAME).symlink_to(FOLDER)
    (folder / "course.toml").write_text(
        f'id = "classes"\n[[assignments]]\nname = "{NAME}"\n', encoding="utf-8"
    )
    return load_course(folder)


def solution_in(folder: Path) -> Solution:
    """The exercise, read from a course in a folder."""
    return load_solution(release(make_course(folder), NAME), NAME)


def changed(*changes: tuple[str, str], source: str = SOURCE) -> str:
    """The solution with texts replaced, each of which is there once."""
    for old, new in changes:
        assert source.count(old) == 1, (old, source.count(old))
        source = source.replace(old, new)
    return source


def stubbed(method: str, source: str = SOURCE) -> str:
    """The solution with a method that is not written."""
    start = source.index("        ### BEGIN SOLUTION", source.index(f"def {method}("))
    end = source.index("### END SOLUTION\n", start) + len("### END SOLUTION\n")
    return source[:start] + STUB + source[end:]


def grade(solution: Solution, source: str, key: AnswerKey | None = None) -> Report:
    """Grade in this process, hidden instances included; or as a student's copy ``key`` does."""
    answer_key = key or solution.answer_key(KEY)
    return grade_submission(
        parse_submission("work.py", source.encode()),
        "",
        answer_key,
        InProcessSandbox(10.0),
        None if key else solution.mutants,
    )


def lost(report: Report) -> dict[str, FunctionReport]:
    """The functions that lost points, by name."""
    return {each.name: each for each in report.functions if each.score < each.max_score}
