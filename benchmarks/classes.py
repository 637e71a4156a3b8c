"""Classes of any size: a built course with submissions that stock nbgrader can grade too.

Every kind of answer is generated once, from the course's own solution. A student's notebook is that
text with the student's name in every cell they wrote, so that no two are identical.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from autograder.authoring.made_up_answers import Answers, compatible, typical
from autograder.course import RELEASE_DIRECTORY, SOURCE_DIRECTORY, Course, load_course
from autograder.exercise.solution import load_solution
from autograder.submission import cell_source, check_id, grade_id
from benchmarks.measuring import ROOT, python, timed

Work = Callable[[Path], None]

#: The placeholder for a student's name in the text of a kind.
STUDENT = "@student@"
STUB = "raise NotImplementedError"
#: nbgrader's own configuration with the course's folders, and nothing of ours.
STOCK_CONFIG = f"""c = get_config()
c.CourseDirectory.course_id = "{{course}}"
c.CourseDirectory.source_directory = "{SOURCE_DIRECTORY}"
c.CourseDirectory.release_directory = "{RELEASE_DIRECTORY}"
"""


class Classes:
    """Creates classes of the first assignment, each in its own course folder."""

    def __init__(self, scratch: Path) -> None:
        """Build the course once, in ``scratch``; every class starts from a copy of it."""
        self.scratch = scratch
        self.built = scratch / "built"
        self.built.mkdir()
        for name in ("course.toml", "nbgrader_config.py"):
            shutil.copyfile(ROOT / name, self.built / name)
        course = load_course(self.built)
        self.name = course.assignments[0].name
        solution = course.solutions / self.name
        shutil.copytree(ROOT / solution.relative_to(self.built), solution)
        course.key()  # creates it, so that all copies have the same hidden instances
        timed(python("autograder", "build", self.name), self.built)
        self.kinds = kinds(course, self.name)

    def roster(self, size: int) -> dict[str, str]:
        """The kind of each student's answer, in order; every second answer is right."""
        wrong = [kind for kind in self.kinds if kind != "right"]
        cycle = [kind for other in wrong for kind in ("right", other)]
        return {f"student{n:05}": cycle[n % len(cycle)] for n in range(size)}

    def course(self, size: int, stock: bool = False) -> Path:
        """A new course folder with the submissions of ``size`` students."""
        folder = Path(tempfile.mkdtemp(prefix="course-", dir=self.scratch))
        shutil.copytree(self.built, folder, dirs_exist_ok=True)
        if stock:
            config = STOCK_CONFIG.format(course=load_course(folder).id)
            (folder / "nbgrader_config.py").write_text(config, encoding="utf-8")
        for student, kind in self.roster(size).items():
            self._hand_in(folder / "submitted" / student / self.name, student, kind)
        return folder

    def notebook(self, student: str, kind: str) -> str:
        """The notebook that a student hands in."""
        return self.kinds[kind].replace(STUDENT, student)

    def _hand_in(self, folder: Path, student: str, kind: str) -> None:
        """Write what `nbgrader collect` writes: the release's files, the notebook and the time."""
        shutil.copytree(self.built / RELEASE_DIRECTORY / self.name, folder)
        text = self.notebook(student, kind)
        (folder / f"{self.name}.ipynb").write_text(text, encoding="utf-8")
        (folder / "timestamp.txt").write_text("2026-11-23 10:00:00 UTC", encoding="utf-8")


def kinds(course: Course, name: str) -> dict[str, str]:
    """The notebooks of each kind by name: right, with declared mistakes, and unfinished."""
    solution = load_solution(course, name)
    answer = Answers(solution.source, name)
    mistakes = typical(solution.exercise.mistakes)
    functions = [function.name for function in solution.exercise.functions]
    works: dict[str, Work] = {
        "right": answer.right,
        **{mistake.id: answer.wrong([mistake]) for mistake in mistakes},
        "two mistakes": answer.wrong(compatible(mistakes)),
        "half written": answer.only(functions[: len(functions) // 2]),
        "not begun": answer.only(()),
        "syntax error": answer.replaced(functions[0], "return ((("),
    }
    released = course.released / name / f"{name}.ipynb"
    return {kind: _template(released, work) for kind, work in works.items()}


def _template(released: Path, work: Work) -> str:
    """The text of a kind's notebook, with the placeholder in every cell that a student wrote."""
    with tempfile.TemporaryDirectory(prefix="autograder-") as scratch:
        path = Path(scratch) / released.name
        shutil.copyfile(released, path)
        work(path.parent)
        notebook = json.loads(path.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        source = cell_source(cell)
        is_check = grade_id(cell).startswith(check_id(""))
        if cell["cell_type"] == "code" and not is_check and STUB not in source:
            cell["source"] = f"{source}\n# {STUDENT}"
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"
