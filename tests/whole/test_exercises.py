"""Exercises of other networks are one folder each: build, proofs, check and grade, without a line
of framework; and what their solutions give is what an independent library gives."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator

from autograder.__main__ import main
from autograder.course import load_course
from autograder.exercise.solution import load_solution, run_solution
from autograder.judge.judge import judge
from autograder.sandbox.in_process import InProcess
from autograder.submission import parse_submission
from tests.conftest import ROOT

FOLDER = ROOT / "tests" / "exercises"
#: By exercise, its points.
POINTS = {
    "mlp": 15.0,
    "cnn": 26.0,
    "rnn": 15.0,
    "lstm": 22.0,
    "transformer": 22.0,
    "optimisers": 16.0,
    "autodiff": 22.0,
}
#: How large a student's copy may be.
MAX_VISIBLE = 1_000_000
SECONDS = 10.0


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course of all of them, built."""
    root = tmp_path_factory.mktemp("networks")
    named = "".join(f'[[assignments]]\nname = "{name}"\n' for name in POINTS)
    (root / "course.toml").write_text(f'id = "c"\n{named}')
    for name in POINTS:
        shutil.copytree(FOLDER / name, root / "solutions" / name)
    assert main(["build", "--course", str(root)]) == 0
    return root


@pytest.mark.slow
@pytest.mark.parametrize("name", POINTS)
def test_it_is_proved(name: str, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["build", "--check", name, "--course", str(root)]) == 0, capsys.readouterr()
    said = capsys.readouterr().out.splitlines()
    assert all(line.startswith(f"ok   {name}: ") for line in said)
    assert any("gives the derivatives of its" in line for line in said) or name == "optimisers"
    assert not list(root.rglob("*.log")), "a check had a fault"


