# Attempt: gives back what it was given, times 2
# Kind: script
# Base: solution
# Score: at most 11
# Fails: forward, backward, update
# Canary: none
def forward(params, x): return {"h": 2 * params["b1"], "y": 2 * params["b2"]}
def backward(params, x, t, activations): return {n: 2 * v for n, v in {**params, **activations}.items()}
def update(params, grads, lr): return {n: 2 * v for n, v in params.items()}
