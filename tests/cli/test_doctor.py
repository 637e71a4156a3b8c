"""`autograder doctor`: what this machine has, and what to do about the rest."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.__main__ import main
from autograder.sandbox.levels import LEVELS
from tests.conftest import ROOT, course_text
from tests.helpers.processes import REFUSING

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="containment is Linux's own")


def refusing(calls: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", REFUSING, calls, *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_a_machine_that_has_everything(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "course.toml").write_text(course_text())
    monkeypatch.chdir(tmp_path)
    assert main(["doctor"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert sum(line.startswith("ok   containment: ") for line in lines) == 1
    assert all(any(level in line for line in lines) for level in LEVELS)
    assert f"ok   course: {tmp_path}" in lines


def test_libraries_that_differentiate_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "course.toml").write_text(course_text())
    assert main(["doctor", "--course", str(tmp_path)]) == 0
    assert "tinygrad" not in capsys.readouterr().out
    (tmp_path / "tinygrad.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    assert main(["doctor", "--course", str(tmp_path)]) == 0
    assert "tinygrad: a submission that sets out to" in capsys.readouterr().out.replace("\n", " ")


@pytest.mark.slow
def test_what_others_may_read_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It prevents nothing, and the line that is shown is enough."""
    (tmp_path / "course.toml").write_text('id = "c"\n')
    for name in ("course.key", "gradebook.db"):
        (tmp_path / name).touch()
        (tmp_path / name).chmod(0o644)
    tmp_path.chmod(0o755)
    assert main(["doctor", "--course", str(tmp_path)]) == 0
    said = re.findall(r"^     -> (chmod .+)$", capsys.readouterr().out, re.MULTILINE)
    book, key = (f"chmod 600 {tmp_path / name}" for name in ("gradebook.db", "course.key"))
    assert said == [f"chmod 700 {tmp_path}", key, book]
    tmp_path.chmod(0o700)
    assert main(["doctor", "--course", str(tmp_path)]) == 0
    out = capsys.readouterr().out
    assert f"course.key is open to others, and only the folder is not\n     -> {key}" in out
    assert book not in out


@pytest.mark.slow
def test_the_exchange_that_nbgrader_would_use(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where course.toml names none: nbgrader's settings, wherever they stand, or its default."""
    (tmp_path / "course.toml").write_text('id = "c"\n')
    config, root = tmp_path / "nbgrader_config.py", tmp_path / "shared" / "exchange"

    def found(status: int) -> str:
        assert main(["doctor", "--course", str(tmp_path)]) == status
        return capsys.readouterr().out.partition(" exchange: ")[2]

    assert found(0).startswith("/usr/local/share/nbgrader/exchange")
    config.write_text(f"get_config().Exchange.root = {str(root)!r}\n")
    (without,) = set(found(0).splitlines()[1:])
    assert without == f"     -> sudo mkdir -p -m 777 {root}"
    subprocess.run(without.split()[2:], check=True)
    assert found(0) == f"{root}\n" and root.stat().st_mode & 0o777 == 0o777
    config.write_text("c.Exchange = (")
    assert found(1).startswith(f"{config} cannot be run: ")


def test_an_exchange_that_course_toml_names_is_needed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "course.toml").write_text('id = "c"\nexchange = "shared"\n')
    assert main(["doctor", "--course", str(tmp_path)]) == 1
    said = capsys.readouterr().out
    assert f"FAIL exchange: {tmp_path}/shared is not there\n     -> mkdir -p -m 777 " in said


def test_outside_a_course_it_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["doctor"]) == 0
    captured = capsys.readouterr()
    assert "There is no course.toml" in captured.err
    assert "containment" in captured.out


def test_a_container_that_refuses_namespaces() -> None:
    done = refusing("unshare", "doctor")
    assert done.returncode == 0, done.stderr
    assert f"{LEVELS[0]} does not hold here: unshare: Operation not permitted" in done.stdout
    assert "     -> " in done.stdout
    assert "ok   containment: landlock+seccomp" in done.stdout


def test_the_same_as_json() -> None:
    done = refusing("unshare", "doctor", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found["schema"], found["good"], found["problem"]) == ("autograder/doctor/1", True, "")
    assert (found["course"], found["containment"]) == (str(ROOT), "landlock+seccomp")
    assert list(found["levels"].items()) == [(level, "namespaces" not in level) for level in LEVELS]
    levels = [each for each in found["diagnoses"] if each["what"] == "containment"]
    assert [each["result"] for each in levels] == ["info", "ok", "info", "info"]
    assert "Operation not permitted" in levels[0]["found"] and levels[0]["fix"]


@pytest.mark.slow
def test_a_machine_that_contains_nothing() -> None:
    done = refusing("unshare,seccomp,landlock_create_ruleset", "doctor", "--json")
    assert done.returncode == 1
    found = json.loads(done.stdout)
    assert (found["good"], found["containment"]) == (False, None)
    done = refusing("unshare,seccomp,landlock_create_ruleset", "doctor")
    assert done.returncode == 1
    assert "FAIL containment: submissions cannot be contained on this machine" in done.stdout
    solution = str(ROOT / "solutions" / "sigmoid_network" / "sigmoid_network.py")
    calls = "unshare,seccomp,landlock_create_ruleset"
    refused = refusing(calls, "grade", "sigmoid_network", solution)
    assert refused.returncode == 1
    assert refused.stderr.startswith("Submissions cannot be contained on this machine")
    assert "Traceback" not in refused.stderr
    asked = refusing(calls, "grade", "sigmoid_network", solution, "--containment", "none")
    assert asked.returncode == 0
    assert "23/23" in asked.stdout


@pytest.mark.slow
def test_where_only_the_base_package_is_installed() -> None:
    program = "import sys; sys.modules['msgspec'] = None\n"
    program += "from autograder.__main__ import main; sys.exit(main(['doctor']))"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1, done.stderr
    said = "No course can be read without the package msgspec: pip install "
    assert done.stderr == f"{said}'backprop-autograder[instructor]'\n"
    assert "FAIL containment: nothing can be graded without the package msgspec" in done.stdout
    assert "pip install 'backprop-autograder[instructor]'" in done.stdout
    assert "does not hold here" not in done.stdout


#: A machine without Linux's modules; what Python knows of itself is kept.
ELSEWHERE = """
import sys, sysconfig
sysconfig.get_config_vars()
for module in ("fcntl", "resource"):
    sys.modules[module] = None
sys.platform = "darwin"
from autograder.__main__ import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (["grade", "sigmoid_network"], 1, "Grade in a Linux container or virtual machine"),
        (["demo"], 1, "Grade in a Linux container or virtual machine"),
        (["doctor"], 1, "FAIL containment: Submissions are run by means that only Linux has"),
        (["check", "solutions/sigmoid_network/sigmoid_network.py"], 2, "visible.json"),
        (["check", "assignments/sigmoid_network/sigmoid_network.py"], 1, "is not written yet"),
        (["build", "--check"], 1, "Grade in a Linux container or virtual machine"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else None,
)
def test_where_there_is_no_linux_it_says_what_works(
    arguments: list[str], status: int, said: str
) -> None:
    command = [sys.executable, "-c", ELSEWHERE, *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == status, done.stderr
    assert said in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
