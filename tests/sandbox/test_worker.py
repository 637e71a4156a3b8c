"""The worker: one outcome per call, whatever a submission does."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import psutil
import pytest

from autograder.exercise.solution import Solution
from autograder.report import Report
from autograder.sandbox.calls import Call, CannotServe, Cell, Outcome, Place, Result, Serve
from autograder.sandbox.cell_runs import MAX_SHOWN, CellRuns
from autograder.sandbox.fork_server import ForkServer
from autograder.sandbox.in_process import InProcess
from autograder.sandbox.inside import stopwatch
from autograder.sandbox.inside.stand_ins import CANNOT_SERVE
from autograder.sandbox.levels import WorkerFault
from autograder.sandbox.limits import MAX_ASKED, Limits
from autograder.sandbox.wire.outcomes import OutcomesPacker
from autograder.sandbox.worker import Worker

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
        ("return [[[[[[[[1]]]]]]]]", "nested too deeply"),
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
        "    for step in range(600):\n"
        "        number = int.from_bytes(page[:8], 'little')\n"
        "        page[:8] = (number + (1 if step % 2 else -1)).to_bytes(8, 'little')\n"
        "        time.sleep(0.1)\n    return x\n"
    )
    started = time.monotonic()
    outcomes = run(source, *[Call("slow", (ONE,)), Call("safe", (ONE,))] * 2, seconds=1.0)
    assert {outcomes[0].kind, outcomes[1].kind} & {"timeout"}
    assert time.monotonic() - started < 60


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
        "returned more than 24 MB in results that are judged together: return what is asked for only"
    }
    assert {outcome.kind for outcome in run(LARGE, *[large, safe] * 5)} == {"returned"}
    (outcome,) = run(LARGE, Call("larger", (ONE,)))
    assert (outcome.kind, outcome.message) == (
        "limit",
        "returned more than 4 MB at once: return what is asked for only",
    )
    for x, kept in ((ONE, 3), (ONE + 1, 0)):
        outcomes = run(LARGE, *[Call("ends", (x,))] * 5)
        assert [outcome.kind for outcome in outcomes].count("returned") == kept


def serve(name: str, arguments: Sequence[Any], keywords: Mapping[str, Any]) -> Any:
    """What helpers should give, for arrays."""
    x, rate = (*arguments, *keywords.values(), 1.0)[:2]
    if name == "missing_helper":
        return {"x": x, "all": [x, (2, None)]}
    if not isinstance(x, np.ndarray):
        raise CannotServe
    return x * 10.0 * rate


#: Each calls a helper that is itself of no use.
ASKING = """
import os
import time
import numpy as np

def hangs(x, rate):
    while True: pass

def ends(x):
    os._exit(1)

def gives_nothing(x):
    return None

def positional(x):
    return gives_nothing(x)

def by_keyword(x):
    return hangs(x, rate=0.5)

def in_turn(x):
    return ends(gives_nothing(x)) + ends(x)

def structure(x):
    given = missing_helper({"a": [x, 1]}, object())
    given["all"][0]["a"][0] += 1.0  # its own
    return given

def changes_what_it_gave(x):
    once = gives_nothing(x)
    once += 1.0
    return gives_nothing(x)

def unserved(x):
    return gives_nothing("text")

def is_careful(x):
    try:
        return gives_nothing(object())
    except RuntimeError as error:
        return str(error)

def names(x):
    return [name in globals() for name in ("missing_helper", "gives_nothing")]

def own(x):
    return gives_nothing(x)

def alias(x, kept=gives_nothing):
    return [kept(x), gives_nothing(x), gives_nothing(x), ends(x)]

def raises(x):
    gives_nothing(x)
    raise ValueError("own")
