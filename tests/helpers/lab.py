"""JupyterLab as a user's own server, and the browser that its user sits at."""

from __future__ import annotations

import secrets
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.school import Person

CHROMIUM = Path("/usr/bin/chromium")
TOKEN = secrets.token_hex(16)
#: What JupyterLab or a kernel may take to answer on a busy machine, in seconds.
PATIENCE = 120
#: JupyterLab asks at its first start whether it may fetch news.
NO_NEWS = '{"fetchNews": "false", "checkForUpdates": false}'
FLAGS = (
    "--disable-background-networking --disable-component-update --disable-gpu "
    "--disable-sync --no-first-run"
).split()


@contextmanager
def lab(person: Person, folder: Path) -> Iterator[str]:
    """JupyterLab of this user, started in a folder; its address."""
    settings = person.home / ".jupyter/lab/user-settings/@jupyterlab/apputils-extension"
    person.write(settings / "notification.jupyterlab-settings", NO_NEWS)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = ["--no-browser", "--ip=127.0.0.1", f"--port={port}", "--ServerApp.port_retries=0"]
    options.append(f"--IdentityProvider.token={TOKEN}")
    with tempfile.TemporaryFile("w+") as log:
        server = person.start(
            sys.executable,
            "-m",
            "jupyterlab",
            *options,
            cwd=folder,
            stdout=log.fileno(),
            stderr=subprocess.STDOUT,
        )
        try:
            address = f"http://127.0.0.1:{port}"
            _wait_for(address, server)
            yield address
        except BaseException:
            log.seek(0)
            print(log.read()[-10_000:])
            raise
        finally:
            server.terminate()
            server.wait(PATIENCE)


def _wait_for(address: str, server: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + PATIENCE
    while server.poll() is None and time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"{address}/api/status?token={TOKEN}", timeout=PATIENCE)
        except urllib.error.URLError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("JupyterLab did not start")


@contextmanager
def browser() -> Iterator[Any]:
    """A headless Chromium with a profile of its own."""
    playwright = pytest.importorskip("playwright.sync_api")
    if not CHROMIUM.is_file():
        pytest.skip("Chromium is not installed: make setup-ci")
    with playwright.sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            yield started
        finally:
            started.close()
