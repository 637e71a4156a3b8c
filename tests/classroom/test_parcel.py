"""What is sent of a course to another machine, and what is left there."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import replace
from multiprocessing.reduction import ForkingPickler
from pathlib import Path
from typing import Any

import psutil
import pytest

from autograder.classroom import cluster_worker
from autograder.classroom.cluster_host import Graded, Outcome, Ready, _do
from autograder.classroom.cluster_worker import _Host, versions
from autograder.classroom.executor import Job
from autograder.classroom.grader import Grader
from autograder.classroom.parcel import pack, unpack
from autograder.course import Course, CourseError, load_course
from autograder.submission import Submission, read_submission
from tests.conftest import KEY, NAME, ROOT

#: An exercise with data files, one of which students do not get.
WITH_DATA = "classifier"


def grader_of(course: Course, name: str) -> Grader:
    return Grader(course, name, key=KEY)


def runs(process: psutil.Process) -> bool:
    """Whether a process goes on; one that nobody has waited for yet does not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.fixture
def whole() -> Course:
    return load_course(ROOT)


def test_of_the_course_goes_only_what_grading_needs(whole: Course) -> None:
    course = replace(whole, gradebook="postgresql://me:pa55word@there/grades", exchange="/srv/x")
    with grader_of(course, NAME) as grader:
        parcel = pack(grader)
    assert b"pa55word" not in bytes(ForkingPickler.dumps(parcel))
    assert {Path(place).parts[:2] for place in parcel.files} == {
        ("solutions", NAME),
        ("released", NAME),
    }
    assert not [place for place in parcel.files if "right" in Path(place).parts]
    shown = repr(parcel)
    assert KEY.decode() not in shown and "def " not in shown and str(ROOT) not in shown


def test_only_data_files_are_left_of_an_exercise(whole: Course, tmp_path: Path) -> None:
    """What is graded then is what is graded here."""
    answer = ROOT / "solutions" / WITH_DATA / f"{WITH_DATA}.py"
    job = Job(read_submission(answer), "ada")
    with grader_of(whole, WITH_DATA) as here:
        parcel: Any = ForkingPickler.loads(ForkingPickler.dumps(pack(here)))
        report = here.grade(job.submission, job.student)
        assert here.key() == here.key()
        with unpack(parcel, tmp_path) as there:
            left = {path.name for path in tmp_path.rglob("*") if path.is_file()}
            assert left == {"digits.npz", "held_out.npz"}
            again = there.grade(job.submission, job.student)
            assert there.key() == here.key()
    assert replace(again, seconds=0.0) == replace(report, seconds=0.0)
    assert report.score == report.max_score


def test_files_that_changed_meanwhile_are_refused(whole: Course, tmp_path: Path) -> None:
    with grader_of(whole, NAME) as grader:
        parcel = pack(grader)
    with pytest.raises(CourseError, match="changed since it was loaded"):
        unpack(replace(parcel, sha256="of other files"), tmp_path)


def test_a_grading_process_leaves_nothing_when_it_is_killed(whole: Course) -> None:
    answer = ROOT / "solutions" / NAME / f"{NAME}.py"
    jobs = [Job(read_submission(answer)._replace(modules={}), "ada")]
    with grader_of(whole, NAME) as grader:
        parcel = bytes(ForkingPickler.dumps(pack(grader)))
    host = _Host(1)
    try:
        process = psutil.Process(host._process.pid)
        ready: Ready = ForkingPickler.loads(host.ask(parcel).data)
        (folder,) = (Path(each) for each in process.cmdline() if "scratch" in each[:40])
        assert folder.stat().st_mode & 0o777 == 0o700
        assert ready.containment and not ready.refused
        assert not [path for path in folder.rglob("*") if path.is_file()]
        graded: Graded = ForkingPickler.loads(host.ask(bytes(ForkingPickler.dumps(jobs))).data)
        (outcome,) = graded.outcomes
        assert outcome.report is not None and outcome.report.score == outcome.report.max_score
        children = process.children(recursive=True)
        os.kill(process.pid, signal.SIGKILL)
        assert host.ask(bytes(ForkingPickler.dumps(jobs))).ended == "signal 9"
        assert not folder.exists()
        deadline = time.monotonic() + 20
        while any(map(runs, children)):
            assert time.monotonic() < deadline
            time.sleep(0.05)
    finally:
        host.close()


def test_what_cannot_be_unpacked_is_a_sentence(whole: Course) -> None:
    with grader_of(whole, NAME) as grader:
        parcel = pack(grader)
    place = f"solutions/{NAME}/exercise.py"
    broken = replace(parcel, files={**parcel.files, place: b"raise OSError('no\\x20way')"})
    host = _Host(1)
    try:
        ready: Ready = ForkingPickler.loads(host.ask(bytes(ForkingPickler.dumps(broken))).data)
    finally:
        host.close()
    assert f"solutions/{NAME}/exercise.py" in ready.refused and "no way" in ready.refused
    deadline = time.monotonic() + 20
    while host._process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    assert host._process.poll() is not None


def test_how_often_calls_were_made_again_is_told() -> None:
    class Repeating:
        repeated = 2

        def update_reasons(self, extended: Any) -> None: ...

        def grade(self, submission: Submission, student: str) -> str:
            return f"report of {student}"

    grader: Any = Repeating()
    told = _do(grader, "", Job(Submission("ada.py"), "ada"))
    assert told == Outcome("report of ada", repeated=2)  # type: ignore[arg-type]


def test_versions_are_those_of_the_files() -> None:
    """Two copies of one version may differ."""
    assert versions().autograder.startswith(cluster_worker.VERSION)
    assert versions() == versions() and len(versions().autograder.split("(")[1]) == 9
