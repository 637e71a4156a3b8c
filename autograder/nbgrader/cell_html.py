"""A cell's text as HTML for a page that asks for nothing: formulas as MathML, and of the HTML that
students write what is harmless."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from html import escape
from html.parser import HTMLParser
from typing import Any
from urllib.parse import unquote

from markupsafe import Markup
from nbconvert.filters.markdown_mistune import MarkdownWithMath
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name

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
_DROPPED = {"script", "style"}
_EMPTY = {"br", "hr", "img"}
#: Attributes that stay, beside those of MathML.
_ATTRIBUTES = set(
    "align alt class colspan color dir display height href lang open role aria-label rowspan src "
    "start style tabindex title valign width".split()
)
_LINK = re.compile(r"(?:https?://|mailto:|#)", re.IGNORECASE)
_DATA = re.compile(r"data:image/(?:png|jpeg|gif|webp|svg\+xml)[;,]", re.IGNORECASE)
#: The page's classes that a cell may use; those of pygments have at most three characters.
_CLASS = re.compile(r"code|formula|scroll|[a-z][a-z0-9]{0,2}")
_NO_STYLE = re.compile(r"url|image|[\\@/]", re.IGNORECASE)
#: Longer texts, and more of them on a page, are shown as they were written, and longer code without
#: colours: both take time that grows with the square. A picture in a text does not count.
MAX_TEXT, MAX_TEXTS, MAX_CODE = 10_000, 100_000, 20_000
_PICTURES = re.compile(r"data:image/[\w.+-]{1,40};base64,[A-Za-z0-9+/=]++")
#: Where code has no words, their kinds take longer still.
_NO_WORDS = re.compile(r"\s{300}|[\w.]{300}|[^\w\s]{300}")
#: Of the languages that a block of code may name, those whose words are quickly told apart.
_LANGUAGES = {"python", "python3", "py", "ipython3", "pycon", "console", "bash", "sh", "json"}


class CellTexts:
    """The texts of one notebook's cells as HTML; ``pictures`` are the release's, by name."""

    def __init__(self, pictures: Mapping[str, str]) -> None:
        self._pictures = pictures
        self._left = Budget()
        self._left_of_texts = MAX_TEXTS
        self._formulas = Formulas()

    def markdown(self, source: str, attachments: Any = None) -> Markup:
        """Markdown with a cell's attachments; a text that is too long as it is."""
        length = len(_PICTURES.sub("", source))
        if length > min(MAX_TEXT, self._left_of_texts):
            return plain(source)
        self._left_of_texts -= length
        renderer = _Renderer(
            escape=False,
            attachments=attachments if isinstance(attachments, Mapping) else {},
            exclude_anchor_links=True,
        )
        renderer.left, renderer.formulas = self._left, self._formulas
        html = MarkdownWithMath(renderer=renderer).render(source)
        return Markup(_Clean(html, self._pictures, self._left).text)  # noqa: S704  # cleaned


class _Clean(HTMLParser):
    """HTML with what is harmless, and every element closed, in time that grows with its length."""

    def __init__(self, html: str, pictures: Mapping[str, str], left: Budget) -> None:
        super().__init__()
        self._pictures, self._left = pictures, left
        self._parts: list[str] = []
        self._open: list[str] = []
        self._count: Counter[str] = Counter()
        self._dropped = ""
        self.feed(html)
        self.close()
        self._parts += [f"</{tag}>" for tag in reversed(self._open)]
        self.text = "".join(self._parts)

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        if tag in _DROPPED:
            self._dropped = tag
        elif tag == "img":
            self._picture({name: value or "" for name, value in attrs})
        elif tag in _KEPT or tag in _IN_MATH:
            self._start(tag, {name: value or "" for name, value in attrs})

    def handle_endtag(self, tag: str) -> None:
        if tag == self._dropped:
            self._dropped = ""
        if not self._count[tag]:
            return
        while self._count[tag]:
            last = self._open.pop()
            self._count[last] -= 1
            self._parts.append(f"</{last}>")
            if last == tag:
                return

    def handle_data(self, data: str) -> None:
        if not self._dropped:
            self._parts.append(escape(data, quote=False))

    def _start(self, tag: str, attributes: Mapping[str, str]) -> None:
        kept = {name: value for name, value in attributes.items() if _stays(tag, name, value)}
        shown = "".join(f' {name}="{escape(value)}"' for name, value in kept.items())
        self._parts.append(f"<{tag}{shown}>")
        if tag not in _EMPTY:
            self._open.append(tag)
            self._count[tag] += 1

    def _picture(self, attributes: dict[str, str]) -> None:
        """Embed a picture of the release; what is elsewhere is not asked for."""
        address = attributes.get("src", "")
        picture = self._pictures.get(unquote(address).removeprefix("./"))
        if picture is not None and self._left.take(len(picture)):
            address = picture
        elif not _DATA.match(address):
            self._parts.append(missing(address))
            return
        alt = attributes.get("alt") or "a picture without a description"
        self._start("img", {**attributes, "src": address, "alt": alt})


def _stays(tag: str, name: str, value: str) -> bool:
    if name == "href":
        return tag == "a" and bool(_LINK.match(value.strip()))
    if name == "src":
        return tag == "img"
    if name == "class":
        return all(map(_CLASS.fullmatch, value.split()))
    if name == "style":
        return not _NO_STYLE.search(value)
    is_plain = name.isascii() and name.isalpha() and not name.startswith("on")
    return name in _ATTRIBUTES or (tag in _IN_MATH and is_plain and name not in ("id", "name"))


def code(source: str, language: str = "ipython3") -> Markup:
    """Code with the kinds of its words as classes."""
    if language not in _LANGUAGES or len(source) > MAX_CODE or _NO_WORDS.search(source):
        language = "text"
    lexer = get_lexer_by_name(language, stripnl=False)
    shown = highlight(visible_text(source), lexer, HtmlFormatter(nowrap=True)).rstrip("\n")
    return Markup(f'<pre class="code">{shown}</pre>')  # noqa: S704  # pygments escapes


class _Renderer(Renderer):
    """Markdown with formulas as MathML, and headings one level below the page's."""

    left: Budget
    formulas: Formulas

    def heading(self, text: str, level: int, **attrs: Any) -> str:
        """A heading."""
        return str(super().heading(text, min(level + 1, 6), **attrs))

    def table(self, text: str) -> str:
        """A table, which can be scrolled by itself."""
        scroll = '<div class="scroll" tabindex="0" role="group" aria-label="Table">'
        return f"{scroll}<table>{text}</table></div>"

    def task_list_item(self, text: str, checked: bool = False) -> str:
        """An item with a box."""
        return f"<li>{'☑' if checked else '☐'} {text}</li>"

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
