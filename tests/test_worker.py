"""The worker: one outcome per call, whatever a submission does."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

import numpy as np
import pytest

from autograder.calls import Call, Outcome, Result
from autograder.report import Report
from autograder.sandbox.worker import Worker
from autograder.solution import Solution
from autograder.submission import Cell

MEMORY = 1_000_000_000
SAFE = "import numpy as np\ndef safe(x):\n    return x + 1\n"


def run(source: str, *calls: Call, seconds: float = 2.0, memory: int = MEMORY) -> list[Outcome]:
    with Worker([Cell(SAFE, "cell 1"), Cell(source, "cell 2")], seconds, memory) as worker:
        return worker(calls)


ONE = np.array([1.0])


@pytest.mark.parametrize(
    ("body", "kind", "words"),
    [
        ("while True: pass", "timeout", ""),
        ("import os; os._exit(0)", "crashed", "ended its process (exit status 0)"),
        ("import os; os.abort()", "crashed", "SIGABRT"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "crashed", "SIGKILL"),
        ("raise SystemExit", "raised", "SystemExit"),
        ("raise KeyboardInterrupt", "crashed", "SIGINT"),
        ("return np.ones(10**10)", "memory", ""),
        ("return safe(safe)", "raised", "TypeError"),
        ("return hostile(x)", "raised", "RecursionError"),
        ("1 / 0", "raised", "ZeroDivisionError"),
        ("import torch", "raised", "computes derivatives itself"),
        ("import jax.numpy", "raised", "computes derivatives itself"),
    ],
)
def test_one_call_costs_itself_only(body: str, kind: str, words: str) -> None:
    call, safe = Call("hostile", (ONE,)), Call("safe", (ONE,))
    outcomes = run(f"def hostile(x):\n    {body}\n", safe, call, safe, call, safe, seconds=1.0)
    assert [outcome.kind for outcome in outcomes] == [
        "returned",
        kind,
        "returned",
        kind,
        "returned",
    ]
    assert words in outcomes[1].message
    assert all(outcome.value == [2.0] for outcome in outcomes[::2])


def test_a_hanging_function_is_waited_for_once() -> None:
    started = time.monotonic()
    run("def hostile(x):\n    while True: pass\n", *[Call("hostile", (ONE,))] * 5, seconds=1.0)
    assert time.monotonic() - started < 4.0  # not five seconds, with room for a slow machine


@pytest.mark.parametrize(
    "source",
    [
        "import os\nglobals()[''] = lambda *a: os._exit(1)\ndef hostile(x): os._exit(1)\n",
        "import os\ndef hostile(x):\n    if os.fork() == 0:\n"
        "        os.setsid(); import time; time.sleep(30); os._exit(0)\n    os._exit(1)\n",
    ],
    ids=["function-without-a-name", "child-that-holds-the-pipes"],
)
def test_the_run_ends_whatever_is_tried(source: str) -> None:
    started = time.monotonic()
    outcomes = run(source, Call("hostile", (ONE,)), Call("safe", (ONE,)))
    assert outcomes[0].kind in {"crashed", "timeout"}
    assert outcomes[1].value == [2.0]
    assert time.monotonic() - started < 20


def test_slow_calls_share_one_limit() -> None:
    source = "import time\ndef slow(x):\n    time.sleep(0.4)\n    return x\n"
    outcomes = run(source, *[Call("slow", (ONE,))] * 4, seconds=1.0)
    assert [outcome.kind for outcome in outcomes] == ["returned", "returned", "timeout", "timeout"]


@pytest.mark.parametrize("body", ["while True: pass", "import os; os._exit(3)", "1 / 0", "(((("])
def test_a_bad_cell_costs_itself_only(body: str) -> None:
    with Worker([Cell(body, "cell 1"), Cell(SAFE, "cell 2")], 1.0, MEMORY) as worker:
        (outcome,) = worker([Call("safe", (ONE,))])
    assert outcome.value == [2.0]
    assert list(worker.cell_failures) == [0]


def test_results_of_earlier_calls_are_passed_on() -> None:
    outcomes = run("", Call("safe", (ONE,), wanted=False), Call("safe", (Result(0),)))
    assert outcomes[0].value is None
    assert outcomes[1].value == [3.0]


def test_what_builds_on_a_failed_call_is_skipped() -> None:
    outcomes = run("", Call("nothing", ()), Call("safe", (Result(0),)))
    assert [outcome.kind for outcome in outcomes] == ["missing", "skipped"]


def test_modified_arguments_are_told() -> None:
    source = "def spoil(d, x):\n    d['a'] += 1\n    d['b'] = 2\n    x[0] = 9\n"
    (outcome,) = run(source, Call("spoil", ({"a": ONE}, ONE)))
    assert outcome.changed == ((0, "a"), (0, "b"), (1, ""))


def test_every_call_gets_fresh_arguments() -> None:
    source = "def spoil(x):\n    x += 1\n    return x\n"
    outcomes = run(source, Call("spoil", (ONE,)), Call("spoil", (ONE,)))
    assert [outcome.value for outcome in outcomes] == [[2.0], [2.0]]


def test_calls_of_other_functions_are_counted() -> None:
    source = "def twice(x):\n    return safe(safe(x))\n"
    (outcome,) = run(source, Call("twice", (ONE,), watch=("safe", "nothing")))
    assert outcome.counts == {"safe": 2, "nothing": 0}


def test_printing_reaches_nobody() -> None:
    source = (
        "import os\ndef loud(x):\n    print('x' * 10**6)\n    os.write(1, b'no')\n    return x\n"
    )
    (outcome,) = run(source, Call("loud", (ONE,)))
    assert outcome.value == [1.0]


def test_forged_frames_are_the_functions_own_fault() -> None:
    """A submission can write to the pipe; what is not a message costs the function its points."""
    source = (
        "import os\n"
        "def forge(x):\n"
        "    for d in range(3, 20):\n"
        "        try: os.write(d, b'\\xff' * 64)\n"
        "        except OSError: pass\n"
        "    return x\n"
    )
    outcomes = run(source, Call("forge", (ONE,)), Call("safe", (ONE,)))
    assert [outcome.kind for outcome in outcomes] == ["crashed", "returned"]


@pytest.mark.parametrize(
    ("body", "type_name"),
    [
        ("return object()", "object"),
        ("return np.array([object()])", "array of dtype object"),
        ("return 2**100", "int beyond 64 bits"),
        ("return np.zeros(10**7)", "array of 80000000 bytes"),
        ("return [[[[[[1]]]]]]", "nested too deeply"),
    ],
)
def test_what_is_not_data_arrives_as_a_name(body: str, type_name: str) -> None:
    (outcome,) = run(f"def odd(x):\n    {body}\n", Call("odd", (ONE,)))
    value = outcome.value
    while isinstance(value, list):
        (value,) = value
    assert type_name in value.type_name


def test_a_subclass_arrives_as_its_numbers() -> None:
    source = (
        "class Liar(np.ndarray):\n"
        "    def __array_ufunc__(self, *a, **k): return True\n"
        "    def __eq__(self, other): return True\n"
        "    def __sub__(self, other): return 0\n"
        "def lie(x):\n    return np.zeros(3).view(Liar)\n"
    )
    (outcome,) = run(source, Call("lie", (ONE,)))
    assert type(outcome.value) is np.ndarray
    assert (outcome.value == 0).all()


def test_nothing_is_left_running() -> None:
    source = "import os\npid = os.getpid()\ndef who(x):\n    return float(pid)\n"
    (outcome,) = run(source, Call("who", (ONE,)))
    with pytest.raises(ProcessLookupError):
        os.kill(int(outcome.value), 0)


def test_the_same_submission_gives_the_same_report(
    solution: Solution, grade: Callable[..., Report]
) -> None:
    """Byte for byte, but for the time it took."""
    source = solution.source + "\n\n# %%\ndef loss(y, t):\n    return np.sum((y - t) ** 2)\n"
    one, two = (grade(source).to_json().rpartition('"seconds"')[0] for _ in range(2))
    assert one == two
