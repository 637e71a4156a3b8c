"""What surrounds a call of a submission: the same for every call, whatever an earlier one did."""

from __future__ import annotations

import datetime
import sys
import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest

from autograder.sandbox.calls import Call, Cell, How, Outcome
from autograder.sandbox.in_process import InProcess
from autograder.sandbox.inside import compiler, raised
from autograder.sandbox.inside.namespace import Namespace
from autograder.sandbox.plain import Matrix, Opaque, plain

CELL = """
import sys, warnings
import numpy as np

def overflows():
    print("printed")
    return float(np.exp(np.array([1e3]))[0])

def differentiates():
    import sympy

def checks():
    from autograder import check
    return check(checks)

def ignores():
    warnings.simplefilter("ignore")

def forgets():
    warnings.filters = None

def shows_nothing():
    warnings.showwarning = lambda *args, **kwargs: None

def raises():
    np.seterr(all="raise")

def is_silent():
    np.seterr(all="ignore")

def swaps():
    class Anything:
        def __eq__(self, other):
            return True
        def write(self, text):
            raise OSError("no")
    sys.stdout = sys.stderr = Anything()

def closes():
    sys.stdout = None

def clears():
    sys.meta_path.clear()

def hides():
    sys.modules["autograder"] = None
"""
MEDDLING = [
    "ignores",
    "forgets",
    "shows_nothing",
    "raises",
    "is_silent",
    "swaps",
    "closes",
    "clears",
    "hides",
]


def submission() -> Namespace:
    made = Namespace()
    assert made.run_cell(CELL, "cell 1").returned
    return made


def probes(made: Namespace, before: str) -> list[Outcome]:
    """What the calls that depend on their surroundings give after another call."""
    names = [before, "overflows", before, "differentiates", before, "checks"]
    outcomes = list(made.run([Call(name, ()) for name in names]))
    assert outcomes[0].returned
    return outcomes[1::2]


@pytest.fixture(autouse=True)
def _own_finders(monkeypatch: pytest.MonkeyPatch) -> None:
    """What clears the list of finders clears a copy."""
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))


@pytest.mark.parametrize("meddling", MEDDLING)
def test_a_call_finds_what_the_first_one_found(meddling: str) -> None:
    made = submission()
    warned, refused, checked = probes(made, meddling)
    assert warned.value == float("inf")
    assert warned.warnings == ("RuntimeWarning: overflow encountered in exp",)
    assert made.printed.text == "printed\n"
    assert refused.error_text.startswith("ImportError: sympy computes derivatives itself")
    assert checked.returned


@pytest.mark.parametrize("meddling", MEDDLING)
def test_a_batch_leaves_the_process_as_it_was(meddling: str) -> None:
    def process() -> tuple[object, ...]:
        streams = sys.stdout, sys.stderr, sys.modules["autograder"]
        return *streams, warnings.showwarning, [*warnings.filters], np.geterr()

    made, before = submission(), process()
    probes(made, meddling)
    assert process() == before


def test_a_batch_that_is_not_read_to_its_end_leaves_the_process_as_it_was() -> None:
    made, stream = submission(), sys.stdout
    outcomes = made.run([Call("overflows", ()), Call("overflows", ())])
    assert next(outcomes).returned
    outcomes.close()
    assert sys.stdout is stream


def test_warnings_belong_to_their_own_call() -> None:
    made = submission()
    first, second, third = made.run([Call(n, ()) for n in ("overflows", "raises", "overflows")])
    assert first.warnings == third.warnings != ()
    assert second.warnings == ()


def test_a_call_that_changes_its_arguments_is_told() -> None:
    made = Namespace()
    made.run_cell(
        "def f(p, x, n):\n    p['w'] -= 1.0\n    p['new'] = x\n    x[0] = float('nan')\n", "cell"
    )
    arguments = ({"w": np.ones(2), "v": np.zeros(2)}, np.array([np.nan, 1.0]), 3)
    (outcome,) = made.run([Call("f", arguments)])
    assert outcome.changed == ((0, "w"), (0, "new"))
    made.run_cell("def f(p, x, n):\n    del p['v']\n    x.shape = (2, 1)\n", "cell")
    (outcome,) = made.run([Call("f", arguments)])
    assert outcome.changed == ((0, "v"), (1, ""))


def test_keys_that_claim_to_be_others_are_seen() -> None:
    made = Namespace()
    made.run_cell(
        "class Key:\n"
        "    def __eq__(self, other): return True\n"
        "    def __hash__(self): return hash('w')\n"
        "def f(p):\n"
        "    value = p.pop('w')\n"
        "    p[Key()] = value\n",
        "cell",
    )
    (outcome,) = made.run([Call("f", ({"w": np.ones(2)},))])
    assert outcome.changed == ((0, "w"), (0, "<Key>"))


