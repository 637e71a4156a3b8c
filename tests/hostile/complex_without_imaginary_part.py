# Attempt: complex numbers whose real part is right, and wide floats: not what was asked for, and
#    nothing that the grader's own arithmetic should drop in silence
# Kind: script
# Base: solution
# Score: at most 18
# Fails: backward
# May fail: update train
# Canary: none
right_backward = backward


def backward(params, x, t, activations):
    grads = right_backward(params, x, t, activations)
    return {**grads, "W1": grads["W1"] + 0j, "W2": grads["W2"].astype(np.longdouble)}
