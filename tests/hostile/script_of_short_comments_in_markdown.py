# Attempt: markdown of more than a million short lines, each of which loses its mark
# Kind: folder
# Base: solution
# Score: exactly 0
# Fails: all
# Canary: memory
(folder / f"{NAME}.ipynb").unlink()
(folder / f"{NAME}.py").write_text("# %% [markdown]\n" + "# ab\n" * 790_000 + "# %%\nx = 1\n")
