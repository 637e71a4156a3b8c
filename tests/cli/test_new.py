"""`autograder new` and `autograder new-exercise`."""

from __future__ import annotations

import re
import stat
import sys
from pathlib import Path

import pytest

from autograder.__main__ import main
from autograder.authoring import begin, shipped
from autograder.authoring.kinds import KINDS, USUAL
from autograder.course import load_course
from tests.conftest import NAME, ROOT

FILES = {".gitignore", "course.key", "course.toml", "nbgrader_config.py", "solutions"}


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_a_course_from_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "spring 2027"
    assert main(["new", str(folder)]) == 0
    captured = capsys.readouterr()
    assert captured.out.endswith(f"\nNext: cd '{folder}' && autograder build\n")
    assert captured.err == ""
    assert {path.name for path in folder.iterdir()} == FILES
    assert mode(folder) == 0o700 and mode(folder / "course.key") == 0o600
    course = load_course(folder)
    assert course.id == "spring-2027" and course.ship_checker
    names = [assignment.name for assignment in course.assignments]
    assert names == [assignment.name for assignment in load_course(ROOT).assignments]
    assert names == [*shipped.shipped()] and names[0] == NAME
    hidden = {name for name in contents(ROOT / "solutions") if "__pycache__" not in name}
    assert set(contents(folder / "solutions")) == hidden - {shipped.ORDER}


def test_what_is_there_is_never_overwritten(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "solutions" / NAME).mkdir(parents=True)
    for name in (".gitignore", f"solutions/{NAME}/exercise.py", "course.key", "notes.txt"):
        (tmp_path / name).write_text("k" * 64)
    (tmp_path / "nbgrader_config.py").write_bytes((ROOT / "nbgrader_config.py").read_bytes())
    tmp_path.chmod(0o755)
    before = contents(tmp_path)
    assert main(["new", str(tmp_path)]) == 0
    captured = capsys.readouterr()
    others = [f"solutions/{name}/" for name in shipped.shipped() if name != NAME]
    assert captured.out.splitlines()[: len(others) + 1] == [*others, "course.toml"]
    # The rights of a folder in use are its owner's to change.
    assert f"chmod 700 {tmp_path}" in captured.err and mode(tmp_path) == 0o755
    after = contents(tmp_path)
    assert {name: after[name] for name in before} == before
    added = set(after) - set(before)
    assert {name for name in added if not name.startswith(tuple(others))} == {"course.toml"}
    assert main(["new", str(tmp_path)]) == 0
    assert "There is nothing to do" in capsys.readouterr().out
    assert contents(tmp_path) == after


def test_an_exercise_is_added_to_a_course(tmp_path: Path) -> None:
    text = '# mine\r\nid = "c"\n[limits]\nseconds = 3'
    (tmp_path / "course.toml").write_bytes(text.encode())
    assert main(["new", str(tmp_path)]) == 0
    assert load_course(tmp_path).assignments == []
    assert main(["new", str(tmp_path), "--exercise", NAME]) == 0
    course = load_course(tmp_path)
    assert [assignment.name for assignment in course.assignments] == [NAME]
    assert (tmp_path / "course.toml").read_bytes().startswith(text.encode())
    assert (course.solutions / NAME / "exercise.py").is_file()


