"""What the machine does to a submission costs it nothing: kills from outside, pauses, load, too
little memory; and nobody gains by looking like it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import psutil
import pytest

from autograder.sandbox import fork_server as fork_server_module
from autograder.sandbox import time_budget
from autograder.sandbox.calls import Call, Cell, Outcome
from autograder.sandbox.fork_server import ForkServer
from autograder.sandbox.inside.stopwatch import Sample, Stopwatch
from autograder.sandbox.levels import NONE, WorkerFault
from autograder.sandbox.limits import Limits
from autograder.sandbox.worker import Worker
from tests.conftest import ROOT

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="submissions run on Linux only")
ONE = np.array([1.0])
#: Takes about half a second in cells, and as much in calls; it prints, and asks for a helper.
SLOW = """
import os
import time
import numpy as np
print("before")
time.sleep(0.3)
print("after")

def slow(x):
    time.sleep(0.1)
    return x + 1

def spin(seconds):
    ends = time.process_time() + seconds
    while time.process_time() < ends: pass
    return 1.0

def threads():
    import hashlib, threading
    work = threading.Thread(target=hashlib.pbkdf2_hmac, args=("md5", b"a", b"b", 10**7))
    work.start()
    hashlib.pbkdf2_hmac("md5", b"a", b"b", 10**7)

def sleep(seconds):
    time.sleep(seconds)
    return 1.0

def asks(x):
    return helper(x) + 1
