"""What contains a submission: its levels, strongest first, and how each is entered.

A level is entered in two steps. What holds for every submission alike (namespaces, the view of the
files, Landlock, no capabilities) is put in force once, for the fork server. What only a submission
must obey (its limits, seccomp) is put in force in each child, right before its code runs.
"""

from __future__ import annotations

import errno
import mmap
import os
import resource
import shutil
import signal
import site
import socket
import sys
import sysconfig
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from autograder.sandbox import linux
from autograder.sandbox.levels import LEVELS, NONE, CourseShown

#: Where a submission may write, if it may: a file system in memory that vanishes with it.
SCRATCH = "/scratch"
#: Its time until something is made in it. No system call that could set it back is allowed.
UNTOUCHED = 0
NOBODY = 65534
MEGABYTE = 1 << 20


@dataclass(frozen=True)
class Level:
    """One way to contain a submission, out of the means that the machine may have."""

    name: str
    namespaces: bool = False
    landlock: bool = False
    seccomp: bool = False

    @property
    def opens_files(self) -> bool:
        """Whether a submission may open the interpreter's files: not where only seccomp stands
        between it and all others."""
        return self.namespaces or self.landlock or not self.seccomp


def _level(name: str) -> Level:
    return Level(name, *(means in name for means in ("namespaces", "landlock", "seccomp")))


ALL_LEVELS = tuple(_level(name) for name in (*LEVELS, NONE))


@dataclass(frozen=True)
class Allowance:
    """What one submission's process may use, in bytes and seconds of CPU time; its memory is what
    it may take beyond the fork server's own. ``data`` is the folder of the files that it may read,
    if there are any."""

    memory: int
    cpu_seconds: int
    processes: int
    threads: int
    files: int
    written: int
    data: str = ""


def library_folders() -> set[str]:
    """The folders of Python's libraries, as Python itself names them. `sys.path` is not asked: it
    may hold the current folder, a course, or whatever a .pth file names."""
    names = ("stdlib", "platstdlib", "purelib", "platlib")
    found = {sysconfig.get_path(name) for name in names} | set(site.getsitepackages())
    own = site.getusersitepackages()
    if own in sys.path:
        found.add(own)
    found |= {os.path.realpath(folder) for folder in found}
    return {folder for folder in found if os.path.isdir(folder)}


def interpreter_folders() -> list[str]:
    """The folders that Python, numpy and what they load lie in; no other is shown to a
    submission."""
    with open("/proc/self/maps", encoding="utf-8", errors="replace") as maps:
        found = {os.path.dirname(line.split(None, 5)[5].strip()) for line in maps if ".so" in line}
    found |= {os.path.realpath(folder) for folder in found}
    found = library_folders() | {folder for folder in found if os.path.isdir(folder)}
    return sorted(f for f in found if not any(f != other and within(f, other) for other in found))


def within(path: str, folder: str) -> bool:
    """Whether a path is a folder, or lies in it."""
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def require_apart(folders: Iterable[str], private: Iterable[str]) -> None:
    """Raise `CourseShown` where a folder to be shown has to do with what is ``private``."""
    for path in private:
        for folder in folders:
            where = None
            if within(path, folder):
                where = f"{path} of the course lies in it"
            elif within(folder, path):
                where = f"it lies in {path} of the course"
            if where:
                raise CourseShown(
                    f"Submissions may read the folder {folder} of Python, and {where}. "
                    "Move the course, or grade with a Python that is installed elsewhere."
                )


