"""``course.toml``: what is wrong is named by file and key."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from autograder.course import CourseError, find_course, load_course

GOOD = 'id = "c"\n[[assignments]]\nname = "a"\n'


def write(folder: Path, text: str) -> Path:
    (folder / "course.toml").write_text(text)
    return folder


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("id = 3 4", "line 1"),
        ('[[assignments]]\nname = "a"\n', "id is missing"),
        ('id = "c"\n', "assignments is missing"),
        ("id = 3\nassignments = []", "id must be a str, not 3"),
        ('id = "c"\nassignments = ["a"]', "[[assignments]] tables"),
        (GOOD + "du = 3", "assignments 1: du is not a key of it. Did you mean 'due'?"),
        (GOOD + 'due = "tomorrow"', "assignments 1: due must be a datetime"),
        (GOOD + "points = { forward = 0 }", "points.forward must be a number above 0"),
        ('[limits]\nsecond = 1\n[x]\nid = "c"', "id is missing"),
        ("limits = { second = 1 }\n" + GOOD, "limits.second is not a key of it. Did you mean"),
        ("limits = { seconds = -1 }\n" + GOOD, "limits.seconds must be a number above 0"),
        ("limits = { memory_mb = nan }\n" + GOOD, "must be a number above 0"),
        ('timezone = "Mars/Olympus"\n' + GOOD, "timezone 'Mars/Olympus' is not known"),
    ],
)
def test_a_wrong_key_is_named(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(CourseError) as caught:
        load_course(write(tmp_path, text))
    assert words in str(caught.value)
    assert str(tmp_path / "course.toml") in str(caught.value)


def test_a_course_is_found_from_below(tmp_path: Path) -> None:
    below = write(tmp_path, GOOD) / "submitted" / "ada"
    below.mkdir(parents=True)
    assert find_course(below).root == tmp_path.resolve()


def test_no_course_is_said(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match=r"no course\.toml in .* --course"):
        find_course(tmp_path)


def test_an_unknown_assignment_names_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="Did you mean 'a'"):
        load_course(write(tmp_path, GOOD)).assignment("aa")


def test_a_due_date_without_a_zone_is_in_the_courses(tmp_path: Path) -> None:
    text = 'timezone = "Europe/Berlin"\n' + GOOD + "due = 2027-01-15T12:00:00\n"
    due = load_course(write(tmp_path, text)).assignment("a").due
    assert due is not None
    assert due.astimezone(datetime.UTC).hour == 11


def test_the_key_is_made_once_and_only_for_its_owner(tmp_path: Path) -> None:
    course = load_course(write(tmp_path, GOOD))
    key = course.key()
    assert course.key() == key
    assert (tmp_path / "course.key").stat().st_mode & 0o077 == 0


def test_an_empty_key_is_refused(tmp_path: Path) -> None:
    course = load_course(write(tmp_path, GOOD))
    (tmp_path / "course.key").write_text("")
    with pytest.raises(CourseError, match="holds no key"):
        course.key()
