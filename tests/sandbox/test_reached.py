"""A check sees what a function reaches for that is not there where it is graded."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.display.terminal import Style, report_text
from autograder.exercise.solution import Solution
from autograder.report import Report
from autograder.student import check_file
from tests.conftest import NAME, ROOT

NOT_THERE = {
    "subprocess": (
        "import subprocess, sys\n    subprocess.run([sys.executable, '-c', ''])",
        "loss starts a process, and none may be started where your work is graded.",
    ),
    "pool": (
        "import multiprocessing\n    with multiprocessing.Pool(1) as p: p.map(abs, [1])",
        "loss starts a process",
    ),
    "file": ("np.loadtxt('data.csv')", "loss reads data.csv, and only modules beside your file"),
    "open": ("open('data.csv', 'rb').close()", "loss reads data.csv"),
    "network": (
        "import socket\n    with socket.socket() as s: s.connect_ex(('127.0.0.1', 9))",
        "loss asks another computer",
    ),
}
THERE = {
    "thread": "import threading\n    threading.Thread(target=int).start()",
    "own file": "np.save('w.npy', y); np.load('w.npy')",
    "own text": "open('data.csv', 'w').close()",
    "module": "import mine",
    "library": "import fractions, wave, calendar",
}


@pytest.fixture
def check(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, solution: Solution
) -> Callable[[str], tuple[Report, str]]:
    """Check right answers with these lines in `loss`."""

    def check(lines: str) -> tuple[Report, str]:
        monkeypatch.chdir(tmp_path)
        shutil.copyfile(ROOT / "assignments" / NAME / "visible.json", "visible.json")
        Path("data.csv").write_text("1 2\n")
        Path("mine.py").write_text("one = 1\n")
        source = solution.source.replace(
            "return float(np.mean", f"{lines}\n    return float(np.mean"
        )
        assert source != solution.source
        Path(f"{NAME}.py").write_text(source)
        report, answer_key, _ = check_file(Path(f"{NAME}.py"))
        return report, report_text(report, answer_key, Style(False))

    return check


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", NOT_THERE)
def test_what_is_not_there_is_told(name: str, check: Callable[[str], tuple[Report, str]]) -> None:
    lines, said = NOT_THERE[name]
    report, text = check(lines)
    assert [problem.kind for problem in report.problems] == ["not-allowed"]
    assert report.problems[0].message.startswith(said)
    assert "All right on this machine:" in text and f"Next: {said}" in text


@pytest.mark.parametrize("name", THERE)
def test_what_is_there_is_not(name: str, check: Callable[[str], tuple[Report, str]]) -> None:
    report, text = check(THERE[name])
    assert not report.problems
    assert "All right: " in text
