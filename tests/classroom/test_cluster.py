"""Who has which batch, and what comes back, with workers that are made up."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from multiprocessing.reduction import ForkingPickler
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from autograder.classroom import cluster, cluster_submissions, cluster_worker
from autograder.classroom.cluster_host import Graded, Outcome, Ready
from autograder.classroom.cluster_link import Seen
from autograder.classroom.cluster_worker import Answer, Sealed, versions
from autograder.classroom.executor import Begun, Job
from autograder.classroom.pool import ProcessEnded
from autograder.faults import MachineFault
from autograder.sandbox.limits import Limits
from autograder.submission import Submission

FIRST, SECOND, THIRD = (f"tcp://127.0.0.1:{port}" for port in (4001, 4002, 4003))


class Work:
    """Every number is graded, but for those that are ``known``."""

    def __init__(self, known: Sequence[int] = ()) -> None:
        self.known = known
        self.finished: Counter[int] = Counter()
        self.repeated = self.given_again = 0

    def begin(self, item: int) -> Begun | str:
        if item in self.known:
            return f"{item} unchanged"
        return Begun(Job(Submission(str(item)), f"student {item}"), item)

    def finish(self, item: int, begun: Begun, report: Any, repeated: int) -> str:
        assert begun.kept == item and report == f"report of student {item}"
        self.repeated += repeated
        self.finished[item] += 1
        return f"{item} graded"

    def failed(self, item: int, begun: Begun, fault: str) -> str:
        return f"{item}: {fault}"

    def here(self, item: int) -> str:
        raise AssertionError


class FakeWorker:
    """A worker that grades at once; tests replace what it does."""

    def __init__(self) -> None:
        self.version: tuple[str, ...] = tuple(versions())
        self.first = Ready("contained")
        self.beats, self.joined = True, True
        self.graded: list[str] = []
        self.asked: list[str] = []
        self.at_once, self.most = 0, 0
        #: Called with the students of a batch before it is graded.
        self.before: Callable[[list[str]], None] = lambda students: None
        self.outcome: Callable[[str], Outcome] = lambda student: Outcome(f"report of {student}")  # type: ignore[arg-type]

    def call(self, function: Callable[..., Any], *arguments: Any) -> Any:
        self.asked.append(function.__name__)
        if function is cluster_worker.greet:
            return self.version
        if function is cluster_worker.prepare:
            return Answer(pickled(self.first))
        if function is cluster_worker.end:
            return None
        _, sealed = arguments
        students = [job.student for job in ForkingPickler.loads(sealed.data)]
        self.before(students)
        self.graded += students
        return Answer(pickled(Graded([self.outcome(student) for student in students])))


class FakeLink:
    """Workers by address, each of which is a thread."""

    name = "tcp://127.0.0.1:8786"

    def __init__(self, **workers: FakeWorker) -> None:
        self.all = dict(zip((FIRST, SECOND, THIRD), workers.values(), strict=False))
        self.looks = 0
        self.in_flight: Counter[str] = Counter()
        self.most: Counter[str] = Counter()

    def workers(self) -> Future[Mapping[str, Seen]]:
        self.looks += 1
        done: Future[Mapping[str, Seen]] = Future()
        seen = {
            address: Seen(1, float(self.looks if worker.beats else 0))
            for address, worker in self.all.items()
            if worker.joined
        }
        done.set_result(seen)
        return done

    def ask(self, worker: str, function: Callable[..., Any], *arguments: object) -> Future[Any]:
        done: Future[Any] = Future()
        self.in_flight[worker] += function is cluster_worker.grade
        self.most[worker] = max(self.most[worker], self.in_flight[worker])

        def call() -> None:
            try:
                found = self.all[worker].call(function, *arguments)
            except Exception as error:
                self.in_flight[worker] -= function is cluster_worker.grade
                done.set_exception(error)
            else:
                self.in_flight[worker] -= function is cluster_worker.grade
                done.set_result(found)

        threading.Thread(target=call, daemon=True).start()
        return done


def pickled(value: object) -> bytes:
    return bytes(ForkingPickler.dumps(value))


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(cluster, "_TICK", 0.01)
    monkeypatch.setattr(cluster, "pack", lambda grader: "a parcel")


@pytest.fixture
def grader(tmp_path: Path) -> Any:
    return SimpleNamespace(name="any", course=SimpleNamespace(root=tmp_path, limits=Limits()))


@pytest.fixture
def grade(grader: Any) -> Callable[..., list[Any]]:
    """The results of so many submissions, in order; each comes once."""

    def run(link: FakeLink, count: int, work: Work | None = None) -> list[Any]:
        work = work or Work()
        with cluster.Cluster(link)(grader, work, count) as (executor, note):
            found = list(executor.results(range(count)))
            work.given_again = executor.repeated
        assert sorted(position for position, _ in found) == list(range(count))
        assert not note and set(work.finished.values()) <= {1}
        return [result for _, result in sorted(found, key=lambda each: each[0])]

    return run


def all_graded(count: int) -> list[str]:
    return [f"{number} graded" for number in range(count)]


def test_every_worker_grades_and_is_told_when_it_is_over(grade: Callable[..., list[Any]]) -> None:
    first, second = FakeWorker(), FakeWorker()
    link = FakeLink(a=first, b=second)
    has_begun = [threading.Event(), threading.Event()]
    first.before = lambda students: meet(*has_begun)
    second.before = lambda students: meet(*reversed(has_begun))
    assert grade(link, 200) == all_graded(200)
    assert first.graded and second.graded and len(first.graded + second.graded) == 200
    assert max(link.most.values()) <= cluster.AHEAD
    assert first.asked[:2] == ["greet", "prepare"] and first.asked[-1] == "end"


def meet(mine: threading.Event, others: threading.Event) -> None:
    """Wait until both workers have a batch."""
    mine.set()
    others.wait(10)


def test_calls_that_were_made_again_are_counted(grade: Callable[..., list[Any]]) -> None:
    worker, work = FakeWorker(), Work()
    usual = worker.outcome
    worker.outcome = lambda student: usual(student)._replace(repeated=2)
    grade(FakeLink(a=worker), 3, work)
    assert work.repeated == 6


def test_what_is_known_travels_nowhere(grade: Callable[..., list[Any]]) -> None:
    worker = FakeWorker()
    found = grade(FakeLink(a=worker), 40, Work(known=range(1, 40)))
    assert found == ["0 graded", *(f"{number} unchanged" for number in range(1, 40))]
    assert worker.graded == ["student 0"]


def test_a_worker_that_dies_loses_and_repeats_nothing(
    grade: Callable[..., list[Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    dying, other, work = FakeWorker(), FakeWorker(), Work()

    def die(students: list[str]) -> None:
        dying.joined = False
        raise OSError("the connection was closed")

    dying.before = die
    assert grade(FakeLink(a=dying, b=other), 100, work) == all_graded(100)
    assert 0 < work.given_again <= cluster.BATCH  # what it had not begun is not repeated
    said = capsys.readouterr().err
    assert f"Worker {FIRST} ended. Others grade the " in said and SECOND not in said


def test_a_submission_with_which_every_worker_dies_costs_its_own_line(
    grade: Callable[..., list[Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    workers = [FakeWorker(), FakeWorker()]
    died = []

    def die(students: list[str]) -> None:
        if "student 15" in students:
            died.append(len(students))
            raise OSError("the connection was closed")

    for worker in workers:
        worker.before = die
    found = grade(FakeLink(a=workers[0], b=workers[1]), 100)
    assert isinstance(found[15], ProcessEnded)  # the last one of its batch
    assert found[:15] + found[16:] == [text for text in all_graded(100) if text != "15 graded"]
    assert len(died) == cluster_submissions.LOSSES and died[1:] == [
        1,
        1,
    ]  # no others go with it again


def test_a_worker_that_hangs_is_named_and_its_late_results_are_dropped(
    grade: Callable[..., list[Any]],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cluster, "SILENT_SECONDS", 0.3)
    hanging, other = FakeWorker(), FakeWorker()
    goes_on, has_begun = threading.Event(), threading.Event()
    held: set[str] = set()

    def hang(students: list[str]) -> None:
        hanging.beats = goes_on.is_set()
        held.update(students)
        has_begun.set()
        goes_on.wait(10)
        hanging.beats = True

    def work_slowly(students: list[str]) -> None:
        has_begun.wait(10)
        time.sleep(0.01)
        if held & set(other.graded):
            goes_on.set()
            time.sleep(0.3)

    hanging.before, other.before = hang, work_slowly
    assert grade(FakeLink(a=hanging, b=other), 1500) == all_graded(1500)
    assert len(hanging.graded) + len(other.graded) > 1500  # some were graded by both
    said = capsys.readouterr().err
    assert f"Worker {FIRST} has given no sign of life for 0.3 seconds. Others grade the" in said
    assert f"Worker {FIRST} answers again." in said


def test_a_late_result_is_not_taken_for_what_is_graded_next(
    grader: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where a run grades again what its journal has lost."""
    monkeypatch.setattr(cluster, "SILENT_SECONDS", 0.3)
    hanging, other = FakeWorker(), FakeWorker()
    has_begun, goes_on = threading.Event(), threading.Event()

    def hang(students: list[str]) -> None:
        hanging.beats = goes_on.is_set()
        has_begun.set()
        goes_on.wait(10)

    def wait_for_it(students: list[str]) -> None:
        goes_on.set()
        time.sleep(0.3)

    hanging.before, other.before = hang, lambda students: has_begun.wait(10) and None
    link, work = FakeLink(a=hanging, b=other), Work()
    with cluster.Cluster(link)(grader, work, 20) as (executor, _):
        assert len(list(executor.results(range(20)))) == 20 and not hanging.graded
        other.before = wait_for_it
        found = sorted(executor.results(range(20, 40)))
    assert hanging.graded
    assert found == [(number, f"{number + 20} graded") for number in range(20)]


