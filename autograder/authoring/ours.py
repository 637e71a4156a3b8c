"""Which files of an assignment's source and release `autograder build` wrote.

Only these are replaced or removed. Their names stand in ``.<assignment>.built`` beside the source
folder, and are written there first: what a killed build leaves is ours as well.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from autograder.course import Course, CourseError
from autograder.exercise.visible import VISIBLE_FILE
from autograder.files import whole_file, write_file


class Ours:
    """The names of the files that builds of an assignment wrote."""

    def __init__(self, course: Course, name: str) -> None:
        """Read them; raises `CourseError` if a folder holds files and none is ours."""
        sources = course.root / course.source_directory
        self._path = sources / f".{name}.built"
        self._folders = (sources / name, course.released / name)
        marked = self._path.is_file()
        lines = self._path.read_text("utf-8", "replace").splitlines() if marked else ()
        self.names = frozenset(lines)
        if not marked:
            for folder in self._folders:
                _require_ours(folder)

    @contextmanager
    def announced(self, names: Collection[str]) -> Iterator[None]:
        """The names of a new build are ours, too, from the end of this block without an error."""
        with whole_file(self._path) as stream:
            stream.write(_lines(self.names | set(names)))
            yield

    def leave_only(self, names: Collection[str]) -> None:
        """After a build: remove the files of earlier ones that it did not write."""
        for old in self.names - set(names):
            for folder in self._folders:
                (folder / old).unlink(missing_ok=True)
        write_file(self._path, _lines(names))


def _require_ours(folder: Path) -> None:
    """Earlier versions kept no names, but wrote the visible instances."""
    if folder.is_dir() and any(folder.iterdir()) and not (folder / VISIBLE_FILE).is_file():
        raise CourseError(
            f"{folder} was not made by `autograder build`, and is not replaced. Give the exercise "
            "another name, or move that folder away."
        )


def _lines(names: Collection[str]) -> bytes:
    return "".join(f"{name}\n" for name in sorted(names)).encode()
