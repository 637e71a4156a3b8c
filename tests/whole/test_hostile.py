"""Hostile submissions, each a file in `tests/hostile/`, through the real grader.

Whatever the file says, every canary is looked at after every attempt, and what the report, the
class table and the graded notebook show is searched for secrets and for what could steer a
terminal or a browser.
"""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from nbgrader.api import Gradebook

from autograder.classroom.grader import Grader
from autograder.classroom.handed_in import choose_file
from autograder.classroom.run import Graded
from autograder.cli.class_table import class_lines
from autograder.course import load_course
from autograder.exercise.solution import load_solution
from autograder.grade import grade_submission
from autograder.nbgrader.autograded import look_beside, write_autograded
from autograder.nbgrader.graded_notebook import graded_notebook
from autograder.nbgrader.release import load_release
from autograder.report import STATUSES
from autograder.sandbox.fork_server import ForkServer
from autograder.sandbox.worker import ContainedSandbox, Worker
from autograder.submission import check_id
from tests.conftest import NAME, ROOT, course_text
from tests.helpers.attempts import (
    CANARIES,
    FOLDER,
    FUNCTIONS,
    KEYS,
    MAX_SCORE,
    Attempt,
    Shown,
    shown_wrongly,
    steers,
)
from tests.helpers.canaries import KEY, TOKEN_LETTERS, World, adopting_orphans, ending_within, leaks
from tests.helpers.drawn import drawn
from tests.helpers.hidden_numbers import Text, hidden_numbers
from tests.helpers.memory import measured
from tests.helpers.nbgrader_commands import nbgrader
from tests.helpers.released import build
from tests.helpers.users import run_as_somebody

#: Seconds after which the grader itself hangs; no attempt takes it as many.
PATIENCE = 180


def table_of(graded: Graded) -> str:
    """The class table as it is written to a file."""
    return "\n".join(class_lines([graded.line()], None))


#: What the grader may take up above its start, whatever one submission does.
MOST = 200_000_000
#: What it took up, by attempt.
PEAKS: dict[str, int] = {}

ATTEMPTS = [Attempt.read(path) for path in sorted(FOLDER.glob("*.py"))]
#: How many of them are tried in company and as an ordinary user; alone all are.
IN_PART = 30
#: Attempts whose feedback is made, as nbgrader does: each takes it a second.
FEEDBACK = ("hidden_gradients_in_visible_keys", "secret_printed", "nothing_is_computed")
#: Canaries that containment keeps.
CONTAINED = {"process", "files", "secret", "network", "neighbour"}
#: All but a few are slow together.
QUICK = {"exits", "html_and_script", "secret_in_an_exception"}
PARAMETERS = [
    pytest.param(each, id=each.name, marks=() if each.name in QUICK else pytest.mark.slow)
    for each in ATTEMPTS
]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Grader]]:
    """A course that is built, and its grader, warmed up."""
    before, tempfile.tempdir = tempfile.tempdir, str(tmp_path_factory.mktemp("t"))
    root = tmp_path_factory.mktemp("template") / "course"
    shutil.copytree(ROOT / "solutions", root / "solutions")
    shutil.copyfile(ROOT / "nbgrader_config.py", root / "nbgrader_config.py")
    text = course_text()
    (root / "course.toml").write_text(re.sub(r"(?m)^seconds = .*", "seconds = 2", text))
    (root / "course.key").write_text(KEY)
    course = load_course(root)
    build(course, NAME)
    with Gradebook(course.gradebook_url, course.id) as gradebook:
        gradebook.update_or_create_student("neighbour", last_name="g" * TOKEN_LETTERS)
    grader = Grader(course, NAME)
    folder = root / "submitted" / "neighbour" / NAME
    folder.mkdir(parents=True)
    held = f'NEIGHBOUR = np.frombuffer(b"neighbour-{"g" * TOKEN_LETTERS}", "u1").astype(float)'
    (folder / f"{NAME}.py").write_text(f"{grader.solution.source}\n\n# %%\n{held}\n")
    (folder / "timestamp.txt").write_text("2026-11-23 10:00:00 UTC")
    assert grader.grade(choose_file(folder, grader.answer_key), "neighbour").score == MAX_SCORE
    with adopting_orphans(), grader:
        yield root, grader
    tempfile.tempdir = before