"""
HELPERS = ("hangs", "ends", "gives_nothing", "missing_helper")


def asking(function: str, served: tuple[str, ...] = HELPERS, **fields: Any) -> Call:
    return Call(function, (ONE,), served=served, **fields)


Runners = Callable[..., Worker | InProcess]


@pytest.fixture(params=["contained", "in process"])
def runner(request: pytest.FixtureRequest, fork_server: Callable[..., ForkServer]) -> Runners:
    """A submission, as it runs when it is graded and as it runs on a student's own machine."""

    def start(source: str) -> Worker | InProcess:
        cells = [Cell(SAFE, "cell 1"), Cell(source, "cell 2")]
        if request.param == "contained":
            return Worker(cells, fork_server(Limits(seconds=1.0)))
        return InProcess(cells, 1.0)

    return start


@pytest.mark.parametrize(
    ("function", "value"),
    [
        ("positional", 10.0),
        ("by_keyword", 5.0),
        ("in_turn", 110.0),
        ("changes_what_it_gave", 10.0),
        ("is_careful", CANNOT_SERVE),
    ],
)
def test_a_stand_in_gives_what_a_helper_should(
    runner: Runners, function: str, value: object
) -> None:
    with runner(ASKING) as submission:
        submission.restart(serve)
        first, second = submission([asking(function)] * 2)
    assert first.returned, first
    assert first.value == second.value == value


def test_what_a_stand_in_is_given_and_gives_is_plain(runner: Runners) -> None:
    asked: list[Any] = []

    def keep(name: str, arguments: Sequence[Any], keywords: Mapping[str, Any]) -> Any:
        asked.append((name, arguments, dict(keywords)))
        return serve(name, arguments, keywords)

    with runner(ASKING) as submission:
        submission.restart(keep)
        (outcome,) = submission([asking("structure")])
    ((name, (x, opaque), keywords),) = asked
    assert (name, opaque.type_name, keywords) == ("missing_helper", "object", {})
    assert x == {"a": [ONE, 1]}
    assert outcome.value == {"x": {"a": [ONE, 1]}, "all": [{"a": [ONE + 1, 1]}, (2, None)]}


def test_what_cannot_be_served_raises_one_sentence(runner: Runners) -> None:
    with runner(ASKING) as submission:
        submission.restart(serve)
        refused, raised = submission([asking("unserved"), asking("raises")])
    assert refused.error_text == f"RuntimeError: {CANNOT_SERVE}"
    assert refused.place is not None
    assert refused.place.label == "cell 2"
    assert raised.error_text == "ValueError: own"


def test_names_are_what_they_were_after_a_call(runner: Runners) -> None:
    calls = [Call("names", (ONE,)), asking("names"), asking("raises"), Call("names", (ONE,))]
    with runner(ASKING) as submission:
        submission.restart(serve)
        before, served, _, after = submission([*calls])
        (own,) = submission([Call("own", (ONE,))])
    assert served.value == [True, True]
    assert before.value == after.value == [False, True]
    assert own.value is None


def test_calls_of_stand_ins_are_counted_by_their_names(runner: Runners) -> None:
    """Wherever it keeps them, and with nothing of what answers."""
    names = ("gives_nothing", "ends", "hangs", "safe")
    with runner(ASKING) as submission:
        submission.restart(serve)
        (outcome,) = submission([asking("alias", watch=names)])
    assert outcome.value == [[10.0]] * 4
    assert outcome.counts == {"gives_nothing": 3, "ends": 1, "hangs": 0, "safe": 0}


@pytest.mark.parametrize("fault", [WorkerFault("broken"), OSError("full"), RuntimeError("wrong")])
def test_what_the_grader_raises_is_no_answer(runner: Runners, fault: Exception) -> None:
    def fail(name: str, arguments: Sequence[Any], keywords: Mapping[str, Any]) -> Any:
        raise fault

    with runner(ASKING) as submission:
        submission.restart(fail)
        with pytest.raises(type(fault)) as raised:
            submission([asking("is_careful")])
    assert raised.value is fault


