"""The fork server's main program: numpy loaded, contained, and one fork for each submission.

It is told once what a submission may use and which levels to try, and takes the first one that
holds. From then on each message on the control socket brings the descriptors of one submission,
which go to a child and are closed here: neither a submission's source nor a value of it is ever in
this process, so that no later child can find it in its memory.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

from autograder.sandbox import linux
from autograder.sandbox.inside import containment
from autograder.sandbox.inside.containment import ALL_LEVELS, SCRATCH, Allowance, Level
from autograder.sandbox.levels import NONE

#: Loaded before the first fork, so that submissions share them. Each library mapped and each page
#: used makes every fork dearer, so that what few need is left to be loaded by those who need it.
PRELOADED = """
    collections copy dataclasses functools inspect itertools math numpy operator re string time
    traceback typing warnings
""".split()
#: Loaded besides where no file can be opened later.
LOADED_AHEAD = """
    asyncio bisect cmath datetime decimal enum fractions hashlib heapq json numbers numpy.fft numpy.linalg
    numpy.ma numpy.polynomial numpy.random numpy.testing pathlib pprint random statistics tempfile
    textwrap timeit
""".split()
#: Loaded besides where there are data files, which cannot be opened in the usual way then.
LOADED_FOR_DATA = "csv encodings.cp437 encodings.latin_1 gzip io pickle zipfile zlib".split()
DESCRIPTORS = 4
FAILED = 3
#: What the grader says at a submission's end: kill it, or wait a little for it to end by itself.
KILL, WAIT = b"kill", b"wait"
#: How long a child that closed its pipes may take to end by itself.
PATIENCE = 1.0
#: Where memory runs out, the kernel ends a submission first: its call can be made again.
OOM_SCORE = "500"


def main() -> None:
    """Set up on the first level that holds, and serve until the grader closes the socket."""
    told = json.loads(sys.argv[1])
    sys.argv[:] = sys.orig_argv[:] = [""]
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as score:
        score.write(OOM_SCORE)
    control = socket.socket(fileno=told["control"])
    allowance = Allowance(**told["allowance"])
    private: int = told["private"]
    refused: dict[str, str] = {}
    for level in ALL_LEVELS:
        if level.name not in told["levels"]:
            continue

        def serve(lock: Lock, loaded: Loaded, level: Level = level) -> None:
            os.close(private)
            control.send(json.dumps({"level": level.name, "refused": refused}).encode())
            _serve(control, lock, loaded)

        reason = hold(level, allowance, partial(load, data=allowance.data), serve, private)
        if reason is None:
            return
        refused[level.name] = reason
    control.send(json.dumps({"level": None, "refused": refused}).encode())


class Loaded(NamedTuple):
    """What submissions share: the program of a child, and the folders that everything came from."""

    program: Callable[[Callable[[], bool]], None]
    folders: Sequence[str]


def load(level: Level, data: str = "") -> Loaded:
    """Load it, and the files of the folder ``data`` where none can be opened later. From here on
    nothing of this package can be imported any more."""
    from autograder.sandbox.inside import child

    for name in PRELOADED if level.opens_files else [*PRELOADED, *LOADED_AHEAD]:
        importlib.import_module(name)
    if not level.opens_files:
        numpy = importlib.import_module("numpy")
        for name in numpy.__all__:  # all that `from numpy import *` loads
            getattr(numpy, name)
    kept = {} if level.opens_files or not data else _read_all(data)
    for name in LOADED_FOR_DATA if kept else ():
        importlib.import_module(name)
    submission = child.prepare(kept)
    folders = containment.interpreter_folders()
    sys.path[:] = [
        entry for entry in sys.path if any(containment.within(entry, f) for f in folders)
    ]
    gc.collect()
    gc.freeze()
    return Loaded(partial(child.main, submission), folders)


def _read_all(folder: str) -> dict[str, bytes]:
    found = {}
    for name in os.listdir(folder):
        with open(os.path.join(folder, name), "rb") as stream:
            found[name] = stream.read()
    return found


def hold(
    level: Level,
    allowance: Allowance,
    load: Callable[[Level], Loaded],
    serve: Callable[[Lock, Loaded], None],
    private: int | None = None,
) -> str | None:
    """Enter a level in a process of its own, ``load`` and ``serve`` there; the reason when it does
    not hold. The open file ``private`` names what nobody may read there.

    It loads there because the kernel keeps, for all memory, a list of the processes that it came
    down from: the fewer there are, the sooner a child begins and ends.
    """
    reason_here, reason_there = os.pipe()
    mapped_there, mapped_here = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(mapped_here)
        try:
            if level.namespaces:
                _own_namespaces(mapped_there, reason_there)
            loaded = load(level)
            lock = _set_up(level, loaded.folders, allowance, private)
        except BaseException as error:  # whatever it is, the next level is tried
            with contextlib.suppress(OSError):
                said = getattr(error, "strerror", None) or str(error)
                os.write(reason_there, said.encode()[:500])
            os._exit(FAILED)
        try:
            serve(lock, loaded)
        finally:
            os._exit(0)
    os.close(reason_there)
    os.close(mapped_there)
    reason = b""
    if level.namespaces and (reason := os.read(reason_here, 1)) == b"\n":
        with contextlib.suppress(OSError):  # it then finds that it has no rights
            _map_users(child)
    os.close(mapped_here)
    _, status = os.waitpid(child, 0)
    reason += os.read(reason_here, 500)
    os.close(reason_here)
    if os.waitstatus_to_exitcode(status) != FAILED:
        return None
    return reason.decode(errors="replace").strip() or "it did not start"


def _own_namespaces(mapped: int, tell: int) -> None:
    """Go into new namespaces; what returns is the first process in them."""
    linux.prctl(linux.PR_SET_DUMPABLE, 1)  # or the maps below could not be written
    linux.unshare_all()
    os.write(tell, b"\n")
    os.read(mapped, 1)
    first = os.fork()
    if first:
        _, status = os.waitpid(first, 0)
        os._exit(FAILED if os.waitstatus_to_exitcode(status) == FAILED else 0)


def _map_users(process_id: int) -> None:
    """Let the user of new namespaces be who they are outside, and as root also nobody."""
    own_user, own_group = os.getuid(), os.getgid()
    nobody = f"{containment.NOBODY} {containment.NOBODY} 1\n" if own_user == 0 else ""
    for name, text in (
        ("setgroups", "allow" if own_user == 0 else "deny"),
        ("uid_map", f"{own_user} {own_user} 1\n{nobody}"),
        ("gid_map", f"{own_group} {own_group} 1\n{nobody}"),
    ):
        with open(f"/proc/{process_id}/{name}", "w", encoding="ascii") as file:
            file.write(text)


def _set_up(
    level: Level, folders: Sequence[str], allowance: Allowance, private: int | None
) -> Lock:
    """Put in force what holds for every submission; raises `OSError` when it does not hold."""
    if allowance.processes and not (level.namespaces or level.name == NONE):
        raise OSError("processes may be started, which can be counted in namespaces only")
    used = containment.address_space()
    if level.namespaces:
        containment.enter_namespaces(folders, allowance)
    if level.name != NONE:
        shown = [*folders, *containment.data_folders(level, allowance)]
        containment.become_nobody(["/"] if level.namespaces else shown)
        containment.give_up_rights(level, folders, allowance)
    lock = Lock(level, allowance, used)
    if level.name != NONE:
        _require_contained(lock, private)
    return lock


def _serve(control: socket.socket, lock: Lock, loaded: Loaded) -> None:
    before = 0
    while True:
        _, descriptors, _, _ = socket.recv_fds(control, 16, DESCRIPTORS)
        if len(descriptors) != DESCRIPTORS:
            return
        child = linux.fork()
        # Threads of an earlier submission took numbers: this one begins in a new server.
        is_next = not (before and lock.level.namespaces) or (child or os.getpid()) == before + 1
        if child == 0:
            if is_next:
                _run(descriptors, lock, loaded)
            os._exit(0)
        before = child
        for descriptor in descriptors:
            os.close(descriptor)
        order = control.recv(16)
        killed, status, usage = _end(child, PATIENCE if order == WAIT else 0.0)
        last = _left_something(lock) or not is_next
        if not order:
            return
        spent = usage.ru_utime + usage.ru_stime
        ended = {"status": status, "cpu_seconds": spent, "killed": killed, "last": last}
        control.send(json.dumps(ended).encode())
        if last:
            return


class Lock:
    """What a child puts in force before it runs a submission; prepared before the fork."""

    def __init__(self, level: Level, allowance: Allowance, used: int) -> None:
        self.level, self.allowance, self.used = level, allowance, used
        self.filter = containment.system_calls(level, allowance) if level.seccomp else None
        data = containment.data_folders(level, allowance)
        os.chdir(SCRATCH if level.namespaces else (*data, "/")[0])

    def close(self) -> bool:
        """Put it in force for this process, for good; whether the machine has the memory that the
        process may take."""
        containment.limit_resources(self.level, self.allowance, self.used)
        linux.prctl(linux.PR_SET_PDEATHSIG, signal.SIGKILL)
        has_room = containment.has_room(self.allowance)
        if self.filter:
            self.filter.install()
        return has_room


def _run(descriptors: Sequence[int], lock: Lock, loaded: Loaded) -> None:
    """The child: only the submission's own descriptors, then the lock, then the submission."""
    try:
        nowhere, printed = os.pipe()
        os.close(printed)  # reading from standard input finds its end
        requests, outcomes, printed, page = descriptors
        _place([nowhere, printed, printed, requests, outcomes, page])
        gc.enable()
        gc.set_threshold(20000, 10, 10)
        loaded.program(lock.close)
    finally:
        os._exit(0)


