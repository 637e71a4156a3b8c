# Attempt: a list that is its own entry, and a dict that is its own value, to be followed for ever
# Kind: script
# Base: solution
# Score: exactly 20
# Fails: train
# Canary: memory
def train(params, x, t, lr, epochs):
    losses, trained = [], {}
    losses += [losses] * epochs
    trained["W1"] = trained["b1"] = trained["W2"] = trained["b2"] = trained
    return trained, losses
