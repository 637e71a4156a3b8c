"""What is packed for a platform, run in the layout that the platform documents."""

from __future__ import annotations

import base64
import io
import json
import os
import re
import runpy
import shutil
import subprocess
import sys
import venv
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from autograder.__main__ import main
from autograder.authoring.wheel import package_files
from autograder.classroom.grader import Grader
from autograder.course import Course, load_course
from autograder.exercise.solution import load_solution
from autograder.homes import github, gradescope, prairielearn
from autograder.homes.__main__ import main as run
from autograder.homes.shipped import course_text, shipped_grader
from autograder.report import Report
from autograder.sandbox.levels import NotContained
from autograder.submission import read_submission
from tests.conftest import KEY
from tests.helpers.hidden_numbers import Text, hidden_numbers
from tests.helpers.small_course import NAME, SOLUTION, make_course

WRONG = SOLUTION.replace("value - lr", "value + lr")
BROKEN = "def relu(z:\n    return z\n"
ADA = {
    "users": [{"email": "ada@example.org", "id": 7, "name": "Ada"}],
    "assignment": {"title": "Backpropagation", "total_points": "25.0"},
}
#: Tells whatever it is given.
LEAKS = """

# %%
def forward(params, x):
    raise ValueError(repr((params, x)))
"""
#: What the platform's image has; anything else fails to import.
_ONLY = """
import sys

class Only:
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        known = {"autograder", "numpy", "msgspec", "IPython", "typing_extensions"}
        if top not in sys.stdlib_module_names | known and "_sysconfigdata" not in top:
            raise ImportError(f"{name} is not in the image")

sys.meta_path.insert(0, Only())
"""
_CHOICE = """
from dataclasses import replace

from autograder import Choice

exercise = replace(exercise, choices=[Choice("pick", 1, ("no", "yes"))])
"""
#: Opens, lists and writes what it can; loss is right unless something of it worked.
_SPY = """
import os

WORKED = []
for path in PLACES:
    for attempt in (lambda: open(path).read(), lambda: os.listdir(path), lambda: open(path, "w")):
        try:
            attempt()
            WORKED.append(path)
        except OSError:
            pass


# %%
def loss(y, t):
    if WORKED:
        raise ValueError(str(WORKED))
    return float(np.sum((y - t) ** 2) / 2)
"""


@pytest.fixture(scope="module")
def zipped(small: Course) -> dict[str, bytes]:
    """The members of Gradescope's zip."""
    with zipfile.ZipFile(io.BytesIO(gradescope.pack(small, NAME, "after_published"))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="module")
def question(small: Course) -> dict[str, bytes]:
    """The files of PrairieLearn's course."""
    return dict(prairielearn.pack(small, NAME, "me/autograder"))


@pytest.fixture(scope="module")
def public(small: Course) -> dict[str, bytes]:
    """The files that GitHub shows to everybody."""
    return dict(github.pack(small, NAME))


def put(folder: Path, files: Mapping[str, bytes], of: str = "") -> Path:
    for name, data in files.items():
        if name.startswith(of):
            path = folder / name.removeprefix(of)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
    return folder


def autograder_root(root: Path, zipped: Mapping[str, bytes], work: str, name: str = NAME) -> Path:
    """Gradescope's /autograder, as documented, with one script handed in."""
    put(root / "source", zipped)
    (root / "results").mkdir(parents=True)
    (root / "submission_metadata.json").write_text(json.dumps(ADA))
    (root / "submission").mkdir()
    (root / "submission" / f"{name}.py").write_text(work)
    return root


def grade_root(root: Path, question: Mapping[str, bytes], work: str) -> Path:
    """PrairieLearn's /grade, as documented, with one script handed in."""
    put(root / "tests", question, f"questions/{NAME}/tests/")
    (root / "data").mkdir()
    (root / "data" / "data.json").write_text('{"variant_seed": "1k3", "options": {}}')
    (root / "student").mkdir()
    (root / "student" / f"{NAME}.py").write_text(work)
    return root


