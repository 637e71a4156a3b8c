"""The worker: one outcome per call, whatever a submission does."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import psutil
import pytest

from autograder.exercise.solution import Solution
from autograder.report import Report
from autograder.sandbox.calls import Call, Cell, Outcome, Place, Result
from autograder.sandbox.fork_server import ForkServer
from autograder.sandbox.limits import Limits
from autograder.sandbox.wire import OutcomesPacker
from autograder.sandbox.worker import MAX_SHOWN, Worker

SAFE = "import numpy as np\ndef safe(x):\n    return x + 1\n"
Run = Callable[..., list[Outcome]]


@pytest.fixture(scope="session")
def run(fork_server: Callable[..., ForkServer]) -> Run:
    """Run a source text after the cell that defines `safe`, and make the calls."""

    def run_calls(source: str, *calls: Call, **limits: float) -> list[Outcome]:
        cells = [Cell(SAFE, "cell 1"), Cell(source, "cell 2")]
        with Worker(cells, fork_server(Limits(**{"seconds": 2.0, **limits}))) as worker:
            return worker(calls)

    return run_calls


ONE = np.array([1.0])


@pytest.mark.parametrize(
    ("body", "kind", "words"),
    [
        ("while True: pass", "timeout", ""),
        ("import os; os._exit(0)", "crashed", "ended its process (exit status 0)"),
        ("import os; os.abort()", "crashed", "aborted)"),
        ("import ctypes; ctypes.string_at(0)", "crashed", "SIGSEGV"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "limit", "may not do"),
        ("raise SystemExit", "raised", "SystemExit"),
        ("raise KeyboardInterrupt", "raised", "KeyboardInterrupt"),
        ("return np.ones(10**10)", "memory", ""),
        ("return safe(safe)", "raised", "TypeError"),
        ("return hostile(x)", "raised", "RecursionError"),
        ("1 / 0", "raised", "ZeroDivisionError"),
        ("raise OSError(2**70, 'x')", "raised", "OSError: [Errno 11805"),
        ("raise OSError(np.int64(13), 'x')", "limit", "may not do"),
        ("e = OSError('x'); e.__cause__ = e; raise e", "raised", "OSError: x"),
        (
            "raise type('E', (OSError,), {'errno': property(lambda self: 1 / 0)})()",
            "raised",
            "E",
        ),
        (
            "M = type('M', (type,), {'__name__': property(lambda c: 1 / 0)}); "
            "raise M('E', (ValueError,), {})('x')",
            "raised",
            "Exception: x",
        ),
        (
            "safe.__code__ = safe.__code__.replace(co_linetable=b''); return safe('x')",
            "raised",
            "Error",
        ),
        ("import torch", "raised", "computes derivatives itself"),
        ("import jax.numpy", "raised", "computes derivatives itself"),
    ],
)
def test_one_call_costs_itself_only(run: Run, body: str, kind: str, words: str) -> None:
    call, safe = Call("hostile", (ONE,)), Call("safe", (ONE,))
    outcomes = run(f"def hostile(x):\n    {body}\n", safe, call, safe, call, safe, seconds=1.0)
    assert [outcome.kind for outcome in outcomes] == [
        "returned",
        kind,
        "returned",
        kind,
        "returned",
    ]
    assert words in outcomes[1].error_text
    assert all(outcome.value == [2.0] for outcome in outcomes[::2])


def test_a_hanging_function_is_waited_for_once(run: Run) -> None:
    started = time.monotonic()
    run("def hostile(x):\n    while True: pass\n", *[Call("hostile", (ONE,))] * 30, seconds=1.0)
    assert time.monotonic() - started < 20  # not thirty seconds; half as much is a slow machine's


@pytest.mark.parametrize(
    "source",
    [
        "import os\nglobals()[''] = lambda *a: os._exit(1)\ndef hostile(x): os._exit(1)\n",
        "import os\ndef hostile(x):\n    if os.fork() == 0:\n"
        "        os.setsid(); import time; time.sleep(30); os._exit(0)\n    os._exit(1)\n",
    ],
    ids=["function-without-a-name", "child-that-holds-the-pipes"],
)
def test_the_run_ends_whatever_is_tried(run: Run, source: str) -> None:
    started = time.monotonic()
    outcomes = run(source, Call("hostile", (ONE,)), Call("safe", (ONE,)))
    assert outcomes[0].kind in {"crashed", "timeout", "limit"}
    assert outcomes[1].value == [2.0]
    assert time.monotonic() - started < 20


@pytest.mark.slow
def test_slow_calls_share_one_limit(run: Run) -> None:
    """However slow the machine is, the first one has time, and eight have not."""
    source = "import time\ndef slow(x):\n    time.sleep(0.5)\n    return x\n"
    outcomes = run(source, *[Call("slow", (ONE,))] * 8, seconds=3.0)
    kinds = [outcome.kind for outcome in outcomes]
    returned = kinds.count("returned")
    assert kinds == ["returned"] * returned + ["timeout"] * (8 - returned)
    assert 1 <= returned <= 6


@pytest.mark.parametrize("body", ["while True: pass", "import os; os._exit(3)", "1 / 0", "(((("])
def test_a_bad_cell_costs_itself_only(body: str, fork_server: Callable[..., ForkServer]) -> None:
    cells = [Cell(body, "cell 1"), Cell(SAFE, "cell 2")]
    with Worker(cells, fork_server(Limits(seconds=1.0))) as worker:
        (outcome,) = worker([Call("safe", (ONE,))])
    assert outcome.value == [2.0]
    assert list(worker.cell_failures) == [0]


def test_cells_that_run_again_tell_nothing_new(fork_server: Callable[..., ForkServer]) -> None:
    """A process that ends at a chosen moment tells the next one the time, and with it a number."""
    clock = "import time\nraise ValueError(time.monotonic_ns())"
    ends = "import os\ndef ends(x):\n    os._exit(1)\n"
    cells = [Cell(clock, "cell 1"), Cell(SAFE, "cell 2"), Cell(ends, "cell 3")]
    with Worker(cells, fork_server(Limits(seconds=1.0))) as worker:
        before = dict(worker.cell_failures)
        outcomes = worker([Call("ends", (ONE,)), Call("safe", (ONE,))])
        assert [outcome.kind for outcome in outcomes] == ["crashed", "returned"]
        assert worker.cell_failures == before
        assert "ValueError" in before[0].error_text


def test_results_of_earlier_calls_are_passed_on(run: Run) -> None:
    outcomes = run("", Call("safe", (ONE,), needs_result=False), Call("safe", (Result(0),)))
    assert outcomes[0].value is None
    assert outcomes[1].value == [3.0]


def test_what_builds_on_a_failed_call_is_skipped(run: Run) -> None:
    outcomes = run("", Call("nothing", ()), Call("safe", (Result(0),)))
    assert [outcome.kind for outcome in outcomes] == ["missing", "skipped"]


def test_modified_arguments_are_told(run: Run) -> None:
    source = "def spoil(d, x):\n    d['a'] += 1\n    d['b'] = 2\n    x[0] = 9\n"
    (outcome,) = run(source, Call("spoil", ({"a": ONE}, ONE)))
    assert outcome.changed == ((0, "a"), (0, "b"), (1, ""))


def test_every_call_gets_fresh_arguments(run: Run) -> None:
    source = "def spoil(x):\n    x += 1\n    return x\n"
    outcomes = run(source, Call("spoil", (ONE,)), Call("spoil", (ONE,)))
    assert [outcome.value for outcome in outcomes] == [[2.0], [2.0]]


def test_calls_of_other_functions_are_counted(run: Run) -> None:
    source = "def twice(x):\n    return safe(safe(x))\n"
    (outcome,) = run(source, Call("twice", (ONE,), watch=("safe", "nothing")))
    assert outcome.counts == {"safe": 2, "nothing": 0}


def test_printing_reaches_nobody(run: Run) -> None:
    source = (
        "import os\ndef loud(x):\n    print('x' * 10**6)\n    os.write(1, b'no')\n    return x\n"
    )
    (outcome,) = run(source, Call("loud", (ONE,)))
    assert outcome.value == [1.0]


def right_frame() -> bytes:
    """A frame as it should be, but that it answers another request."""
    packer = OutcomesPacker(0)
    packer.add(Outcome("returned", 2.0))
    return packer.frame()


@pytest.mark.parametrize(
    ("forged", "kind"),
    [
        (b"\xff" * 64, "limit"),
        (b"\0\0\0\x08\0\0\0\0" + b"\xff" * 8, "crashed"),
        (right_frame(), "crashed"),
        (b"\0", "limit"),
    ],
    ids=["too-long", "no-message", "another-ticket", "one-byte"],
)
def test_forged_frames_are_the_functions_own_fault(run: Run, forged: bytes, kind: str) -> None:
    """A submission can write to the pipe; what is not a message costs the function its points."""
    source = (
        "import os\n"
        "def forge(x):\n"
        "    for d in range(3, 20):\n"
        "        try: os.write(d, FORGED)\n"
        "        except OSError: pass\n"
        "    return x\n"
    )
    source = f"FORGED = {forged!r}\n{source}"
    outcomes = run(source, Call("forge", (ONE,)), Call("safe", (ONE,)))
    assert [outcome.kind for outcome in outcomes] == [kind, "returned"]


@pytest.mark.parametrize(
    ("body", "type_name"),
    [
        ("return object()", "object"),
        ("return np.array([object()])", "array of dtype object"),
        ("return 2**100", "int beyond 64 bits"),
        ("return np.zeros(10**7)", "array of 80000000 bytes"),
        ("return np.zeros(10**6, dtype=np.int8)", "array of 8000000 bytes"),
        ("return np.zeros((2**61, 0), dtype=np.int8)", "array of shape (2305843009213693952, 0)"),
        ("return np.zeros((1,) * 9)", "array of 9 axes"),
        ("return [[[[[[1]]]]]]", "nested too deeply"),
    ],
)
def test_what_is_not_data_arrives_as_a_name(run: Run, body: str, type_name: str) -> None:
    (outcome,) = run(f"def odd(x):\n    {body}\n", Call("odd", (ONE,)))
    value = outcome.value
    while isinstance(value, list):
        (value,) = value
    assert type_name in value.type_name


def test_a_subclass_arrives_as_its_numbers(run: Run) -> None:
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


def test_nothing_is_left_running(run: Run, fork_server: Callable[..., ForkServer]) -> None:
    run("", Call("safe", (ONE,)))
    forks = fork_server(Limits(seconds=2.0))
    before = processes()
    with Worker([Cell(SAFE, "cell 1")], forks):
        (child,) = processes() - before
    assert child not in processes()


def processes() -> set[int]:
    """The processes that this one started, and theirs."""
    return {process.pid for process in psutil.Process().children(recursive=True)}


def test_the_same_submission_gives_the_same_report(
    solution: Solution, grade: Callable[..., Report]
) -> None:
    """Byte for byte, but for the time it took."""
    source = solution.source + "\n\n# %%\ndef loss(y, t):\n    return np.sum((y - t) ** 2)\n"
    one, two = (grade(source).to_json().rpartition('"seconds"')[0] for _ in range(2))
    assert one == two


FORGE = """
import sys
def sender():
    frame = sys._getframe()
    while "waiting" not in frame.f_locals:
        frame = frame.f_back
    return frame.f_locals
