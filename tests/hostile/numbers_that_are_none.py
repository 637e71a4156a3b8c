# Attempt: NaN, Infinity and a number of 5000 digits, none of which JSON allows
# Kind: notebook
# Base: solution
# Score: at most 23
# Fails: none
# May fail: all
# Canary: none
import json

notebook["metadata"]["x"] = [float("nan"), float("inf"), "@@"]
for cell in notebook["cells"]:
    if "nbgrader" in cell["metadata"]:
        cell["metadata"]["nbgrader"]["points"] = float("nan")
data = json.dumps(notebook).replace('"@@"', "1" * 5000 + ', 1e999')
