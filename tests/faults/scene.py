"""A course on which a fault is provoked, and what has to be equal when it is over."""

from __future__ import annotations

import contextlib
import csv
import json
import os
import random
import re
import shutil
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import psutil
import sqlalchemy
from nbgrader.api import Gradebook
from traitlets.config import Config

from autograder.classroom.journal import read_reports
from autograder.classroom.write_page import write_class
from autograder.course import load_course
from autograder.nbgrader.audit import read as read_audit
from autograder.nbgrader.export import GradesCsv
from autograder.nbgrader.platform import Nbgrader
from tests.conftest import NAME, ROOT, course_text
from tests.faults.running import Ended, Running
from tests.helpers.answers import WRONG
from tests.helpers.gradebook_rows import rows
from tests.helpers.nbgrader_commands import solve
from tests.helpers.postgresql import Server
from tests.helpers.processes import open_to_all
from tests.helpers.released import build
from tests.helpers.users import SOMEBODY, become_somebody

SOLUTION = (ROOT / "solutions" / NAME / f"{NAME}.py").read_text()
#: A right answer that computes long enough for a fault to come in the middle.
BUSY = """

# %%
import time
until = time.process_time() + 0.25
while time.process_time() < until:
    pass
"""
#: How long grading took, in reports, on the class page and in its table.
_TIMING = re.compile(
    rb'"seconds": [\d.e-]+|<dt>(?:Median time to grade|Slowest)</dt><dd>.*?</dd>'
    rb'|<td class="n">[\d.]+</td></tr>|,[\d.e-]+(?=\r\n)'
)
_AUTOGRADER = (sys.executable, "-m", "autograder")
_POINTS = """
SELECT sa.student_id || '/' || bc.name, g.auto_score FROM grade g
JOIN submitted_notebook sn ON g.notebook_id = sn.id
JOIN submitted_assignment sa ON sn.assignment_id = sa.id
JOIN base_cell bc ON g.cell_id = bc.id WHERE g.auto_score IS NOT NULL
"""
_TABLES = ("grade", "comment", "submitted_assignment", "submitted_notebook", "student")


def make_template(folder: Path) -> Path:
    """A course that is built, with what five students handed in; nothing is graded."""
    course = folder / "template"
    hidden = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "solutions", course / "solutions", ignore=hidden)
    text = course_text()
    (course / "course.toml").write_text(f"{text}\n[late]\npercent_per_day = 10\n")
    shutil.copyfile(ROOT / "nbgrader_config.py", course / "nbgrader_config.py")
    build(load_course(course), NAME)
    load_course(course).key()
    wrong = next(answer for answer in WRONG if answer.wrong == {"backward"})
    hand_in(course, "ada", notebook=True)
    hand_in(course, "bob", f"{SOLUTION}\n\n{wrong.source}", late=True)
    hand_in(course, "cyd", f"{SOLUTION}\n\n# %%\ndef loss(y, t):\n    return 'much'\n")
    hand_in(course, "dan", SOLUTION + BUSY)
    hand_in(course, "eve", f"{SOLUTION}\n\n# %%\nprint('shown')\n", late=True)
    (course / "submitted" / "eve" / NAME / "notes.txt").write_text("beside\n")
    return course


def hand_in(
    course: Path, student: str, script: str = "", notebook: bool = False, late: bool = False
) -> Path:
    """What a student hands in: a script, or the notebook filled in."""
    folder = course / "submitted" / student / NAME
    folder.mkdir(parents=True)
    day = 17 if late else 14
    (folder / "timestamp.txt").write_text(f"2027-01-{day} 12:00:00 UTC")
    if notebook:
        released = json.loads((course / "assignments" / NAME / f"{NAME}.ipynb").read_text())
        (folder / f"{NAME}.ipynb").write_text(json.dumps(solve(released)))
    else:
        (folder / f"{NAME}.py").write_text(script)
    return folder