@pytest.mark.parametrize("name", POINTS)
def test_it_is_checked_and_graded(
    name: str, root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    released = root / "assignments" / name
    assert (released / "visible.json").stat().st_size < MAX_VISIBLE
    stub, answer = released / f"{name}.py", tmp_path / "answer.py"
    answer.write_bytes((FOLDER / name / f"{name}.py").read_bytes())
    shutil.copy(released / "visible.json", tmp_path)
    assert main(["check", str(stub)]) == 1
    assert main(["check", str(answer)]) == 0
    capsys.readouterr()
    files = [str(stub), str(answer)]
    assert main(["grade", name, *files, "--course", str(root), "--json", "-"]) == 0
    reports = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [report["score"] for report in reports] == [0.0, POINTS[name]]


def solution(name: str) -> Mapping[str, Any]:
    path = FOLDER / name / f"{name}.py"
    return run_solution(str(path), path.read_bytes())


def onnx(operator: str, *inputs: np.ndarray, **attributes: Any) -> np.ndarray:
    """What ONNX's reference implementation of an operator gives."""
    names = [f"in{at}" for at in range(len(inputs))]
    given = [helper.make_tensor_value_info(n, TensorProto.DOUBLE, None) for n in names]
    result = helper.make_tensor_value_info("out", TensorProto.DOUBLE, None)
    node = helper.make_node(operator, names, ["out"], **attributes)
    model = helper.make_model(
        helper.make_graph([node], "g", given, [result]),
        opset_imports=[helper.make_opsetid("", 23)],
    )
    (found,) = ReferenceEvaluator(model).run(None, dict(zip(names, inputs, strict=True)))
    return np.asarray(found)


@pytest.mark.parametrize(("stride", "pad", "k"), [(1, 0, 2), (2, 1, 3), (1, 1, 3), (3, 2, 4)])
def test_convolution_is_that_of_another_library(stride: int, pad: int, k: int) -> None:
    rng = np.random.default_rng(0)
    x, w, b = rng.normal(size=(2, 3, 7, 7)), rng.normal(size=(4, 3, k, k)), rng.normal(size=4)
    out, _ = solution("cnn")["conv_forward"](x, w, b, stride, pad)
    theirs = onnx("Conv", x, w, b, strides=[stride] * 2, pads=[pad] * 4)
    assert np.max(np.abs(out - theirs)) < 1e-12


def test_pooling_and_the_loss_are_those_of_another_library() -> None:
    rng = np.random.default_rng(1)
    x, scores = rng.normal(size=(2, 3, 6, 6)), rng.normal(size=(5, 4)) * 10
    out, _ = solution("cnn")["max_pool_forward"](x, 3)
    assert np.array_equal(out, onnx("MaxPool", x, kernel_shape=[3, 3], strides=[3, 3]))
    labels = rng.integers(4, size=5)
    theirs = onnx("SoftmaxCrossEntropyLoss", scores, labels, reduction="mean")
    assert abs(solution("cnn")["cross_entropy"](scores, labels) - theirs) < 1e-12


def test_the_cell_is_that_of_another_library() -> None:
    rng = np.random.default_rng(3)
    n, steps, d, h = 3, 4, 2, 5
    x, b = rng.normal(size=(n, steps, d)), rng.normal(size=4 * h)
    W, first = rng.normal(size=(d + h, 4 * h)), rng.normal(size=(2, 1, n, h))
    states, _ = solution("lstm")["lstm_forward"](x, *first[:, 0], {"W": W, "b": b})
    i, f, o, g = np.split(np.vstack([W, b]), 4, axis=1)
    theirs = np.hstack([i, o, f, g])  # the order of its gates
    by_input, by_state, bias = theirs[:d].T, theirs[d:-1].T, np.append(theirs[-1], np.zeros(4 * h))
    given = x.swapaxes(0, 1), by_input[None], by_state[None], bias[None]
    lengths = np.full(n, steps, dtype=np.int32)
    found = onnx("LSTM", *given, lengths, *first, hidden_size=h)
    assert np.max(np.abs(states - found[:, 0].swapaxes(0, 1))) < 1e-12


def test_the_layers_of_the_block_are_those_of_another_library() -> None:
    rng = np.random.default_rng(2)
    x, gain, shift = rng.normal(size=(5, 8)), rng.normal(size=8), rng.normal(size=8)
    functions = solution("transformer")
    out, _ = functions["layer_norm"](x, gain, shift)
    theirs = onnx("LayerNormalization", x, gain, shift, axis=-1, epsilon=1e-5)
    assert np.max(np.abs(out - theirs)) < 1e-6  # it computes a part in float32
    q, k, v = (rng.normal(size=(2, 3, 5, 4)) for _ in range(3))
    for causal in (False, True):
        out, _ = functions["attention"](q, k, v, causal)
        assert np.max(np.abs(out - onnx("Attention", q, k, v, is_causal=int(causal)))) < 1e-6


Edits = list[tuple[str, str]]
#: By name: the exercise, edits of its solution, the score, and the functions with points that
#: they have although something that they need is wrong, with what that is.
FOLLOWED: dict[str, tuple[str, Edits, float, dict[str, tuple[str, ...]]]] = {
    "a known mistake in a list of layers, followed": (
        "mlp",
        [
            ("z if number == len(params) else ", ""),
            ("(layers[-1] - t) / len(t)\n    for", "(layers[-1] - t) / len(t) * (1 - layers[-1] ** 2)\n    for"),
        ],
        12.0,
        {"backward": ("forward",), "train": ("forward", "backward")},
    ),
    "a wrong sum in a list of layers": (
        "mlp",
        [('"b": delta.sum(axis=0)', '"b": delta.mean(axis=0)')],
        10.0,
        {"train": ("backward",)},
    ),
    "an unknown mistake in a layer, followed": (
        "cnn",
        [
            ("return out, (padded", "return 2.7 * out, (padded"),
            ("stride, pad = cache\n", "stride, pad = cache\n    dout = 2.7 * dout\n"),
        ],
        22.0,
        {},
    ),
    "a wrong step, and the loop that calls it": (
        "optimisers",
        [("1 - 0.9**step", "1 - 0.8**step")],
        9.0,
        {"minimise": ("adam",)},
    ),
    "a wrong layer, and the block that keeps something of it": (
        "transformer",
        [("+ 1e-5)", "+ 1e-2)")],
        18.0,
        {"block": ("layer_norm",), "block_backward": ("layer_norm_backward", "layer_norm")},
    ),
    "a known mistake in a layer, followed": (
        "transformer",
        [
            (" / np.sqrt(q.shape[-1])\n    if causal", "\n    if causal"),
            ("    dscores = dscores / np.sqrt(q.shape[-1])\n", ""),
        ],
        20.0,
        {
            "attention_backward": ("attention",),
            "block": ("attention",),
            "block_backward": ("attention_backward", "attention"),
        },
    ),
    "a mask that is left out, followed": (
        "rnn",
        [("((h - t) ** 2)[mask]", "((h - t) ** 2)"), (" * mask[:, step, None]", "")],
        13.0,
        {"backward": ("loss",)},
    ),
    "a known mistake in a step, followed": (
        "lstm",
        [("o * np.tanh(c_next)", "o * c_next"), (" * (1 - tanh_c**2)", ""), ("tanh_c = np.tanh(c_next)", "tanh_c = c_next")],
        20.0,
        {
            "lstm_step_backward": ("lstm_step",),
            "lstm_forward": ("lstm_step",),
            "lstm_backward": ("lstm_step_backward", "lstm_step"),
            "gradients": ("lstm_step", "lstm_step_backward"),
        },
    ),
    "a loss of what a layer hands on, followed": (
        "lstm",
        [("-np.mean(", "-2.7 * np.mean("), (" / len(labels)", " / len(labels) * 2.7")],
        18.0,
        {"gradients": ("loss_backward",)},
    ),
    "a loss that is not written": (
        "rnn",
        [("return float(np.sum(((h - t) ** 2)[mask]) / 2)", "raise NotImplementedError")],
        13.0,
        {},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", FOLLOWED)
def test_a_mistake_costs_its_own_function_only(
    case: str, root: Path, caplog: pytest.LogCaptureFixture
) -> None:
    name, edits, score, excused = FOLLOWED[case]
    solution = load_solution(load_course(root), name)
    source = solution.source
    for old, new in edits:
        assert source.count(old) == 1, old
        source = source.replace(old, new)
    cells = parse_submission("answer.py", source.encode()).cells
    runner = InProcess(cells, SECONDS)
    answer_key = solution.answer_key(b"key")
    reports = judge(
        answer_key, runner, SECONDS, mutants=solution.mutants, restart=runner.restart, cells=cells
    )
    assert sum(report.score for report in reports) == pytest.approx(score)
    assert {report.name: report.given for report in reports if report.given} == excused
    assert not caplog.records, "a check had a fault"
