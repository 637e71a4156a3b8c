"""``course.toml``: what is wrong is named by file and key."""

from __future__ import annotations

import dataclasses
import datetime
import itertools
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, NamedTuple, get_args, get_origin, get_type_hints

import pytest

from autograder.__main__ import main
from autograder.course import (
    Assignment,
    Course,
    CourseError,
    Extension,
    Grading,
    find_course,
    load_course,
)
from autograder.late import LatePolicy
from autograder.sandbox.limits import Limits

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
        ("id = 3\nassignments = []", "id must be text in quotes, not 3."),
        ('id = "c"\nassignments = ["a"]', "must be written as [[assignments]] tables, not ['a']"),
        ('titel = "c"', "titel is not a key of it. Did you mean 'title'?"),
        ('id = "c"\n"a\\nb" = 1', r"'a\nb' is not a key of it. There is: id, title,"),
        (GOOD + "du = 3", "assignments 1 ('a'): du is not a key of it. Did you mean 'due'?"),
        (
            GOOD + 'due = "2027-01-15T23:59:00"',
            "assignments 1 ('a'): due must be a date with a time and without quotes, such as "
            "2027-01-15T23:59:00, not '2027-01-15T23:59:00'.",
        ),
        (GOOD + "due = 2027-01-15", "such as 2027-01-15T23:59:00, not 2027-01-15."),
        (GOOD + "count_hints = 'no'", "count_hints must be true or false, not 'no'."),
        (
            'precision = "half"\n' + GOOD,
            'precision must be "single" or "double", not \'half\'.',
        ),
        ("precision = 2\n" + GOOD, 'precision must be "single" or "double", not 2.'),
        (GOOD + "[[assignments]]\nname = 3", "assignments 2: name must be text in quotes, not 3."),
        (GOOD + "[[assignments]]\nnmae = 'b'", "assignments 2: nmae is not a key of it. Did you"),
        (GOOD + "due = 9999-12-31T23:59:59Z", "due must be in a year from 1900 to 9900, not 9999"),
        (GOOD + "due = 0001-01-01T00:00:00+14:00", "must be in a year from 1900 to 9900, not 1"),
        (GOOD + "points = { forward = 0 }", "points.forward must be a number above 0"),
        ('[limits]\nsecond = 1\n[x]\nid = "c"', "x is not a key of it. There is: id, title,"),
        ("limits = { second = 1 }\n" + GOOD, "limits.second is not a key of it. Did you mean"),
        ("limits = { seconds = -1 }\n" + GOOD, "limits.seconds must be a number above 0"),
        ("limits = { memory_mb = nan }\n" + GOOD, "must be a number above 0"),
        (
            "limits = { files = 6.5 }\n" + GOOD,
            "limits.files must be a whole number above 0 and at most 1000000000, not 6.5.",
        ),
        ("limits = { files = true }\n" + GOOD, "must be a whole number above 0"),
        (
            GOOD + "[late]\ngrace_minutes = 5",
            "late.percent_per_day is missing: it must be a number from 0 to 100.",
        ),
        (
            GOOD + "[late]\npercent_per_day = 110",
            "late.percent_per_day must be a number from 0 to 100, not 110.",
        ),
        (GOOD + "[late]\npercent_per_day = nan", "late.percent_per_day must be a number"),
        (
            GOOD + "[late]\npercent_a_day = 5",
            "late.percent_a_day is not a key of it. Did you mean 'percent_per_day'?",
        ),
        (
            GOOD + "late = { percent_per_day = 5, most = 5 }",
            "assignments 1 ('a'): late.most is not a key",
        ),
        (
            EXTENDED.replace("assignment = 'a'", "assignment = 'aa'") + "student = 'ada'",
            "extensions 1: assignment must be one of the course's, not 'aa'. Did you mean 'a'?",
        ),
        (
            EXTENDED.partition("until")[0] + "student = 'ada'",
            "extensions 1: until is missing: it must be a date with a time",
        ),
        (EXTENDED + "student = 3", "extensions 1: student must be text in quotes, not 3"),
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