@dataclass
class Scene:
    """A course folder in a folder of its own, where commands are run."""

    place: Path
    rng: random.Random = field(default_factory=lambda: random.Random(16))
    #: How many processes stand between a command and the deepest one, a submission's; and one more.
    deepest: ClassVar[int] = 0
    #: The seconds of an undisturbed run on this machine, as busy as it is now.
    whole: ClassVar[float] = 0.0
    #: What puts right what the fault had spoiled for good, before the run that must be as ever.
    after: list[Callable[[], object]] = field(default_factory=list)
    #: Where the gradebook is, if in PostgreSQL.
    server: Server | None = None
    #: What a reader of the table should know besides.
    note: str = ""

    @classmethod
    def of(cls, template: Path, place: Path, seed: int = 16) -> Scene:
        """A copy of a course."""
        place.mkdir(parents=True, exist_ok=True)
        shutil.copytree(template, place / "course", symlinks=True)
        (place / "tmp").mkdir(mode=0o777)
        return cls(place, random.Random(seed))

    @property
    def course(self) -> Path:
        return self.place / "course"

    @property
    def gradebook(self) -> Path:
        return self.course / "gradebook.db"

    @property
    def journal(self) -> Path:
        return self.course / ".autograder" / f"{NAME}.sqlite"

    def submitted(self, student: str) -> Path:
        return self.course / "submitted" / student / NAME

    def autograded(self, student: str) -> Path:
        return self.course / "autograded" / student / NAME

    def start(self, *command: str, cwd: Path | None = None, **options: Any) -> Running:
        """Start a command of this Python's environment in the course's folder."""
        binaries = Path(sys.executable).parent
        environment = {
            **os.environ,
            "PATH": f"{binaries}{os.pathsep}{os.environ['PATH']}",
            "TMPDIR": str(self.place / "tmp"),
            "PYTHONWARNINGS": "ignore",
            **options.pop("environment", {}),
        }
        log = self.place / f"said-{time.monotonic_ns()}.txt"
        return Running(command, log, environment, cwd=cwd or self.place, **options)

    def start_grade(self, *options: str, before: tuple[str, ...] = (), **given: Any) -> Running:
        """Start ``autograder grade``, ``before`` which a command may stand that starts it."""
        return self.start(*before, *self.autograder("grade"), *options, **given)

    def autograder(self, command: str) -> tuple[str, ...]:
        """One of `autograder`'s commands on this course."""
        return (*_AUTOGRADER, command, NAME, "--course", str(self.course))

    def grade(self, *options: str, **given: Any) -> Ended:
        """Run ``autograder grade`` to its end."""
        return self.start_grade(*options, **given).wait()

    def grade_on_one_core(self) -> Ended:
        """Run it in half of the computing time, with one grading process."""
        core = self.rng.choice(sorted(os.sched_getaffinity(0)))
        return self.grade(prepare=lambda: os.sched_setaffinity(0, {core}))

    def first_is_graded(self) -> bool:
        """Whether somebody's graded notebook is there."""
        return any((self.course / "autograded").glob(f"*/{NAME}"))

    def submissions(self, running: Running) -> list[psutil.Process]:
        """The processes of submissions that run now."""
        return [process for depth, process in running.family() if depth == self.deepest]

    def busy(self, running: Running) -> list[psutil.Process]:
        """The processes of submissions that have been computing for a while."""
        found = []
        for process in self.submissions(running):
            with contextlib.suppress(psutil.Error):
                if process.cpu_times().user > 0.05:
                    found.append(process)
        return found

    def owned_by_nobody(self) -> Callable[[], None]:
        """Give everything to an ordinary user, and what makes a command run as that one."""
        open_to_all(self.place)
        if os.geteuid() != 0:
            return lambda: None
        for path in (self.place, *self.place.rglob("*")):
            os.chown(path, SOMEBODY, SOMEBODY, follow_symlinks=False)
        return become_somebody

    def pause(self, most: float) -> None:
        """Wait for a random time."""
        time.sleep(self.rng.uniform(0, most))

    # What has to be equal.

    def state(self) -> dict[str, Any]:
        """Everything that an operator would miss: gradebook, ``autograded/``, reports, the class
        page, and both tables for spreadsheets."""
        course = load_course(self.course)
        gradebook = rows(course.gradebook_url)
        place = self.place / "report"
        write_class(course, NAME, Nbgrader(course, NAME), place)
        found: dict[str, Any] = {
            **{f"gradebook: {table}": gradebook[table] for table in _TABLES},
            "points": self.points(),
            "reports": [report.to_json() for report in read_reports(course, NAME)],
            "export": _exported(self.course, course.gradebook_url, self.place / "grades.csv"),
            "files of the course": sorted(
                str(path.relative_to(self.course))
                for path in self.course.rglob("*")
                if "__pycache__" not in path.parts and path.suffix not in (".log", ".db")
            ),
            "temporary files": sorted(
                path.name for path in (self.place / "tmp").iterdir() if not _is_trial(path)
            ),
        }
        for folder in (self.course / "autograded", place):
            for path in folder.rglob("*"):
                if path.is_file():
                    found[f"{folder.name}/{path.relative_to(folder)}"] = path.read_bytes()
        shutil.rmtree(place)
        return {key: _without(value, self.place) for key, value in found.items()}

    def points(self) -> dict[str, float]:
        """What is in the gradebook now, by student and cell; waiting cells have no points.

        Whatever may have happened, points that are there must be right.
        """
        url = load_course(self.course).gradebook_url
        if url.startswith("sqlite") and not self.gradebook.exists():
            return {}
        engine = sqlalchemy.create_engine(url)
        with engine.connect() as connection:
            graded = connection.execute(sqlalchemy.text(_POINTS))
            found = {str(cell): float(points) for cell, points in graded}
        engine.dispose()
        return found

    def unaudited(self) -> list[str]:
        """Who has other points than the last row of the audit says."""
        sums: dict[str, float] = {}
        for cell, points in self.points().items():
            student = cell.partition("/")[0]
            sums[student] = sums.get(student, 0.0) + points
        entries = read_audit(load_course(self.course), NAME) if sums else ()
        said = {entry.student: entry.score_after for entry in entries}
        return [
            f"{student} has {total} points, and the audit says {said.get(student)}"
            for student, total in sums.items()
            if said.get(student) is None or abs(total - said[student]) > 1e-9
        ]


