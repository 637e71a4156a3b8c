"""What a submission tries against its machine, on every level of containment that there is here.

Each probe is a function of a submission that answers 1.0 where it got through. Real things stand
by to be reached: a file, sockets that listen, a process.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil
import pytest

from autograder.sandbox import linux
from autograder.sandbox.calls import Call, Cell, Outcome
from autograder.sandbox.fork_server import ForkServer
from autograder.sandbox.levels import LEVELS, NONE, WorkerFault
from autograder.sandbox.limits import MAX_THREADS, Limits
from autograder.sandbox.worker import Worker
from tests.conftest import ROOT
from tests.helpers.drawn import drawn
from tests.helpers.users import run_as_somebody

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="containment is Linux's own")
LIMITS = Limits(
    seconds=2.0, cpu_seconds=1.0, memory_mb=128, written_mb=4.0, printed_kb=64, returned_mb=1.0
)
PROBES = (ROOT / "tests" / "helpers" / "probes.py").read_text(encoding="utf-8")
NAMES = [
    line[4:].partition("(")[0] for line in PROBES.splitlines() if line.startswith("def probe_")
]
#: What is known to get through: without namespaces the names and sizes of files can be seen.
SEEN = {("landlock+seccomp", "probe_stat")}


@pytest.fixture(scope="session")
def targets(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, object]]:
    """What the probes try to reach, under the names that they use."""
    folder = tmp_path_factory.mktemp("targets")
    folder.chmod(0o777)
    secret = folder / "secret.txt"
    secret.write_text("a secret of the same user")
    secret.chmod(0o666)
    with contextlib.ExitStack() as stack:
        tcp = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        udp = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        udp.bind(("127.0.0.1", 0))
        path = stack.enter_context(socket.socket(socket.AF_UNIX))
        path.bind(str(folder / "socket"))
        path.listen()
        abstract = stack.enter_context(socket.socket(socket.AF_UNIX))
        abstract.bind(f"\0autograder-{os.getpid()}")
        abstract.listen()
        victim = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(86400)"])
        stack.callback(victim.wait)
        stack.callback(victim.kill)
        yield {
            "SECRET": str(secret),
            "FOLDER": str(folder),
            "TCP": tcp.getsockname()[1],
            "UDP": udp.getsockname()[1],
            "UNIX": str(folder / "socket"),
            "ABSTRACT": f"\0autograder-{os.getpid()}",
            "VICTIM": victim.pid,
        }
        for listener in (tcp, path, abstract, udp):
            listener.setblocking(False)
            with pytest.raises(BlockingIOError):
                listener.recvfrom(10) if listener is udp else listener.accept()
        assert secret.read_text() == "a secret of the same user"
        assert sorted(os.listdir(folder)) == ["secret.txt", "socket"]
        assert victim.poll() is None


def call(forks: ForkServer, source: str, *names: str) -> list[Outcome]:
    with Worker([Cell(source, "probes")], forks) as worker:
        assert not worker.cell_failures
        return worker([Call(name, (np.zeros(1),)) for name in names])


@pytest.mark.parametrize("level", LEVELS)
def test_nothing_gets_through(
    level: str, fork_server: Callable[..., ForkServer], targets: dict[str, object]
) -> None:
    forks = fork_server(LIMITS, [level])
    assert forks.containment == level
    constants = "".join(f"{name} = {value!r}\n" for name, value in targets.items())
    outcomes = call(forks, constants + PROBES, *NAMES)
    through = {
        (level, name)
        for name, outcome in zip(NAMES, outcomes, strict=True)
        if not outcome.returned or outcome.value != 0.0
    }
    assert through <= SEEN, {name: outcomes[NAMES.index(name)] for _, name in through}


def test_the_probes_get_through_where_nothing_contains(
    fork_server: Callable[..., ForkServer], targets: dict[str, object]
) -> None:
    """A probe that never gets through would prove nothing."""
    constants = "".join(f"{name} = {value!r}\n" for name, value in targets.items())
    harmless = ["probe_read", "probe_stat", "probe_udp_socket", "probe_fork", "probe_proc"]
    outcomes = call(fork_server(LIMITS, [NONE]), constants + PROBES, *harmless)
    assert [outcome.value for outcome in outcomes] == [1.0] * len(harmless)


COMPUTING = "used up the 1 seconds of computing"


@pytest.mark.slow
@pytest.mark.parametrize("level", [*LEVELS, NONE])
@pytest.mark.parametrize(
    ("body", "kind", "words"),
    [
        ("while True: pass", "timeout", COMPUTING),
        ("import signal\n    for s in range(1, 65):\n        try: signal.signal(s, signal.SIG_IGN)\n"
         "        except (OSError, ValueError): pass\n    while True: pass", "timeout", COMPUTING),
        ("import signal, time\n    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))\n"
         "    time.sleep(60)", "timeout", "2 seconds"),
        ("return np.ones(2**29)", "memory", ""),
        ("return [bytearray(2**20) for _ in range(4096)]", "memory", ""),
        ("while True: print('x' * 1_000_000)", "limit", "printed more than 64 KB"),
        ("import os\n    while True: os.write(2, b'x' * 1000)", "limit", "printed more than 64 KB"),
        ("return [np.zeros(20_000) for _ in range(40)]", "limit", "returned more than 1 MB"),
        ("return [np.zeros(1) for _ in range(2000)]", "limit", "more than 1000 arrays"),
        ("import os\n    while True: os.write(4, b'\\0' * 100_000)", "crashed", "sent"),
        ("import ctypes; ctypes.string_at(1)", "crashed", "SIGSEGV"),
    ],
    ids=["spin", "ignore", "block", "numpy", "lists", "print", "write", "bytes", "arrays",
         "pipe", "segfault"],
)  # fmt: skip
def test_limits_hold(
    level: str, body: str, kind: str, words: str, fork_server: Callable[..., ForkServer]
) -> None:
    """Every limit has its own kind and sentence, and the next function is called all the same."""
    source = f"import numpy as np\ndef hostile(x):\n    {body}\ndef safe(x):\n    return x\n"
    # A second of computing may take many, where others compute too.
    limits = replace(LIMITS, seconds=60.0) if words == COMPUTING else LIMITS
    hostile, safe = call(fork_server(limits, [level]), source, "hostile", "safe")
    assert (hostile.kind, safe.kind) == (kind, "returned"), hostile
    assert words in hostile.message


@pytest.mark.parametrize("level", [level for level in LEVELS if "namespaces" in level])
def test_scratch_is_bounded_and_does_not_outlive_a_submission(
    level: str, fork_server: Callable[..., ForkServer]
) -> None:
    forks = fork_server(LIMITS, [level])
    source = """import os
