"""What many tests share: the course, its exercise, and small submissions made of the solution."""

from __future__ import annotations

import functools
import os
import random
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from autograder.course import Course, load_course
from autograder.exercise.answer_key import AnswerKey, Case
from autograder.exercise.solution import Solution, load_solution
from autograder.grade import grade_submission
from autograder.report import Report
from autograder.sandbox.fork_server import ForkServer
from autograder.sandbox.levels import LEVELS, NotContained
from autograder.sandbox.limits import Limits
from autograder.sandbox.worker import ContainedSandbox
from autograder.submission import parse_submission
from tests.helpers import environment

if TYPE_CHECKING:
    from tests.helpers.answers import Answer
    from tests.helpers.classroom import Classroom

ROOT = Path(__file__).resolve().parent.parent
NAME = "sigmoid_network"
#: Files that tests read and never run as tests, whatever their names.
collect_ignore_glob = ["hostile/*", "submissions/*"]
#: What a process that a person starts does at them.
USUAL_SIGNALS: dict[int, Any] = {
    signal.SIGINT: signal.default_int_handler,
    **dict.fromkeys((signal.SIGQUIT, signal.SIGTERM, signal.SIGHUP), signal.SIG_DFL),
}
#: What takes long to start: Chromium, PostgreSQL, nbgrader as it comes.
SLOW_FIXTURES = {"browser", "server", "stock"}
KEY = b"the key of the tests, as good as any other"


def course_text() -> str:
    """The repository's course.toml with its first assignment alone: what is added to it belongs to
    that one."""
    begin, first, *_ = (ROOT / "course.toml").read_text().split("\n[[assignments]]\n")
    return f"{begin}\n[[assignments]]\n{first}"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--pictures", type=Path, help="keep pictures of the browser's steps in here")
    parser.addoption(
        "--every-moment",
        action="store_true",
        help="all faults, kills at 80 moments and not at 12, and all of what is drawn otherwise",
    )
    parser.addoption(
        "--draw",
        type=int,
        default=random.SystemRandom().randrange(10**6),
        metavar="SEED",
        help="draw what an earlier run drew of attempts and notebooks, which it prints",
    )


def pytest_configure(config: pytest.Config) -> None:
    environment.settle()
    if not config.option.basetemp:
        # Each run has its own: pytest closes the one that all share to other users whenever a run
        # begins, and tests let other users in.
        config.option.basetemp = tempfile.mkdtemp(prefix="pytest-of-")
        config.add_cleanup(partial(shutil.rmtree, config.option.basetemp, ignore_errors=True))


def pytest_report_header(config: pytest.Config) -> str:
    every = config.getoption("--every-moment")
    return "all is tried" if every else f"drawn with --draw {config.getoption('--draw')}"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What uses a slow fixture is slow."""
    for item in items:
        if SLOW_FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.slow)


def pytest_collection_finish() -> None:
    """Every new gradebook starts a program to ask for the version of its tables, which takes a
    second; it is always the same."""
    if api := sys.modules.get("nbgrader.api"):
        api.get_alembic_version = functools.cache(api.get_alembic_version)  # type: ignore[attr-defined]


@pytest.fixture(scope="session", autouse=True)
def _usual_signals() -> Iterator[None]:
    """Signals as somebody at a terminal has them. A shell that starts tests in the background, or
    by nohup, has them ignored, and every process that a test starts would inherit that."""
    ignored = [n for n in USUAL_SIGNALS if signal.getsignal(n) is signal.SIG_IGN]
    for number in ignored:
        signal.signal(number, USUAL_SIGNALS[number])
    yield
    for number in ignored:
        signal.signal(number, signal.SIG_IGN)


@pytest.fixture(scope="session", autouse=True)
def _home(tmp_path_factory: pytest.TempPathFactory) -> None:
    """An empty home: nobody's settings count, and programs can write there."""
    os.environ["HOME"] = str(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="session")
def course() -> Course:
    return load_course(ROOT)


@pytest.fixture(scope="session")
def solution(course: Course) -> Solution:
    return load_solution(course, NAME)


@pytest.fixture(scope="session")
def answer_key(solution: Solution) -> AnswerKey:
    return solution.answer_key(KEY)


@pytest.fixture(scope="session")
def functions(solution: Solution) -> dict[str, Any]:
    return dict(solution.functions)


@pytest.fixture(scope="session")
def cases(answer_key: AnswerKey) -> list[Case]:
    return [case for case in answer_key.cases if not case.elsewhere]


@pytest.fixture(scope="session")
def fork_server() -> Iterator[Callable[..., ForkServer]]:
    """Fork servers, one for all tests with the same limits and levels."""
    servers: dict[object, ForkServer] = {}

    def of(limits: Limits, levels: Sequence[str] = LEVELS) -> ForkServer:
        key = limits, tuple(levels)
        if key not in servers:
            try:
                servers[key] = ForkServer(limits, levels)
            except NotContained as error:
                pytest.skip(str(error))
        return servers[key]

    yield of
    for started in servers.values():
        started.close()


@pytest.fixture(scope="session")
def grade(
    solution: Solution, answer_key: AnswerKey, fork_server: Callable[..., ForkServer]
) -> Callable[..., Report]:
    """Grade source text in a real worker."""

    def grade_source(source: str, name: str = "answer.py", seconds: float = 5.0) -> Report:
        submission = parse_submission(name, source.encode())
        forks = fork_server(Limits(seconds=seconds))
        return grade_submission(
            submission, "tester", answer_key, ContainedSandbox(forks), solution.mutants
        )

    return grade_source


@pytest.fixture(scope="session")
def grade_answer(solution: Solution, grade: Callable[..., Report]) -> Callable[[Answer], Report]:
    """Grade an answer of the tables in place of the solution's, each once."""

    @functools.cache
    def graded(answer: Answer) -> Report:
        return grade(f"{solution.source}\n{answer.source}", seconds=answer.seconds)

    return graded


@pytest.fixture(scope="session")
def classroom(tmp_path_factory: pytest.TempPathFactory) -> Classroom:
    """A class of every kind, graded once by nbgrader's command; whoever changes it says so."""
    from tests.helpers.classroom import Classroom

    return Classroom(tmp_path_factory.mktemp("classroom"))


@pytest.fixture
def course_copy(tmp_path: Path) -> Path:
    """A course folder of its own, with the first exercise as it is in the repository."""
    folder = tmp_path / "course"
    folder.mkdir()
    (folder / "course.toml").write_text(course_text())
    shutil.copyfile(ROOT / "nbgrader_config.py", folder / "nbgrader_config.py")
    for name in (f"solutions/{NAME}", f"assignments/{NAME}"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):  # type: ignore[no-untyped-def]
    """Where everything is installed, a skipped test is a test that failed."""
    report = yield
    if report.skipped and os.environ.get("CI") == "true" and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped under CI: {report.longrepr}"
    return report
