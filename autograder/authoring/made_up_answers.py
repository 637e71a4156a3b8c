"""Made-up answers: released notebooks filled in from the course's solution."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import jupytext
import nbformat

from autograder.authoring.notebook import as_script, solved, solved_id
from autograder.exercise.mistake import Mistake
from autograder.submission import check_id, grade_id


def typical(mistakes: Sequence[Mistake]) -> list[Mistake]:
    """The first mistake of each function, and one more."""
    first = {mistake.function: mistake for mistake in reversed(mistakes)}
    more = [mistake for mistake in mistakes if mistake not in first.values()]
    return [*reversed(first.values()), *more[-1:]]


def compatible(mistakes: Sequence[Mistake]) -> list[Mistake]:
    """Two mistakes in different functions, so that both can be applied; fewer if there are none."""
    first = mistakes[:1]
    others = [m for m in mistakes if first and m.function != first[0].function]
    return [*first, *others[:1]]


class Answers:
    """Ways to fill in a folder with the released files; some methods return one."""

    def __init__(
        self, source: str, name: str, chosen: Mapping[str, int] = MappingProxyType({})
    ) -> None:
        """Take the solution in percent format and the notebook's name. ``chosen`` maps choices to
        options that replace the solution's."""
        self.source, self.name = source, name
        self._chosen = {choice: f"def {choice}():\n    return {n}" for choice, n in chosen.items()}

    def right(self, folder: Path) -> None:
        """All right."""
        self._fill(folder, self.source)

    def script(self, folder: Path) -> None:
        """All right, in the script instead of the notebook."""
        self._fill(folder, self.source)
        notebook = folder / f"{self.name}.ipynb"
        filled = nbformat.read(notebook, as_version=4)
        (folder / f"{self.name}.py").write_text(as_script(filled), encoding="utf-8")
        notebook.unlink()

    def without_checks(self, folder: Path) -> None:
        """All right, but without the test cells."""
        self._fill(folder, self.source)

        def drop(notebook: nbformat.NotebookNode) -> None:
            notebook.cells = [
                cell for cell in notebook.cells if not grade_id(cell).startswith(check_id(""))
            ]

        self._edit(folder, drop)

    def wrong(self, mistakes: Sequence[Mistake]) -> Callable[[Path], None]:
        """All right except for these mistakes."""

        def work(folder: Path) -> None:
            source = self.source
            for mistake in mistakes:
                source = mistake.apply(source)
            self._fill(folder, source)

        return work

    def only(self, functions: Sequence[str]) -> Callable[[Path], None]:
        """Only these functions are written."""
        return lambda folder: self._fill(folder, self.source, functions)

    def replaced(self, function: str, body: str) -> Callable[[Path], None]:
        """All right, but one function has another body."""

        def work(folder: Path) -> None:
            self._fill(folder, self.source)

            def edit(notebook: nbformat.NotebookNode) -> None:
                for cell in notebook.cells:
                    if grade_id(cell) == function:
                        lines = "".join(f"\n    {line}" for line in body.splitlines())
                        cell.source = f"def {function}(*arguments):{lines}"

            self._edit(folder, edit)

        return work

    def damaged(self, folder: Path) -> None:
        """A truncated notebook."""
        self._fill(folder, self.source)
        path = folder / f"{self.name}.ipynb"
        path.write_text(path.read_text(encoding="utf-8")[:4000], encoding="utf-8")

    def emptied(self, folder: Path) -> None:
        """An empty file."""
        (folder / f"{self.name}.ipynb").write_text("", encoding="utf-8")

    def _fill(self, folder: Path, source: str, only: Sequence[str] | None = None) -> None:
        answers = {
            solved_id(cell): solved(cell) for cell in jupytext.reads(source, fmt="py:percent").cells
        } | self._chosen

        def fill(notebook: nbformat.NotebookNode) -> None:
            for cell in notebook.cells:
                cell_id = grade_id(cell)
                if cell_id and cell_id in answers and (only is None or cell_id in only):
                    cell.source = answers[cell_id]

        self._edit(folder, fill)

    def _edit(self, folder: Path, change: Callable[[nbformat.NotebookNode], None]) -> None:
        path = folder / f"{self.name}.ipynb"
        notebook = nbformat.read(path, as_version=4)
        change(notebook)
        nbformat.write(notebook, path)
