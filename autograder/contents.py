"""What a file is that is neither a notebook nor a script: recognised by how it begins, and said."""

from __future__ import annotations

import re

#: So much of the beginning and of the end of a file is looked at.
_LOOKED_AT = 4096
_NOTEBOOK, _SCRIPT = "notebook (.ipynb)", "script (.py)"
#: How a file begins, what it then is, and what to do.
_MAGIC = (
    (b"PK\x03\x04", "a ZIP archive", "Unpack it, and hand in the {} that is in it."),
    (b"PK\x05\x06", "an empty ZIP archive", "Hand in the {} itself."),
    (b"\x1f\x8b", "packed (gzip)", "Unpack it, and hand in the {} itself."),
    (b"BZh91AY&SY", "packed (bzip2)", "Unpack it, and hand in the {} itself."),
    (b"\xfd7zXZ\0", "packed (xz)", "Unpack it, and hand in the {} itself."),
    (b"\x28\xb5\x2f\xfd", "packed (zstd)", "Unpack it, and hand in the {} itself."),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive", "Unpack it, and hand in the {} that is in it."),
    (b"Rar!", "a RAR archive", "Unpack it, and hand in the {} that is in it."),
    (b"%PDF-", "a PDF", "Hand in the {} itself, not a print of it."),
    (b"\xd0\xcf\x11\xe0", "a document of Word or Excel", "Hand in the {} itself."),
    (b"{\\rtf", "a document (RTF)", "Hand in the {} itself."),
    (b"\x89PNG", "a picture (PNG)", "Hand in the {} itself, not a picture of it."),
    (b"\xff\xd8\xff", "a picture (JPEG)", "Hand in the {} itself, not a picture of it."),
    (b"GIF89a", "a picture (GIF)", "Hand in the {} itself, not a picture of it."),
    (b"\0\x05\x16\x07", "what macOS keeps beside a file", "Hand in the {} without ._ in its name."),
    (b"SQLite format 3\0", "a database (SQLite)", "Hand in the {} itself."),
    (
        b"version https://git-lfs.github.com/spec/",
        "a pointer of Git LFS, not the file that it stands for",
        "Run `git lfs pull`, and hand in the {} that is there then.",
    ),
)
#: Each cell becomes one of the graded notebook, which a person has to open.
MAX_CELLS = 10_000
_OFFICE = ((b"word/", "Word"), (b"xl/", "Excel"), (b"ppt/", "PowerPoint"))
_OPEN_DOCUMENT = b"mimetypeapplication/vnd.oasis.opendocument"
#: Each comment ends where it first can: in time that grows with the length.
_WEB_PAGE = (
    rb"(?is)\s*+(?:<\?xml[^>]*+>\s*+)?+(?:<!--(?:(?!-->).){0,1000}+-->\s*+)*+"
    rb"<(?:!doctype html|html|head|body|script)\b"
    rb"|(?:From: <Saved by|MIME-Version: 1\.0\b)"
)
_WIDE = (
    (b"\xff\xfe\0\0", "UTF-32"),
    (b"\0\0\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)
_CONFLICT = r"(?m)^(?:<{7}|>{7})(?: .*)?$"
#: What a notebook, which is JSON, begins with.
_JSON = r"\s*[\[{]"
_CODE = r"(?m)^(?:# ?%%|import |from \w+ import |def \w+\()"
_R_MARKDOWN = r"(?m)^```+ *\{"
#: A notebook's name with something behind it, and one that is written otherwise.
_MISNAMED = r"(?is)(?P<stem>.+?)[._](?P<kind>ipynb|py)(?![a-z0-9]).*"
_MARKDOWN = r"(?m)^(?:```|# )"


def something_else(path: str, data: bytes) -> str:
    """What a file is by its beginning and end, if no text of Python or of a notebook begins so;
    or ""."""
    what = _NOTEBOOK if path.endswith(".ipynb") else _SCRIPT
    begin, ends = data[:_LOOKED_AT], data[:_LOOKED_AT] + data[-_LOOKED_AT:]
    if not data.strip(b"\0 \t\r\n"):
        return _without_content(data)
    if data.startswith(b"PK\x03\x04"):
        office = next((name for part, name in _OFFICE if part in ends), "")
        office = office or ("LibreOffice" if _OPEN_DOCUMENT in begin else "")
        if office:
            return f"The file is a document of {office}. Hand in the {what} itself."
    for magic, found, remedy in _MAGIC:
        if data.startswith(magic):
            return f"The file is {found}. {remedy.format(what)}"
    if re.match(_WEB_PAGE, begin.removeprefix(b"\xef\xbb\xbf")):
        return (
            "The file is a web page (HTML), as a browser saves it. Download the "
            f"{what} itself: in Jupyter with File, Download; on GitHub with Download raw file."
        )
    return _wide(begin)


def _without_content(data: bytes) -> str:
    if b"\0" not in data:
        return "The file is empty."
    return (
        "The file has only zero bytes in it: it was handed in before it was saved or copied whole. "
        "Open it on your computer, save it, and hand it in again."
    )


def _wide(begin: bytes) -> str:
    encoding = next((name for mark, name in _WIDE if begin.startswith(mark)), "")
    if not encoding and b"\0" in begin[:2] and begin[:100].count(b"\0") * 3 > len(begin[:100]):
        encoding = "UTF-16"
    if not encoding:
        return ""
    return f"The file is saved in {encoding}. Save it in UTF-8, and hand it in again."


def conflict(text: str, where: str = "it", first_line: int = 1) -> str:
    """What to do about the marks of a conflict that Git left in a text, or ""."""
    mark = re.search(_CONFLICT, text)
    if mark is None:
        return ""
    line = first_line + text.count("\n", 0, mark.start())
    return (
        f"Git's marks of a conflict are in {where}, the first in line {line} ({mark[0][:7]}). Keep one "
        "of the two versions between them, and remove the marks"
    )


def not_a_notebook(text: str) -> str:
    """What a text without a notebook's JSON is, in two sentences; "" for JSON."""
    if found := conflict(text):
        return f"The notebook is damaged: {found}."
    if re.match(_JSON, text):
        return ""
    if re.search(_R_MARKDOWN, text):
        return "The file is an R Markdown text, not a notebook. Convert it to one with Jupyter."
    if re.search(_CODE, text):
        return (
            "The file is a Python script, not a notebook. Give it a name that ends in .py, or "
            "hand in the notebook itself."
        )
    if re.search(_MARKDOWN, text):
        return "The file is a Markdown text, not a notebook. Hand in the notebook itself."
    return "The file is a text, not a notebook, which is JSON. Hand in the notebook itself."


def right_ending(name: str) -> str:
    """The name that a file should have whose own does not end in .ipynb or .py, as ``a.ipynb`` for
    ``a.ipynb.txt`` or ``a.IPYNB``; "" if it is another kind of file."""
    found = re.fullmatch(_MISNAMED, name)
    return f"{found['stem']}.{found['kind'].lower()}" if found else ""


def is_notebook(text: str) -> bool:
    """Whether a text looks like a whole notebook's JSON."""
    return text.lstrip().startswith("{") and '"cells"' in text and '"nbformat"' in text
