# Attempt: a script of two million lines, each of them an object for who splits it
# Kind: folder
# Base: solution
# Score: exactly 0
# Fails: all
# Canary: memory
(folder / f"{NAME}.ipynb").unlink()
(folder / f"{NAME}.py").write_text("#\n" * 1_990_000)
