"""Plugins for nbgrader that apply late penalties; `autograder.nbgrader.config` installs them."""

from __future__ import annotations

from typing import Any

from nbgrader.api import Gradebook
from nbgrader.plugins import BasePlugin, LateSubmissionPlugin
from nbgrader.preprocessors import GetGrades
from traitlets import Type

from autograder.late import late_penalty, seconds_late
from autograder.nbgrader.penalties import update_penalties
from autograder.nbgrader.working_folder import course_of


class LatePenalties(LateSubmissionPlugin):  # type: ignore[misc]
    """The course's policy, as a plugin of nbgrader's AssignLatePenalties."""

    otherwise = Type(
        LateSubmissionPlugin,
        klass=BasePlugin,
        help="The plugin for assignments without a policy in course.toml.",
    ).tag(config=True)

    def late_submission_penalty(
        self, student_id: str, score: float, total_seconds_late: float
    ) -> float | None:
        """The penalty on a notebook's score in points; None for no penalty.

        nbgrader calls this only after its own due date, so that ``course.toml`` can only extend it.
        """
        course, name = course_of(self), self.parent.assignment_id
        policy = course.late_policy(name) if course else None
        if course is None or policy is None:
            other = self.otherwise(parent=self.parent)
            penalty: float | None = other.late_submission_penalty(
                student_id, score, total_seconds_late
            )
            return penalty
        submission = self.parent.gradebook.find_submission(name, student_id)
        until = course.extended(name, student_id)
        seconds = seconds_late(submission.timestamp, submission.duedate, until)
        return late_penalty(policy, score, seconds)


class GetSettledGrades(GetGrades):  # type: ignore[misc]
    """nbgrader's step that reads the grades for feedback, after an update of the penalties.

    nbgrader sets a penalty only when it grades, which is before marks are given by hand. This step
    also reads which marks are still to be given.
    """

    def preprocess(self, nb: Any, resources: Any) -> Any:
        """Update the student's penalty if the course has a policy, then run nbgrader's step."""
        course = course_of(self)
        about = resources["nbgrader"]
        if course is not None and course.late_policy(about["assignment"]):
            with Gradebook(about["db_url"], course.id) as gradebook:
                update_penalties(
                    gradebook.db.connection(), course, about["assignment"], about["student"]
                )
                gradebook.db.commit()
        return super().preprocess(nb, resources)

    def _get_score(self, cell: Any, resources: Any) -> None:
        """Also whether the cell waits for a mark by hand."""
        about = cell.metadata.nbgrader
        grade = self.gradebook.find_grade(
            about["grade_id"], self.notebook_id, self.assignment_id, self.student_id
        )
        about.update(score=grade.score, points=grade.max_score, unmarked=grade.needs_manual_grade)
