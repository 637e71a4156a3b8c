"""What hostile submissions are after: real files, sockets and processes, and what became of them.

A `World` is made for one attempt. An attempt is told where everything lies, by words such as
``@SECRET@`` in its text, so that it need not search: what holds here holds against somebody who
knows the machine.
"""

from __future__ import annotations

import base64
import contextlib
import ctypes
import hashlib
import os
import pwd
import random
import re
import resource
import secrets
import shutil
import signal
import socket
import string
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy

import autograder

#: Letters, so that it is written alike in JSON, HTML and Python.
TOKEN_LETTERS = 24
#: The key has to be the same for every attempt: hidden instances are drawn from it.
KEY = "kqzvwjxhgyfbpmudlcoretisnakvjzqwhx"
#: How long what an attempt started may take to be gone.
GOING = 30.0
#: Bytes of a file above which its size and its time have to do.
LARGE = 50_000_000
PR_SET_CHILD_SUBREAPER = 36
IPC_RMID = 0
#: Folders that everybody may write to, and those that Python imports from.
PUBLIC = ("/tmp", "/var/tmp", "/dev/shm")
IMPORTED = (*sys.path, *autograder.__path__, *numpy.__path__)


@contextlib.contextmanager
def adopting_orphans() -> Iterator[None]:
    """Make this process the parent of whatever its descendants leave behind, so that daemons,
    which nothing else ties to us, can be counted."""
    prctl = ctypes.CDLL(None).prctl
    if prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
        raise OSError("this process cannot become a subreaper")
    try:
        yield
    finally:
        prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)


@contextlib.contextmanager
def ending_within(seconds: int) -> Iterator[None]:
    """Raise `TimeoutError` where the grader itself waits for ever."""

    def stop(number: int, frame: Any) -> None:
        raise TimeoutError(f"the grader did not end within {seconds} seconds")

    handler = signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, handler)


def _listening() -> socket.socket:
    """A socket that listens, on a port that the system gives nobody who asks for any: Jupyter asks
    for one, closes it, and connects to it later, when it may be somebody else's."""
    for port in random.sample(range(20_000, 32_000), 100):
        with contextlib.suppress(OSError):  # it is taken
            return socket.create_server(("127.0.0.1", port))
    raise AssertionError("no free port")


def descendants() -> dict[int, str]:
    """Every living process below this one, and its command line."""
    parents: dict[int, list[int]] = {}
    for entry in os.listdir("/proc"):
        with contextlib.suppress(OSError, ValueError):
            fields = Path(f"/proc/{int(entry)}/stat").read_text().rpartition(")")[2].split()
            if fields[0] != "Z":
                parents.setdefault(int(fields[1]), []).append(int(entry))
    found: dict[int, str] = {}
    left = [os.getpid()]
    while left:
        for pid in parents.get(left.pop(), ()):
            with contextlib.suppress(OSError):
                command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ")
                found[pid] = command.decode(errors="replace").strip()
            left.append(pid)
    return found


def traces(token: str) -> Iterator[str]:
    """Every way of writing a part of a token by which it would be known again."""
    for start in range(len(token) - 8):
        part = token[start : start + 9]
        yield part
        yield part[::-1]
        yield part.encode().hex()
        yield base64.b64encode(part.encode()).decode()
        yield "".join(f"\\x{ord(letter):02x}" for letter in part[:4])


def random_token() -> str:
    """Letters of which none is the one before it, or follows it in the alphabet: no numbers of
    cells or lines that count up spell any of it."""
    token = secrets.choice(string.ascii_lowercase)
    while len(token) < TOKEN_LETTERS:
        letter = secrets.choice(string.ascii_lowercase)
        token += letter if ord(letter) - ord(token[-1]) not in (0, 1) else ""
    return token


def letters_in_numbers(text: str) -> str:
    """The numbers in a text that are codes of letters, as those letters."""
    numbers = (float(number) for number in re.findall(r"(?<![\w.])\d{2,3}(?:\.0*)?(?![\w.])", text))
    codes = (chr(int(number)) for number in numbers if number.is_integer() and 97 <= number <= 122)
    return "".join(codes)


def leaks(text: str, tokens: Mapping[str, str]) -> list[str]:
    """The names of the tokens that a text gives away: plain, reversed, hex, base64, escaped, or
    as numbers."""
    text = text.replace("\\\\", "\\")
    spelt = letters_in_numbers(text)
    return [
        name
        for name, token in tokens.items()
        if any(trace in text for trace in traces(token))
        or any(token[at : at + 5] in spelt for at in range(len(token) - 4))
    ]


