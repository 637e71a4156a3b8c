"""What students get: built from one source, up to date, and without a byte of the solution."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import nbformat
import pytest
from nbgrader.api import Gradebook

from autograder.authoring import proofs as prove
from autograder.authoring.build import build, make_release
from autograder.authoring.proofs import nothing_leaks, proofs, released_is_current, secret_lines
from autograder.authoring.right_answers import RightAnswer, read_right_answer, right_folder
from autograder.course import Course, load_course
from autograder.exercise.declaration import ExerciseError
from autograder.exercise.solution import Solution, load_solution
from tests.conftest import NAME, ROOT
from tests.helpers.nbgrader_commands import nbgrader
from tests.helpers.small_course import NAME as SMALL
from tests.helpers.small_course import make_course

RELEASED = ROOT / "assignments" / NAME
FIGURES = [
    f"{name}.svg" for name in "network sigmoid slope unit loss backward update losses".split()
]


@pytest.fixture
def released(tmp_path: Path) -> Path:
    return Path(shutil.copytree(RELEASED, tmp_path / NAME))


def test_only_what_is_allowed_is_released() -> None:
    assert {path.name for path in RELEASED.iterdir()} == {
        f"{NAME}.ipynb",
        f"{NAME}.py",
        "visible.json",
        *FIGURES,
    }


def test_every_figure_is_shown_and_told() -> None:
    """Each stands in the notebook with a text in its place, and says by itself what it is."""
    notebook = nbformat.read(RELEASED / f"{NAME}.ipynb", as_version=4)
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    told = dict(re.findall(r"!\[([^]]{40,})\]\((\S+?)\)", text))
    assert sorted(told.values()) == sorted(FIGURES)
    for figure in FIGURES:
        root = ElementTree.parse(RELEASED / figure).getroot()
        assert root.find("{*}title").text  # type: ignore[union-attr]
        assert "prefers-color-scheme: dark" in (RELEASED / figure).read_text()


def test_each_function_has_its_formula_its_figure_and_something_to_predict(
    solution: Solution,
) -> None:
    cells = nbformat.read(RELEASED / f"{NAME}.ipynb", as_version=4).cells
    before = {
        cell.metadata.nbgrader.grade_id: cells[at - 1].source
        for at, cell in enumerate(cells)
        if cell.metadata.get("nbgrader", {}).get("solution") and cell.cell_type == "code"
    }
    assert len(before) == 10
    for function in solution.exercise.functions:
        text = before[function.name]
        assert "\n$$" in text
        assert ".svg)" in text
        assert "\n> **Predict.** " in text


def test_the_notebook_is_valid_and_its_cells_are_nbgraders() -> None:
    notebook = nbformat.read(RELEASED / f"{NAME}.ipynb", as_version=4)
    nbformat.validate(notebook)
    roles = [cell.metadata.nbgrader for cell in notebook.cells if "nbgrader" in cell.metadata]
    points = {role.grade_id: role.points for role in roles if role.grade}
    assert sum(points.values()) == 25
    assert points["check-backward"] == 6
    assert points["bias-sum"] == 2


def test_the_solutions_lines_are_known(solution: Solution) -> None:
    secrets = secret_lines(solution.source)
    assert 'grad_h = params["W2"] @ delta_out' in secrets
    assert len(secrets) >= 20
    assert not any(line.startswith("def ") for line in secrets)


def test_nothing_released_holds_the_solution(solution: Solution) -> None:
    reasons = [reason for choice in solution.exercise.choices for reason in choice.reasons]
    assert len(reasons) == 12
    assert nothing_leaks(RELEASED, solution.source, reasons).holds
    assert not nothing_leaks(RELEASED, solution.source, ["Of the four options"]).holds


def right_answers(solution: Solution) -> list[RightAnswer]:
    course = load_course(ROOT)
    paths = sorted(right_folder(course, solution).glob("*.py"))
    return [read_right_answer(course, solution, path) for path in paths]


def test_nor_a_right_answer(released: Path, solution: Solution) -> None:
    answers = right_answers(solution)
    held = nothing_leaks(released, solution.source, answers=answers)
    assert held.holds
    assert re.search(r" 30 lines or the \d\d of its right answers$", held.text)
    line = 'grads["W1"][i, j] = x[i] * grads["b1"][j]'
    (released / "hint.txt").write_text(f"Write {line}.")
    leaked = nothing_leaks(released, solution.source, answers=answers)
    assert leaked.text == f"hint.txt holds a line of a right answer: {line!r}"


def test_a_right_answer_changes_no_number(course_copy: Path, solution: Solution) -> None:
    """So neither students' files nor grades have to be made again for its sake."""
    (course_copy / "solutions" / NAME / "right" / "loops.py").unlink()
    assert load_solution(load_course(course_copy), NAME).sha256 == solution.sha256


