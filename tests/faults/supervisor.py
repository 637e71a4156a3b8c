"""Runs a command, and tells what it left running: whatever loses its parent becomes a child of this
process. It is run by itself, without the package.

The arguments are a descriptor and the command. The first line that is written to the descriptor is
the command's process id; the second one, when the command has ended, its exit status and the
processes that had not ended some seconds later.
"""

import contextlib
import ctypes
import json
import os
import sys
import time
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36
#: How long what was started may take to notice that the command has ended. It takes milliseconds.
GRACE_SECONDS = 10.0


def main() -> None:
    """Run the command in a session of its own."""
    told, *command = int(sys.argv[1]), *sys.argv[2:]
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)
    process = os.fork()
    if process == 0:
        os.close(told)
        os.setsid()
        os.execvp(command[0], command)
    os.write(told, b"%d\n" % process)
    _, status = os.waitpid(process, 0)
    left = _left()
    os.write(told, json.dumps([os.waitstatus_to_exitcode(status), left]).encode() + b"\n")


def _left() -> list[str]:
    deadline = time.monotonic() + GRACE_SECONDS
    while _children():
        if time.monotonic() > deadline:
            return _killed()
        time.sleep(0.01)
    return []


def _children() -> bool:
    """Reap what has ended; whether something has not."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
        return True
    return False


def _killed() -> list[str]:
    """Kill what is left, however deep; the commands."""
    found = []
    while _children():
        for process in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split():
            with contextlib.suppress(OSError):
                command = Path(f"/proc/{process}/cmdline").read_bytes().replace(b"\0", b" ")
                os.kill(int(process), 9)
                found.append(command.decode(errors="replace")[:200])
        time.sleep(0.01)
    return found


if __name__ == "__main__":
    main()
