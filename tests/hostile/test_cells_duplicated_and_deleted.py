# Attempt: two cells with the same id, one of them text, and other test cells gone; the answers are
#    right, so they keep their points
# Kind: notebook
# Base: solution
# Score: exactly 23
# Fails: none
# Canary: none
import copy

cells = []
for number, cell in enumerate(notebook["cells"]):
    test = cell["metadata"].get("nbgrader", {}).get("grade_id", "").startswith("check-")
    if test and number % 2:
        continue
    cells.append(cell)
    if test:
        twin = copy.deepcopy(cell)
        twin["cell_type"] = "markdown"
        cells += [twin, copy.deepcopy(cell)]
notebook["cells"] = cells
