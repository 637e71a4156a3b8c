# Attempt: a sparse file of a terabyte and thousands of small ones, to be copied one by one
# Kind: folder
# Base: solution
# Score: exactly 23
# Fails: none
# Canary: files
with open(folder / "sparse.bin", "wb") as stream:
    stream.truncate(2**40)
for number in range(300):
    (folder / f"small{number}.txt").write_text("x")
