"""Plugins for nbgrader that apply late penalties; `autograder.nbgrader.config` installs them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook
from nbgrader.plugins import LateSubmissionPlugin
from nbgrader.preprocessors import GetGrades

from autograder.course import load_course
from autograder.late import late_penalty, seconds_late
from autograder.nbgrader.penalties import update_penalties


class LatePenalties(LateSubmissionPlugin):  # type: ignore[misc]
    """The course's policy, as a plugin of nbgrader's AssignLatePenalties."""

    def late_submission_penalty(
        self, student_id: str, score: float, total_seconds_late: float
    ) -> float | None:
        """The penalty on a notebook's score in points; None for no penalty.

        nbgrader calls this only after its own due date, so that ``course.toml`` can only extend it.
        """
        course = load_course(Path(self.config.CourseDirectory.root))
        name = self.parent.assignment_id
        submission = self.parent.gradebook.find_submission(name, student_id)
        until = course.extended(name, student_id)
        seconds = seconds_late(submission.timestamp, submission.duedate, until)
        return late_penalty(course.late_policy(name), score, seconds)


class GetSettledGrades(GetGrades):  # type: ignore[misc]
    """nbgrader's step that reads the grades for feedback, after an update of the penalties.

    nbgrader sets a penalty only when it grades, which is before marks are given by hand.
    """

    def preprocess(self, nb: Any, resources: Any) -> Any:
        """Update the student's penalty, then run nbgrader's step."""
        course = load_course(Path(self.config.CourseDirectory.root))
        about = resources["nbgrader"]
        with Gradebook(about["db_url"], course.id) as gradebook:
            update_penalties(
                gradebook.db.connection(), course, about["assignment"], about["student"]
            )
            gradebook.db.commit()
        return super().preprocess(nb, resources)
