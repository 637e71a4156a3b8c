# Attempt: sleeps, which costs no processor time and so is not seen by a limit on that
# Kind: script
# Base: solution
# Score: exactly 20
# Fails: train
# Status: train timeout
# Limits: seconds=1
# Canary: none
import time


def train(params, x, t, lr, epochs):
    while True:
        time.sleep(1000)