"""
SLOW_CALLS = [Call("slow", (ONE,))] * 3


def submission_of(forks: ForkServer) -> list[psutil.Process]:
    """The process that runs a submission now."""
    with contextlib.suppress(psutil.NoSuchProcess):
        return psutil.Process(forks.process_id).children()
    return []


def send(number: int, forks: ForkServer, who: str) -> None:
    """Send a signal to the submission, to the fork server that forks it, or to the program that
    was started first."""
    assert forks._process is not None
    top = forks._process.pid
    found = {"submission": [p.pid for p in submission_of(forks)], "server": [forks.process_id]}
    for process_id in found.get(who, [top]):
        with contextlib.suppress(ProcessLookupError):
            os.kill(process_id, number)


@contextlib.contextmanager
def meanwhile(work: Callable[[], None]) -> Iterator[None]:
    thread = threading.Thread(target=work)
    thread.start()
    yield
    thread.join()


def values(outcomes: Sequence[Outcome]) -> list[object]:
    return [outcome.value if outcome.returned else outcome for outcome in outcomes]


@pytest.mark.parametrize(
    ("number", "who"),
    [
        (signal.SIGKILL, "submission"),
        (signal.SIGTERM, "submission"),
        (signal.SIGABRT, "submission"),
        (signal.SIGKILL, "server"),
        (signal.SIGKILL, "first"),
        (signal.SIGTERM, "first"),
    ],
)
def test_a_kill_from_outside_costs_nothing(
    number: int, who: str, fork_server: Callable[..., ForkServer]
) -> None:
    """In a cell, between cells and calls, and in a call of a batch."""
    forks = fork_server(Limits(seconds=5.0))
    moments = (0.05, 0.2, 0.45, 0.6) if number == signal.SIGKILL and who == "submission" else (0.4,)
    for moment in moments:
        begun = time.monotonic()

        def kill(moment: float = moment) -> None:
            time.sleep(moment)
            send(number, forks, who)

        with meanwhile(kill), Worker([Cell(SLOW, "cell 1")], forks) as worker:
            outcomes = worker(SLOW_CALLS)
        assert values(outcomes) == [[2.0]] * 3, moment
        assert worker.cell_failures == {}
        assert worker.printed == {0: "before\nafter\n"}
        assert time.monotonic() - begun < 20


def test_a_kill_between_batches_and_in_a_helper_costs_nothing(
    fork_server: Callable[..., ForkServer],
) -> None:
    forks = fork_server(Limits(seconds=5.0))
    killed: list[str] = []

    def serve(name: str, arguments: Sequence[Any], keywords: Mapping[str, Any]) -> Any:
        if not killed:
            killed.append(name)
            send(signal.SIGKILL, forks, "submission")
        return arguments[0] * 10.0

    with Worker([Cell(SLOW, "cell 1")], forks) as worker:
        send(signal.SIGKILL, forks, "submission")
        assert values(worker(SLOW_CALLS[:1])) == [[2.0]]
        worker.restart(serve)
        assert values(worker([Call("asks", (ONE,), served=("helper",))])) == [[11.0]]
        assert worker.repeated == 2
    assert killed


def kill_at_every_start(forks: ForkServer) -> Callable[[], None]:
    def kill() -> None:
        ends, found = time.monotonic() + 3, set()
        while time.monotonic() < ends and len(found) < 3:
            for process in submission_of(forks):
                if process.pid not in found:
                    found.add(process.pid)
                    time.sleep(0.5)
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(process.pid, signal.SIGKILL)
            time.sleep(0.01)

    return kill


def test_what_is_killed_again_is_no_result(fork_server: Callable[..., ForkServer]) -> None:
    forks = fork_server(Limits(seconds=5.0))
    with (
        pytest.raises(WorkerFault, match=r"ended from outside \(SIGKILL: Killed\), and so again"),
        meanwhile(kill_at_every_start(forks)),
        Worker([Cell(SLOW, "cell 1")], forks) as worker,
    ):
        worker([Call("sleep", (2.0,))])


@pytest.mark.parametrize(
    ("levels", "body", "kind"),
    [
        ([NONE], "os.kill(os.getpid(), 9)", "crashed"),
        (
            None,
            "import resource; resource.setrlimit(resource.RLIMIT_CPU, (1, 1)); spin(3.0)",
            "raised",
        ),
        (None, "import signal; signal.setitimer(signal.ITIMER_REAL, 0.1); spin(1.0)", "crashed"),
        (None, "import signal; signal.signal(signal.SIGXCPU, lambda *a: 0); spin(9.0)", "timeout"),
        (None, "import signal; signal.signal(signal.SIGXCPU, lambda *a: 0); threads()", "timeout"),
    ],
    ids=["uncontained-kill", "lower-limit", "alarm", "ignored-limit", "in-threads"],
)
def test_nobody_looks_like_a_fault_of_the_machine(
    levels: list[str] | None, body: str, kind: str, fork_server: Callable[..., ForkServer]
) -> None:
    """At most, it is asked twice."""
    limits = Limits(seconds=8.0, cpu_seconds=1.0)
    forks = fork_server(limits, levels) if levels else fork_server(limits)
    cells = [Cell(SLOW, "cell 1"), Cell(f"def own(x):\n    {body}\n    return x\n", "cell 2")]
    with Worker(cells, forks) as worker:
        own, slow = worker([Call("own", (ONE,)), SLOW_CALLS[0]])
    assert own.kind == kind, own
    assert slow.returned


def test_no_end_of_a_process_kills_who_started_it(fork_server: Callable[..., ForkServer]) -> None:
    """Where processes may be started, clone could name the signal."""
    source = (
        "import ctypes, time\nlibc = ctypes.CDLL(None)\n"
        "def clones(number):\n"
        "    child = libc.syscall(56, int(number), 0, 0, 0, 0)\n"
        "    if child == 0: libc._exit(0)\n"
        "    time.sleep(0.3)\n    return float(child > 0)\n"
    )
    if os.uname().machine != "x86_64":
        source = source.replace("56", "220")
    try:
        forks = fork_server(Limits(seconds=5.0, processes=2))
    except WorkerFault:
        return  # there are no namespaces here, and so no processes
    numbers = [float(n) for n in (signal.SIGKILL, signal.SIGHUP, signal.SIGSTKFLT, signal.SIGCHLD)]
    with Worker([Cell(source, "cell 1")], forks) as worker:
        assert values(worker([Call("clones", (n,)) for n in numbers])) == [0.0, 0.0, 0.0, 1.0]


def test_being_stopped_costs_no_time(fork_server: Callable[..., ForkServer]) -> None:
    """The submission alone, for longer than its limit."""
    forks = fork_server(Limits(seconds=1.0))

    def stop() -> None:
        time.sleep(0.6)
        send(signal.SIGSTOP, forks, "submission")
        time.sleep(1.5)
        send(signal.SIGCONT, forks, "submission")

    for call in (Call("spin", (0.5,)), Call("sleep", (0.4,))):
        with meanwhile(stop), Worker([Cell(SLOW, "cell 1")], forks) as worker:
            assert values(worker([call])) == [1.0]


def test_who_is_stopped_for_good_is_asked_again(
    monkeypatch: pytest.MonkeyPatch, fork_server: Callable[..., ForkServer]
) -> None:
    monkeypatch.setattr(time_budget, "STOPPED_SECONDS", 0.5)
    forks = fork_server(Limits(seconds=5.0))

    def stop() -> None:
        time.sleep(0.5)
        send(signal.SIGSTOP, forks, "submission")

    with meanwhile(stop), Worker([Cell(SLOW, "cell 1")], forks) as worker:
        assert values(worker(SLOW_CALLS)) == [[2.0]] * 3


def test_a_stopped_fork_server_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time_budget, "START_SECONDS", 0.5)
    monkeypatch.setattr(fork_server_module, "END_SECONDS", 1)
    monkeypatch.setattr(fork_server_module, "CLOSE_SECONDS", 0.2)
    with ForkServer(Limits(seconds=5.0)) as forks:
        assert forks._process is not None
        first = psutil.Process(forks._process.pid)
        before = [first, *first.children(recursive=True)]
        send(signal.SIGSTOP, forks, "server")
        with Worker([Cell(SLOW, "cell 1")], forks) as worker:
            assert values(worker(SLOW_CALLS)) == [[2.0]] * 3
        after = psutil.Process(forks.process_id)
        send(signal.SIGSTOP, forks, "server")
    for process in (*before, after):
        ends = time.monotonic() + 5
        while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
            assert time.monotonic() < ends
            time.sleep(0.01)


PAUSED = """
import os, signal, subprocess, sys
import numpy as np
from autograder.sandbox.calls import Call, Cell
from autograder.sandbox.fork_server import ForkServer
from autograder.sandbox.in_process import InProcess
from autograder.sandbox.limits import Limits
from autograder.sandbox.worker import Worker
source, name, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3])
cells, call = [Cell(source, "cell 1")], Call(name, (seconds,))
if sys.argv[4] == "here":
    runner = InProcess(cells, 1.0)
    print("ready", flush=True)
    print([o.kind for o in runner([call])])