def grade_once(
    attempt: Attempt, world: World, grader: Grader, folder: Path, forks: ForkServer
) -> list[str]:
    """Grade what lies in ``folder`` as the grader does, and say what is wrong with what came."""
    out = world.folder / "autograded" / NAME
    release = load_release(grader.course, NAME)
    with measured() as peak:
        submission = choose_file(folder, grader.answer_key)
        with ending_within(PATIENCE):
            report = grade_submission(
                submission,
                "mallory",
                grader.answer_key,
                ContainedSandbox(forks),
                grader.solution.mutants,
            )
        report = look_beside(folder, release).add_to(report)
        line = report.to_json()
        write_autograded(report, submission, release, folder, out)
    PEAKS[attempt.name] = max(peak.above, PEAKS.get(attempt.name, 0))
    table = table_of(Graded("mallory", folder, report))
    notebook = graded_notebook(report, submission, release)
    shown = "\n".join([line, table, (out / f"{NAME}.ipynb").read_text()])
    return [
        *attempt.complaints(json.loads(line)),
        *shown_wrongly(line, table, notebook),
        *([f"the grader took up {peak.above / 1e6:.0f} MB more"] if peak.above > MOST else []),
        *(f"it gives away: {name}" for name in leaks(shown, world.tokens)),
    ]


@pytest.fixture(scope="module")
def largest_peak(request: pytest.FixtureRequest) -> Iterator[None]:
    """Tell in the test's output which attempts took up the most of the grader's memory."""
    yield
    largest = sorted(PEAKS, key=lambda name: -PEAKS[name])[:3]
    told = ", ".join(f"{name} {PEAKS[name] / 1e6:.0f} MB" for name in largest)
    plugins = request.config.pluginmanager
    capture, reporter = map(plugins.get_plugin, ("capturemanager", "terminalreporter"))
    if capture is not None and reporter is not None:
        with capture.global_and_fixture_disabled():
            reporter.write_line(f"\nThe grader's largest peaks above its start: {told}")


@pytest.mark.usefixtures("largest_peak")
@pytest.mark.parametrize("attempt", PARAMETERS)
def test_attempt(
    attempt: Attempt,
    template: tuple[Path, Grader],
    fork_server: Callable[..., ForkServer],
    tmp_path: Path,
) -> None:
    root, grader = template
    forks = fork_server(attempt.limits)
    with Worker([], forks):
        pass  # where an earlier attempt wrote files, this starts a new server
    with World(tmp_path, root) as world:
        folder = tmp_path / "in" / "mallory" / NAME
        attempt.hand_in(folder, world, grader.solution.source)
        if "neighbour" in attempt["Canary"]:
            grader.grade(choose_file(world.neighbour, grader.answer_key), "neighbour")
        found = grade_once(attempt, world, grader, folder, forks)
        if "Graded" in attempt.header:
            found += grade_once(attempt, world, grader, folder, forks)
        found += world.complaints()
    assert not found, "\n".join(found)


if os.geteuid() == 0:  # whoever is an ordinary user has tested it by now

    @pytest.mark.slow
    def test_attempts_as_an_ordinary_user_too(request: pytest.FixtureRequest) -> None:
        """With ``--every-moment`` all; else some of those that go for what containment keeps, which
        is another for an ordinary user. What reads values and adds points is the same."""
        every = request.config.getoption("--every-moment")
        ids = [each.name for each in ATTEMPTS if every or CONTAINED & set(each["Canary"].split())]
        assert len(ids) > 80
        ids = drawn(request.config, ids, IN_PART)
        chosen = [f"tests/whole/test_hostile.py::test_attempt[{name}]" for name in ids]
        done = run_as_somebody(*chosen)
        assert done.returncode == 0, done.stdout[-4000:]


def hand_in_honestly(root: Path, source: str) -> list[str]:
    """Honest students of the class: right, half right, and not begun."""
    released = root / "assignments" / NAME
    script = (released / f"{NAME}.py").read_text()
    works = {
        "ada": source,
        "kurt": f"{source}\n\n# %%\ndef train(params, x, t, lr, epochs):\n    return params, []\n",
        "noether": f"{source}\n\n# %%\ndef loss(y, t):\n    return float(np.sum((y - t) ** 2))\n",
        "zeno": script,
    }
    for student, text in works.items():
        folder = root / "submitted" / student / NAME
        folder.mkdir(parents=True)
        (folder / f"{NAME}.py").write_text(text)
    return [*works, "neighbour"]


@dataclass(frozen=True)
class InClass:
    """What came of a class: its course, its reports by student, and what was reached."""

    course: Path
    attempts: list[Attempt]
    alone: dict[str, str]
    reports: dict[str, str]
    reached: list[str]
    printed: str