"""


@pytest.mark.parametrize(
    "outcome",
    [
        Outcome("raised", place=Place("HIDDEN 1.25", 7), exception="ValueError"),
        Outcome("raised", place=Place("", 10**9), exception="ValueError"),
        Outcome("skipped", message="HIDDEN"),
        Outcome("missing", message="HIDDEN", place=Place("HIDDEN", 1), exception="HIDDEN"),
        Outcome("memory", message="HIDDEN"),
    ],
)
def test_no_text_of_a_forged_outcome_is_told(run: Run, outcome: Outcome) -> None:
    """What an exception said is masked elsewhere, on hidden instances; all else is masked here."""
    source = (
        f"{FORGE}\ndef forge(x):\n    found = sender()\n    made = found['waiting']\n"
        f"    import collections\n    made.add(KIND)\n    return x\n"
    )
    fields = (outcome.kind, None, outcome.message, outcome.place and tuple(outcome.place))
    fields = (*fields, (), (), {}, outcome.exception, outcome.errno)
    source = (
        "class Forged(tuple):\n"
        "    kind, value = property(lambda self: self[0]), None\n"
        f"KIND = Forged({fields!r})\n{source}"
    )
    outcomes = run(source, Call("forge", (ONE,)), Call("safe", (ONE,)))
    assert all("HIDDEN" not in f"{told.error_text} {told.place}" for told in outcomes)
    assert outcomes[1].kind in {"returned", "crashed"}


def test_a_moved_number_does_not_buy_time(run: Run) -> None:
    """A function that says it is another one is still given up, and the submission ends."""
    source = (
        f"{FORGE}\nimport time\ndef slow(x):\n    page = sender()['page']\n"
        "    for step in range(100):\n"
        "        number = int.from_bytes(page[:8], 'little')\n"
        "        page[:8] = (number + (1 if step % 2 else -1)).to_bytes(8, 'little')\n"
        "        time.sleep(0.1)\n    return x\n"
    )
    started = time.monotonic()
    outcomes = run(source, *[Call("slow", (ONE,)), Call("safe", (ONE,))] * 2, seconds=1.0)
    assert {outcomes[0].kind, outcomes[1].kind} & {"timeout"}
    assert time.monotonic() - started < 8


def printed_by(forks: ForkServer, *sources: str) -> dict[int, str]:
    """What is kept of what cells print, after calls of a function that prints its argument."""
    cells = [Cell(source, f"cell {at}") for at, source in enumerate(sources)]
    with Worker(cells, forks) as worker:
        worker([Call("loud", (ONE,))] * 3)
        worker.restart()
        worker([Call("loud", (ONE,))])
    return worker.printed


LOUD = "def loud(x):\n    print('hidden', x)\n    return x\n"


def test_what_cells_print_is_kept_by_cell_and_nothing_of_calls(
    fork_server: Callable[..., ForkServer],
) -> None:
    forks = fork_server(Limits(seconds=2.0))
    printed = printed_by(
        forks,
        "print('a')\nprint('b', end='')",
        LOUD,
        "import sys, os\nprint('error', file=sys.stderr)\nos.write(1, b'raw\\n')",
        "print('\\x1b[31mred\\x00')",
        "print('before')\nos._exit(3)",
        "print('x' * 100_000)",
        "print('first')\n1 / 0",
        "loud(7)",
        "import sys\nsys.stdout.close()",
        "1",
    )
    assert printed.pop(5) == "x" * MAX_SHOWN + "\n(More was printed.)\n"
    assert printed == {
        0: "a\nb",
        2: "error\nraw\n",
        3: "\\x1b[31mred\\x00\n",
        4: "before\n",
        6: "first\n",
        7: "hidden 7\n",
    }


def test_forged_marks_move_what_is_shown_and_nothing_else(
    fork_server: Callable[..., ForkServer],
) -> None:
    forged = "print('\\0' + '9' * 19 + '\\0' + 'x\\0' + '1' * 30 + '\\0')"
    printed = printed_by(fork_server(Limits(seconds=2.0)), LOUD, "print(1)", forged, "print(2)")
    assert printed[1] == "1\n"
    assert printed[3] == "2\n"
    assert "hidden" not in "".join(printed.values())


LARGE = """
import os
import time

