"""Formulas as MathML, which a browser shows without a script and without a network."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape, unescape
from xml.etree.ElementTree import tostring

#: Longer formulas, and more of them on a page, are shown as they were written, in characters.
MAX_FORMULA, MAX_FORMULAS = 2_000, 50_000
#: What defines a command: a few of them can grow to gigabytes.
_DEFINES = re.compile(r"\\(?:(?:re)?new|provide|declare|def|let|gdef|edef|xdef)", re.IGNORECASE)
#: A longer formula in a line can be scrolled, so that it does not widen a phone's page.
LONG = 60
_GAP = r"\qquad"


class Formulas:
    """The formulas of one page."""

    def __init__(self) -> None:
        self._left = MAX_FORMULAS

    def html(self, latex: str, block: bool) -> str:
        """A formula as HTML; its source where it cannot be read."""
        if len(latex) > min(MAX_FORMULA, self._left) or _DEFINES.search(latex):
            return _source(latex, block)
        self._left -= len(latex)
        try:
            parts = [_mathml(part, block) for part in (_parts(latex) if block else [latex])]
        # It is text that a student wrote, and the converter raises whatever it comes upon.
        except Exception:
            return _source(latex, block)
        return _block(" ".join(parts)) if block or len(latex) > LONG else parts[0]


def _mathml(latex: str, block: bool) -> str:
    from latex2mathml.converter import Converter  # reads a table of symbols, which takes a while

    tree = Converter(display="block" if block else "inline").convert_to_element(latex)
    del tree.attrib["xmlns"]
    for element in tree.iter():  # the converter writes characters as entities in plain text
        element.text = unescape(element.text) if element.text else element.text
        element.attrib.pop("href", None)
    return tostring(tree, encoding="unicode", short_empty_elements=False)


def _parts(latex: str) -> Iterator[str]:
    r"""The parts between gaps of ``\qquad``, which may stand on lines of their own."""
    depth, start = 0, 0
    for found in re.finditer(r"\\(?:[A-Za-z]+|.)|[{}]", latex):
        word = found[0]
        depth += (word in ("{", r"\begin", r"\left")) - (word in ("}", r"\end", r"\right"))
        if word == _GAP and depth == 0:
            yield latex[start : found.start()]
            start = found.end()
    yield latex[start:]


def _source(latex: str, block: bool) -> str:
    mark = "$$" if block else "$"
    code = f"<code>{mark}{escape(latex)}{mark}</code>"
    return _block(code) if block else code


def _block(html: str) -> str:
    # In a paragraph there may be no <div>. It can be scrolled, and thus has to take the focus.
    return f'<span class="formula" tabindex="0" role="group" aria-label="Formula">{html}</span>'
