"""The command of another Python that runs this very package, wherever it was found."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

from autograder import interrupts

#: The command ``autograder``, as a program for `child`.
COMMAND = "from autograder.__main__ import program; program()"
#: The seconds between two looks for a signal, and for which a child that is ended may tidy up.
_TICK, _PATIENCE = 0.5, 5.0
#: Loads the package from its own folder, so that no other folder is searched for it.
_PROGRAM = """
import importlib.util, json, sys
place, sys.path[:] = json.loads(sys.argv.pop(1))
spec = importlib.util.spec_from_file_location("autograder", place)
package = sys.modules["autograder"] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(package)
"""


def python(program: str, *arguments: str, options: Sequence[str] = ()) -> list[str]:
    """Run a ``program`` that may import the package, and what this Python finds, but nothing from
    the current folder: files there may be a student's. ``options`` are Python's own."""
    place = str((Path(__file__).parents[1] / "__init__.py").absolute())
    told = json.dumps([place, search_path()])
    return [sys.executable, "-P", *options, "-c", _PROGRAM + program, told, *arguments]


def child(program: str, *arguments: str, ended_by: int = signal.SIGTERM) -> list[str]:
    """The same, for a program that gets a signal when this process ends."""
    ends = f"""
if sys.platform == "linux":
    from autograder.sandbox.linux import end_with
    end_with({os.getpid()}, {int(ended_by)})
"""
    return python(ends + program, *arguments)


def run(command: Sequence[str], **options: Any) -> subprocess.CompletedProcess[str]:
    """Run a command and return its output. If this process is interrupted, so is the command, and
    its end is waited for."""
    output: Any = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, errors="replace", **output, **options) as process:
        try:
            with _passed_on(process):
                while True:
                    # A signal that comes just before a wait would not end it.
                    with contextlib.suppress(subprocess.TimeoutExpired):
                        out, err = process.communicate(timeout=_TICK)
                        return subprocess.CompletedProcess(command, process.returncode, out, err)
        except BaseException:
            with interrupts.held():  # a second Ctrl-C does not leave it alone
                _end(process)
            raise


@contextlib.contextmanager
def _passed_on(process: subprocess.Popen[str]) -> Iterator[None]:
    """SIGTERM ends the command too where it does not end this process at once: a server acts on it
    only when it gets back to its own loop."""
    usual = signal.getsignal(signal.SIGTERM)
    if threading.current_thread() is not threading.main_thread() or not callable(usual):
        yield
        return

    def pass_on(number: int, frame: FrameType | None) -> None:
        process.send_signal(number)
        usual(number, frame)

    signal.signal(signal.SIGTERM, pass_on)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, usual)


def _end(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(_PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()


def search_path() -> list[str]:
    """Where this Python looks for modules, without the current folder."""
    entries = [entry for entry in sys.path if os.path.isabs(entry)]
    try:
        here = os.getcwd()
    except FileNotFoundError:  # it was removed
        return entries
    return [entry for entry in entries if os.path.realpath(entry) != here]