def fingerprint(root: Path) -> dict[str, tuple[Any, ...]]:
    """What lies in a folder, to the last byte and permission."""
    found: dict[str, tuple[Any, ...]] = {}
    for path in [root, *sorted(root.rglob("*"))]:
        status = path.lstat()
        content = ""
        if path.is_symlink():
            content = os.readlink(path)
        elif path.is_file() and status.st_size < LARGE:
            content = hashlib.sha256(path.read_bytes()).hexdigest()
        found[str(path)] = (oct(status.st_mode), content)
        if not path.is_dir():  # a folder's change with what lies in it
            found[str(path)] += (status.st_nlink, status.st_size, status.st_mtime_ns)
    return found


def standing(pid: int) -> dict[str, Any]:
    """What others could change about a process."""
    kinds = (resource.RLIMIT_NOFILE, resource.RLIMIT_CPU, resource.RLIMIT_AS, resource.RLIMIT_CORE)
    state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    return {
        "niceness": os.getpriority(os.PRIO_PROCESS, pid),
        "affinity": sorted(os.sched_getaffinity(pid)),
        "limits": [resource.prlimit(pid, kind) for kind in kinds],
        "oom_score_adj": Path(f"/proc/{pid}/oom_score_adj").read_text().strip(),
        "stopped": state in ("T", "t"),
    }


