# Attempt: lists what lies beside the course and who else handed in; that is nobody's affair either
# Kind: script
# Base: solution
# Score: exactly 20
# Fails: train
# Never: "gradebook.db"
# Canary: files
import os


def train(params, x, t, lr, epochs):
    raise ValueError(sorted(os.listdir("@COURSE@")))
