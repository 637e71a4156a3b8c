# Attempt: markdown of half a million control characters, each of which is six letters in the graded notebook, and one of four bytes
# Kind: notebook
# Base: solution
# Score: exactly 23
# Fails: none
# Canary: memory
cell = {"cell_type": "markdown", "metadata": {}, "source": "\x01" * 600_000 + "\U0001f600"}
notebook["cells"].insert(0, cell)
