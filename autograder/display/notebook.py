"""A check as an HTML table in a notebook. All text is escaped, since some comes from students."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from autograder.display import diagram
from autograder.report import CheckResult, FunctionReport, Row
from autograder.text import plural, points_text

_MARKS = {True: ("✓", "right"), False: ("✗", "wrong"), None: ("–", "not checked")}
# JupyterLab, formgrader and feedback have styles for tables and text. These override them.
_CELL = 'style="text-align: left; vertical-align: top; padding: 0.3em 1em 0.3em 0"'
_PRE = (
    'style="margin: 0; padding: 0; border: 0; background: none; white-space: pre-wrap; '
    'word-break: normal; overflow-wrap: break-word; font-family: monospace"'
)


def function_table(function: FunctionReport, note: str = "") -> str:
    """One function and its checks, as an HTML table; ``note`` stands below it."""
    score = f", {points_text(function.score)} of {plural(function.max_score)}"
    score = score if function.max_score else ""  # a choice is graded later
    rows = "".join(_check_row(check) for check in function.checks_to_show)
    values = "".join(_value_table(check) for check in function.checks if _shows_values(check))
    footer = "".join(f"<p><small>{escape(line)}</small></p>" for line in note.splitlines())
    return (
        f"<div><table><caption {_CELL}><b>{escape(function.name)}</b>: {function.status}"
        f"{score}</caption>"
        f'<thead><tr><th scope="col" {_CELL}></th><th scope="col" {_CELL}>check</th>'
        f'<th scope="col" {_CELL}>points</th>'
        f'<th scope="col" {_CELL}>what was found</th></tr></thead>'
        f"<tbody>{rows}</tbody></table>{_diagram(function)}{values}{footer}</div>"
    )


def _diagram(function: FunctionReport) -> str:
    if not function.trace:
        return ""
    text = escape(diagram.caption(function.trace))
    return f"<p>{text}</p><p>{diagram.picture(function.trace)}</p>"


def _check_row(check: CheckResult) -> str:
    mark, words = _MARKS[check.passed]
    points = f"{points_text(check.score)}/{points_text(check.max_score)}" if check.max_score else ""
    message = f"<pre {_PRE}>{escape(check.message)}</pre>" if check.message else ""
    return (
        f'<tr><td {_CELL}><span role="img" aria-label="{words}">{mark}</span></td>'
        f"<td {_CELL}>{escape(check.name)}</td><td {_CELL}>{points}</td>"
        f"<td {_CELL}>{message}</td></tr>"
    )


def _shows_values(check: CheckResult) -> bool:
    """Whether to show values: if some differ, or if the document prints other ones."""
    return bool(check.rows) and (check.passed is False or any(row.printed for row in check.rows))


def _value_table(check: CheckResult) -> str:
    printed = any(row.printed for row in check.rows)
    heads = ["quantity", "yours", *(["from a fresh start", "document"] if printed else ["right"])]
    head = "".join(f'<th scope="col" {_CELL}>{text}</th>' for text in [*heads, ""])
    body = "".join(_value_row(row, printed) for row in check.rows)
    return (
        f"<details{' open' if check.passed is False else ''}><summary>{escape(check.name)}, "
        f"value by value</summary><table><thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table></details>"
    )


def _value_row(row: Row, printed: bool) -> str:
    texts: Sequence[str] = [row.got, row.expected, *([row.printed] if printed else [])]
    cells = "".join(f"<td {_CELL}><pre {_PRE}>{escape(text)}</pre></td>" for text in texts)
    return (
        f'<tr><th scope="row" {_CELL}>{escape(row.entry)}</th>{cells}'
        f"<td {_CELL}>{escape(row.note)}</td></tr>"
    )
