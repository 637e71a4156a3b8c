"""Classroom 50 and GitHub Actions. What is shipped there is PUBLIC: students read it, and whoever
may write to a repository may change what runs in it. So it holds no hidden instance, no solution
and no key, only what students have anyway: the visible checks and the property checks.
"""

from __future__ import annotations

import base64
import json
import math
import os
import secrets
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from autograder.authoring.wheel import package_files
from autograder.classroom.handed_in import read_folder
from autograder.course import Course
from autograder.display.terminal import hidden_note
from autograder.exercise.answer_key import AnswerKey
from autograder.exercise.visible import VISIBLE_FILE, read_visible
from autograder.faults import Fault, Refusal, reason
from autograder.files import write_file
from autograder.grade import grade_submission
from autograder.homes.container import write_result
from autograder.homes.lines import HIDDEN, Line, beside_lines, lines
from autograder.homes.shipped import Files, released, requirements
from autograder.report import Report, add_points
from autograder.sandbox.fork_server import ForkServer
from autograder.sandbox.levels import LEVELS, NONE
from autograder.sandbox.limits import Limits
from autograder.sandbox.worker import ContainedSandbox
from autograder.text import points_text

#: Scores are whole numbers there: points are counted in so many parts, and none is lost.
_PARTS = 100
RESULT_FILE, BODY_FILE = "result.json", "release-body.md"
PUBLIC = (
    "PUBLIC: everything here can be read by students, and is meant to be. It runs the visible checks "
    "and the property checks only; no hidden instance, no solution and no key is in it."
)
#: How the two folders are used, for the README.
_STEPS = """\
- Classroom 50: copy `classroom50/autograders/{name}` into the classroom's folder of the
  `classroom50` repository. The assignment there has to have the name `{name}`.
- GitHub Actions: `cp -r template/. REPO`, with the hidden folder `.github`, where REPO is the
  assignment's template repository with the released files.
"""
_SCRIPT = f'''#!/usr/bin/env python3
"""Check the work in the current folder.

{PUBLIC}
"""

import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

CHECKER = Path(__file__).resolve().parent / "checker"


def python():
    """A Python with what the checks need, in an environment of its own."""
    if "AUTOGRADER_PYTHON" in os.environ:
        return os.environ["AUTOGRADER_PYTHON"]
    folder = Path(os.environ.get("RUNNER_TEMP") or tempfile.mkdtemp()) / "autograder-venv"
    found = folder / "bin" / "python"
    if not found.exists():
        venv.create(folder, with_pip=True)
        # -I: the current folder is a student's, and may hold a "pip" of its own.
        install = [str(found), "-I", "-m", "pip", "install", "--quiet", "-r"]
        subprocess.run([*install, str(CHECKER / "requirements.txt")], check=True, cwd=CHECKER)
    return str(found)


if __name__ == "__main__":
    environment = {{**os.environ, "PYTHONPATH": str(CHECKER), "PYTHONDONTWRITEBYTECODE": "1"}}
    program = [python(), "-P", "-m", "autograder.homes", "github", os.getcwd()]
    raise SystemExit(subprocess.call(program, env=environment))
'''
_WORKFLOW = f"""# {PUBLIC}
name: Checks
on: [push, workflow_dispatch]
permissions:
  contents: read
jobs:
  checks:
    runs-on: ubuntu-latest
    timeout-minutes: 15
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: "3.12"
      - id: checks
        run: python .github/checks/autograder.py
      - uses: classroom-resources/autograding-grading-reporter@v1
        env:
          CHECKS_RESULTS: ${{{{ steps.checks.outputs.result }}}}
        with:
          runners: checks
"""


def pack(course: Course, name: str) -> Files:
    """Two folders: what Classroom 50 takes into its repository, and what a template repository for
    plain GitHub Actions has besides the released files. Raises `CourseError` where the exercise was
    not built."""
    checker = list(_checker(course, name))
    yield "README.md", f"# {name}\n\n{PUBLIC}\n\n{_STEPS.format(name=name)}".encode()
    for folder in (f"classroom50/autograders/{name}", "template/.github/checks"):
        yield f"{folder}/autograder.py", _SCRIPT.encode()
        yield from ((f"{folder}/checker/{path}", data) for path, data in checker)
    yield "template/.github/workflows/checks.yml", _WORKFLOW.encode()


def _checker(course: Course, name: str) -> Files:
    visible = released(course, name)
    yield from package_files()
    yield "requirements.txt", requirements().encode()
    for file in (VISIBLE_FILE, *visible.data):
        yield file, (course.released / name / file).read_bytes()


