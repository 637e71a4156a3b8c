# Attempt: the same after a wrong step, where the training run is repeated and compared
# Kind: script
# Base: solution
# Score: exactly 17.5
# Fails: update, train
# Canary: none
def update(params, grads, lr): return {k: v + lr * grads[k] for k, v in params.items()}
def train(params, x, t, lr, epochs): return params, np.array(5.0)
