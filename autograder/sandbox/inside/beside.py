"""Imports of the modules that a student hands in beside an answer."""

from __future__ import annotations

import contextlib
import importlib.machinery
import importlib.util
import sys
import types
from collections.abc import Callable, Iterator, Mapping
from typing import Any

#: Runs the source of a module, by its name, in its namespace.
Run = Callable[[str, dict[str, Any]], None]


class _Beside:
    """Finds them, and loads them."""

    def __init__(self, names: Mapping[str, str], run: Run) -> None:
        self._names, self._run = names, run

    def find_spec(
        self, name: str, path: Any = None, target: Any = None
    ) -> importlib.machinery.ModuleSpec | None:
        if name not in self._names:
            return None
        loader: Any = self
        return importlib.util.spec_from_loader(name, loader)

    def create_module(self, spec: Any) -> None:
        """As Python does by itself."""

    def exec_module(self, module: types.ModuleType) -> None:
        self._run(module.__name__, module.__dict__)


@contextlib.contextmanager
def importable(modules: Mapping[str, str], run: Run) -> Iterator[None]:
    """Have these modules found, before others of their names."""
    finder: Any = _Beside(modules, run)
    before = {name: sys.modules.pop(name) for name in modules if name in sys.modules}
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        with contextlib.suppress(ValueError):  # a submission may have rearranged the list
            sys.meta_path.remove(finder)
        for name in modules:
            sys.modules.pop(name, None)
        sys.modules.update(before)
