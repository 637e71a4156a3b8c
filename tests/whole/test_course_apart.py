"""A course beside, in and around the Python that grades it: submissions never see it, and nothing
in the current folder is taken for a module."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import numpy as np
import pytest

from autograder.course import load_course
from autograder.sandbox import interpreter
from autograder.sandbox.calls import Call, Cell
from autograder.sandbox.fork_server import ForkServer
from autograder.sandbox.inside import containment
from autograder.sandbox.levels import LEVELS, NONE, CourseShown, NotContained
from autograder.sandbox.limits import Limits
from autograder.sandbox.worker import Worker
from tests.conftest import NAME, ROOT
from tests.helpers.drawn import drawn
from tests.helpers.users import run_as_somebody

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="containment is Linux's own")
KEY = "the key of a course in a prefix, which is long enough"
#: Looks for the course by its paths, and runs the solution if it finds it.
ATTACK = """
import os
got = []
for path in ("course.key", "course.toml", "gradebook.db", "solutions/{name}/exercise.py"):
    try:
        open("{course}/" + path, "rb").read(1)
        got.append(path)
    except OSError:
        pass
for folder in ("", "/solutions", "/submitted"):
    try:
        # What leads to Python's own folders is there.
        got += set(os.listdir("{course}" + folder)) - {{"lib", ".venv"}}
    except OSError:
        pass
try:
    exec(open("{course}/solutions/{name}/{name}.py").read())
except OSError:
    def sigmoid(z):
        raise ValueError(f"got: {{got}}")
