"""A report as text, in colour on a terminal. Nothing is conveyed by colour alone."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Collection, Mapping, Sequence
from typing import TextIO

from autograder.display.next_step import ON_THIS_MACHINE, next_step
from autograder.exercise.answer_key import AnswerKey
from autograder.report import CheckResult, FunctionReport, Report, Row, add_points
from autograder.text import plural, points_text, visible_name

_NO_NOTES: Mapping[str, Sequence[str]] = {}
#: The least width of the column of names.
NAME_WIDTH = 20
_CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33"}


class Style:
    """Whether to use colour and Unicode marks, and the width at which lines are folded."""

    def __init__(self, colour: bool, unicode: bool = True, width: int = 0) -> None:
        """A width of 0 means that lines are not folded."""
        self.colour = colour
        self.unicode = unicode
        self.width = width
        self.marks = (
            {True: "✓", False: "✗", None: "–"} if unicode else {True: "+", False: "x", None: "-"}
        )

    @classmethod
    def of(cls, stream: TextIO) -> Style:
        """The style for a stream. The environment variable ``NO_COLOR`` is respected."""
        colour = stream.isatty() and "NO_COLOR" not in os.environ
        encoding = (getattr(stream, "encoding", None) or "").lower().replace("-", "")
        width = _columns() if stream.isatty() else 0
        return cls(colour, encoding.startswith("utf"), width)

    def fold(self, text: str, indent: int) -> list[str]:
        """The text, indented and folded into lines."""
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
        """The mark for right, wrong (False) or not checked (None)."""
        colour = {True: "green", False: "red", None: "yellow"}[passed]
        return self.paint(self.marks[passed], colour)


def _columns() -> int:
    import shutil  # slow to import, and needed on a terminal only

    return shutil.get_terminal_size().columns


def report_text(
    report: Report,
    answer_key: AnswerKey,
    style: Style,
    all_values: bool = False,
    notes: Mapping[str, Sequence[str]] = _NO_NOTES,
    only: str = "",
) -> str:
    """A whole report, as ``autograder check`` prints it. ``notes`` are lines below a function.

    If ``only`` names a function, the others have no details.
    """
    lines = [style.paint(f"{visible_name(report.path)}: {answer_key.title}", "bold"), ""]
    lines += [f"{style.mark(False)} {problem.message}" for problem in report.problems]
    lines += [""] if report.problems else []
    for function in report.functions:
        brief = bool(only) and function.name != only
        lines += function_lines(function, style, all_values, brief, name_width(report.functions))
        for line in notes.get(function.name, ()):
            lines += style.fold(line, 4)
    if all_values and not any(check.rows for f in report.functions for check in f.checks):
        lines += ["", "There are no values to show: no function returned any that are compared."]
    if report.functions:
        lines += ["", _sum_line(report, style)]
        note = hidden_note(answer_key, {function.name for function in report.functions})
        for text in filter(None, (note, _visible_note(report))):
            lines += [style.paint(line, "dim") for line in style.fold(text, 0)]
        lines += style.fold(next_step(report), 0)
    return "\n".join(lines)


def _sum_line(report: Report, style: Style) -> str:
    right = all(function.is_done for function in report.functions)
    if right and any(map(report.problem, ON_THIS_MACHINE)):
        said = total(report.functions).replace("All right:", "All right on this machine:")
        return style.paint(said, "bold")
    return style.paint(total(report.functions), "bold", *(["green"] if right else []))


def total(functions: Sequence[FunctionReport]) -> str:
    """The points of all functions, in a sentence."""
    score, most = (
        add_points(points)
        for points in zip(*((f.score, f.max_score) for f in functions), strict=True)
    )
    said = f"{points_text(score)} of {plural(most)} on the visible checks."
    return f"All right: {said}" if all(function.is_done for function in functions) else said


def hidden_note(answer_key: AnswerKey, names: Collection[str]) -> str:
    """The points that visible checks cannot give: "all passed" does not mean full marks."""
    hidden = add_points(
        f.points.get("hidden", 0.0) for f in answer_key.functions if f.name in names
    )
    measured = add_points(
        f.points.get("reaches", 0.0) for f in answer_key.functions if f.name in names
    )
    choices = add_points(choice.points for choice in answer_key.choices if choice.name in names)
    notes = []
    if hidden:
        notes.append(
            f"{plural(hidden)} more when your work is graded, on hidden instances: the same checks "
            "on inputs that you do not see."
        )
    if measured:
        notes.append(
            f"{plural(measured)} more for what is reached on rows that nobody was given, when your "
            "work is graded."
        )
    if choices:
        notes.append(f"{plural(choices)} more for right choices, when your work is graded.")
    return " ".join(notes)


def _visible_note(report: Report) -> str:
    """What "a visible instance" in messages means, if there are any."""
    if all(function.is_done or function.status == "missing" for function in report.functions):
        return ""
    return "A visible instance is a set of inputs whose right results are in visible.json."


def name_width(functions: Sequence[FunctionReport]) -> int:
    """The width of the column of names, so that the points stand below each other."""
    return max([NAME_WIDTH, *(len(function.name) for function in functions)])


def function_lines(
    function: FunctionReport,
    style: Style,
    all_values: bool = False,
    brief: bool = False,
    width: int = NAME_WIDTH,
) -> list[str]:
    """One function in a line, with its name in a column of this ``width``. Unless it is right or
    ``brief`` is set, its checks follow."""
    passed = function.right
    score = f"{points_text(function.score)}/{points_text(function.max_score)}"
    score = score if function.max_score else ""
    status = "" if passed else f"  {function.status}"
    failure = function.first_failure
    sentence = failure.message if failure and function.status == "missing" else ""
    if passed is None:
        sentence = function.checks[0].message.splitlines()[0]
    if sentence:
        status = f"  {sentence}"
    name = style.paint(f"{function.name:<{width}}", "bold")
    lines = [f"{style.mark(passed)} {name} {score:>7}{status}"]
    if sentence or brief:
        return lines
    first_failure = ""
    for check in function.checks:
        if not passed:
            lines += _check_lines(check, style, first_failure)
            first_failure = first_failure or (check.message if check.passed is False else "")
        elif check.message:
            lines += _check_lines(check, style)
        if all_values and check.rows:
            lines += [f"      {line}" for line in _row_lines(check.rows)]
    return lines


def _check_lines(check: CheckResult, style: Style, first_failure: str = "") -> list[str]:
    """A check and its message. After a first failure only the message's first line is shown, since
    later failures often follow from the first; nothing where it repeats the first failure."""
    lines = [f"    {style.mark(check.passed)} {check.name}"]
    message = check.message.splitlines()
    if first_failure and message:
        message = [] if check.text.splitlines()[0] in first_failure else message[:1]
    for line in message:
        lines += style.fold(line, 6)
    return lines


def _row_lines(rows: Sequence[Row]) -> list[str]:
    lines = []
    for row in rows:
        lines.append(row.entry + (f"  ({row.note})" if row.note else ""))
        parts = [("yours", row.got), ("right", row.expected)]
        if row.printed:
            parts.append(("printed", row.printed))
        for label, text in parts:
            lines.append(f"  {label:<8}" + text.replace("\n", "\n" + " " * 16))
    return lines