class World:
    """A course, a home, sockets and a process, none of which may be touched, or read from."""

    def __init__(self, folder: Path, template: Path) -> None:
        """Lay everything out in ``folder``; ``template`` is a course that is built."""
        self.folder = folder
        names = ("secret", "solution", "gradebook", "neighbour", "victim")
        self.tokens = {name: random_token() for name in names}
        self.mark = f"hostile-{secrets.token_hex(6)}"
        self.course = folder / "course"
        shutil.copytree(template, self.course)
        self._hide_tokens()
        self.tokens["key"] = KEY
        self.signals = 0
        self._doomed: set[int] = set()

    def _hide_tokens(self) -> None:
        """Put a token into everything that is worth reading."""
        self.home, self.shared = self.folder / "home", self.folder / "shared"
        (self.home / ".ssh").mkdir(parents=True)
        self.secret = self.home / ".ssh" / "id_ed25519"
        self.secret.write_text(self.tokens["secret"])
        self.secret.chmod(0o600)
        self.shared.mkdir()
        self.shared.chmod(0o777)
        (self.shared / "theirs.txt").write_text("as it was")
        (self.shared / "theirs.txt").chmod(0o666)
        descriptor, name = tempfile.mkstemp(prefix="secret-", dir="/var/tmp")
        os.write(descriptor, self.tokens["secret"].encode())
        os.close(descriptor)
        self.outside = Path(name)
        for path in self.course.glob("solutions/*/*.py"):
            path.write_text(path.read_text() + f"\n# {self.tokens['solution']}\n")
        data = (self.course / "gradebook.db").read_bytes()
        # A name of the same length that the template put there.
        (self.course / "gradebook.db").write_bytes(
            data.replace(b"g" * TOKEN_LETTERS, self.tokens["gradebook"].encode())
        )
        self.neighbour = next(self.course.glob("submitted/neighbour/*"))
        for path in self.neighbour.glob("*.py"):
            path.write_text(path.read_text().replace("g" * TOKEN_LETTERS, self.tokens["neighbour"]))

    def __enter__(self) -> World:
        self._listen()
        self.victim = subprocess.Popen(
            ["sleep", "600"], env={"TOKEN": self.tokens["victim"]}, start_new_session=True
        )
        self._handler = signal.signal(signal.SIGURG, self._signalled)
        self.watch()
        return self

    def watch(self) -> None:
        """From here on, changes count; what a grader keeps running when it has nothing to do has
        to run already."""
        self._known = descendants()
        self._standing = {pid: standing(pid) for pid in (os.getpid(), self.victim.pid)}
        self._scratch = set(os.listdir(tempfile.gettempdir()))
        self._files = self._fingerprints()

    def _listen(self) -> None:
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind(("127.0.0.1", 0))
        self.tcp = _listening()
        self.unix, self.abstract = (socket.socket(socket.AF_UNIX) for _ in range(2))
        self.unix.bind(str(self.shared / "socket"))
        self.abstract.bind(f"\0{self.mark}")
        for listener in (self.unix, self.abstract):
            listener.listen()
        for listener in (self.udp, self.tcp, self.unix, self.abstract):
            listener.setblocking(False)

    def _signalled(self, number: int, frame: Any) -> None:
        self.signals += 1

    def _fingerprints(self) -> dict[str, tuple[Any, ...]]:
        roots = (self.course, self.home, self.shared, self.outside)
        return {key: value for root in roots for key, value in fingerprint(root).items()}

    @property
    def words(self) -> dict[str, str]:
        """What stands for what in an attempt's text."""
        return {
            "@SECRET@": str(self.secret),
            "@OUTSIDE@": str(self.outside),
            "@HOME@": str(self.home),
            "@SHARED@": str(self.shared),
            "@COURSE@": str(self.course),
            "@NEIGHBOUR@": str(self.neighbour),
            "@SOCKET@": str(self.shared / "socket"),
            "@ABSTRACT@": self.mark,
            "@TCP@": str(self.tcp.getsockname()[1]),
            "@UDP@": str(self.udp.getsockname()[1]),
            "@VICTIM@": str(self.victim.pid),
            "@GRADER@": str(os.getpid()),
            "@IPCKEY@": str(self.ipc_key),
            "@MARK@": self.mark,
        }

    @property
    def ipc_key(self) -> int:
        """A key of System V's that nobody else on the machine uses."""
        return random.Random(self.mark).randrange(1, 2**31)

    def fill(self, text: str) -> str:
        """An attempt's text with every place in it."""
        for word, place in self.words.items():
            text = text.replace(word, place)
        return text

    def complaints(self, changing: tuple[str, ...] = ()) -> list[str]:
        """What an attempt reached; paths in the course that begin with ``changing`` may change."""
        found = [f"still runs: {command}" for command in self._left_over()]
        found += [f"the socket {name} was reached" for name in self._reached()]
        found += [f"still there: {path}" for path in self._marked()]
        found += [f"still there: {kind} of System V" for kind, _ in self._ipc()]
        found += [
            f"left in the scratch folder: {name}"
            for name in set(os.listdir(tempfile.gettempdir())) - self._scratch
        ]
        if self.signals:
            found.append("a signal reached the grader")
        if self.victim.poll() is not None:
            found.append(f"another process was ended ({self.victim.returncode})")
        else:
            for pid, before in self._standing.items():
                if standing(pid) != before:
                    found.append(f"another process was changed: {before} to {standing(pid)}")
        after = self._fingerprints()
        for path in sorted(before_or_after(self._files, after)):
            if not path.removeprefix(f"{self.course}/").startswith(changing or ("\0",)):
                found.append(f"changed: {path}")
        return found

    def _left_over(self) -> list[str]:
        """Command lines of processes that were not there before, if there are more than at rest."""
        deadline = time.monotonic() + GOING
        while True:
            living = descendants()
            if len(living) <= len(self._known):
                return []
            if time.monotonic() > deadline:
                self._doomed = living.keys() - self._known.keys()
                return [living[pid] for pid in self._doomed]
            time.sleep(0.02)

    def _reached(self) -> Iterator[str]:
        with contextlib.suppress(BlockingIOError):
            self.udp.recv(1)
            yield "udp"
        for name in ("tcp", "unix", "abstract"):
            with contextlib.suppress(BlockingIOError):
                getattr(self, name).accept()[0].close()
                yield name

    def _marked(self) -> list[Path]:
        """What an attempt left in folders that are not ours to fingerprint."""
        home = pwd.getpwuid(os.getuid()).pw_dir
        everywhere = (*PUBLIC, *IMPORTED, home, Path.home(), os.getcwd())
        roots = {Path(root) for root in everywhere if root}
        folders = [root for root in roots if root.is_dir()]
        return [root / name for root in folders for name in os.listdir(root) if self.mark in name]

    def _ipc(self) -> list[tuple[str, int]]:
        found = []
        for kind in ("shm", "sem", "msg"):
            path = Path("/proc/sysvipc") / kind
            rows = path.read_text().splitlines()[1:] if path.is_file() else []
            found += [(kind, int(row.split()[1])) for row in rows if self._ours(row)]
        return found

    def _ours(self, row: str) -> bool:
        return int(row.split()[0]) == self.ipc_key

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Undo what an attempt did, so that one that succeeds spoils its own test only."""
        signal.signal(signal.SIGURG, self._handler)
        if kind is not None:
            self._left_over()
        for pid in self._doomed:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, 0)
        self.victim.kill()
        self.victim.wait()
        os.sched_setaffinity(0, self._standing[os.getpid()]["affinity"])
        for listener in (self.udp, self.tcp, self.unix, self.abstract):
            listener.close()
        for path in self._marked():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        libc = ctypes.CDLL(None)
        remove = {
            "shm": lambda number: libc.shmctl(number, IPC_RMID, None),
            "sem": lambda number: libc.semctl(number, 0, IPC_RMID),
            "msg": lambda number: libc.msgctl(number, IPC_RMID, None),
        }
        for name, number in self._ipc():
            remove[name](number)
        self.outside.unlink(missing_ok=True)


def before_or_after(before: Mapping[str, Any], after: Mapping[str, Any]) -> set[str]:
    """The keys under which two mappings differ."""
    return {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