def fill(x):
    os.makedirs("a/b")
    for n in range(100):
        with open(f"a/b/{n}", "wb") as file:
            file.write(bytes(1_000_000))
def inodes(x):
    for n in range(1000):
        open(f"/scratch/{n}", "w").close()
def descriptors(x):
    return len([os.open("/scratch", os.O_RDONLY) for n in range(1000)])
def left(x):
    return float(len(os.listdir("/scratch")))
"""
    fill, inodes, descriptors = call(forks, source, "fill", "inodes", "descriptors")
    assert [outcome.kind for outcome in (fill, inodes, descriptors)] == ["limit"] * 3
    assert "only 4 MB" in fill.message
    assert "64 files open" in descriptors.message
    (left,) = call(forks, source, "left")
    assert left.value == 0.0


@pytest.mark.parametrize("level", LEVELS)
def test_writing_elsewhere_is_told_as_what_it_is(
    level: str, fork_server: Callable[..., ForkServer]
) -> None:
    source = "def write(x):\n    open('/written', 'w')\n"
    (write,) = call(fork_server(LIMITS, [level]), source, "write")
    assert write.kind == "limit"
    assert "such as reaching files" in write.message
    assert not os.path.exists("/written")


@pytest.mark.parametrize("mode", [0o300, 0])
def test_a_folder_that_is_closed_does_not_outlive_a_submission(
    mode: int, fork_server: Callable[..., ForkServer]
) -> None:
    forks = fork_server(LIMITS, [level for level in LEVELS if "namespaces" in level])
    source = f"""import os
def leave(x):
    os.mkdir("/scratch/x")
    open("/scratch/x/secret", "w").close()
    os.chmod("/scratch/x", {mode}) if hasattr(os, "chmod") else None
