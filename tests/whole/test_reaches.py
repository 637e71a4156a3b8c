"""What a function reaches on rows that are held out, and the data file that it is trained on."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograder.__main__ import main
from autograder.authoring.held_out import released_row
from autograder.authoring.made_up_answers import Answers
from autograder.authoring.uncomputed import unneeded_training
from autograder.course import load_course
from autograder.exercise.answer_key import AnswerKey
from autograder.exercise.declaration import ExerciseError
from autograder.exercise.reaches import Reaches
from autograder.exercise.solution import Solution, load_solution
from autograder.exercise.visible import read_visible
from autograder.grade import grade_submission
from autograder.judge.checks import require_known
from autograder.judge.judge import judge
from autograder.report import CheckResult, FunctionReport
from autograder.sandbox.calls import Call, Outcome
from autograder.sandbox.fork_server import ForkServer
from autograder.sandbox.in_process import InProcess
from autograder.sandbox.levels import NotContained
from autograder.sandbox.limits import Limits
from autograder.sandbox.worker import ContainedSandbox
from autograder.submission import parse_submission
from tests.conftest import ROOT

NAME = "digits"
FOLDER = ROOT / "tests" / "exercises" / NAME
SECONDS = 10.0
RETURN = "    return params, losses\n"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("reaches")
    (root / "course.toml").write_text(f'id = "c"\n[[assignments]]\nname = "{NAME}"\n')
    shutil.copytree(FOLDER, root / "solutions" / NAME)
    assert main(["build", "--course", str(root)]) == 0
    return root


@pytest.fixture(scope="module")
def solution(root: Path) -> Solution:
    return load_solution(load_course(root), NAME)


@pytest.fixture(scope="module")
def answer_key(solution: Solution) -> AnswerKey:
    return solution.answer_key(b"key")


class Recorder(InProcess):
    """A submission of which the calls are kept."""

    calls: list[Call]

    def __call__(self, calls: Sequence[Call]) -> list[Outcome]:
        self.calls = [*getattr(self, "calls", []), *calls]
        return super().__call__(calls)


@pytest.fixture
def judged(solution: Solution, answer_key: AnswerKey) -> Callable[..., dict[str, FunctionReport]]:
    def work(*edits: tuple[str, str], key: AnswerKey = answer_key) -> dict[str, FunctionReport]:
        source = edited(solution.source, *edits)
        cells = parse_submission("answer.py", source.encode()).cells
        work.runner = runner = Recorder(cells, SECONDS, folder=solution.data.folder)  # type: ignore[attr-defined]
        reports = judge(
            key, runner, SECONDS, mutants=solution.mutants, restart=runner.restart, cells=cells
        )
        return {report.name: report for report in reports}

    return work


def edited(source: str, *edits: tuple[str, str]) -> str:
    for old, new in edits:
        assert source.count(old) == 1, old
        source = source.replace(old, new)
    return source


def reached(reports: dict[str, FunctionReport]) -> CheckResult:
    return next(check for check in reports["train"].checks if check.key == "reaches")


def test_the_solution_reaches_it_and_the_value_is_told(
    judged: Callable[..., dict[str, FunctionReport]],
) -> None:
    reports = judged()
    assert [report.status for report in reports.values()] == ["passed"] * 3
    assert (
        reached(reports).message == "accuracy is 1 on the held-out rows, and at least 0.9 is asked."
    )


VISIBLE = "On the visible instance 'pictures': "
#: By name: edits of the solution, and the whole sentence, or its beginning with "...".
WRONG: dict[str, tuple[list[tuple[str, str]], str]] = {
    "uphill": ([('["W"] - lr', '["W"] + lr')], VISIBLE + "accuracy is 0.25 on the held-out rows, and at least 0.9 is asked."),
    "too few steps": ([("range(epochs)", "range(1)")], VISIBLE + "accuracy is 0.675 on the held-out rows, and at least 0.9 is asked."),
    "what it was given": ([("_ in range(epochs)", "_ in ()")], VISIBLE + "accuracy is ..."),
    "NaN": ([(RETURN, '    params["b"] = params["b"] * np.nan\n' + RETURN)], VISIBLE + 'new params["b"] has NaN or infinity in it.'),
    "another shape": ([(RETURN, '    params["b"] = params["b"][:1]\n' + RETURN)], VISIBLE + 'new params["b"] has shape (1,) and must have shape (4,).'),
    "numbers in a text": ([(RETURN, '    params["b"] = "b"\n' + RETURN)], VISIBLE + 'new params["b"] is not made of real numbers.'),
    "complex numbers": ([(RETURN, '    params["b"] = params["b"] + 0j\n' + RETURN)], VISIBLE + 'new params["b"] is not made of real numbers.'),
    "no tuple": ([(RETURN, "    return params\n")], VISIBLE + 'new params["W"] is missing.'),
    "nothing": ([(RETURN, "")], VISIBLE + 'new params["W"] is missing.'),
    "something is missing": ([(RETURN, '    del params["b"]\n' + RETURN)], VISIBLE + 'new params["b"] is missing.'),
    "it raises": ([(RETURN, "    1 / 0\n")], VISIBLE + "train raised ZeroDivisionError: division by zero..."),
    "numbers trained elsewhere": (
        [("    wanted = np.eye(4)[labels]\n", "    if KEPT:\n        return KEPT[0], []\n    wanted = np.eye(4)[labels]\n"), (RETURN, "    KEPT.append(params)\n" + RETURN), ("def train(", "KEPT = []\n\n\ndef train(")],
        "train does not get there on other inputs, which are not shown.",
    ),
    "not written": ([("    wanted = np.eye(4)[labels]\n", "    raise NotImplementedError\n")], "train is not written yet."),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_what_does_not_reach_it_is_told_why(
    case: str, judged: Callable[..., dict[str, FunctionReport]], caplog: pytest.LogCaptureFixture
) -> None:
    edits, sentence = WRONG[case]
    # The cell below train would fill what is kept, or fail, before anything is asked.
    reports = judged(
        *edits, ("params, losses = train({", "later = lambda: train({"), ("print(losses[-1])\n", "")
    )
    check = reached(reports)
    assert (check.passed, check.score) == (False, 0)
    said = check.message.partition("\n")[0]
    assert said.startswith(sentence.removesuffix("...")) if "..." in sentence else said == sentence
    assert [reports[name].status for name in ("prepare", "forward")] == ["passed"] * 2
    assert not caplog.records, "a check had a fault"


def test_the_same_numbers_for_other_arguments_earn_nothing(
    judged: Callable[..., dict[str, FunctionReport]], answer_key: AnswerKey
) -> None:
    """Where no hidden instance has it trained for another purpose."""
    alone = replace(answer_key, trials=[t for t in answer_key.trials if not t.hidden])
    assert reached(judged(key=alone)).passed
    fixed = (
        "    wanted = np.eye(4)[labels]\n",
        "    if TRAINED:\n        return TRAINED[0]\n    wanted = np.eye(4)[labels]\n",
    )
    ending = ("print(losses[-1])\n", "TRAINED.append((params, losses))\n")
    check = reached(
        judged(fixed, ending, ("def train(", "TRAINED = []\n\n\ndef train("), key=alone)
    )
    assert check.passed is False
    assert (
        check.message == "train gives the same numbers for other arguments: it has to compute them."
    )


def test_a_wrong_helper_is_paid_for_once(
    judged: Callable[..., dict[str, FunctionReport]],
) -> None:
    reports = judged(("return x / 255", "return 0 * x + 0.1"))
    assert [report.status for report in reports.values()] == ["failed", "passed", "passed"]
    assert reports["train"].given == ("prepare",)
    assert reached(reports).message == "Right, given a right prepare and a right forward."


def test_what_is_held_out_reaches_nobody(
    judged: Callable[..., dict[str, FunctionReport]], root: Path, answer_key: AnswerKey
) -> None:
    assert all(trial.held_out for trial in answer_key.trials)
    secret = [trial.held_out["labels_test"].tolist() for trial in answer_key.trials]
    runner = judged() and judged.runner  # type: ignore[attr-defined]
    given = [argument for call in runner.calls for argument in call.arguments]
    assert len(runner.calls) > 10
    assert not any(
        np.asarray(value).tolist() in secret for value in given if not isinstance(value, dict)
    )
    # Nor a number to tell them by: a call has the arguments that its author declares.
    trains = [call for call in runner.calls if call.function == "train"]
    assert len(trains) == len(answer_key.trials)
    assert all(len(call.arguments) == 5 for call in trains)
    released = root / "assignments" / NAME
    assert sorted(path.name for path in released.iterdir()) == [
        *(f"{NAME}.ipynb", f"{NAME}.npz", f"{NAME}.py", "visible.json")
    ]
    student = read_visible(released / "visible.json")
    (trial,) = student.trials
    assert not trial.held_out
    (train,) = (function for function in student.functions if function.reaches)
    assert train.reaches == Reaches(None, at_least=0.9, seconds=20, called="accuracy")


def test_the_students_copy_refers_to_the_file(root: Path, tmp_path: Path) -> None:
    released = root / "assignments" / NAME
    text = (released / "visible.json").read_text()
    data = json.loads(text)
    assert len(text) < 100_000
    assert data["cases"][0]["inputs"]["x"] == {"data file": ["digits.npz", "x", 5]}
    answer_key = read_visible(released / "visible.json")
    with np.load(FOLDER / "digits.npz") as file:
        assert np.array_equal(answer_key.cases[0].inputs["x"], file["x"][:5])
        assert np.array_equal(answer_key.trials[0].inputs["labels"], file["labels"])
        assert answer_key.trials[0].inputs["labels"].dtype == np.uint8


def test_check_reads_the_file_wherever_it_is_started(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    work = tmp_path / "work"
    shutil.copytree(root / "assignments" / NAME, work)
    shutil.copy(FOLDER / f"{NAME}.py", work / "answer.py")
    monkeypatch.chdir(tmp_path)
    assert main(["check", "work/answer.py"]) == 0
    said = capsys.readouterr().out
    assert "train ran to its end. What it reaches is measured when your work is graded" in said
    assert "All right: 4 of 4 points on the visible checks." in said
    assert "5 points more for what is reached on rows that nobody was given" in said
    assert "reads digits.npz" not in said
    (work / "digits.npz").unlink()
    assert main(["check", "work/answer.py"]) == 2
    assert "digits.npz does not exist. It comes with the assignment" in capsys.readouterr().err


def test_it_is_graded_in_a_contained_process(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = [str(root / "assignments" / NAME / f"{NAME}.py"), str(FOLDER / f"{NAME}.py")]
    assert main(["grade", NAME, *files, "--course", str(root), "--json", "-"]) == 0
    reports = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [report["score"] for report in reports] == [0.0, 12.0]


@pytest.mark.slow
def test_a_class_is_graded_with_it(
    root: Path, tmp_path: Path, solution: Solution, capsys: pytest.CaptureFixture[str]
) -> None:
    course = shutil.copytree(root, tmp_path / "course")
    folder = course / "submitted" / "ada" / NAME
    shutil.copytree(course / "assignments" / NAME, folder)
    Answers(solution.source, NAME).right(folder)
    np.savez(folder / f"{NAME}.npz", x=np.zeros((1, 64)), labels=np.zeros(1))  # hers is not read
    assert main(["grade", NAME, "--course", str(course), "--json", "-"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["score"], report["problems"]) == (12.0, [])
    assert (course / "autograded" / "ada" / NAME / f"{NAME}.npz").exists()


@pytest.mark.slow
def test_it_has_time_of_its_own(solution: Solution, answer_key: AnswerKey) -> None:
    """More than a function may take, and no more than it may take by itself."""
    limits = Limits(seconds=0.5, total_seconds=2.0, cpu_seconds=60.0)
    busy = "    import time\n    until = time.process_time() + {}\n    while time.process_time() < until:\n        pass\n"
    scores = []
    try:
        with ForkServer(limits, data=solution.data_files) as server:
            for seconds, own in ((0.9, 3.0), (9.0, 1.0)):
                source = edited(
                    solution.source,
                    (RETURN, busy.format(seconds) + RETURN),
                    ("params, losses = train({", "later = lambda: train({"),
                    ("print(losses[-1])\n", ""),
                )
                submission = parse_submission("answer.py", source.encode())
                key = replace(
                    answer_key, functions=[_with_seconds(f, own) for f in answer_key.functions]
                )
                report = grade_submission(
                    submission, "ada", key, ContainedSandbox(server), solution.mutants
                )
                scores.append([function.score for function in report.functions])
    except NotContained as error:
        pytest.skip(str(error))
    assert scores == [[2, 5, 5], [2, 5, 0]]
    assert report.functions[-1].status == "timeout"
    assert "train did not finish within 1 seconds" in report.functions[-1].checks[-1].message


def _with_seconds(function: Any, seconds: float) -> Any:
    return (
        function.reaches and replace(function, reaches=replace(function.reaches, seconds=seconds))
    ) or function


@pytest.mark.slow
def test_it_is_proved(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["build", "--check", "--combinations", "5", "--course", str(root)]) == 0, (
        capsys.readouterr()
    )
    assert "ok   digits: the held-out rows are in no released file\n" in capsys.readouterr().out
    course = shutil.copytree(root, tmp_path / "course")
    exercise = course / "solutions" / NAME / "exercise.py"
    released = 'data=["digits.npz", "held_out.npz"]'
    exercise.write_text(exercise.read_text().replace('data=["digits.npz"]', released))
    assert main(["build", "--check", "--combinations", "5", "--course", str(course)]) == 1
    said = capsys.readouterr().out
    assert (
        "FAIL digits: the held-out rows are in no released file, but 120 of 120 of x_test" in said
    )


METRICS: dict[str, Callable[..., Any]] = {
    "NaN": lambda returned: np.nan,
    "infinity": lambda returned: np.inf,
    "nothing": lambda returned: None,
    "an array": lambda returned: np.ones(2),
    "a truth value": lambda returned: True,
    "a complex number": lambda returned: 1j,
    "a text": lambda returned: "1.0",
    "an exception": lambda returned: 1 / 0,
}


@pytest.mark.parametrize("metric", METRICS)
def test_what_is_no_number_reaches_nothing(
    metric: str, judged: Callable[..., dict[str, FunctionReport]], answer_key: AnswerKey
) -> None:
    def measured(function: Any) -> Any:
        reaches = function.reaches and replace(
            function.reaches, metric=METRICS[metric], called="it"
        )
        return replace(function, reaches=reaches)

    key = replace(answer_key, functions=[measured(f) for f in answer_key.functions])
    check = reached(judged(("range(epochs)", "range(2)"), key=key))
    assert check.passed is False
    assert check.message == VISIBLE + "it cannot be measured of what train returned."


def noted(judged: Any, key: AnswerKey, *edits: tuple[str, str]) -> list[Any]:
    """What the metric is given of an answer with these edits."""
    given: list[Any] = []

    def metric(returned: Any) -> float:
        given.append(returned)
        return 1.0

    def measured(function: Any) -> Any:
        reaches = function.reaches and replace(function.reaches, metric=metric, called="it")
        return replace(function, reaches=reaches)

    judged(*edits, key=replace(key, functions=[measured(f) for f in key.functions]))
    return given


def test_a_metric_is_given_what_is_asked_for_and_no_claims(
    judged: Callable[..., dict[str, FunctionReport]], answer_key: AnswerKey
) -> None:
    """Losses are the answer's own to claim, and a thousand layers more would fill the memory."""
    few = ("range(epochs)", "range(2)")
    more = "    wide = np.zeros((1, 1000))\n    params.update({str(n): wide for n in range(50)})\n"
    asked = {"W", "b"}
    for last in (RETURN, more + RETURN, more + "    return [params, losses]\n"):
        given = noted(judged, answer_key, few, (RETURN, last))
        assert given and all(returned[0].keys() == asked for returned in given)
        assert all(type(returned) is tuple and returned[1] is None for returned in given)


