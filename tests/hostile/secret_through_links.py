# Attempt: makes links to secrets in its own folder, where it may read
# Kind: script
# Base: solution
# Score: exactly 20
# Fails: train
# Canary: secret files
import os


def train(params, x, t, lr, epochs):
    found = ["nothing"]
    for number, make in enumerate((os.symlink, os.link)):
        for target in ("@SECRET@", "@COURSE@/course.key", "@OUTSIDE@"):
            name = f"link{number}{os.path.basename(target)}"
            try:
                make(target, name)
                found.append(open(name).read().strip())
            except OSError:
                pass
    raise ValueError(found[-1])
