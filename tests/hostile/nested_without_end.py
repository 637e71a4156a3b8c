# Attempt: JSON nested a hundred thousand levels deep, in a part that nobody needs
# Kind: notebook
# Base: solution
# Score: exactly 0
# Fails: all
# Says: problems "not valid JSON"
# Canary: memory
import json

data = json.dumps(notebook)[:-1] + ', "x": ' + "[" * 100_000 + "]" * 100_000 + "}"
