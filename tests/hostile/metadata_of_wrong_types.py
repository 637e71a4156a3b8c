# Attempt: everything that should be an object is a list, a number or nothing
# Kind: notebook
# Base: solution
# Score: exactly 23
# Fails: none
# Canary: none
notebook["metadata"] = []
notebook["nbformat"] = "four"
for number, cell in enumerate(notebook["cells"]):
    cell["metadata"] = [[], 3, None, {"nbgrader": 7}, {"nbgrader": {"grade_id": []}}][number % 5]
    cell["id"] = {"a": number}
    cell["outputs"] = cell["execution_count"] = True
notebook["cells"] += [None, [], 3, "x", {}, {"cell_type": {}}, {"cell_type": "code", "source": 5}]
