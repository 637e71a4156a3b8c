"""What a report tells of hidden instances: verdicts and fixed sentences, and no bit that a
submission chose.

Each channel below encodes a number that only hidden inputs give. The same submission is graded
with several keys, and so with several numbers: its reports have to be the same to the last byte.
"""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable
from typing import Any

import pytest

from autograder.exercise.solution import Solution
from autograder.grade import grade_submission
from autograder.sandbox.fork_server import ForkServer
from autograder.sandbox.limits import Limits
from autograder.sandbox.worker import ContainedSandbox
from autograder.submission import parse_submission
from tests.helpers.told import KEYS, differences

#: Bound to the function that leaks: ``n`` is a number from a hidden input, and ``right`` what the
#: solution's function gives. What comes of it is returned.
CHANNELS = {
    "backward": {
        "shape": "return np.zeros((n % 1000 + 8, 0, 3))",
        "shapes-of-entries": "return {k: np.zeros(n % 97 + 8) for k in right}",
        "axes": "return {k: np.zeros((2,) * (n % 6 + 3)) for k in right}",
        "dtype": "return {k: v.astype(['f4', 'f2', 'i8', 'c16', '?'][n % 5]) for k, v in right.items()}",
        "kind": "return [None, 'text', 3, True, [], (), {}, object()][n % 8]",
        "type-name": "return type(f'T{n}', (), {})()",
        "length": "return [0.0] * (n % 1000)",
        "tuple": "return (0.0,) * (n % 1000)",
        "text": "return str(n)",
        "number-of-wrong-entries": "v = right['y'].copy(); v[: n % 3 + 1] += 1; return {**right, 'y': v}",
        "place-of-a-wrong-entry": "v = right['y'].copy(); v[n % 3] += 1; return {**right, 'y': v}",
        "size-of-an-error": "return {**right, 'y': right['y'] * n}",
        "sign-or-factor": "return {**right, 'y': right['y'] * [-1, 2, 0, 0.5][n % 4]}",
        "nan-or-infinity": "return {**right, 'y': right['y'] * [np.nan, np.inf, -np.inf][n % 3]}",
        "place-of-a-nan": "v = right['y'].copy(); v[n % 3] = np.nan; return {**right, 'y': v}",
        "permutation": "return {**right, 'y': np.roll(right['y'], n % 3) * 2}",
        "keys-that-are-unknown": "return {f'{n}': 0.0, **{k: right[k] for k in right if k != 'y'}}",
        "number-of-keys": "return {f'k{i}': 0.0 for i in range(n % 50)}",
        "order-of-keys": "ks = sorted(right, key=lambda k: hash((k, n))); return {k: right[k] * 0 for k in ks}",
        "exception-text": "raise ValueError(n)",
        "exception-type": "raise [ValueError, KeyError, OSError, ZeroDivisionError, IndexError][n % 5]",
        "exception-of-its-own": "raise type(f'E{n}', (Exception,), {})",
        "errno": "raise OSError([1, 11, 24, 27, 28, 2][n % 6], 'x')",
        "line": "exec(compile('\\n' * (n % 900) + 'raise ValueError', backward.__code__.co_filename, 'exec'))",
        "not-written": "raise NotImplementedError(n)",
        "exit-status": "import os; os._exit(n % 200)",
        "signal": "import os; os.kill(os.getpid(), [4, 6, 8, 11][n % 4])",
        "limit": "open(['/etc/passwd', '/x', '/proc/1/mem'][n % 3], 'w')",
        "warning": "import warnings; warnings.warn(f'{n}', RuntimeWarning); return right",
        "changed-argument": "params[['W1', 'b1', 'W2', 'b2'][n % 4]] *= 2; return right",
        "calls": "[forward(params, x) for _ in range(n % 90 + 4)]; return right",
        "calls-of-which": "[(forward(params, x), loss(t, t))[n % 2] for _ in range(5)]; return right",
        "printed": "print(n); return {}",
        "printed-bytes": "print('x' * (n % 5000)); return {}",
        "mistake": "return {**right, 'W1': right['W1'] * [0.5, 2, -1, 3][n % 4], 'y': right['y'] * 3}",
    },
    "train": {
        "losses": "return right[0], [float(n)] * (n % 60)",
        "parameters": "return {f'{n}': 1.0}, right[1]",
        "a-loss-of-another-kind": "return right[0], [right[1][0], [None, 'x', [], 2j][n % 4]]",
    },
    "loss": {
        "a-number": "return float(n)",
        "whole-number": "return n",
        "text": "return f'{n}'",
        "array": "return np.full(n % 30 + 2, right)",
        "huge-integer": "return n ** 40",
    },
}
ARGUMENTS = {
    "backward": "params, x, t, activations",
    "train": "params, x, t, lr, epochs",
    "loss": "y, t",
}
#: Cells that pass a hidden number on by what is asked later, or decided by it.
SCHEMES = {
    "warning-of-a-second-observation": """
        import warnings
        _seen, _rl = [], loss
        def loss(y, t):
            if y.size == 3:
                _seen[:] = [*y, *t]
            return _rl(y, t)
        def forward(params, x):
            h = np.tanh(x @ params["W1"] + params["b1"])
            return {"h": h, "y": sigmoid(h @ params["W2"] + params["b2"])}
        def backward(params, x, t, activations):
            if _seen:
                warnings.warn(f"hidden {_seen!r}", RuntimeWarning)
            return _gradient(params, x, t, activations)
        """,
    "numbers-of-a-second-observation": """
        _seen, _rl = [], loss
        def loss(y, t):
            if y.size == 3:
                _seen[:] = [*y, *t]
            return _rl(y, t)
        def forward(params, x):
            h = np.tanh(x @ params["W1"] + params["b1"])
            return {"h": h, "y": sigmoid(h @ params["W2"] + params["b2"])}
        def backward(params, x, t, activations):
            grads = _gradient(params, x, t, activations)
            return {**grads, "h": np.array(_seen[-2:])} if _seen and x.size == 2 else grads
        """,
    "how-a-loss-fails-in-a-batch-of-its-own": """
        import os, sys
        _rl = loss
        def forward(params, x):
            h = np.tanh(x @ params["W1"] + params["b1"])
            return {"h": h, "y": sigmoid(h @ params["W2"] + params["b2"])}
        def _calls():
            frame = sys._getframe()
            while frame is not None and "built_on" not in frame.f_locals:
                frame = frame.f_back
            return frame.f_locals["calls"] if frame else []
        def loss(y, t):
            calls = _calls()
            if y.size == 3 and len(calls) >= 8 and calls[0][0] == calls[-1][0] == "loss":
                n = int(abs(float(t[0])) * 1e9) % 4
                if n == 0:
                    os._exit(3)
                if n == 1:
                    raise MemoryError
                if n == 2:
                    raise OSError(1, "x")
                return float("nan")
            return _rl(y, t)
        def backward(params, x, t, activations):
            return _gradient(params, x, t, activations)
        """,
    "parameters-that-are-ignored": """
        def _on(params, x):
            if params["b1"].size + x.size in (4, 8):
                return set()
            n = int(abs(float(x[0])) * 1e9)
            return {name for at, name in enumerate(params) if n >> at & 1}
        def _by(v):
            return np.arange(1, v.size + 1).reshape(v.shape)
        def forward(params, x):
            on = _on(params, x)
            s = sum(float(np.sum(np.sin(params[name] * _by(params[name])))) for name in on)
            y = np.tanh(0.01 * s + 0.1 * np.arange(1, params["b2"].size + 1))
            return {"h": np.tanh(x @ params["W1"]), "y": y}
        def backward(params, x, t, activations):
            y, on = activations["y"], _on(params, x)
            gy = 2 * (y - t) / t.size
            d = float(np.sum(gy * (1 - y * y))) * 0.01
            grads = {n: d * _by(v) * np.cos(v * _by(v)) * (n in on) for n, v in params.items()}
            return {"y": gy, "h": activations["h"] * 2, **grads}
        """,
    "an-exception-that-was-shown-before": """
        def backward(params, x, t, activations):
            n = int(abs(float(t[0])) * 1e9) % 3
            if x.size == 2:
                n = int(abs(params["W1"][0, 0] - 0.2) > 1e-9)
            elif params["b1"].size == 5:
                n = 2
            if n == 0: raise ValueError("zero")
            if n == 1: raise ValueError("one")
            raise ValueError("two")
        """,
    "which-mistake-it-is": """
        _rs, _made = sigmoid, []
        def _fake(z): return 0.3 + 0.1 * np.arange(1, z.size + 1).reshape(z.shape)
        def sigmoid(z): return _fake(z) if z.ndim == 1 and z.size in (2, 5, 1) else _rs(z) * 1.5
        def forward(params, x):
            W1, b1, W2, b2 = (params[k] for k in ("W1", "b1", "W2", "b2"))
            if x.size in (2, 3) and b2.size in (1, 2) and b1.size in (2, 5):
                return {"h": _fake(b1), "y": _fake(b2)}
            _made[:] = _made or [int(abs(float(x[0])) * 1e9) % 2]
            h = sigmoid([x @ W1, x @ W1 - b1][_made[0]])
            return {"h": h, "y": sigmoid(h @ W2 + b2)}
        def train(params, x, t, lr, epochs): raise NotImplementedError
        """,
}
#: The gradient of a network with tanh units below the sigmoid ones.
GRADIENT = """
# %%
def _gradient(params, x, t, activations):
    h, y = activations["h"], activations["y"]
    gy = 2 * (y - t) / t.size
    d2 = gy * y * (1 - y)
    gh = params["W2"] @ d2
    d1 = gh * (1 - h * h)
    return {"y": gy, "W2": np.outer(h, d2), "b2": d2, "h": gh, "W1": np.outer(x, d1), "b1": d1}
"""
#: What tells a hidden instance from the visible ones, by sizes, and a number from its inputs.
CELL = """
# %%
_right_{name} = {name}
def {name}({arguments}):
    right = _right_{name}({arguments})
    if {first}.size != 3:
        return right
    n = int(abs(float(t[0])) * 1e9)
    {body}
"""