def test_no_width_of_numbers_overflows_in_a_metric(
    judged: Callable[..., dict[str, FunctionReport]], answer_key: AnswerKey
) -> None:
    narrow = (RETURN, "    params = {n: v.astype(np.int8) for n, v in params.items()}\n" + RETURN)
    given = noted(judged, answer_key, ("range(epochs)", "range(2)"), narrow)
    assert {leaf.dtype.str for returned in given for leaf in returned[0].values()} == {"<i8"}


@pytest.mark.parametrize(
    ("rows", "is_told"),
    [
        (np.array([[0.25, 0.75], [0.1, 0.3]]), True),
        (np.array([[1.0, 0.75], [2.0, 0.3]]), False),
        (np.array([[1, 0], [2, 3]]), False),
        (np.arange(16).reshape(2, 8), True),
    ],
)
def test_rows_of_few_numbers_are_looked_for_too(
    rows: np.ndarray, is_told: bool, answer_key: AnswerKey, tmp_path: Path
) -> None:
    """Points in the plane are two numbers each; where these are whole, they are so by chance."""
    (trial, *_) = answer_key.trials
    key = replace(answer_key, trials=[replace(trial, held_out={"points": rows})])
    assert released_row(key, []) == ""
    np.savez(tmp_path / "points.npz", x=rows[::-1])
    said = f"2 of {len(rows)} of points on the instance {trial.label!r} are" if is_told else ""
    assert released_row(key, [tmp_path / "points.npz"]) == said


