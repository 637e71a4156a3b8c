# Attempt: starts a process by the newest system call, whose flags no filter can read
# Kind: script
# Base: solution
# Score: exactly 20
# Fails: train
# Never: "allowed"
# Limits: seconds=2
# Canary: process
import ctypes
import struct
import time

CLONE3, EXIT, CLONE_PARENT, SIGCHLD = 435, 60, 0x8000, 17


def train(params, x, t, lr, epochs):
    libc = ctypes.CDLL(None, use_errno=True)
    request = ctypes.create_string_buffer(struct.pack("8Q", CLONE_PARENT, 0, 0, 0, 0, 0, 0, 0), 64)
    done = libc.syscall(CLONE3, request, 64)
    if done == 0:
        time.sleep(60)
        libc.syscall(EXIT, 0)
    raise ValueError("allow" + "ed" if done > 0 else "refused")
