"""What stops late keeps what it had: right answers with one thing in them that stops. Each has its
score, and is told the cause with its line, and not what came of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

import pytest

from autograder.display.next_step import next_step
from autograder.exercise.answer_key import AnswerKey
from autograder.exercise.solution import Solution
from autograder.grade import grade_submission
from autograder.report import Report
from autograder.sandbox.fork_server import ForkServer
from autograder.sandbox.in_process import InProcessSandbox
from autograder.sandbox.limits import Limits
from autograder.sandbox.worker import ContainedSandbox
from autograder.submission import parse_submission
from tests.helpers.edited import (
    Edit,
    above,
    after,
    at_the_end,
    before_def,
    inside,
    notebook,
    without_marks,
)

FULL = 23.0
ALONE = r" What does not need it was run all the same\."


class Case(NamedTuple):
    """What is done to right answers, their score then, and patterns of what is said: of the file,
    each problem in turn; of a function; and as the next step."""

    edit: Edit
    score: float = FULL
    problems: tuple[str, ...] = ()
    function: tuple[str, str] = ("", "")
    step: str = "All visible checks pass"


def _both(*edits: Edit) -> Edit:
    def work(what: object) -> object:
        for edit in edits:
            what = edit(what)
        return what

    return work


def _missing(package: str, where: str) -> str:
    return rf"^{where}: there is no package {package} where this is checked\. .*{ALONE}$"


def _indented(source: str, first: str, last: str = "") -> str:
    return f"{first}\n" + re.sub(r"(?m)^", "    ", source) + last


def _method(source: str) -> str:
    source = source.replace("(y, t)", "(self, y, t)", 1)
    return _indented(source, "class Net:", "\nloss = Net().loss")


def _expit(imports: str) -> Edit:
    """`sigmoid` by a package that is not there."""
    use = "    return expit(z)\n    small ="
    return inside("sigmoid", lambda source: f"{imports}\n{source.replace('    small =', use)}")


NO_SCIPYY = ("sigmoid", r"sigmoid stopped \(cell 4, line \d\): there is no package scipyy where")
WITHOUT_SCIPYY = r"Next: do without the package scipyy in sigmoid, or ask your instructor"
TWO_PACKAGES = "import matplotlib.pyplot as plt, seaborn, numpy as np\nplt.figure()"
INPUT = r"input\(\) waits for an answer, and nobody answers during a check"

NOTEBOOKS = {
    "imports-on-one-line": Case(
        above(TWO_PACKAGES),
        problems=(_missing("matplotlib", "cell 2, line 1"), _missing("seaborn", "cell 2, line 1")),
        step="All visible checks pass, without matplotlib and seaborn.",
    ),
    "from-import": Case(
        above("from matplotlib import pyplot as plt\nplt.style.use('ggplot')"),
        problems=(_missing("matplotlib", "cell 2, line 1"),),
        step="All visible checks pass, without matplotlib.",
    ),
    "plots-below": Case(
        at_the_end("import matplotlib.pyplot as plt\nfig, ax = plt.subplots()\nax.plot([1])"),
        problems=(_missing("matplotlib", r"cell \d+, line 1"),),
        step="All visible checks pass, without matplotlib.",
    ),
    "another-package-in-its-place": Case(
        above("try:\n    import cupyy as np\nexcept ImportError:\n    import numpy as np")
    ),
    "package-in-a-function": Case(
        _expit("from scipyy.special import expit"),
        21.0,
        (_missing("scipyy", "cell 4, line 1"),),
        NO_SCIPYY,
        WITHOUT_SCIPYY,
    ),
    "all-names-of-a-package": Case(
        _expit("from scipyy.special import *"),
        21.0,
        (_missing("scipyy", "cell 4, line 1"),),
        ("sigmoid", "the name 'expit' is not defined, perhaps because there is no package scipyy"),
        WITHOUT_SCIPYY,
    ),
    "import-in-a-function": Case(
        inside(
            "sigmoid",
            lambda source: source.replace(
                "    small =", "    from scipyy.special import expit\n    small ="
            ),
        ),
        21.0,
        function=NO_SCIPYY,
        step=WITHOUT_SCIPYY,
    ),
    "loss-is-a-number": Case(
        after("check-loss", "a = forward(params, x)\nloss = loss(a['y'], t)"),
        20.0,
        function=("train", r"loss is a number since cell 15, line 2\. Give that value another"),
        step="Next: give the value in cell 15, line 2 another name than loss.",
    ),
    "loss-is-a-number-at-the-end": Case(at_the_end("loss = loss(np.ones(1), t)")),
    "sigmoid-is-an-array-at-the-end": Case(at_the_end("sigmoid = sigmoid(np.ones(3))")),
    "forward-is-a-dict": Case(
        after("check-forward", "forward = forward(params, x)"),
        20.0,
        function=("train", r"forward is a dict since cell 12, line 1\."),
        step="Next: give the value in cell 12, line 1 another name than forward",
    ),
    "update-is-a-loop-variable": Case(
        after("check-update", "for update in range(3):\n    print(update)"),
        20.0,
        function=("train", r"update is a number since cell 21, line 1\."),
        step="Next: give the value in cell 21, line 1 another name than update",
    ),
    "backward-is-deleted": Case(
        after("check-backward", "del backward"),
        20.0,
        function=("train", r"backward was deleted in cell 18, line 1\. Delete that line\."),
        step="Next: delete cell 18, line 1: train needs backward.",
    ),
    "numpy-is-a-number": Case(
        after("check-backward", "np = 3.0"),
        20.0,
        function=("train", r"np is a number since cell 18, line 1\."),
        step="Next: give the value in cell 18, line 1 another name than np.",
    ),
    "sum-is-a-number": Case(
        _both(
            inside("loss", lambda s: s.replace("np.mean((y - t) ** 2)", "sum((y - t) ** 2) / 1")),
            above("sum = 0"),
        ),
        21.0,
        function=("loss", r"loss stopped .*: sum is a number since cell 2, line 1\."),
        step="Next: give the value in cell 2, line 1 another name than sum.",
    ),
    "another-function-of-the-name": Case(
        after("check-sigmoid", "def logistic(z):\n    return 1 / (1 + np.exp(-z))\nold = sigmoid")
    ),
    "input": Case(
        above("name = input('Student ID: ')"), problems=(rf"^cell 2, line 1: {INPUT}.*{ALONE}$",)
    ),
    "input-in-a-loop": Case(
        above(
            "while True:\n    try:\n        n = int(input())\n    except ValueError:\n        pass"
        ),
        problems=(rf"^cell 2, line 3: {INPUT}",),
    ),
    "input-that-is-needed": Case(
        above("n = int(input())\nm = n + 1\nprint(m)"), problems=(rf"^cell 2, line 1: {INPUT}",)
    ),
    "input-in-a-function": Case(
        inside("train", lambda s: s.replace("    losses = []", "    losses = [][:int(input())]")),
        20.0,
        function=("train", INPUT),
        step="Next: fix what stopped train.",
    ),
    "getpass": Case(
        above("from getpass import getpass\ngetpass()"),
        problems=(r"^cell 2, line 2: getpass\(\) waits for an answer",),
    ),
    "breakpoint": Case(above("breakpoint()"), problems=("^cell 2, line 1: a breakpoint waits",)),
    "debugger": Case(
        above("import pdb\npdb.set_trace()"), problems=("^cell 2, line 2: a breakpoint waits",)
    ),
    "breakpoint-in-a-function": Case(
        inside("loss", lambda source: source.replace("    return", "    breakpoint()\n    return")),
        21.0,
        function=("loss", "a breakpoint waits for somebody at the keyboard"),
        step="Next: fix what stopped loss.",
    ),
    **{
        f"ends-with-{name}": Case(
            above(source),
            problems=(rf"^cell 2, line 1: exit\(\) and quit\(\) end the whole program.*{ALONE}$",),
        )
        for name, source in {
            "sys.exit": "__import__('sys').exit()",
            "exit": "exit()",
            "quit": "quit()",
            "SystemExit": "raise SystemExit",
        }.items()
    },
    "if-true": Case(inside("forward", lambda source: _indented(source, "if True:"))),
    "try": Case(
        inside("forward", lambda s: _indented(s, "try:", "\nexcept ImportError:\n    pass"))
    ),
    "method": Case(inside("loss", _method)),
    "lambda": Case(inside("loss", lambda _: "loss = lambda y, t: float(np.mean((y - t) ** 2))")),
    "partial": Case(
        inside(
            "loss",
            lambda _: (
                "from functools import partial\n"
                "loss = partial(lambda p, y, t: float(np.mean((y - t) ** p)), 2)"
            ),
        )
    ),
    "space-in-the-def-line": Case(inside("sigmoid", lambda s: s.replace("sigmoid(", "sigmoid ("))),
    "a-mistake-stops-its-cell-as-in-jupyter": Case(
        inside("loss", lambda source: f"1 / 0\n{source}"),
        21.0,
        (r"^ZeroDivisionError: division by zero \(cell 13, line 1\)$",),
        ("loss", "loss is not defined, since its cell stopped above this line"),
        "Next: mend what stopped the cell of loss above its def line.",
    ),
    "so-does-a-file-that-is-not-there": Case(
        inside("loss", lambda source: f"np.loadtxt('data.csv')\n{source}"),
        21.0,
        (r"^cell 13, line 1: there is no file data\.csv where this is checked\.",),
        ("loss", "loss is not defined, since its cell stopped above this line"),
        "Next: mend what stopped the cell of loss above its def line.",
    ),
    "arguments-of-a-program": Case(
        above(
            "import argparse\np = argparse.ArgumentParser()\np.add_argument('n')\np.parse_args()"
        ),
        problems=(rf"^cell 2, line 4: it ends the whole program .* as argparse does .*{ALONE}$",),
    ),
    "too-large": Case(
        at_the_end("a = np.ones(10**15)"),
        problems=(rf"^cell \d+, line 1 asked for more memory than there is here\.{ALONE}$",),
    ),
    "exit-in-a-function": Case(
        inside("train", lambda s: s.replace("    losses = []", "    if epochs < 9: exit()")),
        20.0,
        function=("train", r"\AOn the visible .*: train stopped .*: exit\(\) and quit\(\) end"),
        step="Next: fix what stopped train.",
    ),
    "float-is-a-number": Case(
        above("float = 3"),
        21.0,
        function=("loss", r"\Aloss stopped .*: float is a number since cell 2, line 1\. Give"),
        step="Next: give the value in cell 2, line 1 another name than float.",
    ),
    "defined-in-another-one": Case(
        inside("loss", lambda source: _indented(source, "def main():", "\nmain()")),
        21.0,
        function=("loss", r"^cell 13, line 2, `def loss.*: loss is defined inside main, where"),
        step="Next: begin the def line of loss at the left margin.",
    ),
    "in-its-locked-check": Case(
        _both(
            inside("loss", lambda source: "pass"),
            inside("check-loss", lambda check: f"def loss(y, t):\n    return 1.0\n{check}"),
        ),
        21.0,
        ("^cell 14 is the locked check of loss: what you wrote there is not graded",),
        ("loss", "loss is not defined"),
        "Next: cell 14 is the locked check of loss: .* Put it into the cell of loss, above it.",
    ),
    "prose-in-a-locked-check": Case(
        inside("check-loss", lambda check: f"my loss is right now\n{check}"),
        problems=("^cell 14 is the locked check of loss",),
    ),
    "tries-in-a-locked-check": Case(
        inside("check-loss", lambda c: f"import math\nprint(loss(y, t))\n%timeit 1\nloss?\n{c}")
    ),
}
SCRIPTS = {
    # Without it all would be right, but its name is not what is wrong.
    "missing-package-around-a-loop": Case(
        lambda source: (
            "from tqdmm import tqdm\n"
            + source.replace("in range(epochs)", "in tqdm(range(epochs))")
        ),
        20.0,
        (_missing("tqdmm", "answer.py, line 1"),),
        ("train", r"train stopped \(answer\.py, line \d+\): there is no package tqdmm where"),
        step=r"Next: do without the package tqdmm in train, or ask your instructor",
    ),
    "without-marks": Case(without_marks),
    "space-in-the-def-line": Case(lambda s: s.replace("def sigmoid(", "def sigmoid (")),
    "loss-is-a-number-at-the-end": Case(
        lambda s: f"{s}\n\nloss = loss(np.ones(1), t)\n",
        21.0,
        function=("loss", r"^loss stopped: loss is a number since answer\.py, line \d+\. Give"),
        step=r"Next: give the value in answer\.py, line \d+ another name than loss\.",
    ),
    "deleted-at-the-end": Case(
        lambda s: f"{s}\n\ndel loss\n",
        21.0,
        function=("loss", r"^loss stopped: loss was deleted in answer\.py, line \d+\. Delete that"),
        step=r"Next: delete answer\.py, line \d+\.",
    ),
    "no-python-at-the-end": Case(
        _both(without_marks, lambda s: f"{s}\nfor i in range(3) print(i)\n"),
        0.0,
        (r"^SyntaxError: .* \(answer\.py, line \d+\)$",),
        ("loss", "^loss is in answer.py, which has a syntax error: mend that first."),
        r"Next: fix the syntax error in answer\.py, line \d+\.",
    ),
    "exit": Case(
        _both(without_marks, before_def("backward", "import sys\nsys.exit(0)")),
        problems=(r"^answer\.py, line \d+: exit\(\) and quit\(\) end the whole program",),
    ),
}
#: These cost seconds, or end the process of whoever runs them.
LATE = r" did not finish within 1 seconds\. Make it shorter, with fewer epochs for example, or "
SLOW_NOTEBOOKS = {
    "endless-training": Case(
        inside("train", lambda s: f"{s}\n_, h = train(params, x, t, lr, 10**9)\nprint(h[-1])"),
        problems=(rf"^cell 22, line \d\d{LATE}delete it\.{ALONE}$",),
    ),
    "what-the-rest-of-the-cell-defines": Case(
        inside("loss", lambda s: f"while True: pass\nP = 2\n{s.replace('** 2', '** P')}"),
        problems=(rf"^cell 13, line 1{LATE}",),
    ),
    "what-needs-it-says-so": Case(
        inside(
            "loss", lambda s: f"P = next(i for i in iter(int, 1) if i)\n{s.replace('** 2', '** P')}"
        ),
        21.0,
        (rf"^cell 13, line 1{LATE}",),
        ("loss", r"loss stopped .*: P has no value, since cell 13, line 1 did not run to its end"),
        "Next: look at cell 13, line 1, whose result loss needs.",
    ),
    "nothing-else-gets-through": Case(
        at_the_end(
            "while True:\n    try:\n        while True: pass\n    except BaseException: pass"
        ),
        problems=(rf"^cell \d+, line 1{LATE}",),
    ),
    "the-process-ends": Case(
        inside("loss", lambda source: f"import os\nos._exit(0)\n{source}"),
        problems=(rf"^cell 13, line 2 ended its process \(exit status 0\): a function .*{ALONE}$",),
    ),
}
SLOW_SCRIPTS = {
    "endless-training": Case(
        lambda s: f"{s}\n_, h = train(params, x, t, lr, 10**9)\nprint(h[-1])\n",
        problems=(rf"^answer\.py, line \d+{LATE}",),
    ),
    "endless-training-above": Case(
        _both(without_marks, before_def("backward", "while True:\n    pass")),
        problems=(rf"^answer\.py, line \d+{LATE}",),
    ),
}


@pytest.fixture(scope="module")
def graded(
    solution: Solution, answer_key: AnswerKey, fork_server: Callable[..., ForkServer]
) -> Callable[[str, str], Report]:
    def grade(name: str, text: str) -> Report:
        submission = parse_submission(name, text.encode())
        sandbox = ContainedSandbox(fork_server(Limits(seconds=1.0)))
        return grade_submission(submission, "tester", answer_key, sandbox, solution.mutants)

    return grade


def wrong_in(case: Case, report: Report) -> list[str]:
    """What of a report is not as the case has it, but for the score."""
    said = [problem.message for problem in report.problems]
    function, pattern = case.function
    pairs = list(zip(case.problems, said, strict=False))
    failures = {f.name: f.first_failure.message for f in report.functions if f.first_failure}
    pairs += [(pattern, failures.get(function, ""))] if function else []
    pairs += [(case.step, next_step(report))] if case.step else []
    wrong = [f"{pattern} | {text}" for pattern, text in pairs if not re.search(pattern, text)]
    return wrong + said[len(case.problems) :] + list(case.problems[len(said) :])


def complaints(case: Case, report: Report) -> list[str]:
    return wrong_in(case, report) + ([] if report.score == case.score else [str(report.score)])


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook(name: str, graded: Callable[[str, str], Report]) -> None:
    case = NOTEBOOKS[name]
    assert complaints(case, graded("answer.ipynb", notebook(case.edit))) == []


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script(name: str, graded: Callable[[str, str], Report], solution: Solution) -> None:
    case = SCRIPTS[name]
    assert complaints(case, graded("answer.py", case.edit(solution.source))) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", SLOW_NOTEBOOKS)
def test_a_slow_notebook(name: str, graded: Callable[[str, str], Report]) -> None:
    case = SLOW_NOTEBOOKS[name]
    assert complaints(case, graded("answer.ipynb", notebook(case.edit))) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", SLOW_SCRIPTS)
def test_a_slow_script(name: str, graded: Callable[[str, str], Report], solution: Solution) -> None:
    case = SLOW_SCRIPTS[name]
    assert complaints(case, graded("answer.py", case.edit(solution.source))) == []


@pytest.mark.parametrize("name", sorted({*NOTEBOOKS} - {"debugger"}))  # which is pytest's here
def test_a_check_on_a_students_machine_says_the_same(name: str, answer_key: AnswerKey) -> None:
    case = NOTEBOOKS[name]
    submission = parse_submission("answer.ipynb", notebook(case.edit).encode())
    report = grade_submission(submission, "tester", answer_key, InProcessSandbox(1.0))
    assert wrong_in(case, report) == []


@pytest.mark.slow
def test_what_the_grader_runs_again_costs_nothing(
    solution: Solution, answer_key: AnswerKey, fork_server: Callable[..., ForkServer]
) -> None:
    """Slow cells and mistakes, for which cells run again and again."""
    mistakes = "\n\n# %%\nused = loss\ndef loss(y, t):\n    return 1.1 * used(y, t)\n"
    mistakes += "old = sigmoid\ndef sigmoid(z):\n    return 1.1 * old(z)\n"
    demos = "\n\n# %%\nimport time\ntime.sleep(0.7)\n" * 3
    reports = []
    for cells in ("", demos):
        submission = parse_submission("answer.py", f"{solution.source}{cells}{mistakes}".encode())
        sandbox = ContainedSandbox(fork_server(Limits(seconds=2.0, total_seconds=3.0)))
        report = grade_submission(submission, "tester", answer_key, sandbox, solution.mutants)
        reports.append([(f.name, f.status, f.score) for f in report.functions])
    assert reports[0] == reports[1]
    assert not any("timeout" in told for told in reports[0])
