"""A course, an exercise and a student's work from an empty folder and what pip installs, without a
clone; and that students do not get a solution with it."""

from __future__ import annotations

import getpass
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

from autograder.authoring.kinds import KINDS
from autograder.authoring.proofs import secret_lines
from autograder.authoring.right_answers import read_right_answer, right_folder
from autograder.authoring.wheel import same_wheel, write_wheel
from autograder.course import Course, CourseError
from autograder.exercise.solution import Solution
from autograder.version import VERSION
from tests.conftest import NAME, ROOT
from tests.helpers.nbgrader_commands import solve

pytestmark = pytest.mark.slow

PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check"]
BASE, EXERCISES = (
    f"{name}-{VERSION}-py3-none-any.whl"
    for name in ("backprop_autograder", "backprop_autograder_exercises")
)
STUDENT = getpass.getuser()
OURS = re.compile(r"(__editable__|backprop_autograder|autograder)")


@dataclass
class Environment:
    """A virtual environment without a trace of this clone."""

    folder: Path

    @property
    def python(self) -> str:
        return str(self.folder / "bin" / "python")

    def need(self, pattern: str) -> None:
        """Let it find packages that are installed here: to install all of them takes minutes."""
        packages = self.folder / "packages"
        packages.mkdir()
        for place in {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}:
            for path in Path(place).iterdir():
                if re.match(pattern, path.name) and not OURS.match(path.name):
                    (packages / path.name).symlink_to(path)
        (site,) = self.folder.glob("lib/python*/site-packages")
        (site / "packages.pth").write_text(f"{packages}\n")

    def install(self, line: str, folder: Path) -> None:
        """What ``pip`` does in this environment in a folder, without a network."""
        command = [*PIP, "--python", self.python, *shlex.split(line), "--no-index", "--no-deps"]
        subprocess.run(command, cwd=folder, check=True, capture_output=True)

    def run(self, line: str, folder: Path, status: int = 0) -> str:
        """What a command prints."""
        program, *arguments = shlex.split(line)
        command = {"autograder": [str(self.folder / "bin" / "autograder")]}.get(
            program, [self.python, "-m", program]
        )
        beside = Path(sys.executable).parent
        environment = {
            **os.environ,
            "PATH": os.pathsep.join([str(self.folder / "bin"), str(beside), os.defpath]),
            "JUPYTER_PATH": str(Path(sys.prefix) / "share" / "jupyter"),
            "PYTHONWARNINGS": "ignore",
        }
        done = subprocess.run(
            [*command, *arguments], cwd=folder, env=environment, capture_output=True, text=True
        )
        assert done.returncode == status, f"{line}\n{done.stdout}\n{done.stderr}"
        return done.stdout + done.stderr


def make_environment(folder: Path) -> Environment:
    command = [sys.executable, "-m", "venv", "--without-pip", str(folder)]
    subprocess.run(command, check=True, capture_output=True)
    return Environment(folder)


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheels of the package and of the exercises, from a copy of the sources."""
    folder, copy = tmp_path_factory.mktemp("wheels"), tmp_path_factory.mktemp("copy") / "source"
    without = shutil.ignore_patterns(".venv", ".git", "build", "*.egg-info", "tests", "docs")
    shutil.copytree(ROOT, copy, ignore=without)
    options = ["--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder)]
    sources = [str(copy), str(copy / "exercises")]
    subprocess.run([*PIP, "wheel", *options, *sources], check=True, capture_output=True)
    assert {path.name for path in folder.iterdir()} == {BASE, EXERCISES}
    return folder


@pytest.fixture(scope="module")
def instructor(wheels: Path, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """The environment of an instructor, with both wheels."""
    made = make_environment(tmp_path_factory.mktemp("instructor") / "venv")
    made.install(f"install ./{BASE} ./{EXERCISES}", wheels)
    made.need("")
    return made


@pytest.fixture(scope="module")
def begun(instructor: Environment, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course from an empty folder, with all exercises as they are here; one is built."""
    empty = tmp_path_factory.mktemp("empty")
    assert "Next: cd course && autograder build" in instructor.run("autograder new course", empty)
    course = empty / "course"
    config = course / "course.toml"
    exchange = empty / "exchange"
    config.write_text(config.read_text().replace('# exchange = "..."', f'exchange = "{exchange}"'))
    exchange.mkdir(mode=0o777)
    exchange.chmod(0o777)
    ours, theirs = (exercise_files(root / "solutions") for root in (ROOT, course))
    assert theirs == ours
    instructor.run(f"autograder build {NAME}", course)
    return course


