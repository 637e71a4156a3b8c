# Attempt: an empty array of items of one byte, of a shape of which numpy can make nothing else
# Kind: script
# Base: solution
# Score: at most 19
# Fails: loss sigmoid train
# May fail: all
# Canary: memory
def loss(y, t):
    return np.zeros((2**61, 0), dtype=np.int8)


def sigmoid(z):
    return np.zeros((0, 2**59, 3), dtype=np.float16)


def train(params, x, t, lr, epochs):
    return {name: np.zeros((2**60, 0, 2), dtype=bool) for name in params}, np.zeros((0, 2**61), "i1")
