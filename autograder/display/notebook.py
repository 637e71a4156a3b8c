"""A check as HTML in a notebook: what to do first, then the rest folded.

All text is escaped, since some comes from students. There is no script and no style sheet, and no
colour of text or paper: notebooks take scripts and sheets away, and some are dark.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape

from autograder.display import diagram
from autograder.display.headline import MAX_WIDTH, Headline, headline
from autograder.display.hints import hints_of
from autograder.exercise.answer_key import AnswerKey
from autograder.report import CheckResult, FunctionReport, Row, SourceLine
from autograder.text import plural, points_text

_MARKS = {True: ("✓", "right"), False: ("✗", "wrong"), None: ("–", "not checked")}
# JupyterLab, formgrader and feedback have styles for tables and text. These override them.
_CELL = 'style="text-align: left; vertical-align: top; padding: 0.3em 1em 0.3em 0"'
_PRE = (
    'style="margin: 0; padding: 0; border: 0; background: none; white-space: pre-wrap; '
    'word-break: normal; overflow-wrap: break-word; font-family: monospace"'
)
_CODE = 'style="font-family:monospace; white-space: pre-wrap; overflow-wrap: anywhere"'
_LINE = 'style="margin: 0.25em 0"'
#: Grey on white and on black.
_BAR = "border-left: 3px solid #888888; padding-left: 0.75em"


def function_table(
    function: FunctionReport,
    answer_key: AnswerKey | None = None,
    hints: int = 0,
    note: str = "",
    steps: Sequence[str] = (),
) -> str:
    """One function: what to read first, the hints, and folded its checks and the computation.

    The ``note`` stands below the checks, and the ``steps`` say what comes next. With the student's
    ``answer_key`` there are hints, of which so many are open. Without it, for who reads graded
    work, the checks are open.
    """
    parts = [
        f"<p {_LINE}>{_heading(function)}</p>",
        _headline(function, answer_key),
        *(_hints(function, answer_key, hints) if answer_key else ()),
        *(f"<p {_LINE}>{_marked(step)}</p>" for step in steps if step),
    ]
    if function.status != "missing":  # of which there is no more to say
        parts += [_checks(function, note, is_open=answer_key is None), _diagram(function)]
    return f'<div style="max-width: 56em">{"".join(parts)}</div>'


def functions_table(functions: Iterable[FunctionReport], total: str, notes: Sequence[str]) -> str:
    """All functions, a row each, with the first thing to read of each one."""
    rows = "".join(map(_function_row, functions))
    lines = "".join(f"<p {_LINE}>{_marked(note)}</p>" for note in notes)
    return (
        f'<div style="max-width: 56em"><table><caption {_CELL}><b>{escape(total)}</b></caption>'
        f"<thead><tr>{_heads('', 'function', 'points', '')}</tr></thead>"
        f"<tbody>{rows}</tbody></table>{lines}</div>"
    )


def _function_row(function: FunctionReport) -> str:
    shows = not function.is_done and function.status != "missing"
    first = f"<p {_LINE}>{_marked(headline(function).sentences[0])}</p>" if shows else ""
    return (
        f"<tr><td {_CELL}>{_mark(function.right)}</td>"
        f"<td {_CELL}><b>{escape(function.name)}</b>{first}</td>"
        f"<td {_CELL}>{_points(function.score, function.max_score)}</td>"
        f"<td {_CELL}>{function.status}</td></tr>"
    )


def _heading(function: FunctionReport) -> str:
    score = f", {points_text(function.score)} of {plural(function.max_score)}"
    score = score if function.max_score else ""  # a choice is graded later
    name = f"<b>{escape(function.name)}</b>: {function.status}{score}"
    return f"{_mark(function.right)} {name}"


def _headline(function: FunctionReport, answer_key: AnswerKey | None) -> str:
    found = headline(function, answer_key)
    sentences = [f"<p {_LINE}><b>{_marked(text)}</b></p>" for text in found.sentences]
    if function.is_done:
        sentences = [f"<p {_LINE}>{_marked(text)}</p>" for text in found.sentences]
    details = f"<p {_LINE}>{_marked(found.details)}</p>" if found.details else ""
    facts = "".join(f"<tr>{row}</tr>" for row in _facts(function.line, found))
    table = (
        f'<div style="margin: 0.5em 0; {_BAR}"><table style="margin: 0"><tbody>{facts}</tbody>'
        "</table></div>"
    )
    return f"{''.join(sentences)}{details}{table if facts else ''}"


def _facts(line: SourceLine | None, found: Headline) -> Iterable[str]:
    """The student's line, the numbers, and the call that gave them, as rows of a table."""
    facts = [(str(line), line.text)] if line and line.text else []
    if found.row:
        right = found.row.printed or found.row.expected
        facts += [("yours", _short(found.row.got)), ("right", _short(right))]
    for name, text in facts:
        yield _fact(name, f"<span {_CODE}>{escape(text)}</span>")
    if found.call:
        # Where `overflow-wrap` is taken away it has to break as well.
        broken = escape(found.call).replace("(", "(<wbr>")
        call = f"<span {_CODE}>{broken}</span>"
        if found.arguments:
            arguments = f"<pre {_PRE}>{escape(found.arguments)}</pre>"
            call = f"<details><summary>{call}</summary>{arguments}</details>"
        yield _fact(f"on {found.label!r}", call)


