"""A hostile submission: its file in `tests/hostile/`, how it is handed in, and what has to come of
it.

A file begins with what it tries and what has to come of it, one ``# Key: value`` a line:

    Attempt   what it tries, and why somebody would think that it works
    Kind      script: the rest is added to the base as further cells
              notebook: the rest is Python that edits ``notebook``, or binds ``data`` in its place
              folder: the rest is Python that makes things in ``folder``, where the base lies
    Base      solution, or stub: what was released, so that any point of it is undeserved
    Score     ``exactly`` or ``at most`` so many of 23
    Fails     the functions that must not pass, or all, or none; all others must
    May fail  functions of which either is right, or all
    Status    a function, and its status in the report
    Says      a function (or problems), and in quotes what the report must say of it
    Never     in quotes, what the report must not hold: the attempt's own word that it got through
    Limits    fields of `Limits`, such as seconds=1
    Graded    twice, where the second time could build on the first
    Canary    what it is after: files, network, process, secret, neighbour, memory, text or none
"""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from autograder.sandbox.limits import Limits
from autograder.submission import grade_id
from tests.conftest import NAME, ROOT
from tests.helpers.canaries import World
from tests.helpers.nbgrader_commands import solve

FOLDER = ROOT / "tests" / "hostile"
FUNCTIONS = (
    *("sigmoid", "sigmoid_derivative", "forward", "loss", "backward", "update", "train"),
    *("what_it_computes", "when_it_runs", "which_networks"),
)
CANARIES = {"files", "network", "process", "secret", "neighbour", "memory", "text", "none"}
KEYS = {
    *("Attempt", "Kind", "Base", "Score", "Fails", "May fail", "Status", "Says", "Never"),
    *("Limits", "Graded", "Canary"),
}
MAX_SCORE = 23.0


@dataclass(frozen=True)
class Attempt:
    """A hostile submission, and what has to come of it."""

    name: str
    header: dict[str, list[str]]
    body: str

    @classmethod
    def read(cls, path: Path) -> Attempt:
        text = path.read_text(encoding="utf-8")
        head = re.match(r"(?:#.*\n)+", text)
        assert head, path
        header: dict[str, list[str]] = {}
        for line in re.sub(r"\n#   +", " ", head[0]).splitlines():
            key, _, value = line.removeprefix("# ").partition(": ")
            assert key in KEYS, f"{path.name}: {line}"
            header.setdefault(key, []).append(value)
        return cls(path.stem, header, text[head.end() :])

    def __getitem__(self, key: str) -> str:
        return self.header[key][0]

    def named(self, key: str) -> set[str]:
        """The functions under a key."""
        names = set(" ".join(self.header.get(key, [])).replace(",", " ").split())
        names = set(FUNCTIONS) if names == {"all"} else names - {"none"}
        assert names <= set(FUNCTIONS), (self.name, key)
        return names

    def quoted(self, key: str) -> list[tuple[str, str]]:
        """The lines under a key that end with something in quotes."""
        found = [re.fullmatch(r'(\w*) ?"(.+)"', line) for line in self.header.get(key, [])]
        assert all(found), (self.name, key)
        return [(match[1], match[2]) for match in found if match]

    @property
    def limits(self) -> Limits:
        pairs = (pair.split("=") for pair in self.header.get("Limits", [""])[0].split())
        return Limits(**{"seconds": 5.0, **{key: float(value) for key, value in pairs}})

    def hand_in(self, folder: Path, world: World, source: str) -> None:
        """Leave the submission in ``folder``; ``source`` is the solution's."""
        released = world.course / "assignments" / NAME
        notebook = json.loads((released / f"{NAME}.ipynb").read_text())
        script = (released / f"{NAME}.py").read_text()
        if self["Base"] == "solution":
            notebook, script = solve(notebook), source
        body = world.fill(self.body)
        folder.mkdir(parents=True)
        if self["Kind"] == "script":
            (folder / f"{NAME}.py").write_text(f"{script}\n\n# %%\n{body}")
            return
        path = folder / f"{NAME}.ipynb"
        path.write_text(json.dumps(notebook))
        names: dict[str, Any] = {"notebook": notebook, "folder": folder, "NAME": NAME}
        exec(compile(body, self.name, "exec"), names)
        if self["Kind"] == "notebook":
            data = names.get("data", json.dumps(notebook))
            path.write_bytes(data if isinstance(data, bytes) else data.encode())

    def complaints(self, report: dict[str, Any]) -> list[str]:
        """What a report, as JSON, has that it must not have, or the other way round."""
        found = []
        how, limit = self["Score"].rsplit(" ", 1)
        score = report["score"]
        if not 0 <= score <= min(float(limit), MAX_SCORE):
            found.append(f"score {score}, must be {self['Score']}")
        if how == "exactly" and score != float(limit):
            found.append(f"score {score}, must be {self['Score']}")
        functions = {function["name"]: function for function in report["functions"]}
        passed = {name for name, function in functions.items() if function["status"] == "passed"}
        failed = set(FUNCTIONS) - passed
        if self.named("Fails") - failed:
            found.append(f"passed: {self.named('Fails') - failed}")
        if failed - self.named("Fails") - self.named("May fail"):
            found.append(f"did not pass: {failed - self.named('Fails') - self.named('May fail')}")
        for line in self.header.get("Status", []):
            name, status = line.split()
            if functions[name]["status"] != status:
                found.append(f"{name} is {functions[name]['status']}, must be {status}")
        for name, text in self.quoted("Says"):
            where = report["problems"] if name == "problems" else functions[name]["checks"]
            if not any(text in item["message"] for item in where):
                found.append(f"{name} does not say {text!r}")
        for _, text in self.quoted("Never"):
            if text in json.dumps(report):
                found.append(f"it says {text!r}")
        if found:
            found += told(report)
        return found


