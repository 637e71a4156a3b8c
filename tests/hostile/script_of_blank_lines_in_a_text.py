# Attempt: markdown in a string of four million empty lines, each of which is taken off its ends
# Kind: folder
# Base: solution
# Score: exactly 0
# Fails: all
# Canary: memory
(folder / f"{NAME}.ipynb").unlink()
(folder / f"{NAME}.py").write_text('# %% [markdown]\n"""' + "\n" * 3_950_000 + '"""\n# %%\nx = 1\n')
