"""What to read first of a function's checks: what is wrong, in which quantity, in which line, and
the call that shows it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from autograder.exercise.answer_key import AnswerKey, Case
from autograder.judge.lines import SLIP
from autograder.judge.messages import WHAT_WAS_RUN
from autograder.report import DIFFERS, CheckResult, FunctionReport, Row
from autograder.sandbox.calls import Probe

#: What says where a chain of quantities goes wrong (`autograder.judge.messages`).
FIRST_WRONG = "the first wrong quantity is"
#: What is right up to the line that stopped is read after why it did (`autograder.judge.slips`).
_UP_TO = " stops here. Up to here, "
#: Lines of a message that show arrays, which the headline shows side by side.
_DIFFERENCE = "first difference "
_ARRAYS = ("expected ", "got ", "printed there ", "yours ", _DIFFERENCE, " ")
#: An array of more lines or a longer line is not shown at once, and a call is not written out.
MAX_LINES, MAX_WIDTH, MAX_CALL = 6, 40, 100
#: So many numbers are few.
MAX_NUMBERS = 24


class Headline(NamedTuple):
    """``sentences`` name what is wrong, best first; ``details`` are the facts below. ``row`` is the
    first wrong quantity, if it is small, and ``call`` a line of Python."""

    sentences: tuple[str, ...]
    details: str = ""
    row: Row | None = None
    call: str = ""
    #: The visible instance of the call, and its arguments if they are few numbers.
    label: str = ""
    arguments: str = ""


def headline(report: FunctionReport, answer_key: AnswerKey | None = None) -> Headline:
    """What to read first of the checks of a function. The call needs the ``answer_key``."""
    failure = _evidence(report)
    if failure is None:
        return Headline(tuple(check.message for check in report.checks_to_show if check.message))
    named = [mistake.message for mistake in report.mistakes]
    if report.waits_for or report.status == "missing" or len(named) > 1:
        lines = _without_source((report.first_failure or failure).message)
        stopped = lines[1:] if report.waits_for and report.line else []
        return Headline(tuple(lines[: len(named) + 1]), " ".join(stopped))
    call = _call(report, failure, answer_key)
    message = failure.message.replace(failure.place, "") if call.text else failure.message
    if report.line is not None:  # it is quoted
        message = _without_line(message, report.name)
    lines = _without_source(message)
    told = [line for line in lines if not line.startswith(_ARRAYS)]
    told = [line for line in told if not any(text in line for text in named)]
    told.sort(key=lambda line: _UP_TO in line)
    rows = failure.rows if any(line.startswith(_ARRAYS) for line in lines) else ()
    row = next((row for row in rows if row.note == DIFFERS), None)
    chain = [line for line in told if FIRST_WRONG in line]
    begin = report.first_differing(rows)
    is_earlier = begin is not None and begin.entry not in message
    if begin is not None and is_earlier:
        row = begin  # the numbers stand below this sentence
        chain.append(f"{begin.entry} comes before it, and is wrong too: begin there.")
    row = row if row and _is_small(row) else None
    told = [line for line in told if line not in chain]
    if rows and row is None:
        told += [f"F{line[1:]}." for line in lines if line.startswith(_DIFFERENCE)]
    if named:  # it is wrong, that much is clear
        details = [*told, *chain] if is_earlier else [*chain, *told[bool(chain) :]]
        return Headline((named[0],), " ".join(details), row, *call)
    in_part = [line for line in told if any(m.message in line for m in report.in_part)]
    if in_part:
        rest = [line for line in told if line not in in_part]
        return Headline((" ".join(in_part),), " ".join([*rest, *chain]), row, *call)
    # Where a slip is named, the numbers are read after it.
    slip = [line for line in told if line in _before_the_place(failure, lines)]
    most = len(slip) or (len(told) if rows else 1)
    details = [*told[most:], *chain]
    return Headline((" ".join(told[:most]),), " ".join(details), row, *call)


def _without_line(message: str, function: str) -> str:
    """A message without the line of a slip; what follows then begins a sentence."""
    text = re.sub(SLIP, "", message)
    if not re.match(SLIP, message) or text.startswith(function):
        return text
    return text[:1].upper() + text[1:]


def _before_the_place(failure: CheckResult, lines: Sequence[str]) -> Sequence[str]:
    """The lines of a message that stand above what was seen on an instance."""
    if not failure.place:
        return ()
    above = lines[: failure.message.partition(failure.place)[0].count("\n")]
    return [line for line in above if _UP_TO not in line]


def _without_source(message: str) -> list[str]:
    """The lines of a message, without what was run: the call unfolds to that."""
    lines: list[str] = []
    is_source = False
    for line in message.splitlines():
        is_source = line.startswith(WHAT_WAS_RUN) or (is_source and (not line or line[0] == " "))
        lines += [] if is_source else [line]
    return lines


def _evidence(report: FunctionReport) -> CheckResult | None:
    """The failed check that says most: that of the values, unless what was returned is no value to
    compare, or the first one."""
    first = report.first_failure
    values = next((c for c in report.checks if c.key == "values" and c.passed is False), first)
    if first and values and first.key == "shapes" and first.text not in values.message:
        return first
    return values


def _is_small(row: Row) -> bool:
    texts = [text.splitlines() for text in (row.got, row.expected)]
    return all(len(t) <= MAX_LINES and max(map(len, t), default=0) <= MAX_WIDTH for t in texts)


class _Call(NamedTuple):
    text: str = ""
    label: str = ""
    arguments: str = ""


def _call(report: FunctionReport, failure: CheckResult, answer_key: AnswerKey | None) -> _Call:
    """The call that gave what is wrong: with its arguments if they are short, or by the name of the
    visible instance."""
    function = answer_key.function(report.name) if answer_key else None
    case = _case(failure, answer_key, report.name) if answer_key and function else None
    if function is None or case is None:
        return _Call()
    given = dict(zip(function.arguments, case.arguments(function) or (), strict=True))
    texts = [_literal(value) for value in given.values()]
    if isinstance(function.probe, Probe):
        known = [text or name for text, name in zip(texts, given, strict=True)]
        call = f"{function.probe.name}({', '.join([*function.probe.takes, *known])})"
        return _Call(call, case.label, function.probe.source)
    written = f"{report.name}({', '.join(texts)})"
    if all(texts) and len(written) <= MAX_CALL:
        return _Call(written, case.label)
    parts = [part for name, value in given.items() for part in _parts(name, value)]
    few = sum(np.size(value) for _, value in parts) <= MAX_NUMBERS
    lines = "\n".join(f"{name} = {_array(value)}" for name, value in parts) if few else ""
    return _Call(
        f'{report.name}(**check.example("{case.label}", {report.name}))', case.label, lines
    )


def _parts(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    """The numbers and arrays of an argument, by name: params["W1"]."""
    if isinstance(value, (Mapping, list, tuple)):
        items = value.items() if isinstance(value, Mapping) else enumerate(value)
        for key, item in items:
            yield from _parts(f"{name}[{json.dumps(key)}]", item)
    else:
        yield name, value


def _case(failure: CheckResult, answer_key: AnswerKey, name: str) -> Case | None:
    for case in (*answer_key.cases, *answer_key.trials):
        if not case.hidden and name in case.expected and case.described in failure.place:
            return case
    return None


def _literal(value: Any) -> str:
    """A number or a small array as Python, "" for anything else."""
    if isinstance(value, np.ndarray):
        return f"np.array({_array(value)})" if value.size <= MAX_LINES else ""
    return repr(value) if isinstance(value, (int, float)) else ""


def _array(value: Any) -> str:
    """Numbers on one line, as Python."""
    text = np.array2string(np.asarray(value), separator=", ", max_line_width=10 * MAX_CALL)
    return re.sub(r" +(?=[],])", "", " ".join(text.split()))
