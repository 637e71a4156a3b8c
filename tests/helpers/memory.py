"""How much memory this process takes up at most while something is done, as Linux tells it."""

from __future__ import annotations

import ctypes
import gc
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_SELF = Path("/proc/self")


class Peak:
    """How many bytes more there were than at the start, and how many of them stayed."""

    above = 0
    kept = 0


@contextmanager
def measured() -> Iterator[Peak]:
    """Measure what is done in here."""
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)  # what is free, and would be used again
    (_SELF / "clear_refs").write_text("5")  # the highest so far is forgotten
    found, start = Peak(), _status("VmRSS")
    yield found
    found.above, found.kept = _status("VmHWM") - start, _status("VmRSS") - start


def _status(key: str) -> int:
    match = re.search(rf"^{key}:\s+(\d+) kB$", (_SELF / "status").read_text(), re.MULTILINE)
    assert match, key
    return int(match[1]) * 1024
