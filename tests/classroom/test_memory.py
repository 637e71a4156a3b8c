"""How many submissions run at once, by the memory that there is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from autograder.classroom import memory
from autograder.classroom.memory import GRADER_MB, free_mb, processes_that_fit
from autograder.exercise.solution import Solution
from autograder.sandbox.limits import Limits
from tests.conftest import NAME, ROOT

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="classes are graded on Linux only")
MEGABYTE = 1_000_000


@pytest.mark.parametrize(
    ("free", "address_space", "fit", "words"),
    [
        (24_000.0, float("inf"), 4, ""),
        (4 * (1000 + GRADER_MB), 5_000.0, 4, ""),
        (3 * (1000 + GRADER_MB) + 5, float("inf"), 3, "it grades 3 at a time."),
        (1000 + GRADER_MB, float("inf"), 1, "it grades 1 at a time."),
        (400.0, float("inf"), 1, f"has {400 - GRADER_MB} MB of memory for a submission"),
        (50.0, float("inf"), 1, "has 0 MB of memory for a submission"),
        (24_000.0, 300.0, 1, "has 300 MB of memory for a submission"),
    ],
)
def test_as_many_run_as_there_is_memory_for(
    free: float, address_space: float, fit: int, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "free_mb", lambda: free)
    monkeypatch.setattr(memory, "_address_space_mb", lambda: address_space)
    size, note = processes_that_fit(Limits(memory_mb=1000), 4)
    assert size == fit
    assert words in note
    assert bool(note) == bool(words)
    assert ("lower memory_mb" in note.lower()) == bool(words)


@pytest.mark.parametrize(
    ("files", "room"),
    [
        ({"memory.max": "max", "memory.current": "7"}, float("inf")),
        ({"memory.max": "400", "memory.current": "150"}, 250),
        (
            {
                "memory.max": "400",
                "memory.current": "150",
                "memory.stat": "anon 30\ninactive_file 60\nactive_file 40",
            },
            350,
        ),
        (
            {
                "memory.limit_in_bytes": "400",
                "memory.usage_in_bytes": "150",
                "memory.stat": "cache 1\ninactive_file 1\nactive_file 1\ntotal_cache 100\n"
                "total_inactive_file 60\ntotal_active_file 40",
            },
            350,
        ),
        ({}, float("inf")),
        ({"memory.max": "what is this", "memory.current": ""}, float("inf")),
    ],
)
def test_a_control_group_is_read(files: dict[str, str], room: float, tmp_path: Path) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(f"{text}\n")
    assert memory._room(tmp_path) == room


def test_this_machine_is_read() -> None:
    assert 0 < free_mb() <= psutil.virtual_memory().total / MEGABYTE


@pytest.mark.slow
def test_a_class_has_the_same_scores_with_little_memory(solution: Solution, tmp_path: Path) -> None:
    """In an address space of 400 MB: one that takes far more than it may, and one that takes what
    there is otherwise, which could not be graded."""
    cells = [
        "",
        "def loss(y, t):\n    return np.sum((y - t) ** 2)\n",
        "def loss(y, t):\n    return np.ones(10**10)\n",
        "def loss(y, t):\n    np.ones(60_000_000)\n    return np.mean((y - t) ** 2)\n",
    ]
    for at, cell in enumerate(cells):
        source = f"{solution.source}\n\n# %%\n{cell}"
        (tmp_path / f"s{at}.py").write_text(source, encoding="utf-8")

    def scores(limit: str) -> tuple[dict[str, float], subprocess.CompletedProcess[str]]:
        """As the shell's ``limit`` leaves it, and no other."""
        command = f'{limit} exec "$@"'
        grade = [sys.executable, "-m", "autograder", "grade", NAME]
        paths = sorted(map(str, tmp_path.glob("s*.py")))
        done = subprocess.run(
            ["sh", "-c", command, "sh", *grade, *paths, "--json", "-"],
            capture_output=True,
            text=True,
            cwd=ROOT,
            env=os.environ,
        )
        found = [json.loads(line) for line in done.stdout.splitlines()]
        return {report["student"]: report["score"] for report in found}, done

    free, usual = scores("")
    little, done = scores("ulimit -v 400000;")
    assert usual.returncode == 0, usual.stderr
    assert free.keys() == {"s0", "s1", "s2", "s3"}
    assert free.pop("s3") == free["s0"]
    assert little == free
    assert done.returncode == 1
    assert "s3: it could not be graded: this machine has less memory than" in done.stderr
    assert "it grades one at a time" in done.stderr.splitlines()[0]
