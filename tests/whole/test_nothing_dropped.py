"""What students hand in beside what is asked for: it is shown, or it is said why not, in the same
words by every command, in feedback and on the class page."""

from __future__ import annotations

import base64
import json
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from nbgrader.api import Gradebook

from autograder.course import load_course
from autograder.submission import cell_source, grade_id
from tests.conftest import NAME, ROOT
from tests.helpers.archives import archive
from tests.helpers.nbgrader_commands import nbgrader, solve, tracebacks
from tests.helpers.released import build

pytestmark = pytest.mark.slow

PNG = base64.b64encode(b"\x89PNG of a sketch").decode()
QUESTION = "bias-sum"
TEXT = "Every bias is moved by the sum, which numpy broadcasts."
Notebook = dict[str, Any]


def cell(notebook: Notebook, name: str) -> dict[str, Any]:
    return next(each for each in notebook["cells"] if grade_id(each) == name)


def answer(notebook: Notebook, source: str, **attachments: dict[str, str]) -> Notebook:
    cell(notebook, QUESTION).update(source=source)
    if attachments:
        cell(notebook, QUESTION)["attachments"] = attachments
    return notebook


def pictures(notebook: Notebook) -> Notebook:
    """Two of them, and 22 MB of plots."""
    for each in notebook["cells"]:
        if each["cell_type"] == "code":
            plot = {"output_type": "display_data", "metadata": {}}
            each["outputs"] = [{**plot, "data": {"image/png": "A" * 1_100_000}}]
    source = "![sketch](attachment:a%20b.png)\n\n<img src='attachment:c' alt='photo'>"
    named = {"a b.png": {"image/png": PNG}, "c": {"image/jpeg": PNG}}
    return answer(notebook, source, **named)


def broken(notebook: Notebook) -> Notebook:
    source = "![x](attachment:x.png) ![y](attachment:y.png) ![z](attachment:z.pdf)"
    named = {"x.png": {"image/png": "<not base64>"}, "z.pdf": {"application/pdf": PNG}}
    return answer(notebook, source, **named)


def below(notebook: Notebook) -> Notebook:
    at = notebook["cells"].index(cell(notebook, QUESTION)) + 1
    notebook["cells"].insert(at, {"cell_type": "markdown", "metadata": {}, "source": TEXT})
    return notebook


def raise_left(notebook: Notebook) -> Notebook:
    for each in notebook["cells"]:
        if "def " in cell_source(each) and each["cell_type"] == "code":
            each["source"] = cell_source(each) + "\n    raise NotImplementedError"
    return notebook


def text_of(work: Callable[[Notebook], Notebook]) -> Callable[[Path], str]:
    """A notebook with right functions and no answer, of which this makes something."""

    def written(release: Path) -> str:
        released = json.loads((release / f"{NAME}.ipynb").read_text())
        source = cell_source(cell(released, QUESTION))
        return json.dumps(work(answer(solve(released), source)))

    return written


RIGHT = text_of(lambda notebook: answer(notebook, TEXT))
SCRIPT = (
    (ROOT / "solutions" / NAME / f"{NAME}.py").read_text().partition("# %% [markdown] question=")[0]
)
IPYNB, PY = f"{NAME}.ipynb", f"{NAME}.py"
Content = str | bytes | Callable[[Path], str]
#: What is handed in beside the script as it was handed out, the score, and what is said.
CLASS: dict[str, tuple[dict[str, Content], float, str]] = {
    "below": (
        {IPYNB: text_of(below)},
        23.0,
        f"The answer cell of {QUESTION} is empty, and there is text in cell ",
    ),
    "both": (
        {IPYNB: text_of(raise_left), PY: SCRIPT},
        23.0,
        f"{IPYNB} was graded, and not {PY}, which has other work in it.",
    ),
    "broken": (
        {IPYNB: text_of(broken)},
        23.0,
        "3 pictures are missing from the graded notebook: x.png in cell ",
    ),
    "conflict": (
        {IPYNB: lambda release: "<<<<<<< HEAD\n" + RIGHT(release) + "\n=======\n>>>>>>> b\n"},
        0.0,
        "The notebook is damaged: Git's marks of a conflict are in it, the first in line 1",
    ),
    "copy": (
        {f"{NAME}-Copy1.ipynb": RIGHT},
        0.0,
        f"{PY} is as handed out, but there is {NAME}-Copy1.ipynb: give it the name {IPYNB}.",
    ),
    "pictures": ({IPYNB: text_of(pictures)}, 23.0, ""),
    "right": ({IPYNB: RIGHT}, 23.0, ""),
    "saved": (
        {IPYNB: "<!DOCTYPE html>\n<html>"},
        0.0,
        "The file is a web page (HTML), as a browser saves it.",
    ),
    "script": (
        {IPYNB: lambda release: (release / IPYNB).read_text(), PY: SCRIPT},
        23.0,
        "",
    ),
    "zipped": (
        {"hw.zip": archive(f"hw/{IPYNB}")},
        0.0,
        f"{PY} is as handed out, but there is hw.zip, an archive with {IPYNB} in it: unpack it",
    ),
}


