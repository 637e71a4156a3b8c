"""Functions that leave threads behind are called apart from others, once a process was lost beside
their threads."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from autograder.sandbox.apart import Apart
from autograder.sandbox.calls import Call, Cell, Result
from autograder.sandbox.fork_server import ForkServer
from autograder.sandbox.levels import LEVELS
from autograder.sandbox.limits import Limits
from autograder.sandbox.worker import Worker

SOURCE = """
import os, threading, time

others = threading.Event()

def go_on():
    others.wait()
    while True:
        WHAT
        time.sleep(0.001)

def leaves(x):
    threading.Thread(target=go_on, daemon=True).start()
    return x + 1

def waits(x):
    others.set()
    time.sleep(0.06)
    return x + 2

def pool(x):
    from concurrent.futures import ThreadPoolExecutor
    return list(ThreadPoolExecutor(1).map(float, x))

def ends(x):
    os._exit(1)
"""
HARM = {
    "forges": "[os.write(d, b'no message at all') for d in (3, 4) if d == 4]",
    "ends the process": "os._exit(1)",
    "floods": "print('x' * 100_000, flush=True)",
}
#: Where threads may be started.
COUNTED = [level for level in LEVELS if "namespaces" in level]
ONE = np.array([1.0])


@pytest.mark.parametrize("harm", HARM)
def test_threads_that_go_on_harm_their_own_function_only(
    harm: str, fork_server: Callable[..., ForkServer]
) -> None:
    server = fork_server(Limits(seconds=3.0, printed_kb=1_000), COUNTED)
    cells = [Cell(SOURCE.replace("WHAT", HARM[harm]), "cell 1")]
    with Worker(cells, server) as worker:
        for _ in range(2):
            _, two, three = worker(
                [Call("leaves", (ONE,)), Call("waits", (ONE,)), Call("waits", (ONE + 1,))]
            )
            assert two.value == 3.0 and three.value == 4.0, (two, three)
        worker.restart()
        _, two = worker([Call("leaves", (ONE,)), Call("waits", (ONE,))])
        assert two.value == 3.0


def test_who_leaves_idle_threads_pays_for_nobody(fork_server: Callable[..., ForkServer]) -> None:
    server = fork_server(Limits(seconds=3.0), COUNTED)
    with Worker([Cell(SOURCE, "cell 1")], server) as worker:
        calls = [Call("pool", (ONE,)), Call("ends", (ONE,)), Call("pool", (ONE,))]
        assert [outcome.kind for outcome in worker(calls)] == ["returned", "crashed", "returned"]


def test_what_builds_on_them_is_called_with_them() -> None:
    apart = Apart()
    calls = [
        Call("forward", (1.0,)),
        Call("loss", (2.0,)),
        Call("backward", (Result(0, "y"),)),
        Call("train", (1.0,)),
    ]
    assert apart.passes(calls, ()) == [{0, 1, 2, 3}]
    apart.ask(70, ["forward", "loss"])
    assert not apart.find(71, "loss") and not apart.find(72, "loss") and not apart.was_called()
    assert apart.find(70, "loss") and apart.was_called()
    assert not apart.find(70, "loss")  # known already: it was the running one's own doing
    assert apart.passes(calls, ()) == [{1, 3}, {0, 2}]
    assert apart.passes(calls, {1, 3}) == [{0, 2}]
    assert apart.passes(calls, {0, 1, 3}) == [{0, 2}]
    apart.begin_process()
    assert not apart.was_called()
    apart.functions = {"backward"}
    assert apart.passes(calls, ()) == [{0, 1, 3}, {0, 2}]
