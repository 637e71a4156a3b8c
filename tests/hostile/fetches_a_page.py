# Attempt: the library's way: fetches an address, as one would fetch an answer from the net
# Kind: script
# Base: solution
# Score: exactly 20
# Fails: train
# Limits: seconds=3
# Canary: network
import urllib.request


def train(params, x, t, lr, epochs):
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    opener.open("http://127.0.0.1:@TCP@/?x=hidden", timeout=1)
