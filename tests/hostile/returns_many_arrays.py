# Attempt: right gradients among thirty thousand others; activations and gradients may hold more
#    than is asked for
# Kind: script
# Base: solution
# Score: at most 17
# Fails: backward
# Canary: memory
right_backward = backward
MORE = {f"more{number}": np.zeros(0) for number in range(30_000)}


def backward(params, x, t, activations):
    return {**right_backward(params, x, t, activations), **MORE}
