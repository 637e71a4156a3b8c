"""A class run that never dies: killed, interrupted, run again, run twice."""

from __future__ import annotations

import contextlib
import json
import os
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import psutil
import pytest

from autograder.classroom import run as batch
from autograder.classroom.graded import Graded
from autograder.classroom.grader import Grader
from autograder.classroom.handed_in import choose_file, read_folder
from autograder.classroom.pool import Pool, in_order
from autograder.classroom.work import FolderWork, Task
from autograder.classroom.write_page import write_class
from autograder.course import Course, CourseError, load_course
from autograder.exercise.solution import Solution
from autograder.judge import evidence
from autograder.nbgrader.platform import Nbgrader
from autograder.report import Report
from autograder.sandbox import linux
from autograder.submission import Submission
from autograder.version import VERSION
from tests.conftest import NAME, ROOT
from tests.helpers.released import build

STUDENTS = ["ada", "alan", "carl", "emmy", "grace", "hedy", "ida", "john", "radia", "tim"]
HANGS = "# %% train\ndef train(*arguments):\n    while True:\n        pass\n"


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course that is built, with nothing handed in; to be copied."""
    folder = tmp_path_factory.mktemp("built")
    for name in ("course.toml", "nbgrader_config.py"):
        shutil.copyfile(ROOT / name, folder / name)
    shutil.copytree(ROOT / "solutions", folder / "solutions")
    build(load_course(folder), NAME)
    return folder


@pytest.fixture
def class_of(built: Path, solution: Solution, tmp_path: Path) -> Callable[..., Course]:
    """A course with a class: every student right, or with one declared mistake."""

    def make(students: list[str] = STUDENTS, **sources: str) -> Course:
        root = tmp_path / "course"
        shutil.copytree(built, root)
        mistakes = [None, *solution.exercise.mistakes]
        for number, student in enumerate(students):
            mistake = mistakes[number % len(mistakes)]
            source = mistake.apply(solution.source) if mistake else solution.source
            hand_in(root, student, sources.get(student, source))
        return load_course(root)

    return make


def hand_in(root: Path, student: str, source: str) -> None:
    folder = root / "submitted" / student / NAME
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{NAME}.py").write_text(source, encoding="utf-8")


def run(course: Course, **options: Any) -> list[Graded]:
    with (
        Grader(course, NAME) as grader,
        batch.grade_class(grader, Nbgrader(course, NAME), **options) as class_run,
    ):
        return list(class_run.results)


def shown(graded: Graded) -> str:
    assert graded.report is not None, graded.fault
    return graded.report.to_json()


def command(course: Course, *arguments: str) -> list[str]:
    where = ["--course", str(course.root)]
    return [sys.executable, "-m", "autograder", "grade", NAME, *where, *arguments]


def gradebook(course: Course) -> list[tuple[object, ...]]:
    """What the gradebook holds of every student and cell."""
    grades = """
        select a.student_id, b.name, g.auto_score, g.manual_score, g.needs_manual_grade, a.timestamp
        from submitted_assignment a join submitted_notebook n on n.assignment_id = a.id
        join grade g on g.notebook_id = n.id join base_cell b on b.id = g.cell_id order by 1, 2
    """
    comments = """
        select a.student_id, b.name, c.auto_comment from submitted_assignment a
        join submitted_notebook n on n.assignment_id = a.id
        join comment c on c.notebook_id = n.id join base_cell b on b.id = c.cell_id order by 1, 2
    """
    with closing(sqlite3.connect(course.root / "gradebook.db")) as database:
        return [*database.execute(grades), *database.execute(comments)]


def reports(lines: str) -> list[dict[str, object]]:
    found = [json.loads(line) for line in lines.splitlines()]
    for report in found:
        del report["seconds"]
    return found


def autograded(course: Course) -> dict[str, bytes]:
    folder = course.root / "autograded"
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_unchanged_submissions_are_not_graded_again(
    class_of: Callable[..., Course], solution: Solution
) -> None:
    course = class_of()
    first = run(course)
    assert not any(graded.unchanged for graded in first)
    again = run(course)
    assert all(graded.unchanged for graded in again)
    assert list(map(shown, again)) == list(map(shown, first))
    hand_in(course.root, "emmy", solution.source + "\n# one more line\n")
    (course.root / "submitted" / "ida" / NAME / "timestamp.txt").write_text("2026-01-01 00:00:00")
    changed = [graded.student for graded in run(course) if not graded.unchanged]
    assert changed == ["emmy", "ida"]
    assert not any(graded.unchanged for graded in run(course, force=True))


@pytest.mark.slow
@pytest.mark.parametrize("what", ["points", "key", "gradebook", "autograded"])
def test_what_a_grade_depends_on_is_graded_again(
    class_of: Callable[..., Course], what: str
) -> None:
    course = class_of(STUDENTS[:3])
    run(course)
    before = gradebook(course)
    if what == "points":
        (course.root / "course.toml").write_text(
            (course.root / "course.toml").read_text().replace("seconds = 10", "seconds = 9")
        )
    elif what == "key":
        (course.root / "course.key").write_text("another key of the course, as long as it must be")
    elif what == "gradebook":
        with closing(sqlite3.connect(course.root / "gradebook.db")) as database:
            database.execute("update grade set auto_score = 99 where auto_score > 2")
            database.commit()
    else:
        shutil.rmtree(course.root / "autograded")
    changed = [graded for graded in run(load_course(course.root)) if not graded.unchanged]
    assert len(changed) == 3
    assert gradebook(course) == before
    assert len(autograded(course)) >= 3


def test_a_dry_run_writes_nothing_and_says_what_would_change(
    class_of: Callable[..., Course], solution: Solution
) -> None:
    course = class_of()
    run(course)
    hand_in(course.root, "ada", "def sigmoid(z):\n    return z\n")
    before = gradebook(course), autograded(course)
    done = subprocess.run(command(course, "--dry-run"), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    lines = [line.split() for line in done.stdout.splitlines()]
    assert lines == [["student", "score", "now", "would", "be"], ["ada", "23", "0"]]
    assert "nothing was written" in done.stderr
    assert (gradebook(course), autograded(course)) == before
    assert [graded.before for graded in run(course) if not graded.unchanged] == [23.0]


@pytest.mark.slow
def test_killed_at_any_moment_the_next_run_ends_the_same(
    class_of: Callable[..., Course], tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    course = class_of()
    clean = tmp_path / "clean"
    shutil.copytree(course.root, clean)
    started = time.monotonic()
    done = subprocess.run(
        command(load_course(clean), "--json", "-"), capture_output=True, text=True
    )
    whole = time.monotonic() - started
    wanted = reports(done.stdout.replace(str(clean), str(course.root)))
    fresh = tmp_path / "fresh"
    course.root.rename(fresh)
    moments = random.Random(1)
    stages = set()
    for turn in range(20 if request.config.getoption("--every-moment") else 8):
        shutil.rmtree(course.root, ignore_errors=True)
        shutil.copytree(fresh, course.root)
        shutil.copyfile(clean / "course.key", course.root / "course.key")
        process = subprocess.Popen(command(course), stdout=-3, stderr=-3, start_new_session=True)
        if turn % 4:
            time.sleep(moments.uniform(0.3, 1.0) * whole)
        while turn % 4 == 0 and not gradebook(course) and process.poll() is None:
            time.sleep(0.01)  # however fast the machine is now: until the first grade is there
        family = psutil.Process(process.pid).children(recursive=True)
        process.kill()
        process.wait()
        _, alive = psutil.wait_procs(family, timeout=60)
        assert not alive
        stages.add(len(gradebook(course)) > 0)
        assert reports("\n".join(map(shown, run(course)))) == wanted
        assert gradebook(course) == gradebook(load_course(clean))
        assert autograded(course) == autograded(load_course(clean))
    assert True in stages  # some were killed after the first grade was written


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_run_stops_at_once(
    class_of: Callable[..., Course], number: signal.Signals
) -> None:
    course = class_of(["ada", "tim", "zeno"], tim=HANGS, zeno=HANGS)
    given = course.root / "course.toml"
    given.write_text(re.sub(r"(?m)^seconds = .*", "seconds = 50", given.read_text()))
    process = subprocess.Popen(
        command(course), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    deadline = time.monotonic() + 60
    while not (course.root / "autograded" / "ada" / NAME).exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(0.3)
    family = psutil.Process(process.pid).children(recursive=True)
    assert family
    process.send_signal(number)
    _, said = process.communicate(timeout=45)  # not the fifty seconds that the submissions hang
    assert process.returncode == 130
    assert "Interrupted" in said
    assert "Traceback" not in said
    _, alive = psutil.wait_procs(family, timeout=20)
    assert not alive


def test_a_run_that_was_told_to_survive_a_hangup_does(class_of: Callable[..., Course]) -> None:
    """As nohup and `trap '' HUP` tell it, before it starts."""
    course = class_of(["ada", "alan", "carl"])
    process = subprocess.Popen(
        command(course),
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN),
    )
    while process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGHUP)
        time.sleep(0.02)
    _, said = process.communicate()
    assert process.returncode == 0, said
    assert len(autograded(course)) > 0


def test_single_students(class_of: Callable[..., Course]) -> None:
    course = class_of(["ada", "alan", "carl"])
    assert [item.student for item in run(course, students=["carl", "ada"])] == ["ada", "carl"]
    with pytest.raises(CourseError, match=f"eve handed in nothing for {NAME}"):
        run(course, students=["ada", "eve"])
    path = course.root / "submitted" / "ada" / NAME / f"{NAME}.py"
    words = [sys.executable, "-m", "autograder", "grade", NAME, str(path), "--student=ada"]
    refused = subprocess.run(words, cwd=course.root, capture_output=True, text=True, check=False)
    assert refused.returncode == 2
    assert refused.stderr.startswith("--student chooses among what was collected")


def test_a_name_that_is_no_text_costs_nobody_else_anything(
    class_of: Callable[..., Course], solution: Solution
) -> None:
    course = class_of(["ada"])
    for student in (os.fsdecode(b"b\xf6b"), "zoe"):
        hand_in(course.root, student, solution.source)
    ada, bob, zoe = run(course)
    assert ada.report and zoe.report and not bob.report
    assert bob.fault.endswith("has a name that is not valid UTF-8. Rename the folder.")
    page = write_class(course, NAME, Nbgrader(course, NAME), course.root / "report")
    assert "b\\udcf6b" in page.read_text()


def test_what_is_graded_is_what_the_key_stands_for(class_of: Callable[..., Course]) -> None:
    """Each file is opened once, so that nobody can put another one there in between."""
    course = class_of(["ada"])
    folder = course.root / "submitted" / "ada" / NAME
    (folder / "timestamp.txt").write_text("2026-01-01 00:00:00 UTC")
    opened: list[str] = []
    listening = True

    def count(event: str, arguments: tuple[Any, ...]) -> None:
        if listening and event == "open" and str(arguments[0]).startswith(str(folder)):
            opened.append(Path(arguments[0]).name)

    with Grader(course, NAME) as grader:
        platform = Nbgrader(course, NAME)
        platform.prepare(write=True)
        sys.addaudithook(count)
        try:
            FolderWork(grader, platform).here(Task("ada", folder, None, None))
        finally:
            listening = False
    assert sorted(opened) == ["hints.json", f"{NAME}.py", "timestamp.txt"]  # the first is tried
    handed_in = read_folder(folder, NAME)
    key = handed_in.key("", "ada")
    (folder / f"{NAME}.py").write_text("another")
    assert "another" not in handed_in.submission(grader.answer_key).cells[0].source
    assert read_folder(folder, NAME).key("", "ada") != key


def test_a_fault_of_our_own_is_kept_and_named(
    class_of: Callable[..., Course], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sentence says where its traceback is, which holds nothing that steers a terminal."""
    course = class_of(["ada", "bob"])
    grade = Grader.grade

    def failing(self: Grader, submission: Any, student: str) -> Any:
        if student in ("bob", NAME):
            raise IndexError("of bob's \x1b[2J")
        return grade(self, submission, student)

    monkeypatch.setattr(Grader, "grade", failing)
    ada, bob = run(course)
    log = course.root / ".autograder" / f"{NAME}.log"
    assert ada.report and not bob.report
    said = "it could not be graded: an internal error of autograder (IndexError), whose traceback is in"
    assert bob.fault == f"{said} {log}."
    entry = log.read_text()
    assert VERSION in entry and str(course.root / "submitted" / "bob" / NAME) in entry
    assert "in failing" in entry and "IndexError: of bob's \\x1b[2J" in entry
    assert log.stat().st_mode & 0o777 == 0o600
    file = course.root / "submitted" / "bob" / NAME / f"{NAME}.py"
    with Grader(course, NAME) as grader, batch.grade_files(grader, [file]) as graded:
        assert [item.fault for item in graded.results] == [bob.fault]
    assert log.read_text().startswith(entry) and str(file) in log.read_text()