def _fact(name: str, html: str) -> str:
    return f'<th scope="row" {_CELL}>{escape(name)}</th><td {_CELL}>{html}</td>'


def _short(text: str) -> str:
    """An array on one line, if it fits on a phone's."""
    line = re.sub(r" +\]", "]", re.sub(r"\s+", " ", text))
    return line if len(line) <= MAX_WIDTH else text


def _hints(function: FunctionReport, answer_key: AnswerKey, shown: int) -> Iterable[str]:
    """The hints, one inside the other. Where the course counts them, only those asked for."""
    if function.is_done:
        return
    ladders = hints_of(function, answer_key)
    names = [mistake.message for mistake in function.on_request]
    for number, hints in enumerate(ladders, start=1):
        about = f" about mistake ({number})" if len(ladders) > 1 else ""
        inner = ""
        most = shown if answer_key.count_hints else len(hints)
        for at, hint in reversed(list(enumerate(hints[:most], start=1))):
            inner = (
                f"<details{' open' if at <= shown else ''}><summary>Hint {at} of {len(hints)}"
                f"{about}{': its name' if hint in names else _kind(hint, at == len(hints))}</summary>"
                f"<p {_LINE}>{_marked(hint)}</p>{inner}</details>"
            )
        yield inner


def _kind(hint: str, is_last: bool) -> str:
    if hint.rstrip().endswith("?"):
        return ": a question"
    return ": what to do" if is_last else ": where to look"


def _checks(function: FunctionReport, note: str, is_open: bool) -> str:
    rows = "".join(_check_row(check) for check in function.checks_to_show)
    values = "".join(_value_table(check) for check in function.checks if _shows_values(check))
    below = f"<p {_LINE}><small>{escape(note)}</small></p>" if note else ""
    summary = f"The checks: {_counts(function.checks)}"
    return (
        f"<details{' open' if is_open else ''}><summary>{summary}</summary><table>"
        f"<thead><tr>{_heads('', 'check', 'points')}</tr></thead>"
        f"<tbody>{rows}</tbody></table>{values}{below}</details>"
    )


def _counts(checks: Sequence[CheckResult]) -> str:
    counts = ((words, sum(c.passed is key for c in checks)) for key, (_, words) in _MARKS.items())
    return ", ".join(f"{count} {words}" for words, count in counts if count)


def _diagram(function: FunctionReport) -> str:
    if not function.trace:
        return ""
    text = escape(diagram.caption(function.trace, function.instance))
    return (
        "<details><summary>The computation as a picture</summary>"
        f"<p {_LINE}>{text}</p><p>{diagram.picture(function.trace)}</p></details>"
    )


def _check_row(check: CheckResult) -> str:
    message = f"<pre {_PRE}>{_marked(check.message)}</pre>" if check.message else ""
    return (
        f"<tr><td {_CELL}>{_mark(check.passed)}</td>"
        f"<td {_CELL}>{escape(check.name)}{message}</td>"
        f"<td {_CELL}>{_points(check.score, check.max_score)}</td></tr>"
    )


def _mark(passed: bool | None) -> str:
    mark, words = _MARKS[passed]
    return f'<span role="img" aria-label="{words}">{mark}</span>'


def _points(score: float, most: float) -> str:
    return f"{points_text(score)}/{points_text(most)}" if most else ""


def _heads(*texts: str) -> str:
    return "".join(f'<th scope="col" {_CELL}>{text}</th>' for text in texts)


def _marked(text: str) -> str:
    """The text, escaped, with code in the place of what stands between two backticks."""
    return re.sub(r"`([^`\n]+)`", rf"<span {_CODE}>\1</span>", escape(text))


def _shows_values(check: CheckResult) -> bool:
    """Whether to show values: if some differ, or if the notebook prints other ones."""
    return bool(check.rows) and (check.passed is False or any(row.printed for row in check.rows))


def _value_table(check: CheckResult) -> str:
    printed = any(row.printed for row in check.rows)
    heads = ["quantity", "yours", "right", *(["printed"] if printed else [])]
    body = "".join(_value_row(row, printed) for row in check.rows)
    return (
        f"<details><summary>{escape(check.name)}, "
        f"value by value</summary><table><thead><tr>{_heads(*heads, '')}</tr></thead>"
        f"<tbody>{body}</tbody></table></details>"
    )


def _value_row(row: Row, printed: bool) -> str:
    texts: Sequence[str] = [row.got, row.expected, *([row.printed] if printed else [])]
    cells = "".join(f"<td {_CELL}><pre {_PRE}>{escape(text)}</pre></td>" for text in texts)
    return (
        f'<tr><th scope="row" {_CELL}>{escape(row.entry)}</th>{cells}'
        f"<td {_CELL}>{escape(row.note)}</td></tr>"
    )
