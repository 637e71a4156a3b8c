# Attempt: never ends in the question that is asked first, so that nothing after it is judged
# Kind: script
# Base: solution
# Score: exactly 22
# Fails: what_it_computes
# Status: what_it_computes timeout
# Limits: seconds=1
# Canary: process
def what_it_computes():
    while True:
        pass
