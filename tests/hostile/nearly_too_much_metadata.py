# Attempt: metadata of nearly as many objects, and as much text, as a notebook may have
# Kind: notebook
# Base: solution
# Score: exactly 23
# Fails: none
# Canary: memory
import json

notebook["cells"][0]["metadata"] = "HERE"
keys = ",".join(f'"{number:x}":0' for number in range(150_000))
parts = '{"a":1},' * 190_000 + "{" + keys + "}," + '"\U0001f600b",' * 5_000
data = json.dumps(notebook).replace('"HERE"', f"[{parts}0]")