else:
    with ForkServer(Limits(seconds=1.0)) as forks, Worker(cells, forks) as worker:
        print("ready", flush=True)
        print([o.kind for o in worker([call])])
"""


@pytest.mark.slow
@pytest.mark.parametrize("where", ["here", "contained"])
@pytest.mark.parametrize(
    ("name", "seconds", "kind"),
    [("spin", 0.6, "returned"), ("sleep", 0.6, "returned"), ("spin", 9.0, "timeout")],
)
def test_a_pause_of_the_grader_costs_no_time(
    name: str, seconds: float, kind: str, where: str
) -> None:
    """As Ctrl-Z and fg make one; a process that a person pauses gains no more than that."""
    grader = subprocess.Popen(
        [sys.executable, "-c", PAUSED, SLOW, name, str(seconds), where],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert grader.stdout is not None
    while grader.stdout.readline() != "ready\n":
        pass  # what the cells print here
    time.sleep(0.3)
    grader.send_signal(signal.SIGSTOP)
    time.sleep(1.5)
    grader.send_signal(signal.SIGCONT)
    out, _ = grader.communicate(timeout=60)
    assert out.splitlines()[-1] == f"['{kind}']"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "seconds", "kind"), [("spin", 0.7, "returned"), ("sleep", 3.0, "timeout")]
)
def test_load_costs_no_time(name: str, seconds: float, kind: str) -> None:
    """Four others on the same core: what takes 0.7 seconds there takes 3.5."""
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    others = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(4)]
    try:
        with (
            ForkServer(Limits(seconds=1.0)) as forks,
            Worker([Cell(SLOW, "cell 1")], forks) as worker,
        ):
            (outcome,) = worker([Call(name, (seconds,))])
    finally:
        for other in others:
            other.kill()
            other.wait()
        os.sched_setaffinity(0, cores)
    assert outcome.kind == kind


@pytest.mark.parametrize(
    ("laps", "counted", "gap"),
    [
        ([(0.05, 0.05, 0.0)] * 4, 0.2, False),  # it ran
        ([(0.05, 0.0, 0.0)] * 4, 0.2, False),  # it slept
        ([(0.05, 0.01, 0.04)] * 4, 0.04, False),  # it had a fifth of a processor
        ([(0.05, 0.0, 0.0)] * 3 + [(0.05, 0.01, 0.19)], 0.01, False),  # and none for long
        ([(0.05, 0.05, 0.0), (60.0, 0.0, 0.0)], 0.1, True),  # everything stood still
        ([(0.05, 0.05, 0.0), (60.0, 60.0, 0.0)], 0.1, True),  # and its clock did not
        ([(0.001, 0.0002, 0.0008)] * 200, 0.04, False),  # in many short laps
    ],
)
def test_a_stopwatch_counts_what_was_there(
    laps: list[tuple[float, float, float]],
    counted: float,
    gap: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Laps: how long each lasted, and for how much of it there was CPU time, and waiting."""
    now, samples = [0.0], [Sample(0.0, 0.0)]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    stopwatch = Stopwatch(lambda: samples[-1])
    stopwatch.lap(0.05, settle=True)  # tells from where to count
    total = 0.0
    for lasted, cpu, waited in laps:
        now[0] += lasted
        samples.append(Sample(samples[-1].cpu + cpu, samples[-1].waited + waited))
        total += stopwatch.lap(0.05)
    total += stopwatch.lap(0.05, settle=True)
    assert abs(total - counted) < 1e-9
    assert stopwatch.gap == gap


