"""What late work costs, in nbgrader's own steps; `autograder.nbgrader.config` puts it there."""

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
    """The course's policy, for nbgrader's own step AssignLatePenalties, which is its parent."""

    def late_submission_penalty(
        self, student_id: str, score: float, total_seconds_late: float
    ) -> float | None:
        """The points taken off a notebook's score; None for none.

        nbgrader asks only when its own due date has passed, so ``course.toml`` can only give more
        time than that.
        """
        course = load_course(Path(self.config.CourseDirectory.root))
        name = self.parent.assignment_id
        submission = self.parent.gradebook.find_submission(name, student_id)
        until = course.extended(name, student_id)
        seconds = seconds_late(submission.timestamp, submission.duedate, until)
        return late_penalty(course.late_policy(name), score, seconds)


class GetSettledGrades(GetGrades):  # type: ignore[misc]
    """nbgrader's step that reads the grades for feedback, with penalties that are up to date.

    nbgrader notes a penalty only when it grades; marks that are given by hand come later.
    """

    def preprocess(self, nb: Any, resources: Any) -> Any:
        """Bring the student's penalty up to date, then do as nbgrader does."""
        course = load_course(Path(self.config.CourseDirectory.root))
        about = resources["nbgrader"]
        with Gradebook(about["db_url"], course.id) as gradebook:
            update_penalties(
                gradebook.db.connection(), course, about["assignment"], about["student"]
            )
            gradebook.db.commit()
        return super().preprocess(nb, resources)
