"""What `nbgrader release_feedback` does where some work did not come through the exchange."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import notebook_hash
from traitlets.config import Config

from autograder.nbgrader.released_feedback import ReleaseFeedback


# nbgrader leaves the timestamp's file open.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("order", ["{nbgrader_step}/{student_id}", "{student_id}/{nbgrader_step}"])
def test_those_with_a_secret_get_their_page_and_the_others_are_named(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, order: str
) -> None:
    config = Config()
    config.CourseDirectory.root = str(tmp_path)
    config.CourseDirectory.directory_structure = order + "/{assignment_id}"
    config.CourseDirectory.course_id = "backprop"
    config.CourseDirectory.assignment_id = "net"
    config.CourseDirectory.student_id_exclude = "eve"
    config.Exchange.root = str(tmp_path / "exchange")
    (tmp_path / "exchange").mkdir(mode=0o777)
    course = CourseDirectory(config=config)
    for student, files in {
        "ada": ["submission_secret.txt"],
        "bob": ["timestamp.txt"],
        "cyd": ["submission_secret.txt", "timestamp.txt"],
        "dan": ["submission_secret.txt", "timestamp.txt"],
        "eve": [],
    }.items():
        folder = Path(course.format_path("feedback", student, "net"))
        folder.mkdir(parents=True)
        (folder / "net.html").write_text(student)
        for file in files:
            (folder / file).write_text(f"{file} of {student}")

    with caplog.at_level(logging.WARNING):
        ReleaseFeedback(coursedir=course, config=config, log=logging.getLogger()).start()

    released = {
        path.name: path.read_text()
        for path in (tmp_path / "exchange" / "backprop" / "feedback").iterdir()
    }
    assert released == {
        notebook_hash(secret=f"submission_secret.txt of {who}", notebook_id="net") + ".html": who
        for who in ("cyd", "dan")
    }
    (warning,) = caplog.messages
    assert "released to ada, bob: their work did not come through the exchange" in warning
    assert course.student_id_exclude == "eve"