def test_what_a_value_makes_a_check_raise_costs_its_function(
    class_of: Callable[..., Course], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others are judged, the run goes on, and the traceback is kept."""
    course = class_of(["ada", "bob"])
    path = course.root / "submitted" / "bob" / NAME / f"{NAME}.py"
    wrong = "def forward(params, x):\n    return {'h': params['b1'] * 2, 'y': params['b2'] * 3}"
    path.write_text(f"{path.read_text()}\n# %%\n{wrong}\n")

    right = evidence.problem

    def fail(function: Any, seen: Any, near: Any) -> str:
        if all(item.is_right for item in seen):
            return right(function, seen, near)
        raise ZeroDivisionError("of the check's own")

    monkeypatch.setattr(evidence, "problem", fail)
    ada, bob = run(course)
    assert ada.report and ada.report.score == ada.report.max_score
    assert bob.report and bob.report.score > 10
    forward = next(f for f in bob.report.functions if f.name == "forward")
    assert forward.score == 0
    assert "forward returned something that cannot be compared" in forward.checks[0].message
    log = (course.root / ".autograder" / f"{NAME}.log").read_text()
    assert "ZeroDivisionError: of the check's own" in log and str(path) in log


def test_a_file_under_another_name_is_named(tmp_path: Path, solution: Solution) -> None:
    answer_key = solution.answer_key(b"key")
    (said,) = choose_file(tmp_path, answer_key).problems
    assert said.message.endswith(f"{NAME}.py was handed in.")
    (tmp_path / "my\nanswer.py").write_text("x = 1")
    (said,) = choose_file(tmp_path, answer_key).problems
    assert said.message.endswith(", but my\\nanswer.py: give it one of these names.")


def test_what_is_shared_is_not_written_to(class_of: Callable[..., Course]) -> None:
    course = class_of(["ada", "alan"])
    run(course)
    run(course, force=True)
    ada, alan = (course.root / "autograded" / s / NAME / "visible.json" for s in ("ada", "alan"))
    assert ada.samefile(alan) and not ada.stat().st_mode & 0o222


@pytest.mark.parametrize(("course_mode", "others"), [(0o755, 0o077), (0o2775, 0o007)])
def test_what_is_known_of_students_is_their_graders_only(
    class_of: Callable[..., Course], course_mode: int, others: int
) -> None:
    """Also what an earlier version left open; where graders share a course, it is their group's."""
    course = class_of(["ada"])
    course.root.chmod(course_mode)
    folder = course.root / ".autograder"
    before = os.umask(0)
    try:
        for _ in range(2):
            run(course)
            for path in (folder, folder / f"{NAME}.sqlite", folder / f"{NAME}.lock"):
                mode = path.stat().st_mode
                assert mode & others == 0
                assert mode & 0o070 == (0 if others == 0o077 else mode >> 3 & 0o070)
                path.chmod(0o777)
    finally:
        os.umask(before)


def test_what_the_journal_lost_is_graded_again(class_of: Callable[..., Course]) -> None:
    course = class_of(["ada", "alan", "carl"])
    clean = reports("\n".join(map(shown, run(course))))
    journal = course.root / ".autograder" / f"{NAME}.sqlite"
    with closing(sqlite3.connect(journal)) as database, database:
        database.execute("UPDATE entry SET report = x'7b' WHERE student = 'alan'")
    again = run(course)
    assert [each.unchanged for each in again] == [True, False, True]
    assert reports("\n".join(map(shown, again))) == clean
    os.truncate(journal, 5000)
    assert [each.unchanged for each in run(course)] == [False] * 3
    assert all(each.unchanged for each in run(course))


def test_two_runs_at_once_are_refused(class_of: Callable[..., Course]) -> None:
    course = class_of(["ada"])
    with Grader(course, NAME) as grader, batch.grade_class(grader, Nbgrader(course, NAME)):  # noqa: SIM117
        with pytest.raises(CourseError, match="by another run right now"), ExitStack() as stack:
            stack.enter_context(batch.grade_class(grader, Nbgrader(course, NAME)))


@pytest.mark.slow
def test_a_grading_process_that_ends_costs_nobody_anything(class_of: Callable[..., Course]) -> None:
    """Out of memory, say: what it was at is given to another one."""
    course = class_of(STUDENTS, alan=HANGS)
    with (
        Grader(course, NAME) as grader,
        batch.grade_class(grader, Nbgrader(course, NAME)) as class_run,
    ):
        results = iter(class_run.results)
        graded = [next(results)]
        time.sleep(1.0)
        busiest = max(
            psutil.Process().children(),
            key=lambda process: sum(c.cpu_times().user for c in process.children(recursive=True)),
        )
        busiest.kill()
        graded += results
    assert [item.student for item in graded] == STUDENTS
    assert all(item.report for item in graded)


def test_an_item_that_ends_every_process_is_told_and_costs_no_other() -> None:
    def work(item: int) -> int:
        if item == 3:
            os.kill(os.getpid(), signal.SIGKILL)
        return item

    with Pool(work, 2) as pool:
        results = list(in_order(pool.results(range(8))))
        assert pool.repeated == 1
    assert [result for result in results if isinstance(result, int)] == [0, 1, 2, 4, 5, 6, 7]
    assert str(results[3]) == "the processes that graded it ended (SIGKILL)"


def test_a_submission_takes_no_more_of_the_graders_time_than_it_may(
    class_of: Callable[..., Course], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever it is that takes long: it is told, tried once, and costs no other."""
    course = class_of(STUDENTS[:3])
    grade = Grader.grade

    def grade_slowly(grader: Grader, submission: Submission, student: str) -> Report:
        while student == STUDENTS[1]:
            pass
        return grade(grader, submission, student)

    monkeypatch.setattr(Grader, "grade", grade_slowly)
    monkeypatch.setattr(batch, "OWN_SECONDS", 1.0)
    with (
        Grader(course, NAME) as grader,
        batch.grade_class(grader, Nbgrader(course, NAME)) as class_run,
    ):
        graded = {each.student: each for each in class_run.results}
    slow = graded.pop(STUDENTS[1])
    assert slow.report is None
    assert slow.fault == (
        "it could not be graded: it takes the grader more than 1 seconds; look at its files"
    )
    assert len(graded) == 2
    assert all(each.report for each in graded.values())


@pytest.fixture
def tiny_disk(class_of: Callable[..., Course]) -> Iterator[Course]:
    """A course whose journal lies on a disk with hardly any room."""
    course = class_of()
    folder = course.root / ".autograder"
    folder.mkdir()
    try:
        linux.mount("tiny", str(folder), "tmpfs", 0, "size=64k")
    except OSError as error:
        pytest.skip(f"no small disk can be mounted here: {error}")
    yield course
    subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.slow
def test_a_full_disk_gives_one_sentence_and_loses_nothing(tiny_disk: Course) -> None:
    done = subprocess.run(command(tiny_disk), capture_output=True, text=True, check=False)
    assert done.returncode == 1
    (said,) = [line for line in done.stderr.splitlines() if "No space" in line]
    assert "free some space and run the command again" in said
    assert "Traceback" not in done.stderr
    assert gradebook(tiny_disk)
    subprocess.run(["umount", str(tiny_disk.root / ".autograder")], check=True)
    linux.mount("tiny", str(tiny_disk.root / ".autograder"), "tmpfs", 0, "size=10m")
    assert all(graded.report for graded in run(tiny_disk))