ASKING = """
import datetime
import sys
import numpy as np

def alone(x):
    return helper(x)

def raises(x):
    np.seterr(all="raise")
    return helper(x)

def profiles(x):
    seen = []
    sys.setprofile(lambda frame, event, argument: seen.append(frame.f_code.co_name))
    helper(x)
    own = sys.getprofile()
    sys.setprofile(None)
    return [sorted(set(seen)), own is not None]

def rebinds(x):
    global helper
    def helper(x):
        return -x
    return helper(x)

def deletes(x):
    del globals()["helper"]
"""


def divide(name: str, arguments: Sequence[Any], keywords: Mapping[str, Any]) -> Any:
    """What warns of much."""
    return float(np.float64(arguments[0]) / np.float64(0.0))


def asked(*names: str, **fields: Any) -> list[Outcome]:
    runner = InProcess([Cell(ASKING, "cell")], 5.0)
    runner.restart(divide)
    return runner([Call(name, (1.0,), served=("helper",), **fields) for name in names])


def test_what_answers_does_not_warn_where_a_submission_does() -> None:
    first, second = asked("alone", "raises")
    assert first.value == second.value == np.inf
    assert first.warnings == second.warnings == ()


def test_what_answers_is_not_seen_by_a_profiler() -> None:
    (outcome,) = asked("profiles")
    assert outcome.value == [["helper", "profiles"], True]
    (outcome,) = asked("alone", watch=("helper", "divide"))
    assert outcome.counts == {"helper": 1, "divide": 0}


def test_a_stand_in_is_there_for_every_call() -> None:
    outcomes = asked("rebinds", "alone", "deletes", "alone")
    assert [outcome.value for outcome in outcomes] == [-1.0, np.inf, None, np.inf]


def test_a_stand_in_that_asks_nobody_has_no_result() -> None:
    made = Namespace()
    assert made.run_cell(ASKING, "cell").returned
    (outcome,) = made.run([Call("alone", (1.0,), served=("helper",))])
    assert outcome.exception == "RuntimeError"
    assert "helper" not in made.namespace


class MonitorWarning(RuntimeWarning):
    """As tqdm's, where no thread can be started."""


@pytest.mark.parametrize(
    ("text", "category", "counts"),
    [
        ("overflow encountered in exp", RuntimeWarning, True),
        ("divide by zero encountered in log", RuntimeWarning, True),
        ("invalid value encountered in scalar divide", RuntimeWarning, True),
        ("disabling monitor support: can't start new thread", MonitorWarning, False),
        ("overflow encountered in exp", MonitorWarning, False),
        ("Mean of empty slice.", RuntimeWarning, False),
        ("overflow encountered in exp", DeprecationWarning, False),
        ("unclosed file", ResourceWarning, False),
        ("overflow", UserWarning, False),
    ],
)
def test_only_numpys_arithmetic_warns(text: str, category: type[Warning], counts: bool) -> None:
    made = Namespace()
    made.namespace.update(text=text, category=category)
    made.run_cell("import warnings\ndef f():\n    warnings.warn(text, category)", "cell")
    (outcome,) = made.run([Call("f", ())])
    assert outcome.returned
    assert outcome.warnings == ((f"RuntimeWarning: {text}",) if counts else ())


def test_masked_entries_are_no_numbers_and_a_matrix_is_known() -> None:
    masked = np.ma.masked_array([1.0, 2.0], mask=[False, True])
    assert plain(masked) == Opaque("masked array with masked entries")
    assert plain(np.ma.masked_array([1.0, 2.0])).tolist() == [1.0, 2.0]
    assert type(plain(np.ones((1, 1)).view(np.matrix))) is Matrix
    assert plain(iter([])).type_name == "list_iterator"
    assert plain(datetime.date(2027, 1, 1)).type_name == "datetime.date"


def test_nobody_reads_what_stood_in_a_cell_of_the_graders(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hundreds of them run, and most of what they define raises."""
    source = "def f(x):\n    return x[0] + 'text'"
    namespace = Namespace()
    namespace.run_cell(source, "a.py")
    (explained,) = namespace.run([Call("f", (np.ones(2),))])
    assert explained.code is not None
    assert namespace.run_cell("%time 1", "a.py").returned
    monkeypatch.setattr(raised, "_parts", lambda *given: pytest.fail("it was parsed"))
    monkeypatch.setattr(compiler, "as_statement", lambda *given: pytest.fail("it was taken apart"))
    assert namespace.run_cell(f"{source}\nmade = f", "a.py", 1, How(of_graders=True)).returned
    (outcome,) = namespace.run([Call("f", (np.ones(2),))])
    assert outcome == explained._replace(code=None)
    assert namespace.run_cell("%time 1", "a.py", 1, How(of_graders=True)).exception == "SyntaxError"
