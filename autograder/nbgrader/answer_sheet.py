"""What is shown of a written question: the task, the reference answer, and everybody's answers."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from markupsafe import Markup

from autograder.classroom.given_texts import GivenTexts
from autograder.course import Course, CourseError
from autograder.nbgrader.answers import content_digest
from autograder.nbgrader.cell_html import CellTexts, code, plain
from autograder.nbgrader.graded_notebook import PROBLEMS
from autograder.nbgrader.hand_marks import Marked
from autograder.nbgrader.release import Release, load_release, released_pictures
from autograder.notebook_json import load_notebook
from autograder.submission import cell_source, grade_id

#: A page holds no more answers, and stops after so many characters; the others come when it is
#: loaded again, after those that were marked.
MAX_ANSWERS, MAX_CHARACTERS = 300, 30_000_000
_REGION = re.compile(r"^[ \t]*### (?:BEGIN|END) SOLUTION[ \t]*$\n?", re.MULTILINE)
_HEADING = re.compile(r"^#{1,6} +(.+?)[ #]*$", re.MULTILINE)


class Shown(NamedTuple):
    """A student's answer; ``digest`` is of what is shown, and "" where there is nothing to mark."""

    marked: Marked
    html: Markup
    digest: str
    is_empty: bool = False
    note: str = ""


class AnswerSheet:
    """The written questions of an assignment."""

    def __init__(self, course: Course, name: str) -> None:
        """Read the release; raises `CourseError` if it has no such question."""
        self._course, self._name = course, name
        self._release: Release = load_release(course, name)
        if not self._release.questions:
            raise CourseError(f"{name} has no question that is answered in words.")
        self._pictures = released_pictures(course.released / name)
        self._given = GivenTexts(map(cell_source, self._release.notebook["cells"]))
        self._solved = self._solutions()

    @property
    def questions(self) -> Sequence[str]:
        """Their ids, in the notebook's order."""
        return self._release.questions

    def title(self, question: str) -> str:
        """The heading above a question."""
        found = [_HEADING.search(cell_source(cell)) for cell in self._above(question)]
        return next((match[1] for match in found if match), question)

    def task(self, question: str) -> Markup:
        """The text above a question, from its heading on."""
        return self._html(self._above(question))

    def reference(self, question: str) -> Markup:
        """The author's answer; empty where the source notebook cannot be read."""
        return self._html([self._solved[question]] if question in self._solved else [])

    def shown(self, marks: Sequence[Marked]) -> list[Shown]:
        """The answers that fit a page: those that wait come first, in an order that tells nothing
        of the students and stays the same."""
        ordered = sorted(marks, key=lambda each: (not each.mark.waits, _shuffled(each)))
        found: list[Shown] = []
        characters = 0
        for marked in ordered[:MAX_ANSWERS]:
            found.append(self.answer(marked))
            characters += len(found[-1].html)
            if characters > MAX_CHARACTERS:
                break
        return sorted(found, key=lambda each: each.is_empty and not each.marked.mark.waits)

    def answer(self, marked: Marked) -> Shown:
        """The answer that a mark is for."""
        path = self._course.root / "autograded" / marked.student / self._name
        try:
            text = (path / f"{self._name}.ipynb").read_text(encoding="utf-8")
            cells = load_notebook(text)["cells"]
        except (OSError, ValueError) as error:
            note = f"It cannot be read: {error}. Run `autograder grade {self._name} --force`."
            return Shown(marked, Markup(), "", note=note)
        found = [each for each in cells if grade_id(each) == marked.question]
        cell: Mapping[str, Any] = found[0] if found else {}
        digest = content_digest(cell)
        if not self._release.unanswered(marked.question, cell_source(cell)):
            return Shown(marked, self._html([cell]), digest)
        if not marked.mark.waits:
            return Shown(marked, Markup(), digest, is_empty=True, note="No answer.")
        own = [cell for cell in cells if self._is_own(cell)]
        note = "The cell for the answer is empty. This is in other cells of the notebook:"
        return Shown(marked, self._html(own), content_digest(*own), note=note)

    def _is_own(self, cell: Mapping[str, Any]) -> bool:
        source = cell_source(cell)
        is_free = not grade_id(cell) and cell.get("id") != PROBLEMS
        return is_free and bool(source.strip()) and not self._given.has(source, or_earlier=True)

    def _above(self, question: str) -> list[Mapping[str, Any]]:
        cells = self._release.notebook["cells"]
        at = next(at for at, cell in enumerate(cells) if grade_id(cell) == question)
        found: list[Mapping[str, Any]] = []
        for cell in reversed(cells[:at]):
            if cell["cell_type"] != "markdown" or grade_id(cell):
                break
            found.insert(0, cell)
            if _HEADING.search(cell_source(cell)):
                break
        return found

    def _solutions(self) -> dict[str, Mapping[str, Any]]:
        folder = self._course.root / self._course.source_directory / self._name
        try:
            text = (folder / f"{self._name}.ipynb").read_text(encoding="utf-8")
            cells = load_notebook(text)["cells"]
        except (OSError, ValueError):
            return {}
        return {
            grade_id(cell): {**cell, "source": _REGION.sub("", cell_source(cell))} for cell in cells
        }

    def _html(self, cells: Sequence[Mapping[str, Any]]) -> Markup:
        texts = CellTexts(self._pictures)
        return Markup("\n").join(_shown(texts, cell) for cell in cells)


def _shown(texts: CellTexts, cell: Mapping[str, Any]) -> Markup:
    source = cell_source(cell)
    if cell.get("cell_type") == "markdown":
        return texts.markdown(source, cell.get("attachments"))
    return code(source) if cell.get("cell_type") == "code" else plain(source)


def _shuffled(marked: Marked) -> bytes:
    return hashlib.sha256(f"{marked.question}\n{marked.student}".encode()).digest()
