"""Notebooks that are odd and legal: all that Jupyter lets students do to cells of right answers.

Each takes the cells of a notebook whose answers are right, and changes some. Stock nbgrader's score
is the truth for each of them.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from typing import Any

from nbformat.v4 import new_code_cell, new_markdown_cell

Cells = list[Any]
Oddity = Callable[[Cells], Cells]
ODDITIES: dict[str, Oddity] = {}


def odd(function: Oddity) -> Oddity:
    """Add a notebook to the table."""
    ODDITIES[function.__name__] = function
    return function


def find(cells: Cells, name: str) -> Any:
    """The cell with an id of nbgrader's."""
    (found,) = [c for c in cells if c["metadata"].get("nbgrader", {}).get("grade_id") == name]
    return found


def edit(cells: Cells, name: str, change: Callable[[str], str]) -> Cells:
    cell = find(cells, name)
    cell["source"] = change(cell["source"])
    return cells


def insert(cells: Cells, before: str, *sources: str) -> Cells:
    """The cells, and code cells before one of them."""
    at = cells.index(find(cells, before))
    return [*cells[:at], *map(new_code_cell, sources), *cells[at:]]


def above(name: str, text: str) -> Oddity:
    """Text above the source of a cell."""
    return lambda cells: edit(cells, name, lambda source: f"{text}\n{source}")


def prompted(source: str, first: str, more: str) -> str:
    """Source as it is copied from a session with prompts."""
    lines = source.split("\n")
    return "\n".join([f"{first}{lines[0]}", *(f"{more}{line}" for line in lines[1:])])


