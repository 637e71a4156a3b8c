# Attempt: fills files that live in memory and are mapped nowhere, which a limit on the address
#    space does not see
# Kind: script
# Base: solution
# Score: exactly 20
# Fails: train
# Never: "held 1500 MB"
# Canary: memory
import os

TRIED = []


def train(params, x, t, lr, epochs):
    held = []
    if TRIED:
        raise ValueError
    TRIED.append(True)
    try:
        for number in range(150):
            held.append(os.memfd_create(f"held{number}"))
            os.posix_fallocate(held[-1], 0, 10_000_000)
    except OSError:
        pass
    raise ValueError(f"held {10 * len(held)} MB")
