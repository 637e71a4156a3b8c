"""Whether what is held out is held out: no row of it is in anything that students get."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from autograder.exercise.answer_key import AnswerKey
from autograder.sandbox.plain import leaves

#: Fewer whole numbers than this may be the same by chance, and fewer with a fraction.
FEWEST, FEWEST_FRACTIONS = 8, 2


def released_row(answer_key: AnswerKey, data: Sequence[Path]) -> str:
    """Of the first held-out array with a row that students get too: where, and how many rows; "" if
    there is none. An array with one axis is a row by itself."""
    known: set[bytes] = set()
    for case in (*answer_key.cases, *answer_key.trials):
        for _, leaf in leaves(case.inputs):
            known |= set(_rows(leaf))
    for path in data:
        for array in _arrays(path):
            known |= set(_rows(array))
    for trial in answer_key.trials:
        for name, value in trial.held_out.items():
            rows = [row for _, leaf in leaves(value) for row in _rows(leaf)]
            found = sum(row in known for row in rows)
            if found:
                return f"{found} of {len(rows)} of {name} on the instance {trial.label!r} are"
    return ""


def _arrays(path: Path) -> Iterator[Any]:
    if path.suffix not in (".npz", ".npy"):
        return
    found = np.load(path, allow_pickle=False)
    if isinstance(found, np.ndarray):
        yield found
        return
    with found:
        yield from (found[name] for name in found.files)


def _rows(value: Any) -> Iterator[bytes]:
    if not isinstance(value, np.ndarray) or not value.size or value.dtype.kind not in "biuf":
        return
    rows = value.reshape(len(value) if value.ndim > 1 else 1, -1)
    floats = rows.astype(np.float64)
    for row in floats:
        fractions = np.count_nonzero(row % 1)
        if len(row) >= FEWEST or fractions >= FEWEST_FRACTIONS:
            yield row.tobytes()
