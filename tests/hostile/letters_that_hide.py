# Attempt: controls that turn text round, letters without width, and half a letter
# Kind: script
# Base: solution
# Score: exactly 15
# Fails: loss update train
# Canary: text
HIDDEN = "\u202e02/02\u202c \u2066x\u2069 a\u200bb\ufeff \u200f\U000e0041 \u0000"


def loss(y, t):
    raise ValueError(HIDDEN)


def update(params, grads, lr):
    return {**params, "\ud83d": 1.0, HIDDEN: 2.0}


def train(params, x, t, lr, epochs):
    raise ValueError("half a letter: \ud83d, and a lone \udc80")
