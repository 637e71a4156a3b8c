"""The prepared course, its copies, and the table at the end of the run."""

from __future__ import annotations

import multiprocessing
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.faults.parallel import in_parallel
from tests.faults.scene import Scene, make_template
from tests.faults.servers import in_server, make_server
from tests.faults.table import HAPPENED, ROWS, note, try_row
from tests.helpers.drawn import drawn
from tests.helpers.postgresql import PROGRAMS, Server


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Without ``--every-moment``, and where no test is named, a quarter of the slow rows."""
    if config.getoption("--every-moment") or any("::" in each for each in config.args):
        return
    rows = [item for item in items if item.path.name == "test_faults.py"]
    slow = [item for item in rows if item.get_closest_marker("slow")]
    chosen = drawn(config, slow, len(slow) // 4)
    left_out = [item for item in slow if item not in chosen]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


@pytest.fixture(scope="session")
def places() -> Iterator[Path]:
    """Where the courses are: not in pytest's folder, which every other pytest closes to others."""
    folder = Path(tempfile.mkdtemp(prefix="faults-", dir="/tmp"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def template(places: Path) -> Path:
    return make_template(places)


@pytest.fixture(scope="session")
def undisturbed(template: Path, places: Path) -> dict[str, Any]:
    """What an undisturbed run leaves."""
    scene = Scene.of(template, places / "undisturbed")
    running = scene.start_grade()
    depths = {0}
    running.until(lambda: depths.update(depth for depth, _ in running.family()))
    Scene.deepest = max(depths)
    ended = running.wait()
    Scene.whole = ended.seconds
    assert ended.status == 0, ended.said
    return scene.state()


@pytest.fixture(scope="session")
def stopped_server(template: Path, places: Path) -> Iterator[Server | None]:
    """A server with the course's gradebook, to be copied; None where PostgreSQL is not."""
    server = make_server(template, places / "server") if PROGRAMS else None
    yield server
    if server:
        server.remove()


@pytest.fixture(scope="session")
def tried(
    request: pytest.FixtureRequest,
    template: Path,
    undisturbed: dict[str, Any],
    places: Path,
) -> dict[str, list[str]]:
    """What was wrong in each chosen row. All are tried at once: those that wait for minutes beside
    the others, of which two at a time."""
    chosen = {
        item.callspec.params["fault"].name
        for item in request.session.items
        if isinstance(item, pytest.Function) and "tried" in item.fixturenames
    }
    faults = sorted((row for row in ROWS if row.name in chosen), key=lambda row: not row.patient)
    other = None
    if any(fault.server for fault in faults):
        other = request.getfixturevalue("stopped_server")
        faults = [fault for fault in faults if other or not fault.server]
    turns = multiprocessing.get_context("fork").Semaphore(2)

    def work(number: int) -> tuple[list[str], str]:
        fault = faults[number]
        scene = Scene.of(template, places / f"fault{number}")
        with ExitStack() as stack:
            if not fault.patient:
                stack.enter_context(turns)
            if fault.server:
                stack.enter_context(in_server(scene, other))
            found = try_row(fault, scene, undisturbed)
        shutil.rmtree(scene.place)
        return found

    patient = sum(fault.patient for fault in faults)
    results = in_parallel(work, len(faults), patient + 2)
    for fault, (wrong, happened) in zip(faults, results, strict=True):
        note(fault.name, fault.expected, wrong, happened)
    return {fault.name: wrong for fault, (wrong, _) in zip(faults, results, strict=True)}


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """The table: fault, what was expected, what happened."""
    if HAPPENED:
        terminalreporter.section("fault | what was expected | what happened")
    for name, (expected, happened) in HAPPENED.items():
        terminalreporter.write_line(f"{name} | {expected} | {happened}")