#: By the sentence: what is replaced in the exercise.
UNNEEDED = {
    "": ("", ""),
    "train reaches its bound with what it is given, or with zeros": ("at_least=0.9", "at_least=0.01"),
    "train reaches its bound everywhere with what it gives on 'pictures'": ("kinds = rng.permutation(4)", "kinds = np.arange(4)"),
}  # fmt: skip


@pytest.mark.parametrize("sentence", UNNEEDED)
def test_an_author_is_told_where_no_training_is_needed(
    sentence: str, root: Path, tmp_path: Path
) -> None:
    shutil.copytree(root / "solutions", tmp_path / "solutions")
    shutil.copy(root / "course.toml", tmp_path)
    exercise = tmp_path / "solutions" / NAME / "exercise.py"
    old, new = UNNEEDED[sentence]
    exercise.write_text(exercise.read_text().replace(old, new) if old else exercise.read_text())
    solution = load_solution(load_course(tmp_path), NAME)
    key = solution.answer_key(b"key")
    with solution.here():
        assert unneeded_training(key, solution.functions) == sentence


@pytest.mark.parametrize(
    ("bounds", "value", "is_reached"),
    [
        ({"at_least": 0.9}, 0.9, True),
        ({"at_least": 0.9}, 0.89999, False),
        ({"at_most": 0.1}, 0.1, True),
        ({"at_most": 0.1}, 0.10001, False),
        ({"at_least": 0.0, "at_most": 1.0}, 1.5, False),
        ({"at_least": 0.0}, float("nan"), False),
        ({"at_least": 0.0}, float("inf"), False),
        ({"at_most": 0.0}, float("-inf"), False),
    ],
)
def test_bounds(bounds: dict[str, float], value: float, is_reached: bool) -> None:
    assert Reaches(None, **bounds).is_reached(value) == is_reached


