"""How cells are read that are not Python as they stand."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest

from autograder.sandbox.calls import Call, Cell, Outcome
from autograder.sandbox.fork_server import ForkServer
from autograder.sandbox.inside import cell_syntax
from autograder.sandbox.inside.cell_syntax import transformed
from autograder.sandbox.inside.namespace import Namespace
from autograder.sandbox.levels import LEVELS
from autograder.sandbox.limits import Limits
from autograder.sandbox.worker import ContainedSandbox


def run(*cells: str) -> tuple[Namespace, list[Outcome]]:
    """A submission of these cells, and what came of each."""
    submission = Namespace()
    outcomes = [submission.run_cell(cell, f"cell {at}") for at, cell in enumerate(cells, 1)]
    return submission, outcomes


@pytest.mark.parametrize(
    ("above", "lines"),
    [
        ("%env A=1", 1),
        ("\n \n\n%env A=1", 4),
        ("!echo a \\\n  b \\\n  c", 3),
        ("files = !ls \\\n  -l\n\nx = %env \\\n A", 5),
        ("%%time", 1),
        ("\n%%capture\n%%time\n\n%env \\\n A", 6),
        ("if True:\n    !echo a \\\n      b\n    x = 1", 4),
        (">>> x = 1\n>>> y = 2", 2),
    ],
)
@pytest.mark.parametrize("below", ["1 / 0", "def f():\n    1 / 0\nf()", "x = (", "x = 1 1"])
def test_lines_keep_their_numbers(above: str, lines: int, below: str) -> None:
    _, (outcome,) = run(f"{above}\n{below}")
    assert outcome.place is not None and outcome.place.label == "cell 1"
    assert outcome.place.line == lines + (2 if "def" in below else 1)
    assert outcome.exception in ("ZeroDivisionError", "SyntaxError")
    assert "cell 1" not in outcome.message  # which is said once


def test_a_text_on_one_line_has_the_number_of_that_line() -> None:
    text = "x = 1\nget_ipython().run_cell_magic('time', '', 'a = 1\\nb = 2\\n1 / 0\\n')\n"
    submission, (outcome,) = run(text)
    assert outcome.place is not None and outcome.place.line == 2
    assert submission.namespace["b"] == 2


def test_what_is_python_is_not_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(source: str) -> str:
        raise AssertionError(source)

    monkeypatch.setattr("autograder.sandbox.inside.compiler.transformed", fail)
    _, (outcome,) = run("x = (17\n% 10)\ny = '''\n%time\n!ls\n'''\n# ?\n")
    assert outcome.returned


def test_a_huge_cell_is_read_without_the_transformer() -> None:
    lines = "x = 1\n" * 20_000
    _, (outcome,) = run(f"%time 1\n{lines}y = (")
    assert outcome.place is not None and outcome.place.line == 20_002


def test_a_cell_of_too_many_commands_fails_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("IPython.core.inputtransformer2.TRANSFORM_LOOP_LIMIT", 3)
    cell_syntax.transformer.cache_clear()
    monkeypatch.setattr(cell_syntax, "_is_ipython", lambda name: name.startswith("IPython"))
    assert transformed("!a\n!b\n!c\n!d\n") == "!a\n!b\n!c\n!d\n"
    cell_syntax.transformer.cache_clear()


def test_without_ipython_its_commands_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cell_syntax, "transformer", lambda: None)
    submission, (outcome,) = run(
        "%matplotlib inline\n!pip install x\nif True:\n    %env A=1\nx = 1"
    )
    assert outcome.returned and submission.namespace["x"] == 1


def test_ipython_itself_is_not_imported() -> None:
    """Not for a notebook that is plain Python, nor for one with commands of IPython's."""
    program = """
import sys
from autograder.sandbox.inside.namespace import Namespace
from autograder.sandbox.levels import LEVELS
from autograder.sandbox.limits import Limits
from autograder.sandbox.worker import ContainedSandbox
submission = Namespace()
submission.run_cell("x = 1", "cell 1")
assert not {"tokenize", "codeop", "asyncio"} & {*sys.modules} - {*before}, sys.modules
assert submission.run_cell("%time y = 1", "cell 2").returned and submission.namespace["y"] == 1
assert not [name for name in sys.modules if name.startswith("IPython")]
"""
    subprocess.run([sys.executable, "-c", "before = {'tokenize'}\n" + program], check=True)


def test_a_command_that_reads_another_file_says_that_it_is_not_there() -> None:
    _, (outcome,) = run("x = 1\n%run helper.py\n")
    assert outcome.error_text.startswith("FileNotFoundError: %run helper.py: there is no script")
    assert outcome.place is not None and outcome.place.line == 2


def test_a_call_finds_where_the_cells_print_to() -> None:
    submission, outcomes = run(
        "import io, sys\nsys.stdout = kept = io.StringIO()", "def f():\n    print(1)"
    )
    assert all(outcome.returned for outcome in outcomes)
    assert [outcome.kind for outcome in submission.run([Call("f", ()), Call("f", ())])]
    assert submission.namespace["kept"].getvalue() == "1\n1\n"
    assert submission.printed.text == ""


@pytest.mark.parametrize(
    "source",
    [
        "import sys\ndel sys.stdout, sys.stderr",
        "import sys\nsys.stdout.close()",
        "import os\nwith open(os.devnull, 'w') as file:\n    print(1, file=file)",
        "import os\nwith open(os.devnull, 'wb') as file:\n    file.write(b'1')",
        "from autograder import *\nassert check(1) is None",
        "import sys\nassert sys.argv == ['']",
        "x = get_ipython().events.register('post_run_cell', print)\nassert not list(x) and get_ipython()",
    ],
)
def test_what_a_cell_may_do(source: str) -> None:
    stdout, argv = sys.stdout, sys.argv
    _, outcomes = run(source, "y = 1")
    assert [outcome.error_text for outcome in outcomes] == ["", ""]
    assert (sys.stdout, sys.argv) == (stdout, argv)


@pytest.mark.parametrize("level", LEVELS)
def test_cells_run_on_each_level(fork_server: Callable[..., ForkServer], level: str) -> None:
    cells = [
        "%env A=1 \\\n  B\nfrom numpy import *\nfrom autograder import *",
        "import sys, io\nsys.stdout = io.TextIOWrapper(sys.stdout.buffer, encoding='utf-8')",
        "async def seven():\n    return 7\nawait seven()",
        "    value = _\n    def f():\n        display(value)\n        return value",
    ]
    sandbox = ContainedSandbox(fork_server(Limits(seconds=5), [level]))
    with sandbox.start([Cell(cell, f"cell {at}") for at, cell in enumerate(cells)]) as worker:
        (outcome,) = worker([Call("f", ())])
    assert (worker.cell_failures, outcome.value) == ({}, 7)
