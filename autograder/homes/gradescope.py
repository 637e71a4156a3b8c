"""Gradescope: the zip of a programming assignment, its results, and what is exported from it.

The documented layout is ``/autograder`` with ``source/``, ``submission/``, ``results/`` and
``submission_metadata.json``.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

from autograder.course import Course
from autograder.homes.archive import NOT_UNPACKED, Download, Entry, NotRead
from autograder.homes.container import (
    Fault,
    grade_handed_in,
    read_json,
    tell,
    write_result,
)
from autograder.homes.handed import Handed
from autograder.homes.lines import beside_lines, lines
from autograder.homes.shipped import grader_files, requirements, shipped_grader
from autograder.report import Report
from autograder.text import short_name

#: Who is no student has its instances too.
_NOBODY = "gradescope"
_SETTINGS = "settings.json"
#: By whether a check was passed; what was not run has none.
_STATUS = {True: {"status": "passed"}, False: {"status": "failed"}, None: {}}
_TIME = (1980, 1, 1, 0, 0, 0)
_SETUP = """#!/usr/bin/env bash
# Gradescope runs this once, when it builds the image.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive
apt-get update
apt-get install -y python3 python3-venv tzdata
python=python3
if ! python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    apt-get install -y python3.11 python3.11-venv
    python=python3.11
