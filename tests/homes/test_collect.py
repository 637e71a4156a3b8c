"""Work that was downloaded from a platform: whose it is, and what is left out."""

from __future__ import annotations

import stat
import zipfile
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path, PurePosixPath

import pytest

from autograder.__main__ import main
from autograder.classroom.person import Person
from autograder.course import Course, load_course
from autograder.homes import archive
from autograder.homes import collect as collected_by
from autograder.homes.archive import Entry, NotRead, opened
from autograder.homes.collect import Asked, NotCollected, _chosen, collect
from autograder.homes.handed import Handed, Roster
from autograder.homes.table import read_table, students
from tests.helpers.small_course import NAME, make_course

CANVAS = "lovelaceada_901_11_{}.py", "noetherbob_LATE_902_12_{}.ipynb"
ROSTER = """Student,ID,SIS User ID,SIS Login ID,Section
"Lovelace, Ada",901,S1,ada,A
"Noether, Bob",902,S2,bob,A
"Turing, Cyd",903,S3,cyd,A
"""
MOODLE_ROSTER = """Identifier,Full name,ID number,Email address,Grade
Participant 31,Ada Lovelace,ada,ada@example.org,
Participant 32,Bob Noether,bob,bob@example.org,
Participant 33,Bob Noether,bob2,bob2@example.org,
"""
METADATA = """submission_1:
  :submitters:
  - :name: Ada Lovelace
    :sid: ada
    :email: ada@example.org
  :created_at: 2027-01-15 12:00:00.250000000 Z
submission_2:
  :submitters:
  - :name: Bob Noether
    :sid: 'S2'
    :email: bob@example.org
  - :name: Cyd Turing
    :sid:
    :email: CYD@example.org
  :created_at: 2027-01-15 13:00:00.000000000 +01:00
submission_3:
  :submitters:
  - :name: Nobody
    :sid: x
submission_4:
  :submitters: []
"""


@pytest.fixture
def course(tmp_path: Path) -> Course:
    root = tmp_path / "course"
    root.mkdir()
    make_course(root)
    return load_course(root)


