"""Time that was really there: the wall's, without what the machine took from who is measured."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

#: A lap that lasted so much longer than it could have is a gap: whoever measures did not run.
GAP_SECONDS = 0.5
#: It is asked who ran in them when laps have lasted so long together.
SAMPLE_SECONDS = 0.2
#: Less than what anybody has who runs in them.
NO_SECONDS = 0.001


class Sample(NamedTuple):
    """What somebody had until now: seconds of CPU time, seconds of waiting for a processor; and
    whether it is ready but waits for one now, or was stopped."""

    cpu: float = 0.0
    waited: float = 0.0
    waits: bool = False
    stopped: bool = False


class Stopwatch:
    """Counts the seconds of a lap, but for idle ones for which there was no processor, or in which
    who is measured was stopped. Of a gap, in which whoever measures did not run, counts only what
    the lap should have lasted.
    """

    def __init__(self, sample: Callable[[], Sample], own: bool = False) -> None:
        """``sample`` tells of who is measured; CPU time of its ``own`` counts in a gap, too."""
        self._sample, self._own = sample, own
        self._before = None if own else Sample()
        self._unknown = self._idle = 0.0
        #: Whether it waited for a processor in all of the last lap.
        self.waits = False
        #: What the machine took: seconds since it was stopped, and all seconds that do not count.
        self.stopped = self.taken = 0.0
        #: Whether there was a gap.
        self.gap = False
        self.start()

    def start(self) -> None:
        """Begin a lap."""
        self._started = time.monotonic()

    def lap(self, most: float, settle: bool = False) -> float:
        """The seconds that count, of a lap that should have lasted ``most`` seconds at most; the
        next one begins. They are below 0 where earlier ones turn out not to count, which is found
        out now and then, or now to ``settle`` it."""
        now = time.monotonic()
        lasted, self._started = now - self._started, now
        self._unknown += lasted
        if self._unknown < SAMPLE_SECONDS and not settle:
            return lasted
        sample = self._sample()
        before, self._before = self._before or sample, sample
        cpu = sample.cpu - before.cpu
        if lasted > most + GAP_SECONDS:
            self.gap = True
            counted = min(lasted, max(most, cpu)) if self._own else most
            self._unknown -= lasted - counted
            lasted = counted
        idle, self._unknown = max(0.0, self._unknown - cpu), 0.0
        self.waits = sample.waits and cpu < NO_SECONDS
        self.stopped = self.stopped + idle if sample.stopped else 0.0
        self._idle += idle
        # How long it waited is known when it runs again: that may be more than this time.
        excused = min(self._idle, idle if sample.stopped else sample.waited - before.waited)
        self._idle -= excused
        self.taken += excused
        return lasted - excused


def own_sample() -> Sample:
    """What this process and this thread had."""
    cpu, waited, *_ = _scheduled("/proc/thread-self") or (0.0, 0.0)
    return Sample(max(cpu, time.process_time()), waited)


class Descendants:
    """Samples of all processes below another one, and of all their threads."""

    def __init__(self, process_id: int) -> None:
        self._above = process_id
        self._known: dict[str, tuple[float, float]] = {}
        self._cpu = self._waited = 0.0

    def __call__(self) -> Sample:
        """What they had together; of those that wait at the same time, the longest wait counts."""
        found, waits, stopped, longest = {}, False, False, 0.0
        for task in _tasks_below(self._above):
            scheduled = _scheduled(task)
            if scheduled is None:
                continue  # it has ended
            cpu, waited = scheduled
            known_cpu, known_waited = self._known.get(task, (0.0, 0.0))
            self._cpu += cpu - known_cpu
            longest = max(longest, waited - known_waited)
            found[task] = scheduled
            state = _state(task)
            waits |= state == "R"
            stopped |= state in "Tt"
        self._known = found
        self._waited += longest
        return Sample(self._cpu, self._waited, waits, stopped)


def _tasks_below(process_id: int) -> Sequence[str]:
    """The folders of all threads of all processes below one, in /proc."""
    tasks = []
    for child in _read(f"/proc/{process_id}/task/{process_id}/children").split():
        try:
            tasks += [f"/proc/{child}/task/{task}" for task in os.listdir(f"/proc/{child}/task")]
        except OSError:
            continue
        tasks += _tasks_below(int(child))
    return tasks


def _scheduled(task: str) -> tuple[float, float] | None:
    """The seconds for which a thread ran, and waited for a processor; None where nobody says."""
    numbers = _read(f"{task}/schedstat").split()
    return (int(numbers[0]) / 1e9, int(numbers[1]) / 1e9) if len(numbers) >= 2 else None


def _state(task: str) -> str:
    """The letter of a thread's state, as in proc(5)."""
    return _read(f"{task}/stat").rpartition(") ")[2][:1] or "X"


def _read(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:  # also where there is no /proc
        return ""
