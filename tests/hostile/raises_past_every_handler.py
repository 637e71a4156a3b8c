# Attempt: raises what `except Exception` does not catch, another kind at each call
# Kind: script
# Base: solution
# Score: exactly 20
# Fails: train
# Canary: none
KINDS = [GeneratorExit, BaseException, SystemExit, StopIteration, StopAsyncIteration]


class Group(BaseExceptionGroup):
    def __str__(self):
        raise self


def train(params, x, t, lr, epochs):
    kind = KINDS[len(x) % len(KINDS)]
    raise Group("many", [kind("a"), kind("b")]) if epochs == 3 else kind
