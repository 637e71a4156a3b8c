# Attempt: forges a right dictionary in which one array of 3 MB stands under fifty names more
# Kind: script
# Base: solution
# Score: at most 20
# Fails: forward
# May fail: all
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


def forward(params, x):
    one = b"\x92" + text("a") + b"\x00"
    items = b"".join(b"\x92" + text(f"more{number}") + one for number in range(50))
    value = b"\x92" + text("t") + listed(items, 50)
    answer(b"\x91" + array(375_000), b"\x91" + outcome(value), bytes(3_000_000))
