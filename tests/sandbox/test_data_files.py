"""Data files, as a submission finds them on every level of containment."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from autograder.sandbox.calls import Call, Cell
from autograder.sandbox.fork_server import ForkServer
from autograder.sandbox.in_process import InProcess
from autograder.sandbox.levels import LEVELS, NONE, NotContained
from autograder.sandbox.limits import Limits
from autograder.sandbox.worker import Worker

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="containment is Linux's own")
SOURCE = """
import os
from pathlib import Path

import numpy as np

with np.load("numbers.npz") as file:
    x = file["x"]


def total():
    with np.load("numbers.npz") as file:
        return float(file["x"].sum() + x.sum())


def text():
    with open("notes.txt") as file:
        return [file.read(), Path("notes.txt").read_text(), open("notes.txt", "rb").read().decode()]


def table():
    return np.loadtxt("notes.txt", delimiter=",")


def overwrite():
    with open("notes.txt", "w") as file:
        file.write("9")


def replace():
    os.remove("notes.txt")
    overwrite()
    return 1.0


def others():
    return sorted(os.listdir("."))
"""
CELLS = [Cell(SOURCE, "cell 1")]
NAMES = ("total", "text", "table", "overwrite")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("data")
    np.savez(folder / "numbers.npz", x=np.arange(6.0).reshape(2, 3))
    (folder / "notes.txt").write_text("1,2")
    (folder / "secret.txt").write_text("not listed")
    return [folder / "numbers.npz", folder / "notes.txt"]


@pytest.fixture
def server(request: pytest.FixtureRequest, data: list[Path]) -> Iterator[ForkServer]:
    level, written = request.param
    try:
        with ForkServer(Limits(written_mb=written), [level], data=data) as server:
            yield server
    except NotContained as error:
        pytest.skip(str(error))


EVERYWHERE = [(level, written) for level in LEVELS for written in (16.0, 0.0)]


@pytest.mark.parametrize("server", [*EVERYWHERE, (NONE, 16.0)], indirect=True, ids=str)
def test_they_are_in_the_working_folder_and_stay_as_they_are(server: ForkServer) -> None:
    opens = server.containment != "seccomp"
    for _ in range(2):  # whatever the first one did to them
        with Worker(CELLS, server) as worker:
            assert not worker.cell_failures
            total, text, table, overwritten = worker([Call(name, ()) for name in NAMES])
            assert total.value == 30.0
            assert text.value == ["1,2"] * 3
            assert not opens or table.value.tolist() == [1.0, 2.0]
            assert server.containment == NONE or overwritten.kind == "limit"
            if opens and server.containment != NONE:
                worker([Call("replace", ())])
                (found,) = worker([Call("others", ())])
                assert set(found.value) <= {"numbers.npz", "notes.txt"}


@pytest.mark.parametrize("server", [(LEVELS[0], 16.0)], indirect=True, ids=str)
def test_their_room_is_not_the_submissions(server: ForkServer) -> None:
    """What it may write is as much as without them."""
    source = "def write(size):\n    open('own', 'wb').write(bytes(size))\n    return 1.0"
    with Worker([Cell(source, "cell 1")], server) as worker:
        inside, beyond = worker([Call("write", (15_000_000,)), Call("write", (17_000_000,))])
    assert inside.value == 1.0
    assert beyond.kind == "limit"


def test_nothing_of_them_is_left(data: list[Path]) -> None:
    try:
        server = ForkServer(Limits(), data=data)
    except NotContained as error:
        pytest.skip(str(error))
    folder = Path(server._data)
    assert sorted(path.name for path in folder.iterdir()) == ["notes.txt", "numbers.npz"]
    server.close()
    assert not folder.exists()


def test_in_a_students_own_process_they_are_those_of_the_folder(data: list[Path]) -> None:
    before = Path.cwd()
    runner = InProcess(CELLS, 5.0, folder=data[0].parent)
    assert not runner.cell_failures
    total, text = runner([Call("total", ()), Call("text", ())])
    assert (total.value, text.value) == (30.0, ["1,2"] * 3)
    runner.restart(more=[Cell("y = np.load('numbers.npz')['x']", "cell 2")])
    assert runner.functions["y"].shape == (2, 3)
    assert Path.cwd() == before