def _place(descriptors: Sequence[int]) -> None:
    """Move descriptors to 0, 1, 2, ... and close all others."""
    above = max(64, *descriptors) + 1
    high = [os.dup2(descriptor, above + at) for at, descriptor in enumerate(descriptors)]
    for at, descriptor in enumerate(high):
        os.dup2(descriptor, at, inheritable=at < 3)
    os.closerange(len(descriptors), os.sysconf("SC_OPEN_MAX"))


def _end(child: int, patience: float) -> tuple[bool, int, Any]:
    """Kill a child that does not end by itself in time: whether it had to be, its exit status, and
    what it used."""
    ended: Sequence[int] = ()
    if patience:
        process_file = os.pidfd_open(child)
        ended, _, _ = select.select([process_file], [], [], patience)
        os.close(process_file)
    with contextlib.suppress(ProcessLookupError):
        os.kill(child, signal.SIGKILL)
    _, status, usage = os.wait4(child, 0)
    return not ended, os.waitstatus_to_exitcode(status), usage


def _left_something(lock: Lock) -> bool:
    """End every process of a submission; whether the next one could tell what it did, by a file or
    by the numbers that files and processes get. A new server then begins with new ones."""
    if not lock.level.namespaces:
        return False
    if lock.allowance.processes:
        with contextlib.suppress(ProcessLookupError):
            os.kill(-1, signal.SIGKILL)  # all others in these namespaces
        with contextlib.suppress(ChildProcessError):
            while True:
                os.waitpid(-1, 0)
        return True
    return lock.allowance.written > 0 and os.stat(SCRATCH).st_mtime != containment.UNTOUCHED


def _require_contained(lock: Lock, private: int | None) -> None:
    """Try in a child whether what must be impossible is; raises `OSError` when it is not. Only that
    child reads what is ``private``: a submission is not to find so much as a path of the course."""
    here, there = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            paths = () if private is None else json.loads(os.pread(private, 1 << 20, 0))
            lock.close()
            found = "; ".join(containment.escapes(lock.allowance, paths))
        except BaseException as error:
            found = f"it cannot be put in force: {getattr(error, 'strerror', None) or error}"
        os.write(there, found.encode()[:500])
        os._exit(0 if not found else FAILED)
    os.close(there)
    _, status = os.waitpid(child, 0)
    found = os.read(here, 500).decode()
    os.close(here)
    if status:
        raise OSError(found or f"a probe ended with status {status}")
