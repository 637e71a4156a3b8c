# Attempt: thousands of cells that fail with long texts and warn a thousand times each
# Kind: notebook
# Base: solution
# Score: at most 23
# Fails: none
# May fail: all
# Canary: memory
cell = "import warnings\nfor n in range(100): warnings.warn('\U000e0001' * 290 + str(n))\n"
cell += "raise ValueError('\U000e0001' * 10_000)"
notebook["cells"] += [{"cell_type": "code", "metadata": {}, "source": cell}] * 4_000