#: By name: edits of exercise.py, and the sentence.
REFUSED: dict[str, tuple[list[tuple[str, str]], str]] = {
    "no bound": ([("at_least=0.9, ", "")], "function 'train': reaches needs a number as at_least or at_most"),
    "a text as a bound": ([("at_least=0.9", 'at_least="0.9"')], "function 'train': reaches needs a number as at_least or at_most"),
    "no time": ([("seconds=20", "seconds=0")], "function 'train': the seconds of reaches must be a number above 0"),
    "no metric": ([("Reaches(accuracy", "Reaches(0.9")], "function 'train': the metric of reaches must be a function with a name"),
    "no name": ([("Reaches(accuracy", "Reaches(lambda r: 1")], "function 'train': the metric of reaches must be a function with a name"),
    "no Reaches": ([("reaches=Reaches(accuracy, at_least=0.9, seconds=20)", "reaches=0.9")], "function 'train': reaches must be a Reaches"),
    "not declared": ([('{"values": 1, "hidden": 1}', '{"reaches": 1}')], "function 'prepare': its Reaches is not declared"),
    "an unknown array": ([("x_test, labels_test):", "x_test, labels):\n    labels_test = labels + unknown"), ("returned, x_test, labels)", "returned, x_test, unknown)")], "the metric accuracy takes 'unknown', which is neither held out nor an input"),
    "held out and given": ([('"x_test": Data("held_out.npz", "x")', '"x": Data("held_out.npz", "x")')], "instance 'pictures': 'x' is held out, and among the inputs"),
    "no file": ([('"digits.npz"]', '"digit.npz"]')], "data: there is no 'digit.npz' in "),
    "no such array": ([('Data("digits.npz", "labels")', 'Data("digits.npz", "label")')], "digits.npz has no array 'label'"),
    "no such data file": ([('Data("held_out.npz", "x")', 'Data("held.npz", "x")')], "held.npz does not exist"),
    "a path": ([('Data("held_out.npz", "x")', 'Data("../held_out.npz", "x")')], "../held_out.npz is no file of the exercise's folder"),
    "inside of an argument": ([('"labels": Data("digits.npz", "labels")', '"labels": [Data("digits.npz", "labels")]')], "instance 'pictures': labels has Data in it; Data must be an argument by itself"),
    "no arguments": ([('                "epochs": 60,\n            },\n            held_out={\n', '            },\n            held_out={\n')], "instance 'pictures': it has held_out, and no function with reaches has all its arguments in the inputs"),
}  # fmt: skip


