# Attempt: burns processor time with many seconds of wall time left
# Kind: script
# Base: solution
# Score: exactly 20
# Fails: train
# Limits: seconds=20 cpu_seconds=1
# Canary: none
import time


def train(params, x, t, lr, epochs):
    while time.process_time() < 10:
        pass
    raise ValueError("ten seconds of processor time")
