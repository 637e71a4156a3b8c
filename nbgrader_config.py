"""nbgrader's configuration for this course; everything in it comes from course.toml."""

from autograder.nbgrader.config import configure

configure(get_config())  # noqa: F821  (nbgrader provides get_config)
