# Attempt: metadata nested as deeply as can just be read, so that writing it again fails
# Kind: notebook
# Base: solution
# Score: exactly 23
# Fails: none
# Canary: memory
import json

deep = "[" * 700 + "]" * 700
notebook["metadata"]["deep"] = notebook["cells"][2]["metadata"]["deep"] = "@@"
data = json.dumps(notebook).replace('"@@"', deep)