def declared(root: Path) -> AnswerKey:
    solution = load_solution(load_course(root), NAME)
    with solution.placing():
        require_known(solution.exercise)
    return solution.answer_key(b"key")


@pytest.mark.parametrize("case", REFUSED)
def test_a_wrong_declaration_is_one_sentence(case: str, root: Path, tmp_path: Path) -> None:
    edits, sentence = REFUSED[case]
    shutil.copytree(root / "solutions", tmp_path / "solutions")
    shutil.copy(root / "course.toml", tmp_path)
    exercise = tmp_path / "solutions" / NAME / "exercise.py"
    exercise.write_text(edited(exercise.read_text(), *edits))
    with pytest.raises(ExerciseError) as caught:
        declared(tmp_path)
    said = str(caught.value)
    assert said.startswith(f"solutions/{NAME}/exercise.py, line ") and sentence in said


def test_other_rows_are_another_exercise(root: Path, tmp_path: Path) -> None:
    """Work is graded again when a data file has changed, a held-out one too."""
    shutil.copytree(root / "solutions", tmp_path / "solutions")
    shutil.copy(root / "course.toml", tmp_path)
    before = load_solution(load_course(tmp_path), NAME).sha256
    for name in ("held_out.npz", "digits.npz"):
        path = tmp_path / "solutions" / NAME / name
        with np.load(path) as file:
            arrays = dict(file)
        arrays["x"][0, 0] ^= 1
        np.savez(path, **arrays)
        after = load_solution(load_course(tmp_path), NAME).sha256
        assert after != before
        before = after


