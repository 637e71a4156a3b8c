"""The autograded folder: the submission as a notebook, and a folder that is replaced as a whole."""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import jupytext
import nbformat
import pytest

from autograder.course import Course, CourseError
from autograder.nbgrader.autograded import look_beside, write_autograded
from autograder.nbgrader.beside import MAX_COPIED
from autograder.nbgrader.graded_notebook import graded_notebook, notebook_cell
from autograder.nbgrader.release import Release, load_release, with_shared
from autograder.report import Report
from autograder.sandbox.calls import Cell
from autograder.sandbox.limits import Limits
from autograder.submission import Submission, cell_source, grade_id, parse_submission
from tests.conftest import NAME, ROOT
from tests.helpers.processes import as_nobody, in_a_fork, open_to_all, small_disk

STUB = ROOT / "assignments" / NAME / f"{NAME}.py"
SOLUTION = ROOT / "solutions" / NAME / f"{NAME}.py"


@pytest.fixture(scope="module")
def release(course: Course) -> Release:
    return load_release(course, NAME)


@pytest.fixture(scope="module")
def submission() -> Submission:
    return parse_submission(f"{NAME}.py", STUB.read_bytes())


@pytest.fixture(scope="module")
def report(grade: Callable[..., Report]) -> Report:
    return grade(STUB.read_text())


@pytest.fixture
def handed_in(tmp_path: Path) -> Path:
    folder = tmp_path / "submitted" / "ada" / NAME
    folder.mkdir(parents=True)
    (folder / "notes.txt").write_text("mine")
    (folder / f"{NAME}.py").write_text("a student's")
    return folder


ODD = {
    "no cells": "x = 1\n",
    "titles": "# %% sigmoid\nx = 1\n\n# %% two words\ny = 2\n",
    "markdown": "# %% [markdown]\n# A\n#\n# - b\n#c\n# # d\n",
    "a question": "# %% bias-sum [markdown]\n# Their\n# sum.\n\n# %% check-loss\nloss\n",
    "metadata": '# %% sigmoid tags=["a"] k=1\nx = 1\n# %% [markdown] question="q"\n# A\n',
    "metadata in JSON": '# %% sigmoid {"tags": ["a"]}\nx = 1\n',
    "short for markdown": "# %% [md]\n# A\n",
    "raw": "# %% [raw]\n# A\n",
    "quoted": "# %% [markdown]\n\"\"\"\nA\n\nb\n\"\"\"\n\n# %% t [markdown]\nr'''A\\b'''\n",
    "a header": SOLUTION.read_text(),
    "a header alone": "# ---\n# jupyter:\n#   kernelspec:\n#     display_name: Python 3\n#     name: python3\n# ---\n\nx = 1\n",
    "deeper": "# %%% sigmoid\nx = 1\n",
    "no blank": "#%%\nx = 1\n",
    "blank lines": "# %% a\n\nx = 1\n\n\n# %% b\ndef f():\n\n    pass\n\n\n# %% c\ny\n",
    "windows": "# %% bias-sum [markdown]\r\n# Their\r\n# sum.\r\n\r\n# %% b\r\nx = 1\r\ny = 2\r\n",
    "the release": STUB.read_text(),
}


@pytest.mark.parametrize("text", ODD.values(), ids=ODD.keys())
def test_a_script_is_the_notebook_that_jupytext_makes(text: str) -> None:
    cells = [notebook_cell(c) for c in parse_submission("x.py", text.encode()).cells]
    ours = [tuple(cell.values()) for cell in cells if cell["source"]]
    theirs = [
        (cell.cell_type, cell.metadata.get("title", ""), cell.source)
        for cell in jupytext.reads(text, fmt="py:percent").cells
    ]
    assert ours == theirs


def test_a_title_of_megabytes_takes_no_time() -> None:
    """In a minute it would not be matched."""
    text = "# %% " + "a " * 500_000 + "b" * 500_000 + "\nx = 1\n"
    (cell,) = parse_submission("x.py", text.encode()).cells
    assert notebook_cell(cell)["source"] == "x = 1"