def zipped(path: Path, files: Mapping[str, str]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, text in files.items():
            made.writestr(name, text)
    return path


def roster(tmp_path: Path, text: str = ROSTER) -> Path:
    path = tmp_path / "roster.csv"
    path.write_text(text)
    return path


def put_file(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("2020-01-01 00:00:00 UTC")


def tree(course: Course) -> dict[str, str]:
    folder = course.root / "submitted"
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_text() for path in found}


def test_canvas_names_its_files(course: Course, tmp_path: Path) -> None:
    """The last version has the assignment's name; who is late is said, and unknown work named."""
    ada, bob = (name.format(NAME) for name in CANVAS)
    files = {
        ada: "ada's",
        bob: "bob's first",
        bob.replace(".ipynb", "-2.ipynb"): "bob's third",
        f"turingcyd_903_13_{NAME}_helpers-1.py": "cyd's",
        f"whoever_999_14_{NAME}.py": "nobody's",
        "notes.txt": "",
        "__MACOSX/._x": "",
    }
    source = zipped(tmp_path / "submissions.zip", files)
    collected = collect(course, NAME, Asked(source, roster(tmp_path)))
    assert collected.placed == ["ada", "bob", "cyd"]
    assert tree(course) == {
        f"ada/{NAME}/{NAME}.py": "ada's",
        f"bob/{NAME}/{NAME}.ipynb": "bob's third",
        f"bob/{NAME}/{bob}": "bob's first",
        f"cyd/{NAME}/{NAME}_helpers-1.py": "cyd's",
    }
    assert list(collected.notes) == [
        "notes.txt is not named as Canvas names work, and was left out.",
        f"whoever_999_14_{NAME}.py fits nobody in the roster, and was left out.",
        f"bob handed in {NAME}.ipynb more than once: see {bob}.",
        "Late, and Canvas does not say when: bob. Write the time into timestamp.txt beside the work.",
        f"No file named {NAME}.ipynb or {NAME}.py, so that nothing can be graded, from: "
        f"cyd ({NAME}_helpers-1.py).",
    ]


def test_moodle_names_its_folders(course: Course, tmp_path: Path) -> None:
    """By the participant's number; by the name only where the roster has no number, and one person
    of that name."""
    part = "_assignsubmission_file_"
    files = {
        f"Ada Lovelace_31{part}/{NAME}.py": "ada's",
        f"Ada Lovelace_31{part}/timestamp.txt": "2020-01-01 00:00:00 UTC",
        f"Bob Noether_33{part}{NAME}.py": "the second bob's",
        "Eve Nobody_44_assignsubmission_onlinetext_/onlinetext.html": "eve's",
        f"Ada Lovelace_55{part}/{NAME}.py": "another ada's",
    }
    source = zipped(tmp_path / "all.zip", files)
    collected = collect(course, NAME, Asked(source, roster(tmp_path, MOODLE_ROSTER)))
    expected = {f"ada/{NAME}/{NAME}.py": "ada's", f"bob2/{NAME}/{NAME}.py": "the second bob's"}
    assert tree(course) == expected
    for name in ("Eve Nobody_44", "Ada Lovelace_55"):
        assert [n for n in collected.notes if name in n and "fits nobody" in n], name
    assert "ada: timestamp.txt is a file of the student's, and was left out." in collected.notes
    without = "\n".join(line.partition(",")[2] for line in MOODLE_ROSTER.splitlines())
    del files[f"Ada Lovelace_55{part}/{NAME}.py"]
    zipped(source, files)
    again = collect(course, NAME, Asked(source, roster(tmp_path, without)))
    assert again.unchanged == ["ada"] and tree(course) == expected
    assert any("fits bob and bob2, and was left out." in note for note in again.notes)


def test_no_file_of_moodles_is_somebody_elses_by_its_name(course: Course, tmp_path: Path) -> None:
    """Whoever handed in a file has named it; the beginning is Moodle's."""
    part = "_assignsubmission_file_"
    as_ada = f"Bob Noether_32{part}Ada Lovelace_31{part}{NAME}.py"
    files = {
        as_ada: "forged",
        f"Bob Noether_32{part}x/Ada Lovelace_31{part}{NAME}.py": "bob's",
        f"Bob Noether_32{part}/{as_ada}": "bob's, and forged",
        f"Ada Lovelace_31{part}{NAME}.py": "ada's",
    }
    source = zipped(tmp_path / "all.zip", files)
    collected = collect(course, NAME, Asked(source, roster(tmp_path, MOODLE_ROSTER)))
    bobs = f"bob/{NAME}/x/Ada Lovelace_31{part}{NAME}.py"
    assert tree(course) == {f"ada/{NAME}/{NAME}.py": "ada's", bobs: "bob's"}
    twice = [note for note in collected.notes if "could be two students' work by its name" in note]
    (other,) = set(collected.notes) - set(twice)
    assert len(twice) == 2 and other.startswith(f"No file named {NAME}.ipynb or {NAME}.py, ")


def test_a_name_that_cannot_be_written_costs_nobody_else(course: Course, tmp_path: Path) -> None:
    """The rest of a name, behind the platform's beginning, may lead elsewhere or be no file's."""
    part, deep = "_assignsubmission_file_", "/".join(["d" * 200] * 20)
    files = {
        f"Ada Lovelace_31{part}..": "above",
        f"Ada Lovelace_31{part}../other/x.py": "beside",
        f"Ada Lovelace_31{part}/{deep}/x.py": "deep",
        f"Ada Lovelace_31{part}/x": "a file",
        f"Ada Lovelace_31{part}x/y": "in a folder",
        f"Ada Lovelace_31{part}/z/y": "in a folder",
        f"Ada Lovelace_31{part}z": "a file",
        f"Bob Noether_32{part}{NAME}.py": "bob's",
    }
    source = zipped(tmp_path / "all.zip", files)
    collected = collect(course, NAME, Asked(source, roster(tmp_path, MOODLE_ROSTER)))
    ada = {f"ada/{NAME}/x": "a file", f"ada/{NAME}/z/y": "in a folder"}
    assert tree(course) == {**ada, f"bob/{NAME}/{NAME}.py": "bob's"}
    ends = ("has a name that no file can have", "is in the way of another file")
    assert [sum(end in note for note in collected.notes) for end in ends] == [3, 2]
    dots = {f"noetherbob_902_1_{end}": "x" for end in (".", "..")}
    source = zipped(tmp_path / "dots.zip", {**dots, CANVAS[0].format(NAME): "ada's"})
    collected = collect(course, NAME, Asked(source, roster(tmp_path), replace=True))
    assert collected.placed == ["ada"] and len(collected.notes) == 2


def test_no_name_makes_a_students_timestamp_the_platforms(course: Course, tmp_path: Path) -> None:
    """Not even that which a second file gets. Where there is nothing else, nothing is placed."""
    part = "lovelaceada_901_1_"
    folder = tmp_path / "download"
    for name in (f"{part}timestamp.txt", f"{part}Timestamp.txt"):
        put_file(folder / name)
    collected = collect(course, NAME, Asked(folder, roster(tmp_path)))
    assert not collected.placed and tree(course) == {} and len(collected.notes) == 2
    entry = Entry(PurePosixPath("b/timestamp.txt"), BytesIO)
    twice = [Handed(entry, PurePosixPath("x"), {})] * 2
    notes: list[str] = []
    assert list(_chosen("ada", twice, notes)) == [PurePosixPath("x")]
    twice += [Handed(Entry(PurePosixPath("b/x"), BytesIO), PurePosixPath("x"), {})]
    assert list(_chosen("ada", twice, notes)) == [PurePosixPath("x")]
    said = "ada: timestamp.txt is a file of the student's, and was left out."
    assert notes == [said, said, "ada: b/x has the name of another file, and was left out."]


def test_two_participants_of_one_name_are_nobody(course: Course, tmp_path: Path) -> None:
    """Where the roster has names alone, the second may be somebody who is not in it."""
    part = "_assignsubmission_file_"
    files = {f"Ada Lovelace_{n}{part}/{NAME}.py": f"of {n}" for n in (31, 55)}
    files |= {f"Cyd Turing_34{part}/{name}.py": "cyd's" for name in (NAME, "x")}
    source = zipped(tmp_path / "all.zip", files)
    names = roster(tmp_path, "Full name,ID number\nAda Lovelace,ada\nCyd Turing,cyd\n")
    collected = collect(course, NAME, Asked(source, names))
    assert tree(course) == {f"cyd/{NAME}/{name}.py": "cyd's" for name in (NAME, "x")}
    said = "ada could be Participant 31 and Participant 55, whose work was left out."
    assert list(collected.notes) == [said]


def test_gradescope_says_whose_folders_are(course: Course, tmp_path: Path) -> None:
    """A group's work is each member's, and the time is in UTC."""
    root = tmp_path / "assignment_5_export"
    for name, text in {"1": "ada's", "2": "theirs", "3": "x's", "5": "no one's"}.items():
        (root / f"submission_{name}").mkdir(parents=True)
        (root / f"submission_{name}" / f"{NAME}.py").write_text(text)
    (root / "submission_metadata.yml").write_text(METADATA)
    text = (
        "First Name,Last Name,SID,Email\nAda,L,ada,\nBob,N,S2,bob@x.org\nCyd,T,,cyd@example.org\n"
    )
    collected = collect(course, NAME, Asked(root, roster(tmp_path, text)))
    assert tree(course) == {
        f"S2/{NAME}/{NAME}.py": "theirs",
        f"S2/{NAME}/timestamp.txt": "2027-01-15 12:00:00.000000 UTC",
        f"ada/{NAME}/{NAME}.py": "ada's",
        f"ada/{NAME}/timestamp.txt": "2027-01-15 12:00:00.250000 UTC",
        f"cyd@example.org/{NAME}/{NAME}.py": "theirs",
        f"cyd@example.org/{NAME}/timestamp.txt": "2027-01-15 12:00:00.000000 UTC",
    }
    assert list(collected.notes) == [
        f"submission_5/{NAME}.py is nobody's in submission_metadata.yml, and was left out.",
        "submission_4 has no file in it.",
        f"submission_3/{NAME}.py fits nobody in the roster, and was left out.",
    ]
    again = collect(course, NAME, Asked(root, roster(tmp_path, text)))
    assert again.unchanged == ["S2", "ada", "cyd@example.org"]
    put_file(course.root / "submitted/ada" / NAME / "timestamp.txt")
    again = collect(course, NAME, Asked(root, roster(tmp_path, text)))
    assert again.unchanged == ["S2", "cyd@example.org"]  # it was handed in at another time
    (root / "submission_metadata.yml").write_text("[")
    with pytest.raises(NotRead, match="cannot be read"):
        collect(course, NAME, Asked(root, roster(tmp_path, text)))


@pytest.mark.parametrize(
    ("about", "said"),
    [
        ("[" * 100_000, ""),
        (":submitters: 5", "is nobody's in"),
        (":submitters: [5, {':sid': [S1, {x: y}]}]", "fits nobody in the roster"),
        (":submitters: [{<<: &x {':sid': S1}}]", ""),
        (":submitters: [{':sid': !!timestamp x}]", ""),
        (":submitters: [{':sid': S2}]\n  :created_at: 0001-01-01 00:00:00 +14:00", "has no time"),
        (":submitters: [{':sid': S2}]\n  :created_at: yesterday", "has no time"),
    ],
)
def test_metadata_of_another_shape_is_told(
    course: Course, tmp_path: Path, about: str, said: str
) -> None:
    """In a sentence, about one folder where the others can be read."""
    good = "submission_1:\n  :submitters: [{':sid': S1}]\n"
    files = {f"e/submission_{n}/{NAME}.py": "x" for n in (1, 2)}
    files["e/submission_metadata.yml"] = f"{good}submission_2:\n  {about}\n"
    asked = Asked(zipped(tmp_path / "1.zip", files), roster(tmp_path))
    if not said:
        with pytest.raises(NotRead, match="yml cannot be read"):
            collect(course, NAME, asked)
        return
    collected = collect(course, NAME, asked)
    assert "ada" in collected.placed and len(collected.notes) == 1 and said in collected.notes[0]


def test_no_students_metadata_is_gradescopes(course: Course, tmp_path: Path) -> None:
    """It may come first in the zip."""
    metadata = "submission_{}:\n  :submitters: [{{':sid': {}}}]\n".format
    files = {
        "e/submission_1/submission_metadata.yml": metadata("x", "S2"),
        f"e/submission_1/submission_x/{NAME}.py": "ada's",
        f"e/submission_1/{NAME}.py": "ada's",
        "e/submission_metadata.yml": metadata(1, "S1"),
    }
    collected = collect(course, NAME, Asked(zipped(tmp_path / "1.zip", files), roster(tmp_path)))
    assert (list(collected.placed), list(collected.notes)) == (["ada"], [])
    files[f"e/submission_2/{NAME}.py"] = files.pop("e/submission_metadata.yml")
    with pytest.raises(NotRead, match="lies beside e/submission_1, where"):
        collect(course, NAME, Asked(zipped(tmp_path / "2.zip", files), roster(tmp_path)))


def test_nothing_is_overwritten(course: Course, tmp_path: Path) -> None:
    """The same work again is unchanged; other work stays, or is moved away by --replace."""
    file = CANVAS[0].format(NAME)
    first = Asked(zipped(tmp_path / "1.zip", {file: "first"}), roster(tmp_path))
    second = first._replace(source=zipped(tmp_path / "2.zip", {file: "second"}))
    assert collect(course, NAME, first).placed == ["ada"]
    assert collect(course, NAME, first).unchanged == ["ada"]
    kept = collect(course, NAME, second)
    assert (kept.placed, kept.unchanged) == ([], [])
    assert "ada has other work in" in kept.notes[0] and "--replace" in kept.notes[0]
    assert tree(course) == {f"ada/{NAME}/{NAME}.py": "first"}
    assert collect(course, NAME, second._replace(replace=True)).placed == ["ada"]
    assert collect(course, NAME, first._replace(replace=True)).placed == ["ada"]
    assert tree(course) == {f"ada/{NAME}/{NAME}.py": "first"}
    work = course.root / "submitted/ada" / NAME / f"{NAME}.py"
    work.symlink_to(work.rename(tmp_path / "same.py"))
    assert not collect(course, NAME, first).unchanged  # a link is other work
    replaced = course.root / "downloaded/replaced/ada"
    texts = [(replaced / f"{NAME}-{n}" / f"{NAME}.py").read_text() for n in (1, 2)]
    assert texts == ["first", "second"]
    assert main(["remove", "ada", "--yes", "--course", str(course.root)]) == 0
    assert not replaced.exists() and tree(course) == {}


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("../ada_901_1_x.py", "has a name that leads elsewhere"),
        ("/etc/ada_901_1_x.py", "has a name that leads elsewhere"),
        ("a/../../ada_901_1_x.py", "has a name that leads elsewhere"),
        ("C:ada_901_1_x.py", "has a name that leads elsewhere"),
        ("a\\..\\ada_901_1_x.py", "has a name that leads elsewhere"),
        (f"ada_901_1_{'x' * 300}.py", "has a name that no file can have"),
    ],
)
def test_names_that_are_none_are_left_out(
    course: Course, tmp_path: Path, name: str, why: str
) -> None:
    good = CANVAS[0].format(NAME)
    source = zipped(tmp_path / "1.zip", {name: "bad", good: "good"})
    before = {path for path in tmp_path.rglob("*") if course.root not in path.parents}
    collected = collect(course, NAME, Asked(source, roster(tmp_path)))
    (note,) = collected.notes
    assert note.endswith(f"{why}, and was left out.")
    assert tree(course) == {f"ada/{NAME}/{NAME}.py": "good"}
    after = {path for path in tmp_path.rglob("*") if course.root not in path.parents}
    assert after - before == {tmp_path / "roster.csv"}


