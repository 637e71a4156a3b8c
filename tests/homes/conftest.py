"""One small course, built and graded once, from which everything goes to other homes."""

from __future__ import annotations

import pytest

from autograder.authoring.build import build
from autograder.course import Course, load_course
from tests.helpers.small_course import NAME, make_course


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A built course, which nothing changes."""
    root = tmp_path_factory.mktemp("small")
    make_course(root)
    course = load_course(root)
    build(course, NAME)
    course.key()
    return course
