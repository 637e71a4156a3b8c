"""`autograder demo --all`: a made-up class in every exercise of a course."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from autograder.__main__ import main
from autograder.course import load_course
from tests.conftest import ROOT

#: Kinds of exercises: made-up answers have to be made to each.
KINDS = ("linear", "class", "debug")
ROW = re.compile(r"(?P<name>\w+) +(?P<count>\d+) +(?P<mean>\d+)% +(\d+) of (\d+) +(?P<ms>\d+)")


@pytest.mark.slow
def test_a_class_in_every_exercise_is_a_line_for_each(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    course = tmp_path / "course"
    course.mkdir()
    shutil.copyfile(ROOT / "nbgrader_config.py", course / "nbgrader_config.py")
    (course / "course.toml").write_text('id = "small"\ntitle = "Small"\n')
    for kind in KINDS:
        made = ["new-exercise", f"of_{kind}", "--like", kind, "--course", str(course)]
        assert main(made) == 0
    names = [assignment.name for assignment in load_course(course).assignments]
    capsys.readouterr()
    assert main(["demo", "--all", "--course", str(course)]) == 0
    rows = [match for match in map(ROW.fullmatch, capsys.readouterr().out.splitlines()) if match]
    assert [row["name"] for row in rows] == names == [f"of_{kind}" for kind in KINDS]
    for row in rows:
        assert int(row["count"]) >= 10
        assert 20 < int(row["mean"]) < 95
        assert int(row["ms"]) > 0
    assert sum(int(row[4]) for row in rows) > 0
