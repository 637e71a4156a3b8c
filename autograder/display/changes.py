"""The differences between a report and the one before it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from autograder.report import DIFFERS, FunctionReport, Problem, Report
from autograder.text import plural, points_text


class Change(NamedTuple):
    """A change in one function; ``better`` is None if it is neither better nor worse."""

    better: bool | None
    text: str


def changes(before: Report, after: Report) -> Iterator[Change]:
    """The changes, in the order of the functions."""
    yield from _changed_problems(before.problems, after.problems)
    old = {function.name: function for function in before.functions}
    for now in after.functions:
        if now.name in old:
            yield from _changes_of(old[now.name], now)


def _changed_problems(was: Sequence[Problem], now: Sequence[Problem]) -> Iterator[Change]:
    """The problems of the file that are new or gone; one that moved to another line is neither."""
    if Counter((p.kind, p.cell) for p in was) == Counter((p.kind, p.cell) for p in now):
        return
    old, new = ([problem.message for problem in problems] for problems in (was, now))
    yield from (Change(False, f"New: {text}") for text in new if text not in old)
    yield from (Change(True, f"Gone: {text}") for text in old if text not in new)


def _changes_of(was: FunctionReport, now: FunctionReport) -> Iterator[Change]:
    name, gained = now.name, now.score - was.score
    fixed, broken = _wrong(was) & _right(now), _right(was) & _wrong(now)
    parts = []
    if fixed and now.status != "passed":
        parts.append(f"right now: {_listed(was, fixed)}")
    if broken:
        parts.append(f"wrong now: {_listed(now, broken)}")
    if now.status == "passed" and was.status != "passed":
        yield Change(True, f"{name} is all right now.")
    elif gained:
        more = f"{plural(abs(gained))} {'more' if gained > 0 else 'less'}"
        of = f"{points_text(now.score)} of {points_text(now.max_score)}"
        yield Change(gained > 0, f"{name}: {'; '.join([f'{more}, {of}', *parts])}.")
    elif parts:
        yield Change(not broken if fixed else False, f"{name}: {'; '.join(parts)}.")
    elif now.status != was.status:
        yield Change(None, f"{name}: {now.status}, and {was.status} before.")
    elif set(now.made) < set(was.made) and now.made:
        gone = len(was.made) - len(now.made)
        yield Change(True, f"{name}: {gone} of {len(was.made)} mistakes fixed.")
    elif now.made != was.made:
        yield Change(None, f"{name} is wrong in another way than before.")


def _rows(function: FunctionReport) -> list[tuple[str, str]]:
    return [(row.entry, row.note) for check in function.checks for row in check.rows]


def _wrong(function: FunctionReport) -> set[str]:
    """The quantities that differ from the expected ones."""
    return {entry for entry, note in _rows(function) if note == DIFFERS}


def _right(function: FunctionReport) -> set[str]:
    """The quantities that do not differ."""
    return {entry for entry, _ in _rows(function)} - _wrong(function)


def _listed(function: FunctionReport, entries: Iterable[str]) -> str:
    """The entries as a list in words, in the order of computation."""
    chosen = set(entries)
    return ", ".join(dict.fromkeys(entry for entry, _ in _rows(function) if entry in chosen))
