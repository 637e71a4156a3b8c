"""Data files of an exercise: arrays that its instances refer to, and where they are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from autograder.exercise.declaration import ExerciseError
from autograder.sandbox.plain import MAX_BYTES, leaves


@dataclass(frozen=True)
class Data:
    """An array in a file of the exercise's folder, in the place of an argument: the one with a
    ``name`` in an ``.npz``, or that of an ``.npy``; of it only the first ``rows``, if given."""

    file: str
    name: str = ""
    rows: int | None = None


class DataError(Exception):
    """An array that cannot be read; the message says of which file, and why."""


@dataclass(frozen=True)
class DataFiles:
    """The arrays in files of a ``folder``, each read once."""

    folder: Path | None = None
    _arrays: dict[Data, np.ndarray] = field(default_factory=dict)

    def array(self, data: Data) -> np.ndarray:
        """One array; raises `DataError`."""
        if data not in self._arrays:
            self._arrays[data] = self._read(data)
        return self._arrays[data]

    def read(self, label: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments of the instance with this label, with arrays in the place of references to
        them. Raises `ExerciseError`."""
        about = ("Instance", label)
        found = {}
        for name, value in given.items():
            if isinstance(value, Data):
                try:
                    value = self.array(value)
                except DataError as error:
                    raise ExerciseError(f"instance {label!r}: {error}", *about) from None
            elif any(isinstance(leaf, Data) for _, leaf in leaves(value)):
                raise ExerciseError(
                    f"instance {label!r}: {name} has Data in it; Data must be an argument by itself",
                    *about,
                )
            found[name] = value
        return found

    def _read(self, data: Data) -> np.ndarray:
        if self.folder is None or Path(data.file).name != data.file:
            raise DataError(f"{data.file} is no file of the exercise's folder")
        path = self.folder / data.file
        try:
            found = np.load(path, allow_pickle=False)
            if isinstance(found, np.ndarray):
                array = found
            else:
                with found:
                    array = found[data.name]
        except FileNotFoundError:
            raise DataError(f"{path} does not exist") from None
        except KeyError:
            raise DataError(f"{path} has no array {data.name!r}") from None
        except (OSError, ValueError, EOFError) as error:
            raise DataError(f"{path} cannot be read ({error})") from None
        array = array[: data.rows] if data.rows is not None else array
        if array.nbytes > MAX_BYTES:
            raise DataError(
                f"{data.name or data.file} is larger than the {MAX_BYTES / 1e6:g} MB that a function "
                "can be given as one argument; give it fewer rows, or have it read the file itself"
            )
        return array


def references(given: Mapping[str, Any]) -> dict[str, Data]:
    """The arguments that refer to an array in a file."""
    return {name: value for name, value in given.items() if isinstance(value, Data)}
