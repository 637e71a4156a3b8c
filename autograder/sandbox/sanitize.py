"""What a submission says of itself, without any text that it could have made up."""

from __future__ import annotations

import errno
import re
from collections.abc import Collection

from autograder.sandbox.calls import Outcome, Place
from autograder.sandbox.limits import Limits
from autograder.sandbox.lost import limit_reached

#: What a submission is told by the kernel when it reaches one of the limits.
LIMIT_OF_ERRNO = {
    errno.EPERM: "forbidden",
    errno.EACCES: "forbidden",
    errno.EAGAIN: "processes",
    errno.EMFILE: "files",
    errno.EFBIG: "written",
    errno.ENOSPC: "written",
    errno.EROFS: "forbidden",
}
MAX_LINE = 1_000_000
#: What numpy says of an array for which there is no memory.
_UNABLE = re.compile(r"Unable to allocate (\d+(?:\.\d*)?) ([KMGTPE])iB")


class Sanitizer:
    """Knows which lines a submission can have, and which limits it can reach."""

    def __init__(self, limits: Limits, labels: Collection[str]) -> None:
        """``labels`` are what messages call its cells and modules."""
        self._limits, self._labels = limits, {*labels, ""}

    def sanitized(self, outcome: Outcome) -> Outcome:
        """An outcome with no text that the submission could have made up, but for what an exception
        said; or the limit of which it tells."""
        if outcome.returned and not (outcome.place or outcome.exception or outcome.message):
            return outcome  # what nearly all are
        place = self.known(outcome.place)
        if outcome.kind != "raised":
            message = "a call it builds on gave no result" if outcome.kind == "skipped" else ""
            return outcome._replace(exception="", message=message, place=place)
        key = LIMIT_OF_ERRNO.get(outcome.errno)
        if "can't start new thread" in outcome.message:
            key = "threads"
        outcome = limit_reached(self._limits, key) if key else outcome
        return outcome._replace(place=place)

    def known(self, place: Place | None) -> Place | None:
        """A place, if a submission can have such a line."""
        if place and place.label in self._labels and 0 <= place.line < MAX_LINE:
            return place
        return None

    def is_too_large(self, outcome: Outcome) -> bool:
        """Whether a single array was for more memory than a submission may take."""
        found = _UNABLE.search(outcome.message)
        if found is None:
            return False
        size: float = float(found[1]) * 1024.0 ** (1 + "KMGTPE".index(found[2]))
        return size > self._limits.memory_mb * 1e6