def test_links_and_doubles_are_left_out(course: Course, tmp_path: Path) -> None:
    """In a zip and in a folder; an encrypted file too, and one that is too large."""
    path = tmp_path / "1.zip"
    link = zipfile.ZipInfo("ada_901_1_link.py")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(path, "w") as made:
        made.writestr(link, "/etc/passwd")
        made.writestr("bob_902_1_x.py", "one")
        with pytest.warns(UserWarning, match="Duplicate"):
            made.writestr("bob_902_1_x.py", "two")
        made.writestr("cyd_903_1_x.py", "encrypted")
    data = bytearray(path.read_bytes())
    at = data.rindex(b"PK\x01\x02")  # the last entry of the directory
    data[at + 8] |= 1
    path.write_bytes(data)
    with opened(path) as download:
        assert not download.entries
        assert list(download.problems) == [
            "ada_901_1_link.py is a link, and was left out.",
            "bob_902_1_x.py stands 2 times in the zip, and was left out.",
            "cyd_903_1_x.py is encrypted, and was left out.",
        ]
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "ada_901_1_x.py").symlink_to("/etc/passwd")
    (folder / "inner").symlink_to(tmp_path)
    with opened(folder) as download:
        assert not download.entries and len(download.problems) == 2
        assert all(each.endswith("is a link, and was left out.") for each in download.problems)