def test_a_cell_mark_in_a_string_is_one(release: Release, report: Report) -> None:
    """What is shown is what was graded: here jupytext would see one cell, and we run two."""
    submission = parse_submission("x.py", b'x = """\n# %% loss\n"""\n')
    cells = graded_notebook(report, submission, release)["cells"]
    assert [cell["source"] for cell in cells[:2]] == ['x = """', '"""']
    assert grade_id(cells[1]) == "loss"


def test_the_notebook_is_valid_and_the_release_unchanged(
    course: Course, release: Release, report: Report, submission: Submission
) -> None:
    before = json.dumps(release.notebook)
    notebook = graded_notebook(report, submission, release)
    nbformat.validate(nbformat.from_dict(notebook))
    assert json.dumps(release.notebook) == before
    outputs = [cell["outputs"] for cell in notebook["cells"] if cell.get("outputs")]
    assert len(outputs) == len(report.functions)


def test_what_is_in_the_folder(
    release: Release, report: Report, submission: Submission, handed_in: Path, tmp_path: Path
) -> None:
    """The student's small files, the release's own over them, and the notebook."""
    (handed_in / "other.ipynb").write_text("{}")
    (handed_in / "folder").mkdir()
    (handed_in / "link").symlink_to(STUB)
    os.mkfifo(handed_in / "pipe")
    with open(handed_in / "large", "wb") as stream:
        stream.truncate(10_000_001)
    place = tmp_path / "autograded" / "ada" / NAME
    sources = write_autograded(report, submission, release, handed_in, place)
    names = {path.name for path in place.iterdir()}
    released = {path.name for path in release.folder.iterdir()}
    assert names == released | {"notes.txt"}
    assert (place / f"{NAME}.py").read_bytes() == STUB.read_bytes()
    notebook = json.loads((place / f"{NAME}.ipynb").read_text())
    assert notebook == graded_notebook(report, submission, release)
    assert sources == {grade_id(cell): cell_source(cell) for cell in notebook["cells"]}
    assert [path.name for path in place.parent.iterdir()] == [NAME]


def test_a_class_of_large_files_stays_small(
    release: Release, report: Report, submission: Submission, handed_in: Path, tmp_path: Path
) -> None:
    """On disk and in memory; the small ones are kept, and somebody is told of the others."""
    for number in range(110):
        with open(handed_in / f"a{number}", "wb") as stream:
            stream.truncate(9_900_000)
    place = tmp_path / "autograded" / "ada" / NAME

    def write() -> None:
        # In pages of the kernel's, what a process has at most; its own children are counted apart.
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        write_autograded(report, submission, release, handed_in, place)
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        assert grown < 30_000, f"{grown} kB"

    assert in_a_fork(write) == ""
    copied = [path for path in place.iterdir() if path.name not in release.files]
    assert (place / "notes.txt").read_text() == "mine"
    assert sum(path.stat().st_size for path in copied) < Limits().beside_bytes + 1_000_000
    beside = look_beside(handed_in, release)
    assert set(beside.names) <= {path.name for path in copied}
    (told,) = beside.add_to(report).problems
    assert told.message.startswith("105 files beside the answer were not copied")
    assert "50 MB together" in told.message
    for number in range(1, 110):
        (handed_in / f"a{number}").unlink()
    assert look_beside(handed_in, release).left_out == ""


def test_a_large_release_stays_small_too(course: Course, tmp_path: Path) -> None:
    """The course says how much goes with each graded notebook; the copies are made in pieces."""
    folder = shutil.copytree(course.released / NAME, tmp_path / "assignments" / NAME)
    for number in range(30):
        with open(folder / f"a{number}", "wb") as stream:
            stream.truncate(9_900_000)
    large = replace(course, root=tmp_path, limits=Limits(beside_mb=25))

    def load() -> None:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        shared = with_shared(load_release(large, NAME), tmp_path / "shared").shared
        assert shared is not None
        assert sum(path.stat().st_size for path in shared.iterdir()) < 25_000_000
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        assert grown < 30_000, f"{grown} kB"

    assert in_a_fork(load) == ""
    release = load_release(large, NAME)
    assert release.left_out.startswith("28 files beside the released notebook were not copied")
    assert "25 MB together" in release.left_out
    assert not look_beside(folder, release).names  # what students were given is none of theirs


