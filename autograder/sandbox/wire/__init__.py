"""The typed wire between grader and worker: frames of MessagePack, arrays as raw bytes.

A frame is two lengths of four bytes (big-endian), a message in MessagePack, and the bytes of the
arrays in it, one after the other. The message says of each array what it is; values name arrays by
their position, so that what many calls are given goes over the wire once. The two parts have limits
of their own: a small message cannot stand for millions of objects. What arrives is decoded against
fixed types and limits; nothing in it is ever run, and no pickle is involved. A message that does
not fit raises `WireError`.
"""
