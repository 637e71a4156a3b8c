"""``autograder watch`` as a student runs it: on a real terminal and through a pipe."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from autograder.cli.check_process import CheckProcess, NoReport
from autograder.faults import NOT_DONE, OURS
from tests.conftest import NAME, ROOT

RELEASED = ROOT / "assignments" / NAME
RIGHT = (ROOT / "solutions" / NAME / f"{NAME}.py").read_text()
ONE = RIGHT.replace("grad_h * sigmoid_derivative(h)", "grad_h")
TWO = ONE.replace("2 * (y - t) / t.size", "(y - t) / t.size")
CLEAR = "\x1b[H\x1b[2J"
#: What a hang would take.
PATIENCE = 60.0


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(RELEASED, tmp_path / "work"))


class Watching:
    """A watch that runs, and everything that it has written."""

    def __init__(self, folder: Path, file: str, terminal: bool, **environment: str) -> None:
        self.master, self.slave = pty.openpty()
        self.modes = termios.tcgetattr(self.slave)
        reading, writing = os.pipe()
        self._source = self.master if terminal else reading
        self.text = ""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "autograder", "watch", file],
            cwd=folder,
            stdin=self.slave,
            stdout=self.slave if terminal else writing,
            stderr=self.slave if terminal else writing,
            env={**os.environ, "COLUMNS": "80", "LINES": "60", **environment},
            start_new_session=True,
        )
        os.close(writing)
        self._ends = [self.master, self.slave, reading]

    def until(self, words: str, beyond: int = 0) -> str:
        """Wait until it has written these words; what it has written from ``beyond`` on."""
        self.wait_for(lambda: words in self.text[beyond:], words)
        return self.text[beyond:]

    def wait_for(self, condition: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < deadline, f"never: {what}\n{self.text}"
            if select.select([self._source], [], [], 0.05)[0]:
                self.text += os.read(self._source, 65_536).decode()

    def after(self, act: Callable[[], object], words: str) -> str:
        """Do something, and wait for the words; all that was written since."""
        at = len(self.text)
        act()
        return self.until(words, at)

    def press(self, key: str) -> None:
        os.write(self.master, key.encode())

    def checks(self) -> list[int]:
        """The checks that are running now."""
        pid = self.process.pid
        return [
            int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        ]

    def end(self, key: str = "", number: int = signal.SIGINT) -> int:
        if key:
            self.press(key)
        else:
            self.process.send_signal(number)
        return self.process.wait(PATIENCE)

    def close(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        self.process.wait()
        for end in self._ends:
            os.close(end)


@pytest.fixture
def watch(folder: Path) -> Iterator[Callable[..., Watching]]:
    started: list[Watching] = []

    def start(file: str, terminal: bool = True, **environment: str) -> Watching:
        started.append(Watching(folder, file, terminal, **environment))
        return started[-1]

    yield start
    for each in started:
        each.close()


def by_renaming(path: Path, text: str) -> None:
    """As most editors save."""
    path.with_suffix(".new").write_text(text)
    path.with_suffix(".new").replace(path)


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


LEGEND = "q quit"
SIDE_BY_SIDE = "  yours   ["


def test_on_a_terminal(folder: Path, watch: Callable[..., Watching]) -> None:
    file = folder / "mine.py"
    file.write_text(TWO)
    visible = json.loads((folder / "visible.json").read_text())
    (folder / "visible.json").write_text(json.dumps({**visible, "count_hints": True}))
    watching = watch("mine.py")
    first = watching.until(LEGEND)
    assert "Pressing h gives a hint." in first
    assert SIDE_BY_SIDE not in first
    assert termios.tcgetattr(watching.slave) != watching.modes

    assert "Hint 1 of" in watching.after(lambda: watching.press("h"), LEGEND)
    assert json.loads((folder / "hints.json").read_text()) == {"backward": 1}
    assert SIDE_BY_SIDE in watching.after(lambda: watching.press("v"), LEGEND)
    assert SIDE_BY_SIDE not in watching.after(lambda: watching.press("v"), LEGEND)

    better = watching.after(lambda: by_renaming(file, ONE), LEGEND).rpartition(CLEAR)[2]
    plain = re.sub(r"\x1b\[[0-9;]*m", "", better)
    assert plain.startswith("✓ backward: right now: ")
    assert 'grads["y"]' in plain.partition("mine.py:")[0]
    assert "Hint" not in plain  # of another mistake than the one it was shown about

    assert "Nothing changed." in watching.after(lambda: by_renaming(file, ONE), LEGEND)
    broken = watching.after(lambda: by_renaming(file, f"{ONE}\n# %%\nprint((\n"), LEGEND)
    assert "Nothing changed." not in broken
    assert "New: SyntaxError: " in broken
    gone = watching.after(file.unlink, "checked again")
    assert "The file does not exist, but " in gone

    def twice() -> None:
        by_renaming(file, TWO)
        file.write_text(RIGHT)

    right = watching.after(twice, "what you built learns")
    assert "backward is all right now." in right
    assert "Hint" not in right
    assert "There is no further hint." in watching.after(lambda: watching.press("h"), LEGEND)
    assert watching.end("q") == 0
    assert termios.tcgetattr(watching.slave) == watching.modes


def test_through_a_pipe(folder: Path, watch: Callable[..., Watching]) -> None:
    """One block for each check, and nothing that only a terminal understands."""
    file = folder / f"{NAME}.ipynb"
    notebook = file.read_text()
    watching = watch(file.name, terminal=False)
    until_handed_in = "Next: write sigmoid.\n\n"
    watching.until(until_handed_in)
    half = watching.after(lambda: file.write_text(notebook[:300]), "saved.\n\n")
    assert "not valid JSON" in half
    assert half.count("\n") == 2
    again = watching.after(lambda: file.write_text(notebook), until_handed_in)
    assert "Nothing changed." in again
    watching.press("q")  # which is nobody's key here
    watching.after(lambda: by_renaming(file, notebook), until_handed_in)
    assert watching.text.count(f"{NAME}.ipynb: Backpropagation") == 3
    assert "\x1b" not in watching.text
    assert "q quit" not in watching.text
    assert watching.end() == 1


def test_what_hangs_or_ends_its_process_ends_that_check_only(
    folder: Path, watch: Callable[..., Watching]
) -> None:
    file = folder / "mine.py"
    file.write_text("import os\nos._exit(3)\n")
    watching = watch("mine.py", NO_COLOR="1", PYTHONIOENCODING="ascii")
    watching.until("The code ended its own process (exit status 3)")
    left = folder / "left"
    hangs = (
        "import pathlib, subprocess, time\n"
        "started = subprocess.Popen(['sleep', '600'])\n"
        f"pathlib.Path({str(left)!r}).write_text(str(started.pid) + '\\n')\n"
        "while True:\n    try: time.sleep(600)\n    except BaseException: pass\n"
    )
    file.write_text(hangs)
    watching.wait_for(lambda: left.exists() and left.read_text().endswith("\n"), "a check hangs")
    (check,) = watching.checks()
    by_renaming(file, RIGHT)
    right = watching.until("what you built learns")
    sleeping = int(left.read_text())
    watching.wait_for(lambda: not is_running(check) and not is_running(sleeping), "no orphans")
    assert "+ sigmoid" in right
    assert "\x1b[3" not in right

    left.unlink()
    file.write_text(hangs)
    watching.wait_for(lambda: left.exists() and left.read_text().endswith("\n"), "a check hangs")
    (check,), sleeping = watching.checks(), int(left.read_text())
    assert termios.tcgetattr(watching.slave) != watching.modes
    assert watching.end(number=signal.SIGTERM) == 128 + signal.SIGTERM
    assert not is_running(check)
    assert not is_running(sleeping)
    assert termios.tcgetattr(watching.slave) == watching.modes


def test_a_small_screen_has_the_details_of_one_function(
    folder: Path, watch: Callable[..., Watching]
) -> None:
    wrong = TWO.replace("1.0 + small", "2.0 + small")
    (folder / "mine.py").write_text(wrong)
    small = watch("mine.py", LINES="30").until(LEGEND)
    large = watch("mine.py", LINES="90").until(LEGEND)
    for words in ("sigmoid is wrong in", "of 15 points", "Next: fix sigmoid"):
        assert words in small
    assert "numbers printed in the notebook" in large
    assert "numbers printed in the notebook" not in small


def test_what_a_student_prints_is_shown(folder: Path, watch: Callable[..., Watching]) -> None:
    (folder / "mine.py").write_text(RIGHT + "\nprint('one line of mine')\n")
    watching = watch("mine.py", terminal=False)
    watching.until("learns")
    assert (
        "Printed while it was checked, from the beginning:\n  one line of mine\n" in watching.text
    )
    assert watching.end() == 0


@pytest.mark.parametrize(("name", "words"), [("gone.py", "does not exist"), ("half.ipynb", "JSON")])
def test_what_cannot_be_read_at_the_start(
    folder: Path, watch: Callable[..., Watching], name: str, words: str
) -> None:
    (folder / "half.ipynb").write_text('{"cells": [')
    watching = watch(name, terminal=False)
    watching.until(words)
    assert watching.process.wait(PATIENCE) == 2


def test_where_there_are_no_terminals_of_this_kind(folder: Path) -> None:
    program = "import sys; sys.modules['termios'] = None\n"
    program += "from autograder.cli.main import main; sys.exit(main(['watch', 'x.py']))"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, check=False
    )
    said = "`autograder watch` needs Python's module termios, which linux has not.\n"
    assert (done.returncode, done.stderr) == (2, said)


def test_a_fault_of_our_own_is_not_told_as_the_students(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = f"{NOT_DONE}{OURS} (KeyError), whose traceback is in a.log."
    failing = folder / "python"
    failing.write_text(f'#!/bin/sh\necho "{said}" >&2\nexit 1\n')
    failing.chmod(0o700)
    monkeypatch.setattr("sys.executable", str(failing))
    check = CheckProcess(folder / "x.py")
    while not check.done:
        time.sleep(0.01)
    with pytest.raises(NoReport, match=re.escape(said)):
        check.result()
    check.end()


@pytest.mark.parametrize("again", [False, True])
def test_a_check_that_is_killed_is_made_again_once(
    again: bool, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the kernel kills one when memory runs out."""
    failing = folder / "python"
    second = "kill -9 $$" if again else f'echo "{NOT_DONE}second" >&2; exit 1'
    failing.write_text(
        f'#!/bin/sh\nif mkdir "{folder}/first" 2>/dev/null; then kill -9 $$; fi\n{second}\n'
    )
    failing.chmod(0o700)
    monkeypatch.setattr("sys.executable", str(failing))
    check = CheckProcess(folder / "x.py")
    while not check.done:
        time.sleep(0.01)
    said = "killed (SIGKILL: Killed), and again" if again else f"{NOT_DONE}second"
    with pytest.raises(NoReport, match=re.escape(said)):
        check.result()
    check.end()