"""
#: Where the environment and the course are, below a folder.
LAYOUTS = {
    "course-as-environment": ("course", "course"),
    "environment-in-course": ("course/.venv", "course"),
    "course-in-environment": ("env", "env/share/course"),
}


def environment(prefix: Path) -> Path:
    """A virtual environment with the libraries of this one, made without a download; its Python."""
    library = prefix / "lib" / f"python3.{sys.version_info.minor}"
    library.mkdir(parents=True)
    (library / "site-packages").symlink_to(sysconfig.get_path("purelib"))
    base = Path(os.path.realpath(sys.executable))
    (prefix / "pyvenv.cfg").write_text(f"home = {base.parent}\n")
    (prefix / "bin").mkdir()
    (prefix / "bin" / "python").symlink_to(base)
    (prefix / "bin" / "alembic").symlink_to(Path(sys.executable).with_name("alembic"))
    return prefix / "bin" / "python"


def place_course(root: Path) -> Path:
    """The course of the repository with a key, and somebody's submission that is after it."""
    root.mkdir(parents=True, exist_ok=True)
    for name in ("course.toml", "nbgrader_config.py"):
        shutil.copyfile(ROOT / name, root / name)
    for name in ("solutions", "assignments"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    (root / "course.key").write_text(KEY)
    (root / "gradebook.db").write_bytes(b"")
    folder = root / "submitted" / "mallory" / NAME
    folder.mkdir(parents=True)
    stub = (root / "assignments" / NAME / f"{NAME}.py").read_text()
    attack = ATTACK.format(course=root, name=NAME)
    (folder / f"{NAME}.py").write_text(f"{stub}\n\n# %%\n{attack}")
    return root


def grade(
    python: Path, course: Path, *options: str, cwd: Path, **more: str
) -> subprocess.CompletedProcess[str]:
    file = course / "submitted" / "mallory" / NAME / f"{NAME}.py"
    return subprocess.run(
        [str(python), "-m", "autograder", "grade", NAME, str(file), "--json", "-", *options],
        cwd=cwd,
        env={**os.environ, **more},
        capture_output=True,
        text=True,
        check=False,
    )


def assert_nothing_was_found(line: str, level: str) -> None:
    report = json.loads(line)
    assert report["graded_with"]["containment"] == level
    assert report["score"] == 0.0
    assert "got: []" in line, line


@pytest.mark.slow
@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_course_in_a_prefix_is_not_shown(layout: str, level: str, tmp_path: Path) -> None:
    """However it comes onto `sys.path`: as the current folder, or by the environment's own
    files."""
    prefix, place = (tmp_path / part for part in LAYOUTS[layout])
    python, course = environment(prefix), place_course(place)
    options = ("--containment", level)
    done = grade(python, course, *options, cwd=course)
    if "cannot be contained" in done.stderr:
        pytest.skip(done.stderr)
    assert_nothing_was_found(done.stdout, level)
    options = (*options, "--course", str(course))
    done = grade(python, course, *options, cwd=tmp_path, PYTHONPATH=str(course))
    assert_nothing_was_found(done.stdout, level)


@pytest.mark.slow
def test_nbgrader_does_not_show_it_either(tmp_path: Path) -> None:
    course = place_course(tmp_path / "course")
    python = environment(course)
    (course / "gradebook.db").unlink()

    def run(*arguments: str) -> str:
        done = subprocess.run(
            [str(python), "-W", "ignore", "-m", *arguments],
            cwd=course,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stderr

    run("autograder", "build", NAME)
    said = run("nbgrader", "autograde", NAME, "--create")
    assert "contained" in said
    graded = (course / "autograded" / "mallory" / NAME / f"{NAME}.ipynb").read_text()
    assert "got: []" in graded


def test_a_course_in_a_folder_that_is_shown_is_refused(tmp_path: Path) -> None:
    """In words that say which folder, and what to do; `autograder doctor` says it too."""
    course = place_course(tmp_path / "course")
    python = environment(course / "solutions" / ".venv")
    done = grade(python, course, cwd=course)
    assert done.returncode == 1
    (said,) = done.stderr.strip().splitlines()
    assert said.startswith(f"Submissions may read the folder {course}/solutions/.venv/lib")
    assert said.endswith("or grade with a Python that is installed elsewhere.")
    doctor = subprocess.run(
        [str(python), "-m", "autograder", "doctor"],
        cwd=course,
        capture_output=True,
        text=True,
        check=False,
    )
    assert doctor.returncode == 1
    assert "FAIL containment: Submissions may read the folder" in doctor.stdout


@pytest.mark.parametrize("levels", [LEVELS, *([level] for level in LEVELS if level != "seccomp")])
def test_what_is_shown_and_what_is_private_do_not_overlap(levels: list[str]) -> None:
    packages = Path(sysconfig.get_path("purelib"))
    inside = load_course(ROOT).__class__(packages / "course", "c", "", "UTC", ())
    with pytest.raises(CourseShown, match=r"site-packages.* of the course lies in it\. Move"):
        ForkServer(Limits(), levels, inside.private)
    with pytest.raises(CourseShown, match=r"it lies in .* of the course"):
        ForkServer(Limits(), levels, [packages.parent.parent])


@pytest.mark.parametrize("level", ["seccomp", NONE])
def test_where_no_file_can_be_opened_or_all_can_there_is_no_overlap(level: str) -> None:
    with ForkServer(Limits(), [level], [Path(sysconfig.get_path("purelib"))]) as forks:
        assert forks.containment == level


@pytest.mark.parametrize("level", LEVELS[:3])
def test_each_level_tries_to_open_what_is_private(level: str) -> None:
    """A folder that is shown for its shared libraries alone is seen through."""
    apart = [f for f in containment.interpreter_folders() if f not in containment.library_folders()]
    library = next(path for folder in apart for path in Path(folder).glob("libc.so*"))
    with pytest.raises(NotContained) as caught:
        ForkServer(Limits(), [level], [Path("/nowhere"), library])
    assert caught.value.refused[level] == f"{library.name} of the course can be read"
    with pytest.raises(NotContained) as caught:
        ForkServer(Limits(), [level], [library.parent])
    assert caught.value.refused[level] == f"{library.parent.name} of the course can be read"
    with ForkServer(Limits(), [level], [Path("/nowhere"), ROOT / "course.toml"]) as forks:
        assert forks.containment == level


SEARCH = """
import ctypes, gc
def search(x):
    first = ctypes.cast(ctypes.c_void_p.in_dll(ctypes.CDLL(None), "environ"),
                        ctypes.POINTER(ctypes.c_void_p))[0]
    arguments = ctypes.string_at(first - 8000, 8000)
    things = "".join(str(thing)[:5000] for thing in gc.get_objects() if type(thing) in (list, dict))
    return ["sandbox.inside.server" in arguments.decode(errors="replace"),
            *(HALF.encode() + REST.encode() in text for text in (arguments, things.encode()))]
"""


def test_no_path_of_the_course_is_in_a_submissions_process(tmp_path: Path) -> None:
    name = os.urandom(8).hex()
    source = f"HALF, REST = {name[:8]!r}, {name[8:]!r}\n{SEARCH}"
    forks = ForkServer(Limits(), private=[tmp_path / name])
    with forks, Worker([Cell(source, "cell")], forks) as worker:
        (outcome,) = worker([Call("search", (np.zeros(1),))])
    assert outcome.value == [True, False, False], outcome  # it does see the command line


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """A folder with a file for every name that could be imported; each leaves a trace."""
    folder = tmp_path / "downloads"
    folder.mkdir()
    names = set(sys.stdlib_module_names)
    names |= {"numpy", "msgspec", "dateutil", "rich", "sqlalchemy", "jupytext", "sitecustomize"}
    for name in names:
        trace = f"open({str(folder / 'trace')!r}, 'a').write({name!r})\n"
        (folder / f"{name}.py").write_text(f"{trace}raise ImportError('hostile')\n")
    return folder


GRADE = "from autograder.__main__ import main; sys.exit(main(sys.argv[1:]))"
IN_THIS_PROCESS = f"""
import os, sys
from autograder.classroom import run
from autograder.cli import class_table, main, output
from autograder.nbgrader import autograded, gradebook
os.chdir(sys.argv.pop(1))
sys.path[:0] = ["", os.getcwd()]
{GRADE}
"""


@pytest.mark.slow
@pytest.mark.parametrize("way", ["-m", "again", "a search path that names the current folder"])
def test_no_module_is_imported_from_the_current_folder(
    way: str, hostile: Path, tmp_path: Path
) -> None:
    course = place_course(tmp_path / "course")
    file = hostile / f"{NAME}.py"
    shutil.copyfile(course / "solutions" / NAME / f"{NAME}.py", file)
    arguments = ["grade", NAME, str(file), "--json", "-", "--course", str(course)]
    command = {
        "-m": [sys.executable, "-m", "autograder", *arguments],
        "again": interpreter.python(GRADE, *arguments),
    }.get(way, [sys.executable, "-P", "-c", IN_THIS_PROCESS, str(hostile), *arguments])
    here = hostile if way in ("-m", "again") else ROOT
    done = subprocess.run(command, cwd=here, capture_output=True, text=True, check=False)
    assert not (hostile / "trace").exists(), (hostile / "trace").read_text()
    assert json.loads(done.stdout)["score"] == 23.0, done.stderr


def test_a_checkout_that_is_the_current_folder_is_what_runs(tmp_path: Path) -> None:
    """Also in the fork server, though another one is installed."""
    checkout = tmp_path / "checkout"
    shutil.copytree(ROOT / "autograder", checkout / "autograder")
    trace = tmp_path / "trace"
    with (checkout / "autograder" / "sandbox" / "inside" / "server.py").open("a") as file:
        file.write(f"\nopen({str(trace)!r}, 'w').close()\n")
    (checkout / "autograder" / "version.py").write_text('VERSION = "of a checkout"\n')
    course = place_course(tmp_path / "course")
    done = grade(Path(sys.executable), course, "--course", str(course), cwd=checkout)
    assert "of a checkout" in done.stdout, done.stderr
    assert trace.exists()


if os.geteuid() == 0:  # whoever is an ordinary user has tested it by now

    @pytest.mark.slow
    def test_as_an_ordinary_user_too(pytestconfig: pytest.Config) -> None:
        """What containment keeps, which is another for an ordinary user: each level in one layout,
        and with ``--every-moment`` in all."""
        layouts = " or ".join(drawn(pytestconfig, [*LAYOUTS], 1))
        chosen = f"(prefix and ({layouts})) or (shown and not prefix) or each_level or no_path"
        done = run_as_somebody("tests/whole/test_course_apart.py", "-k", chosen)
        assert done.returncode == 0, done.stdout[-4000:]
