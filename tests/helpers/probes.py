# Functions of a submission that try to reach what is not theirs. Each answers 1.0 where it got
# through and 0.0 where it was kept away. What to reach is defined in front of this text.
import ctypes
import os
import socket
import struct
import sys
import threading
import time

import numpy as np

libc = ctypes.CDLL(None, use_errno=True)


def through(attempt, *arguments):
    try:
        attempt(*arguments)
    except (OSError, RuntimeError, MemoryError, ImportError, LookupError):
        return 0.0
    return 1.0


def system_call(number, *arguments):
    if libc.syscall(number, *arguments) < 0:
        raise OSError(ctypes.get_errno(), "refused")


def any_of(*attempts):
    return max(through(*attempt) for attempt in attempts)


def probe_read(x):
    return any_of((os.open, SECRET, os.O_RDONLY), (os.open, "/etc/passwd", os.O_RDONLY))


def probe_stat(x):
    return any_of((os.stat, SECRET), (os.listdir, FOLDER), (os.stat, "/etc/passwd"))


def probe_write(x):
    new = FOLDER + "/new"
    return any_of(
        (os.open, new, os.O_WRONLY | os.O_CREAT),
        (os.open, SECRET, os.O_WRONLY | os.O_APPEND),
        (os.truncate, SECRET, 0),
        (os.mkdir, new),
        (os.unlink, SECRET),
        (os.rename, SECRET, new),
        (os.symlink, SECRET, new),
        (os.link, SECRET, new),
        (os.mkfifo, new),
    )


def probe_change(x):
    return any_of((os.chmod, SECRET, 0o777), (os.utime, SECRET), (os.chown, SECRET, -1, 12))


def probe_tcp(x):
    return through(socket.create_connection, ("127.0.0.1", TCP), 1)


def probe_udp_socket(x):
    return through(socket.socket, socket.AF_INET, socket.SOCK_DGRAM)


def probe_udp(x):
    def send():
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", UDP))

    return through(send)


def probe_unix(x):
    def connect(address):
        socket.socket(socket.AF_UNIX).connect(address)

    return any_of((connect, UNIX), (connect, ABSTRACT))


def probe_names(x):
    return any_of((socket.getaddrinfo, "localhost", 80), (socket.socketpair,))


def probe_kill(x):
    return any_of(
        (os.kill, VICTIM, 0),
        (os.kill, os.getppid(), 0),
        (os.kill, -1, 0),
        (os.killpg, os.getpgrp(), 0),
        (system_call, 424, 3, 0, None, 0),  # pidfd_send_signal
        (system_call, 234, os.getppid(), os.getppid(), 0),  # tgkill
    )


def probe_disturb(x):
    import fcntl
    import resource

    return any_of(
        (fcntl.fcntl, 1, fcntl.F_SETOWN, VICTIM),
        (resource.prlimit, VICTIM, resource.RLIMIT_NOFILE),
        (os.setpriority, os.PRIO_PROCESS, VICTIM, 19),
        (os.sched_setaffinity, VICTIM, {0}),
        (os.sched_setscheduler, VICTIM, os.SCHED_IDLE, os.sched_param(0)),
    )


def probe_trace(x):
    def peer(pid):
        local, remote = ctypes.create_string_buffer(16), 0
        one = struct.pack("PN", ctypes.addressof(local), 8)
        two = struct.pack("PN", id(local), 8)
        system_call(310, pid, one, 1, two, 1, 0)  # process_vm_readv

    return any_of(
        (system_call, 101, 16, VICTIM, 0, 0),  # ptrace: attach
        (system_call, 101, 16, os.getppid(), 0, 0),
        (peer, VICTIM),
        (peer, os.getppid()),
        (peer, os.getpid()),
    )


def probe_proc(x):
    return any_of(
        *(
            (os.open, f"/proc/{pid}/{name}", os.O_RDONLY)
            for pid in (VICTIM, os.getppid(), "self", 1)
            for name in ("mem", "environ", "maps", "cmdline", "status")
        ),
        (os.listdir, "/proc/self/fd"),
    )


def probe_descriptors(x):
    return max(through(os.fstat, number) for number in range(5, 1024))


def probe_fork(x):
    def fork():
        child = os.fork()
        if child == 0:
            os._exit(0)
        os.waitpid(child, 0)

    return through(fork)


def probe_raw_fork(x):
    def fork(number, *arguments):
        child = libc.syscall(number, *arguments)
        if child == 0:
            os._exit(0)
        if child < 0:
            raise OSError(ctypes.get_errno(), "refused")

    arguments = ctypes.create_string_buffer(64)
    return any_of((fork, 57), (fork, 56, 17, 0, 0, 0, 0), (fork, 435, arguments, 64))


def probe_threads(x):
    def start():
        for _ in range(300):
            threading.Thread(target=time.sleep, args=(0.01,)).start()

    return through(start)


def probe_programs(x):
    def run(program):
        import subprocess

        subprocess.run(program)

    def process():
        import multiprocessing

        multiprocessing.Process(target=print).start()

    def shell():
        if os.system("true") != 0:
            raise OSError

    return any_of(
        (run, ["/bin/true"]),
        (run, [sys.executable, "-c", ""]),
        (process,),
        (os.posix_spawn, "/bin/true", ["true"], {}),
        (shell,),
    )


def probe_memory(x):
    def shared():
        number = libc.shmget(0, ctypes.c_size_t(200_000_000), 0o1600)
        if number < 0:
            raise OSError

    return any_of((os.memfd_create, "m"), (shared,), (lambda: np.ones(2**31),))


def probe_kernel(x):
    nothing = ctypes.create_string_buffer(256)
    return any_of(
        (system_call, 272, 0x10000000),  # unshare: users
        (system_call, 272, 0x20000),  # unshare: mounts
        (system_call, 165, b"none", b"/", b"tmpfs", 0, None),  # mount
        (system_call, 161, b"/scratch"),  # chroot
        (system_call, 248, b"user", b"k", b"v", 1, -4),  # add_key
        (system_call, 250, 0, -3, 1),  # keyctl
        (system_call, 321, 0, nothing, 48),  # bpf
        (system_call, 425, 4, nothing),  # io_uring_setup
        (system_call, 298, nothing, 0, -1, -1, 0),  # perf_event_open
        (system_call, 323, 1),  # userfaultfd
        (system_call, 157, 1, 0, 0, 0, 0),  # prctl: outlive the parent
        (system_call, 317, 1, 0, nothing),  # seccomp
        (system_call, 304, -100, nothing, 0),  # open_by_handle_at
        (system_call, 169, 0xFEE1DEAD, 672274793, 0, 0),  # reboot
        (system_call, 175, nothing, 0, b""),  # init_module
        (os.setuid, 0),
        (os.setgroups, [0]),
        (os.setsid,),
    )
