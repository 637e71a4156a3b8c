"""Linux's means of containment, called by number: namespaces, Landlock, seccomp, capabilities.

Nothing here decides anything; `containment` does. Every call raises `OSError` when the kernel
refuses. Numbers and structures are those of the kernel's headers (`asm/unistd.h`,
`linux/landlock.h`, `linux/seccomp.h`, `linux/mount.h`).
"""

from __future__ import annotations

import ctypes
import os
import platform
import signal
import struct
from collections.abc import Iterable, Mapping, Sequence

_libc = ctypes.CDLL(None, use_errno=True)
_libc.syscall.restype = ctypes.c_long
#: The same, called without letting go of Python's lock.
_held = ctypes.PyDLL(None, use_errno=True)

#: The architectures whose numbers are known, and the kernel's names of them.
ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
MACHINE = platform.machine()

_X86_64 = dict(
    read=0, write=1, open=2, close=3, stat=4, fstat=5, lstat=6, poll=7, lseek=8, mmap=9,
    mprotect=10, munmap=11, brk=12, rt_sigaction=13, rt_sigprocmask=14, rt_sigreturn=15, ioctl=16,
    pread64=17, pwrite64=18, readv=19, writev=20, access=21, select=23, sched_yield=24, mremap=25,
    madvise=28, dup=32, pause=34, nanosleep=35, getitimer=36, alarm=37, setitimer=38, getpid=39,
    clone=56, fork=57, vfork=58, exit=60, wait4=61, uname=63, fcntl=72, fsync=74, fdatasync=75,
    truncate=76, ftruncate=77, getcwd=79, chdir=80, rename=82, mkdir=83, rmdir=84, unlink=87,
    readlink=89, gettimeofday=96, getrlimit=97, getrusage=98, sysinfo=99, times=100, getuid=102,
    getgid=104, geteuid=107, getegid=108, getppid=110, getgroups=115, getresuid=118, getresgid=120,
    getpgid=121, getsid=124, capset=126, rt_sigpending=127, rt_sigtimedwait=128, sigaltstack=131,
    statfs=137, fstatfs=138, pivot_root=155, prctl=157, arch_prctl=158, mount=165, umount2=166,
    gettid=186, time=201, futex=202, sched_getaffinity=204, getdents64=217, set_tid_address=218,
    restart_syscall=219, clock_gettime=228, clock_getres=229, clock_nanosleep=230, exit_group=231,
    waitid=247, openat=257, mkdirat=258, newfstatat=262, unlinkat=263, renameat=264, readlinkat=267,
    faccessat=269, pselect6=270, ppoll=271, unshare=272, set_robust_list=273, dup3=292, pipe2=293,
    prlimit64=302, getcpu=309, renameat2=316, seccomp=317, getrandom=318, membarrier=324,
    statx=332, rseq=334, clone3=435, faccessat2=439, mount_setattr=442,
    landlock_create_ruleset=444, landlock_add_rule=445, landlock_restrict_self=446,
)  # fmt: skip
_AARCH64 = dict(
    getcwd=17, dup=23, dup3=24, fcntl=25, ioctl=29, mkdirat=34, unlinkat=35, renameat=38,
    umount2=39, mount=40, pivot_root=41, statfs=43, fstatfs=44, truncate=45, ftruncate=46,
    faccessat=48, chdir=49, openat=56, close=57, pipe2=59, getdents64=61, lseek=62, read=63,
    write=64, readv=65, writev=66, pread64=67, pwrite64=68, pselect6=72, ppoll=73, readlinkat=78,
    newfstatat=79, fstat=80, fsync=82, fdatasync=83, capset=91, exit=93, exit_group=94, waitid=95,
    set_tid_address=96, unshare=97, futex=98, set_robust_list=99, nanosleep=101, getitimer=102,
    setitimer=103, clock_gettime=113, clock_getres=114, clock_nanosleep=115, sched_getaffinity=123,
    sched_yield=124, restart_syscall=128, sigaltstack=132, rt_sigaction=134, rt_sigprocmask=135,
    rt_sigpending=136, rt_sigtimedwait=137, rt_sigreturn=139, getresuid=148, getresgid=150,
    times=153, getpgid=155, getsid=156, getgroups=158, uname=160, getrlimit=163, getrusage=165,
    prctl=167, getcpu=168, gettimeofday=169, getpid=172, getppid=173, getuid=174, geteuid=175,
    getgid=176, getegid=177, gettid=178, sysinfo=179, brk=214, munmap=215, mremap=216, clone=220,
    mmap=222, mprotect=226, madvise=233, wait4=260, prlimit64=261, renameat2=276, seccomp=277,
    getrandom=278, membarrier=283, statx=291, rseq=293, clone3=435, faccessat2=439,
    mount_setattr=442, landlock_create_ruleset=444, landlock_add_rule=445,
    landlock_restrict_self=446,
)  # fmt: skip
NUMBERS: Mapping[str, int] = {"x86_64": _X86_64, "aarch64": _AARCH64}.get(MACHINE, {})


