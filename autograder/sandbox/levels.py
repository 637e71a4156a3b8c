"""The names of the levels, strongest first: what a report calls the containment of its worker; and
what is raised where none can be had."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from autograder.faults import Fault

LEVELS = (
    "namespaces+landlock+seccomp",
    "landlock+seccomp",
    "namespaces+seccomp",
    "seccomp",
)
#: A plain process, with limits only; taken when it is asked for by this name, and never otherwise.
NONE = "none"


class WorkerFault(Fault):
    """A worker could not be started: a fault of the machine, never of the submission."""


class NotContained(WorkerFault):
    """No level that may be taken holds on this machine; ``refused`` says of each why not."""

    def __init__(self, message: str, refused: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.refused = refused or {}


class CourseShown(NotContained):
    """What submissions may read of Python takes in what they may not read of the course."""


def require_linux() -> None:
    """Raise `NotContained` where there are none of the means of containment."""
    if sys.platform != "linux":
        raise NotContained(
            f"Submissions are run by means that only Linux has, and this is {sys.platform}. "
            "Grade in a Linux container or virtual machine; check and build work here."
        )
