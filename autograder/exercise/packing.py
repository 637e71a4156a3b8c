"""Signatures as ``visible.json`` holds them, with only what cannot be told from others.

A mistake leaves most parts of a result right, and two mistakes that change different parts give
what each gives alone. Only other marks are written, each behind its place among the marks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from autograder.exercise.answer_key import AnswerKey, Case
from autograder.exercise.fingerprints import (
    Mark,
    RightMarks,
    Signature,
    Signatures,
    Single,
    fingerprint,
    mark_paths,
    rounded,
)
from autograder.exercise.function import Function
from autograder.sandbox.plain import Path, leaves

#: The marks of each visible case, None where the function raises.
Marks = Mapping[str, Sequence[Mark] | None]


def right_marks(answer_key: AnswerKey, function: Function) -> RightMarks:
    """The marks of the right results by the label of a visible case, in the order of
    `told_apart`."""
    found: dict[str, dict[Path, Mark]] = {}
    for case in told_apart(answer_key, function):
        expected = case.expected[function.name]
        marks = rounded(fingerprint(expected, expected))
        found[case.label] = dict(zip(mark_paths(expected), marks, strict=True))
    return found


def told_apart(answer_key: AnswerKey, function: Function) -> list[Case]:
    """The visible cases on which mistakes are told apart, that with the most numbers first: it
    nearly always distinguishes all of them."""
    cases = [
        case
        for case in answer_key.cases
        if function.name in case.expected and not (case.hidden or case.has_two_answers(function))
    ]
    return sorted(cases, key=lambda case: -_size(case.expected[function.name]))


def _size(value: Any) -> int:
    """The number of numbers in a result."""
    return sum(int(np.size(leaf)) for _, leaf in leaves(value))


def composed(singles: Sequence[Single], right: RightMarks) -> Marks | None:
    """What several mistakes give together if no two change the same part; None if two do."""
    changed = [path for single in singles for path in single.changes]
    if len(changed) != len(set(changed)):
        return None
    owner = {path: single for single in singles for path in single.changes}
    found: dict[str, list[Mark] | None] = {}
    for label, wanted in right.items():
        marks = [
            _part(owner[path].marks.get(label), at) if path in owner else mark
            for at, (path, mark) in enumerate(wanted.items())
        ]
        found[label] = None if None in marks else [m for m in marks if m is not None]
    return found


def _part(marks: Sequence[Mark] | None, at: int) -> Mark | None:
    return None if marks is None else marks[at]


def pack(signatures: Signatures, right: RightMarks) -> list[Any]:
    """The signatures as JSON has them; `unpack` makes them again."""
    return list(_packed(signatures, right))


def _packed(signatures: Signatures, right: RightMarks) -> Iterator[Any]:
    singles = signatures.singles(right)
    numbers = {single.mistake: at for at, single in enumerate(singles)}
    plain = {label: list(marks.values()) for label, marks in right.items()}
    for each in signatures:
        usual: Marks = plain
        names: list[Any] = list(each.mistakes)
        if len(names) > 1:
            made = [singles[numbers[name]] for name in names if name in numbers]
            usual = composed(made, right) or plain
            names = [numbers.get(name, name) for name in names]
        yield [names, [_apart(each.marks[label], usual[label] or plain[label]) for label in right]]


def _apart(marks: Sequence[Mark] | None, usual: Sequence[Mark]) -> list[Any] | None:
    """The marks that are not the usual ones, each behind its place."""
    if marks is None:
        return None
    pairs = enumerate(zip(marks, usual, strict=True))
    return [part for at, (mark, other) in pairs if mark != other for part in (at, mark)]


class Packed(Mapping[str, Signatures]):
    """Packed signatures by function, unpacked when asked for: right answers need none."""

    def __init__(self, packed: Mapping[str, Sequence[Any]], answer_key: AnswerKey) -> None:
        """``answer_key`` has the functions and the visible cases."""
        functions = {function.name: function for function in answer_key.functions}
        self._packed = {name: packed[name] for name in functions if name in packed}
        self._functions, self._answer_key = functions, answer_key
        self._unpacked: dict[str, Signatures] = {}

    def __getitem__(self, name: str) -> Signatures:
        """Raises `KeyError` for an unknown function, and what `unpack` does."""
        if name not in self._unpacked:
            right = right_marks(self._answer_key, self._functions[name])
            self._unpacked[name] = unpack(self._packed[name], right)
        return self._unpacked[name]

    def __iter__(self) -> Iterator[str]:
        """The names of the functions."""
        return iter(self._packed)

    def __len__(self) -> int:
        """The number of functions."""
        return len(self._packed)


def unpack(packed: Sequence[Any], right: RightMarks) -> Signatures:
    """The signatures that were packed; raises `ValueError` or `LookupError` if it is damaged."""
    found = Signatures()
    plain = {label: list(marks.values()) for label, marks in right.items()}
    singles: list[Single] | None = None
    for names, marks in packed:
        usual: Marks = plain
        if len(names) > 1:
            if singles is None:  # those of one mistake stand before
                singles = found.singles(right)
            made = [singles[name] for name in names if isinstance(name, int)]
            usual = composed(made, right) or plain
            names = [singles[n].mistake if isinstance(n, int) else n for n in names]
        pairs = zip(right, marks, strict=True)
        found.append(
            Signature(names, {label: _whole(m, usual[label] or plain[label]) for label, m in pairs})
        )
    return found


def _whole(apart: Sequence[Any] | None, usual: Sequence[Mark]) -> list[Mark] | None:
    if apart is None:
        return None
    marks = list(usual)
    for at, mark in zip(apart[::2], apart[1::2], strict=True):
        marks[at] = mark
    return marks
