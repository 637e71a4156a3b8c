# Attempt: listens on the network, for somebody outside to come and ask
# Kind: script
# Base: solution
# Score: exactly 20
# Fails: train
# Never: "reached"
# Canary: network
import socket


def train(params, x, t, lr, epochs):
    kinds = [(socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")]
    for family, address in kinds:
        try:
            with socket.socket(family) as server:
                server.bind((address, 0))
                server.listen()
                # Only where the grader's own server is in sight is it the machine's network.
                socket.create_connection(("127.0.0.1", int("@TCP@")), timeout=1).close()
                raise ValueError("reach" + "ed")
        except OSError:
            pass
    raise ValueError("refused")
