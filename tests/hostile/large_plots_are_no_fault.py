# Attempt: none: the outputs of an honest notebook are plots of half a million numbers in lists
# Kind: notebook
# Base: solution
# Score: exactly 23
# Fails: none
# Canary: memory
plot = {"data": [[number, 0.5 * number] for number in range(250_000)]}
cell = next(cell for cell in notebook["cells"] if cell["cell_type"] == "code")
cell["outputs"] = [{"output_type": "display_data", "data": {"application/json": plot}, "metadata": {}}]
