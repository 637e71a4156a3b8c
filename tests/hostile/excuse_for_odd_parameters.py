# Attempt: train returns a parameter too many, which costs its points, unless a mistake in loss that
#   has a name excuses it
# Kind: script
# Base: solution
# Score: exactly 18.5
# Fails: loss train
# Says: train "new params has keys that params does not have"
# Canary: none
_train = train
def loss(y, t):
    return float(np.sum((y - t) ** 2))
def train(params, x, t, lr, epochs):
    trained, losses = _train(params, x, t, lr, epochs)
    return {**trained, "W3": np.zeros(2)}, losses
