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

from tests.helpers.pictures import keep
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


class Desk:
    """Somebody at a browser, and the pictures that are kept of what is on the screen."""

    def __init__(self, page: Any, address: str, pictures: Path | None) -> None:
        self.page, self.address, self.pictures = page, address, pictures

    def go(self, path: str) -> None:
        self.page.goto(f"{self.address}/{path}?token={TOKEN}")

    def picture(self, name: str) -> None:
        if self.pictures:
            keep(self.page.context.browser, self.pictures, name, self.seen())

    def seen(self) -> bytes:
        """What is on the screen."""
        return bytes(self.page.screenshot(animations="disabled"))

    def menu(self, *items: str) -> None:
        for item in items:
            self.page.get_by_role("menuitem", name=item, exact=True).click()

    def theme(self, name: str) -> None:
        """Change JupyterLab's theme, and what the browser says of the system's."""
        self.page.emulate_media(color_scheme=name)
        self.menu("Settings")
        self.page.locator(".lm-Menu-item", has_text="Theme").first.hover()
        self.page.locator(".lm-Menu-item", has_text=f"JupyterLab {name.title()}").first.click()
        self.page.locator(f'body[data-jp-theme-name="JupyterLab {name.title()}"]').wait_for(
            state="attached"
        )

    def press(self, button: str) -> None:
        self.page.get_by_role("button", name=button, exact=True).click()

    def type_into(self, cell: Any, text: str) -> None:
        cell.locator(".cm-content").click()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(text)

    def top(self, place: Any, below: int = 0) -> None:
        """Scroll so that this stands at the top, or so many pixels below it."""
        place.evaluate(
            "(it, y) => { it.style.scrollMarginTop = y + 'px'; it.scrollIntoView() }", below
        )

    def press_icon(self, column: str) -> str:
        """Press what stands in a column of formgrader's table; what its log says then."""
        self.page.locator(f"td.{column} a").click()
        log = self.page.locator(".modal-dialog")
        said = str(log.inner_text())
        log.get_by_role("button", name="Close").last.click()
        log.wait_for(state="detached")
        return said


@contextmanager
def desk(started: Any, address: str, pictures: Path | None) -> Iterator[Desk]:
    """A window of the browser that reaches nothing but this machine."""
    context = started.new_context(viewport={"width": 1200, "height": 800})
    context.set_default_timeout(PATIENCE * 1000)
    context.route(lambda url: not url.startswith(address), lambda route: route.abort())
    try:
        yield Desk(context.new_page(), address, pictures)
    finally:
        context.close()
