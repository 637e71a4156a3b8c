"""PrairieLearn: a question that is graded outside, and its results.

The documented layout is ``/grade`` with ``tests/`` (of the question), ``student/``,
``data/data.json`` and ``results/``.
"""

from __future__ import annotations

import html
import json
import uuid
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from autograder.course import Course
from autograder.homes.container import (
    NOT_GRADED,
    Fault,
    grade_handed_in,
    read_json,
    tell,
    write_result,
)
from autograder.homes.lines import beside_lines, lines
from autograder.homes.shipped import (
    Files,
    files_in,
    grader_files,
    released,
    requirements,
    shipped_grader,
)
from autograder.report import Report

#: From it the ids of questions follow, which must stay the same.
_IDS = uuid.UUID("6f2f6c2e-6f0c-5b0a-9a51-6b8f9d1c7a10")
#: PrairieLearn waits so long at most.
_MOST_SECONDS = 600
_RUN = """#!/bin/sh
# PrairieLearn runs this for each submission. The two variables are for trying it elsewhere.
root="${AUTOGRADER_ROOT:-/grade}"
export PYTHONPATH="$root/tests" PYTHONDONTWRITEBYTECODE=1
chmod -R go= "$root/tests"
exec "${AUTOGRADER_PYTHON:-python3}" -P -m autograder.homes prairielearn "$root"
"""
_DOCKERFILE = """# The image of the grader; it holds no exercise. Build it, and push it as {image}.
FROM python:3.12-slim
RUN pip install --no-cache-dir {packages}
"""


def pack(course: Course, name: str, image: str) -> Files:
    """The files of a course's repository: the question, and the grader's image. Raises
    `CourseError` where the exercise was not built."""
    visible = released(course, name)
    question = f"questions/{name}"
    info = {
        "uuid": str(uuid.uuid5(_IDS, f"{course.id}/{name}")),
        "title": visible.title,
        "topic": "Backpropagation",
        "type": "v3",
        "gradingMethod": "External",
        "externalGradingOptions": {
            "enabled": True,
            "image": image,
            "entrypoint": "/grade/tests/run.sh",
            "timeout": min(_MOST_SECONDS, round(10 * course.limits.total_seconds)),
            "enableNetworking": False,
        },
    }
    yield f"{question}/info.json", (json.dumps(info, indent=2) + "\n").encode()
    given = files_in(course.released / name)
    yield f"{question}/question.html", _question(name, visible.title, given).encode()
    for path in given:
        yield f"{question}/clientFilesQuestion/{path.name}", path.read_bytes()
    yield f"{question}/tests/run.sh", _RUN.encode()
    for shipped, data in grader_files(course, name):
        yield f"{question}/tests/{shipped}", data
    packages = " ".join(requirements().split())
    yield "Dockerfile", _DOCKERFILE.format(image=image, packages=packages).encode()


def _question(name: str, title: str, given: Sequence[Path]) -> str:
    links = [
        f'  <li><pl-file-download file-name="{path.name}" directory="clientFilesQuestion">'
        f"</pl-file-download></li>"
        for path in given
    ]
    return "\n".join(
        [
            "<pl-question-panel>",
            f"<p>{html.escape(title)}: write the functions, and hand in the notebook.</p>",
            *("<ul>", *links, "</ul>"),
            f'<pl-file-upload file-names="{name}.ipynb"></pl-file-upload>',
            "</pl-question-panel>",
            "<pl-submission-panel>",
            "<pl-external-grader-results></pl-external-grader-results>",
            "<pl-file-preview></pl-file-preview>",
            "</pl-submission-panel>",
            "",
        ]
    )


def grade(root: Path, package: Path) -> int:
    """Grade ``student/`` into ``results/results.json``. Where the machine fails, the attempt is not
    counted."""
    seed = read_json(root / "data" / "data.json").get("variant_seed")
    make = partial(shipped_grader, package, root)
    graded = grade_handed_in(make, root / "student", f"variant {seed}")
    tell(graded)
    write_result(root / "results" / "results.json", results(graded))
    return 0


def results(graded: Report | Fault) -> dict[str, Any]:
    """A report as PrairieLearn's results.json, or that there is none."""
    if isinstance(graded, Fault):
        return {"gradable": False, "message": NOT_GRADED, "format_errors": NOT_GRADED}
    return {
        "gradable": True,
        "score": graded.score / graded.max_score if graded.max_score else 0.0,
        "message": beside_lines(graded),
        "tests": [
            {
                "name": line.name,
                "points": line.score,
                "max_points": line.max_score,
                "message": line.message,
            }
            for line in lines(graded)
        ],
    }
