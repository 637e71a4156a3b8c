"""Cells as Jupyter reads them: IPython's own transformer makes Python of commands that begin with
``%``, ``!`` or ``?``, of pasted prompts and of an indented cell. It only rewrites text."""

from __future__ import annotations

import functools
import importlib
import importlib.util
import re
import sys
import types
from collections.abc import Callable
from typing import Any

_MODULE = "IPython.core.inputtransformer2"
#: The transformer reads a cell again for each command in it.
_MAX_LENGTH = 100_000
#: Without IPython: the lines that are surely commands of its own.
_COMMAND = re.compile(r"^([ \t]*)[%!?].*$", re.MULTILINE)


def transformed(source: str) -> str:
    """The Python that IPython makes of a cell, its lines where they were. Where IPython is not
    installed, or the cell is huge, the cell without its commands."""
    start = source[: len(source) - len(source.lstrip())]
    try:
        transform = transformer()
        if transform is None or len(source) > _MAX_LENGTH:
            return _COMMAND.sub(r"\1pass", source)
        # It takes empty lines off the beginning.
        return "\n" * start.count("\n") + transform(source)
    except Exception:  # it cannot read the cell, nor then could Jupyter
        return source


@functools.cache
def transformer() -> Callable[[str], str] | None:
    """IPython's transformer of cells; None where it is not installed.

    It is loaded without the package around it, which takes a hundred times as long.
    """
    found = importlib.util.find_spec("IPython")
    if found is None or not found.submodule_search_locations:
        return None
    before = [name for name in sys.modules if _is_ipython(name)]
    if not before:
        folder = found.submodule_search_locations[0]
        _stand_in("IPython", folder)
        _stand_in("IPython.core", f"{folder}/core")
        _stand_in("IPython.utils", f"{folder}/utils")
    try:
        manager: Any = importlib.import_module(_MODULE).TransformerManager
    finally:
        for name in [name for name in sys.modules if _is_ipython(name) and name not in before]:
            del sys.modules[name]

    class Manager(manager):  # type: ignore[misc]
        """Keeps every line at its number: a command over several lines becomes one line."""

        def do_one_token_transform(self, lines: list[str]) -> tuple[bool, list[str]]:
            changed, new = super().do_one_token_transform(lines)
            missing = len(lines) - len(new)
            if missing > 0:
                differ = (at for at, (a, b) in enumerate(zip(lines, new, strict=False)) if a != b)
                below = next(differ, len(new) - 1) + 1
                new[below:below] = ["\n"] * missing
            return changed, new

    return lambda source: str(Manager().transform_cell(source))


def _is_ipython(name: str) -> bool:
    return name.partition(".")[0] == "IPython"


def _stand_in(name: str, folder: str) -> None:
    package = types.ModuleType(name)
    package.__path__ = [folder]
    sys.modules[name] = package