@pytest.mark.parametrize("ending", [".ipynb", ".py", ".json"])
def test_a_leak_is_found(released: Path, solution: Solution, ending: str) -> None:
    line = "return {name: value - lr * grads[name] for name, value in params.items()}"
    target = next(path for path in released.iterdir() if path.suffix == ending)
    text = json.dumps(line)[1:-1] if ending != ".py" else line
    target.write_text(target.read_text() + text)
    assert not nothing_leaks(released, solution.source).holds


@pytest.mark.parametrize("change", ["edit", "remove", "add"])
def test_what_is_out_of_date_is_found(released: Path, change: str) -> None:
    path = released / f"{NAME}.py"
    if change == "edit":
        path.write_text(path.read_text() + "\n")
    elif change == "remove":
        path.unlink()
    else:
        (released / "solution.py").write_text("")
    assert released_is_current(RELEASED, RELEASED).holds
    assert not released_is_current(RELEASED, released).holds
    # Where it is known what builds wrote, other files are the instructor's.
    assert released_is_current(RELEASED, released, ["visible.json"]).holds == (change == "add")


def test_a_last_digit_is_no_difference_and_another_is(released: Path) -> None:
    path = released / "visible.json"
    data = json.loads(path.read_text())
    loss = data["cases"][0]["expected"]["loss"]
    data["cases"][0]["expected"]["loss"] = loss * (1 + 4e-16)
    path.write_text(json.dumps(data))
    assert released_is_current(RELEASED, released).holds
    data["cases"][0]["expected"]["loss"] = loss * (1 + 1e-9)
    path.write_text(json.dumps(data))
    assert not released_is_current(RELEASED, released).holds


@pytest.fixture(scope="module")
def small_built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("small")
    name = make_course(root).name
    build(load_course(root), name)
    return root


@pytest.fixture
def small(small_built: Path, tmp_path: Path) -> Path:
    """The folder of the small exercise in a course that is built, with no mistakes declared."""
    root = Path(shutil.copytree(small_built, tmp_path / "course"))
    folder = root / "solutions" / SMALL
    (folder / "mistakes.py").write_text("mistakes = []\n")
    return folder


def failing(folder: Path) -> list[str]:
    course = load_course(folder.parent.parent)
    return [proof.text for proof in proofs(course, folder.name, 0) if not proof.holds]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        # A solution that is wrong where the document has printed digits.
        ('"y": h @ params["V"]}', '"y": h @ params["V"] + 1}', "the solution passes everything"),
        # A solution whose gradient is three times too large.
        ("grad_y = activations", "grad_y = 3 * activations", "taken numerically: on the visible"),
        # A stub that comes with its answer: nothing is left to write.
        (
            "### BEGIN SOLUTION\n    return np.maximum(z, 0.0)\n    ### END SOLUTION",
            "return np.maximum(z, 0.0)",
            "needs exactly one cell for 'relu', and has 0",
        ),
    ],
)
def test_an_unsound_exercise_is_found(small: Path, old: str, new: str, words: str) -> None:
    path = small / f"{SMALL}.py"
    text = path.read_text()
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))
    try:
        found = failing(small)
    except ExerciseError as error:
        found = [str(error)]
    assert any(words in text for text in found), found


def test_a_mistake_that_no_check_sees_is_found(small: Path) -> None:
    path = small / "exercise.py"
    text = path.read_text()
    harmless = 'Mistake("harmless", "loss", "np.sum(", "1.0 * np.sum("),'
    path.write_text(f"{text.rstrip()[:-1]}    mistakes=[{harmless}],\n)\n")
    path.write_text(path.read_text().replace("Instance, ", "Instance, Mistake, ", 1))
    found = failing(small)
    assert found[0] == "the mistake harmless is rejected"
    assert found[1].endswith("; missed: harmless")
    assert "visible.json differs" in found[2]


def test_a_mistake_must_apply_exactly_once(solution: Solution) -> None:
    with pytest.raises(ExerciseError, match=r"exactly once in .* occurs 0 times"):
        prove.Mistake("m", "loss", "no such text", "").apply(solution.source)


