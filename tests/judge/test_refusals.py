"""What refuses an array is named as it stands in the student's own line."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.judge.messages import not_returned
from autograder.judge.redact import redacted
from autograder.sandbox.calls import Call, Code, Outcome
from autograder.sandbox.inside.namespace import Namespace

Z = np.ones((3, 5))
IS = "is an array of shape (3, 5)"
#: Lines of a function of z, and the sentence on it.
REFUSED = {
    "return 1 / (1 + math.exp(-z))": f"math.exp takes one number; z {IS}: use np.exp.",
    "return log(z)": f"math.log takes one number; z {IS}: use np.log.",
    "return c.exp(1j * z)": f"cmath.exp takes one number; z {IS}: use np.exp.",
    "return math.pow(z, 2)": f"math.pow takes one number; z {IS}: use np.power.",
    "return math.fsum(z)": "math.fsum takes one number; z is an array of shape (3, 5): use np.sum.",
    "return float(z)": f"float takes one number; z {IS}: leave float out",
    "return int(z[0])": "int takes one number; z[0] is an array of shape (5,): use .astype(int).",
    "return math.exp(sum(z @ z.T))": "takes one number; what stands there is an array: use np.exp",
    "return math.exp([1.0])": "math.exp takes one number; what stands there is a list: use np.exp.",
    "return math.exp(None)": "math.exp takes one number; what stands there is None: use np.exp.",
    "return [0 for _ in range(z)]": f"range takes one number; z {IS}: use its length, len(...).",
    "if z > 0: return 1": f"if needs a single True or False; z {IS}: np.where chooses",
    "return 1 if p['z'] > 0 else 0": f"if needs a single True or False; p['z'] {IS}: np.where",
    "return [q for q in [z] if q > 0]": f"if needs a single True or False; q {IS}: np.where",
    "while z: z = z - 1": f"while needs a single True or False; z {IS}",
    "assert z": f"assert needs a single True or False; z {IS}",
    "return not z": f"not needs a single True or False; z {IS}",
    "return z > 0 and z < 1": f"and needs a single True or False; z {IS}",
    "return 0 < z < 1": f"a chain of comparisons needs a single True or False; z {IS}",
    "return max(z, 0)": f"max needs a single True or False; z {IS}: use np.maximum",
    "return z @ m + 1": "m is np.matrix, which always has two axes, and whose * multiplies",
}


def failure(line: str) -> Outcome:
    """What came of a function in which the line stands, among cells of the same file."""
    made = Namespace()
    before = "import math\nimport cmath as c\nfrom math import log\nimport numpy as np\n"
    made.run_cell(before, "mine.py")
    source = f"def f(z):\n    p, m = {{'z': z}}, np.matrix(z)\n    {line}\n"
    made.run_cell(source, "mine.py", first_line=5)
    made.run_cell("def g():\n    return 1\n", "mine.py", first_line=9)
    (outcome,) = made.run([Call("f", (Z,))])
    return outcome


@pytest.mark.parametrize(("line", "words"), REFUSED.items())
def test_it_is_named(line: str, words: str) -> None:
    outcome = failure(line)
    first, quoted, raised = not_returned("f", outcome, 10.0).split("\n")
    assert first.startswith("f stopped (mine.py, line 7): ")
    assert words in first
    assert "float() and int()" not in first
    assert quoted == f"    {line}"
    assert raised == f"f raised {outcome.error_text}"


def test_other_exceptions_quote_the_line() -> None:
    text = not_returned("f", failure("raise KeyError(z.shape)"), 10.0)
    assert "\n    raise KeyError(z.shape)\n" in text


def test_what_stood_there_is_not_told_of_a_hidden_instance() -> None:
    visible = failure("return math.exp(-z)")
    hidden = redacted(
        visible._replace(code=Code("return math.exp(-z)", "math.exp", (("z", "7"),))), [visible]
    )
    assert hidden.code == Code("return math.exp(-z)", "math.exp")
    assert "math.exp takes one number; what stands there is an array: use np.exp." in not_returned(
        "f", hidden, 10.0
    )
    other = visible._replace(code=Code("return math.exp(-7)", "math.exp"))
    assert redacted(other, [visible]).code is None


@pytest.mark.parametrize(
    "line", ["raise type('E', (Exception,), {'__str__': None})()", "z.shape = 4"]
)
def test_what_cannot_be_described_costs_the_description_only(line: str) -> None:
    assert failure(line).kind == "raised"
