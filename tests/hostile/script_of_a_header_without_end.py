# Attempt: a header as jupytext writes it, of two million lines, which takes memory for each to match
# Kind: folder
# Base: solution
# Score: exactly 0
# Fails: all
# Canary: memory
(folder / f"{NAME}.ipynb").unlink()
(folder / f"{NAME}.py").write_text("# ---\n" + "#\n" * 1_990_000)
