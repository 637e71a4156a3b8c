# Attempt: more names than anybody wants to hold, and markup in the one that is told
# Kind: folder
# Base: solution
# Score: exactly 23
# Fails: none
# Says: problems "2502 files beside the answer were not copied to the graded notebook"
# Canary: files text
for number in range(3000):
    (folder / f"{number}{'x' * 200}").touch()
(folder / "notes.txt").touch()
(folder / ("z<img src=x onerror=alert(1)>\x1b[2J" + "y" * 200)).write_bytes(b"x" * 10_000_001)
