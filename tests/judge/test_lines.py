"""The student's line that is quoted, and the one that is suspected."""

from __future__ import annotations

import difflib
import shutil
import textwrap
from pathlib import Path

import pytest

from autograder.display.hints import hints_of
from autograder.exercise.solution import Solution
from autograder.judge.lines import Source, with_lines
from autograder.report import (
    ACTIVATION,
    DIFFERS,
    WRONG,
    CheckResult,
    Quantity,
    Row,
    function_report,
)
from autograder.student import check_file
from tests.conftest import NAME, ROOT

RIGHT = (ROOT / "solutions" / NAME / f"{NAME}.py").read_text()
#: Ways to write `backward` without the output's slope: the body, the line in which `grads["W2"]` is
#: made, and the line where the factor is missing.
HEAD = "def backward(params, x, t, activations):\n"
BACKWARD = {
    "in a display": (
        """
        h, y = activations["h"], activations["y"]
        e = 2 * (y - t) / t.size
        d = e
        g = params["W2"] @ d
        s = g * sigmoid_derivative(h)
        return {"y": e, "W2": np.outer(h, d), "b2": d, "h": g, "W1": np.outer(x, s), "b1": s}
        """,
        'return {"y": e, "W2": np.outer(h, d), "b2": d, "h": g, "W1": np.outer(x, s), "b1": s}',
        "d = e",
    ),
    "element by element": (
        """
        grads = {}
        grads["y"] = 2 * (activations["y"] - t) / len(t)
        delta = grads["y"].copy()
        grads["W2"] = np.outer(activations["h"], delta)
        grads["b2"] = delta
        grads["h"] = params["W2"] @ delta
        delta = grads["h"] * sigmoid_derivative(activations["h"])
        grads["W1"] = np.outer(x, delta)
        grads["b1"] = delta
        return grads
        """,
        'grads["W2"] = np.outer(activations["h"], delta)',
        'delta = grads["y"].copy()',
    ),
    "added to its entries": (
        """
        e = 2 * (activations["y"] - t) / t.size
        grads = {"y": e, **{name: np.zeros(value.shape) for name, value in params.items()}}
        delta = e.copy()
        grads["W2"] += np.outer(activations["h"], delta)
        grads["b2"] += delta
        grads["h"] = params["W2"] @ delta
        hidden = grads["h"] * sigmoid_derivative(activations["h"])
        grads["W1"] += np.outer(x, hidden)
        grads["b1"] += hidden
        return grads
        """,
        'grads["W2"] += np.outer(activations["h"], delta)',
        "delta = e.copy()",
    ),
    "a dict that is called": (
        """
        e = 2 * (activations["y"] - t) / t.size
        out = 1.0 * e
        if t.size > 1:
            back = params["W2"].dot(out)
        else:
            back = params["W2"][:, 0] * out[0]
        hidden = back * sigmoid_derivative(activations["h"])
        result = dict(
            y=e,
            W2=np.outer(activations["h"], out),
            b2=out,
            h=back,
            W1=np.outer(x, hidden),
            b1=hidden,
        )
        return result
        """,
        'W2=np.outer(activations["h"], out),',
        "out = 1.0 * e",
    ),
}


@pytest.mark.parametrize("style", BACKWARD)
def test_the_line_that_all_that_is_wrong_goes_through(style: str, tmp_path: Path) -> None:
    body, made, missing = BACKWARD[style]
    start = RIGHT.index("def backward(")
    end = RIGHT.index("# %%", start)
    function = HEAD + textwrap.indent(textwrap.dedent(body).strip(), "    ") + "\n\n\n"
    path = tmp_path / "answer.py"
    path.write_text(RIGHT[:start] + function + RIGHT[end:])
    shutil.copyfile(ROOT / "assignments" / NAME / "visible.json", tmp_path / "visible.json")
    backward = check_file(path)[0].functions[4]
    assert backward.line is not None and backward.suspect is not None
    assert (backward.line.text, backward.suspect.line.text) == (made, missing)
    lines = path.read_text().splitlines()
    for line in (backward.line, backward.suspect.line):
        assert lines[line.number - 1].strip() == line.text and line.label == "answer.py"
    assert {'grads["W2"]', 'grads["b2"]', 'grads["h"]'} <= {*backward.suspect.wrong}


