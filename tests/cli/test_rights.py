"""Which files of a course others may read, by the mode bits."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from autograder.cli.rights import chmod, open_files
from autograder.course import load_course


@pytest.mark.parametrize(
    ("modes", "open_"),
    [
        ({".": 0o700}, {}),
        ({".": 0o755}, {".": "700", "gradebook.db": "600"}),
        ({".": 0o711, "gradebook.db": 0o600}, {".": "700"}),
        ({".": 0o700, "course.key": 0o644}, {"course.key": "600"}),
        ({".": 0o755, "course.key": 0o640}, {".": "700", "course.key": "600", "gradebook.db": "600"}),
        ({".": 0o755, ".autograder": 0o750, ".autograder/a.sqlite": 0o604, "gradebook.db": 0o600},
         {".": "700", ".autograder": "700", ".autograder/a.sqlite": "600"}),
        # Who may write in the folder grades too.
        ({".": 0o2770, "gradebook.db": 0o660, "course.key": 0o660}, {}),
        ({".": 0o775, "gradebook.db": 0o664}, {".": "o=", "gradebook.db": "o="}),
    ],
    ids=str,
)  # fmt: skip
def test_what_others_may_read_is_told(
    tmp_path: Path,
    modes: dict[str, int],
    open_: dict[str, str],
) -> None:
    (tmp_path / "course.toml").write_text('id = "c"\n')
    (tmp_path / ".autograder").mkdir(0o700)
    for name in ("course.key", "gradebook.db", ".autograder/a.sqlite"):
        (tmp_path / name).touch()
    found = {"course.key": 0o600, "gradebook.db": 0o644, ".autograder/a.sqlite": 0o600, **modes}
    for name, mode in found.items():
        (tmp_path / name).chmod(mode)
    course = load_course(tmp_path)

    def lines() -> set[str]:
        return {chmod(tmp_path), *(line for _, line in open_files(course))} - {""}

    said = lines()
    assert said == {f"chmod {mode} {tmp_path / name}" for name, mode in open_.items()}
    for line in said:
        subprocess.run(line, shell=True, check=True)
    assert lines() == set()


def test_a_gradebook_elsewhere_is_looked_at_by_itself(tmp_path: Path) -> None:
    course, book = tmp_path / "course", tmp_path / "a book.db"
    course.mkdir(0o700)
    book.touch()
    book.chmod(0o644)
    (course / "course.toml").write_text(f'id = "c"\ngradebook = "sqlite:///{book}"\n')
    assert list(open_files(load_course(course))) == [(book, f"chmod 600 '{book}'")]
    (course / "course.toml").write_text('id = "c"\ngradebook = "postgresql:///grades"\n')
    assert list(open_files(load_course(course))) == []
