"""Data files of an exercise: arrays that its instances refer to, and where they are read."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import field
from pathlib import Path
from typing import Any

import numpy as np

from autograder.exercise.error import ExerciseError
from autograder.exercise.instance import Instance
from autograder.record import record
from autograder.sandbox.plain import MAX_BYTES, leaves


@record
class Data:
    """An array in a file of the exercise's folder, in the place of an argument: the one with a
    ``name`` in an ``.npz``, or that of an ``.npy``; of it only the first ``rows``, if given."""

    file: str
    name: str = ""
    rows: int | None = None


class DataError(Exception):
    """An array that cannot be read; the message says of which file, and why."""


@record
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
        if not isinstance(data.file, str) or not isinstance(data.name, str):
            raise DataError("Data needs the name of a file, and that of an array in it, as texts")
        if data.rows is not None and (type(data.rows) is not int or data.rows < 1):
            raise DataError(f"the rows of {data.file} must be a whole number above 0, or left out")
        if self.folder is None or Path(data.file).name != data.file:
            raise DataError(f"{data.file} is no file of the exercise's folder")
        if Path(data.file).suffix not in (".npz", ".npy"):
            raise DataError(
                f"{data.file} is no .npz or .npy file, from which alone Data takes arrays; read it "
                "in a function of the solution, or save its numbers with np.savez"
            )
        from zipfile import BadZipFile  # slow to load, and few exercises have data

        path = self.folder / data.file
        try:
            with path.open("rb") as stream:
                found = np.load(stream, allow_pickle=False)
                if not isinstance(found, np.ndarray) and data.name not in found:
                    have = ", ".join(found) or "none"
                    raise DataError(f"{path} has no array {data.name!r}; it has {have}")
                array = found if isinstance(found, np.ndarray) else found[data.name]
        except FileNotFoundError:
            raise DataError(f"{path} does not exist") from None
        except (OSError, ValueError, EOFError, BadZipFile) as error:
            raise DataError(f"{path} cannot be read: save it again with numpy ({error})") from None
        if array.size == 0:
            raise DataError(f"{path} has no numbers in {data.name or 'it'}")
        if data.rows is not None:
            if array.ndim == 0 or not 0 < data.rows <= len(array):
                rows = len(array) if array.ndim else "no"
                raise DataError(f"{data.name or data.file} has {rows} rows, and not {data.rows}")
            array = array[: data.rows]
        if array.nbytes > MAX_BYTES:
            raise DataError(
                f"{data.name or data.file} is larger than the {MAX_BYTES / 1e6:g} MB that a function "
                "can be given as one argument; give it fewer rows, or have it read the file itself"
            )
        return array


def references(given: Mapping[str, Any]) -> dict[str, Data]:
    """The arguments that refer to an array in a file."""
    return {name: value for name, value in given.items() if isinstance(value, Data)}


def require_released(instance: Instance, released: Collection[str]) -> None:
    """Raise `ExerciseError` if an instance that students get refers to a file that they do not."""
    for name, data in references(instance.inputs).items():
        if data.file not in released:
            raise ExerciseError(
                f"instance {instance.label!r}: {name} is in {data.file}, which students do not get; "
                "name it in data",
                *("Instance", instance.label),
            )
