# Attempt: outputs of 19 MB in which every three bytes are an object; they are no part of the answer
# Kind: notebook
# Base: solution
# Score: exactly 23
# Fails: none
# Canary: memory
import json
notebook["cells"][0]["outputs"] = "HERE"
data = json.dumps(notebook).replace('"HERE"', "[" + "[]," * 6_000_000 + "0]")
