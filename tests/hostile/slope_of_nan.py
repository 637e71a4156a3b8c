# Attempt: the same with backward, which returns one gradient of six, and is right as far as that
# Kind: script
# Base: solution
# Score: at most 16.42
# Fails: sigmoid_derivative, backward
# Canary: none
def sigmoid_derivative(a): return a * np.nan
def backward(params, x, t, activations): return {"y": 2 * (activations["y"] - t) / t.size}
