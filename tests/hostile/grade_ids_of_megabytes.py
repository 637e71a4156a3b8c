# Attempt: a name of 1 MB for each of three cells, and one name for thousands
# Kind: notebook
# Base: solution
# Score: at most 23
# Fails: none
# May fail: all
# Canary: memory
for number, cell in enumerate(notebook["cells"][:3]):
    cell["metadata"] = {"nbgrader": {"grade_id": str(number) * 1_000_000}}
more = {"cell_type": "code", "metadata": {"nbgrader": {"grade_id": "check-train"}}, "source": "1"}
notebook["cells"] += [more] * 5_000
