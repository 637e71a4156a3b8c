# Attempt: lifts the interpreter's limit and recurses through C, to break the process
# Kind: script
# Base: solution
# Score: exactly 20
# Fails: train
# Canary: process
import sys


class Deep:
    def __getattr__(self, name):
        return getattr(self, name + "x")

    def __repr__(self):
        return repr([self])


def train(params, x, t, lr, epochs):
    sys.setrecursionlimit(10**9)
    return repr(Deep())
