"""Signals that end a process: in plain words, and whose they are."""

from __future__ import annotations

import signal

#: What signals mean that end a process. Where processes are contained, one that aborts itself can
#: send no SIGABRT, and ends by one of the two others.
_SIGNALS = {
    "SIGABRT": "it was aborted",
    "SIGSEGV": "it used memory that is not its own, or was aborted",
    "SIGTRAP": "it was aborted",
}
#: What a contained process can end by itself: the kernel sends these for what it does, or a timer
#: that it set. All others are sent by somebody, and it can send none.
OWN_SIGNALS = frozenset(
    getattr(signal, name)
    for name in """
        SIGSEGV SIGBUS SIGFPE SIGILL SIGTRAP SIGSYS SIGALRM SIGVTALRM SIGPROF SIGPIPE SIGXFSZ
    """.split()
    if hasattr(signal, name)
)


def signal_text(number: int) -> str:
    """A signal that ended a process, by its name and in plain words."""
    try:
        name = signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
    return f"{name}: {_SIGNALS.get(name) or signal.strsignal(number)}"