def close(x):
    os.umask(0)
    os.mkdir("/scratch/y", {mode})
def find(x):
    return float(os.path.exists("/scratch/x")) + float(os.path.exists("/scratch/y"))
"""
    call(forks, source, "close", "leave")
    (found,) = call(forks, source, "find")
    assert found.value == 0.0


#: Steps of a submission that could be told by the next one, and what it would look at.
COUNTING = """
import os
def pipes(x):
    for _ in range(5000):
        for end in os.pipe():
            os.close(end)
def names(x):
    for n in range(40):
        open("/scratch/x", "w").close()
        os.unlink("/scratch/x")
def folders(x):
    for n in range(40):
        os.mkdir("/scratch/x")
        os.rename("/scratch/x", "/scratch/y")
        os.rmdir("/scratch/y")
def nameless(x):
    for n in range(40):
        os.close(os.open("/scratch", os.O_TMPFILE | os.O_RDWR))
def looks(x):
    os.listdir("/scratch")
def touches(x):
    os.utime("/scratch", (0, 0))
def scratch(x):
    folder, room = os.stat("/scratch"), os.statvfs("/scratch")
    open("/scratch/x", "w").close()
    new, times = os.stat("/scratch/x").st_ino, (folder.st_atime_ns, folder.st_mtime_ns)
    # The number of its device is the lowest that is free on the whole machine.
    return repr((new, times, folder[:2], folder[3:7], room.f_bfree, room.f_ffree, room.f_favail))
def process(x):
    return float(os.getpid())
def threads(x):
    import threading
    for _ in range(40):
        thread = threading.Thread(target=int)
        thread.start()
        thread.join()
def processes(x):
    for _ in range(40):
        child = os.fork()
        if child == 0:
            os._exit(0)
        os.waitpid(child, 0)
"""
NAMESPACES = [level for level in LEVELS if "namespaces" in level]


@pytest.mark.slow
@pytest.mark.parametrize("level", NAMESPACES)
@pytest.mark.parametrize("step", ["names", "folders", "nameless", "looks", "touches"])
def test_the_scratch_folder_tells_nothing_of_an_earlier_submission(
    level: str, step: str, fork_server: Callable[..., ForkServer]
) -> None:
    """Neither numbers of files count on, nor do times and sizes of the folder. When the server was
    started can be told: that is when the folder was made."""
    forks = fork_server(LIMITS, [level])
    call(forks, COUNTING, "names")  # a new server for the next one
    (before,) = call(forks, COUNTING, "scratch")
    call(forks, COUNTING, step)
    (after,) = call(forks, COUNTING, "scratch")
    assert before.returned
    assert after.value == before.value


@pytest.mark.parametrize("level", LEVELS)
def test_numbers_of_pipes_are_not_moved_on(
    level: str, fork_server: Callable[..., ForkServer]
) -> None:
    """The kernel counts them for everybody, so that nobody may make one."""
    (pipes,) = call(fork_server(LIMITS, [level]), COUNTING, "pipes")
    assert "tried to start a process" in pipes.message


def test_processes_that_may_be_started_do_not_move_their_numbers_on(
    fork_server: Callable[..., ForkServer],
) -> None:
    forks = fork_server(Limits(processes=4), NAMESPACES)
    (before,) = call(forks, COUNTING, "process")
    (started,) = call(forks, COUNTING, "processes")
    (after,) = call(forks, COUNTING, "process")
    assert started.returned
    assert before.value == after.value


@pytest.mark.parametrize("level", NAMESPACES)
def test_threads_do_not_move_numbers_of_processes_on(
    level: str, fork_server: Callable[..., ForkServer]
) -> None:
    forks = fork_server(LIMITS, [level])
    call(forks, COUNTING, "threads")  # a new server for the next one
    (before,) = call(forks, COUNTING, "process")
    (started,) = call(forks, COUNTING, "threads")
    (after,) = call(forks, COUNTING, "process")
    assert started.returned
    assert before.value == after.value


#: Starts threads by the hundred, and what is no thread of this process.
THREADS = """
import ctypes, threading
def many(x):
    wait, started = threading.Event(), 0.0
    try:
        for _ in range(500):
            threading.Thread(target=wait.wait, daemon=True).start()
            started += 1
    except RuntimeError:
        return started
    finally:
        wait.set()
