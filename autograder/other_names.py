"""What is in a folder in which neither the notebook nor the script lies that is asked for."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Sequence
from contextlib import suppress
from io import BytesIO
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from autograder.contents import right_ending
from autograder.regular_file import small_file
from autograder.text import listed, short_name, visible_name

ENDINGS = (".ipynb", ".py")
CHECKPOINTS = ".ipynb_checkpoints"
#: Entries of a folder or of an archive that are looked at, bytes of an archive, and names shown.
_MAX_ENTRIES, _MAX_ARCHIVE, _SHOWN = 1_000, 20_000_000, 3
_ARCHIVES = (".zip", ".7z", ".rar", ".tar", ".gz", ".tgz", ".xz", ".bz2")
_PRINTS = (".pdf", ".html", ".htm", ".mhtml", ".docx", ".doc", ".odt", ".png", ".jpg", ".jpeg")
#: Shortcuts, what a cloud leaves in a file's place, and half of a download.
_STAND_INS = (".icloud", ".lnk", ".url", ".webloc", ".gdoc", ".crdownload", ".part")
#: What nobody hands in: what systems and Jupyter add, and nbgrader's.
_ADDED = r"(?i)\..*|Thumbs\.db|desktop\.ini|__MACOSX|__pycache__|timestamp\.txt"
_ENTRY = b"PK\x01\x02"


class _Found(NamedTuple):
    """Files of one kind, what to call them, and what to do."""

    names: Sequence[str]
    what: str
    remedy: str


def is_like(found: str, name: str) -> bool:
    """Whether a file's name has the assignment's in it, however that is written: so do copies."""
    return _plain(name) in _plain(Path(right_ending(found) or found).stem)


def copies(folder: Path, name: str, given: Collection[str] = ()) -> list[Path]:
    """Other notebooks and scripts whose names are like the assignment's, a few of them."""
    files, _ = _listed(folder, name, given)
    found = [file for file in files if file.endswith(ENDINGS) and is_like(file, name)]
    return [folder / each for each in found[:_SHOWN]]


def _listed(folder: Path, name: str, given: Collection[str]) -> tuple[list[str], list[str]]:
    """The other files of a folder, and the folders in it."""
    known = {*given, *(f"{name}{ending}" for ending in ENDINGS)}
    files, folders = [], []
    with suppress(PermissionError), os.scandir(folder) as entries:  # told where files are copied
        for entry in islice(entries, _MAX_ENTRIES):
            if entry.is_dir(follow_symlinks=False):
                folders.append(entry.name)
            elif entry.name not in known and not _is_added(entry.name):
                files.append(entry.name)
    return sorted(files), sorted(folders)


def _is_added(name: str) -> bool:
    return bool(re.fullmatch(_ADDED, name)) and not name.lower().endswith(_STAND_INS)


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.casefold())


def found_instead(
    folder: Path, name: str, given: Collection[str] = (), anything: bool = True
) -> str:
    """What is in a folder besides ``name``.ipynb and ``name``.py, and what to do, as the end of a
    sentence; "" if there is nothing. ``given`` are files that were handed out.

    Unless ``anything`` is asked for, only what may have the work in it.
    """
    files, folders = _listed(folder, name, given)
    kind = _notebooks(files, name, anything) or _archive(folder, files, name)
    kind = kind or _folder(folder, folders, name, anything) or _others(files, name, anything)
    if kind is None:
        return ""
    names = [visible_name(each) for each in kind.names]
    more = [f"{len(names) - _SHOWN} more"] if len(names) > _SHOWN else []
    return f"{kind.what}{listed([*names[:_SHOWN], *more])}{kind.remedy}"