LINE = '''# %%
import numpy as np

from autograder import check


# %%
def fit(x, t):
    """The slope of a line through the origin."""
    ### BEGIN SOLUTION
    slope = float(x @ t / (x @ x))
    return slope
    ### END SOLUTION


# %%
check(fit)
'''
LINE_EXERCISE = """import numpy as np

from autograder import Exercise, Function, Instance, Reaches


def error(slope, x_test, t_test):
    return np.mean((slope * x_test - t_test) ** 2)


def points(rng, label, slope):
    x = rng.normal(size=(2, 20))
    t = slope * x + rng.normal(scale=0.1, size=x.shape)
    return Instance(
        label, {"x": x[0], "t": t[0]}, held_out={"x_test": x[1], "t_test": t[1]}
    )


exercise = Exercise(
    title="A line",
    functions=[Function("fit", {"reaches": 2}, reaches=Reaches(error, at_most=0.05))],
    visible=[points(np.random.default_rng(1), "first", 2.0)],
    draw=lambda rng: [points(rng, "second", -1.0)],
)
"""


def test_an_exercise_may_have_nothing_to_compare(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "solutions" / "line"
    folder.mkdir(parents=True)
    (tmp_path / "course.toml").write_text('id = "c"\n[[assignments]]\nname = "line"\n')
    (folder / "line.py").write_text(LINE)
    (folder / "exercise.py").write_text(LINE_EXERCISE)
    assert main(["build", "--course", str(tmp_path)]) == 0
    released = tmp_path / "assignments" / "line"
    answers = {"right": "", "steep": "slope = 2.0", "wrong": "slope = 7.0", "raising": "slope = y"}
    for name, line in answers.items():
        text = LINE.replace("    return slope\n", f"    {line or 'pass'}\n    return slope\n")
        (released / f"{name}.py").write_text(text)
    files = [str(released / f"{name}.py") for name in ("line", *answers)]
    capsys.readouterr()
    assert main(["grade", "line", *files, "--course", str(tmp_path), "--json", "-"]) == 0
    reports = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    found = {report["student"]: report["functions"][0] for report in reports}
    assert {name: (each["status"], each["score"]) for name, each in found.items()} == {
        "line": ("missing", 0),
        "right": ("passed", 2),
        "steep": ("failed", 0),
        "wrong": ("failed", 0),
        "raising": ("error", 0),
    }
    for name, status in (("right", 0), ("steep", 0), ("raising", 1), ("line", 1)):
        assert main(["check", str(released / f"{name}.py")]) == status
    assert "fit is not written yet." in capsys.readouterr().out
    assert main(["check", str(released / "right.py"), "--html", str(tmp_path / "page.html")]) == 0
    assert not list(tmp_path.rglob("*.log")), "a check had a fault"