def start(x):
    threading.Thread(target=int).start()
    return x
def shares_no_memory(x):
    for flags in (0, 17, 0x100, 0x10D00, 0x3D0F11, 0x103D0F00, 0x203D0F00):
        if ctypes.CDLL(None).syscall(CLONE, flags, 0, 0, 0, 0) >= 0:
            return 0.0
    return 1.0
""".replace("CLONE", str({"x86_64": 56}.get(linux.MACHINE, 220)))


@pytest.mark.parametrize("level", LEVELS)
def test_a_few_threads_may_be_started_where_they_are_counted(
    level: str, fork_server: Callable[..., ForkServer]
) -> None:
    outcomes = call(fork_server(Limits(), [level]), THREADS, "start", "many", "shares_no_memory")
    start, many, other = outcomes
    assert other.value == 1.0
    if level in NAMESPACES:
        assert many.value == MAX_THREADS
        assert start.returned
    else:
        assert many.value == 0.0
        assert start.message == "tried to start a thread, and no more may run: do without it"


@pytest.mark.parametrize("level", NAMESPACES)
def test_reading_leaves_no_access_time(level: str) -> None:
    """On `landlock+seccomp`, and outside, it does where the file system notes such times."""
    library = Path(sysconfig.get_path("purelib"))
    if not os.access(library, os.W_OK):
        pytest.skip(f"{library} cannot be written")
    folder = library / f"autograder-{os.urandom(6).hex()}"
    folder.mkdir()
    try:
        file = folder / "read.txt"
        file.write_text("something")
        os.utime(file, (0, 1))
        os.utime(folder, (0, 1))
        source = f"""import os
def read(x):
    open({str(file)!r}).read()
    return float(len(os.listdir({str(folder)!r})))
"""
        with ForkServer(LIMITS, [level]) as forks:
            (read,) = call(forks, source, "read")
        assert read.value == 1.0
        assert (file.stat().st_atime, folder.stat().st_atime) == (0, 0)
    finally:
        shutil.rmtree(folder)


#: As root a submission's process may be root's own, in which nothing could be seen.
@pytest.mark.parametrize("level", LEVELS if os.geteuid() else NAMESPACES)
def test_the_kernel_gives_a_crash_to_no_program(
    level: str, fork_server: Callable[..., ForkServer]
) -> None:
    """A program that core_pattern names would get the memory of a crash; a limit of 0 does not
    keep it away (see core(5)). What may not be dumped belongs to root in /proc."""
    before = set(psutil.Process().children(recursive=True))
    with ForkServer(LIMITS, [level]) as forks, Worker([Cell("", "cell 1")], forks):
        family = [p for p in psutil.Process().children(recursive=True) if p not in before]
        parents = {process.ppid() for process in family}
        (child,) = (process.pid for process in family if process.pid not in parents)
        assert Path(f"/proc/{child}/status").read_text().split("Uid:")[1].split()[0] != "0"
        assert os.stat(f"/proc/{child}/mem").st_uid == 0


def test_no_submission_finds_another(fork_server: Callable[..., ForkServer]) -> None:
    """The source and the values of an earlier submission are nowhere in a later one's memory."""
    forks = fork_server(LIMITS, LEVELS)
    secret = os.urandom(16).hex()
    first = f"import numpy as np\nSECRET = '{secret}' + {'#' * 14_000!r}\n"
    (earlier,) = call(forks, f"{first}def keep(x):\n    return SECRET\n", "keep")
    assert secret in earlier.value
    half, rest = secret[:16], secret[16:]
    search = f"""import ctypes, gc, os
def search(x):
    found = 0.0
    wanted = {half!r}.encode() + {rest!r}.encode()
    for thing in gc.get_objects():
        try:
            found += wanted.decode() in str(thing)[:20000] and "search" not in str(thing)
        except Exception:
            pass
    return found
"""
    (later,) = call(forks, search, "search")
    assert later.value == 0.0


