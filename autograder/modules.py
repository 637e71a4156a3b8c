"""The modules that are handed in beside an answer, and imported by it."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from autograder.regular_file import small_file

#: So many modules are read beside an answer, and so much of each.
MAX_MODULES, MAX_MODULE = 20, 100_000
#: A file of such a name is not what an import of it means.
_TAKEN = {*sys.stdlib_module_names, "numpy", "autograder"}


def read_modules(folder: Path, answer: str) -> Mapping[str, str]:
    """The sources of the modules beside an ``answer``, by name. Links, large files and what is not
    text are left out."""
    modules = {}
    names = sorted({path.stem for path in folder.glob("*.py")} - {*_TAKEN, answer})
    for name in [name for name in names if name.isidentifier()][:MAX_MODULES]:
        data = small_file(folder / f"{name}.py", MAX_MODULE)
        with suppress(UnicodeDecodeError):
            modules[name] = (data or b"").decode("utf-8-sig")
    return modules
