# Attempt: an exception with a hundred thousand causes, and one that is its own cause
# Kind: script
# Base: solution
# Score: exactly 18
# Fails: loss train
# Canary: memory
def loss(y, t):
    error = ValueError("its own cause")
    error.__cause__ = error.__context__ = error
    raise error


def train(params, x, t, lr, epochs):
    error = ValueError("the first")
    for _ in range(100_000):
        following = ValueError("the next")
        following.__cause__ = error
        error = following
    raise error
