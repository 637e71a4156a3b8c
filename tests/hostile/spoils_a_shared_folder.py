# Attempt: writes, renames, removes and makes private what lies in a folder that everybody may write
# Kind: script
# Base: solution
# Score: exactly 20
# Fails: train
# Canary: files
import os
import stat


def train(params, x, t, lr, epochs):
    path = "@SHARED@/theirs.txt"
    for spoil in (
        lambda: open(path, "a").write("spoilt"),
        lambda: os.chmod(path, stat.S_IRWXU),
        lambda: os.utime(path, (0, 0)),
        lambda: os.truncate(path, 3),
        lambda: os.link(path, "@SHARED@/linked"),
        lambda: os.symlink("@SECRET@", "@SHARED@/secret"),
        lambda: os.mkfifo("@SHARED@/pipe"),
        lambda: os.rename(path, "@SHARED@/mine.txt"),
        lambda: os.unlink("@SHARED@/mine.txt"),
        lambda: os.setxattr("@SHARED@", "user.mine", b"1"),
    ):
        try:
            spoil()
        except OSError:
            pass
    raise ValueError("done")