def test_a_restart_forgets_what_was_given_up(fork_server: Callable[..., ForkServer]) -> None:
    """A function that fell with its helper is right with the stand-in, in the same worker."""
    calls = [Call("hangs", (ONE, 1.0)), Call("ends", (ONE,)), Call("positional", (ONE,))]
    with Worker([Cell(ASKING, "cell 1")], fork_server(Limits(seconds=1.0))) as worker:
        kinds = [outcome.kind for outcome in worker([*calls, Call("in_turn", (ONE,))])]
        assert kinds == ["timeout", "crashed", "returned", "crashed"]
        worker.restart(serve)
        calls = [asking(name) for name in ("in_turn", "by_keyword", "positional")]
        assert [outcome.value for outcome in worker(calls)] == [[110.0], [5.0], [10.0]]
        worker.restart()
        (outcome,) = worker([Call("in_turn", (ONE,))])
        assert outcome.kind == "crashed"


def test_a_hung_function_is_called_again_after_a_restart() -> None:
    runner = InProcess([], 0.2, namespace={"f": lambda x: time.sleep(5) if not ready else x})
    ready: list[bool] = []
    assert runner([Call("f", (1.0,))])[0].kind == "timeout"
    ready.append(True)
    assert runner([Call("f", (1.0,))])[0].kind == "timeout"
    runner.restart()
    assert runner([Call("f", (1.0,))])[0].value == 1.0


def test_restarts_do_not_cost_the_submissions_time(fork_server: Callable[..., ForkServer]) -> None:
    """Cells that run again are the grader's affair, until it took long enough."""
    source = f"{ASKING}\nSLEEPS = time.sleep(0.4) or 1.0\ndef sleeps(x):\n    return x * SLEEPS\n"
    limits = Limits(seconds=0.8, total_seconds=1.0)
    started, outcomes = time.monotonic(), []
    with Worker([Cell(source, "cell 1")], fork_server(limits)) as worker:
        for _ in range(30):
            worker.restart(serve)
            outcomes += worker([asking("positional"), Call("sleeps", (ONE,))])
    assert all(outcome.returned for outcome in outcomes[:8])
    assert not outcomes[-1].returned
    assert time.monotonic() - started < 20
    assert not worker.cell_failures


def test_cells_have_time_of_their_own(fork_server: Callable[..., ForkServer]) -> None:
    """When it is over, definitions run, and functions are called as always."""
    slow = "import time\ntime.sleep(0.4)\nKEPT = np.ones(1)\n"
    cells = [Cell(SAFE, "cell 1"), *(Cell(slow, f"cell {at}") for at in range(2, 10))]
    cells += [Cell("def last(x):\n    time.sleep(0.5)\n    return x + KEPT\n", "cell 10")]
    with Worker(cells, fork_server(Limits(seconds=0.7, total_seconds=1.0))) as worker:
        outcomes = worker([Call("safe", (ONE,)), Call("last", (ONE,))])
    assert [outcome.value for outcome in outcomes] == [[2.0], [2.0]]
    (failure,) = worker.cell_failures.values()
    assert failure.message.startswith("had to stop, since all cells together may take 1 seconds")
    assert failure.place is not None


#: Says that it is at one statement after the other, or back at the first one.
TURNS = (
    "import gc, mmap, os, time\nnumber = 0\n"
    "page = next(found for found in gc.get_objects() if isinstance(found, mmap.mmap))\n"
)


