"""The right answers of an exercise, ``solutions/<name>/right/*.py``: written otherwise than the
solution, and right all the same. Only the proofs read them."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path

from autograder.course import Course
from autograder.exercise.definitions import definitions
from autograder.exercise.error import ExerciseError
from autograder.exercise.solution import Solution, author_file, parse_cells, run_cells
from autograder.submission import Submission

FOLDER = "right"


@dataclass(frozen=True)
class RightAnswer:
    """One of them: ``shown`` is its path in the course, and ``submission`` its functions behind
    those of the solution, which stand for all that it leaves out."""

    shown: str
    source: str
    submission: Submission

    @property
    def lines(self) -> list[str]:
        """Its lines of code, of which students get none."""
        lines = (line.strip() for line in self.source.splitlines())
        return [line for line in lines if not line.startswith("#")]


def right_folder(course: Course, solution: Solution) -> Path:
    """The folder that holds them."""
    return course.solutions / solution.name / FOLDER


def read_right_answer(course: Course, solution: Solution, path: Path) -> RightAnswer:
    """Read one, and run it once; raises `ExerciseError` if it does not run, or is no answer of its
    own."""
    data = path.read_bytes()
    shown = author_file(path, data, course).shown
    cells = parse_cells(shown, data)
    own = _functions(data.decode("utf-8-sig"))
    known = _functions(solution.source)
    declared = [name for _, name in solution.exercise.declared]
    if not any(name in own for name in declared):
        raise ExerciseError(f"{shown}: it defines no function of the exercise.", is_placed=True)
    for name, body in own.items():
        # Of a class some methods may stay as they are.
        if body == known.get(name) and name in declared and "." not in name:
            raise ExerciseError(
                f"{shown}: its {name} is the solution's own. Write it otherwise, or leave it out.",
                is_placed=True,
            )
    name = f"{solution.name}.py"
    cells = [*parse_cells(name, solution.source.encode()), *cells]
    run_cells(shown, cells, solution.data.folder)
    submission = Submission(name, solution.sha256, cells=cells)
    return RightAnswer(shown, data.decode("utf-8-sig"), submission)


def _functions(source: str) -> dict[str, list[str]]:
    """The statements of each function and method, without its docstring and however they are laid
    out."""
    found = {}
    for name, node in definitions(source).items():
        body = node.body[1:] if ast.get_docstring(node) is not None else node.body
        found[name] = [ast.dump(statement) for statement in body]
    return found
