"""Answers like those that instructors and students of other courses have reported as wrongly
graded: each has the points of what is right in it."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest

from autograder.__main__ import main
from tests.conftest import NAME, ROOT

FILES = sorted((ROOT / "tests" / "submissions" / NAME / "reported").iterdir())
#: Not 23 of 23: what they use fails in Jupyter too, or is a mistake.
LESS = {
    "function-overwritten": 20.0,
    "math-exp": 21.0,
    "np-matrix-gradients": 22.5,
    **({} if importlib.util.find_spec("tqdm") else {"tqdm-in-train": 20.0}),
}


@pytest.mark.slow
def test_what_is_right_has_its_points(
    course_copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = [str(path) for path in FILES]
    assert main(["grade", NAME, *files, "--course", str(course_copy), "--json", "-"]) == 0
    reports = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    scores = {Path(report["submission"]["path"]).stem: report["score"] for report in reports}
    assert scores == {path.stem: LESS.get(path.stem, 23.0) for path in FILES}
    assert len(scores) == 16
