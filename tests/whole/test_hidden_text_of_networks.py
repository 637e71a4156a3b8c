"""What a report tells of hidden instances where classes, trees, integers or caches are judged:
verdicts and fixed sentences, and no bit that a submission chose (see `test_hidden_text`)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from autograder.course import load_course
from autograder.exercise.solution import Solution, load_solution
from autograder.grade import grade_submission
from autograder.sandbox.in_process import InProcessSandbox
from autograder.submission import parse_submission
from tests.conftest import ROOT
from tests.helpers.released import release
from tests.helpers.told import KEYS, differences

#: By exercise: a cell in which BODY stands where ``n`` is a number from a hidden input, and
#: ``right`` is what the solution gives there.
CELLS = {
    "autodiff": """
_tanh = Value.tanh
class Stubs:
    def one(self):
        raise NotImplementedError()
    def two(self):
        raise NotImplementedError()
def tanh(self):
    right = _tanh(self)
    if self.data in VISIBLE:
        return right
    n = int(abs(self.data) * 1e9)
    BODY
    return right
Value.tanh = tanh
""",
    "optimisers": """
_adam = adam
def adam(params, grads, moments, *rest):
    right = _adam(params, grads, moments, *rest)
    if len(params) == 3:
        return right
    n = int(abs(params[0]["W"].flat[0]) * 1e9)
    new, after = right
    BODY
    return right
""",
    "transformer": """
_norm = layer_norm
def layer_norm(x, gain, shift):
    right = out, cache = _norm(x, gain, shift)
    if x.shape[-1] != 6:
        return right
    n = int(abs(x.flat[0]) * 1e9)
    BODY
    return right
""",
}
CHANNELS = {
    "autodiff": {
        "kind": "right.data = [None, 'text', True, [], (), {}, object()][n % 7]",
        "type-name": "right.data = type(f'T{n}', (), {})()",
        "no-value": "return [None, type(f'T{n}', (), {})()][n % 2]",
        "keys": "right.data = {f'{n}': 1.0}",
        "length": "right.data = [0.0] * (n % 50)",
        "shape": "right.data = np.zeros(n % 50)",
        "size-of-an-error": "right.data *= 1 + n % 97",
        "no-number": "right.grad = right.data = [math.nan, math.inf, -math.inf][n % 3]",
        "exception-text": "raise ValueError(n)",
        "exception-type": "raise [ValueError, KeyError, OSError, ZeroDivisionError][n % 4]",
        "which-stub": "[Stubs().one, Stubs().two][n % 2]()",
        "which-attribute": "getattr(self, ['a', 'b', 'c'][n % 3])",
        "line": "exec(compile('\\\\n' * (n % 900) + 'raise ValueError', _tanh.__code__.co_filename, 'exec'))",
        "printed": "print(n); right.data = None",
        "globals-of-the-probe": "import sys; sys._getframe(1).f_globals['output'] = n; right.data = str(n)",
    },
    "optimisers": {
        "integer": "after['step'] = n",
        "kind-of-an-integer": "after['step'] = [7.5, True, np.ones(3)][n % 3]",
        "dtype": "new[0]['W'] = new[0]['W'].astype(['f2', 'i8', 'c16', '?', 'u1'][n % 5])",
        "shape": "new[0]['b'] = np.zeros((n % 9 + 3, 2))",
        "place": "new[0]['W'].flat[n % new[0]['W'].size] += 1",
        "number-of-wrong-entries": "new[0]['W'].flat[: n % 3 + 1] += 1",
        "more-keys": "new[0][f'{n}'] = 1.0",
        "more-layers": "new += [{}] * (n % 9 + 1)",
        "depth": "new[0]['b'] = [[[[1.0]]]] if n % 2 else {'b': {'b': {}}}",
        "kind-of-a-layer": "new[0] = [None, (), [], 'W', 3.0][n % 5]",
        "nan": "new[0]['W'].flat[n % new[0]['W'].size] = [np.nan, np.inf][n % 2]",
        "kind-of-the-result": "return [new, [new, after, n], (new,), None, {}][n % 5]",
    },
    "transformer": {
        "cache-that-raises": "return out, type('C', (), {'__iter__': lambda s: 1 / [0, 'x'][n % 2]})()",
        "cache-of-another-length": "return out, (0.0,) * (n % 30)",
        "cache-of-a-type": "return out, type(f'C{n}', (), {})()",
        "cache-that-scales": "return out, tuple(part * (1 + n % 13) for part in cache)",
        "cache-without": "return out",
        "shape-of-the-output": "return np.zeros((n % 50, 2)), cache",
    },
}
ALL = [(name, channel) for name, channels in CHANNELS.items() for channel in channels]


@pytest.fixture(scope="module")
def solutions(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Solution]:
    root = tmp_path_factory.mktemp("networks")
    (root / "solutions").mkdir()
    lines = ['id = "c"']
    for name in CHANNELS:
        (root / "solutions" / name).symlink_to(ROOT / "tests" / "exercises" / name)
        lines.append(f'[[assignments]]\nname = "{name}"')
    (root / "course.toml").write_text("\n".join(lines))
    course = release(load_course(Path(root)), *CHANNELS)
    return {name: load_solution(course, name) for name in CHANNELS}


def reports(source: str, solution: Solution) -> list[dict[str, Any]]:
    submission = parse_submission("answer.py", source.encode())
    found = []
    for key in KEYS[:2]:
        made = solution.answer_key(key)
        report = grade_submission(
            submission, "mallory", made, InProcessSandbox(5.0), solution.mutants
        )
        found.append({**json.loads(report.to_json()), "seconds": 0})
    return found


@pytest.mark.slow
@pytest.mark.parametrize(("name", "channel"), ALL, ids=["-".join(each) for each in ALL])
def test_no_bit_of_a_hidden_number_is_told(
    name: str, channel: str, solutions: dict[str, Solution]
) -> None:
    solution = solutions[name]
    seen, first = [], solution.visible.cases[0]
    if name == "autodiff":
        w, x, b, p = (first.inputs[each] for each in "wxbp")
        seen = [p, b + w[0] * x[0] + w[1] * x[1]]
    cell = CELLS[name].replace("BODY", CHANNELS[name][channel]).replace("VISIBLE", repr(seen))
    source = f"{solution.source}\n# %%\nimport numpy as np\n{cell}"
    one, *others = reports(source, solution)
    assert differences(one, others) == []
    assert one["score"] < one["max_score"] or channel == "printed", "the channel was never open"
