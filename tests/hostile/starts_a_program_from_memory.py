# Attempt: runs a program that is in no file: from a memory file, past a rule that names paths
# Kind: script
# Base: solution
# Score: exactly 20
# Fails: train
# Never: "started"
# Limits: seconds=2
# Canary: process
import os


def train(params, x, t, lr, epochs):
    try:
        with open("/bin/true", "rb") as stream:
            program = stream.read()
        descriptor = os.memfd_create("program")
        os.write(descriptor, program)
        child = os.fork()
        if child == 0:
            os.execve(descriptor, ["true"], {})
        done = os.waitpid(child, 0)[1] == 0
    except (OSError, AttributeError):
        done = False
    raise ValueError("start" + ("ed" if done else " was refused"))
