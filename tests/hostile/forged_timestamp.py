# Attempt: says that it was handed in long before it was due, with a date that no calendar has
# Kind: folder
# Base: solution
# Score: exactly 23
# Fails: none
# Canary: none
(folder / "timestamp.txt").write_bytes(b"99999-99-99 99:99:99 UTC\xff\0" * 100)
