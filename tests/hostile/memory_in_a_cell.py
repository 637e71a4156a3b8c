# Attempt: takes all memory at the top of the file and keeps it, so that the grader's own calls fail
# Kind: script
# Base: solution
# Score: at most 23
# Fails: none
# May fail: all
# Canary: memory
HELD = []
try:
    for _ in range(2_000):
        HELD.append(bytearray(1_000_000))
except MemoryError:
    pass
