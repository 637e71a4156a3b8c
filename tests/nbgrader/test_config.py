"""What `configure` leaves as the instructor has set it, wherever that is."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from nbgrader.coursedir import CourseDirectory

from autograder.cli.doctor import examine
from autograder.course import load_course
from autograder.nbgrader.adopt import adopt
from autograder.nbgrader.api import read_settings

#: A plugin, an exporter and a step of the instructor's own.
SETTINGS = {
    "GenerateFeedback": {
        "exporter_class": "nbconvert.exporters.SlidesExporter",
        "preprocessors": ["nbgrader.preprocessors.GetGrades"],
    },
    "ExportApp": {"plugin_class": "nbgrader.plugins.CsvExportPlugin"},
    "AssignLatePenalties": {"plugin_class": "theirs.Late"},
    "LateSubmissionPlugin": {"penalty_method": "zero"},
    "CourseDirectory": {"db_url": "sqlite:///old.db", "course_id": "old"},
    "Exchange": {"root": "exchange"},
    "ExchangeFactory": {"collect": "theirs.Collect"},
    "Autograde": {"pre_convert_hook": "theirs.hook", "permissions": 644},
    "BaseConverter": {"force": True},
}
PLUGIN = """from nbgrader.plugins import LateSubmissionPlugin

class Late(LateSubmissionPlugin):
    pass
"""


def as_python() -> str:
    keys = [(a, b, value) for a, section in SETTINGS.items() for b, value in section.items()]
    return "c = get_config()\n" + "".join(f"c.{a}.{b} = {value!r}\n" for a, b, value in keys)


def settings(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.chdir(folder)
    return read_settings(folder).config


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path / "jupyter"))
    (tmp_path / "jupyter").mkdir()
    course = tmp_path / "course"
    course.mkdir()
    (course / "theirs.py").write_text(PLUGIN)
    (course / "nbgrader_config.py").write_text("c = get_config()\n")
    return course


@pytest.mark.parametrize("place", ["here", "json", "jupyter", "below"])
def test_nothing_that_is_set_is_changed(
    folder: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    if place in ("here", "below"):
        (folder / "nbgrader_config.py").write_text(as_python())
    elif place == "json":
        (folder / "nbgrader_config.json").write_text(json.dumps(SETTINGS))
    else:
        (folder.parent / "jupyter" / "nbgrader_config.py").write_text(as_python())
    list(adopt(folder))
    if place == "below":
        with open(folder / "nbgrader_config.py", "a") as stream:
            stream.write(as_python())
    found = settings(folder, monkeypatch)
    for section, keys in SETTINGS.items():
        assert {key: found[section].get(key) for key in keys} == keys, section
    assert load_course(folder).late is None


def test_without_settings_it_is_the_courses(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    list(adopt(folder))
    found = settings(folder, monkeypatch)
    assert set(found.GenerateFeedback) == {"exporter_class", "preprocessors"}
    assert not found.OverwriteCells and not found.AssignLatePenalties
    assert "db_url" not in found.CourseDirectory
    assert found.CourseDirectory.course_id == load_course(folder).id == ""


def test_a_policy_of_the_course_keeps_the_plugin_for_the_rest(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder.parent / "jupyter" / "nbgrader_config.py").write_text(as_python())
    list(adopt(folder))
    with open(folder / "course.toml", "a") as stream:
        stream.write('[[assignments]]\nname = "x"\nlate = { percent_per_day = 5 }\n')
    found = settings(folder, monkeypatch)
    assert found.LatePenalties.otherwise == "theirs.Late"
    assert found.AssignLatePenalties.plugin_class.endswith("LatePenalties")


def test_a_gradebook_of_course_toml_wins(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "nbgrader_config.py").write_text(as_python())
    list(adopt(folder))
    text = (folder / "course.toml").read_text()
    (folder / "course.toml").write_text(text.replace("old.db", "new.db"))
    assert settings(folder, monkeypatch).CourseDirectory.db_url == f"sqlite:///{folder}/new.db"


def test_the_course_of_the_file_is_meant(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nbgrader also reads the file of the folder that is named with --course-dir."""
    list(adopt(folder))
    monkeypatch.chdir(folder.parent)
    (folder.parent / "nbgrader_config.py").write_text(
        f"get_config().CourseDirectory.root = {os.path.relpath(folder)!r}"
    )
    app = read_settings(folder.parent)
    assert CourseDirectory(parent=app).root == str(folder)
    assert app.config.ContainedAutograde.contained


def test_doctor_says_which_gradebook(folder: Path) -> None:
    def said() -> dict[str, tuple[bool | None, str]]:
        found = list(examine(load_course(folder)))
        return {d.what: (d.good, d.found) for d in found if d.what.startswith("gradebook")}

    (folder / "nbgrader_config.py").write_text(as_python())
    list(adopt(folder))
    assert said() == {
        "gradebook": (None, f"sqlite:///{folder}/old.db: not there yet"),
        "gradebook of nbgrader's commands": (
            None,
            "sqlite:///old.db, which some commands take from the folder they are started in",
        ),
    }
    with open(folder / "nbgrader_config.py", "a") as stream:
        stream.write("c.CourseDirectory.db_url = 'sqlite:///other.db'\n")
    assert said()["gradebook of nbgrader's commands"] == (False, "another one than the course's")
