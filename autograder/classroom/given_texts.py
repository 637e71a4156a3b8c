"""The texts of an exercise's cells, by which those of students are told apart."""

from __future__ import annotations

import re
from collections.abc import Iterable

#: Words in a row by which a text is known, and characters: of a text that another one may contain,
#: and of one that is compared by its words.
_PIECE, _LEAST_TEXT, _MAX_TEXT = 4, 40, 100_000
#: Marks of comments, and of headings, which may be in comments.
_MARKS = re.compile(r"^(?:#+(?: |$))+", re.MULTILINE)


class GivenTexts:
    """The texts that were handed out, now or before the exercise was built again."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self._texts = {plain_text(text) for text in texts}
        self._pieces = {piece for text in self._texts for piece in _pieces(text)}

    def has(self, source: str, or_earlier: bool = False) -> bool:
        """Whether a text was handed out, ``or_earlier``: half of it is still the same, and it is
        no text of now with something added."""
        text = plain_text(source)
        if text in self._texts:
            return True
        if (
            not or_earlier
            or len(text) > _MAX_TEXT
            or any(len(each) > _LEAST_TEXT and each in text for each in self._texts)
        ):
            return False
        pieces = _pieces(text)
        return 2 * len(pieces & self._pieces) > len(pieces)


def plain_text(source: str) -> str:
    """A text, the same in a notebook and in the comments of a script."""
    return " ".join(_MARKS.sub("", source.replace("\r\n", "\n")).split())


def _pieces(text: str) -> set[str]:
    words = text.split()
    return {" ".join(words[at : at + _PIECE]) for at in range(len(words) - _PIECE + 1)}
