# Attempt: finds what somebody else handed in and runs it as its own
# Kind: script
# Base: stub
# Score: exactly 0
# Fails: all
# Canary: neighbour files
import pathlib

for FOUND in pathlib.Path("@NEIGHBOUR@").glob("*.py"):
    exec(FOUND.read_text(), globals())
