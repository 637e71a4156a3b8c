"""A plain course of stock nbgrader, with the odd notebooks handed in, and the scores it gives them.

`make truth` has it grade all of them, and keeps the scores in a file: each takes nbgrader more than
a second. They hold for these notebooks and these versions only.
"""

from __future__ import annotations

import copy
import hashlib
import json
import tempfile
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.api import Gradebook

from autograder.course import load_course
from autograder.exercise.solution import Solution, load_solution
from autograder.submission import check_id, grade_id
from tests.conftest import NAME as EXERCISE
from tests.conftest import ROOT
from tests.helpers import environment
from tests.helpers.nbgrader_commands import nbgrader, solve
from tests.helpers.odd_notebooks import ODDITIES

#: What a check of each function is in a plain course: it imports what it needs, since answers may
#: have hidden or lost it.
TESTS = {
    "sigmoid": "numpy.allclose(sigmoid(numpy.array([0.0, 2.0])), [0.5, 0.8807970779778823])",
    "loss": "abs(loss(numpy.array([0.5, 0.3]), numpy.array([0.1, 0.6])) - 0.125) < 1e-12",
    "update": "numpy.allclose(update({'a': numpy.ones(2)}, {'a': numpy.ones(2)}, 0.5)['a'], 0.5)",
}
NAME = "ps"
KEPT = Path(__file__).with_name("stock_scores.json")
Scores = dict[str, float]


def solved() -> Any:
    """The released notebook with the solution in it."""
    released = ROOT / "assignments" / EXERCISE / f"{EXERCISE}.ipynb"
    return solve(nbformat.read(released, 4))


def source(solution: Solution) -> Any:
    """The source notebook of a plain course."""
    cells = [new_code_cell("import numpy as np")]
    for name, test in TESTS.items():
        cells.append(_cell(name, "", grade=False, solution=True))
        text = f"import numpy\nassert {test}"
        (points,) = [f.max_score for f in solution.exercise.functions if f.name == name]
        cells.append(_cell(check_id(name), text, grade=True, solution=False, points=points))
    question = new_markdown_cell("Why?")
    question["metadata"] = _cell("explain", "", grade=True, solution=True, points=1)["metadata"]
    return new_notebook(cells=[*cells, question])


def _cell(name: str, text: str, **roles: Any) -> Any:
    locked = roles["grade"] and not roles["solution"]
    told = {"grade_id": name, "schema_version": 3, "task": False, "locked": locked, **roles}
    return new_code_cell(text, metadata={"nbgrader": told})


class PlainCourse:
    """The course, with its assignment released."""

    def __init__(self, folder: Path, solution: Solution) -> None:
        self.folder = folder
        self._write(folder / "source" / NAME, source(solution))
        (folder / "nbgrader_config.py").write_text("c = get_config()\n")
        nbgrader(folder, "generate_assignment", NAME)
        self._right = nbformat.read(folder / "release" / NAME / f"{NAME}.ipynb", 4)
        answers = {grade_id(cell): cell.source for cell in solved()["cells"]}
        for cell in self._right.cells:
            if grade_id(cell) in TESTS:
                cell.source = answers[grade_id(cell)]

    def notebook(self, name: str) -> Any:
        """An odd notebook."""
        notebook = copy.deepcopy(self._right)
        notebook["cells"] = ODDITIES[name](notebook["cells"])
        return notebook

    def _write(self, folder: Path, notebook: Any) -> None:
        folder.mkdir(parents=True)
        (folder / f"{NAME}.ipynb").write_text(json.dumps(notebook))

    def graded(self, names: Iterable[str]) -> dict[str, Scores]:
        """What stock nbgrader gives these notebooks for each function: one class, one command."""
        for name in names:
            self._write(self.folder / "submitted" / name / NAME, self.notebook(name))
        nbgrader(self.folder, "autograde", NAME, check=False)
        with Gradebook(f"sqlite:///{self.folder}/gradebook.db", "") as gradebook:
            return {name: self._scores(gradebook, name) for name in names}

    def _scores(self, gradebook: Gradebook, student: str) -> Scores:
        notebook = gradebook.find_submission_notebook(NAME, NAME, student)
        found = {grade.name: grade.auto_score for grade in notebook.grades}
        return {name: found[check_id(name)] for name in TESTS}

    def kept(self, name: str) -> Scores:
        """What the file says that stock nbgrader gave this notebook."""
        kept = json.loads(KEPT.read_text())
        one = kept["notebooks"].get(name, {})
        if kept["versions"] != versions() or one.get("digest") != digest(self.notebook(name)):
            raise LookupError(f"{KEPT.name} is of other notebooks or versions. Run `make truth`.")
        return dict(one["scores"])


def versions() -> dict[str, str]:
    """The versions of what runs a notebook in stock nbgrader."""
    return {name: version(name) for name in ("nbgrader", "ipykernel", "ipython")}


def digest(notebook: Any) -> str:
    """Of all that nbgrader reads in a notebook; the ids of its cells are made anew each time."""
    cells = [[cell["cell_type"], cell["source"], cell["metadata"]] for cell in notebook["cells"]]
    return hashlib.sha256(json.dumps(cells, sort_keys=True).encode()).hexdigest()[:16]


def main() -> None:
    """Have stock nbgrader grade all odd notebooks, and keep the scores."""
    environment.settle()
    with tempfile.TemporaryDirectory() as folder:
        course = PlainCourse(Path(folder), load_solution(load_course(ROOT), EXERCISE))
        notebooks = {
            name: {"digest": digest(course.notebook(name)), "scores": scores}
            for name, scores in course.graded(sorted(ODDITIES)).items()
        }
    kept = {"versions": versions(), "notebooks": notebooks}
    KEPT.write_text(json.dumps(kept, indent=1) + "\n")


if __name__ == "__main__":
    main()