@pytest.mark.slow
@pytest.mark.parametrize(
    "source",
    [
        f"{TURNS}while True:\n    number += 1\n    page[8:16] = number.to_bytes(8, 'little')\n"
        "    time.sleep(0.02)\n",
        f"{TURNS}while True:\n    number = 3 - number\n"
        "    page[8:16] = number.to_bytes(8, 'little')\n    time.sleep(0.02)\n",
        f"{TURNS}page[8:16] = (10**6 + time.monotonic_ns() % 10**6).to_bytes(8, 'little')\n"
        "time.sleep(0.2)\nos._exit(0)\n",
        "import os, time\n" + "time.sleep(0.05)\nos._exit(0)\n" * 500,
        "import time\n" + "time.sleep(0.6)\n" * 500,
        "import os, time\nif os.getpid() % 2:\n    time.sleep(0.5)\nos._exit(0)\n" * 100,
    ],
    ids=["on-and-on", "to-and-fro", "anywhere", "ends", "sleeps", "now-and-then"],
)
def test_no_cell_wins_time(source: str, fork_server: Callable[..., ForkServer]) -> None:
    """All that a submission takes is a few times its limit, whatever it says of its statements."""
    ends = "import os\ndef ends(x):\n    os._exit(0)\ndef hangs(x):\n    while True: pass\n"
    cells = [Cell(ends, "cell 1"), Cell(source, "cell 2"), Cell(SAFE, "cell 3")]
    started = time.monotonic()
    with Worker(cells, fork_server(Limits(seconds=0.2, total_seconds=0.4))) as worker:
        calls = [Call(name, (ONE,)) for name in ("ends", "safe", "hangs")]
        for _ in range(4):
            worker(calls)
            worker.restart()
    assert time.monotonic() - started < 30


@pytest.mark.slow
def test_threads_that_wait_for_each_other_win_no_time(
    fork_server: Callable[..., ForkServer],
) -> None:
    """They wait for a processor all at once, again and again, and compute in between."""
    source = (
        "import hashlib, threading, time\ndef burst():\n    while True:\n"
        "        hashlib.pbkdf2_hmac('md5', b'', b'', 3000)\n"
        "        time.sleep(0.05 - time.monotonic() % 0.05)\n"
        "for _ in range(30):\n    threading.Thread(target=burst).start()\ntime.sleep(100)\n"
    )
    started = time.monotonic()
    with Worker([Cell(source, "cell 1")], fork_server(Limits(seconds=1.0))) as worker:
        (failure,) = worker.cell_failures.values()
    assert failure.message == "did not finish within 1 seconds"
    assert time.monotonic() - started < 60  # without an end, it would be 100


#: Writes what asks for a helper, with the number of the running call or another one.
FORGE_ASK = (
    FORGE
    + r"""
import os
import struct

def text(value):
    return bytes([0xA0 | len(value)]) + value.encode()

def ask(name, number=0, arguments=b"\x90"):
    found = sender()
    if found["waiting"].size:
        os.write(4, found["waiting"].frame())
    number += found["ticket"] + found["position"]
    arguments = b"\x93" + text("i") + text("list") + arguments
    asked = b"\x93" + text(name) + arguments + b"\x92" + text("t") + b"\x90"
    body = b"\x94\xcf" + struct.pack(">Q", number) + b"\x90\x90" + asked
    return struct.pack(">II", len(body), 0) + body

def pay(frame):
    frame = memoryview(frame)
    while frame:
        frame = frame[os.write(4, frame):]
"""
)
SENT_MORE = "sent messages that nobody asked for"


def answer_of(serving: Serve | None, body: str, forks: ForkServer, **fields: Any) -> Outcome:
    """What comes of a function with this body; it costs `safe` nothing, before it or after it."""
    source = f"{FORGE_ASK}\ndef forge(x):\n    {body}\n    return x\n"
    with Worker([Cell(SAFE, "cell 1"), Cell(source, "cell 2")], forks) as worker:
        worker.restart(serving)
        safe, forge = Call("safe", (ONE,), served=("helper",)), Call("forge", (ONE,), **fields)
        before, outcome, after = worker([safe, forge, safe])
        assert before.value == after.value == worker([safe])[0].value == [2.0]
    return outcome


def serve_nothing(name: str, arguments: Sequence[Any], keywords: Mapping[str, Any]) -> Any:
    return None


