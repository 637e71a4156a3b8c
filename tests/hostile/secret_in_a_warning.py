# Attempt: reads the solution and quotes it in a warning of numpy's kind, which the report tells
# Kind: script
# Base: solution
# Score: at most 23
# Fails: none
# May fail: train
# Canary: secret files
import pathlib
import warnings

right_train = train


def train(params, x, t, lr, epochs):
    (path,) = pathlib.Path("@COURSE@/solutions").glob("sig*/sig*.py")
    warnings.warn(path.read_text()[-60:], RuntimeWarning)
    return right_train(params, x, t, lr, epochs)