#: What each type may be in TOML; nothing else is taken for it.
FITTING: dict[Any, list[str]] = {
    str: ['"UTC"', '"2027-01-15T12:00:00"', '"single"', '"double"'],
    bool: ["true"],
    int: ["3"],
    float: ["3", "3.5"],
    datetime.datetime: ["2027-01-15T12:00:00", "2027-01-15T12:00:00Z"],
    Sequence: ["[]"],
    Mapping: ["{}"],
    Literal: ['"single"', '"double"'],
}
OTHERS = "-1 1000000001 1e300 nan inf -inf 2027-01-15 12:00:00 0001-01-01T00:00:00 [1] [[]]".split()
LITERALS = sorted({*OTHERS, *itertools.chain(*FITTING.values())})


class Key(NamedTuple):
    """A key of course.toml: the dataclasses and fields that lead to it, and its type."""

    steps: tuple[tuple[Any, str], ...]
    type: Any

    def written(self, table: Mapping[str, Any]) -> str:
        """A course with this for the table in which the key stands."""
        for kind, name in reversed(self.steps[:-1]):
            value = [table] if plain(types_of(kind)[name]) is Sequence else table
            table = {**required(kind), name: value}
        table = {"assignments": [{"name": '"UTC"'}], **table}
        return "\n".join(f"{key} = {toml(value)}" for key, value in table.items())

    def with_value(self, literal: str) -> str:
        kind, name = self.steps[-1]
        return self.written({**required(kind), name: literal})

    def place(self) -> str:
        """Where a sentence says that the key is."""
        named = self.steps[-1] != (Assignment, "name")  # which is what is wrong with it
        where = ""
        for kind, name in self.steps[:-1]:
            several = plain(types_of(kind)[name]) is Sequence
            label = " ('UTC')" if name == "assignments" and named else ""
            where += f"{name} 1{label}: " if several else f"{name}."
        return f"course.toml: {where}{self.steps[-1][1]}"


def types_of(kind: Any) -> dict[str, Any]:
    """The keys of a table. None is no type of TOML's, and ``root`` no key."""
    if kind is dict:
        return {}
    hints = get_type_hints(kind, include_extras=True)
    first = {n: get_args(t)[0] if get_origin(t) is UnionType else t for n, t in hints.items()}
    return {name: first[name] for name in first if name != "root"}


def plain(kind: Any) -> Any:
    """A type without bounds: `Mapping` for a table, `Sequence` for several."""
    if dataclasses.is_dataclass(kind):
        return Mapping
    origin = get_origin(kind)
    return get_args(kind)[0] if origin is Annotated else origin or kind


def required(kind: Any) -> dict[str, str]:
    """What a table must hold."""
    fields = () if kind is dict else dataclasses.fields(kind)
    names = {field.name for field in fields if field.default is field.default_factory}
    return {n: FITTING[plain(t)][0] for n, t in types_of(kind).items() if n in names}


def without(name: str, kind: Any) -> dict[str, str]:
    """What a table must hold, but for one key."""
    return {other: literal for other, literal in required(kind).items() if other != name}


def toml(value: Any) -> str:
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{key} = {toml(item)}' for key, item in value.items())} }}"
    return f"[{', '.join(map(toml, value))}]" if isinstance(value, list) else str(value)


def keys(kind: Any, steps: tuple[tuple[Any, str], ...] = ()) -> Iterator[Key]:
    """The keys of a table, and those of the tables in it."""
    for name, declared in types_of(kind).items():
        here = (*steps, (kind, name))
        yield Key(here, declared)
        if dataclasses.is_dataclass(declared):
            yield from keys(declared, here)
        elif plain(declared) is Sequence:
            yield from keys(get_args(declared)[0], here)
        elif plain(declared) is Mapping:
            yield Key((*here, (dict, "forward")), get_args(declared)[1])


KEYS = list(keys(Course))
every_key = pytest.mark.parametrize("key", KEYS, ids=lambda key: ".".join(n for _, n in key.steps))