@pytest.mark.parametrize("whom", ["server", "first"])
def test_a_killed_server_takes_its_child_along_and_is_replaced(whom: str) -> None:
    before = psutil.Process().children(recursive=True)
    with ForkServer(LIMITS) as forks:
        with Worker([Cell("def safe(x):\n    return x\n", "cell 1")], forks):
            family = psutil.Process().children(recursive=True)
            # From parent to child: process ids start again from below at some time.
            parents = {p.ppid(): p for p in family if p not in before}
            chain = [parents[os.getpid()]]
            while chain[-1].pid in parents:
                chain.append(parents[chain[-1].pid])
            (chain[1] if whom == "first" else chain[-2]).kill()
        outcomes = call(forks, "def safe(x):\n    return x\n", "safe")
        assert outcomes[0].returned
        _, alive = psutil.wait_procs([chain[-1]], timeout=30)
        assert not alive


@pytest.mark.slow
def test_a_killed_grader_takes_everything_along() -> None:
    program = (
        "import time; from autograder.sandbox.limits import Limits\n"
        "from autograder.sandbox.fork_server import ForkServer\n"
        "from autograder.sandbox.worker import Worker\n"
        "with Worker([], ForkServer(Limits())) as worker:\n"
        "    print('ready', flush=True); time.sleep(60)\n"
    )
    grader = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
    assert grader.stdout is not None
    assert grader.stdout.readline() == b"ready\n"
    family = psutil.Process(grader.pid).children(recursive=True)
    assert len(family) >= 2
    grader.kill()
    grader.wait()
    grader.stdout.close()
    _, alive = psutil.wait_procs(family, timeout=30)
    assert not alive


REFUSALS = {
    "a container that refuses namespaces": ({"unshare": 1}, "landlock+seccomp"),
    "no namespaces left": ({"unshare": 28}, "landlock+seccomp"),
    "a kernel without Landlock": ({"landlock_create_ruleset": 38}, "namespaces+seccomp"),
    "Landlock not started": ({"landlock_create_ruleset": 95}, "namespaces+seccomp"),
    "neither": ({"unshare": 1, "landlock_create_ruleset": 38}, "seccomp"),
    "no way to mount": ({"mount": 1}, "landlock+seccomp"),
    "nothing at all": ({"unshare": 1, "landlock_create_ruleset": 38, "seccomp": 22}, None),
}


@pytest.mark.slow
@pytest.mark.parametrize("machine", REFUSALS)
def test_a_lesser_machine_takes_the_next_level(
    machine: str, fork_server: Callable[..., ForkServer]
) -> None:
    """The kernel is made to refuse, as such machines do; what is chosen must hold there too."""
    refused, expected = REFUSALS[machine]
    fork_server(LIMITS, [LEVELS[0]])  # or this machine is a lesser one already
    done = os.fork()
    if done == 0:
        code = 1
        with contextlib.suppress(BaseException):
            code = _on_such_a_machine(refused, expected)
        os._exit(code)
    _, status = os.waitpid(done, 0)
    assert os.waitstatus_to_exitcode(status) == 0


def _on_such_a_machine(refused: dict[str, int], expected: str | None) -> int:
    simulated = linux.Filter(linux.ALLOW)
    for name, errno in refused.items():
        simulated.rule([name], linux.refuse(errno))
    linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1)
    simulated.ready().install()
    try:
        with ForkServer(LIMITS) as forks:
            (read,) = call(forks, "SECRET = '/etc/passwd'\n" + PROBES, "probe_read")
            held = read.value == 0.0 and all(forks.refused.values())
            return 0 if forks.containment == expected and held else 2
    except WorkerFault as fault:
        said = str(fault)
        return 0 if expected is None and "doctor" in said and "--containment none" in said else 3


if os.geteuid() == 0:  # whoever is an ordinary user has tested it by now

    @pytest.mark.slow
    def test_as_an_ordinary_user_too(pytestconfig: pytest.Config) -> None:
        """Limits on one level, and with ``--every-moment`` on all: the grader keeps most of them,
        and the kernel the others, whoever asks."""
        limits = " or ".join(f"-{level}]" for level in drawn(pytestconfig, [*LEVELS, NONE], 1))
        done = run_as_somebody(
            "tests/sandbox/test_containment.py",
            "-k",
            f"through or scratch or level or numbers or crash or (limits and ({limits}))",
        )
        assert done.returncode == 0, done.stdout[-4000:]
