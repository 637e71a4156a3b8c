# Attempt: aborts with a core dump
# Kind: script
# Base: solution
# Score: exactly 20
# Fails: train
# Status: train crashed
# Says: train "brought its process down"
# Canary: process files
import os
import resource


def train(params, x, t, lr, epochs):
    try:
        resource.setrlimit(resource.RLIMIT_CORE, (-1, -1))
    except (OSError, ValueError):
        pass
    os.abort()
