# Attempt: changes another process's niceness, processors, limits and order of dying
# Kind: script
# Base: solution
# Score: exactly 20
# Fails: train
# Canary: process
import os
import resource


def train(params, x, t, lr, epochs):
    victim = int("@VICTIM@")
    for slow in (
        lambda: os.setpriority(os.PRIO_PROCESS, victim, 19),
        lambda: os.sched_setaffinity(victim, [0]),
        lambda: os.sched_setscheduler(victim, os.SCHED_IDLE, os.sched_param(0)),
        lambda: resource.prlimit(victim, resource.RLIMIT_NOFILE, (3, 3)),
    ):
        try:
            slow()
        except (OSError, ValueError):
            pass
    raise ValueError("done")
