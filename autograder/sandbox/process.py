"""The worker's main program: requests in on standard input, outcomes out on standard output.

Before any student code runs, both streams are moved to descriptors of their own, and what the
submission prints goes nowhere.
"""

from __future__ import annotations

import ctypes
import os
import random
import resource
import signal
import sys

import numpy as np

from autograder.calls import Outcome
from autograder.sandbox.inside import Submission
from autograder.wire import CellMessage, frame_bytes, outcome_message, read_calls, read_request

PR_SET_PDEATHSIG = 1


def main(memory_bytes: int) -> None:
    """Serve one submission until the grader closes the pipe."""
    requests = os.fdopen(os.dup(0), "rb")
    outcomes = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    random.seed(0)
    np.random.seed(0)  # the same submission, the same report
    if sys.platform == "linux":  # no worker outlives its grader
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)

    def send(outcome: Outcome) -> None:
        outcomes.write(frame_bytes(outcome_message(outcome)))
        outcomes.flush()

    # What runs a submission is not for it to import and change.
    for name in [name for name in sys.modules if name.partition(".")[0] == "autograder"]:
        del sys.modules[name]
    submission = Submission()
    send(Outcome("returned"))  # ready: from here on, time is the submission's
    while (request := read_request(requests)) is not None:
        if isinstance(request, CellMessage):
            send(submission.run_cell(request.source, request.label, request.first_line))
        else:
            for outcome in submission.run(read_calls(request)):
                send(outcome)


if __name__ == "__main__":
    main(int(sys.argv[1]))
