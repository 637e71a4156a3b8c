# Attempt: sigmoid is wrong, so that forward is given a right one, and asks for it without end
# Kind: script
# Base: solution
# Score: at most 18.5
# Fails: sigmoid forward
# Limits: seconds=2
# Canary: process
_right = sigmoid
def sigmoid(z): return 1.5 * _right(z)
_own = sigmoid
def forward(params, x):
    while sigmoid is not _own: sigmoid(params["b1"])
    return {"h": params["b1"], "y": params["b2"]}
