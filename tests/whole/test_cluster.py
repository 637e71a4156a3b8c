"""A scheduler and its workers, each a process: some are killed, stopped, and join late.

200 submissions and a gradebook of SQLite; with ``--every-moment`` 2,000, and PostgreSQL too.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import psutil
import pytest

from autograder.authoring.build import build
from autograder.classroom import cluster
from autograder.classroom.cluster import Cluster
from autograder.classroom.cluster_dask import connected
from autograder.classroom.grader import Grader
from autograder.classroom.journal import read_reports
from autograder.classroom.run import grade_class
from autograder.course import Course, load_course
from autograder.nbgrader.platform import Nbgrader
from autograder.report import Report
from tests.conftest import ROOT
from tests.helpers import postgresql
from tests.helpers.dask_cluster import DaskCluster, go_on, stop
from tests.helpers.drawn import drawn
from tests.helpers.gradebook_rows import rows
from tests.helpers.small_course import NAME, SOLUTION, make_course

pytestmark = pytest.mark.slow
SCRATCH = ".autograder-scratch-"

WORKS = [
    SOLUTION,
    SOLUTION.replace("value - lr", "value + lr"),
    SOLUTION.replace("np.outer(x, grad_z)", "np.outer(grad_z, x)"),
    SOLUTION.replace(
        "    return np.maximum(z, 0.0)", "    print(z)\n    return np.maximum(z, 1.0)"
    ),
    "def (",
    SOLUTION.replace("    return float(", "    import os\n    os._exit(3)\n    return float("),
    "",
]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database" in metafunc.fixturenames:
        every = metafunc.config.getoption("--every-moment")
        metafunc.parametrize("database", ["sqlite", "postgresql"] if every else ["sqlite"])
    if "way" in metafunc.fixturenames:
        metafunc.parametrize("way", drawn(metafunc.config, ["laptop", "workers"], 1))


@pytest.fixture
def url(database: str) -> Iterator[Callable[[str], str | None]]:
    """The address of an empty gradebook."""
    if database == "sqlite":
        yield lambda name: None
        return
    with postgresql.serving() as server:

        def made(name: str) -> str:
            server.sql(f"CREATE DATABASE {name}")
            return server.url(name)

        yield made


@pytest.fixture
def dask(tmp_path: Path) -> Iterator[DaskCluster]:
    """A scheduler without workers."""
    (tmp_path / "dask").mkdir()
    started = DaskCluster(tmp_path / "dask")
    yield started
    started.close()


def course_of(folder: Path, count: int, url: str | None = None) -> Course:
    """A course that is built, and a class that handed in."""
    folder.mkdir()
    make_course(folder)
    if url is not None:
        course = folder / "course.toml"
        course.write_text(f"gradebook = {json.dumps(url)}\n{course.read_text()}")
    (folder / "course.key").write_text("0123456789abcdef" * 4)
    build(load_course(folder), NAME)
    for number in range(count):
        place = folder / "submitted" / f"s{number:04}" / NAME
        place.mkdir(parents=True)
        (place / f"{NAME}.py").write_text(WORKS[number % len(WORKS)])
    return load_course(folder)


class Counted(Nbgrader):
    """A platform that counts what it records."""

    def __init__(self, course: Course) -> None:
        super().__init__(course, NAME)
        self.recorded: Counter[str] = Counter()

    def record(self, report: Report, cells: Any, handed_in: datetime | None) -> Any:
        self.recorded[report.student] += 1
        return super().record(report, cells, handed_in)


def journal(course: Course) -> list[str]:
    """All reports, without what depends on the clock and on where the course lies."""
    return [
        replace(each, seconds=0.0).to_json().replace(str(course.root), "")
        for each in read_reports(course, NAME)
    ]


def graded_files(course: Course) -> dict[str, bytes]:
    place = course.root / "autograded"
    return {str(p.relative_to(place)): p.read_bytes() for p in place.rglob("*") if p.is_file()}


def test_workers_that_die_hang_and_join_late_lose_and_repeat_nothing(
    dask: DaskCluster,
    url: Callable[[str], str | None],
    tmp_path: Path,
    pytestconfig: pytest.Config,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    count = 2000 if pytestconfig.getoption("--every-moment") else 200
    monkeypatch.setattr(cluster, "SILENT_SECONDS", 5.0)
    said: list[str] = []
    killed, killed_too, hanging, kept = [dask.add_worker() for _ in range(4)]

    def say(text: str) -> None:
        said.append(text)
        if "no sign of life" in text:
            go_on(hanging)

    monkeypatch.setattr(cluster, "_say", say)
    alone = course_of(tmp_path / "alone", count, url("alone"))
    with Grader(alone, NAME) as grader, grade_class(grader, Counted(alone)) as run:
        assert not [each.fault for each in run.results if each.fault]
    course = course_of(tmp_path / "course", count, url("course"))
    platform = Counted(course)
    with (
        connected(dask.address, insecure=False) as link,
        Grader(course, NAME) as grader,
        grade_class(grader, platform, start=Cluster(link)) as run,
    ):
        wait_for(lambda: len(link.workers().result()) == 4)
        for done, graded in enumerate(run.results, start=1):
            assert not graded.fault
            if done == count // 10:
                folders = folders_of(dask)
                assert not [path for folder in folders for path in folder.rglob("*.py")]
                stop(hanging)
            elif done == count // 5:
                killed.kill()
                late = dask.add_worker()
                wait_for(lambda: len(link.workers().result()) == 4)
            elif done == count // 2:
                folders |= folders_of(dask)
                killed_too.kill()
    assert done == count
    assert journal(course) == journal(alone)
    assert graded_files(course) == graded_files(alone)
    assert rows(course.gradebook_url) == rows(alone.gradebook_url)
    assert platform.recorded == {f"s{number:04}": 1 for number in range(count)}
    assert sum("no sign of life" in text for text in said) == 1, said
    assert sum(" ended." in text for text in said) == 2, said
    assert sum(" joined." in text for text in said) >= 1, said
    assert kept.poll() is None and late.poll() is None
    wait_for(lambda: not folders_of(dask))
    assert len(folders) >= 4 and not any(folder.exists() for folder in folders)
    assert "0123456789abcdef" not in dask.log()


def folders_of(dask: DaskCluster) -> set[Path]:
    """The folders of the grading processes that run, also of workers that have ended."""
    found = set()
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.environ().get("STARTED_BY") == str(dask.folder):
                found |= {Path(each) for each in process.cmdline() if SCRATCH in each[:60]}
    return found


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_a_cluster_of_one_machine_gives_the_same_reports(way: str, tmp_path: Path) -> None:
    """By ``--workers``, and by the laptop's file of docs/cluster.md; both with TLS."""
    course = course_of(tmp_path / "course", 3)
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {**os.environ, "PATH": path, "TMPDIR": str(tmp_path)}
    grade = ["autograder", "grade", NAME, "--force"]
    laptop = ["sh", str(ROOT / "docs" / "cluster" / "laptop.sh"), "1", *grade[2:]]
    found = []
    for command in (grade, laptop if way == "laptop" else [*grade, "--workers", "1"]):
        done = subprocess.run(
            command, cwd=course.root, env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0 and "3 graded." in done.stderr.splitlines(), done.stderr
        found.append(journal(course))
    assert found[0] == found[1]
    assert not list(tmp_path.glob("tmp*")) and not list(tmp_path.glob(f"{SCRATCH}*"))
