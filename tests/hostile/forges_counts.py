# Attempt: says that backward called functions under names that are text of its own, of a megabyte
# Kind: script
# Base: solution
# Score: at most 17
# Fails: backward
# May fail: all
# Never: "FORGED"
# Canary: memory
import os
import struct
import sys


def text(value):
    return bytes([0xA0 | len(value)]) + value.encode()


def listed(items, count):
    return b"\xdd" + struct.pack(">I", count) + items


def answer(arrays, outcomes, data):
    """Write what waits to be sent, and then a message in the place of this answer; and end."""
    frame = sys._getframe()
    while "waiting" not in frame.f_locals:
        frame = frame.f_back
    waiting = frame.f_locals["waiting"]
    number = struct.pack(">Q", frame.f_locals["ticket"] + frame.f_locals["position"])
    body = b"\x93\xcf" + number + arrays + outcomes
    sent = waiting.frame() if waiting.size else b""
    sent = memoryview(sent + struct.pack(">II", len(body), len(data)) + body + data)
    while sent:
        sent = sent[os.write(4, sent) :]
    os._exit(0)


def outcome(value, changed=b"\x90", warnings=b"\x90", counts=b"\x80", kind="returned", said=b"\xa0"):
    return b"\x97" + text(kind) + value + said + text("") + changed + warnings + counts


def array(entries, dtype="<f8"):
    return b"\x92" + text(dtype) + b"\x91\xce" + struct.pack(">I", entries)


_right_backward = backward


def backward(params, x, t, activations):
    long = b"\xdb" + struct.pack(">I", 900_000) + b"\x1b[31mFORGED" + b"x" * 899_989
    answer(b"\x90", b"\x91" + outcome(b"\xcb" + bytes(8), counts=b"\x81" + long + b"\xcd\x03\xe8"), b"")
