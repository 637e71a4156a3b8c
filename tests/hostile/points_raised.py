# Attempt: a test cell worth a thousand points, another a negative number, unlocked and with a
#    forged checksum
# Kind: notebook
# Base: stub
# Score: exactly 0
# Fails: all
# Canary: none
for number, cell in enumerate(notebook["cells"]):
    role = cell["metadata"].get("nbgrader")
    if role:
        role.update(points=1000 - 400 * (number % 5), locked=False, checksum="0" * 32)
        role.update(grade=True, solution=not role["solution"], task=True, schema_version=1)