@pytest.fixture(scope="module")
def in_class(
    template: tuple[Path, Grader],
    tmp_path_factory: pytest.TempPathFactory,
    pytestconfig: pytest.Config,
) -> InClass:
    """Attempts in one class with honest students, graded by the command."""
    root, grader = template
    others = [each for each in ATTEMPTS if each.name not in FEEDBACK]
    attempts = [each for each in ATTEMPTS if each.name in FEEDBACK]
    attempts += drawn(pytestconfig, others, IN_PART)
    folder = tmp_path_factory.mktemp("class")
    with World(folder, root) as world:
        honest = hand_in_honestly(world.course, grader.solution.source)
        for attempt in attempts:
            student = world.course / "submitted" / f"x-{attempt.name}"
            attempt.hand_in(student / NAME, world, grader.solution.source)
        with Grader(load_course(world.course), NAME) as here:
            alone = {
                student: here.grade(
                    choose_file(world.course / "submitted" / student / NAME, here.answer_key),
                    student,
                ).to_json()
                for student in honest
            }
        world.watch()
        command = [sys.executable, "-m", "autograder", "grade", NAME]
        command += ["--course", str(world.course), "--json", str(folder / "reports")]
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=600,
            env={**os.environ, "TMPDIR": tempfile.gettempdir(), "COLUMNS": "300"},
        )
        assert done.returncode == 0, done.stderr
        reached = world.complaints(changing=("gradebook.db", "autograded", ".autograder"))
    lines = (folder / "reports").read_text().splitlines()
    reports = {json.loads(line)["student"]: line for line in lines}
    return InClass(world.course, attempts, alone, reports, reached, done.stdout)


def as_alone(line: str) -> dict[str, Any]:
    """A report without what only a class run tells: its time, what was answered, and answers beside
    their cells."""
    report = json.loads(line)
    del report["seconds"]
    report["submission"].pop("answers", None)
    report["problems"] = [p for p in report["problems"] if p["kind"] != "answer-elsewhere"]
    return dict(report)


@pytest.mark.slow
def test_honest_students_get_what_they_get_alone(in_class: InClass) -> None:
    assert len(in_class.alone) >= 4
    for student, line in in_class.alone.items():
        assert as_alone(in_class.reports[student]) == as_alone(line)
    scores = {student: json.loads(line)["score"] for student, line in in_class.alone.items()}
    assert scores["ada"] == MAX_SCORE > scores["noether"] > scores["zeno"] == 0


@pytest.mark.slow
def test_no_attempt_earns_more_in_company(in_class: InClass) -> None:
    found = {}
    for attempt in in_class.attempts:
        report = json.loads(in_class.reports[f"x-{attempt.name}"])
        if not 0 <= report["score"] <= float(attempt["Score"].split()[-1]):
            found[attempt.name] = report["score"]
    assert found == {}
    assert not in_class.reached, "\n".join(in_class.reached)
    assert not steers(in_class.printed)


@pytest.mark.slow
def test_the_gradebook_holds_exactly_the_reports_scores(in_class: InClass) -> None:
    assert len(in_class.reports) == len(in_class.attempts) + len(in_class.alone)
    with Gradebook(f"sqlite:///{in_class.course}/gradebook.db", "backprop") as gradebook:
        for student, line in in_class.reports.items():
            report = json.loads(line)
            wanted = dict.fromkeys(map(check_id, FUNCTIONS), 0.0)
            wanted |= {check_id(item["name"]): item["score"] for item in report["functions"]}
            notebook = gradebook.find_submission_notebook(NAME, NAME, student)
            grades = {grade.name: grade for grade in notebook.grades}
            assert {name: grades[name].auto_score for name in wanted} == wanted, student
            assert all(0 <= grade.score <= grade.max_score for grade in notebook.grades), student
            assert notebook.score == report["score"] <= MAX_SCORE, student


@pytest.mark.slow
def test_no_hidden_number_is_in_anything_that_students_read(in_class: InClass) -> None:
    """The graded notebook, comments, the student's page, CSV files, what the run printed, and
    nbgrader's feedback."""
    course = load_course(in_class.course)
    solution, key = load_solution(course, NAME), course.exercise_key(NAME)
    command = [sys.executable, "-m", "autograder", "report", NAME, "--course", str(course.root)]
    subprocess.run(command, check=True, capture_output=True)
    for name in FEEDBACK:
        nbgrader(course.root, "generate_feedback", NAME, "--student", f"x-{name}")
    report = course.root / "report" / NAME
    shared = Text("\n".join([in_class.printed, (report / "class.csv").read_text()]))
    with Gradebook(f"sqlite:///{course.root}/gradebook.db", "backprop") as gradebook:
        read = {each: _read_by(each, course.root, report, gradebook) for each in in_class.reports}
    common, lines = Text(read["ada"]), set(read["ada"].splitlines())
    found = {}
    for student, text in read.items():
        numbers = hidden_numbers(solution.answer_key(key, student))
        assert len(numbers) > 300
        # What stands in every page is searched once, in ada's.
        own = [line for line in text.splitlines() if student == "ada" or line not in lines]
        held = [*Text("\n".join(own)).holds(numbers, common), *shared.holds(numbers, common)]
        if held:
            found[student] = held[:3]
    assert found == {}


