"""Faults of a gradebook in PostgreSQL: its server stopped, silent, and too narrow columns."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg

from autograder.authoring.build import build
from autograder.course import load_course
from tests.conftest import NAME
from tests.faults.running import Ended
from tests.faults.scene import Scene
from tests.faults.signals import SAID
from tests.faults.table import DONE, FAULT, INTERRUPTED, REFUSED, row
from tests.helpers.postgresql import Server

#: The database that nbgrader made, in every server.
DATABASE = "clean"


class ServerCopy(Server):
    """A server of one fault's own, with the files of another one, which has been stopped."""

    def __init__(self, other: Server) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
        self.user = other.user
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres")
        subprocess.run(["cp", "-a", other.folder / "data", self.folder], check=True)


def make_server(template: Path, scratch: Path) -> Server:
    """A server with nbgrader's gradebook of the course, stopped, to be copied."""
    server = Server()
    server.start()
    server.sql(f"CREATE DATABASE {DATABASE}")
    folder = Path(shutil.copytree(template, scratch / "course"))
    build(dataclasses.replace(load_course(folder), gradebook=server.url(DATABASE)), NAME)
    server.run("pg_ctl", "stop", "-w", "-m", "fast")
    return server


@contextmanager
def in_server(scene: Scene, other: Server) -> Iterator[Scene]:
    """The scene with its gradebook in a server of its own."""
    server = ServerCopy(other)
    server.start()
    path = scene.course / "course.toml"
    path.write_text(f'gradebook = "{server.url(DATABASE)}"\n{path.read_text()}')
    scene.server = server
    scene.gradebook.unlink()
    try:
        yield scene
    finally:
        server.stop()
        server.remove()


def _server(scene: Scene) -> Server:
    assert scene.server is not None
    return scene.server


@row(
    "PostgreSQL stopped and started again in the middle",
    "the run waits, and goes on",
    DONE,
    server=True,
)
def restarted(scene: Scene) -> Ended:
    running = scene.start_grade()
    running.until(scene.first_is_graded)
    _server(scene).stop()
    time.sleep(1)
    _server(scene).start()
    return running.wait()


@row(
    "PostgreSQL stopped for good in the middle",
    "the run ends in a sentence with what to do; what was graded is kept",
    *(FAULT, REFUSED),
    says="cannot be reached.*start its server",
    patient=True,
    server=True,
)
def stopped(scene: Scene) -> Ended:
    running = scene.start_grade()
    running.until(scene.first_is_graded)
    _server(scene).stop()
    try:
        return running.wait()
    finally:
        _server(scene).start()


@contextmanager
def silent(server: Server) -> Iterator[None]:
    """All of the server's processes stand still: it takes connections, and answers nothing."""
    postmaster = psutil.Process(
        int((server.folder / "data" / "postmaster.pid").read_text().split()[0])
    )
    every = [postmaster, *postmaster.children(recursive=True)]
    for process in every:
        process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        for process in every:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGCONT)


@row(
    "a PostgreSQL server that is silent for 3 seconds",
    "the run waits, and goes on",
    DONE,
    server=True,
)
def silent_for_a_while(scene: Scene) -> Ended:
    running = scene.start_grade()
    running.until(scene.first_is_graded)
    with silent(_server(scene)):
        time.sleep(3)
    return running.wait()


@row(
    "a PostgreSQL server that is silent from the start",
    "the run ends by itself in a sentence",
    *(FAULT, REFUSED),
    says="gradebook .*(silent|answer|reached|respond)",
    patient=True,
    server=True,
)
def silent_from_the_start(scene: Scene) -> Ended:
    with silent(_server(scene)):
        return scene.grade()


@row(
    "a PostgreSQL server that falls silent in the middle",
    "the run ends by itself in a sentence",
    *(FAULT, REFUSED),
    says="gradebook .*(silent|answer|reached|respond)",
    patient=True,
    server=True,
)
def silent_in_the_middle(scene: Scene) -> Ended:
    running = scene.start_grade()
    running.until(scene.first_is_graded)
    with silent(_server(scene)):
        return running.wait()


@row(
    "Ctrl-C while a PostgreSQL server is silent",
    "the run ends at once in one sentence",
    INTERRUPTED,
    says=SAID,
    server=True,
)
def interrupted_in_silence(scene: Scene) -> Ended:
    running = scene.start_grade()
    running.until(scene.first_is_graded)
    with silent(_server(scene)):
        time.sleep(1)
        began = time.monotonic()
        running.send(signal.SIGINT)
        ended = running.wait()
    scene.note = f"ended after {time.monotonic() - began:.1f} s"
    return ended


@row(
    "a folder name of 129 characters, and PostgreSQL",
    "one student's line says whose it is; the others are graded",
    FAULT,
    says=r"^x{129}: .*",
    server=True,
)
def long_name(scene: Scene) -> Ended:
    long = scene.course / "submitted" / ("x" * 129)
    shutil.copytree(scene.submitted("ada"), long / NAME)
    ended = scene.grade()
    graded = {cell.split("/")[0] for cell in scene.points()}
    assert graded == {"ada", "bob", "cyd", "dan", "eve"}, ended.said
    scene.after.append(lambda: shutil.rmtree(long))
    scene.after.append(
        lambda: shutil.rmtree(scene.course / "autograded" / long.name, ignore_errors=True)
    )
    return ended


@row(
    "the gradebook's tables locked in PostgreSQL for 3 seconds",
    "the run waits, and goes on",
    DONE,
    server=True,
)
def tables_locked(scene: Scene) -> Ended:
    with psycopg.connect(_server(scene).url(DATABASE)) as connection:
        connection.execute("LOCK TABLE grade IN ACCESS EXCLUSIVE MODE")
        running = scene.start_grade()
        time.sleep(3)
        connection.rollback()
    return running.wait()
