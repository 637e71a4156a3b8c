"""`--log-json`: everything on standard error is an object on a line; and the figures of a run."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from autograder.__main__ import main
from autograder.classroom.metrics import Metrics
from autograder.classroom.run import Graded
from autograder.report import Report
from tests.conftest import NAME, ROOT

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="containment is Linux's own")
SOLUTION = ROOT / "solutions" / NAME / f"{NAME}.py"
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def events(text: str) -> list[dict[str, Any]]:
    """The lines of a log, without their times."""
    found = [json.loads(line) for line in text.splitlines()]
    assert all(TIME.fullmatch(event.pop("time")) for event in found)
    return found


def test_a_run_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With what any part of the command says, as here of no containment."""
    (tmp_path / "ada.py").write_text("def loss(y, t):\n    return 12345.678\n")
    (tmp_path / "bob.py").write_text("((")
    files = [str(tmp_path / f"{name}.py") for name in ("ada", "bob")]
    options = ["--containment", "none", "--log-json", "--course", str(ROOT)]
    assert main(["grade", NAME, *files, *options]) == 0
    said = capsys.readouterr()
    assert said.out.startswith("student")
    began, message, ada, bob, metrics, ended = events(said.err)
    assert (began["event"], began["command"]) == ("began", "grade")
    assert message == {
        "level": "warning",
        "event": "message",
        "message": "Nothing contains the submissions: they can do what you can do.",
    }
    assert ada.pop("milliseconds") >= 0 and bob.pop("milliseconds") >= 0
    most = ada["max_score"]
    assert most > 0
    for event, student in ((ada, "ada"), (bob, "bob")):
        assert event == {
            "level": "info",
            "event": "submission",
            "assignment": NAME,
            "student": student,
            "status": "graded",
            "score": 0.0,
            "max_score": most,
            "containment": "none",
        }
    assert metrics.pop("milliseconds") > 0 and metrics.pop("per_second") > 0
    assert metrics == {
        "level": "info",
        "event": "metrics",
        "assignment": NAME,
        "submissions": 2,
        "by_status": {"graded": 2},
        "by_containment": {"none": 2},
        "retries": {"submissions": 0, "calls": 0, "gradebook": 0},
    }
    assert (ended["event"], ended["exit_status"]) == ("ended", 0)


def test_what_ends_a_command_is_an_error_of_the_log(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ["--log-json", "--course", str(tmp_path)]
    for command in (["grade", NAME], ["build"], ["report", NAME]):
        assert main([*command, *where]) == 2
        _, error, ended = events(capsys.readouterr().err)
        assert error["level"] == "error" and "course.toml" in error["message"]
        assert (ended["command"], ended["exit_status"]) == (command[0], 2)


EARLY = """
import signal, sys
from autograder import __main__
from autograder.cli import grade

grade.course_of = lambda arguments: signal.raise_signal(signal.SIGTERM)
sys.argv = ["autograder", "grade", "any", "--log-json"]
__main__.program()
"""


def test_a_signal_before_anything_is_graded_is_in_the_log() -> None:
    done = subprocess.run([sys.executable, "-c", EARLY], capture_output=True, text=True)
    _, message, ended = events(done.stderr)
    assert message == {"level": "warning", "event": "message", "message": "Interrupted."}
    assert (done.returncode, ended["event"], ended["exit_status"]) == (130, "ended", 130)


def test_the_figures_of_a_run() -> None:
    report = Report(NAME, "ada", "", "", "", "", "seccomp", [], 1.0)
    metrics = Metrics()
    for given in (
        Graded("ada", Path(), report, repeated=2),
        Graded("bob", Path(), report, unchanged=True),
        Graded("cyd", Path(), None, "it could not be graded"),
    ):
        metrics.add(given)
    metrics.end({"submissions": 1, "gradebook": 0})
    metrics.seconds = 1.5
    assert metrics.line() == (
        "2.0 submissions per second: 3 in 1.5 s; status: 1 graded, 1 unchanged, 1 not graded; "
        "containment: 1 seccomp; retries: 3 (calls 2, submissions 1)."
    )
    assert metrics.to_dict() == {
        "submissions": 3,
        "milliseconds": 1500,
        "per_second": 2.0,
        "by_status": {"graded": 1, "unchanged": 1, "not_graded": 1},
        "by_containment": {"seccomp": 1},
        "retries": {"submissions": 1, "calls": 2, "gradebook": 0},
    }
