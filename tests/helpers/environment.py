"""The environment of all tests, which is the same whoever runs them and from wherever."""

from __future__ import annotations

import os
import pwd
import tempfile
from pathlib import Path

#: What a person sets, and what programs take for a wish, by how their names begin; and what holds
#: for this process only, which has read it. What it says of the processor stays: numpy was loaded
#: with that here, and sums would end in other digits in what is started without it.
PERSONAL = tuple(
    "COLUMNS FORCE_COLOR IPYTHON JUPYTER LANG LC_ LINES NBGRADER NO_COLOR OPENBLAS_VERBOSE PG "
    "PYTHON SQLALCHEMY XDG_".split()
)
#: Where programs look for a user's name; `su` and `sudo` leave somebody else's in some of them.
NAMES = "LOGNAME USER LNAME USERNAME".split()
#: How long the path of the temporary folder may be. A socket's has at most 107 bytes, and tests
#: put folders of their own between.
MOST = 24


def settle() -> None:
    """Make the environment of this process, and so of all that it starts, one that says nothing of
    whoever runs the tests."""
    for key in [key for key in os.environ if key.startswith(PERSONAL) or key in NAMES]:
        del os.environ[key]
    os.environ["LANG"] = "C.UTF-8"  # alembic reads paths in it
    os.environ["OPENBLAS_NUM_THREADS"] = "1"  # a second thread costs minutes, and gains nothing
    os.environ["TMPDIR"] = tempfile.tempdir = _temporary()
    try:
        name = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a number without an account, as containers have them
        return
    os.environ["USER"] = os.environ["LOGNAME"] = name
    if not _may_be_ours(Path(tempfile.tempdir) / f"pytest-of-{name}"):
        os.environ["PYTEST_DEBUG_TEMPROOT"] = tempfile.mkdtemp(prefix="tests-")


def _temporary() -> str:
    """The folder for what is temporary, where everybody may enter it and a socket has room."""
    usual = Path(tempfile.gettempdir())
    open_to_all = all(folder.stat().st_mode & 0o001 for folder in (usual, *usual.parents))
    return str(usual) if open_to_all and len(os.fsencode(usual)) <= MOST else "/tmp"


def _may_be_ours(folder: Path) -> bool:
    return not os.path.lexists(folder) or folder.lstat().st_uid == os.getuid()
