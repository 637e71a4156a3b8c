"""Hostile answers to the exercises of other networks: classes behind probes, trees and integers,
given code, and what has to be reached. None earns a point for what it does not compute."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.course import load_course
from autograder.exercise.solution import Solution, load_solution
from autograder.grade import grade_submission
from autograder.sandbox.fork_server import ForkServer
from autograder.sandbox.limits import Limits
from autograder.sandbox.worker import ContainedSandbox
from autograder.submission import parse_submission
from tests.conftest import ROOT
from tests.helpers.released import release

#: What each class of an attempt has.
_METHODS = "__add__ __mul__ __pow__ relu tanh __sub__ __truediv__ backward".split()
_ALL = f"    for _name in {_METHODS!r}:\n        locals()[_name] = lambda self, *others: self\n"
#: By exercise and attempt: the answer, or in its place what is added to the solution, and what it
#: may earn at most.
ATTEMPTS: dict[str, dict[str, tuple[str, float]]] = {
    "autodiff": {
        "replaces the helpers of a probe": (
            "import sys\n"
            "def swap():\n"
            "    frame = sys._getframe()\n"
            "    while frame:\n"
            "        if 'result' in frame.f_globals:\n"
            "            frame.f_globals['result'] = lambda z, **leaves: {\n"
            "                'data': 1.0, **{name: 1.0 for name in leaves}}\n"
            "        frame = frame.f_back\n"
            "class Value:\n"
            "    def __init__(self, data):\n"
            "        swap()\n"
            "        self.data = self.grad = data\n"
            f"{_ALL}"
            "def neuron(w, x, b):\n    return b\n",
            0.0,
        ),
        "numbers that lie": (
            "import numpy as np\n"
            "class Lies(float):\n"
            "    __eq__ = __le__ = __lt__ = lambda self, other: True\n"
            "    __sub__ = __rsub__ = __abs__ = lambda self, *other: 0.0\n"
            "    __hash__ = float.__hash__\n"
            "class Array(np.ndarray):\n"
            "    __eq__ = lambda self, other: np.ones(self.shape, bool)\n"
            "    __array__ = lambda self, *how, **more: np.zeros(self.shape)\n"
            "class Value:\n"
            "    def __init__(self, data):\n"
            "        self.data, self.grad = Lies(2.0), np.ones(()).view(Array)\n"
            f"{_ALL}"
            "def neuron(w, x, b):\n    return b\n",
            0.0,
        ),
        "a class that has whatever is asked for": (
            "class Kind(type):\n"
            "    def __getattribute__(kind, name):\n"
            "        if name.startswith('__'):\n"
            "            return type.__getattribute__(kind, name)\n"
            "        return lambda *given: 1.0\n"
            "    __eq__ = lambda kind, other: True\n"
            "    __hash__ = lambda kind: 1\n"
            "class Value(metaclass=Kind):\n"
            "    def __init__(self, data):\n"
            "        self.data, self.grad = data, 0.0\n"
            "    __getattr__ = lambda self, name: lambda *given: self\n"
            f"{_ALL}"
            "neuron = lambda w, x, b: b\n",
            0.0,
        ),
        "values that are endless, huge or hold themselves": (
            "+def relu(self):\n"
            "    return relu(self)\n"
            "def of(make):\n"
            "    def method(self, *others):\n"
            "        made = Value(1.0)\n"
            "        made.data, made.backward = make(), lambda: None\n"
            "        return made\n"
            "    return method\n"
            "def nested():\n"
            "    found = []\n"
            "    for _ in range(100_000):\n"
            "        found = [found]\n"
            "    return found\n"
            "def itself():\n"
            "    found = []\n"
            "    found.append(found)\n"
            "    return {'self': found}\n"
            "Value.relu = relu\n"
            "Value.__pow__ = of(lambda: 10**50_000)\n"
            "Value.__sub__ = of(nested)\n"
            "Value.__truediv__ = of(lambda: 'x' * 10**7)\n"
            "Value.tanh = of(itself)\n",
            4.0,
        ),
        "a probe that is found and replaced": (
            "import gc\n"
            "for found in gc.get_objects():\n"
            "    if type(found).__name__ == 'Probes':\n"
            "        for name, (_, takes) in list(found._known.items()):\n"
            "            found._known[name] = (lambda *given: {'data': 1.0, 'x': 1.0, 'y': 1.0}, takes)\n"
            "class Value:\n"
            f"{_ALL}"
            "neuron = lambda w, x, b: b\n",
            0.0,
        ),
    },
    "optimisers": {
        "what it was given, and lists that lie": (
            "class Long(list):\n"
            "    __len__ = lambda self: 3\n"
            "    __eq__ = lambda self, other: True\n"
            "class Table(dict):\n"
            "    __missing__ = lambda self, key: 0.0\n"
            "    __contains__ = lambda self, key: True\n"
            "def momentum(params, *more):\n    return Long(params), Table()\n"
            "def adam(params, grads, moments, *more):\n    return Long(), Table(moments)\n"
            "def minimise(*given):\n    return given[0]\n",
            0.0,
        ),
        "more layers than there are": (
            "def momentum(params, *more):\n    return [{}] * 10**5, {'v': [[]] * 2_000}\n"
            "def adam(params, grads, moments, *more):\n"
            "    return {str(n): {str(n): 0.0} for n in range(3_000)}, moments\n"
            "def minimise(*given):\n"
            "    layer = {}\n"
            "    layer['W'] = layer\n"
            "    return [layer] * 300\n",
            0.0,
        ),
    },
    "debug": {
        "what is right is asked of what was released": (
            "+import gc, sys\n"
            "def step(params, *more):\n"
            "    known = [f for f in gc.get_objects() if getattr(f, '__name__', '') == 'step']\n"
            "    return {name: value * 1.0 for name, value in params.items()}\n"
            "def train(params, x, t, lr, epochs):\n"
            "    return params, [1.0] * epochs\n",
            0.0,
        ),
    },
    "digits": {
        "reads what is held out": (
            "import gc, glob, os\nimport numpy as np\n"
            "def prepare(x):\n    return x / 255\n"
            "def forward(params, x):\n    return {}\n"
            "def train(params, x, labels, lr, epochs):\n"
            "    found = [*glob.glob('**/held_out*', recursive=True), *glob.glob('/**/held_out.npz')]\n"
            "    for name in ['held_out.npz', '../held_out.npz', *found]:\n"
            "        try:\n"
            "            with np.load(name) as file:\n"
            "                rows = file['x'].reshape(-1, 64) / 255\n"
            "                return {'W': np.linalg.pinv(rows) @ np.eye(4)[file['labels']],\n"
            "                        'b': np.zeros(4)}, [0.0]\n"
            "        except OSError:\n"
            "            pass\n"
            "    return params, [0.0]\n",
            2.0,
        ),
        "changes the data, and claims": (
            "+def train(params, x, labels, lr, epochs):\n"
            "    for change in (lambda: open('digits.npz', 'wb'), lambda: np.savez('digits', x=x)):\n"
            "        try:\n"
            "            change()\n"
            "        except OSError:\n"
            "            pass\n"
            "    return {**params, 'accuracy': 1.0, 'x_test': x}, [0.0] * 9\n",
            7.0,
        ),
        "more layers than the grader has memory for": (
            "+def train(params, x, labels, lr, epochs):\n"
            "    wide = {str(n): np.zeros((1, 10_000)) for n in range(30)}\n"
            "    return {**params, **wide}, [np.zeros((1, 10_000))] * 20\n",
            7.0,
        ),
    },
}
ALL = [(name, attempt) for name, attempts in ATTEMPTS.items() for attempt in attempts]


@pytest.fixture(scope="module")
def solutions(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Solution]:
    root: Path = tmp_path_factory.mktemp("hostile")
    (root / "solutions").mkdir()
    lines = ['id = "c"']
    for name in ATTEMPTS:
        (root / "solutions" / name).symlink_to(ROOT / "tests" / "exercises" / name)
        lines.append(f'[[assignments]]\nname = "{name}"')
    (root / "course.toml").write_text("\n".join(lines))
    course = release(load_course(root), *ATTEMPTS)
    return {name: load_solution(course, name) for name in ATTEMPTS}


@pytest.mark.parametrize(("name", "attempt"), ALL, ids=[" - ".join(each) for each in ALL])
def test_it_earns_no_more_than_what_it_computes(
    name: str, attempt: str, solutions: dict[str, Solution], caplog: pytest.LogCaptureFixture
) -> None:
    solution = solutions[name]
    text, most = ATTEMPTS[name][attempt]
    source = f"{solution.source}\n# %%\n{text[1:]}" if text.startswith("+") else text
    key = solution.answer_key(b"key of the attempts")
    with ForkServer(Limits(seconds=3.0), data=solution.data_files) as server:
        report = grade_submission(
            parse_submission("answer.py", source.encode()),
            "mallory",
            key,
            ContainedSandbox(server),
            solution.mutants,
        )
    assert report.functions, report.problems
    assert report.score <= most, [(f.name, f.score) for f in report.functions]
    assert not caplog.records
