# Attempt: metadata of one object with hundreds of thousands of names, in 4 MB
# Kind: notebook
# Base: solution
# Score: exactly 23
# Fails: none
# Canary: memory
import json

notebook["metadata"] = "HERE"
keys = ",".join(f'"{number:x}":.5'.replace(":.5", ":0.5") for number in range(310_000))
data = json.dumps(notebook).replace('"HERE"', "{" + keys + "}")