def enter_namespaces(folders: Sequence[str], allowance: Allowance) -> None:
    """Show this process nothing but ``folders``, read-only, and a scratch folder, which is empty
    but for its data files.

    To be called in namespaces of its own, as their root.
    """
    data = (
        [entry for entry in os.scandir(allowance.data) if entry.is_file()] if allowance.data else []
    )
    more = sum(-(-entry.stat().st_size // mmap.PAGESIZE) * mmap.PAGESIZE for entry in data)
    new = _mount_point([*folders, allowance.data])
    linux.mount("none", "/", "none", linux.MS_REC | linux.MS_PRIVATE)
    plain = linux.MS_NOSUID | linux.MS_NODEV
    linux.mount("view", new, "tmpfs", plain, f"size={MEGABYTE + more},mode=0755")
    for folder in folders:
        os.makedirs(new + folder)
        linux.bind_read_only(folder, new + folder)
    for name in ("lib", "lib64"):  # where the dynamic loader looks
        if os.path.islink(f"/{name}"):
            os.symlink(os.readlink(f"/{name}"), f"{new}/{name}")
    os.mkdir(new + SCRATCH)
    if allowance.written:
        inodes = allowance.files + 1 + len(data)
        size = f"size={allowance.written + more},nr_inodes={inodes},mode=0777"
        scratch = plain | linux.MS_NOEXEC | linux.MS_NOATIME  # who looked leaves no trace
        linux.mount("scratch", new + SCRATCH, "tmpfs", scratch, size)
    for entry in data:
        shutil.copyfile(entry.path, f"{new}{SCRATCH}/{entry.name}")
        os.chmod(f"{new}{SCRATCH}/{entry.name}", 0o444)
    os.utime(new + SCRATCH, (UNTOUCHED, UNTOUCHED))
    linux.change_root(new)
    read_only = linux.MS_REMOUNT | linux.MS_BIND | linux.MS_RDONLY
    linux.mount("none", "/", "none", read_only | plain)
    socket.sethostname("sandbox")


def _mount_point(folders: Sequence[str]) -> str:
    """A folder under which none of the others lies: a new root hides what is there."""
    for candidate in ("/mnt", "/media", "/srv", "/opt", "/run", "/var", "/home"):
        taken = any(folder.startswith(candidate + "/") for folder in folders)
        if os.path.isdir(candidate) and not os.path.islink(candidate) and not taken:
            return candidate
    raise OSError(errno.ENOENT, "no folder to mount a new root on")


def become_nobody(folders: Sequence[str]) -> None:
    """As root, become an unused user, unless that user could not read the interpreter."""
    if os.getuid() != 0:
        return
    if all(_open_to_all(folder) for folder in folders):
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)


def _open_to_all(folder: str) -> bool:
    """Whether anybody may go into a folder and every folder above it."""
    while folder != "/":
        if not os.stat(folder).st_mode & 0o001:
            return False
        folder = os.path.dirname(folder)
    return True


def give_up_rights(level: Level, folders: Sequence[str], allowance: Allowance) -> None:
    """Drop what the fork server needs no more: capabilities, and files by Landlock."""
    # No limit keeps the memory of a crash from a program that core_pattern names; this does.
    linux.prctl(linux.PR_SET_DUMPABLE, 0)
    linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1)
    linux.drop_capabilities()
    if level.landlock:
        writable = [SCRATCH] if level.namespaces and allowance.written else []
        linux.landlock([*folders, *data_folders(level, allowance)], writable)


def data_folders(level: Level, allowance: Allowance) -> list[str]:
    """The folder in which a submission finds its data files, if it has any and may open files."""
    if not allowance.data or not level.opens_files:
        return []
    return [SCRATCH if level.namespaces else allowance.data]


def address_space() -> int:
    """The bytes of address space that this process has."""
    with open("/proc/self/statm", encoding="ascii") as numbers:
        return int(numbers.read().split()[0]) * resource.getpagesize()


def limit_resources(level: Level, allowance: Allowance, used: int) -> None:
    """Set the limits of the process that runs a submission, which begins with ``used`` bytes of
    address space; it cannot raise them. Lower ones, of whoever started the grader, stay."""
    limits = {
        resource.RLIMIT_AS: used + allowance.memory,
        resource.RLIMIT_FSIZE: allowance.written,
        resource.RLIMIT_NOFILE: _OWN_FILES + allowance.files,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_MEMLOCK: 0,
        resource.RLIMIT_MSGQUEUE: 0,
    }
    if level.namespaces:
        # The fork server and the submission itself count too.
        limits[resource.RLIMIT_NPROC] = allowance.processes + allowance.threads + 2
    for which, value in limits.items():
        most = _at_most(which, value)
        resource.setrlimit(which, (most, most))
    # The kernel ends it by a signal that tells why, unless that is ignored.
    most = _at_most(resource.RLIMIT_CPU, allowance.cpu_seconds + 1)
    resource.setrlimit(resource.RLIMIT_CPU, (min(most, allowance.cpu_seconds), most))


def _at_most(which: int, value: int) -> int:
    """A limit's value, or the lower one that there is already."""
    _, hard = resource.getrlimit(which)
    return value if hard == resource.RLIM_INFINITY else min(value, hard)


def has_room(allowance: Allowance) -> bool:
    """Whether this process could take the memory that it may take; to be asked at its start."""
    try:
        mmap.mmap(-1, int(_ROOM * allowance.memory), mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS).close()
    except (OSError, ValueError, OverflowError):
        return False
    return True


#: The share of its memory that a process has to find at its start: it began to use some of it.
_ROOM = 0.95
#: What a submission's process has open before its code runs: see `process`.
_OWN_FILES = 5

