# Attempt: a script of 4 MB with one letter for which Python makes all others four times as large
# Kind: folder
# Base: solution
# Score: exactly 0
# Fails: all
# Canary: memory
(folder / f"{NAME}.ipynb").unlink()
(folder / f"{NAME}.py").write_text(("x = '\U0001f600'  # " + "x" * 300 + "\n") * 12_000)