ODDITIES |= {
    "right": lambda cells: cells,
    "indented": lambda cells: edit(cells, "sigmoid", lambda s: textwrap.indent(s, "    ")),
    "tabs_and_form_feeds": lambda cells: edit(
        cells, "loss", lambda s: "\f\n" + s.replace("    ", "\t") + "\n\f"
    ),
    "windows_lines_and_a_magic": lambda cells: edit(
        cells, "loss", lambda s: f"%time 1\n{s}".replace("\n", "\r\n")
    ),
    "old_mac_lines": lambda cells: edit(cells, "loss", lambda s: s.replace("\n", "\r")),
    "prompts": lambda cells: edit(cells, "loss", lambda s: prompted(s, ">>> ", "... ")),
    "ipython_prompts": lambda cells: edit(
        cells, "loss", lambda s: prompted(s, "In [12]: ", "    ...: ")
    ),
    "prompts_in_a_docstring": lambda cells: edit(
        cells, "loss", lambda s: s.replace('"""Mean', '"""\n    >>> loss(1, 1)\n    0.0\n    Mean')
    ),
    "shell_over_two_lines": above("loss", "# %load loss.py\n!echo -q \\\n   numpy"),
    "pip_over_three_lines": above("loss", "%env A=1 \\\n  B \\\n  C"),
    "help": above("loss", "?print\nprint?\nnp.mean??\n%time?\n,print a b\n;print a b\n/print 1"),
    "time_of_a_cell": above("loss", "%%time"),
    "time_below_empty_lines": above("loss", "\n  \n%%time\n"),
    "time_below_a_comment": above("loss", "# a comment\n%%time"),
    "names_of_the_session": above("loss", "names = %who_ls\nfor name in names: pass"),
    "capture_of_a_cell": above("loss", "%%capture shown --no-stderr"),
    "capture_and_time_of_a_cell": above("loss", "%%capture\n%%time\n%env A=1"),
    "profile_of_a_cell": above("loss", "%%prun -q"),
    "timeit_of_a_cell": above("loss", "%%timeit -n1 -r1"),
    "writes_the_cell": above("loss", "%%writefile loss.py"),
    "shell_of_a_cell": above("loss", "%%bash"),
    "runs_what_is_not_there": above("loss", "%run nothing.py"),
    "imports_it": above(
        "loss",
        "from IPython import get_ipython\nget_ipython().system('true')\n"
        "get_ipython().run_cell_magic('time', '', 'one = 1\\n')\nassert one == 1\n"
        "if 'IPKernelApp' not in get_ipython().config: pass",
    ),
    "display_imported": above(
        "loss",
        "from IPython.display import HTML, Markdown, clear_output, display\n"
        "display(HTML('<b>x</b>'), Markdown('x'))\nclear_output(wait=True)\n"
        "from IPython.core.interactiveshell import InteractiveShell\n"
        "InteractiveShell.ast_node_interactivity = 'all'\nprint = display = lambda *a: None",
    ),
    "semicolons": lambda cells: edit(
        insert(cells, "loss", "1 + 1;", "np.zeros(2);"), "loss", lambda s: f"{s};\n"
    ),
    "modern": above(
        "loss",
        "from dataclasses import dataclass\nimport typing\n"
        "@dataclass(frozen=True)\nclass Sizes:\n    n: 'int | None' = None\n"
        "assert typing.get_type_hints(Sizes)\n"
        "def size(a: list | None, *, b: int | str = 1, **c) -> tuple[int, ...]:\n"
        "    match b:\n        case int() if (n := b): return (n,)\n"
        "    return ()\nassert size([]) == (1,)",
    ),
    "unicode": lambda cells: edit(
        cells, "loss", lambda s: s.replace("def loss", "def lo\N{LATIN SMALL LETTER LONG S}s") + "\nσ = é = 1"
    ),
    "main": lambda cells: edit(
        cells, "loss", lambda s: f"if __name__ == '__main__':\n{textwrap.indent(s, '    ')}"
    ),
    "a_cell_that_exits": lambda cells: insert(cells, "sigmoid", "import sys\nsys.exit()"),
    "a_cell_that_fails": lambda cells: insert(cells, "sigmoid", "1 / 0", "x = (", "nothing"),
    "fails_above_the_answer": above("loss", "nothing"),
    "empty_cells": lambda cells: insert(cells, "loss", "", "  \n\n", "# only this", "'''\ntext\n'''", "pass"),
    "unknown_magic_of_a_cell": lambda cells: insert(cells, "loss", "%%nosuchmagic\nloss = 1"),
    "reset_at_the_beginning": lambda cells: [new_code_cell("%reset -f"), *cells],
    "files": above(
        "loss",
        "files = !ls\nassert isinstance(files, list)\nfiles.s, files.l\n"
        "for i in range(2):\n    !echo {i}\n    %env A=1\nhere = %pwd\nassert here is not print",
    ),
    "exports": above(
        "loss",
        "get_ipython().magic('matplotlib') if False else None\nget_ipython().run_cell('two = 2')\n"
        "assert two == 2\nexec('three = 3')\nassert three == 3 and globals()['two'] == 2",
    ),
    "shell": above(
        "loss",
        "ip = get_ipython()\nip.push({'one': 1})\nassert one == 1 and ip.ev('one + 1') == 2\n"
        "ip.ex('three = 3')\nassert three == 3 and _ih[-1] and ip.user_global_ns['three'] == 3\n"
        "%load_ext autoreload\n%autoreload 2\n%config InlineBackend.rc = {}\n"
        "ip.run_line_magic('timeit', '-n1 -r1 -q 1')\nkept = %timeit -o -q -n1 -r1 one\n",
    ),
    "writes_files": lambda cells: above(
        "loss",
        "import mine\n%run mine.py\nassert mine.three == 3 and two() == 2\n%run -i 'mine'\n"
        "assert three == 3 and np.loadtxt('data.csv', delimiter=',')[1] == 2\n"
        "assert __name__ == '__main__'",
    )(insert(
        cells, "loss", "%%writefile mine.py\nimport numpy as np\ndef two():\n    return 2 * np.ones(1)",
        "%%writefile -a mine.py\n\nthree = two() + 1", "%%writefile data.csv\n1,2",
    )),
    "threads": lambda cells: edit(
        insert(
            cells, "sigmoid",
            "import threading\nfrom concurrent.futures import ThreadPoolExecutor\n"
            "pool = ThreadPoolExecutor(4)\n"
            "threading.Thread(target=threading.Event().wait, daemon=True).start()",
        ),
        "loss", lambda s: s.replace("    return", "    y, t = pool.map(np.array, [y, t])\n    return"),
    ),
}  # fmt: skip


