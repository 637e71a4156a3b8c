"""What `build --check` proves: every wrong solution and exercise here is refused, each with one
sentence, and each sentence is true."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from autograder.__main__ import main
from autograder.authoring.begin import new_exercise
from autograder.authoring.rounding import magnified
from autograder.course import load_course
from autograder.exercise.solution import load_solution
from tests.helpers.small_course import NAME, make_course

SOLUTION, EXERCISE, MISTAKES, RIGHT = (
    f"{NAME}.py",
    "exercise.py",
    "mistakes.py",
    "right/einsum.py",
)
FOLDER = f"solutions/{NAME}"
DERIVATIVE = "the solution's backward gives the derivatives of its loss, taken numerically: "
ROUNDING = "rounding errors stay within the tolerance on every instance: "
Edit = tuple[str, str, str]
#: By name: edits of the files, and the sentence of the proof that fails.
UNPROVED: dict[str, tuple[list[Edit], str]] = {
    "a factor 3": ([(SOLUTION, "grad_z = grad_h", "grad_z = 3 * grad_h")], DERIVATIVE + 'on the visible instance \'first\', grads["W"][0, 2] is 0.46875, and the derivative of the loss is 0.15625'),
    "a sign": ([(SOLUTION, '"V": grad_V', '"V": -grad_V')], DERIVATIVE + 'on the visible instance \'first\', grads["V"][0, 0] is 0.3125, and the derivative of the loss is -0.3125'),
    "the slope is missing": ([(SOLUTION, ' * (activations["z"] > 0)', "")], DERIVATIVE + 'on the visible instance \'first\', grads["W"][0, 1] is -0.25, and the derivative of the loss is 0'),
    "one entry by 0.1 %": (
        [(SOLUTION, "\n    return {\"y\": grad_y", "\n    grad_V[0, 1] *= 1.001\n    return {\"y\": grad_y")],
        DERIVATIVE + 'on the visible instance \'first\', grads["V"][0, 1] is -0.156406, and the derivative of the loss is -0.15625',
    ),
    "the derivative by y": ([(SOLUTION, '{"y": grad_y', '{"y": 2 * grad_y')], DERIVATIVE + 'on the visible instance \'first\', grads["y"][0] is -0.5, and the derivative of the loss is -0.25'),
    "wrong on a hidden instance": (
        [(SOLUTION, "grad_z = grad_h", "grad_z = (1 + (len(x) > 4)) * grad_h")], DERIVATIVE + 'on the hidden instance \'narrow\', grads["W"][4, 1] is -1.32987, and the derivative of the loss is -0.664933',
    ),
    "a kink": ([(EXERCISE, "B = np.array([0.25,", "B = np.array([-1.0,")], DERIVATIVE + 'the visible instance \'first\' lies on a kink, where right answers differ: along params["b"][0] the slope of the loss is 0 below and -1.75 above. Draw other numbers'),
    "a kink of the loss": (
        [
            (SOLUTION, "np.sum((y - t) ** 2) / 2", "np.sum(np.abs(y - t))"),
            (SOLUTION, 'grad_y = activations["y"] - t', 'grad_y = np.sign(activations["y"] - t)'),
            (EXERCISE, '"t": np.array([0.5, 0.25])', '"t": np.array([0.25, 0.25])'),
        ],
        DERIVATIVE + 'the visible instance \'first\' lies on a kink, where right answers differ: along params["V"][0, 0] the slope of the loss is -1.25 below and 1.25 above. Draw other numbers',
    ),
    "a parameter is ignored": (
        [
            (SOLUTION, ' + params["b"]', ' + 0 * params["b"]'),
            (SOLUTION, '"b": grad_z', '"b": 0 * grad_z'),
            (EXERCISE, "[1.0, 0.5, -0.5]", "[1.0, 0.5, -0.25]"),
        ],
        DERIVATIVE + 'the loss depends on params["b"] on no instance',
    ),
    "rounding is magnified": ([(EXERCISE, '"t": np.array([0.5,', '"t": 1e-8 + 0.5 * np.array([0.5,')], ROUNDING + "train on the visible instance 'first': when what it is given moves by 1e-15 of itself, losses[0] moves by 2e-07 of the largest entry, 2e+08 times as much, and 1e-10 is forgiven. Draw other numbers, or write it so that nothing cancels"),
    "no right answer": ([(RIGHT, "", "")], f'{FOLDER}/right/ holds no right answer. Write at least one otherwise than the solution, to prove that it passes'),
    "a right answer that is wrong": ([(RIGHT, "np.heaviside(activations[\"z\"], 0)", "1")], 'right/einsum.py passes everything (8 of 11): backward: In `grads["b"]` (and so in `grads["W"]`): the factor with `activations` is missing.'),
    "a right answer that raises": ([(RIGHT, "import numpy as np", "import numpy as np\nnp.nothing")], f"{FOLDER}/right/einsum.py, line 3: AttributeError: module 'numpy' has no attribute 'nothing'"),
    "a right answer that is no Python": ([(RIGHT, "(params, x):", "(params, x)")], f"{FOLDER}/right/einsum.py, line 6: SyntaxError: expected ':'"),
    "a right answer that is the solution": (
        [(RIGHT, "# With", "def relu(z):\n    return np.maximum(z,   0.0)\n\n\n# With")], f"{FOLDER}/right/einsum.py: its relu is the solution's own. Write it otherwise, or leave it out.",
    ),
    "a right answer of nothing": ([(RIGHT, "def ", "def my_")], f'{FOLDER}/right/einsum.py: it defines no function of the exercise.'),
    "a mistake that changes nothing": ([(MISTAKES, '"value + lr"', '"value - 1 * lr"')], 'of 1 single mistakes, 0 are rejected (0.0%) and 0 recognised (0.0%); 0 are named in part or not at all, 0 under another name; missed: uphill'),
    "a mistake that has no numbers": ([(MISTAKES, '"value + lr"', '"value.none + lr"')], 'of 1 single mistakes, 1 are rejected (100.0%) and 0 recognised (0.0%); 1 are named in part or not at all, 0 under another name; in part or not at all: uphill: no name'),
    "a mistake that cannot be made": ([(MISTAKES, '"value - lr"', '"value * lr"')], f"{FOLDER}/mistakes.py, line 4: mistake 'uphill': its text must occur exactly once in update of the solution, and occurs 0 times: 'value * lr'"),
}  # fmt: skip
#: What is tried at once: the one has nothing to do with the others.
AT_ONCE = [
    ["a factor 3", "a right answer that is no Python"],
    ["a sign", "a right answer that is the solution"],
    ["the slope is missing", "a right answer that raises"],
    ["one entry by 0.1 %", "a right answer of nothing"],
    ["the derivative by y", "no right answer", "a mistake that cannot be made"],
    ["wrong on a hidden instance", "a mistake that has no numbers"],
    ["a kink"],
    ["a kink of the loss"],
    ["a parameter is ignored"],
    ["rounding is magnified", "a right answer that is wrong", "a mistake that changes nothing"],
]
#: By name: edits of the files, and the whole sentence that is said in the place of proofs.
REFUSED: dict[str, tuple[list[Edit], str]] = {
    "a loss of several numbers": ([(SOLUTION, "float(np.sum((y - t) ** 2) / 2)", "(y - t) ** 2 / 2")], f"{FOLDER}/relu_layer.py, line 34: loss of the solution must return one number, not an array of shape (2,), on the instance 'first'"),
    "a loss of None": ([(SOLUTION, "return float(np.sum((y - t) ** 2) / 2)", "float(0)")], f"{FOLDER}/relu_layer.py, line 34: loss of the solution must return one number, not None, on the instance 'first'"),
    "an input that is not finite": ([(EXERCISE, '"lr": 0.1,\n    "epochs"', '"lr": np.inf,\n    "epochs"')], f"{FOLDER}/exercise.py, line 43: instance 'first': the input lr is not finite"),
    "two hidden labels": ([(EXERCISE, '"narrow"', '"wide"')], f"{FOLDER}/exercise.py, line 22: instance 'wide': another instance has this label too; every visible and every hidden one needs a label of its own"),
    "a hidden label that is a visible one": ([(EXERCISE, '"narrow"', '"first"')], f"{FOLDER}/exercise.py, line 43: instance 'first': another instance has this label too; every visible and every hidden one needs a label of its own"),
    "two visible labels": ([(EXERCISE, 'visible=[', 'visible=[Instance("first", FIRST), ')], f"{FOLDER}/exercise.py, line 43: instance 'first': another instance has this label too; every visible and every hidden one needs a label of its own"),
    "train gives params only": ([(SOLUTION, "return params, losses", "return params")], f"{FOLDER}/relu_layer.py, line 74: train of the solution must return a tuple of 2: params, losses; not a dict, on the instance 'first'. If it is no train of the protocol, say in returns=... what it gives"),
    "train gives parameters of another name": ([(SOLUTION, "return params, losses", "return {**params, 'c': 1.0}, losses")], f"{FOLDER}/relu_layer.py, line 74: train of the solution must return new params like the ones it is given; it has another params[\"c\"], on the instance 'first'"),
    "update leaves one out": ([(SOLUTION, "in params.items()}\n    ###", "in params.items() if name != 'b'}\n    ###")], f"{FOLDER}/relu_layer.py, line 62: update of the solution must return new params like the ones it is given; it has no params[\"b\"], on the instance 'first'"),
    "backward leaves one out": ([(SOLUTION, ', "b": grad_z}', "}")], f"{FOLDER}/relu_layer.py, line 46: backward of the solution must return a derivative with respect to params[\"b\"], in its shape, on the instance 'first'"),
    "NaN": ([(SOLUTION, '"y": h @ params["V"]}', '"y": h @ params["V"] * np.array([1, np.nan, 1])[: len(params["V"].T)]}')], f'{FOLDER}/relu_layer.py, line 20: forward of the solution must return finite numbers, and activations["y"][1] is nan, on the instance \'first\''),
    "objects": ([(SOLUTION, "np.maximum(z, 0.0)", "set(z)")], f"{FOLDER}/relu_layer.py, line 8: relu of the solution must return data, and its result is a set, on the instance 'first'"),
    "other arguments": ([(SOLUTION, "def loss(y, t)", "def loss(output, t)"), (SOLUTION, "(y - t) ** 2", "(output - t) ** 2")], f"{FOLDER}/exercise.py, line 38: function 'loss': no instance has its argument 'output', and no function before it returns it"),
    "a function that is a class": ([(SOLUTION, "check(relu)", "check(relu)\n\n\n# %%\nrelu = 3")], f"{FOLDER}/exercise.py, line 36: function 'relu': the solution binds it to no function, but to an int; use def"),
    "a function that is not there": ([(EXERCISE, "functions=[", 'functions=[\n        Function("extra", {"values": 1}),')], f"{FOLDER}/exercise.py, line 36: function 'extra': the solution does not define it"),
    "it raises": ([(SOLUTION, "grad_V = np.outer", "grad_V = np.outter")], f"{FOLDER}/relu_layer.py, line 52: backward of the solution fails on the instance 'first': AttributeError: module 'numpy' has no attribute 'outter'"),
    "it ends the process": ([(SOLUTION, "return np.maximum(z, 0.0)", "raise SystemExit")], f"{FOLDER}/relu_layer.py, line 11: relu of the solution fails on the instance 'first': SystemExit"),
    "no Python in the solution": ([(SOLUTION, "def loss(y, t):", "def loss(y, t)")], f"{FOLDER}/relu_layer.py, line 34: SyntaxError: expected ':'"),
    "a cell that raises": ([(SOLUTION, "check(loss)", "check(loss)\nlosss")], f"{FOLDER}/relu_layer.py, line 43: NameError: name 'losss' is not defined"),
    "a misspelt check": ([(EXERCISE, '"loss", {"values"', '"loss", {"valuez"')], f"{FOLDER}/exercise.py, line 38: function 'loss': unknown check 'valuez'; the checks are shapes, printed, values, gradient, hidden, behaviour, reaches"),
    "a check that is not for it": ([(EXERCISE, '"loss", {"values"', '"loss", {"gradient"')], f"{FOLDER}/exercise.py, line 38: function 'loss': it differentiates no other function"),
    "no points": ([(EXERCISE, '"loss", {"values": 1}', '"loss", {}')], f"{FOLDER}/exercise.py, line 38: function 'loss': every check needs points above 0"),
    "points that are no dict": ([(EXERCISE, '"loss", {"values": 1}', '"loss", ["values"]')], f"{FOLDER}/exercise.py, line 38: function 'loss': every check needs points above 0"),
    "a function twice": ([(EXERCISE, '        Function("train"', '        Function("loss", {"values": 1}),\n        Function("train"')], f"{FOLDER}/exercise.py, line 41: function 'loss' is declared twice"),
    "too few printed numbers": ([(EXERCISE, "[0.25, 0.125]", "[0.25]")], f"{FOLDER}/exercise.py, line 45: printed numbers of 'forward' on 'first': the solution gives no 'y' there with as many numbers (1)"),
    "printed of no function": ([(EXERCISE, 'Printed("forward"', 'Printed("forwards"')], f"{FOLDER}/exercise.py, line 45: printed numbers of 'forwards' on 'first': no such function or visible instance is declared"),
    "printed texts": ([(EXERCISE, "[0.25, 0.125]", '["a quarter", 0.125]')], f"{FOLDER}/exercise.py, line 45: printed numbers of 'forward' on 'first': its values must be numbers, in rows of equal length"),
    "a mistake of no function": ([(MISTAKES, '"update"', '"updates"')], f"{FOLDER}/mistakes.py, line 4: mistake 'uphill': there is no function 'updates'; the functions are relu, forward, loss, backward, update, train"),
    "hints that are one text": ([(MISTAKES, '("Where does the loss grow?", "Subtract the step.")', '"Where?"')], f"{FOLDER}/mistakes.py, line 4: mistake 'uphill': hints must be a list of strings, not one string"),
    "no Python in the exercise": ([(EXERCISE, "visible=[", "visible=[[")], f"{FOLDER}/exercise.py, line 46: SyntaxError: closing parenthesis ')' does not match opening parenthesis '[' on line 43"),
    "an exercise that raises": ([(EXERCISE, 'W = np.array([[0.5', 'W = np.arrray([[0.5')], f"{FOLDER}/exercise.py, line 5: AttributeError: module 'numpy' has no attribute 'arrray'"),
    "an argument is missing": ([(MISTAKES, '        "value + lr",\n        "The step goes uphill.",\n        ("Where does the loss grow?", "Subtract the step."),\n', "")], f"{FOLDER}/mistakes.py, line 4: TypeError: Mistake.__init__() missing 1 required positional argument: 'new'"),
    "no exercise": ([(EXERCISE, "exercise = Exercise(", "exercises = Exercise(")], f"{FOLDER}/exercise.py must bind an object of Exercise to the name 'exercise'."),
    "draw raises": ([(EXERCISE, 'yield network(rng, "wide", 2, 5, 3)', 'yield network(rng, "wide", 2, 5)')], f"{FOLDER}/exercise.py, line 21: draw fails: TypeError: network() missing 1 required positional argument: 'n_out'"),
    "draw gives something else": ([(EXERCISE, 'yield network(rng, "wide", 2, 5, 3)', 'yield {"x": 1}')], f'{FOLDER}/exercise.py, line 44: draw must give instances; it gives a dict'),
    "activations of no function": ([(EXERCISE, 'visible=[Instance("first", FIRST)', 'visible=[Instance("first", {"x": np.ones(2)}, activations_at={"W": W, "b": B, "V": V})')], f"{FOLDER}/exercise.py, line 43: instance 'first': activations_at needs a function that differentiates another one, and the arguments of that one among the inputs"),
    "a label that is a loop's": ([(EXERCISE, 'visible=[Instance("first", FIRST)]', 'visible=[Instance(f"{n}", FIRST) for n in (1, 1)]')], f"{FOLDER}/exercise.py, line 33: instance '1': another instance has this label too; every visible and every hidden one needs a label of its own"),
    "an instance in the place of a list": ([(EXERCISE, 'visible=[Instance("first", FIRST)]', 'visible=Instance("first", FIRST)')], f'{FOLDER}/exercise.py, line 43: visible must be a list of Instance, not an Instance'),
    "a cell that is missing": ([(SOLUTION, "check(update)", "")], f"{FOLDER}/exercise.py, line 40: relu_layer.py needs exactly one cell for 'check-update', and has 0."),
    "a check of nothing": ([(SOLUTION, "check(update)", "check(update)\n\n\n# %%\ncheck(np)")], f"{FOLDER}/relu_layer.py, line 74: check(np): exercise.py declares no function 'np'."),
    "a region without an end": ([(SOLUTION, 'np.maximum(z, 0.0)\n    ### END SOLUTION', 'np.maximum(z, 0.0)')], f"{FOLDER}/relu_layer.py, line 8: The cell 'def relu(z):' needs as many '### END SOLUTION' as '### BEGIN SOLUTION'."),
}  # fmt: skip


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("small")
    make_course(root)
    assert main(["build", "--course", str(root)]) == 0
    return root


@pytest.fixture
def root(built: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(built, tmp_path / "course"))


def edit(root: Path, edits: list[Edit]) -> None:
    for name, old, new in edits:
        path = root / FOLDER / name
        text = path.read_text()
        if not old:
            path.unlink()
            continue
        assert old in text, (name, old)
        path.write_text(text.replace(old, new))


def test_a_sound_exercise_is_proved(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["build", "--check", "--combinations", "5", "--course", str(root)]) == 0
    said = capsys.readouterr().out.splitlines()
    assert len(said) == 18
    assert all(line.startswith(f"ok   {NAME}: ") for line in said)


def test_a_list_without_items_magnifies_nothing(tmp_path: Path) -> None:
    """What a network without a hidden layer gives for its hidden layers."""
    (tmp_path / "course.toml").write_text('id = "c"\n')
    list(new_exercise(load_course(tmp_path), "deep", "mlp"))
    solution = load_solution(load_course(tmp_path), "deep")
    answer_key = solution.answer_key(b"key")
    assert any(case.expected["forward"]["h"] == [] for case in answer_key.cases)
    assert magnified(answer_key, solution.functions) is None


@pytest.mark.slow
@pytest.mark.parametrize("cases", AT_ONCE, ids=", ".join)
def test_what_is_not_proved(
    cases: Sequence[str], root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for case in cases:
        edit(root, UNPROVED[case][0])
    assert main(["build", "--check", "--combinations", "5", "--course", str(root)]) == 1
    out, err = capsys.readouterr()
    for case in cases:
        assert f"FAIL {NAME}: {UNPROVED[case][1]}" in out.splitlines()
    assert err == ""


def test_all_of_it_is_tried() -> None:
    assert sorted(itertools.chain(*AT_ONCE)) == sorted(UNPROVED)


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused(case: str, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edits, sentence = REFUSED[case]
    edit(root, edits)
    assert main(["build", "--check", "--course", str(root)]) == 2
    assert capsys.readouterr().err == f"{sentence}\n"


@pytest.mark.parametrize(
    "case", ["a misspelt check", "an input that is not finite", "a cell that is missing"]
)
def test_a_build_says_it_too(case: str, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edits, sentence = REFUSED[case]
    edit(root, edits)
    assert main(["build", "--course", str(root)]) == 2
    assert capsys.readouterr().err == f"{sentence}\n"
