"""In a platform's container: grade what was handed in, in the process that alone writes results."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from autograder.classroom.grader import Grader
from autograder.classroom.handed_in import read_folder
from autograder.display.hints import parse_hints, with_hints
from autograder.faults import sentence
from autograder.files import write_file
from autograder.report import Report
from autograder.text import plural, points_text, visible_text

#: What is said where the machine fails: that is no fault of the student's, and no grade.
NOT_GRADED = (
    "This could not be graded, which is not your fault and costs no points. Tell your instructor."
)


class Fault(NamedTuple):
    """Why nothing was graded, for instructors."""

    reason: str


def grade_handed_in(make: Callable[[], Grader], folder: Path, student: str) -> Report | Fault:
    """Grade a folder that was handed in. A file that is missing or broken gives a report; what is
    no submission's fault gives a `Fault`."""
    try:
        with make() as grader:
            handed_in = read_folder(folder, grader.name, given=grader.released.files)
            submission = handed_in.submission(grader.answer_key, grader.released)
            report = grader.grade(submission, student)
            if grader.answer_key.count_hints:
                report = with_hints(report, parse_hints(handed_in.hints))
            return report
    except Exception as error:
        return Fault(visible_text(sentence(error) or f"{type(error).__name__}: {error}"))


def write_result(path: Path, result: Mapping[str, Any]) -> None:
    """Write a result as JSON, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_file(path, json.dumps(result, ensure_ascii=False, allow_nan=False, indent=1) + "\n")


def read_json(path: Path) -> dict[str, Any]:
    """The object in a file of the platform's; an empty one if there is none."""
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def tell(graded: Report | Fault) -> None:
    """Tell instructors how it was graded, or why not."""
    if isinstance(graded, Fault):
        print(graded.reason, file=sys.stderr)
    else:
        points = f"{points_text(graded.score)} of {plural(graded.max_score)}"
        print(f"{points}, contained by {graded.containment}.")
