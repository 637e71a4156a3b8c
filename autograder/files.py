"""Files that are written whole: what was there stays until all of the new is on the disk.

Everything is written beside its place, and then renamed. What a killed run leaves beside has a name
that the next one takes again.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import (
    AbstractContextManager,
    ExitStack,
    chdir,
    contextmanager,
    nullcontext,
    suppress,
)
from pathlib import Path
from typing import BinaryIO

try:
    import fcntl
except ImportError:  # a student's machine may be Windows
    fcntl = None  # type: ignore[assignment]

_WRITING = ".writing"
#: Of no folder that a person makes: what is not locked under this name is removed.
_SCRATCH = ".autograder-scratch-"
#: Of a name of at most 255 bytes, so that what is beside it can have one.
_MAX_NAME = 60


def write_file(path: Path, data: str | bytes) -> None:
    """Replace a file; text is written as UTF-8, with its newlines as they are."""
    with whole_file(path) as stream:
        stream.write(data.encode() if isinstance(data, str) else data)


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """A stream whose content replaces a file when it is closed without an error.

    Links are followed, and the file's mode and owner are kept. What is no file, as a pipe, is
    written at once. Raises `OSError` with the path.
    """
    path = Path(os.path.realpath(path))
    with naming(path), ExitStack() as opened:
        if path.exists() and (not path.is_file() or not os.access(path, os.W_OK)):
            yield opened.enter_context(open(path, "wb"))  # the second kind is refused here
            return
        temporary = _temporary(path)
        stream = opened.enter_context(_locked(temporary, 0o666))
        opened.callback(_remove_own, temporary, stream)
        with suppress(FileNotFoundError):
            _look_alike(stream, os.stat(path))
        yield stream
        _sync(stream)
        if fcntl is None:
            stream.close()  # Windows renames no open file; elsewhere the lock is held until then
        os.replace(temporary, path)


def create_file(path: Path, data: str, mode: int = 0o666) -> None:
    """Write a new file; raises `FileExistsError` if there is one, which is left as it is."""
    temporary = _temporary(path)
    with naming(path), _locked(temporary, mode) as stream, ExitStack() as opened:
        opened.callback(_remove_own, temporary, stream)
        stream.write(data.encode())
        _sync(stream)
        try:
            os.link(temporary, path)  # a rename would replace another run's
        except FileExistsError:
            raise
        except OSError:  # a file system without links
            if path.exists():
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST)) from None
            os.rename(temporary, path)


class NewFiles(AbstractContextManager["NewFiles"]):
    """New files for a folder, which is created: all are on its disk before `put` renames the first.

    Other files of the folder stay. Raises `OSError` with the path.
    """

    def __init__(self, folder: Path, mode: int = 0o777) -> None:
        """Begin new files; ``mode`` is that of the folder, if it has to be created."""
        self._mode = mode
        self._folder = Path(os.path.realpath(folder))
        self._names: list[str] = []
        self._opened = ExitStack()

    def __enter__(self) -> NewFiles:
        import shutil  # slow to load, like `tempfile`, and `check` writes nothing

        with naming(self._folder), ExitStack() as opened:
            new = not self._folder.exists()
            self._folder.mkdir(self._mode, parents=True, exist_ok=True)
            if new:
                opened.callback(_remove_empty, self._folder)
            _lock_folder(opened, self._folder)
            self._beside = _beside(self._folder)
            shutil.rmtree(self._beside, ignore_errors=True)
            opened.callback(shutil.rmtree, self._beside, ignore_errors=True)
            self._beside.mkdir(0o700)  # until then nobody else may read what is new
            self._opened = opened.pop_all()
        return self

    def __exit__(self, *about: object) -> None:
        self._opened.close()

    def add(self, name: str, data: str | bytes | Path) -> None:
        """Write a file, or copy one; ``name`` is its path in the folder."""
        place = self._beside / name
        with naming(self._folder / name, always=True):
            place.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(data, Path):
                import shutil

                shutil.copy2(data, place)
            else:
                place.write_bytes(data.encode() if isinstance(data, str) else data)
        self._names.append(name)

    def put(self) -> None:
        """Rename the files to their places, in the order in which they were added."""
        for parent in {(self._folder / name).parent for name in self._names}:
            parent.mkdir(parents=True, exist_ok=True)
        for name in self._names:
            with naming(self._folder / name):
                os.replace(self._beside / name, self._folder / name)


@contextmanager
def scratch_folder(place: Path | None = None) -> Iterator[Path]:
    """A temporary folder of this run, in the ``place`` of temporary files unless another is given;
    those that killed runs left there are removed first."""
    import tempfile

    _remove_left(place or Path(tempfile.gettempdir()))
    while True:
        with ExitStack() as opened:
            temporary = tempfile.TemporaryDirectory(
                prefix=_SCRATCH, dir=place, ignore_cleanup_errors=True
            )
            folder = Path(opened.enter_context(temporary))
            with suppress(FileNotFoundError):
                _lock_folder(opened, folder)
            if folder.exists():  # another run may have removed it before it was locked
                yield folder
                return


def within(folder: Path | None) -> AbstractContextManager[None]:
    """Where relative names of files are those of a folder; without one, they mean what they did."""
    return nullcontext() if folder is None else chdir(folder)


def _remove_left(place: Path) -> None:
    """Remove the scratch folders of this user that no run has locked."""
    if fcntl is None:
        return
    import shutil

    for folder in place.glob(f"{_SCRATCH}*"):
        with suppress(OSError), ExitStack() as opened:
            if folder.lstat().st_uid == os.getuid():
                descriptor = _opened_folder(opened, folder)
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder)


def _beside(folder: Path) -> Path:
    """A folder on the same disk: beside it where possible, since what is in it may be read."""
    beside = _temporary(folder)
    same = folder.stat().st_dev == folder.parent.stat().st_dev
    return beside if same and os.access(folder.parent, os.W_OK) else folder / _WRITING


def _temporary(path: Path) -> Path:
    return path.with_name(f".{path.name[:_MAX_NAME]}{_WRITING}")


@contextmanager
def naming(path: Path, always: bool = False) -> Iterator[None]:
    """Name this path in an error of the system that names none, or what is beside it."""
    try:
        yield
    except OSError as error:
        replaced = always or not error.filename or _WRITING in str(error.filename)
        if error.errno is not None and replaced:
            error.filename = str(path)
            del error.filename2
        raise


@contextmanager
def _locked(path: Path, mode: int) -> Iterator[BinaryIO]:
    """A new file that no other run writes meanwhile; one that a killed run left is emptied."""
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    while True:
        stream = open(os.open(path, flags, mode), "wb")  # noqa: SIM115
        with stream:
            _lock(stream.fileno())
            with suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(stream.fileno()), os.stat(path)):
                    stream.truncate(0)
                    yield stream
                    return
        # The run that held it has renamed it: this is another file now.


def _lock(descriptor: int) -> None:
    if fcntl is not None:
        with suppress(OSError):  # some network file systems have no locks
            fcntl.flock(descriptor, fcntl.LOCK_EX)


def _lock_folder(opened: ExitStack, folder: Path) -> None:
    if fcntl is not None:
        _lock(_opened_folder(opened, folder))


def _opened_folder(opened: ExitStack, folder: Path) -> int:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    opened.callback(os.close, descriptor)
    return descriptor


def _look_alike(stream: BinaryIO, found: os.stat_result) -> None:
    """Give a file the mode and, as far as possible, the owner of the one that it replaces."""
    if hasattr(os, "fchown"):
        now = os.fstat(stream.fileno())
        if (now.st_uid, now.st_gid) != (found.st_uid, found.st_gid):
            with suppress(OSError):
                os.fchown(stream.fileno(), found.st_uid, found.st_gid)
        os.fchmod(stream.fileno(), stat.S_IMODE(found.st_mode))


def _sync(stream: BinaryIO) -> None:
    """Let the disk refuse before the old file is replaced, not after."""
    stream.flush()
    os.fsync(stream.fileno())


def _remove_own(temporary: Path, stream: BinaryIO) -> None:
    with suppress(OSError):
        if os.path.samestat(os.fstat(stream.fileno()), os.stat(temporary)):
            temporary.unlink()


def _remove_empty(folder: Path) -> None:
    with suppress(OSError):
        folder.rmdir()
