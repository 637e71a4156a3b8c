"""The installed package as a wheel, which students install: in a course that begins from wheels
there is no other place to take it from.

It is made again from the installed files, and always in the same way: the same package gives the
same bytes.
"""

from __future__ import annotations

import base64
import hashlib
import zipfile
from collections.abc import Iterator
from importlib.metadata import Distribution, distributions
from pathlib import Path

from autograder.course import COURSE_FILE, Course, CourseError
from autograder.version import VERSION

_PACKAGE = Path(__file__).parents[1]
_NAME = "backprop_autograder-"
_METADATA = "METADATA"
_TAG = (
    f"Wheel-Version: 1.0\nGenerator: autograder ({VERSION})\n"
    "Root-Is-Purelib: true\nTag: py3-none-any\n"
)
#: The earliest time that a zip can hold.
_TIME = (1980, 1, 1, 0, 0, 0)


def write_wheel(course: Course, folder: Path) -> str:
    """Write the wheel into a folder; its name. Raises `CourseError` if autograder was not installed
    by pip or the like, as then nothing knows what it depends on."""
    found = _installed(course)
    stem = f"{_NAME}{found.version}"
    files = dict(_files(found, f"{stem}.dist-info"))
    name = f"{stem}-py3-none-any.whl"
    with zipfile.ZipFile(folder / name, "w") as archive:
        for path, data in [*files.items(), _record(files, f"{stem}.dist-info/RECORD")]:
            entry = zipfile.ZipInfo(path, _TIME)
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, data, zipfile.ZIP_DEFLATED)
    return name


def is_wheel(path: Path) -> bool:
    """Whether a file is named like a wheel of the package."""
    return path.name.startswith(_NAME) and path.suffix == ".whl"


def same_wheel(one: Path, two: Path) -> bool:
    """Whether two wheels hold the same; another machine may compress it otherwise."""
    try:
        return _contents(one) == _contents(two)
    except zipfile.BadZipFile:
        return False


def install_text(wheel: str) -> str:
    """The text for students that says how to install a wheel which lies beside it."""
    return (
        "**Once, before you begin**, install the package that checks your work: run this line in a "
        "new cell of the notebook,\n\n"
        f"    %pip install ./{wheel}\n\n"
        f"or `pip install ./{wheel}` in a terminal in this folder. If `import autograder` works, it "
        "is installed already."
    )


def _installed(course: Course) -> Distribution:
    # In a clone there may be traces of a build too, which have no METADATA.
    for each in distributions(name="backprop-autograder"):
        if each.read_text(_METADATA):
            return each
    raise CourseError(
        f"{course.root / COURSE_FILE}: ship_checker needs autograder to be installed with pip. "
        "Install it, or set ship_checker to false."
    )


def package_files() -> Iterator[tuple[str, bytes]]:
    """The path and the content of each file of the package, without what an exercise begins as."""
    for path in sorted(_PACKAGE.rglob("*")):
        name = path.relative_to(_PACKAGE.parent).as_posix()
        # Of the beginning of an exercise, a line may be left in somebody's solution.
        if "/authoring/templates/" not in name and (path.suffix == ".py" or "/templates/" in name):
            yield name, path.read_bytes()


def _files(found: Distribution, about: str) -> Iterator[tuple[str, bytes]]:
    yield from package_files()
    for name in (_METADATA, "entry_points.txt", "top_level.txt", "licenses/LICENSE"):
        if text := found.read_text(name):
            yield f"{about}/{name}", text.encode()
    yield f"{about}/WHEEL", _TAG.encode()


def _record(files: dict[str, bytes], path: str) -> tuple[str, bytes]:
    lines = [f"{name},sha256={_digest(data)},{len(data)}\n" for name, data in files.items()]
    return path, "".join([*lines, f"{path},,\n"]).encode()


def _digest(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


def _contents(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
