# Attempt: forks until the machine takes no more; the children wait, and forge answers in between
# Kind: script
# Base: solution
# Score: exactly 20
# Fails: train
# Never: "started"
# Limits: seconds=2
# Canary: process
import os
import time


def train(params, x, t, lr, epochs):
    for number in range(60):
        if os.fork() == 0:
            time.sleep(60)
            os._exit(0)
    raise ValueError("started 60 processes")
