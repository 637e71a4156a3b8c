# Attempt: dictionaries of thousands of long keys in letters that are written out, ten times as long, at every call
# Kind: script
# Base: solution
# Score: at most 12
# Fails: forward backward update
# May fail: all
# Canary: memory
MANY = {"\U000e0001" * 295 + str(number): "\u202e" * 300 for number in range(15_000)}


def forward(params, x):
    return MANY


def backward(params, x, t, activations):
    return {**{name: MANY for name in params}, **MANY}


def update(params, grads, lr):
    return {**params, **MANY}
