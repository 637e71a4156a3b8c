"""``course.toml``: what is wrong is named by file and key."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from autograder.__main__ import main
from autograder.course import CourseError, find_course, load_course
from autograder.late import LatePolicy

GOOD = 'id = "c"\n[[assignments]]\nname = "a"\n'
EXTENDED = GOOD + "[[extensions]]\nassignment = 'a'\nuntil = 2027-01-15T12:00:00\n"


def write(folder: Path, text: str) -> Path:
    (folder / "course.toml").write_text(text)
    return folder


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("id = 3 4", "line 1"),
        ('[[assignments]]\nname = "a"\n', "id is missing"),
        ("id = 3\nassignments = []", "id must be a str, not 3"),
        ('id = "c"\nassignments = ["a"]', "[[assignments]] tables"),
        (GOOD + "du = 3", "assignments 1: du is not a key of it. Did you mean 'due'?"),
        (GOOD + 'due = "tomorrow"', "assignments 1: due must be a datetime"),
        (GOOD + "due = 9999-12-31T23:59:59Z", "due must be in a year from 1900 to 9900, not 9999"),
        (GOOD + "due = 0001-01-01T00:00:00+14:00", "must be in a year from 1900 to 9900, not 1"),
        (GOOD + "points = { forward = 0 }", "points.forward must be a number above 0"),
        ('[limits]\nsecond = 1\n[x]\nid = "c"', "id is missing"),
        ("limits = { second = 1 }\n" + GOOD, "limits.second is not a key of it. Did you mean"),
        ("limits = { seconds = -1 }\n" + GOOD, "limits.seconds must be a number above 0"),
        ("limits = { memory_mb = nan }\n" + GOOD, "must be a number above 0"),
        (GOOD + "[late]\ngrace_minutes = 5", "late.percent_per_day is missing"),
        (
            GOOD + "[late]\npercent_per_day = 110",
            "must be a number from 0 and at most 100, not 110",
        ),
        (GOOD + "[late]\npercent_per_day = nan", "late.percent_per_day must be a number"),
        (GOOD + "[late]\npercent_a_day = 5", "late.percent_per_day is missing"),
        (
            GOOD + "late = { percent_per_day = 5, most = 5 }",
            "assignments 1: late.most is not a key",
        ),
        (GOOD + "[[extensions]]\nassignment = 'b'", "extensions 1: the course has no assignment"),
        (GOOD + "[[extensions]]\nassignment = 'a'", "extensions 1: until is missing"),
        (EXTENDED + "student = 3", "extensions 1: student must be a str, not 3"),
        (EXTENDED.replace("-01-15", "") + 'student = "ada"', "cannot be read"),
        ('timezone = "Mars/Olympus"\n' + GOOD, "timezone 'Mars/Olympus' is not known"),
        *(
            (f'gradebook = "{url}"\n' + GOOD, f"gradebook: '{url}' names no file")
            for url in (
                *("sqlite://", "sqlite:///", "sqlite:///?timeout=1", "sqlite+pysqlite://"),
                *("sqlite:///:memory:", "sqlite:///file:x?mode=memory&uri=true", "sqlite:x.db"),
                *("sqlite:///file:x.db?uri=true", "sqlite://grades.db", "sqlite://x/grades.db"),
            )
        ),
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


def test_late_work_and_extensions(tmp_path: Path) -> None:
    text = 'timezone = "Europe/Berlin"\nlate = { percent_per_day = 10 }\n' + EXTENDED
    again = "[[extensions]]\nassignment = 'a'\nstudent = 'ada'\nuntil = 2027-01-14T12:00:00\n"
    more = '[[assignments]]\nname = "b"\nlate = { percent_per_day = 0 }\n'
    course = load_course(write(tmp_path, text + "student = 'ada'\n" + again + more))
    assert course.late_policy("a") == course.late_policy("nbgrader's own") == LatePolicy(10.0)
    assert course.late_policy("b") == LatePolicy(0.0)
    assert course.extended("a", "ada") == datetime.datetime(2027, 1, 15, 11)
    assert course.extended("b", "ada") is course.extended("a", "bob") is None


@pytest.mark.parametrize(
    ("given", "found"),
    [
        (None, "sqlite:///{}/gradebook.db"),
        ("sqlite:///grades.db", "sqlite:///{}/grades.db"),
        ("sqlite:///a b/grades.db?timeout=5", "sqlite:///{}/a b/grades.db?timeout=5"),
        ("sqlite+pysqlite:///grades.db", "sqlite+pysqlite:///{}/grades.db"),
        ("sqlite:////srv/grades.db", "sqlite:////srv/grades.db"),
        ("postgresql://us@db/grades", "postgresql://us@db/grades"),
    ],
)
def test_a_gradebooks_path_is_relative_to_the_course(
    tmp_path: Path, given: str | None, found: str
) -> None:
    text = f'gradebook = "{given}"\n{GOOD}' if given else GOOD
    course = load_course(write(tmp_path, text))
    assert course.gradebook_url == found.format(tmp_path)
    is_file = found.startswith("sqlite")
    assert str(course.gradebook_file) == (
        f"/{found.format(tmp_path).partition(':////')[2].partition('?')[0]}" if is_file else "None"
    )


def test_a_course_may_have_no_assignment_yet(tmp_path: Path) -> None:
    assert load_course(write(tmp_path, 'id = "c"\n')).assignments == []
    assert main(["build", "--course", str(tmp_path)]) == 2


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
