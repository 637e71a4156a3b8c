# Attempt: leaves a key with the kernel, where the next submission of the same owner finds it
# Kind: script
# Base: solution
# Score: exactly 20
# Fails: train
# Never: "allowed"
# Limits: seconds=2
# Canary: process
import ctypes

ADD_KEY, KEYCTL = 248, 250
PROCESS_KEYRING, SESSION_KEYRING = -2, -3


def train(params, x, t, lr, epochs):
    libc = ctypes.CDLL(None, use_errno=True)
    done = libc.syscall(ADD_KEY, b"user", b"@MARK@", b"kept", 4, PROCESS_KEYRING)
    if done < 0:
        done = libc.syscall(KEYCTL, 0, SESSION_KEYRING, 0)
    raise ValueError("allow" + "ed" if done >= 0 else "refused")