@pytest.mark.parametrize("arguments", [["--exercise", "sigmoid"], []], ids=["exercise", "folder"])
def test_what_cannot_be_made_is_refused_before_anything_is(
    tmp_path: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "course"
    if not arguments:
        folder.write_text("a file")
    assert main(["new", str(folder), *arguments]) == 2
    said = capsys.readouterr().err
    if arguments:
        assert f"Did you mean '{NAME}'? There is: {', '.join(shipped.shipped())}." in said
    else:
        assert said == f"{folder} is not a folder. Name one that is new or empty.\n"
    assert folder.is_file() == (not arguments)


def test_a_course_of_nbgraders_is_adopted_instead(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "nbgrader_config.py").write_text("c = get_config()\n")
    assert main(["new", str(tmp_path)]) == 2
    assert f"`autograder adopt {tmp_path}`" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["nbgrader_config.py"]


def test_the_help_names_the_exercises(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["new", "--help"])
    assert NAME in capsys.readouterr().out


def test_without_the_exercises_it_begins_with_an_example(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (begin, shipped, sys.modules["autograder.cli.new"]):
        monkeypatch.setattr(module, "shipped", dict)
    assert main(["new", str(tmp_path / "c"), "--exercise", NAME]) == 2
    assert "a package of their own, backprop-autograder-exercises" in capsys.readouterr().err
    assert main(["new", str(tmp_path / "c")]) == 0
    assert "an example whose answers everybody can read" in capsys.readouterr().err
    course = load_course(tmp_path / "c")
    assert [assignment.name for assignment in course.assignments] == [begin.EXAMPLE]
    assert (course.solutions / begin.EXAMPLE / f"{begin.EXAMPLE}.py").is_file()


def test_one_that_was_killed_is_run_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*given: object) -> None:
        real(*given)
        raise KeyboardInterrupt

    real = begin._copy
    monkeypatch.setattr(begin, "_copy", killed)
    assert main(["new", str(tmp_path / "c")]) == 130
    assert not (tmp_path / "c" / "solutions" / NAME).exists()
    monkeypatch.undo()
    (tmp_path / "c" / "solutions" / f".{NAME}.writing").mkdir()
    assert main(["new", str(tmp_path / "c")]) == 0
    made = {path.name for path in (tmp_path / "c" / "solutions").iterdir()}
    assert made == {*shipped.shipped()}


#: By kind, the name of an exercise, and its points. A word of Python's is a name like any other.
BEGUN = {
    "linear": ("two_layers", 16),
    "mlp": ("deep", 17),
    "layers": ("with-dout", 18),
    "class": ("class", 11),
    "debug": ("find_it", 8),
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_a_new_exercise_builds_proves_and_grades(
    kind: str, course_copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In a clone; tests/whole/test_from_wheels.py does it in a course from nothing."""
    root, (name, points) = course_copy, BEGUN[kind]
    at = ["--course", str(root)]
    # The first one is what an exercise begins as of which no more is said.
    assert main(["new-exercise", name, *(["--like", kind] if kind != USUAL else []), *at]) == 0
    assert f"Next: autograder build {name}" in capsys.readouterr().out
    assert main(["build", name, *at]) == 0
    assert main(["build", "--check", "--combinations", "5", name, *at]) == 0, (
        capsys.readouterr().out
    )
    released, solution = root / "assignments" / name, root / "solutions" / name
    for student, source in {"right": solution, "untouched": released}.items():
        folder = root / "submitted" / student / name
        folder.mkdir(parents=True)
        for path in (source / f"{name}.py", released / "visible.json"):
            (folder / path.name).write_bytes(path.read_bytes())
        assert main(["check", str(folder / f"{name}.py")]) == (student == "untouched")
    capsys.readouterr()
    assert main(["grade", name, *at]) == 0
    scores = re.findall(r"^(\w+) +(\d+/\d+)", capsys.readouterr().out, re.MULTILINE)
    assert scores == [("right", f"{points}/{points}"), ("untouched", f"0/{points}")]
    assert main(["report", name, *at]) == 0
    assert not list(root.rglob("*.log")), "something had a fault"
    # What is said to the author stays with the author.
    assert "uthor" in (solution / f"{name}.py").read_text()
    told = (released / f"{name}.py").read_text() + (released / "visible.json").read_text()
    assert "For the author" not in told and "mistakes.py" not in told


def test_the_help_names_the_kinds(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["new-exercise", "--help"])
    said = " ".join(capsys.readouterr().out.split())
    assert all(f"{kind}: {what}" in said for kind, what in KINDS.items())
    assert f"(default: {USUAL})" in said
    for page in ("author", "reference"):
        text = (ROOT / "docs" / f"{page}.md").read_text()
        assert all(f"`{kind}`" in text for kind in KINDS), page


def test_a_kind_that_is_none_is_refused(
    course_copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = contents(course_copy)
    for kind in ("mpl", "../course", ""):
        assert main(["new-exercise", "a", "--like", kind, "--course", str(course_copy)]) == 2
        said = capsys.readouterr().err
        assert said.startswith(f"An exercise cannot begin like {kind!r}.") and said.count("\n") == 1
        assert f"There is: {', '.join(KINDS)}." in said
    assert contents(course_copy) == before


@pytest.mark.parametrize("name", ["numpy", "random", "autograder"])
def test_a_name_that_would_hide_a_module_is_refused(
    name: str, course_copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = contents(course_copy)
    assert main(["new-exercise", name, "--course", str(course_copy)]) == 2
    assert f"{name}.py would take the place of the module" in capsys.readouterr().err
    assert contents(course_copy) == before


@pytest.mark.parametrize("name", ["2nd", "a/b", "..", "exercise", "mistakes", "a b", "a.b", ""])
def test_a_name_that_is_none_is_refused(
    name: str, course_copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = contents(course_copy)
    assert main(["new-exercise", name, "--course", str(course_copy)]) == 2
    assert f"{name!r} cannot be the name of an exercise" in capsys.readouterr().err
    assert contents(course_copy) == before


def test_an_exercise_that_is_there_stays(
    course_copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = contents(course_copy)
    assert main(["new-exercise", NAME, "--course", str(course_copy)]) == 2
    assert "is there already, and nothing was changed" in capsys.readouterr().err
    (course_copy / "course.toml").write_text('id = "c"\nassignments = [{ name = "a" }]\n')
    assert main(["new-exercise", "b", "--course", str(course_copy)]) == 2
    assert 'Add { name = "b" } to that line' in capsys.readouterr().err
    before["course.toml"] = b'id = "c"\nassignments = [{ name = "a" }]\n'
    assert contents(course_copy) == before
