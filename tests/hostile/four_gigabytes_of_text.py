# Attempt: an exception with 4 GB of text, and one with 10 MB, to be copied on the way
# Kind: script
# Base: solution
# Score: exactly 18
# Fails: loss train
# Canary: memory
def loss(y, t):
    raise ValueError("x" * 10_000_000)


def train(params, x, t, lr, epochs):
    raise ValueError("x" * 2**32)
