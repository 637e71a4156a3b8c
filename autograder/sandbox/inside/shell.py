"""What a cell finds of IPython's shell: its commands, of which most do nothing here, and the names
that IPython gives to every cell."""

from __future__ import annotations

import contextlib
import types
from collections.abc import Callable
from typing import Any

from autograder.sandbox.inside.cell_files import Files

#: The module that IPython takes `get_ipython` from.
GETTER = "IPython.core.getipython"
#: The magics whose cell is Python that takes effect.
_CELL_MAGICS = {"time", "capture", "prun"}
_RESULTS = ("_", "__", "___")
#: What ``%pylab`` imports, as far as it is there.
_PYLAB = """
import numpy
import numpy as np
from numpy import *
from numpy.fft import *
from numpy.linalg import *
from numpy.random import *
from builtins import abs, bool, bytes, max, min, pow, round
try:
    import matplotlib.pyplot as plt
    from matplotlib.pylab import *
except ImportError:
    pass
"""


class Nothing:
    """What a command gives that has no effect here: whatever is asked of it, nothing."""

    def __getattr__(self, name: str) -> Nothing:
        if name.startswith("__"):
            raise AttributeError(name)  # numpy and copy ask for what it is
        return self

    def __call__(self, *args: Any, **kwargs: Any) -> Nothing:
        """Nothing again."""
        return self

    def __getitem__(self, key: Any) -> Nothing:
        return self

    def __setitem__(self, key: Any, value: Any) -> None:
        pass

    def __contains__(self, key: Any) -> bool:
        return False

    def __len__(self) -> int:
        return 0

    def __iter__(self) -> Any:
        return iter(())

    def __str__(self) -> str:
        return ""


class Lines(list[str]):
    """What ``files = !ls`` gives: no lines, since no program is started."""

    l: tuple[str, ...] = ()  # noqa: E741  (IPython's name)
    n = s = ""


class Shell(Nothing):
    """What `get_ipython` gives. ``run`` runs text so many lines below the one that asks for it."""

    def __init__(
        self, namespace: dict[str, Any], run: Callable[[str, int], Any], files: Files
    ) -> None:
        self.user_ns = self.user_global_ns = namespace
        self._run = run
        self._files = files
        self._sources = [""]
        self._values: dict[int, Any] = {}
        self._last = dict.fromkeys(_RESULTS, "")
        namespace.update(
            {"get_ipython": lambda: self, "display": display},
            In=self._sources,
            Out=self._values,
            _ih=self._sources,
            _oh=self._values,
            **self._last,
        )

    def __bool__(self) -> bool:
        return True

    def getter(self) -> types.ModuleType:
        """The module for `GETTER`: ``from IPython import get_ipython`` finds this shell."""
        module = types.ModuleType(GETTER)
        module.get_ipython = lambda: self  # type: ignore[attr-defined]
        return module

    def begin(self, source: str) -> None:
        """Before a cell: its source."""
        self._sources.append(source)

    def keep(self, value: Any) -> None:
        """After a cell: the value at its end, which is ``_`` in the next one, unless the submission
        uses that name itself."""
        if value is None or type(value) is Nothing or self._sources[-1].rstrip().endswith(";"):
            return
        self._values[len(self._sources) - 1] = value
        if all(self.user_ns.get(name) is kept for name, kept in self._last.items()):
            self._last = dict(zip(_RESULTS, (value, *self._last.values()), strict=False))
            self.user_ns.update(self._last)

    def run_line_magic(self, magic_name: str, line: str = "", *args: Any, **kwargs: Any) -> Any:
        """``%name line``."""
        if magic_name == "time":
            return self._run(line, 0)
        if magic_name == "pylab":
            return self._run(_PYLAB, 0)
        if magic_name.startswith("%"):
            raise ValueError(f"%{magic_name} has to stand in the first line of its cell")
        if magic_name == "run":
            self._files.run(line, self.user_ns)
        return Nothing()

    def run_cell_magic(self, magic_name: str, line: str, cell: str) -> Any:
        """``%%name line`` above a cell."""
        value = self._run(cell, 1) if magic_name in _CELL_MAGICS else None
        if magic_name == "capture":
            names = (word for word in line.split() if word.isidentifier())
            self.user_ns.update(dict.fromkeys(names, Nothing()))
        if magic_name in ("writefile", "file"):
            self._files.write(line, cell)
        return value

    def magic(self, command: str) -> Any:
        """``%name line``, as older exports write it."""
        name, _, line = command.lstrip("%").partition(" ")
        return self.run_line_magic(name, line)

    def run_cell(self, raw_cell: str, *args: Any, **kwargs: Any) -> Any:
        """Run a cell that is a text."""
        return self._run(raw_cell, 0)

    ev = ex = run_code = run_cell

    def push(self, variables: dict[str, Any], *args: Any, **kwargs: Any) -> None:
        """Bind names."""
        self.user_ns.update(variables)

    def system(self, command: str) -> None:
        """``!command``."""

    def getoutput(self, command: str, *args: Any, **kwargs: Any) -> Lines:
        """``lines = !command``."""
        return Lines()


def display(*objects: Any, **options: Any) -> None:
    """Print what would be shown. An object that cannot be shown raises nothing in Jupyter."""
    with contextlib.suppress(Exception):
        print(*objects)
