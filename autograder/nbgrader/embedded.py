"""Pictures in the page of a notebook: attachments of cells, and how much may be embedded."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from urllib.parse import unquote

from nbconvert.filters.markdown_mistune import IPythonRenderer

_ATTACHMENT = "attachment:"
#: The limit for what is embedded in a page, in characters; a picture counts each time it is shown.
MAX_EMBEDDED = 50_000_000
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
            name = url.removeprefix(_ATTACHMENT)
            name = name if name in self.attachments else unquote(name)
            found = self.attachments.get(name)
            texts = list(found.values()) if isinstance(found, Mapping) else []
            sizes = [len(text) for text in texts if isinstance(text, str)]
            if not sizes or len(sizes) < len(texts) or not self.left.take(max(sizes)):
                return missing(name)
            url = f"{_ATTACHMENT}{name}"
        return str(super().image(text, url, title))
