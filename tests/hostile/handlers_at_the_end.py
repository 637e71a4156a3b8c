# Attempt: registers what runs when the interpreter ends, when no limit counts any more
# Kind: script
# Base: solution
# Score: exactly 23
# Fails: none
# Canary: files process
import atexit
import os
import time
import weakref


def at_the_end():
    open("@SHARED@/@MARK@", "w").close()
    if os.fork() == 0:
        time.sleep(60)
    time.sleep(60)


atexit.register(at_the_end)
weakref.finalize(np, at_the_end)
