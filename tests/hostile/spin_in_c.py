# Attempt: spends its time in one operation of the interpreter, which no signal handler of Python
#    can end
# Kind: script
# Base: solution
# Score: exactly 20
# Fails: train
# Status: train timeout
# Limits: seconds=1
# Canary: none
def train(params, x, t, lr, epochs):
    return params, [pow(3, 10**9) % 7] * epochs