def refusal(folder: Path, text: str) -> str:
    """What a course is refused with, from the file's name on."""
    with pytest.raises(CourseError) as caught:
        load_course(write(folder, text))
    said = str(caught.value)
    assert said.startswith(f"{folder}/course.toml: ") and said.isprintable() and len(said) < 500
    return said.removeprefix(f"{folder}/")


def test_all_tables_are_reached() -> None:
    tables = {kind for key in KEYS for kind, _ in key.steps}
    assert tables == {Course, Assignment, Extension, Grading, Limits, LatePolicy, dict}
    assert len({key.steps for key in KEYS}) == len(KEYS)


@every_key
def test_a_value_of_another_type_is_refused(tmp_path: Path, key: Key) -> None:
    for literal in set(LITERALS) - set(FITTING[plain(key.type)]):
        said = refusal(tmp_path, key.with_value(literal))
        assert said.startswith(f"{key.place()} must be "), literal
        assert said.endswith(".") and said.count(". ") == 0, literal


@every_key
def test_a_value_that_fits_is_taken(tmp_path: Path, key: Key) -> None:
    if not dataclasses.is_dataclass(key.type):
        for literal in FITTING[plain(key.type)][: 1 if plain(key.type) is str else None]:
            assert load_course(write(tmp_path, key.with_value(literal)))


@every_key
def test_a_number_has_bounds(tmp_path: Path, key: Key) -> None:
    """What is beyond them is named; the bounds themselves are taken, but for "above 0"."""
    if plain(key.type) in (int, float):
        (bounds,) = key.type.__metadata__
        beyond = [bounds.le + 1, -1 if bounds.gt is None else 0]
        for number in beyond:
            said = refusal(tmp_path, key.with_value(str(number)))
            assert said.startswith(f"{key.place()} must be a ") and said.endswith(f" {number}.")
        for number in {bounds.le, bounds.ge} - {None}:
            assert load_course(write(tmp_path, key.with_value(str(number))))


def test_what_may_be_zero() -> None:
    names = {
        k.steps[-1][1]
        for k in KEYS
        if get_origin(k.type) is Annotated and k.type.__metadata__[0].ge == 0
    }
    assert names == {
        *("processes", "written_mb", "printed_kb"),
        *("percent_per_day", "grace_minutes", "zero_after_days"),
    }


@every_key
def test_a_key_that_is_misspelt_is_told_the_right_one(tmp_path: Path, key: Key) -> None:
    kind, name = key.steps[-1]
    if kind is not dict:  # which has names of functions
        said = refusal(tmp_path, key.written({**without(name, kind), f"{name}z": "1"}))
        assert said == f"{key.place()}z is not a key of it. Did you mean {name!r}?"


@every_key
def test_a_key_that_is_missing_is_named(tmp_path: Path, key: Key) -> None:
    kind, name = key.steps[-1]
    text = key.written(without(name, kind))
    if name in required(kind):
        said = refusal(tmp_path, text)
        assert said.startswith(f"{key.place()} is missing: it must be ") and said.endswith(".")
    else:
        assert load_course(write(tmp_path, text))


def test_a_date_in_quotes_is_told_to_lose_them(tmp_path: Path) -> None:
    for key in KEYS:
        if key.type is datetime.datetime:
            said = refusal(tmp_path, key.with_value('"2027-01-15T12:00:00"'))
            assert "without quotes" in said and said.endswith("not '2027-01-15T12:00:00'.")


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


def test_a_key_that_is_gone_is_not_replaced_where_grades_were_given(tmp_path: Path) -> None:
    course = load_course(write(tmp_path, GOOD))
    key = course.key()
    (tmp_path / ".autograder").mkdir()
    (tmp_path / ".autograder" / "a.sqlite").touch()
    assert course.key() == key
    (tmp_path / "course.key").unlink()
    with pytest.raises(CourseError, match=r"course\.key is gone, .* Put it back from a backup"):
        course.key()
    assert not (tmp_path / "course.key").exists()


def test_an_empty_key_is_refused(tmp_path: Path) -> None:
    course = load_course(write(tmp_path, GOOD))
    (tmp_path / "course.key").write_text("")
    with pytest.raises(CourseError, match="holds no key"):
        course.key()
