"""What a report gives the cells of a notebook in nbgrader's gradebook: scores and comments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from autograder.nbgrader.release import Release
from autograder.report import FunctionReport
from autograder.submission import check_id

#: nbgrader's types of cells with grades, and of cells with comments.
_GRADED, _COMMENTED = ("GradeCell", "TaskCell"), ("SolutionCell", "TaskCell")
#: The comment on what was left as it was handed out.
NO_RESPONSE = "No response."


@dataclass(frozen=True)
class GradedCells:
    """The results of a submission: its functions by test cell, and the sources of its cells.

    ``elsewhere`` says where there is text that may be the answer of a cell without one.
    """

    release: Release
    functions: Mapping[str, FunctionReport]
    sources: Mapping[str, str]
    elsewhere: str = ""

    def rows(
        self, cells: Sequence[Row[Any]], ids: Mapping[str, str]
    ) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        """Rows of grades and of comments; ``ids`` maps released to submitted notebooks."""
        ours = [cell for cell in cells if cell.notebook_id in ids]
        scores = [
            (cell, self.score(cell.name, cell.max_score)) for cell in ours if cell.type in _GRADED
        ]
        grades = [
            {
                "notebook_id": ids[cell.notebook_id],
                "cell_id": cell.cell_id,
                "auto_score": score,
                "needs_manual_grade": score is None,
            }
            for cell, score in scores
        ]
        comments = [
            {
                "notebook_id": ids[cell.notebook_id],
                "cell_id": cell.cell_id,
                "auto_comment": self.comment(cell.name),
            }
            for cell in ours
            if cell.type in _COMMENTED
        ]
        return grades, comments

    def score(self, cell_id: str, max_score: float) -> float | None:
        """A cell's score; None if a person has to mark it."""
        if cell_id in self.release.questions:
            return 0.0 if self.unanswered(cell_id) and not self.elsewhere else None
        function = self.functions.get(cell_id)
        # `min` and `max` in this order also turn a NaN into 0.
        return min(max(0.0, function.score), float(max_score)) if function else 0.0

    def comment(self, cell_id: str) -> str | None:
        """The comment under a solution cell: the first failure."""
        if self.unanswered(cell_id):
            is_question = cell_id in self.release.questions
            return (is_question and self.elsewhere) or NO_RESPONSE
        # The cell of a class is that of its methods.
        methods = [
            f for name, f in self.functions.items() if name.startswith(check_id(f"{cell_id}."))
        ]
        found = [self.functions.get(check_id(cell_id)), *methods]
        return next(filter(None, (first_failure(each) for each in found if each)), None)

    def unanswered(self, cell_id: str) -> bool:
        """Whether a cell is empty or as it was handed out."""
        return self.release.unanswered(cell_id, self.sources.get(cell_id, ""))


def first_failure(function: FunctionReport) -> str | None:
    """The comment on a function: its first failure.

    nbgrader renders comments as Markdown with HTML. The text may contain a student's, so that it is
    an indented code block.
    """
    failure = function.first_failure
    if failure is None:
        return None
    lines = [f"{failure.name}:", *failure.message.splitlines()]
    block = "\n".join(f"    {line}" for line in lines)
    # Some databases reject lone surrogates and NUL in text.
    return block.encode("utf-8", "replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}")
