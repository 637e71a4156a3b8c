# Attempt: has many cells, each a little faster than the limit, so that one submission takes an hour
# Kind: notebook
# Base: solution
# Score: at most 23
# Fails: none
# May fail: all
# Limits: seconds=1 total_seconds=3
# Canary: none
slow = {"cell_type": "code", "metadata": {}, "source": "import time\ntime.sleep(0.7)"}
notebook["cells"] += [slow] * 12
