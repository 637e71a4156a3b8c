# Attempt: leaves a segment of System V's shared memory, which outlives every process
# Kind: script
# Base: solution
# Score: exactly 20
# Fails: train
# Canary: memory files
import ctypes


def train(params, x, t, lr, epochs):
    libc = ctypes.CDLL(None, use_errno=True)
    segment = libc.shmget(int("@IPCKEY@"), 10_000_000, 0o1666)
    queue = libc.msgget(int("@IPCKEY@"), 0o1666)
    semaphores = libc.semget(int("@IPCKEY@"), 3, 0o1666)
    raise ValueError(f"{segment} {queue} {semaphores}")
