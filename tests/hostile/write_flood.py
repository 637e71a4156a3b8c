# Attempt: writes to the descriptors behind print, past Python's streams
# Kind: script
# Base: solution
# Score: exactly 20
# Fails: train
# Canary: memory
import os

right_train = train


def train(params, x, t, lr, epochs):
    for _ in range(100):
        os.write(1, b"x" * 1_000_000)
        os.write(2, b"x" * 1_000_000)
    return right_train(params, x, t, lr, epochs)
