# Attempt: opens descriptors until the machine has none left
# Kind: script
# Base: solution
# Score: exactly 20
# Fails: train
# Never: "opened 5000"
# Canary: files
import os


def train(params, x, t, lr, epochs):
    held = []
    try:
        while len(held) < 5000:
            held += os.pipe()
    except OSError:
        pass
    raise ValueError(f"opened {len(held)}")
