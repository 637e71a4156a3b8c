# Attempt: a helper that is NaN everywhere, so that whatever forward returns is as wrong as it should be
# Kind: script
# Base: solution
# Score: at most 18
# Fails: sigmoid, forward
# Canary: none
def sigmoid(z): return z * np.nan
def forward(params, x): return None
