# Attempt: says when it was handed in, long ago, in UTF-16 without a mark and with escapes behind it
# Kind: folder
# Base: solution
# Score: exactly 23
# Fails: none
# Canary: text
(folder / "timestamp.txt").write_bytes("1970-01-01 00:00:00 UTC\x1b[2J<b>".encode("utf-16-le"))
