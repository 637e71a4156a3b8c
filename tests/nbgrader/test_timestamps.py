"""When a submission was handed in: what can be read, and who is told where nothing can."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path

import pytest

from autograder.__main__ import main
from autograder.course import Course, load_course
from autograder.nbgrader.inbound import Inbound
from autograder.nbgrader.timestamps import canonical, doubt, parse_timestamp, read_timestamp
from tests.helpers.second_exercise import FOLDER, NAME

TEXT = "2026-11-23 10:00:00 UTC"
TIME = datetime(2026, 11, 23, 10)


@pytest.mark.parametrize(
    "encoded",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.encode("utf-16"),
        f"{TEXT}\r\n".encode("utf-16-le"),
        f"{TEXT}\r\n".encode("utf-16-be"),
        "\ufeff2026-11-23 11:00:00 CET\r\n".encode("utf-16-be"),
    ],
)
def test_every_encoding_of_windows_is_read(encoded: bytes) -> None:
    """And nbgrader, which takes UTF-8 only, is given that."""
    found = parse_timestamp(encoded)
    assert found.time == TIME
    assert canonical(found) == TEXT.encode()


@pytest.mark.parametrize(
    ("data", "missing"),
    [
        (None, "There is no timestamp.txt."),
        (b"", "timestamp.txt is empty."),
        ("\ufeff".encode("utf-16-le"), "timestamp.txt is empty."),
        (b"soon", "timestamp.txt does not contain a time: soon"),
        (b"\xff\xfe\xff", "timestamp.txt does not contain a time: \N{REPLACEMENT CHARACTER}"),
        (
            b"\x1b[2J" + b"x" * 90,
            "timestamp.txt does not contain a time: \\x1b[2J" + "x" * 36 + "…",
        ),
        (
            b"2026-11-23 10:00:00 UTC" + b" " * 1000,
            "timestamp.txt is not a small, readable file.",
        ),
    ],
)
def test_what_is_no_time_says_why(tmp_path: Path, data: bytes | None, missing: str) -> None:
    if data is not None:
        (tmp_path / "timestamp.txt").write_bytes(data)
    found = read_timestamp(tmp_path)
    assert (found.time, found.missing, canonical(found)) == (None, missing, b"")


def test_what_is_no_regular_file_says_so(tmp_path: Path) -> None:
    (tmp_path / "timestamp.txt").symlink_to("nowhere")
    assert read_timestamp(tmp_path).missing == "timestamp.txt is not a small, readable file."
    (tmp_path / "timestamp.txt").unlink()
    os.mkfifo(tmp_path / "timestamp.txt")
    assert read_timestamp(tmp_path).missing == "timestamp.txt is not a small, readable file."


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (TEXT, ""),
        ("2026-11-23T10:00:00+09:00", ""),
        ("2026-12-24 12:00:00 UTC", ""),
        ("2026-12-25 14:00:00 UTC", "in the future"),
        ("1970-01-01 00:00:00 UTC", "more than a year before the due date"),
        ("10:00", "10:00 is not a full date"),
        ("2026-11", "2026-11 is not a full date"),
    ],
)
def test_odd_times(text: str, words: str) -> None:
    found = parse_timestamp(text.encode())
    said = doubt(found, due=datetime(2026, 12, 24), now=datetime(2026, 12, 25, 12))
    assert words in said and bool(words) == bool(said)


@pytest.fixture
def course(tmp_path: Path) -> Callable[[str], Course]:
    """A built course with students, one for each kind of time."""

    def make(due: str) -> Course:
        folder = tmp_path / "course"
        shutil.copytree(FOLDER, folder / "solutions" / NAME)
        (folder / "course.toml").write_text(
            f'id = "c"\nexchange = "x"\n[[assignments]]\nname = "{NAME}"\n{due}\n'
        )
        assert main(["build", "--course", str(folder)]) == 0
        for student, data in TIMES.items():
            handed_in = folder / "submitted" / student / NAME
            handed_in.mkdir(parents=True)
            shutil.copyfile(FOLDER / f"{NAME}.py", handed_in / f"{NAME}.py")
            if data:
                (handed_in / "timestamp.txt").write_bytes(data)
        return load_course(folder)

    return make


TIMES = {
    "bom": b"\xef\xbb\xbf" + TEXT.encode(),
    "fine": TEXT.encode(),
    "late": "2026-11-26 09:00:00 UTC".encode("utf-16"),
    "none": b"",
    "nonsense": b"soon",
    "old": b"1999-12-31 00:00:00 UTC",
}


def needs(course: Course, title: str) -> dict[str, str]:
    text = (course.root / "report" / NAME / "index.html").read_text()
    part = text.partition(f"<h3>{title}: ")[2].partition("<h3>")[0].partition("</section>")[0]
    rows = re.findall(r'<tr><th scope="row">(.*?)</th><td>(.*?)</td></tr>', part)
    return {unescape(re.sub("<[^>]*>", "", who)): unescape(why) for who, why in rows}


def test_whoever_has_no_time_is_told_of(
    course: Callable[[str], Course], capsys: pytest.CaptureFixture[str]
) -> None:
    """By the grading, again where nothing has changed, and on the class page; a time in another
    encoding is late where it is."""
    here = course("due = 2026-11-24T00:00:00Z")
    for _ in range(2):
        capsys.readouterr()
        assert main(["grade", NAME, "--course", str(here.root)]) == 0
        told = capsys.readouterr()
        assert (
            "Without a readable time of handing in, and so in time unless an earlier grading knew it: none, nonsense. "
            f"`autograder report {NAME}` says why.\n"
        ) in told.err
        assert re.search(r"(?m)^late +20/20 +2 days", told.out)
    assert (here.root / "autograded" / "late" / NAME / "timestamp.txt").read_bytes() == (
        b"2026-11-26 09:00:00 UTC"
    )
    assert not (here.root / "autograded" / "nonsense" / NAME / "timestamp.txt").exists()
    assert main(["report", NAME, "--course", str(here.root)]) == 0
    assert needs(here, "No submission time") == {
        "none": "There is no timestamp.txt.",
        "nonsense": "timestamp.txt does not contain a time: soon",
    }
    assert list(needs(here, "Odd submission times")) == ["old"]


def test_where_nothing_is_due_nobody_is_bothered(
    course: Callable[[str], Course], capsys: pytest.CaptureFixture[str]
) -> None:
    here = course("")
    assert main(["grade", NAME, "--course", str(here.root)]) == 0
    assert "time of handing in" not in capsys.readouterr().err
    assert main(["report", NAME, "--course", str(here.root)]) == 0
    assert needs(here, "No submission time") == needs(here, "Odd submission times") == {}


def test_what_the_exchange_knows_better(tmp_path: Path) -> None:
    """The disk's own time of change cannot be set; here it is now."""
    (tmp_path / "course.toml").write_text(
        f'id = "c"\nexchange = "x"\n[[assignments]]\nname = "{NAME}"\n'
    )
    inbound = tmp_path / "x" / "c" / "inbound"
    now = datetime.now(UTC).replace(tzinfo=None)
    for time in (now - timedelta(days=3), now):
        folder = inbound / f"ada+{NAME}+{time:%Y-%m-%d %H:%M:%S.%f} UTC+abc"
        folder.mkdir(parents=True)
        os.utime(folder, (0, 0))
    found = Inbound(load_course(tmp_path), NAME)
    assert found.attempts == {"ada": 2}
    due, long_ago = now - timedelta(days=2), now - timedelta(days=3)
    assert "but the copy in the exchange changed at" in found.doubt("ada", long_ago, due)
    assert "has no submission of that time" in found.doubt("ada", now - timedelta(days=9), due)
    assert found.doubt("ada", now, due) == ""  # late, whatever the disk says
    assert found.doubt("ada", long_ago, now + timedelta(days=1)) == ""
    assert found.doubt("bob", long_ago, due) == ""
