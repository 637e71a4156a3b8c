# Attempt: a script with zero bytes, another encoding's declaration, and bytes that are no UTF-8
# Kind: folder
# Base: solution
# Score: exactly 0
# Fails: all
# Says: problems "binary"
# Canary: text
(folder / f"{NAME}.ipynb").unlink()
(folder / f"{NAME}.py").write_bytes(b"# coding: utf-7\n+AAA-\0\xff\xfe\x1b[2J")