def told(report: dict[str, Any]) -> list[str]:
    """What a report holds against a submission, to be read when a test fails."""
    lines = [problem["message"][:300] for problem in report["problems"]]
    for function in report["functions"]:
        wrong = [check["message"] for check in function["checks"] if check["passed"] is False]
        lines += [f"{function['name']} ({function['status']}): {text[:300]}" for text in wrong[:1]]
    return lines


PICTURE = "data:image/svg+xml;base64"
#: What the figure is made of: nothing that runs, or that leads anywhere.
DRAWN = {
    f"{{http://www.w3.org/2000/svg}}{tag}" for tag in "svg title desc style rect path text".split()
}
DRAWN_WITH = set(
    "width height viewBox role font-family font-size font-weight text-anchor x y rx d fill stroke "
    "stroke-width stroke-dasharray class".split()
)


class Shown(HTMLParser):
    """Whether a piece of HTML holds only what our own tables are made of."""

    TAGS = frozenset(
        re.findall(
            r"\w+", "div table caption b thead tr th tbody td span pre p small details summary"
        )
    )
    ATTRIBUTES = frozenset(("style", "scope", "role", "aria-label", "open"))

    def __init__(self, text: str) -> None:
        super().__init__()
        self.foreign: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "img":
            self._handle_picture(dict(attrs))
        elif tag not in self.TAGS or any(name not in self.ATTRIBUTES for name, _ in attrs):
            self.foreign.append(f"<{tag}>")

    def _handle_picture(self, attributes: dict[str, str | None]) -> None:
        """Our own figure of the computation is in the table itself, and asks for nothing."""
        kind, _, data = (attributes.pop("src", None) or "").partition(",")
        if kind != PICTURE or not attributes.keys() <= {"alt", "style", "width"}:
            self.foreign.append("<img>")
            return
        for element in ElementTree.fromstring(b64decode(data, validate=True)).iter():
            if element.tag not in DRAWN or not element.attrib.keys() <= DRAWN_WITH:
                self.foreign.append(f"<{element.tag}> of a picture")

    def handle_comment(self, data: str) -> None:
        self.foreign.append("a comment")

    def handle_decl(self, decl: str) -> None:
        self.foreign.append("a declaration")


def texts_in(value: Any) -> Iterator[str]:
    """Every text in JSON, keys among them."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from texts_in(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts_in(item)


def steers(text: str) -> bool:
    """Whether a text holds anything but visible characters, tabs and ends of lines."""
    return not text.replace("\n", "").replace("\t", "").isprintable()


def shown_wrongly(report: str, table: str, notebook: Mapping[str, Any]) -> list[str]:
    """What could steer a terminal or a browser, in what a person is going to look at."""
    found = []
    if steers(table) or "\n" in report or any(map(steers, texts_in(json.loads(report)))):
        found.append("what steers a terminal is in the report or the class table")
    for cell in notebook["cells"]:
        if cell.get("id") == "problems":
            _, *lines = cell["source"].split("\n\n", 1)[1].split("\n")
            if not all(line.startswith("    ") for line in lines):
                found.append("a problem breaks out of its code block")
        for output in cell.get("outputs", ()) if grade_id(cell).startswith("check-") else ():
            if steers(output["data"]["text/plain"]):
                found.append("what steers a terminal is in an output")
            found += Shown(output["data"].get("text/html", "")).foreign
    return found
