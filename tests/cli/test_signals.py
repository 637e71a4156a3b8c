"""Real signals to real processes, at every moment: each command ends once, quickly, without a
traceback, and leaves no process behind."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import psutil
import pytest

from autograder.course import load_course
from tests.conftest import NAME, ROOT
from tests.helpers.released import build

RIGHT = (ROOT / "solutions" / NAME / f"{NAME}.py").read_text(encoding="utf-8")
HANGS = "# %% train\ndef train(*arguments):\n    while True:\n        pass\n"
INT, TERM, HUP, QUIT = signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT
GRADE = ["-m", "autograder", "grade", NAME]
#: What a hang would take. The submissions that hang do so for longer.
PATIENCE = 25.0


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course with two who handed in right answers."""
    root = tmp_path_factory.mktemp("signals") / "course"
    root.mkdir()
    for name in ("course.toml", "nbgrader_config.py"):
        shutil.copyfile(ROOT / name, root / name)
    given = root / "course.toml"
    given.write_text(re.sub(r"(?m)^seconds = .*", "seconds = 50", given.read_text()))
    shutil.copytree(ROOT / "solutions", root / "solutions")
    build(load_course(root), NAME)
    hand_in(root, "ada", RIGHT)
    hand_in(root, "bob", RIGHT)
    return root


@pytest.fixture
def course(built: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(built, tmp_path / "course"))


@pytest.fixture
def hanging(course: Path) -> Path:
    """With one whose work is still running after everybody else is graded."""
    hand_in(course, "zeno", HANGS)
    return course


def hand_in(root: Path, student: str, source: str) -> None:
    folder = root / "submitted" / student / NAME
    folder.mkdir(parents=True)
    (folder / f"{NAME}.py").write_text(source, encoding="utf-8")


class Running:
    """A command that was started, in a process group of its own."""

    def __init__(self, folder: Path, *arguments: str, ignored: Sequence[int] = ()) -> None:
        def ignore() -> None:
            for number in ignored:
                signal.signal(number, signal.SIG_IGN)

        self.process = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=folder,
            env={**os.environ, "PYTHONWARNINGS": "ignore"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            preexec_fn=ignore,
        )
        self.family: list[psutil.Process] = []

    def until(self, there: Callable[[], object]) -> None:
        """Wait for something, or for the end of the process."""
        deadline = time.monotonic() + 4 * PATIENCE
        while not there() and self.process.poll() is None:
            assert time.monotonic() < deadline
            time.sleep(0.01)

    def children(self) -> list[psutil.Process]:
        """All processes below it."""
        with contextlib.suppress(psutil.NoSuchProcess):
            return psutil.Process(self.process.pid).children(recursive=True)
        return []

    def handles(self) -> bool:
        """Whether it has got as far as to handle signals: Python's own start cannot."""
        return bool(self.mask("SigCgt", self.process.pid) >> (TERM - 1) & 1)

    def mask(self, what: str, pid: int) -> int:
        status = Path(f"/proc/{pid}/status").read_text()
        return int(re.findall(rf"(?m)^{what}:\s*(\w+)", status)[0], 16)

    def send(self, numbers: Sequence[int], group: bool = False, pause: float = 0.0) -> None:
        self.family = self.children()
        for number in numbers:
            with contextlib.suppress(ProcessLookupError):
                (os.killpg if group else os.kill)(self.process.pid, number)
            time.sleep(pause)

    def ended(self) -> tuple[int, str]:
        """Its status and what it said, once no process of its family is left."""
        try:
            _, said = self.process.communicate(timeout=PATIENCE)
        finally:
            self.process.kill()
            _, alive = psutil.wait_procs(self.family, timeout=PATIENCE)
            for process in alive:
                process.kill()
        assert not alive
        assert "Traceback" not in said and "Exception ignored" not in said
        return self.process.returncode, said


def is_graded(root: Path, student: str) -> Callable[[], bool]:
    return (root / "autograded" / student / NAME / f"{NAME}.ipynb").exists


PATTERNS: list[tuple[list[int], bool, float]] = [
    ([INT], True, 0.0),
    ([INT, INT], False, 0.05),
    ([INT, INT, INT], True, 0.03),
    ([INT, TERM], True, 0.05),
    ([TERM, TERM], False, 0.0),
    ([HUP], True, 0.0),
]


