# Attempt: never ends, so that the class waits
# Kind: script
# Base: solution
# Score: exactly 20
# Fails: train
# Status: train timeout
# Says: train "did not finish within 1 seconds"
# Limits: seconds=1
# Canary: none
def train(params, x, t, lr, epochs):
    while True:
        pass
