# Attempt: adds 3 MB to every message, as an array that no answer names, so that each small array of
#    an answer keeps all of its message
# Kind: script
# Base: solution
# Score: at most 23
# Fails: none
# May fail: all
# Canary: memory
import functools
import sys


def with_more(function):
    @functools.wraps(function)
    def adding(*arguments):
        frame = sys._getframe()
        while frame is not None and "waiting" not in frame.f_locals:
            frame = frame.f_back
        if frame is not None:
            packer = frame.f_locals["waiting"]._packer
            packer.arrays += [("|u1", (375_000,))] * 8
            packer.data.append(bytes(8 * 375_000))
            packer.size += 8 * 375_000
        return function(*arguments)

    return adding


for name in "sigmoid sigmoid_derivative forward loss backward update train".split():
    globals()[name] = with_more(globals()[name])