def test_a_worker_whose_batch_takes_too_long_is_named(
    grade: Callable[..., list[Any]],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its process may hang while the worker itself answers."""
    monkeypatch.setattr(cluster, "MORE_SECONDS", 0.3 - cluster.BATCH * Limits().total_seconds)
    hanging, other = FakeWorker(), FakeWorker()
    over, has_begun = threading.Event(), threading.Event()

    def hang(students: list[str]) -> None:
        has_begun.set()
        over.wait(10)

    hanging.before = hang
    other.before = lambda students: has_begun.wait(10) and None
    assert grade(FakeLink(a=hanging, b=other), 100) == all_graded(100)
    over.set()
    assert f"Worker {FIRST} is at a batch for too long. Others grade" in capsys.readouterr().err


def test_a_worker_that_joins_late_gets_work(
    grade: Callable[..., list[Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    first, late = FakeWorker(), FakeWorker()
    late.joined = False
    began = threading.Event()

    def join(students: list[str]) -> None:
        late.joined = True
        began.wait(10)

    first.before = join
    late.before = lambda students: began.set()
    assert grade(FakeLink(a=first, b=late), 100) == all_graded(100)
    assert late.graded and f"Worker {SECOND} joined." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"version": ("0.0.1 (abc)", *versions()[1:])}, "it has autograder 0.0.1 (abc), and this"),
        ({"version": ("0\n\x1b[2J", *versions()[1:])}, r"it has autograder 0\n\x1b[2J, and"),
        ({"version": (*versions()[:2], "1.0")}, "it has numpy 1.0, and this is"),
        ({"first": Ready(refused="no seccomp.")}, "it cannot grade: no seccomp.\n"),
        ({"first": Ready(refused="it could not be graded: no")}, "it cannot grade: no.\n"),
        ({"version": ("0.1.0",)}, "it has another version of autograder: "),
        ({"version": None}, "it has another version of autograder: "),
    ],
)
def test_a_worker_that_would_grade_differently_is_not_used(
    grade: Callable[..., list[Any]],
    capsys: pytest.CaptureFixture[str],
    wrong: dict[str, Any],
    words: str,
) -> None:
    odd, other = FakeWorker(), FakeWorker()
    vars(odd).update(wrong)
    assert grade(FakeLink(a=odd, b=other), 50) == all_graded(50)
    assert not odd.graded
    assert ("prepare" in odd.asked) == bool(odd.first.refused)  # the key goes to no other version
    assert f"Worker {FIRST} is not used: {words}" in capsys.readouterr().err


def test_a_worker_without_the_package_is_named(
    grade: Callable[..., list[Any]],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    odd, other = FakeWorker(), FakeWorker()

    def fail(function: Callable[..., Any], *arguments: Any) -> Any:
        raise ModuleNotFoundError("No module named 'autograder'")

    monkeypatch.setattr(odd, "call", fail)
    assert grade(FakeLink(a=odd, b=other), 20) == all_graded(20)
    assert f"Worker {FIRST} is not used: it has no autograder" in capsys.readouterr().err


def test_a_machine_that_fails_is_not_fed_the_class(
    grade: Callable[..., list[Any]], capsys: pytest.CaptureFixture[str]
) -> None:
    """It would be the fastest of all: what it cannot grade others do, and soon it gets no more."""
    broken, other = FakeWorker(), FakeWorker()
    broken.outcome = lambda student: Outcome(fault="it could not be graded: the disk is full")
    has_begun = threading.Event()
    broken.before = lambda students: has_begun.set()
    other.before = lambda students: has_begun.wait(10) and None
    assert grade(FakeLink(a=broken, b=other), 200) == all_graded(200)
    assert len(broken.graded) <= cluster.AHEAD * cluster.BATCH
    said = capsys.readouterr().err
    assert said.count("is not used: it cannot grade: the disk is full") == 1


def test_a_fault_on_every_machine_is_the_submissions_line(grade: Callable[..., list[Any]]) -> None:
    workers = [FakeWorker(), FakeWorker()]
    for worker in workers:
        usual = worker.outcome
        worker.outcome = lambda student, usual=usual: (  # type: ignore[misc]
            Outcome(fault="a bug") if student == "student 3" else usual(student)
        )
    found = grade(FakeLink(a=workers[0], b=workers[1]), 50)
    assert found == [*all_graded(3), "3: a bug", *all_graded(50)[4:]]
    assert [w.graded.count("student 3") for w in workers] == [1, 1]


def test_a_grading_process_that_ends_is_started_again(
    grade: Callable[..., list[Any]],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    worker = FakeWorker()
    answers = iter([Answer(ended="signal 9"), Answer(ended="exit status 1"), Answer()])
    usual = worker.call

    def call(function: Callable[..., Any], *arguments: Any) -> Any:
        ended = next(answers, None) if function is cluster_worker.grade else None
        return ended or usual(function, *arguments)

    monkeypatch.setattr(worker, "call", call)
    assert grade(FakeLink(a=worker), 100) == all_graded(100)
    said = capsys.readouterr().err
    assert f"Worker {FIRST}: its grading process ended (signal 9) and is started again." in said
    assert len(worker.graded) == 100 and worker.asked.count("prepare") >= 2


def test_results_do_not_pile_up_behind_a_slow_submission(
    grade: Callable[..., list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster_submissions, "WINDOW", 60)
    slow, fast = FakeWorker(), FakeWorker()
    over = threading.Event()

    def be_slow(students: list[str]) -> None:
        if "student 0" in students:
            over.wait(10)

    slow.before = fast.before = be_slow
    timer = threading.Timer(0.5, lambda: (seen.extend(slow.graded + fast.graded), over.set()))
    seen: list[str] = []
    timer.start()
    assert grade(FakeLink(a=slow, b=fast), 400) == all_graded(400)
    assert 20 < len(seen) <= 60 + cluster.AHEAD * cluster.BATCH


def test_without_workers_the_run_ends_with_a_sentence(
    grade: Callable[..., list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "WAIT_SECONDS", 0.2)
    with pytest.raises(MachineFault, match=r"8786 has no worker for 0.2 seconds. Start some"):
        grade(FakeLink(), 5)
    worker = FakeWorker()
    worker.version = ("other", "3.1", "1.0")
    with pytest.raises(MachineFault, match=r"no worker that can be used for 0.2 seconds"):
        grade(FakeLink(a=worker), 5)


def test_a_scheduler_that_ends_is_told(
    grade: Callable[..., list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    link = FakeLink(a=FakeWorker())
    gone: Future[Any] = Future()
    gone.set_exception(OSError("closed"))
    monkeypatch.setattr(link, "workers", lambda: gone)
    with pytest.raises(MachineFault, match=r"no longer answers. What was graded so far is kept"):
        grade(link, 5)


def test_no_log_shows_what_is_sent() -> None:
    assert repr(Sealed(b"the course's key")) == "<16 bytes>"
    assert "key" not in f"{(Sealed(b'the key'),)} {Sealed(b'the key')!s}"


@pytest.fixture(autouse=True)
def _threads_end() -> Iterator[None]:
    yield
    for _ in range(100):
        if threading.active_count() < 3:
            return
        time.sleep(0.02)
