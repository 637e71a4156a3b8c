# Attempt: right results with as much beside them as is held of every batch, so that all batches add up
# Kind: script
# Base: solution
# Score: at most 23
# Fails: none
# May fail: all
# Canary: memory
import functools


def with_more(function):
    @functools.wraps(function)
    def adding(*arguments):
        return {**function(*arguments), "more": np.full(75_000, 0.5)}

    return adding


forward = with_more(forward)
backward = with_more(backward)
_train = train


def train(params, x, t, lr, epochs):
    return _train(params, x, t, lr, epochs)[0], [np.full(75_000, 0.5)] * 3