def large(x):
    return np.full(480_000, 0.5)

def larger(x):
    return [np.full(200_000, 0.5)] * 3

def ends(x):
    ends.calls = getattr(ends, "calls", 0) + 1
    time.sleep(0.03)  # what waits to be sent is sent by then
    if ends.calls > 3:
        os._exit(0)
    return np.full(100_000 if x[0] > 1.0 else 1, 0.5)
"""


def test_what_is_held_together_is_bounded_and_costs_who_holds_most(run: Run) -> None:
    """So is what each returns at once; what a lost function returned before is dropped when it is
    large."""
    large, safe = Call("large", (ONE,)), Call("safe", (ONE,))
    outcomes = run(LARGE, *[large, safe] * 8)
    assert {outcome.kind for outcome in outcomes[1::2]} == {"returned"}
    assert {outcome.message for outcome in outcomes[::2]} == {
        "returned more than 24 MB in results that are judged together"
    }
    assert {outcome.kind for outcome in run(LARGE, *[large, safe] * 5)} == {"returned"}
    (outcome,) = run(LARGE, Call("larger", (ONE,)))
    assert (outcome.kind, outcome.message) == ("limit", "returned more than 4 MB at once")
    for x, kept in ((ONE, 3), (ONE + 1, 0)):
        outcomes = run(LARGE, *[Call("ends", (x,))] * 5)
        assert [outcome.kind for outcome in outcomes].count("returned") == kept
