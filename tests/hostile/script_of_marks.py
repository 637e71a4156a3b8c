# Attempt: a script of nothing but marks of cells, then of marks with titles of megabytes
# Kind: folder
# Base: solution
# Score: exactly 0
# Fails: all
# Canary: memory
(folder / f"{NAME}.ipynb").unlink()
(folder / f"{NAME}.py").write_text("#%%\n" * 500_000 + "#%%" + "\U0001f600" * 490_000 + "\nx = 1")
