# Attempt: leaves the process while the cells run, before a single function is called
# Kind: notebook
# Base: solution
# Score: exactly 23
# Fails: none
# Says: problems "ended its process"
# Canary: process
leave = {"cell_type": "code", "metadata": {}, "source": "import os\nos._exit(0)"}
notebook["cells"].insert(2, leave)
notebook["cells"].append(leave)
