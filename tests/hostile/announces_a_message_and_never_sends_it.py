# Attempt: writes the beginning of a long message to every descriptor, so that the grader waits for
#    the rest
# Kind: script
# Base: solution
# Score: exactly 20
# Fails: train
# Limits: seconds=1
# Canary: process
import os
import time


def train(params, x, t, lr, epochs):
    for descriptor in range(3, 256):
        try:
            os.write(descriptor, (40_000_000).to_bytes(4, "big") * 2 + b"\x97")
        except OSError:
            pass
    time.sleep(1000)
