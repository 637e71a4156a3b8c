# Attempt: nearly 4 MB of text with one letter in each cell for which Python makes all others four times as large
# Kind: notebook
# Base: solution
# Score: at most 23
# Fails: none
# May fail: all
# Canary: memory
import json
cell = {"cell_type": "markdown", "metadata": {}, "source": "x" * 1_800_000 + "\U0001f600"}
code = {"cell_type": "code", "metadata": {}, "source": "'" + "x" * 1_800_000 + "\U0001f600'"}
notebook["cells"] += [cell, code]
data = json.dumps(notebook, ensure_ascii=False)
