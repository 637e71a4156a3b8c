# Attempt: messages of the protocol with sizes that wrap around, types that are objects, and
#    nesting without end, to break the decoder
# Kind: script
# Base: solution
# Score: exactly 20
# Fails: train
# Limits: seconds=2
# Canary: process
import os


def text(value):
    return bytes([0xA0 | len(value)]) + value.encode()


def outcome(value, arrays=b"\x90", kind="returned"):
    """A message: its number, its arrays, and one outcome."""
    fields = b"\x97" + text(kind) + value + text("") + text("") + b"\x90\x90\x80"
    return b"\x93\x00" + arrays + b"\x91" + fields


def array(dtype, shape):
    return outcome(b"\x92" + text("a") + b"\x00", b"\x91\x92" + text(dtype) + shape)


HUGE = b"\xcf" + (2**63).to_bytes(8, "big")
BODIES = [
    array("<f8", b"\x92" + HUGE + b"\x02"),
    array("|O", b"\x91\x01"),
    array("<f8", b"\x91\xff"),
    outcome(b"\x92" + text("a") + b"\x05"),
    outcome(b"\x91" * 50_000 + b"\xc0"),
    outcome(b"\xc0", kind="timeout"),
    b"\xc1",
]
CALLS = []


def train(params, x, t, lr, epochs):
    CALLS.append(0)
    for descriptor in range(3, 256):
        for body in BODIES:
            size = len(body).to_bytes(4, "big")
            try:
                os.write(descriptor, size + bytes(4) + body)
                os.write(descriptor, size + (8).to_bytes(4, "big") + body + bytes(8))
            except OSError:
                pass
    return params, [0.0] * epochs