NEEDS = """
import numpy as np
def needs(megabytes):
    return float(np.ones(int(megabytes * 125_000)).nbytes > 0)
"""


def test_memory_that_the_machine_lacks_is_no_fault_of_a_submission() -> None:
    """An address space that was limited before the grader began."""
    now = psutil.Process().memory_info().vms
    script = f"ulimit -v {now // 1000 + 200_000} && exec {sys.executable} -c '{LACKING}'"
    done = subprocess.run(
        ["sh", "-c", script],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "N": NEEDS},
    )
    assert done.stdout.splitlines() == [
        "['returned', 'memory']",
        "this machine has less memory than the 100000 MB that a submission may take, "
        "and so again when it was asked again: grade it when more memory is free and less is "
        "running",
    ], done.stderr


LACKING = """
import os
from autograder.sandbox.calls import Call, Cell
from autograder.sandbox.fork_server import ForkServer
from autograder.sandbox.levels import WorkerFault
from autograder.sandbox.limits import Limits
from autograder.sandbox.worker import Worker
def run(worker, *sizes):
    return [o.kind for o in worker([Call("needs", (float(n),)) for n in sizes])]
with ForkServer(Limits(memory_mb=100_000)) as forks:
    with Worker([Cell(os.environ["N"], "cell 1")], forks) as worker:
        print(run(worker, 10, 200_000))
        try:
            run(worker, 50_000)
        except WorkerFault as fault:
            print(fault)
"""


#: On the processor at the moments at which the kernel looks, and hardly at others.
TICKS = """
import signal, time
signal.signal(signal.SIGXCPU, signal.SIG_IGN)
def ticks():
    while True:
        time.sleep(0.003)
        before = time.clock_gettime_ns(6)
        while time.clock_gettime_ns(6) == before: pass
"""


@pytest.mark.slow
def test_time_that_the_kernel_measures_wrongly_is_not_the_machines(
    fork_server: Callable[..., ForkServer],
) -> None:
    """It is killed for its limit, of which it has really used little."""
    forks = fork_server(Limits(seconds=20.0, cpu_seconds=1.0))
    with Worker([Cell(TICKS, "cell 1")], forks) as worker:
        (outcome,) = worker([Call("ticks", ())])
    assert outcome.kind == "timeout"


@pytest.mark.slow
def test_a_submission_has_few_second_attempts(fork_server: Callable[..., ForkServer]) -> None:
    """Cells that take turns in being killed would have as much time each as all are to have."""
    forks = fork_server(Limits(seconds=20.0))
    cells = [Cell("import time; time.sleep(1.5)", f"cell {number}") for number in range(6)]

    def kill() -> None:
        for _ in cells:
            time.sleep(1.0)
            with contextlib.suppress(psutil.Error, IndexError):
                send(signal.SIGKILL, forks, "submission")

    with (
        meanwhile(kill),
        pytest.raises(WorkerFault, match="again when it was asked again"),
        Worker(cells, forks),
    ):
        pass
