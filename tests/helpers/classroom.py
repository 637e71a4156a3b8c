"""A class that handed in everything that can go wrong, graded by ``nbgrader autograde`` as the
course configures it; and the same class graded by ``autograder grade``, to compare with."""

from __future__ import annotations

import copy
import getpass
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook

from autograder.authoring.made_up_answers import Answers
from autograder.course import load_course
from autograder.submission import cell_source, grade_id
from tests.conftest import NAME, ROOT, course_text
from tests.helpers import loaded, stock
from tests.helpers.released import build

PLAIN, EXTRA = "plain", "extra"
#: The one who goes through the exchange; the others' folders are put where they are collected.
STUDENT = getpass.getuser()
MARKUP = "<script>alert(1)</script>"
#: nbgrader's commands, one after the other in one process, and its programming interface.
_SCRIPT = """
import json, os, shutil, sys, warnings
warnings.simplefilter("ignore")
from nbgrader import apps
os.chdir(sys.argv[1])
def run(command, *arguments):
    app = getattr(apps, command + "App")()
    app.initialize(list(arguments))
    app.start()
def autograde(assignment, student):
    app = apps.NbGraderApp()
    app.load_config_file()
    return apps.NbGraderAPI(config=app.config).autograde(assignment, student)
done = None
exec(sys.argv[2])
print(json.dumps(done))
"""
_HAND_IN = f"""
run("GenerateAssignment", "{PLAIN}")
run("GenerateAssignment", "{NAME}", "--force")
run("ReleaseAssignment", "{NAME}")
run("FetchAssignment", "{NAME}")
shutil.copyfile("filled.ipynb", "{NAME}/{NAME}.ipynb")
run("Submit", "{NAME}")
run("Collect", "{NAME}")
"""


def nbgrader(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """One of nbgrader's commands."""
    return loaded.run(arguments, folder, {**os.environ, "PYTHONWARNINGS": "ignore"})


def nbgrader_steps(folder: Path, steps: str) -> Any:
    """Run steps of nbgrader's, and give what they leave in ``done``."""
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT, str(folder), steps],
        env={**os.environ, "JUPYTER_DATA_DIR": str(folder / "data")},
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


Cells = list[dict[str, Any]]


def _appended(source: str) -> Callable[[Cells], Cells]:
    """One more cell."""
    cell = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    return lambda cells: [*cells, {**cell, "source": source}]


def _replaced(**sources: str) -> Callable[[Cells], Cells]:
    """Other sources in the cells of these nbgrader ids; two underscores stand for a hyphen."""

    def work(cells: Cells) -> Cells:
        for cell in cells:
            key = grade_id(cell).replace("-", "__")
            cell["source"] = sources.get(key, cell_source(cell))
        return cells

    return work


def _check_cells(copies: int) -> Callable[[Cells], Cells]:
    def work(cells: Cells) -> Cells:
        return [
            copy.deepcopy(cell)
            for cell in cells
            for _ in range(copies if grade_id(cell).startswith("check-") else 1)
        ]

    return work


_CHECKS = ("sigmoid", "forward", "loss", "backward")
_WARNS = "import sys, warnings\nprint('harmless', file=sys.stderr)\nwarnings.warn('harmless')\n"
#: What is made of the right notebook.
WORKS: dict[str, Callable[[Cells], Cells]] = {
    "deadkernel": _appended("print('before the end')\nimport os\nos._exit(0)"),
    "deleted": _check_cells(0),
    "duplicated": _check_cells(2),
    "overwriter": lambda cells: _appended(
        "open('visible.json', 'w').write('{}')\nopen('autograder.py', 'w').write('check = print')"
    )(_replaced(loss="def loss(y, t):\n    return 0.0")(cells)),
    "printed": _appended("print('shown')\nforward({}, 1)"),
    "right": lambda cells: cells,
    "values": _replaced(
        sigmoid="import numpy as np\ndef sigmoid(z):\n    return np.float64(2.5)\n2.5",
        loss="def loss(y, t):\n    return float('nan')",
        update="def update(params, grads, lr):\n    return -1",
        sigmoid_derivative="def sigmoid_derivative(a):\n    return True",
        **{f"check__{name}": "1000.0" for name in _CHECKS},
    ),
    "warned": _appended(_WARNS),
    "z-after": lambda cells: cells,
}
#: What is in a file that is no notebook.
BROKEN = {
    "b-cut": '{"cells": [{"cell_type": "co',
    "b-empty": "",
    "b-old": '{"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": []}',
    "b-timestamp": '{"cells": 1}',
}


