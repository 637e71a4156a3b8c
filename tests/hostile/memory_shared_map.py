# Attempt: takes shared memory, which a limit on private memory does not count
# Kind: script
# Base: solution
# Score: exactly 20
# Fails: train
# Never: "held 1500 MB"
# Canary: memory
import mmap

TRIED = []


def train(params, x, t, lr, epochs):
    held = []
    if TRIED:
        raise ValueError
    TRIED.append(True)
    try:
        for _ in range(15):
            held.append(mmap.mmap(-1, 100_000_000))
            held[-1][::4096] = bytes(len(held[-1][::4096]))
    except (OSError, MemoryError):
        pass
    raise ValueError(f"held {100 * len(held)} MB")
