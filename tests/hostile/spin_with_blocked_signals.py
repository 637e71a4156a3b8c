# Attempt: blocks and ignores every signal, and swallows every exception, so that nothing ends it
# Kind: script
# Base: solution
# Score: exactly 20
# Fails: train
# Status: train timeout
# Limits: seconds=1
# Canary: process
import signal


def train(params, x, t, lr, epochs):
    for number in range(1, signal.NSIG):
        try:
            signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError):
            pass
    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, signal.NSIG))
    while True:
        try:
            while True:
                pass
        except BaseException:
            continue
