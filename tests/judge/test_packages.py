"""What a check on a student's machine says of packages that graders may not have."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.judge.packages import uncertain_packages
from autograder.sandbox.calls import Cell

EXPIT = "def sigmoid(z):\n    return expit(z)\n"


@pytest.mark.parametrize(
    ("source", "packages"),
    [
        (f"from scipy.special import expit\n{EXPIT}", ["scipy"]),
        (
            f"import numpy as np, scipy.special as s\nexpit = 1\ndef expit(z): return s\n{EXPIT}",
            ["scipy"],
        ),
        ("def sigmoid(z):\n    import numba, math\n    return numba.f(z)\n", ["numba"]),
        ("import matplotlib.pyplot as plt\ndef plot(): plt.show()\ndef sigmoid(z): return z\n", []),
        (
            f"try:\n    from scipy.special import expit\nexcept ImportError:\n    expit = f\n{EXPIT}",
            [],
        ),
        (f"import numpy as np, math, autograder, torch\nfrom mine import expit\n{EXPIT}", []),
        ("from scipy.special import expit\ndef sigmoid(z:\n", []),
    ],
)
def test_only_what_answers_need_is_told(source: str, packages: list[str], tmp_path: Path) -> None:
    (tmp_path / "mine.py").touch()
    cells = [Cell("x = 1", "cell 1"), Cell(source, "cell 2", first_line=5)]
    problems = uncertain_packages(cells, ["sigmoid", "unwritten"], tmp_path)
    told = [problem.message for problem in problems]
    assert [text.split(" needs the package ")[1].split(".")[0] for text in told] == packages
    assert all(text.startswith("cell 2, line ") for text in told)


def test_what_a_method_needs_is_told(tmp_path: Path) -> None:
    source = "import scipy\nclass Value:\n    def exp(self): return scipy.exp(self)\n"
    (problem,) = uncertain_packages([Cell(source, "cell 1")], ["Value.exp"], tmp_path)
    assert problem.message.startswith("cell 1, line 1: Value.exp needs the package scipy.")
