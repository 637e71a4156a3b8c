"""A second exercise is one folder: build, proofs, check and grade, without a line of framework."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from autograder.__main__ import main
from tests.helpers.second_exercise import FOLDER, NAME


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "course.toml").write_text(f'id = "c"\n[[assignments]]\nname = "{NAME}"\n')
    (tmp_path / "solutions").mkdir()
    (tmp_path / "solutions" / NAME).symlink_to(FOLDER)
    return tmp_path


def test_it_builds_is_proved_checked_and_graded(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["build", "--course", str(root)]) == 0
    released = root / "assignments" / NAME
    assert {path.name for path in released.iterdir()} == {
        f"{NAME}.ipynb",
        f"{NAME}.py",
        "visible.json",
    }
    assert main(["build", "--check", "--combinations", "5", "--course", str(root)]) == 0
    stub = released / f"{NAME}.py"
    assert main(["check", str(stub)]) == 1
    answer = released.parent / "answer.py"
    answer.write_bytes((FOLDER / f"{NAME}.py").read_bytes())
    (released.parent / "visible.json").write_bytes((released / "visible.json").read_bytes())
    assert main(["check", str(answer)]) == 0
    capsys.readouterr()
    files = [str(stub), str(answer)]
    assert main(["grade", NAME, *files, "--course", str(root), "--json", "-"]) == 0
    reports = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [report["score"] for report in reports] == [0.0, 20.0]
    assert reports[1]["max_score"] == 20.0
