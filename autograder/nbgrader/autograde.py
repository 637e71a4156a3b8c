"""Runs our grader behind ``nbgrader autograde``, its programming interface and formgrader's button.

Exercises of the course go to ``autograder grade`` in a separate process: grading processes cannot
safely be forked from a long-running Jupyter server with threads. Everything else goes to nbgrader's
own preprocessors and kernel, unchanged.
"""

from __future__ import annotations

import fnmatch
import glob
import logging
import os
import re
import signal
import sys
from collections.abc import Callable, Collection
from pathlib import Path
from types import TracebackType

import nbgrader.api
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.apps import api, autogradeapp, generatefeedbackapp
from nbgrader.converters import Autograde
from nbgrader.converters.base import NbGraderException
from traitlets import Bool

from autograder import interrupts
from autograder.course import COURSE_FILE, CourseError
from autograder.faults import MachineFault
from autograder.nbgrader.database import same_database
from autograder.nbgrader.engine import nbgraders_engine
from autograder.nbgrader.feedback import CompleteFeedback, FeedbackExporter
from autograder.nbgrader.removed import still_removed
from autograder.nbgrader.revisions import newest_revision
from autograder.nbgrader.working_folder import course_of
from autograder.sandbox import interpreter
from autograder.text import listed, visible_name, visible_text


def install() -> None:
    """Patch nbgrader's command and its programming interface to use `ContainedAutograde`, and its
    gradebook to wait for a database and to start no program for a new one.

    All are hard-coded; there is no setting for them. Unless ``contained`` is set the converter
    behaves as nbgrader's own.
    """
    for module in (autogradeapp, api):
        if not issubclass(module.Autograde, Autograde):
            raise SystemExit(
                f"This version of nbgrader is not supported, since {module.__name__} is another "
                "one: install nbgrader 0.9."
            )
        module.Autograde = ContainedAutograde
    for module in (generatefeedbackapp, api):
        module.GenerateFeedback = CompleteFeedback
    nbgrader.api.create_engine = nbgraders_engine
    nbgrader.api.get_alembic_version = newest_revision
    sys.excepthook = _tell
    # If formgrader is loaded, as in Jupyter, it renders its pages as feedback is rendered.
    formgrader = sys.modules.get("nbgrader.server_extensions.formgrader.formgrader")
    if formgrader is not None:
        formgrader.HTMLExporter = FeedbackExporter  # type: ignore[attr-defined]


