# Attempt: an object that hangs when it is looked at: its length, its items, its name, its end
# Kind: script
# Base: solution
# Score: exactly 18
# Fails: loss train
# Limits: seconds=1
# Canary: none
import time


class Hangs(dict):
    def hang(self, *arguments):
        time.sleep(1000)

    __len__ = __iter__ = __repr__ = __del__ = __eq__ = items = keys = values = hang
    __hash__ = None


class HangsToo(Exception):
    def __str__(self):
        time.sleep(1000)


def loss(y, t):
    raise HangsToo


def train(params, x, t, lr, epochs):
    return Hangs(W1=1), [0.0] * epochs
