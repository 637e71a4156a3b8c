"""Runs an author's file, and finds what it declares."""

from __future__ import annotations

import importlib.util
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import TypeVar

from autograder.exercise.error import ExerciseError
from autograder.exercise.places import AuthorFile, AuthorFiles
from autograder.exercise.solution_call import error_text
from autograder.files import within

Loaded = TypeVar("Loaded")


class _Uncached(SourceFileLoader):
    """Keeps no compiled file: where a full disk cut one off, no later run could read it."""

    def get_code(self, fullname: str) -> CodeType:
        return self.source_to_code(self.get_data(self.path), self.path)


def run_file(path: Path, file: AuthorFile) -> ModuleType:
    """What a file of an author's defines; raises `ExerciseError` if it fails."""
    name = path.stem
    loader = _Uncached(f"{name}_{path.parent.name}", str(path))
    spec = importlib.util.spec_from_file_location(loader.name, path, loader=loader)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    try:
        with within(path.parent):
            spec.loader.exec_module(module)
    except ExerciseError:
        raise
    except (Exception, SystemExit) as error:
        told = ExerciseError(error_text(error))
        told.__cause__ = error
        raise AuthorFiles([file]).placed(told, file.shown) from error
    return module


def bound_object(module: ModuleType, file: AuthorFile, name: str, kind: type[Loaded]) -> Loaded:
    """The object that a file binds to a name; raises `ExerciseError` if there is none of that
    kind."""
    value = getattr(module, name, None)
    if not isinstance(value, kind):
        raise ExerciseError(
            f"{file.shown} must bind an object of {kind.__name__} to the name {name!r}.",
            is_placed=True,
        )
    return value
