"""A cell's text as HTML for a page that asks for nothing: formulas as MathML, and of the HTML that
students write what is harmless."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from typing import Any
from urllib.parse import unquote

from bs4 import BeautifulSoup, Tag
from bs4.element import PreformattedString
from markupsafe import Markup
from nbconvert.filters.markdown_mistune import MarkdownWithMath
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

from autograder.display.formulas import Formulas
from autograder.nbgrader.embedded import Budget, Renderer, missing
from autograder.text import visible_text

#: HTML that stays, and all of MathML that is shown. Of `_DROPPED` nothing stays, and of other
#: elements what is in them.
_KEPT = set(
    "a abbr b blockquote br caption center cite code dd del details dfn div dl dt em figcaption "
    "figure font h2 h3 h4 h5 h6 hr i img ins kbd li mark math ol p pre q s samp small span strike "
    "strong sub summary sup table tbody td tfoot th thead tr tt u ul var".split()
)
_IN_MATH = set(
    "menclose merror mfrac mi mmultiscripts mn mo mover mpadded mphantom mprescripts mroot mrow ms "
    "mspace msqrt mstyle msub msubsup msup mtable mtd mtext mtr munder munderover none".split()
)
_DROPPED = set(
    "applet audio canvas embed frame frameset head iframe link meta noembed noframes noscript "
    "object plaintext script select style svg template textarea title video xmp".split()
)
#: Attributes that stay in elements that are not MathML's.
_ATTRIBUTES = set(
    "align alt class colspan color dir height href lang open role aria-label rowspan src start "
    "style tabindex title valign width display".split()
)
_LINK = re.compile(r"(?:https?://|mailto:|#)", re.IGNORECASE)
_DATA = re.compile(r"data:image/(?:png|jpeg|gif|webp|svg\+xml)[;,]", re.IGNORECASE)
#: The page's classes that a cell may use; those of pygments have at most three characters.
_CLASS = re.compile(r"code|formula|[a-z][a-z0-9]{0,2}")


class CellTexts:
    """The texts of one notebook's cells as HTML; ``pictures`` are the release's, by name."""

    def __init__(self, pictures: Mapping[str, str]) -> None:
        self._pictures = pictures
        self._left = Budget()
        self._formulas = Formulas()

    def markdown(self, source: str, attachments: Any = None) -> Markup:
        """Markdown with a cell's attachments."""
        renderer = _Renderer(
            escape=False,
            attachments=attachments if isinstance(attachments, Mapping) else {},
            exclude_anchor_links=True,
        )
        renderer.left, renderer.formulas = self._left, self._formulas
        soup = BeautifulSoup(MarkdownWithMath(renderer=renderer).render(source), "html.parser")
        for text in soup.find_all(string=lambda text: isinstance(text, PreformattedString)):
            text.extract()  # comments, declarations
        for element in soup.find_all(True):
            if not element.decomposed:
                self._clean(element)
        for table in soup.find_all("table"):
            scroll = {"class": "scroll", "tabindex": "0", "role": "group", "aria-label": "Table"}
            table.wrap(soup.new_tag("div", attrs=scroll))
        return Markup(str(soup))  # noqa: S704  # cleaned

    def _clean(self, element: Tag) -> None:
        name = element.name
        if name in _DROPPED:
            element.decompose()
        elif name == "input":  # an item of a task list
            element.replace_with("☑ " if element.has_attr("checked") else "☐ ")
        elif name == "img":
            self._show(element)
        elif name in _KEPT or name in _IN_MATH:
            _clean_attributes(element)
        else:
            element.unwrap()

    def _show(self, image: Tag) -> None:
        """Embed a picture of the release; what is elsewhere is not asked for."""
        address = str(image.get("src", ""))
        picture = self._pictures.get(unquote(address).removeprefix("./"))
        if picture is not None and self._left.take(len(picture)):
            image["src"] = picture
        elif not _DATA.match(address):
            image.replace_with(BeautifulSoup(missing(address), "html.parser"))
            return
        _clean_attributes(image)
        image["alt"] = image.get("alt") or "a picture without a description"


def _clean_attributes(element: Tag) -> None:
    in_math = element.name in _IN_MATH
    for name, value in list(element.attrs.items()):
        text = " ".join(value) if isinstance(value, list) else str(value)
        if name == "href":
            kept = bool(_LINK.match(text.strip()))
        elif name == "class":
            kept = all(map(_CLASS.fullmatch, text.split()))
        elif name == "style":
            kept = not re.search(r"url|image|[\\@/]", text, re.IGNORECASE)
        else:
            kept = name in _ATTRIBUTES or (in_math and not name.startswith("on"))
        if not kept or (in_math and name in ("href", "src")):
            del element[name]


def code(source: str, language: str = "ipython3") -> Markup:
    """Code with the kinds of its words as classes."""
    try:
        lexer = get_lexer_by_name(language, stripnl=False)
    except ClassNotFound:
        lexer = get_lexer_by_name("text", stripnl=False)
    shown = highlight(visible_text(source), lexer, HtmlFormatter(nowrap=True)).rstrip("\n")
    return Markup(f'<pre class="code">{shown}</pre>')  # noqa: S704  # pygments escapes


class _Renderer(Renderer):
    """Markdown with formulas as MathML, and headings one level below the page's."""

    left: Budget
    formulas: Formulas

    def heading(self, text: str, level: int, **attrs: Any) -> str:
        """A heading."""
        return str(super().heading(text, min(level + 1, 6), **attrs))

    def block_code(self, code_: str, info: str | None = None) -> str:
        """A block of code, in the language that it names."""
        words = (info or "").split()
        return str(code(code_, words[0] if words else "text"))

    def block_math(self, body: str) -> str:
        """A formula of its own lines."""
        return self.formulas.html(body, block=True)

    def inline_math(self, body: str) -> str:
        """A formula in a line."""
        return self.formulas.html(body, block=False)

    def latex_environment(self, name: str, body: str) -> str:
        """An environment of LaTeX."""
        return self.formulas.html(f"\\begin{{{name}}}{body}\\end{{{name}}}", block=True)


def plain(source: str) -> Markup:
    """Text as it is, as of a raw cell."""
    return Markup(f"<pre>{escape(visible_text(source))}</pre>")  # noqa: S704  # escaped
