"""Puts a package into a folder that holds nothing else."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from autograder.faults import Refusal
from autograder.files import NewFiles


class InTheWay(Refusal):
    """Something else is where a file would be written; nothing was changed."""


def put_folder(folder: Path, files: Iterable[tuple[str, bytes]]) -> None:
    """Write files, by their paths in the ``folder``. An earlier package is replaced.

    Raises `InTheWay` if something else lies there: it would be uploaded too.
    """
    found = dict(files)
    if os.path.lexists(folder) and not folder.is_dir():
        raise InTheWay(f"{folder} is not a folder. Name another one for --into.")
    there = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if not p.is_dir()}
    if other := sorted(there - found.keys()):
        raise InTheWay(
            f"{folder} holds {other[0]}, which is no part of the package. "
            "Remove the folder, or name another one for --into."
        )
    with NewFiles(folder, 0o700) as new:
        for path, data in found.items():
            new.add(path, data)
        new.put()
