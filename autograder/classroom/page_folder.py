"""The folder that ``autograder report`` and ``autograder alike`` write their pages into."""

from __future__ import annotations

import os
from pathlib import Path

from autograder.course import CourseError


def require_own(folder: Path, page: str, generator: str, kind: str) -> None:
    """Raise `CourseError` rather than overwrite a page that is none of this generator's, which are
    of a ``kind``, or begin with a folder that cannot be made."""
    place = next(each for each in (folder, *folder.parents) if os.path.lexists(each))
    if not place.is_dir():
        raise CourseError(f"{place} is not a folder. Name another one for --into.")
    path = folder / page
    if path.exists():
        with open(path, "rb") as stream:
            beginning = stream.read(500)
        if beginning and f'<meta name="generator" content="{generator}">'.encode() not in beginning:
            raise CourseError(f"{path} exists and is not {kind}. Name another folder for --into.")
