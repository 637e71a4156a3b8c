"""Code that students are given with mistakes in it: what is released, what `check` says of it, and
that nothing is earned by leaving it."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.__main__ import main
from autograder.course import load_course
from autograder.display.headline import headline
from autograder.display.notebook import function_table
from autograder.exercise.solution import Solution, load_solution
from autograder.judge.judge import judge
from autograder.judge.lines import SLIP
from autograder.report import FunctionReport, Report
from autograder.sandbox.in_process import InProcess
from autograder.student import check_file
from autograder.submission import parse_submission
from tests.conftest import ROOT
from tests.helpers.small_course import NAME as SMALL
from tests.helpers.small_course import make_course

NAME = "debug"
FOLDER = ROOT / "tests" / "exercises" / NAME
SECONDS = 10.0
#: What is right in the place of each fault, and what is not.
FAULTS = {
    "uphill": ('["W2"] + lr * np.outer(h, d_out), "b2": params["b2"] +', '["W2"] - lr * np.outer(h, d_out), "b2": params["b2"] -'),
    "squared-error": ("(y - t) ** 2 / t.size", "2 * (y - t) / t.size"),
    "bias-summed": ("np.sum(d_hidden, axis=0)", "d_hidden"),
    "changed-weights": ('new["W2"].T', 'params["W2"].T'),
}  # fmt: skip
LATE = ("        step(params, x, t, lr)\n", "        params_after = step(params, x, t, lr)\n")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("given")
    (root / "course.toml").write_text(f'id = "c"\n[[assignments]]\nname = "{NAME}"\n')
    shutil.copytree(FOLDER, root / "solutions" / NAME)
    assert main(["build", "--course", str(root)]) == 0
    return root


@pytest.fixture(scope="module")
def released(root: Path) -> Path:
    return root / "assignments" / NAME / f"{NAME}.py"


@pytest.fixture(scope="module")
def solution(root: Path) -> Solution:
    return load_solution(load_course(root), NAME)


def judged(solution: Solution, source: str) -> dict[str, FunctionReport]:
    """The reports of a submission, on hidden instances too."""
    cells = parse_submission("answer.py", source.encode()).cells
    runner = InProcess(cells, SECONDS)
    reports = judge(
        solution.answer_key(b"key"),
        runner,
        SECONDS,
        mutants=solution.mutants,
        restart=runner.restart,
        cells=cells,
    )
    return {report.name: report for report in reports}


def repaired(source: str, *faults: str) -> str:
    for fault in faults:
        old, new = FAULTS[fault]
        assert source.count(old) == 1, fault
        source = source.replace(old, new)
    return source


@pytest.fixture
def checked(
    released: Path, tmp_path: Path
) -> Callable[[str], tuple[Report, dict[str, FunctionReport]]]:
    shutil.copy(released.with_name("visible.json"), tmp_path)

    def work(source: str) -> tuple[Report, dict[str, FunctionReport]]:
        path = tmp_path / "answer.py"
        path.write_text(source)
        report, _, _ = check_file(path)
        return report, {function.name: function for function in report.functions}

    return work


def test_the_solution_with_the_faults_is_released(root: Path, released: Path) -> None:
    notebook = json.loads(released.with_suffix(".ipynb").read_text())
    cells = ["".join(cell["source"]) for cell in notebook["cells"]]
    step = next(cell for cell in cells if cell.startswith("def step("))
    for text in (released.read_text(), step):
        assert all(old in text for old, _ in FAULTS.values())
        assert not any(new in text for _, new in list(FAULTS.values())[:2])
        assert "SOLUTION" not in text and "raise NotImplementedError" not in text
        assert "not the error itself" not in text and "# one number" not in text, "a comment"
    assert not any("given_code" in cell["metadata"] for cell in notebook["cells"])
    roles = {cell["id"]: cell["metadata"].get("nbgrader") for cell in notebook["cells"]}
    assert roles["step"]["solution"] and roles["check-step"]["points"] == 10


def test_check_says_what_is_wrong_and_names_no_fault(
    released: Path, solution: Solution, capsys: pytest.CaptureFixture[str]
) -> None:
    messages = [mistake.message for mistake in solution.exercise.mistakes]
    assert main(["check", str(released)]) == 1
    said = capsys.readouterr().out
    assert 'new params["W2"] is wrong in 2 of 2 entries.' in said
    assert "expected [[0.50050187]," in said
    assert not any(message in said for message in messages)
    assert "--hint 1` gives a hint" in said
    assert main(["check", str(released), "--hint"]) == 1
    said = capsys.readouterr().out
    assert "Hint 1 of 4: In which direction does the loss fall?" in said
    assert not any(message in said for message in messages)
    assert main(["check", str(released), "--hint", "3"]) == 1
    said = capsys.readouterr().out
    assert all(message in said for message in messages[:4])


def test_a_notebook_names_a_fault_after_clicks_only(
    released: Path,
    solution: Solution,
    checked: Callable[..., tuple[Report, dict[str, FunctionReport]]],
) -> None:
    _, reports = checked(released.read_text())
    step = reports["step"]
    assert not step.mistakes and [each.id for each in step.on_request] == list(FAULTS)
    html = function_table(step, solution.visible)
    open_text = re.sub(r"<details>.*</details>", "", html, flags=re.DOTALL)
    for mistake in step.on_request:
        assert mistake.message in html
        assert mistake.message not in open_text
        assert mistake.message not in " ".join(headline(step, solution.visible).sentences)
    assert "Hint 3 of 4 about mistake (1): its name" in html


@pytest.mark.parametrize("left", [(), *((fault,) for fault in FAULTS), ("uphill", "bias-summed")])
def test_points_come_with_the_last_fault_only(
    left: tuple[str, ...], released: Path, solution: Solution
) -> None:
    source = repaired(released.read_text(), *(fault for fault in FAULTS if fault not in left))
    step = judged(solution, source)["step"]
    assert step.score == (0 if left else step.max_score)
    assert [each.id for each in step.on_request] == list(left)
    shapes = next(check for check in step.checks if check.key == "shapes")
    assert (shapes.passed, shapes.score) == ((None, 0) if left else (True, 1))


def test_as_it_was_released_it_earns_nothing(released: Path, solution: Solution) -> None:
    reports = judged(solution, released.read_text())
    assert [report.score for report in reports.values()] == [0, 0]
    # Nor does a change that changes nothing.
    reports = judged(solution, released.read_text().replace(*LATE))
    assert [report.score for report in reports.values()] == [0, 0]


def test_a_slip_is_told_on_request_only(
    released: Path, checked: Callable[..., tuple[Report, dict[str, FunctionReport]]]
) -> None:
    source = repaired(released.read_text(), *FAULTS)
    source = source.replace("np.outer(x, d_hidden)", "np.outer(d_hidden, x)")
    _, reports = checked(source)
    step = reports["step"]
    (slip,) = step.on_request
    assert not slip.id and re.search(SLIP, slip.message)
    assert not any(re.search(SLIP, check.message) for check in step.checks)


#: A forward pass without its ReLU, and what is given is the derivative of that.
LINEAR = ("    h = relu(z)\n", "    h = z\n")
NO_SLOPE = """
    Mistake("no-slope", "backward", " * (activations[\\"z\\"] > 0)", "", "The slope is missing."),
]
"""


def test_what_is_given_is_not_right_for_a_wrong_function(tmp_path: Path) -> None:
    folder = make_course(tmp_path)
    mistakes, exercise = folder / "mistakes.py", folder / "exercise.py"
    mistakes.write_text(mistakes.read_text().removesuffix("]\n") + NO_SLOPE)
    text = exercise.read_text()
    source = (folder / f"{SMALL}.py").read_text().replace(*LINEAR)
    source = source.replace(' * (activations["z"] > 0)', "")
    scores = []
    for given in ("", '    given={"backward": ["no-slope"]},\n'):
        exercise.write_text(text.replace("    draw=draw,\n", f"    draw=draw,\n{given}"))
        solution = load_solution(load_course(tmp_path), SMALL)
        scores.append(judged(solution, source)["backward"].score)
    assert scores[0] > 0 == scores[1]


@pytest.mark.slow
def test_it_is_proved(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["build", "--check", "--combinations", "5", "--course", str(root)]) == 0
    said = capsys.readouterr().out
    assert (
        "the given step fails by values on the visible instances, as long as any of its 4" in said
    )
    assert "the given train fails by values on the visible instances\n" in said


REFUSED = {
    "no function": (
        {"updates": ["uphill"]},
        "given: there is no function 'updates'; the functions",
    ),
    "no list": ({"update": "uphill"}, "given: 'update' needs a list of the mistakes that are made"),
    "nothing": ({"update": []}, "given: 'update' needs a list of the mistakes that are made in it"),
    "no mistake": ({"update": ["downhill"]}, "given: 'downhill' is no mistake in update, or is"),
    "of another": (
        {"loss": ["uphill"]},
        "given: 'uphill' is no mistake in loss, or is there twice",
    ),
    "twice": ({"update": ["uphill", "uphill"]}, "given: 'uphill' is no mistake in update, or is"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_wrong_declaration_is_one_sentence(
    case: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given, sentence = REFUSED[case]
    exercise = make_course(tmp_path) / "exercise.py"
    text = exercise.read_text()
    exercise.write_text(text.replace("    draw=draw,\n", f"    draw=draw,\n    given={given},\n"))
    assert main(["build", "--course", str(tmp_path)]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"solutions/{SMALL}/exercise.py, line ") and sentence in said


def test_a_name_is_needed_for_who_asks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = make_course(tmp_path)
    for name, old, new in (
        ("mistakes.py", '"The step goes uphill."', '""'),
        ("exercise.py", "    draw=draw,\n", '    draw=draw,\n    given={"update": ["uphill"]},\n'),
    ):
        path = folder / name
        path.write_text(path.read_text().replace(old, new))
    assert main(["build", "--course", str(tmp_path)]) == 2
    assert "it is made in given code, so it needs a message" in capsys.readouterr().err


@pytest.mark.slow
def test_given_code_that_is_right_is_not_proved(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = make_course(tmp_path)
    for name, old, new in (
        ("mistakes.py", '"value + lr"', '"value - 1 * lr"'),
        ("exercise.py", "    draw=draw,\n", '    draw=draw,\n    given={"update": ["uphill"]},\n'),
    ):
        path = folder / name
        path.write_text(path.read_text().replace(old, new))
    assert main(["build", "--course", str(tmp_path)]) == 0
    assert main(["build", "--check", "--combinations", "5", "--course", str(tmp_path)]) == 1
    said = capsys.readouterr().out
    assert "the given update fails: as it was released it passes, or is not there" in said
    assert f"the released {SMALL}.py earns nothing, but update does" in said
