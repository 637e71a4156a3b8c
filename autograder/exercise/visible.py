"""The student's copy of the answer key, ``visible.json``: its visible part."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from autograder.exercise.answer_key import AnswerKey, Case
from autograder.exercise.declaration import ChoiceForm, Function, Printed
from autograder.exercise.fingerprints import KnownMistake, Signature, Signatures

SCHEMA = "autograder/visible/3"
VISIBLE_FILE = "visible.json"


class VisibleFileError(Exception):
    """``visible.json`` is missing or damaged; the message says what to do."""

    def _render_traceback_(self) -> list[str]:
        return [f"VisibleFileError: {self}"]  # what a notebook shows


def write_visible(answer_key: AnswerKey) -> str:
    """The visible part of an answer key as JSON; floats keep all digits."""
    data = {"schema": SCHEMA, **_to_json(dataclasses.asdict(answer_key.visible()))}
    del data["answers"], data["near"]
    text = json.dumps({**data, "signatures": {}}, indent=1, allow_nan=False)
    # One signature per line: there are hundreds.
    tables = [
        f"{json.dumps(name)}: [\n"
        + ",\n".join(json.dumps([s.mistakes, s.marks], allow_nan=False) for s in signatures)
        + "\n]"
        for name, signatures in answer_key.signatures.items()
    ]
    return text.replace('"signatures": {}', f'"signatures": {{{", ".join(tables)}}}') + "\n"


def read_visible(path: Path) -> AnswerKey:
    """Read a student's ``visible.json``; raises `VisibleFileError` if it is missing or damaged."""
    try:
        data = _from_json(json.loads(path.read_text(encoding="utf-8")))
        if data.pop("schema") != SCHEMA:
            raise ValueError("it was written by another version of autograder")
        return AnswerKey(
            data["name"],
            data["title"],
            [Function(**function) for function in data["functions"]],
            [Case(**case) for case in data["cases"]],
            [Printed(**printed) for printed in data["printed"]],
            {name: KnownMistake(**known) for name, known in data["known"].items()},
            {
                name: Signatures(Signature(*each) for each in signatures)
                for name, signatures in data["signatures"].items()
            },
            data["count_hints"],
            data["exercise_sha256"],
            data["feeds"],
            choices=[ChoiceForm(**choice) for choice in data["choices"]],
            precision=data["precision"],
        )
    except FileNotFoundError:
        raise VisibleFileError(
            f"{path} does not exist. It comes with the assignment: fetch the assignment again, "
            "and keep the file beside your notebook."
        ) from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise VisibleFileError(
            f"{path} cannot be read ({error}). Fetch the assignment again to restore it."
        ) from None


def _to_json(value: Any) -> Any:
    """Encode arrays and tuples as tagged objects, since JSON has neither."""
    if isinstance(value, np.ndarray):
        return {"array": value.tolist(), "shape": list(value.shape)}
    if isinstance(value, tuple):
        return {"tuple": [_to_json(item) for item in value]}
    if isinstance(value, Mapping):
        return {key: _to_json(item) for key, item in value.items()}
    return [_to_json(item) for item in value] if isinstance(value, list) else value


def _from_json(value: Any) -> Any:
    if isinstance(value, dict):
        if value.keys() == {"array", "shape"}:
            return np.array(value["array"], dtype=np.float64).reshape(value["shape"])
        if value.keys() == {"tuple"}:
            return tuple(_from_json(item) for item in value["tuple"])
        return {key: _from_json(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_from_json(item) for item in value]
    return value