def test_too_many_files_are_counted_and_not_held(release: Release, handed_in: Path) -> None:
    for number in range(Limits().beside_files + 20):
        (handed_in / f"{number}.txt").write_text("x")
    beside = look_beside(handed_in, release)
    assert len(beside.names) == Limits().beside_files
    assert beside.left_out.startswith("21 files beside the answer were not copied")


def test_a_file_that_grows_meanwhile_is_cut_off(
    release: Release, report: Report, submission: Submission, handed_in: Path, tmp_path: Path
) -> None:
    beside = look_beside(handed_in, release)
    with open(handed_in / "notes.txt", "wb") as stream:
        stream.truncate(2**40)
    place = tmp_path / "autograded" / "ada" / NAME
    write_autograded(report, submission, release, handed_in, place, beside)
    assert (place / "notes.txt").stat().st_size == MAX_COPIED


def test_an_unreadable_file_is_left_out(
    release: Release, report: Report, submission: Submission, handed_in: Path, tmp_path: Path
) -> None:
    (handed_in / "secret.txt").write_text("x")
    (handed_in / "secret.txt").chmod(0)
    open_to_all(handed_in)
    place = tmp_path / "autograded" / "ada" / NAME
    place.parent.parent.mkdir(mode=0o777)
    place.parent.parent.chmod(0o777)

    def write() -> None:
        assert look_beside(handed_in, release).left_out.endswith(" 1 cannot be read.")
        write_autograded(report, submission, release, handed_in, place)

    assert as_nobody(write) == ""
    assert (place / "notes.txt").is_file()
    assert not (place / "secret.txt").exists()


def test_half_a_surrogate_pair_is_written_as_a_question_mark(
    release: Release, report: Report, submission: Submission, handed_in: Path, tmp_path: Path
) -> None:
    odd = {**release.notebook, "metadata": {"name": "\ud83d"}}
    odd_release = Release(**{**vars(release), "notebook": odd})
    place = tmp_path / "autograded" / "ada" / NAME
    write_autograded(report, submission, odd_release, handed_in, place)
    assert '"name": "?"' in (place / f"{NAME}.ipynb").read_text()


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.slow
def test_killed_at_any_moment_it_leaves_a_whole_folder(
    release: Release, report: Report, submission: Submission, handed_in: Path, tmp_path: Path
) -> None:
    """Killed at its first step in the file system, at its second, and so on to its last."""
    place = tmp_path / "autograded" / "ada" / NAME

    def write(text: str) -> dict[str, bytes]:
        (handed_in / "notes.txt").write_text(text)
        (handed_in / text).write_text(text)
        write_autograded(report, submission, release, handed_in, place)
        (handed_in / text).unlink()
        return content(place)

    old, moved_aside, steps = write("old"), 0, 0
    new = write("new")
    assert old != new
    while True:
        steps += 1
        assert write("old") == old
        if not in_a_child_killed_at(steps, lambda: write("new")):
            break
        if not place.exists():
            moved_aside += 1
            assert content(place.with_name(f".{NAME}.replaced")) == old
        else:
            assert content(place) in (old, new)
        assert write("new") == new
        assert [path.name for path in place.parent.iterdir()] == [NAME]
        (handed_in / "new").unlink(missing_ok=True)
    assert steps > 10
    assert moved_aside == 1


def in_a_child_killed_at(step: int, work: Callable[[], Any]) -> bool:
    """Do something in a child that is killed before its so-manieth step in the file system."""
    process = os.fork()
    if process == 0:
        left = step

        def count(event: str, _: Any) -> None:
            nonlocal left
            if event in ("open", "os.mkdir", "os.rename", "os.remove", "os.rmdir"):
                left -= 1
                if left == 0:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(count)
        work()
        os._exit(0)
    return os.WIFSIGNALED(os.waitpid(process, 0)[1])


def test_the_folder_that_a_killed_run_moved_aside_is_put_back(
    release: Release, report: Report, submission: Submission, handed_in: Path, tmp_path: Path
) -> None:
    """Also when it cannot be replaced this time either."""
    place = tmp_path / "autograded" / "ada" / NAME
    write_autograded(report, submission, release, handed_in, place)
    old = content(place)
    place.rename(place.with_name(f".{NAME}.replaced"))
    too_long = Release(**{**vars(release), "name": "x" * 300})
    with pytest.raises(CourseError, match="File name too long"):
        write_autograded(report, submission, too_long, handed_in, place)
    assert content(place) == old
    assert [path.name for path in place.parent.iterdir()] == [NAME]