# What Python and numpy ask of the kernel while they compute. Everything else fails with EPERM.
_COMPUTING = """
    read write close fstat lseek mmap mprotect munmap brk rt_sigaction rt_sigprocmask rt_sigreturn
    pread64 readv writev select pselect6 poll ppoll sched_yield mremap madvise dup dup3 pause
    nanosleep clock_nanosleep getitimer setitimer alarm getpid gettid getppid getpgid getsid getuid
    geteuid getgid getegid getgroups getresuid getresgid exit exit_group uname gettimeofday time
    times getrlimit getrusage sysinfo sigaltstack arch_prctl futex sched_getaffinity
    set_tid_address clock_gettime clock_getres set_robust_list getrandom rseq membarrier
    restart_syscall rt_sigpending rt_sigtimedwait getcpu wait4 waitid
""".split()
_READING = """
    access faccessat faccessat2 getcwd chdir readlink readlinkat stat lstat newfstatat statfs
    fstatfs statx getdents64
""".split()
_WRITING = """
    pwrite64 mkdir mkdirat unlink unlinkat rmdir rename renameat renameat2 truncate ftruncate fsync
    fdatasync
""".split()
_FOR_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_WITHOUT_NAME = os.O_TMPFILE & ~os.O_DIRECTORY  # a file that leaves the folder's time alone
_NEW_NAMESPACE = sum(linux.NEW_NAMESPACES.values())
#: clone: bits of no signal but SIGCHLD and two others, which the end of a process would send.
_OTHER_SIGNALS = 0xFF & ~signal.SIGCHLD
#: clone: what a thread of the same process is made with, by glibc and by musl.
_THREAD = (0x3D0F00, 0x7D0F00)
_DESCRIPTOR_COMMANDS = (0, 1, 2, 3, 4, 1030)  # fcntl: duplicate, get and set flags
_TERMINAL_QUESTIONS = (0x5401, 0x5413, 0x541B, 0x5450, 0x5451)  # ioctl: is it one, how large


def system_calls(level: Level, allowance: Allowance) -> linux.PreparedFilter:
    """The system calls of a submission, and what the others are answered."""
    refused = linux.refuse(errno.EPERM)
    read_only, unsupported = linux.refuse(errno.EROFS), linux.refuse(errno.EOPNOTSUPP)
    program = linux.Filter(refused)
    program.rule(_COMPUTING, linux.ALLOW)
    program.rule_values("fcntl", 1, _DESCRIPTOR_COMMANDS, refused)
    program.rule_values("ioctl", 1, _TERMINAL_QUESTIONS, refused)
    # Who could lower this limit could have the kernel send SIGKILL, as only others can.
    program.rule_value("prlimit64", 1, resource.RLIMIT_CPU, refused)
    program.rule_values("prlimit64", 0, (0,), refused)
    if level.opens_files:
        program.rule(_READING, linux.ALLOW)
        if level.namespaces and allowance.written:
            program.rule_bits("open", 1, _WITHOUT_NAME, unsupported)
            program.rule_bits("openat", 2, _WITHOUT_NAME, unsupported)
            program.rule(_WRITING, linux.ALLOW)
        else:
            program.rule_bits("open", 1, _FOR_WRITING, read_only)
            program.rule_bits("openat", 2, _FOR_WRITING, read_only)
            program.rule(_WRITING, read_only)
    # glibc takes the older call when the newer one, whose flags no filter can read, is not there.
    program.rule(("clone3",), linux.refuse(errno.ENOSYS))
    if allowance.processes and level.namespaces:
        # At its end a process may send SIGCHLD to who started it, and nothing that kills.
        for other in (signal.SIGHUP, signal.SIGSTKFLT):
            program.rule_value("clone", 0, other, refused, mask=0xFF)
        program.rule_bits("clone", 0, _NEW_NAMESPACE | _OTHER_SIGNALS, refused)
        program.rule(("fork", "vfork", "pipe2"), linux.ALLOW)
    else:
        if level.namespaces:  # where they can be counted
            program.rule_values("clone", 0, _THREAD, linux.refuse(errno.EAGAIN))
        # Pipes are for processes too, and their numbers count up for all submissions alike.
        program.rule(("clone", "fork", "vfork", "pipe2"), linux.refuse(errno.EAGAIN))
    return program.ready()


def escapes(allowance: Allowance, private: Iterable[str]) -> Iterator[str]:
    """What a submission could do all the same, tried for real; to be called where one would run."""

    def possible(attempt: object, *arguments: object) -> bool:
        try:
            attempt(*arguments)  # type: ignore[operator]
        except OSError:
            return False
        return True

    if possible(os.open, "/etc/passwd", os.O_RDONLY):
        yield "files can be read"
    for path in private:
        if possible(os.open, path, os.O_RDONLY):
            yield f"{os.path.basename(path)} of the course can be read"
    if possible(os.open, f"/tmp/{os.getpid()}-probe", os.O_WRONLY | os.O_CREAT):  # noqa: S108
        yield "files can be written"
    if possible(socket.socket, socket.AF_INET) or possible(socket.socket, socket.AF_UNIX):
        yield "the network can be used"
    if possible(os.kill, os.getppid(), 0):
        yield "other processes can be signalled"
    if allowance.processes:
        return
    try:
        child = os.fork()
    except OSError:
        return
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    yield "processes can be started"
