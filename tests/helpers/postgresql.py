"""A PostgreSQL server of one's own, on a socket in a folder of its own; never the machine's."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))


class Server:
    """A server that is started and stopped by hand. It refuses to run as root."""

    def __init__(self) -> None:
        # Not in pytest's folder, which only its owner may enter.
        self.folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
        self.user = "postgres"
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres")
        self.run("initdb", "--auth=trust", f"--username={self.user}", "--no-sync")

    def run(self, program: str, *arguments: str) -> None:
        path = PROGRAMS[-1].with_name(program)
        data = str(self.folder / "data")
        subprocess.run(
            [path, "-D", data, *arguments],
            user="postgres" if os.geteuid() == 0 else None,
            cwd=self.folder,
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def start(self) -> None:
        options = f"-c listen_addresses= -c unix_socket_directories={self.folder} -c fsync=off"
        log = str(self.folder / "log")
        self.run("pg_ctl", "start", "-w", "-l", log, "-o", options)

    def stop(self) -> None:
        self.run("pg_ctl", "stop", "-w", "-m", "immediate")

    def signal(self, number: int, database: str = "") -> None:
        """Send a signal to its processes, or to those that serve a database."""
        line = (self.folder / "data" / "postmaster.pid").read_text().split()[0]
        all_ = subprocess.run(["ps", "-o", "pid=,args=", "--ppid", line], capture_output=True)
        children = [each.split() for each in all_.stdout.decode().splitlines()]
        found = [int(pid) for pid, *args in children if database in args or not database]
        for pid in found if database else [int(line), *found]:
            os.kill(pid, number)

    def sql(self, statement: str) -> None:
        """Run a statement as the server's owner."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())

    def url(self, database: str) -> str:
        return f"postgresql://{self.user}@/{database}?host={self.folder}"

    def remove(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


@contextmanager
def serving() -> Iterator[Server]:
    """A server that runs while inside; skips the test where there is none to start."""
    if not PROGRAMS:
        pytest.skip("PostgreSQL's server is not installed: make setup-ci")
    server = Server()
    try:
        server.start()
        yield server
    finally:
        server.stop()
        server.remove()