fi
"$python" -m venv /opt/autograder
/opt/autograder/bin/pip install --no-cache-dir -r /autograder/source/requirements.txt
/opt/autograder/bin/python -m compileall -q /autograder/source/autograder
chmod -R go= /autograder/source
"""
_RUN = """#!/usr/bin/env bash
# Gradescope runs this for each submission. The two variables are for trying it elsewhere.
root="${AUTOGRADER_ROOT:-/autograder}"
export PYTHONPATH="$root/source" PYTHONDONTWRITEBYTECODE=1
exec "${AUTOGRADER_PYTHON:-/opt/autograder/bin/python}" -P -m autograder.homes gradescope "$root"
"""


def pack(course: Course, name: str, hidden: str) -> bytes:
    """The zip to upload; ``hidden`` is when the checks on hidden instances are shown. Raises
    `CourseError` where the exercise was not built."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data, mode in _files(course, name, hidden):
            entry = zipfile.ZipInfo(path, _TIME)
            entry.external_attr = (0o100000 | mode) << 16
            archive.writestr(entry, data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _files(course: Course, name: str, hidden: str) -> Iterator[tuple[str, bytes, int]]:
    yield "setup.sh", _SETUP.encode(), 0o755
    yield "run_autograder", _RUN.encode(), 0o755
    yield "requirements.txt", requirements().encode(), 0o644
    yield _SETTINGS, f'{{"hidden": "{hidden}"}}\n'.encode(), 0o644
    yield from ((path, data, 0o644) for path, data in grader_files(course, name))


def grade(root: Path, package: Path) -> int:
    """Grade ``submission/`` into ``results/results.json``. Where the machine fails there is no
    result, so that nobody gets 0 for it."""
    metadata = read_json(root / "submission_metadata.json")
    student = _student(metadata)
    make = partial(shipped_grader, package, root)
    graded = grade_handed_in(make, root / "submission", student)
    tell(graded)
    if isinstance(graded, Fault):
        return 1
    _compare_points(metadata, graded.max_score)
    hidden = read_json(package / _SETTINGS).get("hidden", "hidden")
    write_result(root / "results" / "results.json", results(graded, hidden))
    return 0


def results(report: Report, hidden: str) -> dict[str, Any]:
    """A report as Gradescope's results.json."""
    return {
        "score": report.score,
        "execution_time": round(report.seconds, 3),
        "output": beside_lines(report),
        "output_format": "text",
        "test_output_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": [
            {
                "number": line.number,
                "name": line.name,
                "name_format": "text",
                "score": line.score,
                "max_score": line.max_score,
                **_STATUS[line.passed],
                "output": line.message,
                "visibility": hidden if line.is_hidden else "visible",
            }
            for line in lines(report)
        ],
    }


def _compare_points(metadata: Mapping[str, Any], most: float) -> None:
    """Tell instructors where the assignment has other points than the exercise."""
    about = metadata.get("assignment")
    total = about.get("total_points") if isinstance(about, dict) else None
    try:
        differs = total is not None and float(total) != most
    except (TypeError, ValueError):
        return
    if differs:
        print(f"The assignment has {total} points in Gradescope, and the exercise {most:g}.")


def _student(metadata: Mapping[str, Any]) -> str:
    """Whose hidden instances these are: the e-mail addresses of who handed in, of a group all."""
    users = metadata.get("users") or ()
    found = [user.get("email") for user in users if isinstance(user, dict)]
    return "+".join(sorted(str(email) for email in found if email)) or _NOBODY


_METADATA = "submission_metadata.yml"
_MAX_METADATA = 50_000_000
#: Gradescope's lists and mappings lie in each other to a depth of about six.
_MAX_DEPTH = 50


def is_download(download: Download) -> bool:
    """Whether it has the file in which Gradescope says whose each folder is."""
    return any(entry.path.name == _METADATA for entry in download.entries)


def found(download: Download, name: str) -> tuple[list[Handed], list[str]]:
    """The files of "Export submissions": what a group handed in is each member's. Raises `NotRead`
    if the file that says whose they are cannot be read."""
    from autograder.nbgrader.timestamps import TIMESTAMP_FILE  # not needed in a container

    named = [entry for entry in download.entries if entry.path.name == _METADATA]
    # Gradescope's own lies above all folders of students, who may hand in one too.
    told = min(named, key=lambda entry: len(entry.path.parts), default=None)
    if told is None:
        raise NotRead(
            f"The download has no {_METADATA}, which says whose each folder is. "
            "Export the submissions again."
        )
    root = told.path.parent
    if beside := [e.path for e in download.entries if not e.path.is_relative_to(root)]:
        raise NotRead(
            f"{short_name(str(beside[0]))} lies beside {short_name(str(root))}, where {_METADATA} "
            "was found. Collect the export as it was downloaded, and nothing else."
        )
    metadata = _metadata(told)
    handed, problems, seen = [], [], set()
    for entry in download.entries:
        if entry is told:
            continue
        folder, *rest = entry.path.relative_to(root).parts
        about = metadata.get(folder)
        about = about if isinstance(about, dict) else {}
        submitters = about.get(":submitters")
        known = [each for each in _list(submitters) if isinstance(each, dict)]
        is_first = folder not in seen
        seen.add(folder)
        if not (known and rest):
            problems.append(
                f"{short_name(str(entry.path))} is nobody's in {_METADATA}, and was left out."
            )
            continue
        created = about.get(":created_at")
        time = _time(created)
        if created is not None and time is None and is_first:
            problems.append(
                f"{short_name(folder)} has no time that can be read: write it into "
                f"{TIMESTAMP_FILE} beside the work."
            )
        for submitter in known:
            keys = {
                **dict.fromkeys(_SID, _text(submitter.get(":sid"))),
                **dict.fromkeys(_EMAIL, _text(submitter.get(":email"))),
            }
            handed.append(Handed(entry, PurePosixPath(*rest), keys, time=time))
    empty = sorted(str(folder) for folder in metadata.keys() - seen)
    problems += [f"{short_name(folder)} has no file in it." for folder in empty]
    return handed, problems


#: The columns in which rosters have what Gradescope calls a student's SID and e-mail address.
_SID = ("sid", "student_id", "sis user id", "id number")
_EMAIL = ("email", "email address", "sis login id")


def _metadata(told: Entry) -> dict[Any, Any]:
    import yaml

    stream = told.open()
    try:
        with stream or io.BytesIO() as opened:
            data = opened.read(_MAX_METADATA)
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        depth = 0
        for event in yaml.parse(data, loader):
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            # A loader in C crashes on what is nested deeply, and merged keys ("<<") can multiply.
            if depth > _MAX_DEPTH or getattr(event, "value", "") == "<<":
                raise yaml.YAMLError
        metadata = yaml.load(data, loader)  # noqa: S506
    except (yaml.YAMLError, AttributeError, TypeError, ArithmeticError, *NOT_UNPACKED):
        metadata = None
    if not isinstance(metadata, dict) or not metadata:
        raise NotRead(f"{told.path} cannot be read. Export the submissions again.")
    return metadata


def _time(value: Any) -> datetime | None:
    """When it was handed in; a time without a zone is in UTC."""
    if not isinstance(value, datetime):
        return None
    try:
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
    except OverflowError:
        return None


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str:
    """A text or a number; the text of anything else could be of any length."""
    return str(value) if isinstance(value, (str, int)) and value else ""