def hand_in(root: Path, student: str, files: dict[str, Content]) -> None:
    release = root / "assignments" / NAME
    folder = root / "submitted" / student / NAME
    folder.mkdir(parents=True)
    for name in (PY, "visible.json"):
        shutil.copyfile(release / name, folder / name)
    for name, content in files.items():
        content = content if isinstance(content, str | bytes) else content(release)
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course, graded by nbgrader's command, with feedback and a class page."""
    root = tmp_path_factory.mktemp("dropped")
    for name in ("course.toml", "nbgrader_config.py"):
        shutil.copyfile(ROOT / name, root / name)
    shutil.copytree(ROOT / "solutions", root / "solutions")
    build(load_course(root), NAME)
    for student, (files, _, _) in CLASS.items():
        hand_in(root, student, files)
    for command in ("autograde", "generate_feedback"):
        done = nbgrader(root, command, NAME, check=False)
        assert done.returncode == 0 and not tracebacks(done.stderr), done.stderr
    return root


def autograder(root: Path, *arguments: str) -> str:
    """What a command prints."""
    command = [sys.executable, "-m", "autograder", *arguments, "--course", str(root)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def feedback(root: Path, student: str) -> BeautifulSoup:
    path = root / "feedback" / student / NAME / f"{NAME}.html"
    return BeautifulSoup(path.read_text(), "html.parser")


def test_scores_and_sentences(root: Path) -> None:
    lines = autograder(root, "grade", NAME, "--force", "--json", "-").splitlines()
    reports = {report["student"]: report for report in map(json.loads, lines)}
    assert {s: report["score"] for s, report in reports.items()} == {
        student: score for student, (_, score, _) in CLASS.items()
    }
    for student, (_, _, said) in CLASS.items():
        problems = [problem["message"] for problem in reports[student]["problems"]]
        assert len(problems) == bool(said) and all(each.startswith(said) for each in problems)
        shown = feedback(root, student).get_text()
        assert all(" ".join(each.split()) in " ".join(shown.split()) for each in problems)
    printed = autograder(root, "grade", NAME, "--force")
    rows = dict(re.findall(r"^(\w+) +([\d.]+/.*(?:\n +.*)*)", printed, re.MULTILINE))
    assert all(said in rows[student] for student, (_, _, said) in CLASS.items())
    script = (
        "23/23  Note: sigmoid_network.py was graded: sigmoid_network.ipynb has nothing more in it."
    )
    assert rows["script"] == script
    assert rows["right"] == "23/23"
    unchanged = autograder(root, "grade", NAME)
    assert unchanged == printed


def test_the_class_page_asks_for_a_person(root: Path) -> None:
    autograder(root, "report", NAME)
    page = BeautifulSoup((root / "report" / NAME / "index.html").read_text(), "html.parser")
    needs = page.find(id="needs")
    assert needs is not None
    rows = [" ".join(row.get_text(" ").split()) for row in needs.find_all("tr")]
    for student, (_, _, said) in CLASS.items():
        assert any(row.startswith(f"{student} {said}") for row in rows) or not said, student


def test_the_answer_beside_its_cell_waits_for_a_mark(root: Path) -> None:
    with Gradebook(f"sqlite:///{root}/gradebook.db", "backprop") as gradebook:
        waiting = {
            student: gradebook.find_grade(QUESTION, NAME, NAME, student).needs_manual_grade
            for student in CLASS
        }
        comment = gradebook.find_comment(QUESTION, NAME, NAME, "below").comment
    assert {student for student, waits in waiting.items() if waits} == {
        "below",
        "broken",
        "pictures",
        "right",
    }
    assert "there is text in cell " in comment
    assert TEXT in feedback(root, "below").get_text()


def test_pictures_are_in_the_page(root: Path) -> None:
    sources = {
        image.get("alt"): image["src"] for image in feedback(root, "pictures").find_all("img")
    }
    assert sources["sketch"] == f"data:image/png;base64,{PNG}"
    assert sources["photo"] == f"data:image/jpeg;base64,{PNG}"
    missing = feedback(root, "broken").get_text()
    for name in ("x.png", "y.png", "z.pdf"):
        assert f"A picture is missing here: {name}." in missing


@contextmanager
def server(root: Path) -> Iterator[str]:
    """Jupyter with formgrader, in a course; its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = ["--no-browser", "--ip=127.0.0.1", f"--port={port}", "--IdentityProvider.token="]
    command = [sys.executable, "-m", "jupyter_server", "--allow-root", *options]
    with (
        open(root / "server.log", "w") as log,
        subprocess.Popen(command, cwd=root, stdout=log, stderr=subprocess.STDOUT) as running,
    ):
        try:
            address = f"http://127.0.0.1:{port}"
            deadline = time.monotonic() + 120
            while time.monotonic() < deadline and running.poll() is None:
                try:
                    urllib.request.urlopen(f"{address}/api/status")
                    break
                except urllib.error.URLError:
                    time.sleep(0.1)
            yield address
        finally:
            running.terminate()


def test_formgrader_shows_them(root: Path) -> None:
    with Gradebook(f"sqlite:///{root}/gradebook.db", "backprop") as gradebook:
        ids = {s: gradebook.find_submission_notebook(NAME, NAME, s).id for s in CLASS}
    with server(root) as address:
        for student in ("pictures", "broken", "below", "copy"):
            with urllib.request.urlopen(
                f"{address}/formgrader/submissions/{ids[student]}/"
            ) as page:
                assert page.status == 200
                text = page.read().decode()
            assert (f"data:image/png;base64,{PNG}" in text) == (student == "pictures")