def _tell(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """What ends one of nbgrader's programs: a fault of the machine is one sentence."""
    if isinstance(error, MachineFault):
        print(error, file=sys.stderr)
    else:
        sys.__excepthook__(kind, error, trace)


class ContainedAutograde(Autograde):  # type: ignore[misc]  # nbgrader has no types
    """nbgrader's converter; exercises of the course go to the contained grader."""

    contained = Bool(False, help="Grade the course's exercises contained.").tag(config=True)

    def init_notebooks(self) -> None:
        """Find the submissions: folders for our grader, notebooks for nbgrader's.

        A folder for our grader need not hold a notebook. Where none is for ours, everything is
        nbgrader's own.
        """
        self._ours: dict[str, list[str]] = {}
        self._refused: list[str] = []
        found = self._found_with_ours()
        if not found:
            super().init_notebooks()
            return
        self.assignments = {}
        refused: set[str] = set()
        for folder, name, student in found:
            notebooks = set(glob.glob(f"{glob.escape(folder)}/{self.coursedir.notebook_id}.ipynb"))
            if self._course.has_exercise(name):
                if other := self._other_than_asked():
                    refused.add(self._refusal(name, other))
                    continue
                if fnmatch.fnmatch(name, self.coursedir.notebook_id):
                    self._ours.setdefault(name, []).append(student)
                notebooks = self._known(notebooks - {f"{folder}/{name}.ipynb"}, name)
                notebooks = notebooks if self._is_folder(name, student) else set()
            if notebooks:
                self.assignments[folder] = sorted(notebooks)
        self._refused = sorted(refused)

    def _found_with_ours(self) -> list[tuple[str, str, str]]:
        """The requested submissions, if some are for our grader; else none."""
        try:
            course = course_of(self) if self.contained else None
            if course is None:
                return []
            found = self._folders()
            gone = still_removed(course, {student for *_, student in found})
        except CourseError as error:
            raise self._as_nbgrader_error(str(error)) from None
        self._course = course
        if gone:
            self.log.warning(
                "Not graded, since they were removed: %s", listed([*map(visible_name, gone)])
            )
            excluded = filter(None, self.coursedir.student_id_exclude.split(","))
            self.coursedir.student_id_exclude = ",".join([*excluded, *gone])
        return found if any(course.has_exercise(name) for _, name, _ in found) else []

    def convert_notebooks(self) -> None:
        """Grade everything; raises `NbGraderException` when something could not be graded."""
        failed = list(self._refused)
        for refusal in failed:
            self.log.error("%s", refusal)
        if self.assignments:
            try:
                super().convert_notebooks()
            except NbGraderException as error:
                failed.append(str(error))
        for name, students in self._ours.items():
            failed += self._grade(name, students)
        if failed:
            raise NbGraderException("\n".join(failed))

    def _other_than_asked(self) -> str:
        """What nbgrader is told that our grader cannot do, in words, or ""."""
        root = self._course.root
        for step, told in (
            ("submitted", self._format_source("name", "student")),
            ("autograded", self._format_dest("name", "student")),
        ):
            if os.path.normpath(told) != str(root / step / "student" / "name"):
                return f"takes another folder than {root / step}/<student>/<assignment>"
        if not same_database(self.coursedir.db_url, self._course.gradebook_url, root):
            return "takes another gradebook"
        if not self.config.Execute.get("enabled", True):
            return "runs nothing"
        return ""

    def _refusal(self, name: str, other: str) -> str:
        return (
            f"This nbgrader {other}, so that nothing was graded of {name}, which is graded only as "
            f"{self._course.root / COURSE_FILE} says: leave out that option or setting."
        )

    def _as_nbgrader_error(self, message: str) -> NbGraderException:
        self.log.error(message)
        return NbGraderException(message)

    def _folders(self) -> list[tuple[str, str, str]]:
        """The requested submissions' folders, each with its assignment and student."""
        pattern = self._format_source("(?P<assignment>[^/]*)", "(?P<student>[^/]*)", escape=True)
        wanted = self._format_source(self.coursedir.assignment_id, self.coursedir.student_id)
        found = [(path, re.fullmatch(pattern, path)) for path in sorted(glob.glob(wanted))]
        return [(path, match["assignment"], match["student"]) for path, match in found if match]

    def _known(self, notebooks: Collection[str], name: str) -> set[str]:
        """The notebooks that are in the gradebook; others, which students added, are not graded."""
        if not notebooks:
            return set()
        with Gradebook(self._course.gradebook_url, self._course.id) as gradebook:
            try:
                known = {notebook.name for notebook in gradebook.find_assignment(name).notebooks}
            except MissingEntry:
                known = set()
        return {path for path in notebooks if Path(path).stem in known}

    def _grade(self, name: str, found: Collection[str]) -> list[str]:
        """Run ``autograder grade`` and log its output; the errors.

        ``found`` are the students whose folders were found.
        """
        unknown = set() if self.create_student else set(found) - self._students()
        failed = [f"No student with ID '{s}' exists in the database" for s in sorted(unknown)]
        links = [student for student in found if not self._is_folder(name, student)]
        failed += [f"What {s} handed in for {name} is a link or not a folder" for s in links]
        failed = [visible_text(line) for line in failed]
        for line in failed:
            self.log.error("%s", line)
        left_out = {*unknown, *links, *self.coursedir.student_id_exclude.split(",")}
        students = [student for student in found if student not in left_out]
        if not students:
            return failed
        self.log.info("Grading %s, contained: %d submissions", name, len(students))
        options = ["--force"] if self.force else []
        if self.coursedir.student_id != "*" or len(students) < len(found):
            options += [f"--student={student}" for student in students]
        for student in students:
            self._run_hook(self.run_pre_convert_hook, name, student)
        failed += self._run("grade", name, "--course", str(self._course.root), *options)
        for student in students:
            if Path(self._format_dest(name, student)).is_dir():
                self._try_permissions(name, student)
                self._run_hook(self.run_post_convert_hook, name, student)
        return failed

    def _run_hook(self, run: Callable[[], None], name: str, student: str) -> None:
        """Run the instructor's hook, if there is one, as nbgrader does for a submission."""
        path = f"{self._format_source(name, student)}/{name}.ipynb"
        self.notebooks = [path] if os.path.isfile(path) else []
        run()

    def _try_permissions(self, name: str, student: str) -> None:
        """Set permissions; a failure is logged, since another user or run may own the files."""
        try:
            self.set_permissions(name, student)
        except OSError as error:
            warning = f"The permissions of {error.filename} were not set: {error.strerror}."
            self.log.warning("%s", visible_text(warning))

    def _is_folder(self, name: str, student: str) -> bool:
        """Whether it is a folder and not a link, which could lead to another student's work."""
        folder = Path(self._format_source(name, student))
        return folder.is_dir() and not (folder.is_symlink() or folder.parent.is_symlink())

    def _students(self) -> set[str]:
        with Gradebook(self._course.gradebook_url, self._course.id) as gradebook:
            return {student.id for student in gradebook.students}

    def _run(self, *arguments: str) -> list[str]:
        """Run a command of ``autograder`` and log its output; its errors if it failed."""
        try:
            done = interpreter.run(interpreter.child(interpreter.COMMAND, *arguments))
        except KeyboardInterrupt:
            self.log.error("Interrupted. What was graded so far is kept: run it again to go on.")
            if isinstance(self.parent, autogradeapp.AutogradeApp):
                signal.signal(signal.SIGINT, signal.SIG_IGN)  # the command ends now
                raise SystemExit(interrupts.STATUS) from None
            raise
        for line in done.stdout.splitlines():
            self.log.info("%s", line)
        messages = done.stderr.splitlines()
        for line in messages:
            self.log.log(logging.ERROR if done.returncode else logging.INFO, "%s", line)
        return ["\n".join(messages)] if done.returncode else []