@pytest.mark.parametrize("way", ["method", "data", "flag", "name"])
def test_a_damaged_entry_costs_its_student_alone(course: Course, tmp_path: Path, way: str) -> None:
    """The others are collected, whoever is sorted first, and nothing is left of the damaged one."""
    files = {f"ada_901_1_{NAME}.py": "x" * 500, CANVAS[1].format(NAME): "bob's"}
    source = zipped(tmp_path / "1.zip", files)
    data = bytearray(source.read_bytes())
    local, content, central = 0, 30 + len(f"ada_901_1_{NAME}.py"), data.index(b"PK\x01\x02")
    if way == "method":
        data[local + 8] = data[central + 10] = 9  # deflate64
    elif way == "data":
        data[content : content + 4] = b"\xff" * 4
    elif way == "flag":
        data[local + 6] |= 0x20  # patched data
        data[central + 8] |= 0x20
    else:
        data[local + 30] ^= 1
    source.write_bytes(data)
    collected = collect(course, NAME, Asked(source, roster(tmp_path)))
    assert tree(course) == {f"bob/{NAME}/{NAME}.ipynb": "bob's"}
    assert sum(f"ada_901_1_{NAME}.py" in note for note in collected.notes) == 1
    assert not list(course.root.rglob(".*.writing"))


