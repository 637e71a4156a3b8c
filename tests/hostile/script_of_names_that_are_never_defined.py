# Attempt: hundreds of thousands of definitions, in a file that cannot be read as Python, and is searched for them
# Kind: folder
# Base: solution
# Score: exactly 0
# Fails: all
# Canary: memory
(folder / f"{NAME}.ipynb").unlink()
lines = "".join(f"a{number:x}=0\n" for number in range(380_000))
(folder / f"{NAME}.py").write_text(f"(\n{lines}\n# %%\nprint(forward)\n")
