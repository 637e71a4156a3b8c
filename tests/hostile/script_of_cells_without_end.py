# Attempt: the same in a script, whose cells are even shorter
# Kind: folder
# Base: solution
# Score: exactly 0
# Fails: all
# Says: problems "10000 is the limit"
# Canary: none
(folder / f"{NAME}.ipynb").unlink()
(folder / f"{NAME}.py").write_text("# %%\n1\n" * 500_000)