def _notebooks(files: Sequence[str], name: str, anything: bool) -> _Found | None:
    """Notebooks and scripts under other names: those that are like the right one, or else all; of
    scripts, which may be parts of the work, not unless ``anything`` is asked for."""
    found = [file for file in files if file.endswith(ENDINGS) or _is_misnamed(file)]
    like = [file for file in found if is_like(file, name)]
    if not like:
        found = [file for file in found if file.endswith(ENDINGS)] or found
        found = [file for file in found if anything or not file.endswith(ENDINGS[1])]
        it = "the one with your work" if found[1:] else "it"
        return _Found(found, "", f": give {it} one of these names") if found else None
    it = "the one with your work" if like[1:] else "it"
    right = {f"{name}{Path(right_ending(file) or file).suffix}" for file in like}
    remedy = f": give {it} the name {' or '.join(sorted(right))}"
    hidden = {Path(file).suffix for file in like if not file.lower().endswith(ENDINGS)}
    if hidden:
        remedy += f" (your computer may hide the ending {visible_name(min(hidden))})"
    return _Found(like, "", remedy)


def _is_misnamed(file: str) -> bool:
    return bool(right_ending(file)) and not file.lower().endswith(
        (*_ARCHIVES, *_PRINTS, *_STAND_INS)
    )


def _archive(folder: Path, files: Sequence[str], name: str) -> _Found | None:
    found = [file for file in files if file.lower().endswith(_ARCHIVES)]
    if not found:
        return None
    inside = _names_in(folder / found[0])
    notebooks = [PurePosixPath(each).name for each in inside if each.endswith(ENDINGS)]
    what = "an archive"
    if inside:
        shown = [short_name(each) for each in notebooks or [PurePosixPath(inside[0]).name]]
        what += f" with {listed(shown[:_SHOWN])} in it"
    return _Found(found[:1], "", f", {what}: unpack it, and hand in {name}.ipynb or {name}.py")


def _names_in(path: Path) -> list[str]:
    """The files in a ZIP archive, which is never unpacked; none if it is another or a large one."""
    import zipfile  # imported late: slow to load and rarely needed

    data = small_file(path, _MAX_ARCHIVE) or b""
    if data.count(_ENTRY) > _MAX_ENTRIES:
        return []
    try:
        names = zipfile.ZipFile(BytesIO(data)).namelist()
    except (zipfile.BadZipFile, ValueError, OSError, ArithmeticError, NotImplementedError):
        return []
    parts = [(each, PurePosixPath(each).parts) for each in names if not each.endswith("/")]
    return [each for each, part in parts if not any(re.fullmatch(_ADDED, name) for name in part)]


def _folder(folder: Path, folders: Sequence[str], name: str, anything: bool) -> _Found | None:
    """A folder with a notebook or a script in it, at most two deep."""
    for place in folders:
        inside = [
            file
            for file in _notebooks_in(folder / place)
            if file.endswith(ENDINGS[0]) or is_like(file, name)
        ]
        if inside and not re.fullmatch(_ADDED, place):
            remedy = f" with {listed(inside)} in it: hand in the file itself, not its folder"
            return _Found([place], "the folder ", remedy)
    if anything and CHECKPOINTS in folders and _notebooks_in(folder / CHECKPOINTS):
        remedy = f": hand in {name}.ipynb itself"
        return _Found([CHECKPOINTS], "Jupyter's own backups in ", remedy)
    return None


def _notebooks_in(folder: Path, deep: int = 1) -> list[str]:
    found = []
    try:
        with os.scandir(folder) as entries:
            for entry in islice(entries, _MAX_ENTRIES):
                if entry.name.endswith(ENDINGS):
                    found.append(visible_name(entry.name))
                elif deep and entry.is_dir(follow_symlinks=False):
                    inside = _notebooks_in(Path(entry.path), deep - 1)
                    found += [f"{visible_name(entry.name)}/{each}" for each in inside]
    except OSError:
        return []
    return sorted(found)[:_SHOWN]


def _others(files: Sequence[str], name: str, anything: bool) -> _Found | None:
    stand_ins = [file for file in files if file.lower().endswith(_STAND_INS)]
    if stand_ins:
        remedy = (
            f", which only stands for a file: open it, save that, and hand in {name}.ipynb itself"
        )
        return _Found(stand_ins[:1], "", remedy)
    prints = [file for file in files if file.lower().endswith(_PRINTS) and is_like(file, name)]
    if prints:
        it = "is only a print of it" if not prints[1:] else "are only prints of it"
        return _Found(prints, "", f", which {it}: hand in {name}.ipynb or {name}.py itself")
    if not files or not anything:
        return None
    return _Found(files, "only ", f": hand in {name}.ipynb or {name}.py")
