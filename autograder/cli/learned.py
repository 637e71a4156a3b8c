"""``autograder build --mistakes --from REPORT``: drafts of known mistakes from a class."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.faults import Refusal, reason
from autograder.text import visible_text

if TYPE_CHECKING:
    from autograder.authoring.learned import Draft
    from autograder.course import Course
    from autograder.report import Report

#: What stands for the reports of the class that was graded last.
OF_THE_CLASS = "report"


def learn(course: Course, name: str, source: str) -> int:
    """Add a draft to ``mistakes.py`` for each group of students in the reports of a class, from a
    file of ``autograder grade --json`` or the class that was graded last."""
    from autograder.sandbox.levels import require_linux

    require_linux()
    from autograder.authoring.learned import add_drafts, drafts  # imports what only Linux has
    from autograder.classroom.grader import Grader

    course.assignment(name)
    found: list[Draft] = []
    with Grader(course, name) as grader:
        for draft in drafts(grader, _reports(course, name, source)):
            found.append(draft)
            print(*draft_lines(draft), "", sep="\n", flush=True)
        path = add_drafts(grader, found)
    shown = path.relative_to(course.root) if path.is_relative_to(course.root) else path
    print(next_step(found, name, str(shown)))
    return 0


def draft_lines(draft: Draft) -> Iterator[str]:
    """A group, its example, and what became of it."""
    yield f"{draft.function}: {draft.students} students share this {draft.quantity}"
    if draft.code:
        yield textwrap.indent(visible_text(textwrap.dedent(draft.code)), "    ")
    if draft.mistake is None:
        yield f"  no draft: {draft.problem}"
        return
    yield f"  draft: {draft.mistake.id}"
    if draft.whole < draft.compared:
        yield (
            f"  Of {draft.compared} students it gives all numbers of {draft.whole}; the others make "
            "another mistake besides."
        )


def next_step(found: Sequence[Draft], name: str, path: str) -> str:
    """What to do with the drafts."""
    if not found:
        return "Nobody shares wrong numbers by a mistake that has no name."
    if not any(draft.mistake for draft in found):
        return "There are no new drafts."
    return (
        f"Next: read the drafts in {path}, since they run as your own code.\n"
        "Give each a sentence; until then no student is told of it. Then:\n"
        f"autograder build {name} && autograder build --check {name}"
    )


def _reports(course: Course, name: str, source: str) -> Iterator[Report]:
    """The reports of an assignment; raises `Refusal` where there are none, or a file has others."""
    from autograder.classroom.journal import read_reports
    from autograder.report import Report

    if source == OF_THE_CLASS:
        some = False
        for report in read_reports(course, name):
            some = True
            yield report
        if not some:
            raise Refusal(
                f"No submission of {name} is graded yet. Run `autograder grade {name}` first."
            )
        return
    try:
        with Path(source).open(encoding="utf-8", errors="backslashreplace") as lines:
            for line in lines:
                report = Report.from_json(line)
                if report.assignment == name:
                    yield report
    except OSError as error:
        raise Refusal(f"--from: {source} cannot be read: {reason(error)}") from None
    except ValueError as error:
        raise Refusal(
            f"--from: {source} has other lines than `autograder grade --json` writes: {error}"
        ) from None
