# Attempt: ends processes of the same owner, by signal and by descriptor
# Kind: script
# Base: solution
# Score: exactly 20
# Fails: train
# Canary: process
import os
import signal


def train(params, x, t, lr, epochs):
    victim = int("@VICTIM@")
    for end in (
        lambda: signal.pidfd_send_signal(os.pidfd_open(victim), signal.SIGTERM),
        lambda: os.kill(victim, signal.SIGKILL),
    ):
        try:
            end()
        except OSError:
            pass
    raise ValueError("done")
