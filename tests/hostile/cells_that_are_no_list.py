# Attempt: cells as an object, which has a length and can be gone through as well
# Kind: notebook
# Base: solution
# Score: exactly 0
# Fails: all
# Says: problems "no cells"
# Canary: none
notebook["cells"] = {str(number): cell for number, cell in enumerate(notebook["cells"])}
