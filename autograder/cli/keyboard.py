"""Single keys from a terminal, without waiting for Enter."""

from __future__ import annotations

import contextlib
import os
import select
import sys
import termios
import time
import tty
from typing import Any


class Keyboard:
    """A context manager that puts the terminal into cbreak mode and restores it."""

    def __init__(self, enabled: bool) -> None:
        """Read keys if ``enabled`` and standard input is a terminal; else there are none."""
        self.active = enabled and sys.stdin is not None and sys.stdin.isatty()
        self._modes: Any = None

    def __enter__(self) -> Keyboard:
        if self.active:
            self._modes = termios.tcgetattr(sys.stdin)
            tty.setcbreak(sys.stdin)  # Ctrl-C still interrupts
        return self

    def __exit__(self, *about: object) -> None:
        if self._modes is not None:
            with contextlib.suppress(termios.error):  # the window may be gone
                termios.tcsetattr(sys.stdin, termios.TCSADRAIN, self._modes)

    def read(self, seconds: float) -> str:
        """The next key in lower case, or "" if none is pressed within so many seconds."""
        if not self.active:
            time.sleep(seconds)
            return ""
        if not select.select([sys.stdin], [], [], seconds)[0]:
            return ""
        key = os.read(sys.stdin.fileno(), 1)
        # A closed terminal is always readable, and reads as empty: quit.
        return key.decode("ascii", "replace").lower() or "q"
