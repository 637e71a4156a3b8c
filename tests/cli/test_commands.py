"""The commands as they are run: what they print, and their exit status."""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.__main__ import main
from autograder.student import check_file
from autograder.version import VERSION
from tests.conftest import NAME, ROOT

RELEASED = ROOT / "assignments" / NAME
SOLUTION = ROOT / "solutions" / NAME / f"{NAME}.py"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A student's folder with what was released."""
    return Path(shutil.copytree(RELEASED, tmp_path / "work"))


def grade_lines(paths: list[Path], capsys: pytest.CaptureFixture[str]) -> list[dict]:  # type: ignore[type-arg]
    arguments = ["grade", NAME, *map(str, paths), "--json", "-", "--course", str(ROOT)]
    assert main(arguments) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_check_of_the_stub(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for ending in ("py", "ipynb"):
        assert main(["check", str(folder / f"{NAME}.{ending}")]) == 1
        out = capsys.readouterr().out
        assert "0 of 15 points on the visible checks." in out
        assert "forward is not written yet." in out


def test_check_of_the_solution(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copyfile(SOLUTION, folder / "mine.py")
    assert main(["check", str(folder / "mine.py")]) == 0
    out = capsys.readouterr().out
    assert "All right: 15 of 15 points on the visible checks." in out
    assert "5 points more when your work is graded, on hidden instances: the same checks on" in out


def test_check_says_expected_got_and_where(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = SOLUTION.read_text().replace("2 * (y - t) / t.size", "(y - t) / t.size")
    (folder / "mine.py").write_text(source)
    assert main(["check", str(folder / "mine.py"), "--values"]) == 1
    out = capsys.readouterr().out
    assert 'grads["y"] is not the number in the notebook.' in out
    assert "printed there [-0.04134291]" in out
    assert "yours         [-0.02067145]" in out


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("gone.py", None, "does not exist"),
        ("empty.ipynb", b"", "empty"),
        ("broken.ipynb", b"{", "not valid JSON"),
        ("binary.py", b"\0\1", "binary"),
        ("page.html", b"x = 1", "neither a notebook (.ipynb) nor a script (.py)"),
    ],
)
def test_check_of_what_cannot_be_read(
    folder: Path, capsys: pytest.CaptureFixture[str], name: str, data: bytes | None, words: str
) -> None:
    if data is not None:
        (folder / name).write_bytes(data)
    assert main(["check", str(folder / name)]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert words in captured.err


@pytest.mark.parametrize("text", [None, "{", "[]", '{"schema": "other"}'])
def test_check_without_its_numbers(
    folder: Path, capsys: pytest.CaptureFixture[str], text: str | None
) -> None:
    (folder / "visible.json").unlink()
    if text is not None:
        (folder / "visible.json").write_text(text)
    assert main(["check", str(folder / f"{NAME}.py")]) == 2
    assert "etch the assignment again" in capsys.readouterr().err


def test_check_as_json(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(folder / f"{NAME}.py"), "--json", "-"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["schema"] == "autograder/report/1"
    assert [function["status"] for function in report["functions"]] == ["missing"] * 10
    assert report["graded_with"]["containment"] == "none"


def test_check_stops_a_function_that_hangs(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("autograder.student.SECONDS", 0.2)
    source = SOLUTION.read_text() + "\n\ndef sigmoid_derivative(a):\n    while True: pass\n"
    (folder / "mine.py").write_text(source)
    assert main(["check", str(folder / "mine.py")]) == 1
    assert "sigmoid_derivative did not finish within 0.2 seconds." in capsys.readouterr().out


def test_check_shows_what_was_printed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = SOLUTION.read_text().replace(
        "    h = sigmoid", "    print('x is', x)\n    h = sigmoid"
    )
    (folder / "mine.py").write_text(source)
    assert main(["check", str(folder / "mine.py")]) == 0
    out = capsys.readouterr().out
    assert "Printed while it was checked, from the beginning:\n  x is [0.5 0.3]\n" in out
    assert out.count("x is") <= 20


def test_check_in_plain_ascii(folder: Path) -> None:
    """Where the terminal has no other signs, and when the output is piped."""
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    done = subprocess.run(
        [sys.executable, "-m", "autograder", "check", f"{NAME}.py"],
        cwd=folder,
        env=environment,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert b"\x1b" not in done.stdout
    assert b"x forward" in done.stdout


def test_grade_of_files_in_order(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    notebook, script = RELEASED / f"{NAME}.ipynb", RELEASED / f"{NAME}.py"
    (tmp_path / "empty.py").write_text("")
    (tmp_path / "binary.ipynb").write_bytes(b"PK\3\4\0\0")
    (tmp_path / "broken.ipynb").write_text('{"cells": [')
    paths = [
        SOLUTION,
        notebook,
        script,
        tmp_path,
        tmp_path / "binary.ipynb",
        tmp_path / "empty.py",
        tmp_path / "broken.ipynb",
    ]
    reports = grade_lines(paths, capsys)
    assert [report["submission"]["path"] for report in reports] == [str(path) for path in paths]
    assert [report["score"] for report in reports] == [23.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]
    assert {report["max_score"] for report in reports} == {23.0}
    words = ["folder", "ZIP archive", "empty", "not valid JSON"]
    for report, word in zip(reports[3:], words, strict=True):
        assert word in report["problems"][0]["message"]
        assert report["functions"] == []


def test_grade_of_a_path_that_leads_nowhere(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody handed that in, so nobody gets 0 points for it."""
    paths = [str(SOLUTION), str(tmp_path / "gone.py"), str(tmp_path / "neither.py")]
    assert main(["grade", NAME, *paths, "--course", str(ROOT)]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == f"{paths[1]} and {paths[2]}: no such file. Nothing was graded.\n"


def test_only_what_is_required_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["grade"])
    assert ended.value.code == 2
    assert capsys.readouterr().err.endswith("arguments are required: NAME\n")


@pytest.mark.parametrize(
    ("option", "stub", "right"),
    [
        ("--values", "There are no values to show: no function returned any", ""),
        ("--hint", "There is no hint yet: hints are about wrong numbers", "nothing is wrong."),
    ],
)
def test_what_there_is_not_is_said(
    folder: Path, capsys: pytest.CaptureFixture[str], option: str, stub: str, right: str
) -> None:
    assert main(["check", str(folder / f"{NAME}.py"), option]) == 1
    assert stub in capsys.readouterr().out
    shutil.copyfile(SOLUTION, folder / "mine.py")
    assert main(["check", str(folder / "mine.py"), option]) == 0
    out = capsys.readouterr().out
    assert stub not in out
    assert right in out


def test_grade_has_the_format_of_the_design(capsys: pytest.CaptureFixture[str]) -> None:
    (report,) = grade_lines([SOLUTION], capsys)
    assert list(report) == [
        "schema",
        "assignment",
        "student",
        "submission",
        "graded_with",
        "score",
        "max_score",
        "functions",
        "problems",
        "seconds",
    ]
    function = report["functions"][4]
    assert (function["name"], function["status"], function["score"]) == ("backward", "passed", 6.0)
    assert {"name", "passed", "message"} <= set(function["checks"][0])


def test_a_syntax_error_is_a_problem_with_its_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.py").write_text("# %%\nx = 1\n# %%\ndef loss(y, t)\n    return 0\n")
    (report,) = grade_lines([tmp_path / "a.py"], capsys)
    (problem,) = report["problems"]
    assert (problem["kind"], problem["line"]) == ("syntax-error", 4)


def test_a_file_of_another_assignment_is_a_problem(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.py").write_text("def softmax(z):\n    return z\n")
    (report,) = grade_lines([tmp_path / "a.py"], capsys)
    assert [problem["kind"] for problem in report["problems"]] == ["other-file"]
    assert report["score"] == 0


def test_a_syntax_error_is_told_before_what_it_keeps_undefined(folder: Path) -> None:
    source = (ROOT / "solutions" / NAME / f"{NAME}.py").read_text()
    answer = folder / "answer.py"
    answer.write_text(source.replace("return a * (1.0 - a)", "return (((a"))
    assert check_file(answer)[0].first_wrong.startswith("SyntaxError: '(' was never closed (answer")
    answer.write_text(source.replace("return a * (1.0 - a)", "return a") + "\n# %%\n(((\n")
    assert check_file(answer)[0].first_wrong.startswith("sigmoid_derivative: ")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["grade", "sigmoid_netwrk"], "Did you mean 'sigmoid_network'?"),
        (["grade", NAME, "--course", "/nowhere"], "/nowhere/course.toml is not there."),
        (["build", "other", "--course", str(ROOT)], "has no assignment 'other'"),
    ],
)
def test_wrong_use_is_one_sentence(
    arguments: list[str],
    words: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(ROOT)
    assert main(arguments) == 2
    assert words in capsys.readouterr().err


def test_grading_a_class_that_is_not_there(
    course_copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["grade", NAME, "--course", str(course_copy)]) == 2
    assert f"Collect first: `nbgrader collect {NAME}`." in capsys.readouterr().err


def test_grading_before_building(course_copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(RELEASED, course_copy / "submitted" / "ada" / NAME)
    assert main(["grade", NAME, "--course", str(course_copy)]) == 2
    assert f"Run `autograder build {NAME}` first." in capsys.readouterr().err


def test_points_of_the_course_replace_the_exercises(
    course_copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (
        course_copy / "course.toml"
    ).read_text() + "points = { backward = 12, loss = 1, when_it_runs = 3 }\n"
    (course_copy / "course.toml").write_text(text)
    arguments = ["grade", NAME, str(SOLUTION), "--json", "-", "--course", str(course_copy)]
    assert main(arguments) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["score"], report["max_score"]) == (30.0, 30.0)


def test_an_error_in_an_exercise_is_one_sentence(
    course_copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = course_copy / "solutions" / NAME / "exercise.py"
    path.write_text(path.read_text().replace('"gradient": 1.5', '"gradeint": 1.5'))
    assert main(["build", "--course", str(course_copy)]) == 2
    error = capsys.readouterr().err
    assert "function 'backward': unknown check 'gradeint'" in error
    assert "Traceback" not in error


@pytest.mark.parametrize(
    ("arguments", "broken", "log"),
    [
        (["build", "--check"], "autograder.authoring.proofs.proofs", "autograder.log"),
        (["report", NAME], "autograder.course.Course.assignment", f"{NAME}.log"),
    ],
)
def test_a_fault_of_our_own_is_one_sentence_and_a_log(
    arguments: list[str],
    broken: str,
    log: str,
    course_copy: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object) -> None:
        raise KeyError("\x1b[2J")

    monkeypatch.setattr(broken, fail)
    assert main([*arguments, "--course", str(course_copy)]) == 1
    path = course_copy / ".autograder" / log
    said = f"an internal error of autograder (KeyError), whose traceback is in {path}."
    assert capsys.readouterr().err == f"This could not be done: {said}\n"
    entry = path.read_text()
    assert VERSION in entry and "in fail" in entry and "\x1b" not in entry
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_students_fault_of_ours_is_kept_too(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Outside of a course, in a file of its own."""
    monkeypatch.chdir(folder)
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    monkeypatch.setattr("autograder.grade.judge", lambda *_, **__: 1 // 0)
    assert main(["check", f"{NAME}.py"]) == 1
    (log,) = folder.glob("autograder-*.log")
    assert capsys.readouterr().err.endswith(f"(ZeroDivisionError), whose traceback is in {log}.\n")
    assert "ZeroDivisionError" in log.read_text()


def test_a_full_disk_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["grade", NAME, str(SOLUTION), "--course", str(ROOT), "--json", "/dev/full"]
    assert main(arguments) == 1
    assert "No space left on device" in capsys.readouterr().err


def test_results_on_a_full_disk_are_one_sentence(folder: Path) -> None:
    command = [sys.executable, "-m", "autograder", "check", f"{NAME}.py"]
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            command, cwd=folder, stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    said = "The machine refused: No space left on device. Free some space, and run this again.\n"
    assert (done.returncode, done.stderr) == (1, said)


def test_where_nothing_can_be_written_each_submission_says_so(course_copy: Path) -> None:
    (course_copy / "course.key").write_text("k" * 64)
    done = subprocess.run(
        [sys.executable, "-m", "autograder", "grade", NAME, str(SOLUTION)],
        cwd=course_copy,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    count, figures, said = done.stderr.splitlines()
    assert count == "0 graded; 1 not graded."
    assert "; status: 1 not graded; containment: nothing was run; retries: " in figures
    assert (
        "it could not be graded: The machine refused: No usable temporary directory found" in said
    )


def test_the_report_names_what_contained_the_submission(capsys: pytest.CaptureFixture[str]) -> None:
    for level in ("seccomp", "none"):
        arguments = ["grade", NAME, str(SOLUTION), "--json", "-", "--course", str(ROOT)]
        assert main([*arguments, "--containment", level]) == 0
        report = json.loads(capsys.readouterr().out)
        assert (report["graded_with"]["containment"], report["score"]) == (level, 23.0)


def test_the_cells_of_a_students_file_run_once(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a wrong function too: what a cell does may be impossible a second time."""
    answer = folder / "answer.py"
    source = SOLUTION.read_text() + (
        "\n# %%\nimport os\nos.mkdir('plots')\nprint('made')\n"
        "def loss(y, t):\n    return 1.07 * float(np.mean((y - t) ** 2))\n"
    )
    answer.write_text(source)
    monkeypatch.chdir(folder)
    report, _, printed = check_file(answer)
    assert (report.problems, printed.count("made")) == ([], 1)
    wrong = [function.name for function in report.functions if function.first_failure]
    assert wrong == ["loss", "train"]


def test_check_says_which_package_a_grader_may_not_have(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    site = folder.parent / "site"
    site.mkdir()
    (site / "scipyy.py").write_text("def halved(value):\n    return value / 2\n")
    monkeypatch.syspath_prepend(site)
    source = SOLUTION.read_text().replace("2 * (y - t)", "4 * scipyy.halved(y - t)")
    (folder / "mine.py").write_text(f"import scipyy\n{source}")
    assert main(["check", str(folder / "mine.py")]) == 0
    out = capsys.readouterr().out
    assert "All right on this machine: 15 of 15 points" in out
    assert "mine.py, line 1: backward needs the package scipyy. Only numpy and" in out
    assert out.splitlines()[-1].startswith("Next: mine.py, line 1: backward needs the package")
    (site / "scipyy.py").unlink()
    del sys.modules["scipyy"]
    assert main(["check", str(folder / "mine.py")]) == 1
    out = capsys.readouterr().out
    assert "✗ mine.py, line 1: there is no package scipyy where this is checked." in out
    assert "Next: do without the package scipyy in backward, or ask your instructor" in out


def test_check_waits_for_nobody(folder: Path) -> None:
    """A terminal is there, and nobody types."""
    asks = "import getpass\nname = input('Who? ')\ngetpass.getpass()\nbreakpoint()\n"
    (folder / "mine.py").write_text(asks + SOLUTION.read_text())
    with subprocess.Popen(
        [sys.executable, "-m", "autograder", "check", "mine.py"],
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.wait(60) == 0
        assert process.stdout is not None
        out = process.stdout.read()
    assert "✗ mine.py, line 2: input() waits for an answer" in out
    assert "✗ mine.py, line 3: getpass() waits for an answer" in out
    assert "✗ mine.py, line 4: a breakpoint waits for somebody" in out
    assert "All right: 15 of 15 points" in out
