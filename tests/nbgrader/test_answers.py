"""Marks given by hand are flagged where the answer changed since, and nowhere else."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from nbgrader.api import Gradebook

from autograder.__main__ import main
from autograder.authoring.build import build
from autograder.course import load_course
from autograder.nbgrader.answers import Changes
from autograder.report import Report
from autograder.submission import grade_id
from tests.helpers.nbgrader_commands import nbgrader, solve
from tests.helpers.small_course import NAME, make_course, with_question

QUESTION, OVERRIDDEN = "why", "check-loss"
PICTURE = {"x.png": {"image/png": "iVBORw0KGgo="}}


def edited(cell_id: str, source: str, **more: Any) -> Callable[[list[dict[str, Any]]], None]:
    def edit(cells: list[dict[str, Any]]) -> None:
        (cell,) = (cell for cell in cells if grade_id(cell) == cell_id)
        cell |= {"source": source, **more}

    return edit


def text_beside(cells: list[dict[str, Any]]) -> None:
    cells.append({"cell_type": "markdown", "metadata": {}, "source": "Something new, elsewhere."})


#: What each student changes, and which of their two marks is flagged then.
STORIES: dict[str, tuple[Callable[[list[dict[str, Any]]], None] | None, set[str]]] = {
    "same": (None, set()),
    "saved-again": (lambda cells: cells[0].update(metadata={"tags": ["x"]}), set()),
    "text": (edited(QUESTION, "Another answer."), {QUESTION}),
    "picture": (edited(QUESTION, "See ![](attachment:x.png).", attachments=PICTURE), {QUESTION}),
    "emptied": (edited(QUESTION, ""), {QUESTION}),
    "own-code": (edited("loss", "def loss(y, t):\n    return 3.0"), {OVERRIDDEN}),
    "other-code": (edited("update", "def update(params, grads, lr):\n    return 3.0"), set()),
    "beside": (text_beside, {QUESTION}),
    "waiting": (None, {QUESTION}),
}
#: What is handed in first, where it is not a right answer with an answer in words.
FIRST = {
    "picture": edited(QUESTION, "See ![](attachment:x.png).", attachments={"x.png": {}}),
    "beside": edited(QUESTION, ""),
}


class Term:
    def __init__(self, root: Path) -> None:
        self.root = root
        self.exercise = make_course(root) / "exercise.py"
        with_question(root, points=2)
        build(load_course(root), NAME)
        released = (root / "assignments" / NAME / f"{NAME}.ipynb").read_text()
        self.notebooks = {s: solve(json.loads(released), root, NAME) for s in STORIES}
        for student, notebook in self.notebooks.items():
            edited(QUESTION, "Their sum.")(notebook["cells"])
            FIRST.get(student, lambda cells: None)(notebook["cells"])
            self.hand_in(student)

    def hand_in(self, student: str) -> None:
        folder = self.root / "submitted" / student / NAME
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{NAME}.ipynb").write_text(json.dumps(self.notebooks[student]))

    def grade(self, *options: str) -> None:
        assert main(["grade", NAME, "--course", str(self.root), *options]) == 0

    def gradebook(self) -> Any:
        return Gradebook(f"sqlite:///{self.root}/gradebook.db", "small")

    def mark(self, student: str) -> None:
        """As formgrader does."""
        with self.gradebook() as book:
            for cell in (QUESTION, OVERRIDDEN):
                grade = book.find_grade(cell, NAME, NAME, student)
                grade.manual_score, grade.needs_manual_grade = 0.5, False
            book.db.commit()

    def flagged(self) -> dict[str, set[str]]:
        with self.gradebook() as book:
            found = {
                student: book.find_submission_notebook(NAME, NAME, student).grades
                for student in STORIES
            }
            return {s: {g.name for g in all_ if g.needs_manual_grade} for s, all_ in found.items()}


@pytest.mark.slow
def test_only_answers_that_changed_since_they_were_marked_are_flagged(tmp_path: Path) -> None:
    term = Term(tmp_path)
    term.grade()
    for student in STORIES.keys() - {"waiting"}:
        term.mark(student)
    text = term.exercise.read_text().replace('"loss", {"values": 1}', '"loss", {"values": 4}')
    term.exercise.write_text(text.replace('{"why": 2}', '{"why": 3}'))
    build(load_course(tmp_path), NAME)
    term.grade()
    nothing_new = {student: {QUESTION} if student == "waiting" else set() for student in STORIES}
    assert term.flagged() == nothing_new
    nbgrader(tmp_path, "autograde", NAME, "--force")
    assert term.flagged() == nothing_new
    for student, (change, _) in STORIES.items():
        if change:
            change(term.notebooks[student]["cells"])
            term.hand_in(student)
    expected = {student: flagged for student, (_, flagged) in STORIES.items()}
    term.grade()
    assert term.flagged() == expected
    term.grade("--force")  # what is flagged stays so until a person has looked
    assert term.flagged() == expected
    term.mark("text")
    term.grade("--force")
    assert term.flagged() == {**expected, "text": set()}


def test_what_is_not_known_counts_as_changed() -> None:
    report = Report(NAME, "ada", "a.ipynb", "1", "0", "2", "none", [], 0.0)
    now = replace(report, answers={"": "3", "loss": "4", QUESTION: "5"})
    assert Changes(None, now).answer(QUESTION)
    assert not Changes(report, now).answer(QUESTION)  # the same file, graded by an earlier version
    assert Changes(replace(report, sha256="6"), now).answer(QUESTION)
    assert Changes(replace(report, sha256=""), replace(now, sha256="")).answer(QUESTION)
    assert not Changes(now, now).answer(OVERRIDDEN)
    assert not Changes(now, now).code
    before = replace(now, answers={"": "7", "loss": "4"})
    changes = Changes(before, now)
    assert (changes.code, changes.answer(OVERRIDDEN), changes.answer(QUESTION)) == (
        True,
        False,
        True,
    )
    assert changes.answer("unheard-of")
