# Attempt: acts when its values are thrown away, between two calls of the grader
# Kind: script
# Base: solution
# Score: at most 23
# Fails: none
# May fail: train
# Limits: seconds=2
# Canary: files
import os

right_train = train


class Ends:
    def __del__(self):
        for descriptor in range(3, 64):
            try:
                os.write(descriptor, bytes(8))
            except OSError:
                pass
        open("@SHARED@/@MARK@", "w").close()


def train(params, x, t, lr, epochs):
    Ends()
    return right_train(params, x, t, lr, epochs)