def exercise_files(folder: Path) -> dict[str, bytes]:
    """The files of all exercises, each with what is in it; the others say how they are packed."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.parent != folder and "__pycache__" not in path.parts
    }


def test_a_course(instructor: Environment, begun: Path, tmp_path: Path) -> None:
    doctor = instructor.run("autograder doctor", begun)
    assert "FAIL" not in doctor and "rights" not in doctor
    instructor.run(f"nbgrader release_assignment {NAME}", begun)
    config = f"c = get_config()\nc.CourseDirectory.course_id = 'course'\nc.Exchange.root = {str(begun.parent / 'exchange')!r}\n"
    (tmp_path / "nbgrader_config.py").write_text(config)
    instructor.run(f"nbgrader fetch_assignment {NAME}", tmp_path)
    work = tmp_path / NAME / f"{NAME}.ipynb"
    work.write_text(json.dumps(solve(json.loads(work.read_text()))))
    instructor.run(f"nbgrader submit {NAME}", tmp_path)
    instructor.run(f"nbgrader collect {NAME}", begun)
    assert re.search(rf"^{STUDENT} +23/23", instructor.run(f"autograder grade {NAME}", begun), re.M)
    instructor.run(f"nbgrader generate_feedback {NAME}", begun)
    assert (begun / "feedback" / STUDENT / NAME / f"{NAME}.html").is_file()
    instructor.run(f"nbgrader release_feedback {NAME}", begun)
    instructor.run(f"nbgrader fetch_feedback {NAME}", tmp_path)
    (fetched,) = (tmp_path / NAME / "feedback").rglob(f"{NAME}.html")
    assert "23" in fetched.read_text()
    instructor.run(f"autograder report {NAME}", begun)
    assert STUDENT in (begun / "report" / NAME / "class.csv").read_text()


def test_an_exercise(instructor: Environment, begun: Path) -> None:
    instructor.run("autograder new-exercise mine", begun)
    instructor.run("autograder build mine", begun)
    proofs = instructor.run("autograder build --check mine", begun)
    assert "ok   mine: the solution passes everything (16 of 16)" in proofs
    folder = begun / "submitted" / "ada" / "mine"
    folder.mkdir(parents=True)
    shutil.copy(begun / "solutions" / "mine" / "mine.py", folder)
    assert re.search(r"^ada +16/16", instructor.run("autograder grade mine", begun), re.M)
    instructor.run("nbgrader generate_feedback mine", begun)
    instructor.run("autograder report mine", begun)


def test_a_student(begun: Path, wheels: Path, tmp_path: Path) -> None:
    """What the first cell says is enough: the wheel is beside it, and works without a network."""
    folder = Path(shutil.copytree(begun / "assignments" / NAME, tmp_path / NAME))
    first = json.loads((folder / f"{NAME}.ipynb").read_text())["cells"][0]
    (line,) = re.findall(r"^ +%pip (install .+)$", "".join(first["source"]), re.MULTILINE)
    assert f"`pip {line}`" in "".join(first["source"])
    script = (folder / f"{NAME}.py").read_text()
    assert f"`pip {line}`" in script.partition("# %%")[2].partition("# %%")[0]
    student = make_environment(tmp_path / "venv")
    student.need("numpy")
    student.install(line, folder)
    assert "is not written yet" in student.run(f"autograder check {NAME}.py", folder, 1)
    # It is the package, as it would come from an index, but for the beginning of an exercise.
    with zipfile.ZipFile(wheels / BASE) as one, zipfile.ZipFile(folder / BASE) as other:
        assert other.testzip() is None
        names = {name for name in one.namelist() if "/authoring/templates/" not in name}
        assert set(other.namelist()) == names
        for name in names - {
            f"backprop_autograder-{VERSION}.dist-info/{n}" for n in ("RECORD", "WHEEL")
        }:
            assert one.read(name) == other.read(name), name


def test_the_same_package_gives_the_same_wheel(course: Course, tmp_path: Path) -> None:
    paths = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        paths.append(tmp_path / name / write_wheel(course, tmp_path / name))
    assert paths[0].read_bytes() == paths[1].read_bytes()
    with zipfile.ZipFile(paths[1], "a") as archive:
        archive.writestr("more", "")
    assert not same_wheel(*paths)


def test_students_get_no_solution(wheels: Path, course: Course, solution: Solution) -> None:
    """Neither the wheel nor any file of the package has a line of it, or of the exercise; the other
    wheel has them."""

    def text(wheel: Path) -> tuple[list[str], str]:
        with zipfile.ZipFile(wheel) as archive:
            names = archive.namelist()
            return names, "\n".join(archive.read(n).decode("utf-8", "replace") for n in names)

    names, theirs = text(wheels / BASE)
    assert any(name == "autograder/grade.py" for name in names)
    assert not any(name.startswith(("solutions", "assignments", "tests")) for name in names)
    templates = "autograder/authoring/templates"
    assert {f"{templates}/{kind}/exercise.py.txt" for kind in KINDS} <= {*names}
    paths = sorted(right_folder(course, solution).glob("*.py"))
    answers = [read_right_answer(course, solution, path).lines for path in paths]
    assert len(answers) == 2
    _, ours = text(wheels / EXERCISES)
    for lines in ([], *answers):
        secret = secret_lines(solution.source, lines)
        assert not [line for line in secret if line in theirs]
        assert all(line in ours for line in secret)
    assert not any(mistake.message in theirs for mistake in solution.exercise.mistakes)
    reasons = [reason for choice in solution.exercise.choices for reason in choice.reasons]
    assert not any(reason in theirs for reason in reasons)


def test_without_an_installation_there_is_no_wheel(
    course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("autograder.authoring.wheel.distributions", lambda **_: [])
    with pytest.raises(CourseError, match="ship_checker needs autograder to be installed with pip"):
        write_wheel(course, tmp_path)
