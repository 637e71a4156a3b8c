# Attempt: returns as much as it may and ends its process, once for every function, so that what came before is asked for again and again
# Kind: script
# Base: solution
# Score: at most 3
# Fails: sigmoid sigmoid_derivative forward loss backward update train
# Canary: memory
import os

_calls = []


def _much(name):
    def function(*arguments):
        _calls.append(name)
        if _calls.count(name) > 5:
            os._exit(0)
        return {"more": np.full(490_000, 0.5)}

    return function


for _name in "sigmoid sigmoid_derivative forward loss backward update train".split():
    globals()[_name] = _much(_name)
