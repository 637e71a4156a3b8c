"""Folders without the notebook and the script that are asked for: what is there is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.classroom.handed_in import choose_file, read_folder
from autograder.exercise.answer_key import AnswerKey
from autograder.other_names import found_instead
from autograder.student import CannotCheck, check_file
from tests.conftest import NAME
from tests.helpers.archives import archive

IT = f"give it the name {NAME}.ipynb"
FOLDERS = {
    "nothing": ([], ""),
    "what systems add": ([".DS_Store", "Thumbs.db", "timestamp.txt"], ""),
    "copy": ([f"{NAME}-Copy1.ipynb"], f"{NAME}-Copy1.ipynb: {IT}"),
    "downloaded twice": ([f"{NAME} (1).ipynb"], f"{NAME} (1).ipynb: {IT}"),
    "two copies": (
        [f"{NAME} (1).ipynb", f"{NAME} (2).ipynb"],
        f"{NAME} (1).ipynb and {NAME} (2).ipynb: give the one with your work the name {NAME}.ipynb",
    ),
    "a notebook and a script": (
        [f"{NAME} 2.ipynb", f"{NAME} 2.py"],
        f"{NAME} 2.ipynb and {NAME} 2.py: give the one with your work the name "
        f"{NAME}.ipynb or {NAME}.py",
    ),
    "txt": ([f"{NAME}.ipynb.txt"], f"{IT} (your computer may hide the ending .txt)"),
    "json": ([f"{NAME}.ipynb.json"], f"{IT} (your computer may hide the ending .json)"),
    "py.txt": ([f"{NAME}.py.txt"], f"give it the name {NAME}.py (your computer may hide"),
    "capitals": ([f"{NAME}.IPYNB"], f"{NAME}.IPYNB: {IT}"),
    "hyphen": (["sigmoid-network.ipynb"], f"sigmoid-network.ipynb: {IT}"),
    "blank": (["Sigmoid Network.ipynb"], f"Sigmoid Network.ipynb: {IT}"),
    "with a name": ([f"ada_{NAME}_final.ipynb"], f"ada_{NAME}_final.ipynb: {IT}"),
    "others": (
        ["hw.ipynb", "a.py"],
        "a.py and hw.ipynb: give the one with your work one of these names",
    ),
    "another's copy": (["hw.ipynb.txt"], "hw.ipynb.txt: give it one of these names"),
    "folder": (
        [f"{NAME}/{NAME}.ipynb"],
        f"the folder {NAME} with {NAME}.ipynb in it: hand in the file itself, not its folder",
    ),
    "deep": ([f"hw/{NAME}/{NAME}.ipynb"], f"the folder hw with {NAME}/{NAME}.ipynb in it"),
    "checkpoints": (
        [f".ipynb_checkpoints/{NAME}-checkpoint.ipynb"],
        f"Jupyter's own backups in .ipynb_checkpoints: hand in {NAME}.ipynb itself",
    ),
    "pdf": ([f"{NAME}.pdf"], f"{NAME}.pdf, which is only a print of it: hand in {NAME}.ipynb"),
    "prints": (
        [f"{NAME}.html", f"{NAME}.ipynb.pdf", "net.png"],
        f"{NAME}.html and {NAME}.ipynb.pdf, which are only prints of it",
    ),
    "another print": (["hw.pdf"], f"only hw.pdf: hand in {NAME}.ipynb or {NAME}.py"),
    "icloud": ([f".{NAME}.ipynb.icloud"], ".icloud, which only stands for a file: open it, save"),
    "shortcut": ([f"{NAME}.ipynb.lnk"], f"{NAME}.ipynb.lnk, which only stands for a file"),
    "packed": ([f"{NAME}.ipynb.gz"], f"{NAME}.ipynb.gz, an archive: unpack it"),
    "a folder of modules": (["lib/x.py", "a.txt"], "only a.txt: hand in"),
    "rest": (
        ["a.csv", "b.csv", "c.csv", "d.csv", "e"],
        "only a.csv, b.csv, c.csv and 2 more: hand",
    ),
    "rar": (["work.rar"], "work.rar, an archive: unpack it, and hand in"),
    "control": (["a\n\x1b[2Jb.py"], "a\\n\\x1b[2Jb.py: give it one of these names"),
}


def fill(folder: Path, files: list[str]) -> None:
    for file in files:
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text("x = 1")


@pytest.mark.parametrize(("files", "words"), FOLDERS.values(), ids=FOLDERS.keys())
def test_what_is_there_is_named(
    files: list[str], words: str, tmp_path: Path, answer_key: AnswerKey
) -> None:
    fill(tmp_path, files)
    (problem,) = choose_file(tmp_path, answer_key).problems
    assert problem.kind == "missing-file"
    said, _, named = problem.message.partition(", but ")
    assert said.rstrip(".") == f"Neither {NAME}.ipynb nor {NAME}.py was handed in"
    assert words in named and bool(words) == bool(named) and problem.message.endswith(".")


def test_an_archive_is_listed_and_never_unpacked(tmp_path: Path) -> None:
    inside = [f"hw/{NAME}.ipynb", "hw/visible.json", f"__MACOSX/hw/._{NAME}.ipynb"]
    (tmp_path / "hw.zip").write_bytes(archive(*inside))
    words = f"hw.zip, an archive with {NAME}.ipynb in it: unpack it, and hand in {NAME}.ipynb"
    assert found_instead(tmp_path, NAME).startswith(words)
    assert [path.name for path in tmp_path.iterdir()] == ["hw.zip"]


def test_an_archive_of_many_names_or_a_damaged_one_is_not_listed(tmp_path: Path) -> None:
    many = archive(*map(str, range(2_000)))
    for data in (many, b"PK\x05\x06" + b"\xff" * 18, b"PK\x03\x04", b""):
        (tmp_path / "hw.zip").write_bytes(data)
        assert found_instead(tmp_path, NAME).startswith("hw.zip, an archive: unpack it")


def test_beside_the_right_file_only_what_may_be_the_work_is_named(tmp_path: Path) -> None:
    fill(tmp_path, [f"{NAME}.py", "helpers.py", "notes.txt", f".ipynb_checkpoints/{NAME}.ipynb"])
    assert not found_instead(tmp_path, NAME, anything=False)
    fill(tmp_path, ["hw.ipynb"])
    assert found_instead(tmp_path, NAME, anything=False).startswith("hw.ipynb: give it")


def test_what_was_handed_out_is_not_named(tmp_path: Path) -> None:
    fill(tmp_path, ["more.ipynb", "net.svg"])
    assert not found_instead(tmp_path, NAME, given=["more.ipynb", "net.svg"])


def test_a_grade_depends_on_it(tmp_path: Path) -> None:
    """Another answer after a file was renamed."""
    before = read_folder(tmp_path, NAME).key("key", "ada")
    fill(tmp_path, [f"{NAME}-Copy1.ipynb"])
    assert read_folder(tmp_path, NAME).key("key", "ada") != before


def test_a_student_is_told_as_well(tmp_path: Path) -> None:
    fill(tmp_path, [f"{NAME}-Copy1.ipynb"])
    with pytest.raises(CannotCheck, match=f"does not exist, but {NAME}-Copy1.ipynb: {IT}."):
        check_file(tmp_path / f"{NAME}.ipynb")
    with pytest.raises(CannotCheck, match=r"does not exist\.$"):
        check_file(tmp_path / "nowhere" / "a.py")
