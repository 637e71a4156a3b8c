# Attempt: talks to a server on this machine through a socket that is a file: a desktop, a database
# Kind: script
# Base: solution
# Score: exactly 20
# Fails: train
# Canary: network files
import socket


def train(params, x, t, lr, epochs):
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect("@SOCKET@")
        connection.sendall(b"hidden")
    raise ValueError("sent")