def test_a_zip_of_another_kind_is_refused(tmp_path: Path) -> None:
    """A later version of the format, or names in no encoding."""
    source = zipped(tmp_path / "1.zip", {"\N{LATIN SMALL LETTER E WITH ACUTE}.py": "x"})
    data = source.read_bytes()
    version = bytearray(data)
    version[data.index(b"PK\x01\x02") + 6] = 99
    for changed in (bytes(version), data.replace(b"\xc3\xa9", b"\xff\xff")):
        source.write_bytes(changed)
        with pytest.raises(NotRead, match="nor a whole zip"), opened(source):
            pass


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_ways_of_packing_are_left_out(tmp_path: Path, method: int) -> None:
    """Python unpacks them past the size that an entry says."""
    source = tmp_path / "1.zip"
    with zipfile.ZipFile(source, "w", method) as made:
        made.writestr("ada_901_1_x.py", "x")
        made.writestr("bob_902_2_x.py", "x", zipfile.ZIP_DEFLATED)
    with opened(source) as download:
        assert [entry.path.name for entry in download.entries] == ["bob_902_2_x.py"]
        said = "ada_901_1_x.py is packed in a way that no platform packs files, and was left out."
        assert list(download.problems) == [said]


def test_bombs_and_what_is_no_download_are_refused(
    course: Course, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "MAX_MORE", 1000)
    file = CANVAS[0].format(NAME)
    bomb = zipped(tmp_path / "bomb.zip", {file: "0" * 3_000_000})
    broken = tmp_path / "broken.zip"
    broken.write_bytes(bomb.read_bytes()[:-30])
    other = zipped(tmp_path / "other.zip", {"a.txt": "x"})
    for source, said in {
        bomb: "would unpack to 3 MB",
        broken: "neither a folder nor a whole zip",
        other: "No file in .* is named as",
        tmp_path / "missing.zip": "does not exist",
    }.items():
        with pytest.raises((NotRead, NotCollected), match=said):
            collect(course, NAME, Asked(source, roster(tmp_path)))
    assert not (course.root / "submitted").exists()


