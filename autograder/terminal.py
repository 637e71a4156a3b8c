"""A report as text: in colour on a terminal, plain elsewhere, and nothing told by colour alone."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Collection, Sequence
from typing import TextIO

from autograder.hints import hint_lines
from autograder.report import CheckResult, FunctionReport, Report, Row, add_points
from autograder.sheet import Sheet

_CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33"}


class Style:
    """Colours, or none; marks in Unicode, or in ASCII; lines folded to a width, or not."""

    def __init__(self, colour: bool, unicode: bool = True, width: int = 0) -> None:
        """Choose what the output can show; a width of 0 leaves lines as long as they are."""
        self.colour = colour
        self.width = width
        self.marks = (
            {True: "✓", False: "✗", None: "–"} if unicode else {True: "+", False: "x", None: "-"}
        )

    @classmethod
    def of(cls, stream: TextIO) -> Style:
        """The style that suits a stream; ``NO_COLOR`` is respected."""
        colour = stream.isatty() and "NO_COLOR" not in os.environ
        encoding = (getattr(stream, "encoding", None) or "").lower().replace("-", "")
        width = _columns() if stream.isatty() else 0
        return cls(colour, encoding.startswith("utf"), width)

    def fold(self, text: str, indent: int) -> list[str]:
        """The text, indented, on as many lines as it needs."""
        lead = " " * indent
        if not self.width or len(text) + indent <= self.width:
            return [lead + text]
        return textwrap.wrap(text, self.width, initial_indent=lead, subsequent_indent=lead)

    def paint(self, text: str, *names: str) -> str:
        """The text in the named colours."""
        if not self.colour or not names:
            return text
        codes = ";".join(_CODES[name] for name in names)
        return f"\x1b[{codes}m{text}\x1b[0m"

    def mark(self, passed: bool | None) -> str:
        """Right, wrong, or not checked."""
        colour = {True: "green", False: "red", None: "yellow"}[passed]
        return self.paint(self.marks[passed], colour)


def _columns() -> int:
    import shutil  # which loads more than `check` needs where nobody looks on

    return shutil.get_terminal_size().columns


def points_text(score: float) -> str:
    """Points without needless zeros."""
    return f"{score:g}"


def plural(points: float) -> str:
    """So many points, in words."""
    return f"{points_text(points)} {'point' if points == 1 else 'points'}"


def report_text(
    report: Report, sheet: Sheet, style: Style, all_values: bool = False, hint: int = 0
) -> str:
    """A whole report, as ``autograder check`` prints it, with so many hints."""
    request = f"`autograder check {report.path} --hint {{}}`"
    lines = [style.paint(f"{report.path}: {sheet.title}", "bold"), ""]
    lines += [f"{style.mark(False)} {problem.message}" for problem in report.problems]
    lines += [""] if report.problems else []
    for function in report.functions:
        lines += function_lines(function, style, all_values)
        for line in hint_lines(function, sheet, hint, request):
            lines += style.fold(line, 4)
    if report.functions:
        lines += ["", _sum_line(report, style)]
        note = hidden_note(sheet, {function.name for function in report.functions})
        lines += [style.paint(note, "dim")] if note else []
    return "\n".join(lines)


def _sum_line(report: Report, style: Style) -> str:
    total = f"{points_text(report.score)} of {plural(report.max_score)} on the visible checks."
    if all(function.status == "passed" for function in report.functions):
        return style.paint(f"All right: {total}", "bold", "green")
    return style.paint(total, "bold")


def hidden_note(sheet: Sheet, names: Collection[str]) -> str:
    """What the visible checks leave open, so that "all passed" is not read as full marks."""
    points = add_points(f.points.get("hidden", 0.0) for f in sheet.functions if f.name in names)
    if not points:
        return ""
    return f"{plural(points)} more when your work is graded, on hidden instances."


def function_lines(function: FunctionReport, style: Style, all_values: bool = False) -> list[str]:
    """One function: a line when all is right, and its checks when something is not."""
    passed = function.status == "passed"
    score = f"{points_text(function.score)}/{points_text(function.max_score)}"
    status = "" if passed else f"  {function.status}"
    name = style.paint(f"{function.name:<20}", "bold")
    lines = [f"{style.mark(passed)} {name} {score:>7}{status}"]
    explained = False
    for check in function.checks:
        if not passed:
            lines += _check_lines(check, style, brief=explained)
            explained = explained or check.passed is False
        elif check.message:
            lines += _check_lines(check, style, brief=False)
        if all_values and check.rows:
            lines += [f"      {line}" for line in _row_lines(check.rows)]
    return lines


def _check_lines(check: CheckResult, style: Style, brief: bool) -> list[str]:
    """A check; all but the first failure are told in one line, since they often follow from it."""
    lines = [f"    {style.mark(check.passed)} {check.name}"]
    message = check.message.splitlines()
    for line in message[:1] if brief else message:
        lines += style.fold(line, 6)
    return lines


def _row_lines(rows: Sequence[Row]) -> list[str]:
    lines = []
    for row in rows:
        lines.append(row.entry + (f"  ({row.note})" if row.note else ""))
        parts = [("yours", row.got), ("right", row.expected)]
        if row.printed:
            parts[1:] = [("from a fresh start", row.expected), ("document", row.printed)]
        for label, text in parts:
            lines.append(f"  {label:<19}" + text.replace("\n", "\n" + " " * 27))
    return lines