def _read_by(student: str, course: Path, report: Path, gradebook: Gradebook) -> str:
    """All that one student may ever read about a submission."""
    folders = [course / kind / student / NAME for kind in ("autograded", "feedback")]
    paths = [path for folder in folders for path in sorted(folder.glob(f"{NAME}.*"))]
    paths += [path for path in report.rglob("*.html") if path.stem == student]
    texts = [path.read_text() for path in paths]
    notebook = gradebook.find_submission_notebook(NAME, NAME, student)
    texts += [comment.comment or "" for comment in notebook.comments]
    assert len(texts) > 2, paths
    return "\n".join(texts)


def test_the_search_for_hidden_numbers_sees_them() -> None:
    number = 0.123456789123
    data = np.float64(number).tobytes()
    for text in (
        "got 0.12345679",
        f"[{number!r}, 1.5]",
        f"{number:.7e}",
        f"x{data.hex()}y",
        base64.b64encode(b"ab" + data + b"c").decode(),
        base64.b64encode(b"a" + data).decode(),
        repr(data).replace("'", ""),
        " ".join(f"{byte:02x}" for byte in data),
    ):
        assert Text(text).holds([number]) == [number], text
    assert Text("0.1234568 and 0.12345688").holds([number]) == []
    assert Text("0.12345679").holds([number], common=Text("0.12345679")) == []


def test_the_attempts_say_what_they_are() -> None:
    assert len(ATTEMPTS) >= 66
    needed = KEYS - {"May fail", "Status", "Says", "Never", "Limits", "Graded"}
    for attempt in ATTEMPTS:
        assert needed <= attempt.header.keys(), attempt.name
        assert set(attempt["Canary"].split()) <= CANARIES, attempt.name
        assert re.fullmatch(r"(exactly|at most) \d+(\.\d+)?", attempt["Score"]), attempt.name
        assert {line.split()[1] for line in attempt.header.get("Status", [])} <= set(STATUSES)
        if attempt["Base"] == "stub":
            assert attempt["Score"].endswith(" 0") and attempt.named("Fails") == set(FUNCTIONS)
        if attempt["Fails"] == "none" and "May fail" not in attempt.header:
            assert attempt["Score"] == "exactly 23", attempt.name
    for canary in CANARIES:
        assert sum(canary in attempt["Canary"] for attempt in ATTEMPTS) >= 5, canary


TOKEN = "mlkjqwertyuiopasdfghzxcv"


@pytest.mark.parametrize(
    "text",
    [
        f"x{TOKEN}",
        TOKEN[::-1],
        TOKEN[5:16],
        TOKEN.encode().hex(),
        base64.b64encode(TOKEN.encode()).decode(),
        base64.b64encode(b"ab" + TOKEN.encode()).decode(),
        json.dumps("".join(f"\\x{ord(letter):02x}" for letter in TOKEN)),
        str([float(ord(letter)) for letter in TOKEN]),
        "got      [" + ", ".join(f"{ord(letter)}." for letter in TOKEN[3:8]) + "]",
    ],
)
def test_the_search_for_secrets_sees_what_it_should(text: str) -> None:
    assert leaks(text, {"it": TOKEN}) == ["it"]
    assert leaks(text, {"other": TOKEN.swapcase()}) == []
    assert leaks("[0.1, 99.5, 104.25, 20.0]", {"it": TOKEN}) == []


@pytest.mark.parametrize("text", ["a\x1b[2J", "\x9b31m", "a\u202eb", "\r", "\x07"])
def test_the_search_for_what_steers_a_terminal_sees_it(text: str) -> None:
    assert steers(text)
    assert not steers("✓ backward\n\t6/6")


@pytest.mark.parametrize(
    "text", ["<script>", "<b onclick=x>", "<img src=x>", "<!-- -->", "<a href=javascript:x>"]
)
def test_the_search_for_foreign_html_sees_it(text: str) -> None:
    assert Shown(f"<div>{text}</div>").foreign
    assert not Shown('<td style="x">&lt;script&gt;</td>').foreign
