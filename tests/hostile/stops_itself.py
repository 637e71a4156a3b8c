# Attempt: stops its process; one that waits for its end waits for ever
# Kind: script
# Base: solution
# Score: exactly 20
# Fails: train
# Status: train limit
# Limits: seconds=1
# Canary: process
import os
import signal


def train(params, x, t, lr, epochs):
    while True:
        os.kill(os.getpid(), signal.SIGSTOP)
