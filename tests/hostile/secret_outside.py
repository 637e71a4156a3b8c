# Attempt: reads a file in a folder that belongs neither to the course nor to a home
# Kind: script
# Base: solution
# Score: exactly 20
# Fails: train
# Canary: secret files
import base64


def train(params, x, t, lr, epochs):
    with open("@OUTSIDE@", "rb") as stream:
        raise ValueError(base64.b64encode(stream.read()).decode())
