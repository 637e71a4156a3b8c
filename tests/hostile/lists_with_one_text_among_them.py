# Attempt: lists of tens of thousands of numbers with one long text in each, of which numpy makes as much room for every number
# Kind: script
# Base: solution
# Score: at most 17
# Fails: sigmoid loss train update
# May fail: all
# Canary: memory
def sigmoid(z):
    return [0.5] * 19_000 + ["\U0010ffff" * 300]


def loss(y, t):
    return [[0.5] * 6_000, ["\U0010ffff" * 300] * 9, [np.ones(1), np.ones((1, 1))]]


def train(params, x, t, lr, epochs):
    return params, [0.5] * 1_500 + [["\U0010ffff" * 300], np.ones((1, 1))] + [0.5] * 18_000


def update(params, grads, lr):
    return {**params, "W1": [[0.5] * 6_000, ["\U0010ffff" * 300] * 1_000]}
