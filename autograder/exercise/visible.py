"""The student's copy of the answer key, ``visible.json``: its visible part."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from autograder.exercise.answer_key import AnswerKey, Case, Convention, Trial
from autograder.exercise.choice import ChoiceForm
from autograder.exercise.data import Data, DataError, DataFiles
from autograder.exercise.fingerprints import KnownMistake
from autograder.exercise.function import Derivative, Function
from autograder.exercise.packing import Packed, pack, right_marks
from autograder.exercise.printed import Printed
from autograder.exercise.reaches import Reaches
from autograder.sandbox.calls import Probe
from autograder.sandbox.plain import ANYTHING, Opaque, plain

SCHEMA = "autograder/visible/5"
VISIBLE_FILE = "visible.json"
#: The key of what stands for an array in a data file.
_DATA = "data file"
AnyCase = TypeVar("AnyCase", Case, Trial)


class VisibleFileError(Exception):
    """``visible.json`` is missing or damaged; the message says what to do."""

    def _render_traceback_(self) -> list[str]:
        return [f"VisibleFileError: {self}"]  # what a notebook shows


def write_visible(answer_key: AnswerKey) -> str:
    """The visible part of an answer key as JSON; floats keep all digits."""
    visible = answer_key.visible()
    cases, trials = map(_referring, visible.cases), map(_referring, visible.trials)
    written = dataclasses.replace(visible, cases=[*cases], trials=[*trials])
    data = {"schema": SCHEMA, **_to_json(written)}
    del data["answers"], data["near"], data["salt"]
    for function, written in zip(visible.functions, data["functions"], strict=True):
        if function.takes_data:
            del written["probe"], written["uses"]
        if not function.unused:
            del written["unused"]
    for known in data["known"].values():
        if not known["generated"]:
            del known["generated"]
    text = json.dumps({**data, "signatures": {}}, indent=1, allow_nan=False)
    right = {function.name: right_marks(visible, function) for function in visible.functions}
    # One signature per line: there are hundreds.
    tables = [
        f"{json.dumps(name)}: [\n"
        + ",\n".join(json.dumps(s, allow_nan=False) for s in pack(signatures, right[name]))
        + "\n]"
        for name, signatures in answer_key.signatures.items()
    ]
    text = text.replace('"signatures": {}', f'"signatures": {{{", ".join(tables)}}}') + "\n"
    return _in_lines(text, data["known"])


def _in_lines(text: str, known: Mapping[str, Any]) -> str:
    """The text with each known mistake on one line, too."""
    indented = json.dumps({"known": known}, indent=1)[1:-1].strip()
    lines = (f"{json.dumps(name)}: {json.dumps(each)}" for name, each in known.items())
    return text.replace(indented, '"known": {\n' + ",\n".join(lines) + "\n}") if known else text


def _referring(case: AnyCase) -> AnyCase:
    """A case that names the arrays of data files, and holds no copy of them."""
    return dataclasses.replace(case, functions={}, data={}, inputs={**case.inputs, **case.data})


def read_visible(path: Path) -> AnswerKey:
    """Read a student's ``visible.json``, and what it needs of the data files beside it; raises
    `VisibleFileError` if one is missing or damaged."""
    files = DataFiles(path.parent)
    try:
        text = path.read_text(encoding="utf-8")
        data = json.loads(text, object_hook=lambda value: _from_json(value, files))
        packed = data.pop("signatures")
        if data.pop("schema") != SCHEMA:
            raise ValueError("it was written by another version of autograder")
        functions = [_function(function) for function in data["functions"]]
        forms = {function.name: function for function in functions}
        answer_key = AnswerKey(
            data["name"],
            data["title"],
            functions,
            [Case(**{**case, "functions": forms}) for case in data["cases"]],
            [Printed(**printed) for printed in data["printed"]],
            {name: KnownMistake(**known) for name, known in data["known"].items()},
            count_hints=data["count_hints"],
            exercise_sha256=data["exercise_sha256"],
            feeds=data["feeds"],
            choices=[ChoiceForm(**choice) for choice in data["choices"]],
            trials=[Trial(**{**trial, "functions": forms}) for trial in data["trials"]],
            data=data["data"],
            precision=data["precision"],
            conventions=[Convention(**each) for each in data["conventions"]],
        )
        return dataclasses.replace(answer_key, signatures=Packed(packed, answer_key))
    except DataError as error:
        raise VisibleFileError(
            f"{error}. It comes with the assignment: fetch the assignment again, and keep the file "
            "beside your notebook."
        ) from None
    except FileNotFoundError:
        raise VisibleFileError(
            f"{path} does not exist. It comes with the assignment: fetch the assignment again, "
            "and keep the file beside your notebook."
        ) from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise VisibleFileError(
            f"{path} cannot be read ({error}). Fetch the assignment again to restore it."
        ) from None


def _function(data: Mapping[str, Any]) -> Function:
    derivative = data["derivative"] and Derivative(**data["derivative"])
    reaches = data["reaches"] and Reaches(**data["reaches"])
    probe = Probe(*data["probe"]) if "probe" in data else None
    return Function(**{**data, "derivative": derivative, "reaches": reaches, "probe": probe})


def _to_json(value: Any) -> Any:
    """Encode arrays and tuples as tagged objects, since JSON has neither. Arrays of float64 need no
    dtype."""
    if isinstance(value, np.ndarray):
        dtype = {} if value.dtype == np.float64 else {"dtype": value.dtype.name}
        pairs = _as_pairs(value) if value.dtype.kind == "c" else value
        return {"array": pairs.tolist(), "shape": list(value.shape), **dtype}
    if isinstance(value, Opaque):
        return {"anything": True}
    if isinstance(value, Data):
        return {_DATA: [value.file, value.name, value.rows]}
    if dataclasses.is_dataclass(value):
        return {
            each.name: _to_json(getattr(value, each.name)) for each in dataclasses.fields(value)
        }
    if isinstance(value, tuple):
        return {"tuple": [_to_json(item) for item in value]}
    if isinstance(value, Mapping):
        return {key: _to_json(item) for key, item in value.items()}
    return [_to_json(item) for item in value] if isinstance(value, list) else value


def _as_pairs(array: np.ndarray) -> np.ndarray:
    """The real and the imaginary parts of complex numbers, which JSON has not."""
    return np.stack([array.real, array.imag], axis=-1)


def _of_pairs(pairs: Any, dtype: np.dtype) -> np.ndarray:
    parts = np.array(pairs, dtype=np.float64).reshape(-1, 2)
    return (parts[:, 0] + 1j * parts[:, 1]).astype(dtype)


def _from_json(value: dict[str, Any], files: DataFiles) -> Any:
    """Decode what `_to_json` encoded, from the inside out."""
    if len(value) > 3:  # which no tagged object has
        return value
    if {"array", "shape"} <= value.keys() <= {"array", "shape", "dtype"}:
        dtype = np.dtype(value.get("dtype", "float64"))
        if dtype.kind == "c":
            return _of_pairs(value["array"], dtype).reshape(value["shape"])
        return np.array(value["array"], dtype=dtype).reshape(value["shape"])
    if value.keys() == {"anything"}:
        return ANYTHING
    if value.keys() == {_DATA}:
        return plain(files.array(Data(*value[_DATA])))
    return tuple(value["tuple"]) if value.keys() == {"tuple"} else value
