# Attempt: keys that are no text beside right values: numbers, tuples, NaN and objects without an
#    order; activations may hold more than is asked for
# Kind: script
# Base: solution
# Score: exactly 23
# Fails: none
# Canary: none
right_forward = forward


class Key:
    def __repr__(self):
        raise RuntimeError("no name")


def forward(params, x):
    odd = {1: 0.0, (): None, float("nan"): 1, Key(): 2, b"h": 3, None: 4, frozenset(): 5}
    return {**right_forward(params, x), **odd}
