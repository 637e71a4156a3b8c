"""Whether an answer is still the one that a person marked, by digests of what students wrote."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from autograder.nbgrader.graded_notebook import submitted_cells
from autograder.nbgrader.release import Release
from autograder.report import Report
from autograder.submission import Submission, cell_source, check_id, grade_id

#: The key of the digest of all code.
_CODE = ""
_LENGTH = 16


def answer_digests(submission: Submission, release: Release, is_elsewhere: bool) -> dict[str, str]:
    """A digest for each cell that students fill in, with the pictures pasted into it, and one of
    all code.

    A function without code in its cell may be anywhere, and so may an answer if text
    ``is_elsewhere``.
    """
    cells = submitted_cells(submission, release)
    written = {grade_id(cell): _content(cell) for cell in cells}
    everything = content_digest(*cells)
    code = content_digest(*(cell for cell in cells if cell["cell_type"] == "code"))
    digests = {_CODE: code}
    for name, cell in release.by_id.items():
        if not cell["metadata"]["nbgrader"]["solution"]:
            continue
        is_question = name in release.questions
        text, _ = content = written.get(name, ("", ""))
        is_here = not release.unanswered(name, text) or (is_question and not is_elsewhere)
        digests[name] = _digest([content]) if is_here else everything if is_question else code
    return digests


def content_digest(*cells: Mapping[str, Any]) -> str:
    """The digest of what is in cells, and of their pictures."""
    return _digest([_content(cell) for cell in cells])


def _content(cell: Mapping[str, Any]) -> tuple[str, str]:
    pictures = cell.get("attachments")
    return cell_source(cell).strip(), json.dumps(pictures, sort_keys=True) if pictures else ""


def _digest(contents: list[tuple[str, str]]) -> str:
    return hashlib.sha256(json.dumps(contents).encode()).hexdigest()[:_LENGTH]


class Changes:
    """What a student changed since the report ``before``: everything where there is none."""

    def __init__(self, before: Report | None, now: Report) -> None:
        self._before, self._now = before and before.answers, now.answers
        self._is_same = before is not None and before.sha256 == now.sha256 != ""

    @property
    def code(self) -> bool:
        """Whether any code changed."""
        return self.answer(_CODE)

    def answer(self, cell_id: str) -> bool:
        """Whether the answer that a cell gives points for changed."""
        name = cell_id.removeprefix(check_id(""))
        if not self._before or not self._now:  # written by an earlier version
            return not self._is_same
        return name not in self._now or self._before.get(name) != self._now[name]
