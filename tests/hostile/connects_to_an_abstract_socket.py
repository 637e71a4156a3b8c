# Attempt: talks to a server on this machine through a name that is in no folder, past every rule
#    on files
# Kind: script
# Base: solution
# Score: exactly 20
# Fails: train
# Canary: network
import socket


def train(params, x, t, lr, epochs):
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect("\0@ABSTRACT@")
        connection.sendall(b"hidden")
    raise ValueError("sent")