def call(name: str, *arguments: int | bytes | None) -> int:
    """Make a system call; raises `OSError` with its errno."""
    if name not in NUMBERS:
        raise OSError(38, f"{name} is not known for {MACHINE}")
    cast = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    result = int(_libc.syscall(ctypes.c_long(NUMBERS[name]), *cast))
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
    return result


# Processes

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS = 1, 4, 38


def fork() -> int:
    """A child, as `os.fork` makes it for a process without other threads: Python then has nothing
    to repair in it, and trying to would cost the child a fifth of its copied pages.

    Raises `OSError` when the kernel refuses.
    """
    child = int(_held.fork())
    if child < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return child


def prctl(option: int, value: int) -> None:
    """Change a setting of this process (see prctl(2))."""
    call("prctl", option, value, 0, 0, 0)


def end_with(parent: int, number: int) -> None:
    """Have this process get a signal when its parent ends, in whichever way; SIGKILL if that signal
    is ignored."""
    if signal.getsignal(number) is signal.SIG_IGN:
        number = signal.SIGKILL
    prctl(PR_SET_PDEATHSIG, number)
    if os.getppid() != parent:  # it has ended already
        os.kill(os.getpid(), number)


def drop_capabilities() -> None:
    """Give up every capability, for good once no_new_privs is set."""
    version_3, this_process = 0x20080522, 0
    call("capset", struct.pack("=Ii", version_3, this_process), bytes(24))


# Namespaces and mounts

NEW_NAMESPACES = {
    "mount": 0x00020000,
    "cgroup": 0x02000000,
    "uts": 0x04000000,
    "ipc": 0x08000000,
    "user": 0x10000000,
    "pid": 0x20000000,
    "network": 0x40000000,
}
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REMOUNT = 1, 2, 4, 8, 32
MS_NOATIME, MS_BIND, MS_REC, MS_PRIVATE = 1024, 4096, 16384, 1 << 18
_MNT_DETACH, _AT_FDCWD, _AT_RECURSIVE = 2, -100, 0x8000


def unshare_all() -> None:
    """Leave every namespace of the caller; a child then is the first process of a new one."""
    call("unshare", sum(NEW_NAMESPACES.values()))


def mount(source: str, target: str, kind: str, flags: int, options: str = "") -> None:
    """Mount a file system, or change how one is mounted."""
    call("mount", source.encode(), target.encode(), kind.encode(), flags, options.encode())


def bind_read_only(source: str, target: str) -> None:
    """Show what lies at ``source``, with everything mounted in it, read-only at ``target``."""
    mount(source, target, "none", MS_BIND | MS_REC)
    attributes = struct.pack("=QQQQ", MS_RDONLY | MS_NOSUID | MS_NODEV, 0, 0, 0)
    try:
        call("mount_setattr", _AT_FDCWD, target.encode(), _AT_RECURSIVE, attributes, 32)
    except OSError:  # before Linux 5.12: what is mounted inside keeps its own flags
        kept = os.statvfs(target).f_flag & (MS_NOSUID | MS_NODEV | MS_NOEXEC)
        flags = MS_BIND | MS_REMOUNT | MS_RDONLY | MS_NOSUID | MS_NODEV | kept
        mount("none", target, "none", flags)


def change_root(folder: str) -> None:
    """Make ``folder``, a mount point, the root, and let go of the old one."""
    os.chdir(folder)
    call("pivot_root", b".", b".")
    call("umount2", b".", _MNT_DETACH)
    os.chdir("/")


# Landlock

_READ = 1 << 2 | 1 << 3  # files, folders
#: Write and truncate files; make, move and remove files and folders: no links, devices or sockets.
_WRITE = 1 << 1 | 1 << 4 | 1 << 5 | 1 << 7 | 1 << 8 | 1 << 13 | 1 << 14
_FS_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}  # how many bits each version knows
_NET_RIGHTS, _SCOPES = 0b11, 0b11  # bind and connect; abstract sockets and signals
_RULE_PATH_BENEATH, _VERSION_FLAG = 1, 1


def landlock_version() -> int:
    """The version of Landlock's interface; raises `OSError` where there is none."""
    return call("landlock_create_ruleset", None, 0, _VERSION_FLAG)


