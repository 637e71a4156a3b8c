# Attempt: an expression nested so deeply that the compiler may not survive it
# Kind: notebook
# Base: solution
# Score: exactly 23
# Fails: none
# Canary: process
for source in ("-" * 200_000 + "1", "(" * 50_000, "x = " + "[" * 90 + "]" * 90, "a" + ".a" * 100_000):
    notebook["cells"].append({"cell_type": "code", "metadata": {}, "source": source})
