"""How the process of a submission was lost, and whether that was the submission's doing."""

from __future__ import annotations

from autograder.sandbox.calls import Kind, Outcome
from autograder.sandbox.limits import Limits
from autograder.sandbox.signals import signal_text


class Lost(Exception):
    """The process is of no more use; ``outcome`` says why, ``what`` was running.

    With ``forged``, it sent what was not an answer, and ``what`` only seems to have done it. A
    ``fault`` is what the machine did, which is ``certain`` or only likely.
    """

    def __init__(
        self,
        outcome: Outcome,
        what: str,
        forged: bool = False,
        fault: str = "",
        certain: bool = False,
    ) -> None:
        """Say what is known of it."""
        super().__init__(outcome.message)
        self.outcome = outcome
        self.what = what
        self.forged = forged
        self.fault = fault
        self.certain = certain


def limit_reached(limits: Limits, key: str, kind: Kind = "limit") -> Outcome:
    """What comes of a call or a cell that reaches a limit; ``key`` is that of `Limits.reached`."""
    return Outcome(kind, message=limits.reached(key))


def ending(status: int) -> str:
    """How a process ended, in words."""
    if status >= 0:
        return f"ended its process (exit status {status}): a function ends with return"
    return (
        f"brought its process down ({signal_text(-status)}): look for what calls itself without an "
        "end, and do without what is neither plain Python nor numpy"
    )