def landlock(readable: Iterable[str], writable: Iterable[str]) -> None:
    """Restrict this process and its children to these folders, for good; needs no_new_privs."""
    version = landlock_version()
    handled = (1 << _FS_RIGHTS[min(version, 5)]) - 1
    network = _NET_RIGHTS if version >= 4 else 0
    scopes = _SCOPES if version >= 6 else 0
    attributes = struct.pack("=QQQ", handled, network, scopes)
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    ruleset = call("landlock_create_ruleset", attributes, size, 0)
    try:
        for folders, rights in ((readable, _READ), (writable, _READ | _WRITE)):
            for folder in folders:
                descriptor = os.open(folder, os.O_PATH | os.O_CLOEXEC)
                rule = struct.pack("=Qi", rights & handled, descriptor)
                call("landlock_add_rule", ruleset, _RULE_PATH_BENEATH, rule, 0)
                os.close(descriptor)
        call("landlock_restrict_self", ruleset, 0)
    finally:
        os.close(ruleset)


# seccomp

ALLOW, KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_LOAD, _AND, _IS, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x54, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16
_X32 = 0x40000000
_SET_MODE_FILTER = 1


def refuse(errno: int) -> int:
    """The verdict that lets a system call fail with this errno."""
    return _ERRNO | errno


class Filter:
    """A program of seccomp's filter language: a verdict for each system call.

    System calls that the machine does not have are left out; one that no rule names gets the
    ``default``.
    """

    def __init__(self, default: int) -> None:
        self._default = default
        self._code: list[tuple[int, int, int, int]] = [
            (_LOAD, 0, 0, _ARCHITECTURE),
            (_IS, 1, 0, ARCHITECTURES.get(MACHINE, 0)),
            (_RETURN, 0, 0, KILL),
            (_LOAD, 0, 0, _NUMBER),
        ]
        if MACHINE == "x86_64":  # its second set of numbers would go around every rule
            self._code += [(_AT_LEAST, 0, 1, _X32), (_RETURN, 0, 0, KILL)]

    def rule(self, names: Iterable[str], verdict: int) -> None:
        """These system calls get this verdict."""
        for name in names:
            if name in NUMBERS:
                self._code += [(_IS, 0, 1, NUMBERS[name]), (_RETURN, 0, 0, verdict)]

    def rule_values(self, name: str, position: int, values: Sequence[int], other: int) -> None:
        """Allow a call when its argument at ``position`` is one of ``values``."""
        tests = [(_IS, len(values) - index, 0, value) for index, value in enumerate(values)]
        self._argument_rule(name, position, [*tests, (_RETURN, 0, 0, other)], ALLOW)

    def rule_bits(self, name: str, position: int, bits: int, other: int) -> None:
        """Allow a call when its argument at ``position`` has none of these bits."""
        self._argument_rule(name, position, [(_ANY_BIT, 0, 1, bits), (_RETURN, 0, 0, other)], ALLOW)

    def rule_value(
        self, name: str, position: int, value: int, verdict: int, mask: int = 0xFFFFFFFF
    ) -> None:
        """A call whose argument at ``position`` is this value, in the bits of ``mask``, gets this
        verdict; about other values, later rules decide."""
        if name in NUMBERS:
            load = [(_LOAD, 0, 0, _ARGUMENTS + 8 * position), (_AND, 0, 0, mask)]
            body = [*load, (_IS, 0, 1, value), (_RETURN, 0, 0, verdict), (_LOAD, 0, 0, _NUMBER)]
            self._code += [(_IS, 0, len(body), NUMBERS[name]), *body]

    def _argument_rule(
        self, name: str, position: int, tests: list[tuple[int, int, int, int]], verdict: int
    ) -> None:
        if name in NUMBERS:
            # The low half of the argument: flags and commands are 32 bits on these machines.
            load = (_LOAD, 0, 0, _ARGUMENTS + 8 * position)
            body = [load, *tests, (_RETURN, 0, 0, verdict)]
            self._code += [(_IS, 0, len(body), NUMBERS[name]), *body]

    def ready(self) -> PreparedFilter:
        """The finished program."""
        return PreparedFilter([*self._code, (_RETURN, 0, 0, self._default)])


class PreparedFilter:
    """A filter in the kernel's form; made before the fork, so that installing it is one call."""

    def __init__(self, code: Sequence[tuple[int, int, int, int]]) -> None:
        packed = b"".join(struct.pack("=HBBI", *instruction) for instruction in code)
        self._code = ctypes.create_string_buffer(packed, len(packed))
        pointer = ctypes.addressof(self._code)
        self._program = ctypes.create_string_buffer(struct.pack("@HP", len(code), pointer))
        self._call = [
            ctypes.c_long(NUMBERS.get("seccomp", -1)),
            ctypes.c_long(_SET_MODE_FILTER),
            ctypes.c_long(0),
            self._program,
        ]

    def install(self) -> None:
        """Put it in force for this process, for good; needs no_new_privs."""
        if _libc.syscall(*self._call) != 0:
            number = ctypes.get_errno()
            raise OSError(number, f"seccomp: {os.strerror(number)}")