def test_a_folder_that_may_not_be_written(
    release: Release, report: Report, submission: Submission, handed_in: Path, tmp_path: Path
) -> None:
    place = tmp_path / "autograded" / "ada" / NAME
    write_autograded(report, submission, release, handed_in, place)
    old = content(place)
    (handed_in / "notes.txt").write_text("new")
    open_to_all(handed_in)
    open_to_all(place)
    place.parent.chmod(0o555)
    text = as_nobody(
        lambda: write_autograded(report, submission, release, handed_in, place) and None
    )
    place.parent.chmod(0o755)
    assert text.startswith(f"CourseError: {place} cannot be written: Permission denied.")
    assert f"run `autograder grade {NAME}` again" in text
    assert content(place) == old


def test_a_full_disk(
    release: Release, report: Report, submission: Submission, handed_in: Path, tmp_path: Path
) -> None:
    with small_disk(tmp_path, 600_000) as disk:
        place = disk.folder / "autograded" / "ada" / NAME
        write_autograded(report, submission, release, handed_in, place)
        old = content(place)
        (handed_in / "large").write_bytes(b"x" * 590_000)

        def write() -> None:
            disk.limit_files(400_000)
            write_autograded(report, submission, release, handed_in, place)

        text = in_a_fork(write)
        assert text.startswith(f"CourseError: {place} cannot be written: ")
        assert "The old version is unchanged" in text
        assert content(place) == old
        assert [path.name for path in place.parent.iterdir()] == [NAME]


def test_a_submission_that_cannot_be_listed(
    release: Release, report: Report, submission: Submission, handed_in: Path, tmp_path: Path
) -> None:
    shutil.rmtree(handed_in)
    place = tmp_path / "autograded" / "ada" / NAME
    with pytest.raises(CourseError, match="cannot be read: No such file or directory"):
        write_autograded(report, submission, release, handed_in, place)
    assert not place.exists()


def test_cells_show_what_they_printed(release: Release, grade: Callable[..., Report]) -> None:
    """In a notebook and in a script; never what a function prints in a call."""
    source = "print('<b>at once</b>')\ndef sigmoid(z):\n    print('in a call', z)\n    return z\n"
    notebook = json.loads((release.folder / f"{NAME}.ipynb").read_text())
    for cell in notebook["cells"]:
        if grade_id(cell) == "sigmoid":
            cell["source"] = source
        cell["printed"] = "forged"
        cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "forged"}]
    retyped = json.loads(json.dumps(notebook))
    for cell in retyped["cells"]:
        cell["cell_type"] = "markdown" if grade_id(cell) == "sigmoid" else cell["cell_type"]
    for name, text in (
        (f"{NAME}.ipynb", json.dumps(notebook)),
        (f"{NAME}.ipynb", json.dumps(retyped)),
        (f"{NAME}.py", f"# %% sigmoid\n{source}# %%\n1 / 0\n"),
    ):
        graded = graded_notebook(grade(text, name), parse_submission(name, text.encode()), release)
        nbformat.validate(nbformat.from_dict(graded))
        (shown,) = [cell["outputs"] for cell in graded["cells"] if grade_id(cell) == "sigmoid"]
        stream = {"output_type": "stream", "name": "stdout", "text": "<b>at once</b>\n"}
        assert shown == [stream]
        assert "in a call [" not in json.dumps(graded)
        assert "forged" not in json.dumps(graded)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("# # x\n#y\n  # z\n#\n## w\nv", "# x\ny\n  # z\n\n# w\nv"),
        ("\n# x", "\nx"),
        ('"""\nx\n\n"""', "x\n"),
        ("\nr'''x\"\"\"'''\n", 'x"""'),
        ('"""x"""y"""', 'x"""y'),
        ('"""\n"""', ""),
        ('"""""', '"""""'),
        ("\"\"\"x'''", "\"\"\"x'''"),
    ],
)
def test_the_text_of_a_markdown_cell_of_a_script(source: str, text: str) -> None:
    cell = notebook_cell(Cell(source, "a.py", 1, "[markdown]"))
    assert (cell["cell_type"], cell["source"]) == ("markdown", text.rstrip("\n"))