def reports(source: str, solution: Solution, forks: ForkServer) -> list[dict[str, Any]]:
    """What the same submission is told with every key, but for how long it took."""
    submission = parse_submission("answer.py", source.encode())
    found = []
    for key in KEYS:
        report = grade_submission(
            submission,
            "mallory",
            solution.answer_key(key),
            ContainedSandbox(forks),
            solution.mutants,
        )
        found.append({**json.loads(report.to_json()), "seconds": 0})
        for function in found[-1]["functions"]:
            function.pop("unexplained", None)  # keyed digests, which no student is shown
    return found


ALL = [(name, channel) for name, channels in CHANNELS.items() for channel in channels]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "channel"), ALL, ids=["-".join(each) for each in ALL])
def test_no_bit_of_a_hidden_number_is_told(
    name: str,
    channel: str,
    solution: Solution,
    fork_server: Callable[..., ForkServer],
) -> None:
    body = CHANNELS[name][channel]
    first = "y" if name == "loss" else "t"
    cell = CELL.format(name=name, arguments=ARGUMENTS[name], first=first, body=body)
    forks = fork_server(Limits(seconds=3))
    first_report, *others = reports(f"{solution.source}\n{cell}", solution, forks)
    assert differences(first_report, others) == []
    function = next(f for f in first_report["functions"] if f["name"] == name)
    quiet = channel in ("printed", "calls", "calls-of-which", "warning", "changed-argument")
    assert function["score"] < function["max_score"] or quiet, "the channel was never open"


@pytest.mark.slow
@pytest.mark.parametrize("scheme", SCHEMES)
def test_nothing_is_passed_on_to_what_is_asked_later(
    scheme: str, solution: Solution, fork_server: Callable[..., ForkServer]
) -> None:
    cell = f"{GRADIENT}\n# %%\n{textwrap.dedent(SCHEMES[scheme])}"
    forks = fork_server(Limits(seconds=3))
    first_report, *others = reports(f"{solution.source}\n{cell}", solution, forks)
    assert differences(first_report, others) == []
    assert first_report["score"] < first_report["max_score"]
