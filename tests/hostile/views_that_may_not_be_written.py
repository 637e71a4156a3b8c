# Attempt: read-only, reversed and strided views of right numbers, in the other byte order: the
#    numbers are right, so they keep their points
# Kind: script
# Base: solution
# Score: exactly 23
# Fails: none
# Canary: none
right_backward = backward


def view(array):
    wide = np.zeros([3 * size for size in array.shape], dtype=">f8")
    wide[tuple(slice(None, None, -3) for _ in array.shape)] = array
    found = wide[tuple(slice(None, None, -3) for _ in array.shape)]
    found.flags.writeable = False
    return found


def backward(params, x, t, activations):
    return {k: view(v) for k, v in right_backward(params, x, t, activations).items()}