def _exported(folder: Path, url: str, target: Path) -> list[list[str]]:
    config = Config()
    config.CourseDirectory.root = str(folder)
    with Gradebook(url, load_course(folder).id) as gradebook:
        exporter = GradesCsv(config=config)
        exporter.to = str(target)
        exporter.export(gradebook)
    with open(target, newline="", encoding="utf-8") as stream:
        found = sorted(csv.reader(stream))  # nbgrader has them in no order
    target.unlink()
    return found


def _without(value: Any, place: Path) -> Any:
    """Without what differs in every course and every run: its place, and how long it took."""
    if isinstance(value, bytes):
        for folder in ("disk/course", "course"):
            value = value.replace(f"{place}/{folder}".encode(), b"COURSE")
        return _TIMING.sub(b"", value)
    if isinstance(value, list):
        return [_without(item, place) for item in value]
    return _without(value.encode(), place).decode() if isinstance(value, str) else value


def differences(found: Mapping[str, Any], wanted: Mapping[str, Any]) -> list[str]:
    """What differs between two states, a line each."""
    lines = []
    for key in sorted({*found, *wanted}):
        one, other = found.get(key), wanted.get(key)
        if one == other:
            continue
        if isinstance(one, list) and isinstance(other, list):
            more = [item for item in one if item not in other]
            less = [item for item in other if item not in one]
            lines.append(f"{key}: {_short(more)} in the place of {_short(less)}")
        else:
            lines.append(f"{key}: {_short(one)} in the place of {_short(other)}")
    return lines


def _short(value: Any) -> str:
    text = re.sub(r"\s+", " ", repr(value))
    return text if len(text) < 400 else f"{text[:400]}…"


def _is_trial(path: Path) -> bool:
    """Whether Python made it to see whether it may write there; kill -9 may leave it."""
    found = path.is_file() and path.stat().st_size <= 4
    return found and path.read_bytes() in (b"", b"blat") and len(path.name) == 8
