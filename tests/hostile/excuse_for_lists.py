# Attempt: forward returns lists, which costs its points, unless a mistake in sigmoid that has a
#   name excuses all of it
# Kind: script
# Base: solution
# Score: exactly 18
# Fails: sigmoid, forward
# Says: forward "is a list; it must be an array of float64"
# Canary: none
_forward = forward
def sigmoid(z):
    return 1 / (1 + np.exp(z))
def forward(params, x):
    return {name: value.tolist() for name, value in _forward(params, x).items()}
