"""Ctrl-C, SIGTERM and SIGHUP end a command once, quickly and without a traceback.

A terminal sends a signal to every process, `timeout` sends it twice, and people press Ctrl-C until
something happens. So only the first signal counts. Outside of `raised` it ends the process at once,
since nothing has to be tidied up. What is ignored at the start, as by nohup, stays ignored.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, NoReturn

#: The exit status of a command that was interrupted.
STATUS = 130
#: The seconds that tidying up may take; a signal after that ends the process.
PATIENCE = 2.0
ENDING = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
]


class Interrupted(KeyboardInterrupt):
    """A signal that came inside `raised`; its ``number``."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def number_of(interrupt: KeyboardInterrupt) -> int:
    """The signal behind it."""
    return interrupt.number if isinstance(interrupt, Interrupted) else signal.SIGINT


class _State:
    """What this process knows of signals."""

    handled = False
    raises = False
    #: The first signal, and when it came.
    number = 0
    since = 0.0
    #: A signal whose exception was swallowed, as it is in a destructor.
    lost = 0
    #: Readable after a signal.
    wakeup: int | None = None


def handle() -> None:
    """Handle signals from now on, in a process of its own: nothing is restored."""
    _State.handled = True
    for number in ENDING:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _on_signal)


def _on_signal(number: int, frame: object) -> None:
    if not _State.number:
        _State.number, _State.since = number, time.monotonic()
        if _State.raises:
            raise Interrupted(number)
        with contextlib.suppress(OSError):
            os.write(2, b"Interrupted.\n")
    elif time.monotonic() < _State.since + PATIENCE:
        return
    os._exit(STATUS)


@contextlib.contextmanager
def raised() -> Iterator[None]:
    """Inside, the first signal raises `Interrupted`, and those that follow are ignored, so that
    files and processes are tidied up. Where signals are not handled, or raise already, this does
    nothing."""
    if not _State.handled or _State.raises:
        yield
        return
    _State.wakeup, writing = os.pipe()
    for end in (_State.wakeup, writing):
        os.set_blocking(end, False)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    sys.unraisablehook = _on_unraisable
    _State.raises = True
    try:
        yield
    finally:
        _State.raises = False


def _on_unraisable(about: Any) -> None:
    if isinstance(about.exc_value, Interrupted):
        _State.number, _State.lost = 0, about.exc_value.number
    else:
        sys.__unraisablehook__(about)


def tell(more: str = "") -> None:
    """Say on standard error that it was interrupted; after a hangup nobody is there to read it."""
    with contextlib.suppress(OSError):
        print(f"Interrupted.{more}", file=sys.stderr, flush=True)


def came() -> bool:
    """Whether a signal came."""
    return bool(_State.number or _State.lost)


def to_wait_for() -> list[int]:
    """What a wait has to include: Python acts on a signal between two of its instructions, and one
    that comes just before a system call waits for its end. Raises `Interrupted` when a signal
    came."""
    if came():
        raise Interrupted(_State.number or _State.lost)
    if _State.wakeup is None:
        return []
    with contextlib.suppress(BlockingIOError):
        os.read(_State.wakeup, 1000)  # of a signal that was for a child before its own program
    return [_State.wakeup]


@contextlib.contextmanager
def held() -> Iterator[None]:
    """Inside, signals wait: a child that is forked here would handle them as this process does."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def leave_to_system() -> None:
    """Let all but Ctrl-C end this process in whatever it is doing. Python would wait until a
    student's long call of C code returns."""
    for number in ENDING:
        if number != signal.SIGINT and signal.getsignal(number) is _on_signal:
            signal.signal(number, signal.SIG_DFL)


def leave_to_parent() -> None:
    """In a child that was forked in `held`: Ctrl-C is for the parent, which ends it; other signals
    end it at once."""
    if _State.handled:
        signal.set_wakeup_fd(-1)
    for number in ENDING:
        if signal.getsignal(number) is not signal.SIG_IGN:
            usual = signal.SIG_IGN if number == signal.SIGINT else signal.SIG_DFL
            signal.signal(number, usual)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)


def leave(status: int) -> NoReturn:
    """End the process; a signal that comes now comes too late."""
    for number in ENDING:
        signal.signal(number, signal.SIG_IGN)
    if came():
        # Python's own end would wait for processes that were being started.
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError, AttributeError):
                stream.flush()
        os._exit(status)
    sys.exit(status)