def test_a_function_needs_its_cells(course_copy: Path) -> None:
    path = course_copy / "solutions" / NAME / f"{NAME}.py"
    path.write_text(path.read_text().replace("check(loss)\n", ""))
    from autograder.authoring.notebook import source_notebook

    with pytest.raises(ExerciseError, match="exactly one cell for 'check-loss', and has 0"):
        source_notebook(load_solution(load_course(course_copy), NAME))


@pytest.mark.parametrize("file", ["exercise.py", f"{NAME}.py", "../../course.toml", "gone.svg"])
def test_only_a_file_of_the_folder_is_for_students(
    course: Course, solution: Solution, tmp_path: Path, file: str
) -> None:
    other = replace(solution, exercise=replace(solution.exercise, files=[file]))
    with pytest.raises(ExerciseError, match=f"files: there is no '{file}' for students in "):
        make_release(course, other, tmp_path)


def test_files_are_a_list(solution: Solution) -> None:
    with pytest.raises(ExerciseError, match="files must be a list of names, not a string"):
        replace(solution.exercise, files="network.svg")


def test_a_build_is_the_same_every_time(course_copy: Path) -> None:
    from autograder.authoring.build import build

    build(load_course(course_copy), NAME)
    for path in RELEASED.iterdir():
        if path.name != "visible.json":
            assert (
                course_copy / "assignments" / NAME / path.name
            ).read_bytes() == path.read_bytes()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")  # of nbgrader's own code
def test_what_the_instructor_put_beside_stays(tmp_path: Path) -> None:
    """A notebook and a file of their own, in the source, in the release and in the gradebook, with
    work handed in and without."""
    place = make_course(tmp_path).name
    course = load_course(tmp_path)
    source, release = tmp_path / "build" / "source" / place, tmp_path / "assignments" / place
    build(course, place)
    cells = [nbformat.v4.new_code_cell("1", metadata={"nbgrader": ROLE})]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), source / "mine.ipynb")
    (source / "mine.csv").write_text("1,2")
    nbgrader(tmp_path, "generate_assignment", place, "--force")
    (release / "only-here.txt").write_text("3")
    for handed_in in (False, True):
        if handed_in:
            with Gradebook(course.gradebook_url, course.id) as gradebook:
                gradebook.update_or_create_student("ada")
                gradebook.update_or_create_submission(place, "ada")
        kept = {folder: others(folder, place) for folder in (source, release)}
        build(course, place)
        assert {folder: others(folder, place) for folder in (source, release)} == kept
        assert set(kept[source]) == {"mine.ipynb", "mine.csv"}
        assert set(kept[release]) == {"mine.ipynb", "mine.csv", "only-here.txt"}
        with Gradebook(course.gradebook_url, course.id) as gradebook:
            assert gradebook.find_notebook("mine", place).max_score == 1
            assert gradebook.find_notebook(place, place).max_score > 1


ROLE = {"grade_id": "mine", "schema_version": 3, "points": 1, "grade": True, "solution": False}
ROLE |= {"locked": True, "task": False}


def others(folder: Path, name: str) -> dict[str, bytes]:
    ours = (f"{name}.ipynb", f"{name}.py", "visible.json")
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name not in ours}


@pytest.mark.slow
def test_the_package_is_released_where_the_course_says_so(tmp_path: Path) -> None:
    """With the line that installs it, in the first cell; later builds without it take it back."""
    folder = make_course(tmp_path)
    text = (tmp_path / "course.toml").read_text()
    (tmp_path / "course.toml").write_text(f"ship_checker = true\n{text}")
    course = load_course(tmp_path)
    released = course.released / folder.name
    (wheel,) = (path.name for path in build(course, folder.name) if path.suffix == ".whl")
    for place in (released, tmp_path / "build" / "source" / folder.name):
        assert (place / wheel).is_file()
        first = nbformat.read(place / f"{folder.name}.ipynb", as_version=4).cells[0]
        assert first.cell_type == "markdown" and f"    %pip install ./{wheel}\n" in first.source
    assert all(proof.holds for proof in proofs(course, folder.name, 0) if "build" in proof.text)
    (tmp_path / "course.toml").write_text(text)
    course = load_course(tmp_path)
    assert not any(
        proof.holds
        for proof in proofs(course, folder.name, 0)
        if "is what a build makes now" in proof.text
    )
    build(course, folder.name)
    assert not list(tmp_path.rglob("*.whl"))
    assert "pip install" not in (released / f"{folder.name}.py").read_text()
