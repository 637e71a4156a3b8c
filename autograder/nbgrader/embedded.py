"""Pictures in the page of a notebook: attachments of cells, and how much may be embedded."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape, unescape
from urllib.parse import unquote

from nbconvert.filters.markdown_mistune import IPythonRenderer

from autograder.nbgrader.pictures import MISSING

_ATTACHMENT = "attachment:"
#: The limit for what is embedded in a page, in characters; a picture counts each time it is shown.
MAX_EMBEDDED = 50_000_000
_IMAGE = re.compile(
    r"<img\b[^<>]{0,1000}?\bsrc\s*=\s*(?P<quote>[\"'])(?P<url>attachment:[^\"'<>]{0,1000})(?P=quote)"
    r"[^<>]*>",
    re.IGNORECASE,
)
_MISSING = "<em>A picture is missing here: {}.</em>"


def missing(name: str) -> str:
    """What stands in the place of a picture that is not there."""
    return _MISSING.format(escape(name))


class Budget:
    """How much more may be embedded in a page."""

    def __init__(self) -> None:
        self._left = MAX_EMBEDDED

    def take(self, size: int) -> bool:
        """Whether ``size`` more fits, in which case it is counted."""
        fits = size <= self._left
        self._left -= size if fits else 0
        return fits


class Renderer(IPythonRenderer):  # type: ignore[misc]
    """nbconvert's renderer, except that a missing attachment is not an error."""

    left: Budget

    def image(self, text: str, url: str, title: str | None = None) -> str:
        """A picture, or a note that it is missing."""
        if url.startswith(_ATTACHMENT):
            found = self._attached(url)
            if found is None:
                return _missing_attachment(url)
            url = found
        return str(super().image(text, url, title))

    def block_html(self, html: str) -> str:
        """HTML, in which pictures may be attachments too."""
        return str(super().block_html(_IMAGE.sub(self._image, html)))

    def inline_html(self, html: str) -> str:
        """HTML in a line."""
        return str(super().inline_html(_IMAGE.sub(self._image, html)))

    def _image(self, tag: re.Match[str]) -> str:
        url = unescape(tag["url"])
        found = self._attached(url)
        if found is None:
            return _missing_attachment(url)
        return tag[0].replace(tag["url"], self._embed_image_or_attachment(found), 1)

    def _attached(self, url: str) -> str | None:
        """The attachment's address as the cell has its name; None if it cannot be shown."""
        name = url.removeprefix(_ATTACHMENT)
        name = name if name in self.attachments else unquote(name)
        found = self.attachments.get(name)
        texts = list(found.values()) if isinstance(found, Mapping) else []
        sizes = [len(text) for text in texts if isinstance(text, str)]
        if found == MISSING or not sizes or len(sizes) < len(texts):
            return None
        return f"{_ATTACHMENT}{name}" if self.left.take(max(sizes)) else None


def _missing_attachment(url: str) -> str:
    return missing(unquote(url.removeprefix(_ATTACHMENT)))
