# Attempt: a shape whose number of bytes wraps around in 64 bits, so that it looks small
# Kind: script
# Base: solution
# Score: exactly 20
# Fails: train
# Canary: memory
def train(params, x, t, lr, epochs):
    wide = np.lib.stride_tricks.as_strided(np.zeros(1, "u1"), (2**61,), (0,))
    return {**params, "b1": wide, "b2": wide.view()}, np.lib.stride_tricks.as_strided(
        np.zeros(1), (2**40,), (0,)
    )
