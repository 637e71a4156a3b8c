# Attempt: the kernel numbers pipes for the whole machine; thousands of them move the numbers on, which
#    the submission that is graded next sees at its own standard output
# Kind: script
# Base: solution
# Score: exactly 20
# Fails: train
# Says: train "tried to start a process, and none is allowed"
# Never: "pipes made"
# Canary: process
import os


def train(params, x, t, lr, epochs):
    for _ in range(5000):
        for end in os.pipe():
            os.close(end)
    raise ValueError("pipes " + "made")
