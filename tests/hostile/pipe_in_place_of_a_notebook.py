# Attempt: a pipe that nobody writes to, and another beside it; who opens them waits for ever
# Kind: folder
# Base: solution
# Score: exactly 0
# Fails: all
# Says: problems "not a regular file"
# Canary: process
import os
import socket

(folder / f"{NAME}.ipynb").unlink()
os.mkfifo(folder / f"{NAME}.ipynb")
os.mkfifo(folder / "notes.txt")
os.mkfifo(folder / "timestamp.txt")