@pytest.mark.parametrize(
    ("body", "kind", "words"),
    [
        ("pay(ask('helper'))", "returned", ""),
        ("pay(ask('helper') * 1_000)", "returned", ""),
        ("helper(x); pay(ask('helper')); helper(x)", "returned", ""),
        ("pay(ask('other'))", "crashed", SENT_MORE),
        ("pay(ask('safe'))", "crashed", SENT_MORE),
        ("pay(ask('helper', 1))", "crashed", SENT_MORE),
        ("pay(ask('helper', 2**62))", "crashed", SENT_MORE),
        (
            r"pay(ask('helper', 0, b'\x91\x92' + text('a') + b'\0'))",
            "crashed",
            "sent there is no array 0",
        ),
        (
            r"pay(ask('helper', 0, b'\x91\x93' + text('r') + b'\0\xc0'))",
            "crashed",
            "sent the result of another call",
        ),
        (
            r"pay(ask('helper').replace(text('t'), text('o')))",
            "crashed",
            "sent not a message of the protocol",
        ),
        (
            r"pay(ask('helper', 0, b'\x91\x92' + text('o') + b'\xdb\0\0\xff\xff' + b'x' * 65535))",
            "returned",
            "",
        ),
        ("helper(*[np.zeros(400_000)] * 2)", "limit", "returned more than 4 MB at once"),
        (
            "[helper(np.zeros(400_000)) for _ in range(21)]",
            "limit",
            "returned more than 64 MB",
        ),
        ("[helper([x] * 1_001)]", "limit", "returned more than 1000 arrays at once"),
        ("import time; [time.sleep(0.2) or helper(x) for _ in range(20)]", "timeout", "2 seconds"),
    ],
)
def test_only_what_is_served_is_asked_for(
    body: str, kind: str, words: str, fork_server: Callable[..., ForkServer]
) -> None:
    forks = fork_server(Limits(seconds=2.0))
    outcome = answer_of(serve_nothing, body, forks, served=("helper",))
    assert outcome.kind == kind
    assert words in outcome.message


@pytest.mark.slow
def test_a_function_asks_only_so_often_between_restarts(
    fork_server: Callable[..., ForkServer],
) -> None:
    source = "def asks(x, count):\n    for n in range(int(count)): helper(x + n)\n    return x\n"
    most, more = (
        Call("asks", (ONE, count), served=("helper",)) for count in (MAX_ASKED, MAX_ASKED + 1)
    )
    with Worker([Cell(source, "cell")], fork_server(Limits(seconds=20.0))) as worker:
        worker.restart(serve_nothing)
        kinds = [outcome.kind for outcome in worker([most])]
        worker.restart(serve_nothing)
        kinds += [outcome.kind for outcome in worker([most])]
        (outcome,) = worker([more])
    assert kinds == ["returned", "returned"]
    assert (outcome.kind, outcome.message) == (
        "limit",
        "called its helpers more than 5000 times: call each once for an input",
    )


def test_what_a_helper_gave_is_asked_for_once_and_is_new_each_time(
    fork_server: Callable[..., ForkServer],
) -> None:
    asked: list[Any] = []

    def serve(name: str, arguments: Sequence[Any], keywords: Mapping[str, Any]) -> Any:
        asked.append(arguments)
        return np.zeros(5000 if len(arguments) > 1 else 2)

    body = (
        "[(helper(np.ones(5000)), helper(x, x)) for _ in range(2)]; "
        "a = helper(x); a += 1; a = helper(x) + helper(x)"
    )
    outcome = answer_of(serve, f"{body}; return a", fork_server(Limits()), served=("helper",))
    assert outcome.returned
    assert not outcome.value.any()
    assert len(asked) == 5, "what is large, or gives what is large, is not kept"


@pytest.mark.parametrize("body", ["pay(ask('helper'))", "helper(x)"])
def test_nobody_asks_where_nobody_serves(body: str, fork_server: Callable[..., ForkServer]) -> None:
    forks = fork_server(Limits(seconds=2.0))
    assert answer_of(None, body, forks, served=("helper",)).message == SENT_MORE


