# Attempt: a picture of blanks that is damaged at its end, so that the grader reads it again from each
#    of a million places
# Kind: notebook
# Base: solution
# Score: exactly 23
# Fails: none
# Canary: none
attached = {"a.png": {"image/png": "A" + " " * 1_000_000 + "!"}}
cell = {"cell_type": "markdown", "metadata": {}, "source": "![a](attachment:a.png)"}
notebook["cells"].append({**cell, "attachments": attached})
