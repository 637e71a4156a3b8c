"""docs/author.md: the exercise that it makes is built, proved and graded, and every sentence that
it says an author may read is what an author reads."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from autograder.__main__ import main
from tests.conftest import ROOT

NAME = "linear_layer"
PAGE = (ROOT / "docs" / "author.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILES = {name: text for _, name, text in BLOCK.findall(PAGE) if name}
BLOCKS = {kind: text for kind, name, text in BLOCK.findall(PAGE) if not name}
COMMANDS = [
    line for kind, _, text in BLOCK.findall(PAGE) if kind == "sh" for line in text.split("\n")
]

EXERCISE, SOLUTION, MISTAKES = "exercise.py", f"{NAME}.py", "mistakes.py"
RIGHT = "right/by_index.py"
MISTAKE = '    Mistake("{}", "{}", "{}", "{}", "It is wrong."),\n]\n'
Edit = tuple[str, str, str]
#: What stops a build, by the sentence of the page.
STOPS: dict[str, Edit] = {
    "unknown check 'gradeint'; the checks are shapes, printed, values, gradient, hidden, behaviour": (
        EXERCISE, '"gradient": 2', '"gradeint": 2',
    ),
    "a method needs a probe, a function that is given the class and data, and returns data": (
        EXERCISE, '"update", {', '"Layer.update", {',
    ),
    "the first argument of its probe draw must have the name of a class or a function of the solution": (
        EXERCISE, '"update", {"values": 1, "hidden": 1, "behaviour": 1})', '"update", {"values": 1}, probe=draw)',
    ),
    "it differentiates no other function": (
        EXERCISE, '"update", {', '"update", {"gradient": 1, ',
    ),
    "no numbers are declared as Printed of it": (EXERCISE, '"loss", {', '"loss", {"printed": 1, '),
    "the solution gives no 'z' there with as many numbers (2)": (EXERCISE, '"y", [', '"z", ['),
    f"{NAME}.py needs exactly one cell for 'check-loss', and has 0": (SOLUTION, "check(loss)", "loss"),
    "needs as many '### END SOLUTION' as '### BEGIN SOLUTION'": (
        SOLUTION, '"b": grad_y}\n    ### END SOLUTION', '"b": grad_y}',
    ),
    "question 'inner' has no points in exercise.py": (SOLUTION, '="outer"', '="inner"'),
    "forward of the solution fails on the instance 'wide': ValueError": (
        EXERCISE, "rng.normal(size=n_out)}", "rng.normal(size=n_in)}",
    ),
    "loss of the solution must return one number, not an array of shape (2,)": (
        SOLUTION, "float(np.sum((y - t) ** 2) / 2)", "(y - t) ** 2 / 2",
    ),
    'forward of the solution must return finite numbers, and activations["y"][0] is inf': (
        SOLUTION, '+ params["b"]}', '+ params["b"] + np.inf}',
    ),
    "instance 'square': another instance has this label too": (EXERCISE, '"wide"', '"square"'),
    "no instance has its argument 'lr', and no function before it returns it": (
        EXERCISE, '"lr"', '"rate"',
    ),
    "instance 'square': no function has all its arguments here; forward lacks x": (
        EXERCISE, 'layer(rng, "square", 3, 3)', 'Instance("square", {"params": {}})',
    ),
    "times names 'dout', which is no argument of backward": (
        EXERCISE,
        'Function("backward", {',
        'Function("backward", derivative=__import__("autograder").Derivative(["forward", "loss"], by=["params", "x"], times="dout"), points={',
    ),
    'must return a derivative with respect to params["b"], in its shape': (
        SOLUTION, '"b": grad_y}', '"b": activations["y"][:1]}',
    ),
    'must return new params like the ones it is given; it has no params["b"]': (
        SOLUTION, "for name in params}", "for name in params if name != 'b'}",
    ),
    "must return the derivatives by params, x: as a tuple in this order": (
        EXERCISE,
        'Function("backward", {',
        'Function("backward", derivative=__import__("autograder").Derivative(["forward", "loss"], by=["params", "x"]), points={',
    ),
    "draw gives no hidden instance, but there are points for them": (
        EXERCISE, "return [layer", "return []  # [layer",
    ),
    "there is no 'layer.svg' for students in": (
        EXERCISE, 'questions={', 'files=["layer.svg"],\n    questions={',
    ),
    f"{NAME}.py shows 'layer.svg', which does not stand in files": (
        SOLUTION, "# Why", "# ![One layer](layer.svg)\n#\n# Why",
    ),
    "exercise.py, line 40: NameError: name 'np' is not defined": (EXERCISE, "import numpy as np", ""),
}  # fmt: skip
#: What proofs fail with, by the sentence of the page: edits that can be made at once.
FAILS: list[dict[str, Edit]] = [
    {
        "the solution passes everything (15 of 16): forward: "
        'activations["y"] is not the number in the notebook.': (EXERCISE, "1.75, 2", "1.76, 2"),
        "on the visible instance 'book', grads[\"W\"][0, 1] is 0.75, and the derivative of the loss is 0.25": (
            SOLUTION, "np.outer(x, grad_y)", "np.outer(x, grad_y) * [1, 3, 1][: len(t)]",
        ),
    },
    {"lies on a kink, where right answers differ": (SOLUTION, "((y - t) ** 2) / 2", "(np.abs(y - 1.75))")},
    {'the loss depends on params["b"] on no instance': (SOLUTION, ' + params["b"]', "")},
    {
        "every function has to compute what it gives: update gives back its argument params on every instance": (
            EXERCISE, '"lr": 0.1', '"lr": 1e-9',
        ),
        "draw gives the same instances for the same rng: take all that is random from it": (
            EXERCISE, 'layer(rng, "wide"', 'layer(np.random.default_rng(), "wide"',
        ),
    },
    {
        "rounding errors stay within the tolerance on every instance: backward on": (
            EXERCISE, "[1.0, 2.0]),", "[1.75, 2.25 + 1e-8]),",
        ),
        "solutions/linear_layer/right/ holds no right answer": (RIGHT, "", ""),
    },
    {
        "right/by_index.py passes everything (13 of 16): loss: On the visible instance 'book': loss is": (RIGHT, "0.5 * sum", "0.37 * sum"),
        "the mistake again is rejected": (
            MISTAKES, "]\n", MISTAKE.format("again", "loss", "y - t", "t - y"),
        ),
        "its text must occur exactly once in backward of the solution, and occurs 4 times: "
        "'grad_y'": (MISTAKES, "]\n", MISTAKE.format("often", "backward", "grad_y", "grad")),
        "visible.json holds a line of the solution": (
            MISTAKES, "Subtract the step.", "return {name: params[name] - lr * grads[name] for name in params}",
        ),
    },
    {
        f"{NAME}.ipynb differs; run `autograder build {NAME}`": (SOLUTION, "One linear", "A linear"),
    },
]  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The course of the page, as its author has written it."""
    root = tmp_path_factory.mktemp("author")
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


