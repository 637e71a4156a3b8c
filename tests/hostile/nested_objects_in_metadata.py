# Attempt: nearly 4 MB of metadata in which every five bytes are an object, within the depth that is read
# Kind: notebook
# Base: solution
# Score: exactly 0
# Fails: all
# Says: problems "Clear the notebook"
# Canary: memory
import json

notebook["cells"][0]["metadata"] = "HERE"
chain = '{"":' * 300 + "0" + "}" * 300
data = json.dumps(notebook).replace('"HERE"', "[" + f"{chain}," * 2_500 + "0]")
