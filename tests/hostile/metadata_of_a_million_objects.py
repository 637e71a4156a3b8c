# Attempt: metadata of a cell, and of the notebook, of 9 MB each in which every three bytes are an object
# Kind: notebook
# Base: solution
# Score: exactly 0
# Fails: all
# Canary: memory
import json
notebook["metadata"] = notebook["cells"][0]["metadata"] = "HERE"
data = json.dumps(notebook).replace('"HERE"', "[" + "[]," * 3_000_000 + "0]")
