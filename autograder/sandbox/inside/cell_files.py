"""Files that cells name: those that ``%run`` runs, and those that ``%%writefile`` writes."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from typing import Any


class Files:
    """The modules beside an answer, and what its cells write."""

    def __init__(self, modules: dict[str, str], run: Callable[[str, dict[str, Any]], None]) -> None:
        """``run`` runs one of the ``modules``, sources by name, in a namespace."""
        self._modules, self._run = modules, run
        self._written: set[str] = set()

    def run(self, line: str, names: dict[str, Any]) -> None:
        """``%run line``: what a file defines is bound among ``names``."""
        file = next((word for word in line.split() if not word.startswith("-")), "").strip("\"'")
        module = file.removeprefix("./").removesuffix(".py")
        if module not in self._modules:
            raise FileNotFoundError(
                f"%run {line}: there is no script {file} beside this file; copy what you need from "
                "it into a cell"
            )
        found = {**(names if "-i" in line.split() else {}), "__name__": "__main__"}
        self._run(module, found)
        names.update({k: v for k, v in found.items() if not k.startswith("__")})

    def write(self, line: str, text: str) -> None:
        """``%%writefile line``. A file that was there before is left as it is; a script can be
        imported, and run, where no file can be written."""
        *options, file = line.split() or [""]
        file = file.strip("\"'")
        mode = "a" if {"-a", "--append"}.intersection(options) else "w"
        module = file.removesuffix(".py")
        if file.endswith(".py") and module.isidentifier():
            self._modules[module] = (self._modules.get(module, "") if mode == "a" else "") + text
        if file in self._written or not os.path.exists(file):
            self._written.add(file)
            with contextlib.suppress(OSError), open(file, mode, encoding="utf-8") as opened:
                opened.write(text)
