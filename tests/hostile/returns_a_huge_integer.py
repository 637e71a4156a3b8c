# Attempt: a loss of ten million digits; writing it out takes the grader's time
# Kind: script
# Base: solution
# Score: at most 21
# Fails: loss
# May fail: train
# Canary: memory
HUGE = 1 << 33_000_000


def loss(y, t):
    return HUGE