FAILED = [
    CheckResult("values", False, "", 0.0, 1.0, [Row("f", "1", "2", note=DIFFERS)], key="values")
]


@pytest.mark.parametrize(
    "text",
    [
        "def f(: pass",
        "f = 1",
        "%matplotlib inline\ndef f(): return 1",
        "class C:\n    def f(self): return 1",
        "def f():\n    pass",
        "def f(a):\n    return a[0]",
        "def f(" + "(" * 300,
        "x = " + "-" * 100_000 + "1\ndef f(): return 2",
        "",
    ],
)  # fmt: skip
def test_where_there_is_no_line_none_is_quoted(text: str) -> None:
    report = function_report("f", FAILED, "failed")
    assert with_lines(report, [Source(text)]) == report


@pytest.mark.parametrize(
    "text",
    [
        "def f():\n    a = 1 + 1\n    return a",
        "def f():\n    for i in range(3):\n        a = a + i\n    return a",
        "def f():\n    a, b = g(), 2 + 2\n    return a",
        "@cached\ndef f():\n    if g(): return 3 * h()\n    return 2",
        "def f():\n    a = []\n    a.append(1 + 1)\n    return a",
        "def f():\n    with g() as a: a += 1\n    try: return a + 1\n    except E: return 0",
        "def f(n):\n    a: int = n * 2\n    a += a\n    b = a\n    def inner(): return 5 * 5\n    return b",
    ],
)
def test_a_line_is_found_in_any_function(text: str) -> None:
    found = with_lines(function_report("f", FAILED, "failed"), [Source(text, "cell", 11)])
    assert found.line is not None and found.line.text and found.line.text in text
    assert text.splitlines()[found.line.number - 11].strip() == found.line.text
    assert "5 * 5" not in found.line.text


def test_the_line_belongs_to_what_is_computed_first() -> None:
    """So do the numbers beside it."""
    rows = [Row(entry, "1", "2", note=DIFFERS) for entry in ('f["a"]', 'f["b"]')]
    report = function_report("f", [FAILED[0]._replace(rows=rows)], "failed")
    source = Source("def f():\n    b = 1 + 1\n    a = b * 3\n    return {'a': a, 'b': b}")
    lines = []
    for first in ('f["a"]', 'f["b"]'):
        trace = (Quantity(first, ACTIVATION, WRONG, (), (), (2.0,)),)
        found = with_lines(report._replace(trace=trace), [source])
        lines.append(found.line.text if found.line else "")
    assert lines == ["a = b * 3", "b = 1 + 1"]


@pytest.mark.slow
def test_every_known_mistake_has_its_ladder_and_most_their_line(
    solution: Solution, tmp_path: Path
) -> None:
    """A question, where, what to do. Where a line is suspected, it is the one with the mistake, but
    for a few."""
    shutil.copyfile(ROOT / "assignments" / NAME / "visible.json", tmp_path / "visible.json")
    path, found, elsewhere = tmp_path / "answer.py", [], []
    for mistake in solution.exercise.mistakes:
        path.write_text(mistake.apply(RIGHT))
        report, answer_key, _ = check_file(path)
        (function,) = [each for each in report.functions if each.name == mistake.function]
        ((question, where, *what),) = hints_of(function, answer_key)
        assert question.endswith("?") and where.startswith("Look at ") and what
        changed = [
            line.strip() for line in difflib.ndiff(RIGHT.split("\n"), path.read_text().split("\n"))
        ]
        if function.suspect:
            line = f"+ {function.suspect.line.text}"
            hit = any(" ".join(each.split()) == " ".join(line.split()) for each in changed)
            (found if hit else elsewhere).append(mistake.id)
    assert len(found) >= 70 and len(elsewhere) <= 8, elsewhere
