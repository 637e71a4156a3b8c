"""nbgrader's plug-in for late work, which asks ``course.toml``; `autograder.settings` puts it in."""

from __future__ import annotations

from pathlib import Path

from nbgrader.plugins import LateSubmissionPlugin

from autograder.course import load_course
from autograder.late import late_penalty, seconds_late


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
