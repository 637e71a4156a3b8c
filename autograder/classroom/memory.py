"""How many submissions may run at once, by the memory that there is for them."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from autograder.sandbox.limits import Limits

MEGABYTE = 1_000_000
#: What a grading process and its fork server take, besides the submission.
GRADER_MB = 120
#: cgroup version 2, then 1: the limit, the use, and how `memory.stat` names pages that can be had
#: back. They are looked for in the folder of this process and in those above it.
_LIMITS, _USES = (
    ("memory.max", "memory.limit_in_bytes"),
    ("memory.current", "memory.usage_in_bytes"),
)
_CACHED = ("inactive_file", "active_file", "total_inactive_file", "total_active_file")


def processes_that_fit(limits: Limits, wanted: int) -> tuple[int, str]:
    """How many of the ``wanted`` grading processes fit, at least one; and where they do not all, or
    where a submission cannot have what it may take, a sentence that says so."""
    each = limits.memory_mb + GRADER_MB
    room = free_mb()
    ceiling = _address_space_mb()
    if ceiling < limits.memory_mb or room < each:
        least = min(room - GRADER_MB, ceiling)
        return 1, (
            f"This machine has {max(0.0, least):.0f} MB of memory for a submission, which may take "
            f"{limits.memory_mb:g} MB: it grades one at a time, and one that needs more cannot be "
            "graded. Lower memory_mb under [limits] in course.toml, or give the machine more."
        )
    fitting = min(wanted, int(room // each))
    if fitting == wanted:
        return wanted, ""
    return fitting, (
        f"This machine has {room:.0f} MB of memory free, and {wanted} submissions at once may take "
        f"{wanted * each:.0f} MB: it grades {fitting} at a time. To grade more at once, lower "
        "memory_mb under [limits] in course.toml, or give the machine more memory."
    )


def free_mb() -> float:
    """The memory that this process and others may still take: the machine's, and that of every
    control group that this process is in."""
    free = [_available("/proc/meminfo")]
    free += [_room(folder) for folder in _control_groups()]
    return min(free) / MEGABYTE


def _available(path: str) -> float:
    with contextlib.suppress(OSError, ValueError, IndexError):
        for line in Path(path).read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024.0
    return float("inf")


def _control_groups() -> Iterator[Path]:
    """The folders of the control groups of this process that may limit its memory, with those that
    they are in."""
    with contextlib.suppress(OSError, ValueError):
        mounted = [line.split() for line in Path("/proc/self/mountinfo").read_text().splitlines()]
        for line in Path("/proc/self/cgroup").read_text().splitlines():
            _, controllers, group = line.split(":", 2)
            if controllers and "memory" not in controllers.split(","):
                continue
            for root, point, *_, kind, _, options in (fields[3:] for fields in mounted):
                version_1 = kind == "cgroup" and "memory" in options.split(",")
                if not (version_1 if controllers else kind == "cgroup2"):
                    continue
                # In a container, the root that is mounted may be a group below the machine's.
                inside = os.path.relpath(group, root) if group.startswith(root) else "."
                folder = Path(point, inside)
                yield folder
                yield from (above for above in folder.parents if above.is_relative_to(point))


def _room(folder: Path) -> float:
    """What a control group may still take."""
    limit, used = (_number(folder, names) for names in (_LIMITS, _USES))
    cached = 0.0
    with contextlib.suppress(OSError, ValueError):
        stat = dict(line.split() for line in (folder / "memory.stat").read_text().splitlines())
        cached = sum(int(stat.get(name, 0)) for name in _CACHED[2 * ("total_cache" in stat) :][:2])
    return float("inf") if limit is None or used is None else limit - used + cached


def _number(folder: Path, names: tuple[str, ...]) -> float | None:
    for name in names:
        with contextlib.suppress(OSError, ValueError):  # "max" is no limit
            return int((folder / name).read_text())
    return None


def _address_space_mb() -> float:
    """What is left of the address space of a process like this one."""
    if sys.platform != "linux":
        return float("inf")
    import resource

    from autograder.sandbox.inside.containment import address_space

    _, most = resource.getrlimit(resource.RLIMIT_AS)
    return (most - address_space()) / MEGABYTE if most != resource.RLIM_INFINITY else float("inf")
