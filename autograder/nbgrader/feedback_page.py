"""A student's feedback: the report on top, and below it the notebook with each result where it
belongs. It is one file, without scripts and requests."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from markupsafe import Markup

from autograder.display.page import parts_of, template
from autograder.exercise.answer_key import AnswerKey
from autograder.nbgrader.cell_html import CellTexts, code, plain
from autograder.nbgrader.graded_cells import NO_RESPONSE, first_failure
from autograder.nbgrader.graded_notebook import PROBLEMS
from autograder.report import FunctionReport, Report, add_points
from autograder.submission import cell_source, checked_name, grade_id

_HEADING = re.compile(r"^#{1,6} ++(.+)$", re.MULTILINE)


class Part(NamedTuple):
    """What has points: a function or a question, with its score from the gradebook."""

    name: str
    anchor: str
    score: float
    points: float
    unmarked: bool
    is_function: bool
    function: FunctionReport | None


class ShownCell(NamedTuple):
    """A cell as the page shows it; ``results`` are its own where no report tells of them."""

    html: Markup
    printed: str
    part: Part | None
    results: Markup
    comment: Markup


def feedback_page(
    notebook: Any,
    about: Mapping[str, Any],
    pictures: Mapping[str, str],
    report: Report | None,
    answer_key: AnswerKey | None,
) -> str:
    """The page of a graded notebook.

    ``about`` is what nbgrader tells of it: the student, the score, the penalty. Without a report,
    as where the journal was removed, the results are those in the notebook's cells.
    """
    cells = _Cells(pictures, report).shown(notebook.cells)
    parts = [cell.part for cell in cells if cell.part]
    return template("feedback.html").render(
        title=answer_key.title if answer_key else about["notebook"],
        student=about["student"],
        score=_points(about.get("score")),
        of=_points(about.get("max_score")),
        late=_points(about.get("late_penalty")),
        unmarked=add_points(part.points for part in parts if part.unmarked),
        report=report,
        parts=parts,
        cells=cells,
        **parts_of(report, answer_key),
    )


class _Cells:
    def __init__(self, pictures: Mapping[str, str], report: Report | None) -> None:
        self._texts = CellTexts(pictures)
        self._functions = {f.name: f for f in report.functions} if report else {}
        self._is_told = report is not None
        self._heading = ""

    def shown(self, cells: Sequence[Any]) -> list[ShownCell]:
        """All cells, in their order; the report tells the problems of the file."""
        left_out = PROBLEMS if self._is_told else None
        return [self._shown(cell) for cell in cells if cell.get("id") != left_out]

    def _shown(self, cell: Any) -> ShownCell:
        about = cell.metadata.get("nbgrader", {})
        source = cell_source(cell)
        part = self._part(cell, about) if about.get("grade") else None
        if cell.cell_type == "markdown":
            headings = (text.rstrip(" #") for text in _HEADING.findall(source))
            self._heading = [self._heading, *filter(None, headings)][-1]
            html = self._texts.markdown(source, cell.get("attachments"))
        elif part and part.is_function:
            html = Markup()  # `check(...)`
        else:
            html = code(source) if cell.cell_type == "code" else plain(source)
        untold = part and part.is_function and not part.function
        results = _results(cell) if untold else Markup()
        return ShownCell(html, _printed(cell), part, results, self._comment(about))

    def _part(self, cell: Any, about: Mapping[str, Any]) -> Part:
        name = grade_id(cell)
        is_function = not about.get("solution")
        shown = checked_name(name) if is_function else self._heading or name
        return Part(
            shown,
            shown if is_function else f"answer-{name}",
            _points(about.get("score")),
            _points(about.get("points")),
            bool(about.get("unmarked")),
            is_function,
            self._functions.get(shown) if is_function else None,
        )

    def _comment(self, about: Mapping[str, Any]) -> Markup:
        """A person's comment; the grader's own says what the report says."""
        comment = str(about.get("comment") or "")
        of = str(about.get("grade_id"))
        own = [f for name, f in self._functions.items() if of in (name, name.rpartition(".")[0])]
        if not comment or (own and comment in (NO_RESPONSE, *map(first_failure, own))):
            return Markup()
        return self._texts.markdown(comment)


def _results(cell: Any) -> Markup:
    """The results that the grader wrote into a test cell."""
    found = []
    for output in cell.get("outputs", ()):
        if output.output_type == "display_data":
            html = output.data.get("text/html")
            # The grader's own table, in which everything is escaped.
            found.append(Markup(html) if html else plain(output.data["text/plain"]))  # noqa: S704
    return Markup("").join(found)


def _points(number: float | None) -> float:
    """Points as nbgrader shows them, to two decimals."""
    return round(float(number or 0.0), 2)


def _printed(cell: Any) -> str:
    outputs = [o for o in cell.get("outputs", ()) if o.output_type == "stream"]
    return "".join(str(output.text) for output in outputs)