@pytest.fixture
def root(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it, to go to and to change."""
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def edit(root: Path, edits: Sequence[Edit]) -> None:
    for name, old, new in edits:
        path = root / "solutions" / NAME / name
        text = path.read_text()
        assert old in text, name
        if not old:
            path.unlink()
            continue
        path.write_text(text.replace(old, new))


def told(heading: str) -> list[str]:
    """The sentences in the first column of the table below a line that ends with these words."""
    table = PAGE.partition(f"{heading}:\n\n")[2].partition("\n\n")[0]
    return [re.split(r"(`+) ?(.*?) ?\1", row)[2] for row in table.splitlines()[2:]]


@pytest.mark.slow
def test_its_commands_do_what_it_says(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    printed = {}
    for command in filter(None, COMMANDS):
        program, *arguments = shlex.split(command)
        assert (program, main(arguments)) == ("autograder", 0), command
        printed[command] = capsys.readouterr().out
    assert printed[f"autograder build --check {NAME}"] == BLOCKS["text"]
    both, report = (text for command, text in printed.items() if " grade " in command)
    assert [line.split()[1] for line in both.splitlines()[1:]] == ["16/16", "0/16"]
    assert json.loads(report)["score"] == 16
    released = sorted(path.name for path in (root / "assignments" / NAME).iterdir())
    assert released == [f"{NAME}.ipynb", f"{NAME}.py", "visible.json"]


def test_every_sentence_of_the_page_is_tested() -> None:
    assert told("stops with one sentence, and changes nothing") == list(STOPS)
    assert told("begins the line with `FAIL`") == [said for fails in FAILS for said in fails]


@pytest.mark.parametrize("said", STOPS)
def test_a_build_stops_with(said: str, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(root, [STOPS[said]])
    assert main(["build"]) == 2
    assert said in capsys.readouterr().err
    assert not (root / "assignments").exists()


@pytest.mark.slow
@pytest.mark.parametrize("fails", FAILS)
def test_proofs_fail_with(
    fails: dict[str, Edit], root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    later = [edits for said, edits in fails.items() if "differs" in said]
    edit(root, [edits for edits in fails.values() if edits not in later])
    assert main(["build"]) == 0
    edit(root, later)
    capsys.readouterr()
    assert main(["build", "--check", "--combinations", "5"]) == 1
    failed = [line for line in capsys.readouterr().out.splitlines() if line.startswith("FAIL")]
    for said in fails:
        assert any(said in line for line in failed), failed
