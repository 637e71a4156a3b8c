# Attempt: a notebook of 25 MB
# Kind: notebook
# Base: solution
# Score: exactly 0
# Fails: all
# Says: problems "20 MB is the limit"
# Canary: memory
notebook["metadata"]["x"] = "x" * 25_000_000
