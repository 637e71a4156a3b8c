"""A student, with all that a course knows of who it is."""

from __future__ import annotations

from typing import NamedTuple


class Person(NamedTuple):
    """A student: the id here, the name, the e-mail address, and the id in the learning platform.
    What nobody entered is empty."""

    id: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    lms_user_id: str = ""