@pytest.mark.slow
def test_at_every_moment_and_however_often(course: Path) -> None:
    """From the first moment at which a Python program can handle signals to its last."""
    whole = Running(course, *GRADE, "--force")
    whole.until(whole.handles)
    began = time.monotonic()
    assert whole.ended()[0] == 0
    seconds = time.monotonic() - began
    statuses = set()
    for step in range(10):
        numbers, group, pause = PATTERNS[step * 5 % len(PATTERNS) if step % 2 else step // 2]
        running = Running(course, *GRADE, "--force")
        running.until(running.handles)
        time.sleep(step / 9 * seconds)
        running.send(numbers, group, pause)
        status, said = running.ended()
        assert said.count("Interrupted.") == (status == 130), said
        statuses.add(status)
    assert statuses == {0, 130} or statuses == {130}
    assert Running(course, *GRADE).ended()[0] == 0  # nothing is locked


@pytest.mark.parametrize("command", ["check", "build", "report", "doctor", "adopt", "demo"])
def test_while_a_command_is_being_loaded(built: Path, command: str) -> None:
    place = {"check": [f"assignments/{NAME}/{NAME}.py"], "report": [NAME]}.get(command, [])
    running = Running(built, "-m", "autograder", command, *place)
    running.until(running.handles)
    running.send([INT, INT])
    assert running.ended() == (130, "Interrupted.\n")


BESIDE = """
import signal, threading, time
from autograder.classroom import pool
waited = pool.wait

def wait(objects):
    def interrupt():
        time.sleep(0.2)
        signal.pthread_kill(threading.get_ident(), signal.SIGINT)
    threading.Thread(target=interrupt, daemon=True).start()
    return waited(objects)

pool.wait = wait
from autograder.__main__ import program
program()
"""


def test_a_signal_that_does_not_end_the_wait_itself(course: Path) -> None:
    """As one does that comes between Python's last look and the system call: here it comes to
    another thread, so that the call goes on."""
    for student in ("ada", "bob"):
        shutil.rmtree(course / "submitted" / student)
        hand_in(course, student, HANGS)
    running = Running(course, "-c", BESIDE, *GRADE[2:])
    running.send([])
    assert running.ended()[0] == 130


@pytest.mark.slow
def test_a_locked_journal_is_not_waited_for(course: Path) -> None:
    assert Running(course, *GRADE).ended()[0] == 0
    journal = course / ".autograder" / f"{NAME}.sqlite"
    with contextlib.closing(sqlite3.connect(journal, isolation_level=None)) as database:
        database.execute("BEGIN EXCLUSIVE")
        running = Running(course, *GRADE)
        running.until(lambda: len(running.children()) > 5)
        time.sleep(0.5)
        began = time.monotonic()
        running.send([INT])
        assert running.ended()[0] == 130
        assert time.monotonic() - began < 8  # it would wait for ten seconds


SWALLOWED = """
import signal, sys
from autograder import interrupts

class Closed:
    def __del__(self):
        signal.raise_signal(signal.SIGTERM)

interrupts.handle()
with interrupts.raised():
    Closed()
    try:
        interrupts.to_wait_for()
    except interrupts.Interrupted as found:
        interrupts.leave(found.number)
"""


def test_an_exception_that_is_swallowed_is_raised_again() -> None:
    done = subprocess.run([sys.executable, "-c", SWALLOWED], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (TERM, "")


@pytest.mark.slow
def test_what_was_ignored_stays_ignored_in_all_processes(hanging: Path) -> None:
    """As nohup ignores a hangup, and a shell Ctrl-C for what it starts in the background."""
    ignored = [INT, TERM, HUP, QUIT]
    running = Running(hanging, *GRADE, ignored=ignored)
    running.until(is_graded(hanging, "bob"))
    time.sleep(0.5)
    running.send(ignored, group=True)
    time.sleep(0.5)
    assert running.process.poll() is None
    assert len(running.family) > 3
    for process in [psutil.Process(running.process.pid), *running.family]:
        assert all(running.mask("SigIgn", process.pid) >> (number - 1) & 1 for number in ignored), (
            process.cmdline()
        )
    running.process.kill()
    assert running.ended()[0] == -signal.SIGKILL


def test_a_watch_that_was_told_to_survive_a_hangup_does(course: Path) -> None:
    folder = course / "assignments" / NAME
    running = Running(folder, "-m", "autograder", "watch", f"{NAME}.py", ignored=[HUP])
    running.until(running.children)
    running.send([HUP, HUP], group=True, pause=0.3)
    assert running.process.poll() is None
    running.send([TERM])
    assert running.ended()[0] == 128 + TERM


AUTOGRADE = ["-m", "nbgrader", "autograde", NAME, "--create"]
#: A server, which takes note of SIGTERM and acts on it in its own loop, as Jupyter's does.
SERVER = f"""
import os, signal, sys, time
from nbgrader.apps import NbGraderApp, NbGraderAPI
stopped = []
signal.signal(signal.SIGTERM, lambda *about: stopped.append(about))
app = NbGraderApp()
app.load_config_file()
done = NbGraderAPI(config=app.config).autograde("{NAME}", "zeno")
sys.exit(70 + len(stopped) + 10 * done["success"])
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("program", "numbers", "status"),
    [
        (AUTOGRADE, [signal.SIGKILL], -signal.SIGKILL),
        (AUTOGRADE, [TERM, TERM], -TERM),
        (AUTOGRADE, [INT, INT], 130),
        (["-c", SERVER], [TERM], 71),
    ],
)
def test_what_nbgrader_started_ends_with_it(
    hanging: Path, program: list[str], numbers: list[int], status: int
) -> None:
    running = Running(hanging, *program)
    if program == AUTOGRADE:
        running.until(is_graded(hanging, "bob"))
    running.until(lambda: len(running.children()) > 5)
    time.sleep(0.5)
    running.send(numbers, pause=0.2)
    assert running.ended()[0] == status
    assert is_graded(hanging, "bob")() == (program == AUTOGRADE)
    with open(hanging / ".autograder" / f"{NAME}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)


@pytest.fixture
def checking(course: Path) -> Iterator[Running]:
    folder = course / "assignments" / NAME
    (folder / "hangs.py").write_text("open('started', 'w').close()\nwhile True:\n    pass\n")
    running = Running(folder, "-m", "autograder", "watch", "hangs.py")
    running.until((folder / "started").exists)
    yield running
    running.process.kill()


@pytest.mark.parametrize("number", [signal.SIGKILL, TERM])
def test_a_check_ends_with_its_watch(checking: Running, number: int) -> None:
    checking.send([number])
    assert checking.family
    assert checking.ended()[0] == (128 + number if number == TERM else -number)
