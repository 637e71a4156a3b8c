# Attempt: 19 MB of comments in front of the answer, line by line
# Kind: folder
# Base: solution
# Score: exactly 0
# Fails: all
# Says: problems "4 MB is the limit"
# Canary: memory
(folder / f"{NAME}.ipynb").unlink()
(folder / f"{NAME}.py").write_text("#\n" * 9_500_000)
