"""Pages of graded notebooks, for nbgrader's feedback and its formgrader: with the release's own
pictures and what is attached to a cell in them, and no other file.

nbconvert can embed pictures too. It takes any file that a student's markdown names, as far as a check
of paths lets it, and it parses every piece of HTML alone, so that ``H<sub>2</sub>O`` loses its effect.
Here the notebook becomes a page first; what counts then is the name of a picture, and its bytes come
from what the instructor released.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from bs4 import BeautifulSoup
from jinja2 import pass_context
from nbconvert.exporters import HTMLExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from autograder.course import CourseError, load_course
from autograder.nbgrader.release import MAX_COPIED, PICTURES
from autograder.submission import small_file

_ATTACHMENT = "attachment:"
#: How much may be embedded in a page, in characters; the same picture may be shown many times.
MAX_EMBEDDED = 50_000_000
_MISSING = "<em>A picture is missing here: {}.</em>"


class FeedbackExporter(HTMLExporter):  # type: ignore[misc]
    """nbconvert's exporter; in an exercise of ours with pictures, and nothing of other files."""

    _pictures: Mapping[str, str] | None = None

    def from_notebook_node(self, nb: Any, resources: Any = None, **kw: Any) -> tuple[str, Any]:
        """Make the page of a notebook."""
        self._pictures = self._released(resources or {})
        self._left = _Room()
        page, resources = super().from_notebook_node(nb, resources, **kw)
        return (self._embedded(page, self._pictures) if self._pictures else page), resources

    def _released(self, resources: Mapping[str, Any]) -> dict[str, str] | None:
        """The pictures of a release, by name; None unless the assignment is one of our exercises."""
        about = resources.get("nbgrader") or {}
        name = str(about.get("assignment") or resources.get("assignment_id"))
        root = self.config.CourseDirectory.get("root")
        if not isinstance(root, str):  # nobody has set it
            return None
        try:
            course = load_course(Path(root))
        except CourseError:
            return None
        if not course.has_exercise(name):
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
        """Markdown as HTML, in which a cell's attachments are embedded."""
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


class _Room:
    """What may still be embedded in a page."""

    def __init__(self) -> None:
        self._left = MAX_EMBEDDED

    def take(self, size: int) -> bool:
        """Whether there is room for so much, which is then taken."""
        fits = size <= self._left
        self._left -= size if fits else 0
        return fits


class _Renderer(IPythonRenderer):  # type: ignore[misc]
    """nbconvert's renderer, which would stop at an attachment that is not there."""

    left: _Room

    def image(self, text: str, url: str, title: str | None = None) -> str:
        """A picture, or a word about one that is missing."""
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
