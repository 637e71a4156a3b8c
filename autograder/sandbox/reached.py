"""What functions reach for on a student's machine, and not where they are graded: files, processes
and other computers."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from autograder.text import visible_name

_PROCESS = (
    "starts a process, and none may be started where your work is graded. Compute it in a loop"
)
_NETWORK = "asks another computer, and none is there where your work is graded. Do without it"
#: What Python says of itself as it does them.
_EVENTS = {
    **dict.fromkeys(("os.fork", "os.forkpty", "os.posix_spawn", "os.spawn"), _PROCESS),
    **dict.fromkeys(("os.system", "subprocess.Popen", "_winapi.CreateProcess"), _PROCESS),
    **dict.fromkeys(("socket.connect", "socket.getaddrinfo"), _NETWORK),
}


class Reached:
    """By function, what it reached for first, in words."""

    def __init__(
        self,
        functions: Collection[str],
        labels: Collection[str],
        folder: Path,
        data: Collection[str] = (),
    ) -> None:
        """Watch the ``functions`` in what has one of the ``labels``; only files of the ``folder``
        that are there now count, without the ``data`` files of the exercise."""
        self.found: dict[str, str] = {}
        self._functions, self._labels = functions, labels
        self._files: dict[str, str] = {}
        with suppress(OSError), os.scandir(os.path.abspath(folder)) as entries:
            files = (entry for entry in entries if entry.is_file() and entry.name not in data)
            self._files.update((entry.path, entry.name) for entry in files)

    def hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        """What Python is about to do."""
        what = _EVENTS.get(event) or (self._file(*arguments) if event == "open" else "")
        function = self._running() if what else ""
        if function:
            self.found.setdefault(function, f"{function} {what}.")

    def _file(self, path: Any, mode: Any, flags: Any) -> str:
        path = os.path.abspath(path) if isinstance(path, str) else ""
        name = self._files.get(path, "")
        if not name or name.endswith(".py") or (isinstance(flags, int) and flags & os.O_TRUNC):
            return ""
        return (
            f"reads {visible_name(name)}, and only modules beside your file are there where your "
            "work is graded. Write what it needs into the code"
        )

    def _running(self) -> str:
        frame = sys._getframe()
        while frame.f_back is not None:
            frame = frame.f_back
            code = frame.f_code
            for name in (code.co_name, code.co_qualname):  # that of a method has its class
                if name in self._functions and code.co_filename in self._labels:
                    return name
        return ""


_watching: list[Reached] = []


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    for each in _watching:
        each.hear(event, arguments)


@contextmanager
def watched(reached: Reached) -> Iterator[None]:
    """Have it hear of what Python does. Nothing takes Python's hook away again, so that there is
    one for all."""
    if not hasattr(watched, "hook"):
        watched.hook = _hear  # type: ignore[attr-defined]
        sys.addaudithook(_hear)
    _watching.append(reached)
    try:
        yield
    finally:
        _watching.remove(reached)