class Classroom:
    """The course after its run: ``done`` is ``nbgrader autograde`` itself; ``beside`` is the same
    course after ``autograder grade``."""

    def __init__(self, folder: Path) -> None:
        """Make it all in ``folder``."""
        self.folder = folder / "course"
        self.folder.mkdir()
        self._build()
        released = self.folder / "assignments" / NAME
        self.right = self._filled(released)
        markup = _replaced(
            sigmoid=f"print('{MARKUP}')\ndef sigmoid(z):\n    raise ValueError('{MARKUP}')"
        )
        (self.folder / "filled.ipynb").write_text(json.dumps(self._worked(markup)))
        nbgrader_steps(self.folder, _HAND_IN)
        self._hand_in(released)
        self.beside = folder / "beside"
        shutil.copytree(self.folder, self.beside)
        command = [sys.executable, "-m", "autograder", "grade", NAME, "--course", str(self.beside)]
        subprocess.run(command, check=True, capture_output=True)
        self.done = nbgrader(self.folder, "autograde", NAME)

    def _build(self) -> None:
        shutil.copyfile(ROOT / "nbgrader_config.py", self.folder / "nbgrader_config.py")
        shutil.copytree(ROOT / "solutions", self.folder / "solutions")
        text = course_text().replace("seconds = 10", "seconds = 2")
        (self.folder / "course.toml").write_text(f'exchange = "exchange"\n{text}')
        build(load_course(self.folder), NAME)
        for place, name in ((PLAIN, PLAIN), (NAME, EXTRA)):
            path = self.folder / "build" / "source" / place / f"{name}.ipynb"
            path.parent.mkdir(exist_ok=True)
            path.write_text(json.dumps(stock.source()))
            (path.parent / "helper.py").write_text(stock.HELPER)
        (self.folder / "exchange").mkdir()
        (self.folder / "exchange").chmod(0o777)

    def _filled(self, released: Path) -> dict[str, Any]:
        scratch = self.folder / "scratch"
        shutil.copytree(released, scratch)
        Answers((ROOT / "solutions" / NAME / f"{NAME}.py").read_text(), NAME).right(scratch)
        filled = json.loads((scratch / f"{NAME}.ipynb").read_text())
        shutil.rmtree(scratch)
        return dict(filled)

    def _worked(self, work: Callable[[Cells], Cells]) -> dict[str, Any]:
        return {**self.right, "cells": work(copy.deepcopy(self.right["cells"]))}

    def _hand_in(self, released: Path) -> None:
        for student in [*WORKS, *BROKEN, "b-huge", "b-script", "b-nothing", "hidden"]:
            shutil.copytree(released, self.submitted(student))
            (self.submitted(student) / f"{EXTRA}.ipynb").unlink()
        for student, work in WORKS.items():
            self._write(student, json.dumps(self._worked(work)))
        for student, text in BROKEN.items():
            self._write(student, text)
        (self.submitted("b-timestamp") / "timestamp.txt").write_text("soon")
        flood = {"output_type": "stream", "name": "stdout", "text": "x" * 20_000_000}
        huge = copy.deepcopy(self.right)
        huge["cells"].append(
            {"cell_type": "code", "metadata": {}, "source": "1", "outputs": [flood]}
        )
        self._write("b-huge", json.dumps(huge))
        solution = ROOT / "solutions" / NAME / f"{NAME}.py"
        shutil.copyfile(solution, self.submitted("b-script") / f"{NAME}.py")
        (self.submitted("b-script") / f"{NAME}.ipynb").unlink()
        shutil.rmtree(self.submitted("b-nothing"))
        self.submitted("b-nothing").mkdir()
        (self.submitted("overwriter") / "visible.json").write_text("{}")
        (self.submitted("overwriter") / "numpy.py").write_text("mine = 1")
        answered = stock.source()
        answered["cells"][0]["source"] = "answer = 42"
        (self.submitted("right") / f"{EXTRA}.ipynb").write_text(json.dumps(answered))
        plain = self.submitted("right", PLAIN)
        plain.mkdir()
        (plain / f"{PLAIN}.ipynb").write_text(json.dumps(answered))

    def submitted(self, student: str, name: str = NAME) -> Path:
        """The folder of a submission."""
        return self.folder / "submitted" / student / name

    def _write(self, student: str, text: str) -> None:
        (self.submitted(student) / f"{NAME}.ipynb").write_text(text)

    def notebook(self, student: str, folder: Path | None = None) -> dict[str, Any]:
        """A student's graded notebook."""
        path = (folder or self.folder) / "autograded" / student / NAME / f"{NAME}.ipynb"
        return dict(json.loads(path.read_text()))

    def grades(
        self, student: str, notebook: str = NAME, folder: Path | None = None
    ) -> dict[str, tuple[float | None, bool, float | None]]:
        """Of each graded cell the score, whether it waits for a person, and that person's mark."""
        with self.gradebook(folder) as gradebook:
            name = PLAIN if notebook == PLAIN else NAME
            found = gradebook.find_submission_notebook(notebook, name, student)
            return {
                g.name: (g.auto_score, g.needs_manual_grade, g.manual_score) for g in found.grades
            }

    def comments(self, student: str, folder: Path | None = None) -> dict[str, str | None]:
        """What stands under each answer."""
        with self.gradebook(folder) as gradebook:
            found = gradebook.find_submission_notebook(NAME, NAME, student)
            return {comment.name: comment.comment for comment in found.comments}

    def gradebook(self, folder: Path | None = None) -> Gradebook:
        """The gradebook, opened."""
        return Gradebook(f"sqlite:///{folder or self.folder}/gradebook.db", "backprop")

    def students(self) -> Sequence[str]:
        """Everybody who handed in."""
        return sorted(path.name for path in (self.folder / "submitted").iterdir())