def test_a_file_too_large_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_BYTES", 10)
    source = zipped(tmp_path / "1.zip", {"ada_901_1_x.py": "0123456789!", "b_902_2_x.py": "ok"})
    with opened(source) as download:
        (problem,) = download.problems
        assert "ada_901_1_x.py is larger than" in problem and len(download.entries) == 1


def test_ids_that_no_folder_can_have_are_refused(course: Course, tmp_path: Path) -> None:
    text = ROSTER.replace(",ada,", ",../../x,").replace(",bob,", ",.hidden,")
    text = text.replace(",cyd,", f",{'c' * 300},")
    files = {name.format(NAME): "x" for name in (*CANVAS, "turingcyd_903_13_{}.py")}
    source = zipped(tmp_path / "1.zip", files)
    collected = collect(course, NAME, Asked(source, roster(tmp_path, text)))
    assert not collected.placed and len(collected.notes) == 3
    assert all("cannot be a student's id" in note for note in collected.notes)


def test_without_a_roster_the_gradebook_is_asked(
    course: Course, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = zipped(tmp_path / "1.zip", {CANVAS[0].format(NAME): "x"})
    assert main(["collect", NAME, str(source), "--course", str(course.root)]) == 2
    assert "name the platform's roster with --roster" in capsys.readouterr().err


def test_what_may_be_a_wrong_download_is_said(
    course: Course,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Another exercise's files, ids that are new, and nothing at all."""
    monkeypatch.setattr(collected_by, "read_people", lambda *_: [Person("ada")])
    files = {name.format("other"): "x" for name in CANVAS}
    source = zipped(tmp_path / "1.zip", files)
    arguments = ["--roster", str(roster(tmp_path)), "--course", str(course.root)]
    assert main(["collect", NAME, str(source), *arguments]) == 0
    said = capsys.readouterr().err
    assert "nothing can be graded, from: ada (other.py) and bob (other.ipynb).\n" in said
    assert f"is this the download of another assignment than {NAME}?\n" in said
    assert "New ids, which the gradebook does not have: bob.\n" in said
    zipped(source, {f"x_999_1_{NAME}.py": "x"})
    assert main(["collect", NAME, str(source), *arguments]) == 2
    assert capsys.readouterr().out.startswith("0 collected, 0 unchanged")


def test_a_row_that_could_be_two_students_is_nobodys(tmp_path: Path) -> None:
    """By its columns it is one student of the gradebook, and another one."""
    people = [Person("ada"), Person("S2"), Person("cyd", lms_user_id="903")]
    table = Roster(students(read_table(roster(tmp_path, ROSTER.replace("bob", "ada")))), people)
    assert table.problems == ["Noether, Bob could be S2 and ada, and was left out."]
    entry = Entry(PurePosixPath("x.py"), BytesIO)
    found = [table.student(Handed(entry, entry.path, {"id": n})) for n in ("901", "902", "903")]
    assert found == [("ada", ""), ("", "fits nobody in the roster"), ("cyd", "")]
    table = Roster(students(read_table(roster(tmp_path))), [Person("x", lms_user_id="S1")])
    assert table.student(Handed(entry, entry.path, {"id": "901"})) == ("x", "")
