"""Files that are written whole: refused by the machine, killed, and beside what is not ours."""

from __future__ import annotations

import os
import resource
import signal
import stat
import tempfile
import threading
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from autograder import files
from autograder.files import NewFiles, create_file, scratch_folder, whole_file, write_file
from tests.helpers.processes import as_nobody, in_a_fork, open_to_all

LARGE = b"x" * 100_000


def refused(work: Callable[[], object]) -> str:
    """What is said where no file may become large."""

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))
        work()

    return in_a_fork(limited)


def everything(folder: Path) -> dict[str, bytes]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


def test_a_refused_file_leaves_the_old_one_and_is_named(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    said = f"OSError: [Errno 27] File too large: '{path}'"
    assert refused(lambda: write_file(path, LARGE)) == said
    assert everything(tmp_path) == {}
    write_file(path, "old\n")
    assert refused(lambda: write_file(path, LARGE)) == said
    assert everything(tmp_path) == {"page.html": b"old\n"}


def test_who_reads_the_old_file_meanwhile_gets_all_of_it(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    write_file(path, "old")
    with open(path) as reader:
        write_file(path, "new")
        assert reader.read() == "old"
    assert path.read_text() == "new"


def test_an_error_while_it_is_written_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    write_file(path, "old")
    with suppress(KeyboardInterrupt), whole_file(path) as stream:
        stream.write(LARGE)
        raise KeyboardInterrupt
    assert everything(tmp_path) == {"page.html": b"old"}


def test_what_a_killed_run_left_is_taken_again(tmp_path: Path) -> None:
    (tmp_path / ".page.html.writing").write_bytes(LARGE)
    (tmp_path / ".made.writing").mkdir()
    (tmp_path / ".made.writing" / "old").write_bytes(LARGE)
    write_file(tmp_path / "page.html", "new")
    with NewFiles(tmp_path / "made") as new:
        new.add("a", "new")
        new.put()
    assert everything(tmp_path) == {"page.html": b"new", "made/a": b"new"}


def test_the_mode_stays_and_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("old")
    (tmp_path / "page.html").chmod(0o640)
    (tmp_path / "link").symlink_to("page.html")
    write_file(tmp_path / "link", "new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "page.html").read_text() == "new"
    assert stat.S_IMODE((tmp_path / "page.html").stat().st_mode) == 0o640


def test_a_file_that_may_not_be_written_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text("old")
    path.chmod(0o444)
    open_to_all(tmp_path)
    tmp_path.chmod(0o777)
    assert as_nobody(lambda: write_file(path, "new")).startswith("PermissionError")
    assert everything(tmp_path) == {"page.html": b"old"}


def test_a_pipe_is_written_to(tmp_path: Path) -> None:
    pipe, found = tmp_path / "pipe", []
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: found.append(pipe.read_bytes()))
    reader.start()
    write_file(pipe, LARGE)
    reader.join()
    assert found == [LARGE]


def test_writers_at_once_leave_one_whole_file(tmp_path: Path) -> None:
    path, texts = tmp_path / "page.html", [letter * 300_000 for letter in "abcdefgh"]
    writers = [threading.Thread(target=write_file, args=(path, text)) for text in texts]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert path.read_text() in texts
    assert [each.name for each in tmp_path.iterdir()] == ["page.html"]


def test_a_new_file_is_whole_or_not_there(tmp_path: Path) -> None:
    path = tmp_path / "key"
    assert "File too large" in refused(lambda: create_file(path, "x" * 100_000))
    assert everything(tmp_path) == {}
    create_file(path, "first", 0o600)
    with pytest.raises(FileExistsError):
        create_file(path, "second")
    assert everything(tmp_path) == {"key": b"first"}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_new_files_are_put_all_or_none_beside_others(tmp_path: Path) -> None:
    folder = tmp_path / "made"

    def write(second: bytes) -> None:
        with NewFiles(folder) as new:
            new.add("below/first", b"new")
            new.add("second", second)
            new.put()

    said = f"OSError: [Errno 27] File too large: '{folder / 'second'}'"
    assert refused(lambda: write(LARGE)) == said
    assert not folder.exists()
    (folder / "below").mkdir(parents=True)
    (folder / "below" / "first").write_text("old")
    (folder / "theirs").write_text("theirs")
    before = everything(tmp_path)
    assert refused(lambda: write(LARGE)) == said
    assert everything(tmp_path) == before
    write(b"new")
    after = {"made/below/first": b"new", "made/second": b"new"}
    assert everything(tmp_path) == {**before, **after}
    assert [path.name for path in tmp_path.iterdir()] == ["made"]


def test_a_scratch_folder_that_a_killed_run_left_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def is_killed() -> None:
        with scratch_folder() as folder:
            (folder / "made").write_text("")
            os.kill(os.getpid(), signal.SIGKILL)

    in_a_fork(is_killed)
    (left,) = tmp_path.iterdir()
    elsewhere = tmp_path / f"{left.name}-link"
    elsewhere.symlink_to(left)
    theirs = {tmp_path / "autograder-course", tmp_path / "autograder-benchmark"}
    for folder in theirs:
        folder.mkdir()
    theirs.add(elsewhere)
    with scratch_folder() as first, scratch_folder() as second:
        assert set(tmp_path.iterdir()) == {first, second, *theirs}, "one in use is not removed"
    assert set(tmp_path.iterdir()) == theirs


def test_a_scratch_folder_that_another_run_removes_at_once_is_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Others remove what is not locked: before it is opened for the lock, or just after."""
    opened, moments = files._opened_folder, ["before", "after"]

    def removed(stack: ExitStack, folder: Path) -> int:
        moment = moments.pop(0) if moments else ""
        if moment == "before":
            folder.rmdir()
        found = opened(stack, folder)
        if moment == "after":
            folder.rmdir()
        return found

    monkeypatch.setattr(files, "_opened_folder", removed)
    with scratch_folder(tmp_path) as folder:
        assert moments == [] and [*tmp_path.iterdir()] == [folder]
