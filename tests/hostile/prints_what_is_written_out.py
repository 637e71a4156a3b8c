# Attempt: every cell prints megabytes of bytes that are written out, four letters for each
# Kind: notebook
# Base: solution
# Score: exactly 23
# Fails: none
# Canary: memory
cell = {"cell_type": "code", "metadata": {}, "source": "print('\\U000e0001' * 400_000, end='')"}
notebook["cells"] += [cell] * 20
