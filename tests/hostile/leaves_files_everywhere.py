# Attempt: leaves files in every folder that everybody may write, and in its owner's home
# Kind: script
# Base: solution
# Score: exactly 20
# Fails: train
# Canary: files
import os
import pwd
import tempfile


def train(params, x, t, lr, epochs):
    home = pwd.getpwuid(os.getuid()).pw_dir
    for folder in ("/tmp", "/var/tmp", "/dev/shm", "/run/lock", home, tempfile.gettempdir(), ".."):
        try:
            tempfile.mkstemp(prefix="@MARK@", dir=folder)
            os.mkdir(f"{folder}/@MARK@")
        except OSError:
            pass
    raise ValueError("done")
