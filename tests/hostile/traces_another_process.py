# Attempt: attaches to another process, as a debugger would, and holds it
# Kind: script
# Base: solution
# Score: exactly 20
# Fails: train
# Never: "attached"
# Limits: seconds=2
# Canary: process
import ctypes
import time

PTRACE_ATTACH, PTRACE_SEIZE = 16, 0x4206


def train(params, x, t, lr, epochs):
    libc = ctypes.CDLL(None, use_errno=True)
    victim = int("@VICTIM@")
    done = [libc.ptrace(request, victim, 0, 0) for request in (PTRACE_ATTACH, PTRACE_SEIZE)]
    if 0 in done:
        time.sleep(0.1)
        raise ValueError("attach" + "ed")
    raise ValueError("refused")
