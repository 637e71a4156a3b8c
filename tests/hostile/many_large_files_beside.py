# Attempt: as many files as there can be just below the limit for one, a gigabyte to be read and copied
# Kind: folder
# Base: solution
# Score: exactly 23
# Fails: none
# Says: problems "105 files beside the answer were not copied to the graded notebook"
# Canary: files memory
for number in range(110):
    with open(folder / f"large{number}.bin", "wb") as stream:
        stream.truncate(9_900_000)