def test_nobody_asks_in_a_call_without_stand_ins(fork_server: Callable[..., ForkServer]) -> None:
    forks = fork_server(Limits(seconds=2.0))
    assert answer_of(serve_nothing, "pay(ask('helper'))", forks).message == SENT_MORE


def test_whoever_never_reads_waits_for_nobody(fork_server: Callable[..., ForkServer]) -> None:
    """Answers that nobody takes are not collected, and nothing that comes later is taken for
    something else."""
    large = np.zeros(100_000)

    def serve_much(name: str, arguments: Sequence[Any], keywords: Mapping[str, Any]) -> Any:
        return large

    forks = fork_server(Limits(seconds=2.0))
    started = time.monotonic()
    for body in ("pay(ask('helper'))", "pay(ask('helper') * 4_000)"):
        outcome = answer_of(serve_much, body, forks, served=("helper",))
        assert (outcome.kind, outcome.message) == ("crashed", SENT_MORE)
    assert time.monotonic() - started < 20


@pytest.mark.parametrize("seems_to_wait", [False, True])
def test_time_that_an_answer_takes_is_the_functions_own(
    seems_to_wait: bool,
    fork_server: Callable[..., ForkServer],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Also where the machine is so busy that the process always seems to wait for a processor."""

    def serve_slowly(name: str, arguments: Sequence[Any], keywords: Mapping[str, Any]) -> Any:
        time.sleep(0.3)

    if seems_to_wait:
        monkeypatch.setattr(stopwatch, "_state", lambda task: "R")
        monkeypatch.setattr(stopwatch, "NO_SECONDS", 1e9)
    forks = fork_server(Limits(seconds=2.0))
    for body in ("[helper(x + n) for n in range(20)]", "pay(ask('helper') * 20)"):
        assert answer_of(serve_slowly, body, forks, served=("helper",)).kind == "timeout"


def test_an_ask_after_the_answer_costs_whose_it_is(fork_server: Callable[..., ForkServer]) -> None:
    """As a second answer does."""
    source = (
        f"{FORGE_ASK}\nkept = []\n"
        "def first(x):\n    kept.append(ask('helper'))\n    return x\n"
        "def second(x):\n    ask('helper')\n    pay(b''.join(kept))\n    return x\n"
    )
    with Worker([Cell(SAFE, "cell 1"), Cell(source, "cell 2")], fork_server(Limits())) as worker:
        worker.restart(serve_nothing)
        calls = [asking(name, ("helper",)) for name in ("first", "second")]
        worker(calls)
        first, second = worker(calls)
    assert (first.kind, first.message) == ("crashed", SENT_MORE)
    assert second.returned


def test_an_ask_after_the_last_answer_is_told(fork_server: Callable[..., ForkServer]) -> None:
    source = (
        f"{FORGE_ASK}\nimport atexit, signal\n"
        "def last(x):\n    kept = ask('helper')\n"
        "    signal.signal(signal.SIGALRM, lambda *about: pay(kept))\n"
        "    signal.setitimer(signal.ITIMER_REAL, 0.2)\n    return x\n"
    )
    with Worker([Cell(source, "cell")], fork_server(Limits())) as worker:
        worker.restart(serve_nothing)
        (outcome,) = worker([asking("last", ("helper",))])
        time.sleep(0.6)
    assert outcome.returned
    assert worker.sent_more


def test_of_a_cell_that_ends_its_process_at_every_statement_the_first_are_told() -> None:
    runs = CellRuns([Cell("exit()\n" * 1_000, "cell 1")])
    for line in range(1, 1_000):
        place = runs.leave_out(0, line, line)
        runs.see(0, Outcome("crashed", message="ended its process", place=place))
    first = runs.failures[0]
    assert [first.place.line, *(each.place.line for each in first.more)] == [*range(1, 11)]
