"""The command of another Python that runs this very package, wherever it was found."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

#: Loads the package from its own folder, so that no other folder is searched for it.
_PROGRAM = """
import importlib.util, json, sys
place, sys.path[:] = json.loads(sys.argv.pop(1))
spec = importlib.util.spec_from_file_location("autograder", place)
package = sys.modules["autograder"] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(package)
"""


def python(program: str, *arguments: str, options: Sequence[str] = ()) -> list[str]:
    """Run a ``program`` that may import the package, and what this Python finds, but nothing from
    the current folder: files there may be a student's. ``options`` are Python's own."""
    place = str((Path(__file__).parents[1] / "__init__.py").absolute())
    told = json.dumps([place, search_path()])
    return [sys.executable, "-P", *options, "-c", _PROGRAM + program, told, *arguments]


def search_path() -> list[str]:
    """Where this Python looks for modules, without the current folder."""
    entries = [entry for entry in sys.path if os.path.isabs(entry)]
    try:
        here = os.getcwd()
    except FileNotFoundError:  # it was removed
        return entries
    return [entry for entry in entries if os.path.realpath(entry) != here]
