# Attempt: a script of one line of 19 MB
# Kind: folder
# Base: solution
# Score: exactly 0
# Fails: all
# Says: problems "4 MB is the limit"
# Canary: memory
(folder / f"{NAME}.ipynb").unlink()
(folder / f"{NAME}.py").write_text("x = [" + "0," * 9_500_000 + "]")
