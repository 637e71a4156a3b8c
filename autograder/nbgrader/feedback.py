"""Pages of graded notebooks, for nbgrader's feedback and formgrader.

The release's pictures and the attachments of cells are embedded, and no other files. nbconvert can
embed pictures too. But it embeds any file that a student's markdown names and its check of paths
lets through, and it parses each piece of HTML alone, which breaks ``H<sub>2</sub>O``. Here the
notebook is rendered first. Pictures are then looked up by name among those of the release.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from bs4 import BeautifulSoup
from jinja2 import pass_context
from nbconvert.exporters import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbgrader.converters import GenerateFeedback

from autograder.course import CourseError
from autograder.nbgrader.beside import MAX_COPIED
from autograder.nbgrader.release import PICTURES
from autograder.nbgrader.working_folder import course_of
from autograder.submission import small_file

_ATTACHMENT = "attachment:"
#: The limit for what is embedded in a page, in characters; a picture counts each time it is shown.
MAX_EMBEDDED = 50_000_000
_MISSING = "<em>A picture is missing here: {}.</em>"


class FeedbackExporter(HTMLExporter):  # type: ignore[misc]
    """nbconvert's exporter, which in our exercises embeds pictures and no other files."""

    _pictures: Mapping[str, str] | None = None

    def from_notebook_node(self, nb: Any, resources: Any = None, **kw: Any) -> tuple[str, Any]:
        """Render the page of a notebook."""
        self._pictures = self._released(resources or {})
        self._left = _Budget()
        page, resources = super().from_notebook_node(nb, resources, **kw)
        return (self._embedded(page, self._pictures) if self._pictures else page), resources

    def _released(self, resources: Mapping[str, Any]) -> dict[str, str] | None:
        """The pictures of a release by name, as data URLs; None if it is not our exercise."""
        about = resources.get("nbgrader") or {}
        name = str(about.get("assignment") or resources.get("assignment_id"))
        try:
            course = course_of(self)
        except CourseError:
            return None
        # Another notebook of the assignment is the instructor's.
        if course is None or not course.has_exercise(name) or about.get("notebook", name) != name:
            return None
        found = {}
        for path in sorted((course.released / name).glob("*")):
            kind = PICTURES.get(path.suffix.lower())
            data = small_file(path, MAX_COPIED) if kind else None
            if data is not None:
                found[path.name] = f"data:{kind};base64,{base64.b64encode(data).decode()}"
        return found

    def _embedded(self, page: str, pictures: Mapping[str, str]) -> str:
        soup = BeautifulSoup(page, features="html.parser")
        for image in soup.find_all("img", src=True):
            picture = pictures.get(unquote(str(image["src"])).removeprefix("./"))
            if picture is not None and self._left.take(len(picture)):
                image["src"] = picture
        return str(soup)

    @pass_context
    def markdown2html(self, context: Any, source: str) -> str:
        """Markdown as HTML, with the cell's attachments embedded."""
        if self._pictures is None:
            return str(super().markdown2html(context, source))
        renderer = _Renderer(
            escape=False,
            attachments=context.get("cell", {}).get("attachments", {}),
            anchor_link_text=self.anchor_link_text,
            exclude_anchor_links=self.exclude_anchor_links,
            **self.lexer_options,
        )
        renderer.left = self._left
        return str(MarkdownWithMath(renderer=renderer).render(source))


class CompleteFeedback(GenerateFeedback):  # type: ignore[misc]
    """nbgrader's converter, which also makes again what an earlier run that was killed left of our
    exercises without a page or with half of one. nbgrader skips every folder that exists."""

    def init_destination(self, assignment_id: str, student_id: str) -> bool:
        """Whether to make the pages of a submission."""
        folder = Path(self._format_dest(assignment_id, student_id))
        pages = [folder / f"{Path(n).stem}{self.exporter.file_extension}" for n in self.notebooks]
        excluded = student_id in self.coursedir.student_id_exclude.split(",")
        complete = not folder.is_dir() or all(map(self._is_whole, pages))
        if self.force or excluded or complete or not self._is_ours(assignment_id):
            return bool(super().init_destination(assignment_id, student_id))
        self.log.warning("Making the pages again that an earlier run did not finish: %s", folder)
        return True

    def _is_ours(self, assignment_id: str) -> bool:
        try:
            course = course_of(self)
        except CourseError:  # which its exporter tells
            return False
        return course is not None and course.has_exercise(assignment_id)

    def _is_whole(self, page: Path) -> bool:
        if not page.is_file():
            return False
        if not isinstance(self.exporter, FeedbackExporter):
            return True
        with open(page, "rb") as stream:
            stream.seek(-min(page.stat().st_size, 100), os.SEEK_END)
            return stream.read().rstrip().endswith(b"</html>")


class _Budget:
    """How much more may be embedded in a page."""

    def __init__(self) -> None:
        self._left = MAX_EMBEDDED

    def take(self, size: int) -> bool:
        """Whether ``size`` more fits, in which case it is counted."""
        fits = size <= self._left
        self._left -= size if fits else 0
        return fits


class _Renderer(IPythonRenderer):  # type: ignore[misc]
    """nbconvert's renderer, except that a missing attachment is not an error."""

    left: _Budget

    def image(self, text: str, url: str, title: str | None = None) -> str:
        """A picture, or a note that it is missing."""
        if url.startswith(_ATTACHMENT):
            name = url.removeprefix(_ATTACHMENT)
            name = name if name in self.attachments else unquote(name)
            found = self.attachments.get(name)
            texts = list(found.values()) if isinstance(found, Mapping) else []
            sizes = [len(text) for text in texts if isinstance(text, str)]
            if not sizes or len(sizes) < len(texts) or not self.left.take(max(sizes)):
                return _MISSING.format(escape(name))
            url = f"{_ATTACHMENT}{name}"
        return str(super().image(text, url, title))
