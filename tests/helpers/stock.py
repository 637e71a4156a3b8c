"""A course of stock nbgrader's own, small, with submissions that show what it is known to do.

It is graded by nbgrader as it comes, in a kernel: nothing of this package is in it.
"""

from __future__ import annotations

import copy
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.api import Gradebook

NAME = "ps1"
#: What a check's last value can be that nbgrader does not read as a number of points.
UNREAD = {
    "numpy": "import numpy\nnumpy.float64(2.5)",
    "nan": "float('nan')",
    "negative": "-1",
    "bool": "True",
}
POINTS = 5.0
_TESTS = {
    **UNREAD,
    "number": "2.5",
    "value": "assert answer == 42\n### BEGIN HIDDEN TESTS\n"
    "hidden_value = 4711\nassert answer + hidden_value == 4753\n### END HIDDEN TESTS",
    "file": "import helper\nassert helper.right(answer)",
}
HELPER = "def right(answer):\n    return answer == 42\n"
#: One call of the programming interface after the other, in one process, and what each says.
_SCRIPT = """
import json, sys, warnings
warnings.simplefilter("ignore")
from nbgrader.apps import NbGraderAPI
from traitlets.config import Config
config = Config()
config.CourseDirectory.root = sys.argv[1]
config.CourseDirectory.course_id = "stock"
api = NbGraderAPI(config=config)
done = [api.generate_assignment("ps1"), api.autograde("ps1", "*"), api.generate_feedback("ps1", "hidden")]
print(json.dumps(done))
"""


def cell(name: str, source: str, **roles: Any) -> Any:
    """A cell with nbgrader's metadata."""
    told = {"grade_id": name, "schema_version": 3, "task": False, "locked": False, **roles}
    return new_code_cell(source, metadata={"nbgrader": told})


def source() -> Any:
    """The source notebook: an answer, and checks of it."""
    tests = [
        cell(name, text, grade=True, solution=False, locked=True, points=POINTS)
        for name, text in _TESTS.items()
    ]
    answer = cell("answer", "answer = None", grade=False, solution=True)
    return new_notebook(cells=[answer, *tests])


def _answered(text: str) -> Callable[[list[Any]], list[Any]]:
    def work(cells: list[Any]) -> list[Any]:
        (answer,) = [c for c in cells if c["metadata"]["nbgrader"]["grade_id"] == "answer"]
        answer["source"] = text
        return cells

    return work


def _changed(copies: int) -> Callable[[list[Any]], list[Any]]:
    """Right, with so many copies of one check."""

    def work(cells: list[Any]) -> list[Any]:
        cells = _answered("answer = 42")(cells)
        return [
            copy.deepcopy(c)
            for c in cells
            for _ in range(copies if c["metadata"]["nbgrader"]["grade_id"] == "value" else 1)
        ]

    return work


SUBMISSIONS = {
    "deadkernel": _answered("import os\nos._exit(0)"),
    "deleted": _changed(0),
    "hidden": _answered("answer = 41"),
    "overwriter": _answered(
        "answer = 1\nopen('helper.py', 'w').write('def right(answer): return True')"
    ),
    "right": _answered("answer = 42"),
    "warned": _answered(
        "class Warned(int):\n    def __eq__(self, other):\n"
        "        import sys\n        print('harmless', file=sys.stderr)\n"
        "        return int(self) == other\nanswer = Warned(42)"
    ),
    "y-duplicated": _changed(2),
    "z-after": _answered("answer = 42"),
}


class Stock:
    """The course after its run: what each student has in the gradebook, and where it lies."""

    def __init__(self, folder: Path) -> None:
        """Make the course in ``folder``, and have nbgrader generate, grade and give feedback."""
        self.folder = folder
        place = folder / "source" / NAME
        place.mkdir(parents=True)
        (place / f"{NAME}.ipynb").write_text(json.dumps(source()))
        (place / "helper.py").write_text(HELPER)
        for student, work in SUBMISSIONS.items():
            handed_in = folder / "submitted" / student / NAME
            handed_in.mkdir(parents=True)
            notebook = source()
            notebook["cells"] = work(notebook["cells"])
            (handed_in / f"{NAME}.ipynb").write_text(json.dumps(notebook))
            # What they hand in beside it is overwritten, which works.
            (handed_in / "helper.py").write_text("def right(answer):\n    return True\n")
        # nbgrader starts alembic by its bare name.
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        environment = {**os.environ, "PATH": path, "JUPYTER_CONFIG_DIR": str(folder / "config")}
        done = subprocess.run(
            [sys.executable, "-c", _SCRIPT, str(folder)],
            env=environment,
            cwd=folder,
            capture_output=True,
            text=True,
            check=True,
        )
        self.generated, self.graded, self.feedback = json.loads(done.stdout.splitlines()[-1])

    def grades(self, student: str) -> dict[str, tuple[float | None, bool]] | None:
        """A student's scores by cell, each with whether it waits for a person."""
        with Gradebook(f"sqlite:///{self.folder}/gradebook.db", "stock") as gradebook:
            found = [s for s in gradebook.assignment_submissions(NAME) if s.student.id == student]
            return {
                grade.name: (grade.auto_score, grade.needs_manual_grade)
                for submission in found
                for notebook in submission.notebooks
                for grade in notebook.grades
            } or None
