# Attempt: outputs of 19 MB, just within the limit; a grader that copies them on is slow for all
# Kind: notebook
# Base: solution
# Score: exactly 23
# Fails: none
# Canary: memory
output = {"output_type": "stream", "name": "stdout", "text": "x" * 18_900_000}
notebook["cells"][3]["outputs"] = [output]
