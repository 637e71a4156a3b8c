# Attempt: starts another program, which no limit of Python's binds
# Kind: script
# Base: solution
# Score: exactly 20
# Fails: train
# Never: "started"
# Canary: process
import os
import subprocess
import sys


def train(params, x, t, lr, epochs):
    ran = []
    for start in (
        lambda: subprocess.run([sys.executable, "-c", "import sys; sys.exit(7)"]).returncode == 7,
        lambda: os.system("exit 7") == 7 * 256,
        lambda: os.posix_spawn("/bin/true", ["true"], {}) > 0,
    ):
        try:
            ran.append(start())
        except Exception:
            ran.append(False)
    raise ValueError(f"start{'ed' if any(ran) else ' was refused'}")