def started(program: list[str], cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a platform's entry point in its folder; only the root and the Python are this test's."""
    return subprocess.run(
        program,
        cwd=cwd,
        env={**os.environ, "AUTOGRADER_PYTHON": sys.executable, **environment},
        capture_output=True,
        text=True,
    )


def as_graded(small: Course, path: Path, student: str) -> Report:
    """What ``autograder grade`` gives the same file."""
    with Grader(small, NAME) as grader:
        return grader.grade(read_submission(path), student)


def require_gradescope(results: Mapping[str, Any]) -> None:
    """The documented format of results.json."""
    levels = {"hidden", "after_due_date", "after_published", "visible"}
    assert isinstance(results["score"], float) and results["score"] >= 0
    assert results["visibility"] in levels and results["stdout_visibility"] == "hidden"
    assert isinstance(results["output"], str) and results["output_format"] == "text"
    assert results["tests"]
    for test in results["tests"]:
        assert 0 <= test["score"] <= test["max_score"] and test["visibility"] in levels
        assert test.get("status") in ("passed", "failed", None)
        assert all(isinstance(test[key], str) for key in ("name", "number", "output"))
    known = {"name", "number", "output", "score", "max_score", "status", "visibility"}
    assert set().union(*results["tests"]) <= {*known, "name_format"}


def require_prairielearn(text: str) -> dict[str, Any]:
    """The documented format of PrairieLearn's results.json."""
    results: dict[str, Any] = json.loads(text)
    assert len(text.encode()) < 1_000_000
    if not results["gradable"]:
        assert "score" not in results and results["format_errors"]
        return results
    assert isinstance(results["score"], float) and 0 <= results["score"] <= 1
    for test in results["tests"]:
        assert {"name", "points", "max_points", "message"} == set(test)
        assert 0 <= test["points"] <= test["max_points"]
    return results


@pytest.mark.slow
def test_gradescope_runs_the_zip_in_its_layout(
    small: Course, zipped: dict[str, bytes], tmp_path: Path
) -> None:
    """With no other package than those that setup.sh installs: the report is that of the course's
    own grader, instances included, and hidden checks wait until grades are published."""
    root = autograder_root(tmp_path / "autograder", zipped, WRONG)
    (root / "source" / "sitecustomize.py").write_text(_ONLY)
    script = root / "source" / "run_autograder"
    done = started(["bash", str(script)], root, AUTOGRADER_ROOT=str(root))
    assert (done.returncode, done.stderr) == (0, "")
    told = done.stdout.splitlines()
    assert told[0].startswith("10 of 11 points, contained by ")
    assert told[1:] == ["The assignment has 25.0 points in Gradescope, and the exercise 11."]
    text = (root / "results" / "results.json").read_text()
    results = json.loads(text)
    require_gradescope(results)
    report = as_graded(small, root / "submission" / f"{NAME}.py", "ada@example.org")
    expected = gradescope.results(report, "after_published")
    assert {**results, "execution_time": 0} == {**expected, "execution_time": 0}
    assert results["score"] == report.score == sum(test["score"] for test in results["tests"])
    assert report.max_score == sum(test["max_score"] for test in results["tests"])
    shown = {test["name"]: test["visibility"] for test in results["tests"]}
    hidden = {name for name, visibility in shown.items() if visibility == "after_published"}
    assert hidden == {f"{f}: values on hidden instances" for f in ("forward", "backward")}
    assert "The step goes uphill." in text
    key = load_solution(small, NAME).answer_key(small.exercise_key(NAME), "ada@example.org")
    assert Text(text).holds(hidden_numbers(key)) == []
    assert not [line for line in solution_lines() if line in text]


def test_the_zip_is_as_gradescope_takes_it(small: Course, zipped: dict[str, bytes]) -> None:
    """Scripts at its root with a shebang and Unix lines, and what they need; no key of the
    course's, and no other exercise."""
    for script in ("setup.sh", "run_autograder"):
        assert zipped[script].startswith(b"#!/usr/bin/env bash\n") and b"\r" not in zipped[script]
        done = subprocess.run(["bash", "-n"], input=zipped[script], capture_output=True)
        assert (done.returncode, done.stderr) == (0, b"")
    pins = zipped["requirements.txt"].decode().split()
    assert {pin.partition("==")[0] for pin in pins} >= {"numpy", "msgspec"}
    assert all(re.fullmatch(r"[a-z]+==\d[\d.]*", pin) for pin in pins)
    course_key = small.key()
    assert not [name for name, data in zipped.items() if course_key in data]
    assert not [name for name in zipped if name.endswith("course.key")]
    assert dict(package_files()).items() <= zipped.items()


def test_no_submission_reads_what_lies_in_the_container(
    small: Course, zipped: dict[str, bytes], tmp_path: Path
) -> None:
    """Neither the solution, nor the key, nor the results: reading, listing and writing fail."""
    root = tmp_path / "autograder"
    course = root / "source" / "course"
    files = (course / "exercise.json", course / "solutions" / NAME / f"{NAME}.py")
    places = [root, root / "results", root / "results" / "results.json", course, *files]
    spy = f"PLACES = {[str(place) for place in places]}\n{_SPY}"
    autograder_root(root, zipped, f"{SOLUTION}\n# %%\n{spy}")
    assert gradescope.grade(root, root / "source") == 0
    results = json.loads((root / "results" / "results.json").read_text())
    assert results["score"] == 11.0, results


@pytest.mark.parametrize("name", [NAME, "another_name"])
def test_broken_and_missing_work_is_a_result_of_0(
    zipped: dict[str, bytes], tmp_path: Path, name: str
) -> None:
    root = autograder_root(tmp_path / "autograder", zipped, "print(1)\n\0", name)
    assert gradescope.grade(root, root / "source") == 0
    results = json.loads((root / "results" / "results.json").read_text())
    require_gradescope(results)
    (test,) = results["tests"]
    assert (results["score"], test["score"], test["max_score"]) == (0.0, 0.0, 11.0)
    said = "is binary" if name == NAME else "another_name.py"
    assert said in test["output"] and "\n" not in test["output"] and not results["output"]


def test_a_fault_of_the_machine_is_no_grade(
    small: Course,
    zipped: dict[str, bytes],
    question: dict[str, bytes],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Gradescope gets no result, PrairieLearn one that counts no attempt. The instances would have
    been those that the course's own grader draws for the same id."""
    asked = []

    def fails(grader: Grader, submission: object, student: str) -> Report:
        asked.append((student, hidden_numbers(grader.solution.answer_key(grader.secret, student))))
        raise NotContained("Nothing holds on this machine.")

    monkeypatch.setattr(Grader, "grade", fails)
    root = autograder_root(tmp_path / "autograder", zipped, SOLUTION)
    assert gradescope.grade(root, root / "source") == 1
    assert not (root / "results" / "results.json").exists()
    assert capsys.readouterr().err == "Nothing holds on this machine.\n"
    root = grade_root(tmp_path / "grade", question, SOLUTION)
    assert prairielearn.grade(root, root / "tests") == 0
    results = require_prairielearn((root / "results" / "results.json").read_text())
    assert "not your fault" in results["format_errors"]
    assert [student for student, _ in asked] == ["ada@example.org", "variant 1k3"]
    solution, key = load_solution(small, NAME), small.exercise_key(NAME)
    for student, numbers in asked:
        assert numbers == hidden_numbers(solution.answer_key(key, student))


@pytest.mark.slow
def test_prairielearn_runs_the_question_in_its_layout(
    small: Course, question: dict[str, bytes], tmp_path: Path
) -> None:
    root = grade_root(tmp_path / "grade", question, WRONG + LEAKS)
    done = started(["sh", str(root / "tests/run.sh")], tmp_path, AUTOGRADER_ROOT=str(root))
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    text = (root / "results" / "results.json").read_text()
    results = require_prairielearn(text)
    report = as_graded(small, root / "student" / f"{NAME}.py", "variant 1k3")
    assert results == prairielearn.results(report)
    assert results["score"] * report.max_score == pytest.approx(report.score, abs=1e-9)
    assert sum(test["points"] for test in results["tests"]) == report.score
    key = load_solution(small, NAME).answer_key(small.exercise_key(NAME), "variant 1k3")
    assert Text(text).holds(hidden_numbers(key)) == []
    assert not [line for line in solution_lines() if line in text]


def test_the_question_is_as_prairielearn_reads_it(
    small: Course, question: dict[str, bytes]
) -> None:
    folder = f"questions/{NAME}"
    info = json.loads(question[f"{folder}/info.json"])
    options = info["externalGradingOptions"]
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", info["uuid"])
    assert (info["type"], info["gradingMethod"]) == ("v3", "External")
    assert options["enabled"] and options["image"] == "me/autograder"
    assert 0 < options["timeout"] <= 600 and not options["enableNetworking"]
    assert options["entrypoint"] == "/grade/tests/run.sh"
    assert question[f"{folder}/tests/run.sh"].startswith(b"#!/bin/sh\n")
    page = question[f"{folder}/question.html"].decode()
    assert f'file-names="{NAME}.ipynb"' in page and "pl-external-grader-results" in page
    given = {name for name in question if name.startswith(f"{folder}/clientFilesQuestion/")}
    assert {Path(name).name for name in given} >= {f"{NAME}.ipynb", "visible.json"}
    assert not [name for name, data in question.items() if small.key() in data]
    shown = b"".join(question[name] for name in [*given, f"{folder}/question.html"])
    assert not [line for line in solution_lines() if line.encode() in shown]


def test_the_question_links_to_the_wheel_of_the_checker(small: Course, tmp_path: Path) -> None:
    shutil.copytree(small.root, tmp_path / "course")
    wheel = "backprop_autograder-0.1.0-py3-none-any.whl"
    (tmp_path / "course" / "assignments" / NAME / wheel).write_bytes(b"")
    files = dict(prairielearn.pack(load_course(tmp_path / "course"), NAME, "image"))
    assert f"questions/{NAME}/clientFilesQuestion/{wheel}" in files
    assert f'file-name="{wheel}"' in files[f"questions/{NAME}/question.html"].decode()


def test_prairielearn_gives_broken_work_0(question: dict[str, bytes], tmp_path: Path) -> None:
    root = grade_root(tmp_path / "grade", question, BROKEN)
    assert prairielearn.grade(root, root / "tests") == 0
    results = require_prairielearn((root / "results" / "results.json").read_text())
    assert results["score"] == 0.0 and "SyntaxError" in results["message"]


def solution_lines() -> list[str]:
    """The lines of code that stand in the solution only."""
    blocks = re.findall(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", SOLUTION, re.DOTALL)
    lines = [line.strip() for block in blocks for line in block.splitlines()]
    return [line for line in lines if len(line) > 15]


def test_what_is_public_holds_nothing_hidden(small: Course, public: dict[str, bytes]) -> None:
    """No hidden number of anybody's, no line of the solution, no key; of the package only the
    files that every student installs."""
    package = dict(package_files())
    own = {}
    for name, data in public.items():
        inner = name.partition("/checker/")[2]
        if inner.startswith("autograder/"):
            assert package[inner] == data
        else:
            own[name] = data.decode()
    assert set(map(Path, own)) >= {Path("README.md"), Path("template/.github/workflows/checks.yml")}
    assert all("PUBLIC" in text for name, text in own.items() if "/checker/" not in name)
    assert "cp -r template/. REPO" in own["README.md"]
    text = "\n".join(own.values())
    assert not [line for line in solution_lines() if line in text]
    for key in (small.key(), small.exercise_key(NAME)):
        assert key.decode() not in text
    read, solution = Text(text), load_solution(small, NAME)
    for student in ("", "ada", "ada@example.org"):
        numbers = hidden_numbers(solution.answer_key(small.exercise_key(NAME), student))
        assert numbers and read.holds(numbers) == []


def test_the_search_finds_what_is_hidden(small: Course) -> None:
    """So that the test above can fail."""
    key = load_solution(small, NAME).answer_key(KEY, "ada")
    number = max(hidden_numbers(key), key=abs)
    assert Text(f'{{"x": [{number!r}]}}').holds(hidden_numbers(key)) == [number]
    assert solution_lines()[0] in SOLUTION


def checked_out(folder: Path, work: str) -> Path:
    folder.mkdir()
    (folder / f"{NAME}.py").write_text(work)
    return folder


CLASSROOM = {
    "CLASSROOM": "nn",
    "ASSIGNMENT": NAME,
    "ASSIGNMENT_TYPE": "individual",
    "OWNER": "ada",
    "SUBMISSION_TAG": "submit/20270115T120000Z-abcdef0",
    "COMMIT_URL": "https://github.com/o/r/commit/abcdef0",
    "RELEASE_URL": "https://github.com/o/r/releases/tag/x",
    "REVIEW_URL": "https://github.com/o/r/compare/1...2",
}


def require_classroom50(result: Mapping[str, Any]) -> None:
    """The rules by which Classroom 50 takes a result."""
    assert result["schema"] == "classroom50/result/v1"
    names = ("classroom", "assignment", "assignment_type", "owner", "submission", "commit")
    assert all(result[name] and isinstance(result[name], str) for name in names)
    assert all(isinstance(result[name], str) for name in ("release", "review", "datetime"))
    assert result["submission"].startswith("submit/")
    for each in (result, *result["tests"]):
        assert type(each["score"]) is int and type(each["max-score"]) is int
        assert 0 <= each["score"] <= each["max-score"]
    assert all(test["test-name"] and type(test["passed"]) is bool for test in result["tests"])


@pytest.mark.slow
def test_classroom50_runs_the_bundle_in_a_checkout(
    small: Course, public: dict[str, bytes], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The score is that of `autograder check`, in hundredths of a point."""
    bundle = put(tmp_path / "bundle", public, f"classroom50/autograders/{NAME}/")
    (bundle / "checker" / "sitecustomize.py").write_text(_ONLY)
    work, out = checked_out(tmp_path / "work", WRONG), tmp_path / "output"
    script = [sys.executable, str(bundle / "autograder.py")]
    done = started(script, work, GITHUB_OUTPUT=str(out), **CLASSROOM)
    assert (done.returncode, done.stderr) == (0, "")
    result = json.loads((work / "result.json").read_text())
    require_classroom50(result)
    (work / "visible.json").write_bytes((small.released / NAME / "visible.json").read_bytes())
    main(["check", str(work / f"{NAME}.py"), "--json", "-"])
    report = Report.from_json(capsys.readouterr().out)
    assert result["score"] == 100 * report.score == 600
    assert result["max-score"] == 100 * report.max_score == 900
    assert out.read_text() == "status=failure\nsummary=6 of 9 points on the visible checks\n"
    body = (work / "release-body.md").read_text()
    assert "The step goes uphill." in body and "2 points more when your work is graded" in body


def test_no_module_of_the_checkout_is_run_outside_containment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A package's requirements are installed by the environment's own pip, whatever is beside."""
    script = put(tmp_path, {"autograder.py": github._SCRIPT.encode()}) / "autograder.py"
    put(tmp_path / "checker", {"requirements.txt": b""})
    work = put(tmp_path / "work", {"pip/__main__.py": b"open('ran', 'w')", "pip/__init__.py": b""})

    def create(folder: Path, with_pip: bool) -> None:
        (folder / "bin").mkdir(parents=True)
        (folder / "bin" / "python").write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
        (folder / "bin" / "python").chmod(0o700)

    monkeypatch.setattr(venv, "create", create)
    monkeypatch.setenv("RUNNER_TEMP", str(tmp_path))
    monkeypatch.delenv("AUTOGRADER_PYTHON", raising=False)
    monkeypatch.chdir(work)
    assert Path(runpy.run_path(str(script))["python"]()).is_file()
    assert not list(tmp_path.rglob("ran"))
    # Nor is any other module looked for in the current folder.
    starts = re.findall(r'(?m)^.*"-m".*$', github._SCRIPT)
    assert len(starts) == 2 and all('"-I"' in line or '"-P"' in line for line in starts)


def test_results_are_written_in_the_checkout_alone(
    public: dict[str, bytes],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """No link that a student made there is followed, and what is no file is named."""
    put(tmp_path / "template", public, "template/")
    package = tmp_path / "template/.github/checks/checker"
    monkeypatch.setenv("CLASSROOM", "nn")
    for name in (github.RESULT_FILE, github.BODY_FILE):
        other = tmp_path / f"{name}-elsewhere"
        other.write_text("mine")
        work = checked_out(tmp_path / f"link-{name}", BROKEN)
        (work / name).symlink_to(other)
        assert github.grade(work, package) == 0
        assert other.read_text() == "mine" and not (work / name).is_symlink()
        assert json.loads((work / github.RESULT_FILE).read_text())["score"] == 0
    work = checked_out(tmp_path / "links", BROKEN)
    (work / github.BODY_FILE).symlink_to(github.RESULT_FILE)
    assert github.grade(work, package) == 0
    assert json.loads((work / github.RESULT_FILE).read_text())["score"] == 0
    capsys.readouterr()
    work = checked_out(tmp_path / "folder", BROKEN)
    (work / github.BODY_FILE / "x").mkdir(parents=True)
    assert github.grade(work, package) == 1 and not (work / github.RESULT_FILE).exists()
    *_, said = capsys.readouterr().out.splitlines()
    assert said.startswith(f"::error::{work / github.BODY_FILE} cannot be written: ")


def test_github_actions_gets_the_same_points(
    public: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The workflow's step writes what the reporter of GitHub Classroom's actions reads; a broken
    file has 0 of as many points."""
    put(tmp_path / "template", public, "template/")
    workflow = (tmp_path / "template/.github/workflows/checks.yml").read_text()
    assert "run: python .github/checks/autograder.py" in workflow
    package = tmp_path / "template/.github/checks/checker"
    found = []
    for name, work in {"right": SOLUTION, "wrong": WRONG, "broken": "print(1)\n\0"}.items():
        monkeypatch.setenv("GITHUB_OUTPUT", str(tmp_path / f"{name}.out"))
        assert github.grade(checked_out(tmp_path / name, work), package) == 0
        key, _, value = (tmp_path / f"{name}.out").read_text().strip().partition("=")
        result = json.loads(base64.b64decode(value))
        score = sum(test["score"] for test in result["tests"])
        found.append((key, result["version"], result["status"], score, result["max_score"]))
        assert {test["status"] for test in result["tests"]} <= {"pass", "fail"}
    assert found == [
        ("result", 1, "pass", 900, 900),
        ("result", 1, "fail", 600, 900),
        ("result", 1, "fail", 0, 900),
    ]
    assert "is binary" in result["tests"][0]["message"]
    assert github._actions([])["status"] == "fail"
    assert github._points([]) == "0 of 0 points on the visible checks"


def test_pack_says_what_is_private_and_what_is_public(
    small: Course, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    course = ["--course", str(small.root)]
    into = tmp_path / "one.zip"
    assert main(["pack", "gradescope", NAME, "--into", str(into), *course]) == 0
    said = capsys.readouterr()
    assert said.out == f"{into}\n" and "holds the solution" in said.err
    assert "Give the assignment 11 autograder points in Gradescope." in said.err
    assert into.stat().st_mode & 0o077 == 0 and zipfile.is_zipfile(into)
    folder = tmp_path / "public"
    for _ in range(2):
        assert main(["pack", "github", NAME, "--into", str(folder), *course]) == 0
        assert capsys.readouterr().err.startswith("PUBLIC: ")
    (folder / "template" / "notes.txt").write_text("mine")
    assert main(["pack", "github", NAME, "--into", str(folder), *course]) == 2
    assert "template/notes.txt, which is no part of the package" in capsys.readouterr().err


def test_what_cannot_be_packed_is_refused(
    small: Course, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An exercise that was not built, or built from other files; options of other platforms."""
    folder = make_course(tmp_path)
    course = ["--course", str(tmp_path)]
    load_course(tmp_path).key()
    assert main(["pack", "gradescope", NAME, *course]) == 2
    assert f"Run `autograder build {NAME}` first." in capsys.readouterr().err
    visible = tmp_path / "assignments" / NAME / "visible.json"
    visible.parent.mkdir(parents=True)
    visible.write_bytes((small.released / NAME / "visible.json").read_bytes())
    with open(folder / "mistakes.py", "a") as stream:
        stream.write("# It was changed.\n")
    assert main(["pack", "prairielearn", NAME, *course]) == 2
    assert "was built from other files" in capsys.readouterr().err
    assert main(["pack", "github", "nothing", *course]) == 2
    assert "has no assignment 'nothing'" in capsys.readouterr().err
    assert main(["pack", "github", NAME, "--hidden", "visible", *course]) == 2
    assert "--hidden is for gradescope" in capsys.readouterr().err
    assert not (tmp_path / "packed").exists()


def test_all_of_the_course_that_can_change_a_grade_is_shipped(tmp_path: Path) -> None:
    """Limits, points, precision, and when it is over for everybody; nothing else of the course."""
    (tmp_path / "course.toml").write_text(
        'id = "c"\ntitle = "Private"\nprecision = "double"\ngradebook = "sqlite:///mine.db"\n'
        "[limits]\nseconds = 3.5\nfiles = 9\n[late]\npercent_per_day = 50\n"
        f'[[assignments]]\nname = "{NAME}"\ndue = 2027-01-15T23:59:00Z\ncount_hints = true\n'
        'points = { relu = 2.5, "A.b" = 1 }\n[[assignments]]\nname = "other"\n'
        f'[[extensions]]\nstudent = "ada"\nassignment = "{NAME}"\nuntil = 2027-01-20T00:00:00Z\n'
    )
    course = load_course(tmp_path)
    (tmp_path / "packed").mkdir()
    (tmp_path / "packed" / "course.toml").write_text(course_text(course, NAME))
    packed = load_course(tmp_path / "packed")
    assert (packed.id, packed.precision, packed.limits) == ("c", "double", course.limits)
    (given,), assignment = packed.assignments, course.assignment(NAME)
    assert (given.name, given.points, given.count_hints) == (NAME, assignment.points, True)
    over = packed.closes(NAME)
    assert over == course.closes(NAME) and over is not None and over.day == 22
    assert packed.when_told(NAME, over) == course.when_told(NAME, over)
    assert given.due == assignment.due
    assert not any(
        word in course_text(course, NAME) for word in ("Private", "ada", "other", "mine")
    )


@pytest.mark.parametrize(
    ("due", "told"), [("", False), ("due = 2999-01-01", False), ("due = 2001-01-01", True)]
)
def test_a_package_tells_no_right_option_before_it_is_over(
    small: Course, zipped: dict[str, bytes], tmp_path: Path, due: str, told: bool
) -> None:
    """Without a due date never: there may be another attempt."""
    root = put(tmp_path / "source", zipped)
    solution = root / "course" / "solutions" / NAME
    exercise = next(path for path in solution.glob("*.py") if "Exercise(" in path.read_text())
    exercise.write_text(f"{exercise.read_text()}\n{_CHOICE}")
    with open(solution / f"{NAME}.py", "a") as stream:
        stream.write("\n\n# %%\ndef pick():\n    return 2\n")
    toml = root / "course" / "course.toml"
    toml.write_text(
        toml.read_text().replace(
            "count_hints", f"{due}T00:00:00Z\ncount_hints" if due else "count_hints"
        )
    )
    grader = shipped_grader(root, tmp_path)
    assert grader.answer_key.answers.right == {"pick": 2}
    assert dict(grader.answer_key.answers.reasons) == ({"pick": ("no", "yes")} if told else {})


@pytest.mark.parametrize("arguments", [[], ["canvas", "/grade"], ["github"], ["github", "a", "b"]])
def test_a_package_takes_a_platform_and_a_folder(
    capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    assert run(arguments) == 2
    said = "It takes one of gradescope, prairielearn, github, and a folder."
    assert capsys.readouterr().err.splitlines() == [said]