def grade(root: Path, package: Path) -> int:
    """Check the repository ``root``, and write what Classroom 50 or GitHub Actions reads. Where the
    machine fails there is no result."""
    try:
        answer_key = read_visible(package / VISIBLE_FILE).visible()
        report = _check_folder(root, package, answer_key)
    except (Fault, Refusal, OSError) as error:
        print(f"::error::{error}")
        return 1
    note = hidden_note(answer_key, {each.name for each in answer_key.checked})
    # What is answered here is judged later; what could not be run has its points to lose.
    judged = [line for line in lines(report) if line.passed is not None or line.max_score]
    body = _body(report, judged, note)
    # What a student's text says is no command for GitHub.
    token = secrets.token_hex(16)
    print(f"::stop-commands::{token}\n{body}\n::{token}::")
    environment = os.environ
    if "CLASSROOM" in environment:
        try:
            for file in (RESULT_FILE, BODY_FILE):
                _remove_link(root / file)
            write_file(root / BODY_FILE, body)
            write_result(root / RESULT_FILE, _classroom50(judged, environment))
        except OSError as error:
            print(f"::error::{error.filename} cannot be written: {reason(error)}")
            return 1
        status = "success" if _is_passed(judged) else "failure"
        _output(environment, status=status, summary=_points(judged))
    else:
        text = json.dumps(_actions(judged)).encode()
        _output(environment, result=base64.b64encode(text).decode())
    return 0


def _remove_link(path: Path) -> None:
    """A link in a checkout is a student's, and would have another file written."""
    if path.is_symlink():
        path.unlink()


def _check_folder(root: Path, package: Path, answer_key: AnswerKey) -> Report:
    """The report of the visible checks, made in the strongest way that the machine has: it keeps
    nothing secret, so that plain processes will do."""
    handed_in = read_folder(root, answer_key.name)
    limits = Limits()
    data = [package / file for file in answer_key.data]
    with closing(ForkServer(limits, (*LEVELS, NONE), [], data)) as server:
        submission = handed_in.submission(answer_key)
        report = grade_submission(submission, "", answer_key, ContainedSandbox(server))
    return report if report.functions else replace(report, max_score=_visible_points(answer_key))


def _visible_points(answer_key: AnswerKey) -> float:
    points = [points for each in answer_key.functions for points in each.points.items()]
    return add_points(score for key, score in points if key not in HIDDEN)


def _classroom50(judged: Sequence[Line], environment: Mapping[str, str]) -> dict[str, Any]:
    """The lines as ``result.json`` of Classroom 50, whose scores are whole numbers."""
    commit = environment.get("COMMIT_URL", "")
    tests = [
        {
            "test-name": line.name,
            "passed": bool(line.passed),
            "score": _parts(line.score),
            "max-score": _parts(line.max_score),
            "message": line.message,
        }
        for line in judged
    ]
    return {
        "schema": "classroom50/result/v1",
        "classroom": environment.get("CLASSROOM", ""),
        "assignment": environment.get("ASSIGNMENT", ""),
        "assignment_type": environment.get("ASSIGNMENT_TYPE") or "individual",
        "owner": environment.get("OWNER") or environment.get("USERNAME", ""),
        "submission": environment.get("SUBMISSION_TAG", ""),
        "commit": commit,
        "release": environment.get("RELEASE_URL") or commit,
        "review": environment.get("REVIEW_URL") or commit,
        "datetime": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "score": sum(_parts(line.score) for line in judged),
        "max-score": sum(_parts(line.max_score) for line in judged),
        "tests": tests,
    }


def _actions(judged: Sequence[Line]) -> dict[str, Any]:
    """The lines as the result that ``autograding-grading-reporter`` reads."""
    return {
        "version": 1,
        "status": "pass" if _is_passed(judged) else "fail",
        "max_score": sum(_parts(line.max_score) for line in judged),
        "tests": [
            {
                "name": line.name,
                "status": "pass" if line.passed else "fail",
                "score": _parts(line.score),
                "message": line.message,
                "test_code": "",
                "filename": "",
                "line_no": 0,
                "duration": 0,
            }
            for line in judged
        ],
    }


def _parts(points: float) -> int:
    """Points in hundredths, rounded down: what is not full is never shown as full."""
    return math.floor(points * _PARTS + 1e-6)


def _is_passed(judged: Sequence[Line]) -> bool:
    """Whether all are passed; where nothing is judged, nothing is."""
    return bool(judged) and all(line.passed for line in judged)


def _points(judged: Sequence[Line]) -> str:
    score, most = add_points(x.score for x in judged), add_points(x.max_score for x in judged)
    return f"{points_text(score)} of {points_text(most)} points on the visible checks"


def _body(report: Report, judged: Sequence[Line], note: str) -> str:
    """The result in words, as Markdown: a student's text stands in indented lines only."""
    text = [f"### {_points(judged)}", ""]
    text += _indented(beside_lines(report))
    for line in judged:
        score = f"{line.score:g}/{line.max_score:g}"
        text.append(f"- {'passed' if line.passed else 'FAILED'} {score} {line.name}")
        text += _indented(line.message)
    return "\n".join([*text, "", note, ""])


def _indented(text: str) -> list[str]:
    return ["", *(f"      {line}" for line in text.splitlines()), ""] if text else []


def _output(environment: Mapping[str, str], **values: str) -> None:
    if path := environment.get("GITHUB_OUTPUT"):
        with open(path, "a", encoding="utf-8") as stream:
            stream.writelines(f"{key}={value}\n" for key, value in values.items())