@odd
def answer_in_markdown(cells: Cells) -> Cells:
    return _retyped(cells, "loss", "markdown")


@odd
def answer_in_raw(cells: Cells) -> Cells:
    return _retyped(cells, "loss", "raw")


@odd
def setup_in_markdown(cells: Cells) -> Cells:
    """Not an answer, so that nothing is known of its type."""
    at = next(i for i, c in enumerate(cells) if c["cell_type"] == "code")
    return [*cells[:at], new_markdown_cell(cells[at]["source"]), *cells[at + 1 :]]


@odd
def question_in_code(cells: Cells) -> Cells:
    cell = find(cells, "explain")
    cell.update(cell_type="code", source="def loss(y, t):\n    return 0.0", outputs=[])
    cell["execution_count"] = None
    return cells


@odd
def a_modulo_below_a_magic(cells: Cells) -> Cells:
    text = "%env A=1\nseven = (17\n% 10)\neight = 18 \\\n% 10\nassert (seven, eight) == (7, 8)"
    return above("loss", text)(cells)


@odd
def display_without_import(cells: Cells) -> Cells:
    return edit(cells, "loss", lambda s: s.replace("    return", "    display(y)\n    return"))


@odd
def annotations_of_later_cells(cells: Cells) -> Cells:
    cells = [new_code_cell("from __future__ import annotations"), *cells]
    return edit(cells, "loss", lambda s: s.replace("(y, t)", "(y: Undefined, t: Undefined)"))


@odd
def annotations_without_a_future(cells: Cells) -> Cells:
    return edit(cells, "loss", lambda s: s.replace("(y, t)", "(y: Undefined, t: Undefined)"))


@odd
def standard_output_of_its_own(cells: Cells) -> Cells:
    cells = insert(
        cells, "sigmoid", "import io, sys\nsys.stdout = kept = io.StringIO()\nprint('x')"
    )
    text = "assert sys.stdout is kept and kept.getvalue()\nprint('y')"
    return above("loss", text)(cells)


@odd
def star_imports(cells: Cells) -> Cells:
    text = "from autograder import *\nfrom math import *\nfrom numpy import *\nfrom numpy.linalg import *"
    cells = insert(cells, "sigmoid", text)
    return edit(cells, "loss", lambda s: s.replace("np.", ""))


@odd
def value_of_the_cell_above(cells: Cells) -> Cells:
    cells = insert(cells, "loss", "4", "_ + 5", "_ * 2;", "x = 1", "None", "first = __\n_ + first")
    assert_it = "assert (_, __, first) == (13, 9, 4) and In[1] and 13 in Out.values()"
    return above("loss", assert_it)(cells)


@odd
def value_of_a_name_of_its_own(cells: Cells) -> Cells:
    return above("loss", "assert _ == 3")(insert(cells, "loss", "_, one = 3, 1", "5"))


@odd
def awaits(cells: Cells) -> Cells:
    text = "import asyncio\nasync def two():\n    await asyncio.sleep(0)\n    return 2"
    cells = insert(cells, "loss", text, "await two()", "assert _ == 2")
    return above("loss", "async def one():\n    return 1\nx = await one()\nassert x == 1")(cells)


@odd
def times_a_statement(cells: Cells) -> Cells:
    cells = edit(
        cells,
        "loss",
        lambda s: s.replace(
            "    return", "    l = []\n    %time l.append(y)\n    y = l[0]\n    return"
        ),
    )
    return above("loss", "%time one = 1\ntwo = %time one + 1\nassert two == 2")(cells)


def _retyped(cells: Cells, name: str, kind: str) -> Cells:
    cell = find(cells, name)
    cell["cell_type"] = kind
    cell.pop("outputs", None)
    cell.pop("execution_count", None)
    return cells
