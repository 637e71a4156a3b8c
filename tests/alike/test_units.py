"""A submission by its functions: helpers, what was handed out, and what cannot be read."""

from __future__ import annotations

import json
import time
import tracemalloc
from typing import Any

import pytest

from autograder.alike.units import MAX_CELL, MAX_FRAGMENTS, Units, code_of
from autograder.submission import parse_submission

NAMES = ("loss", "train", "Value.add")


def units(source: str | bytes, path: str = "x.py") -> Units:
    data = source.encode() if isinstance(source, str) else source
    return code_of(parse_submission(path, data), NAMES).units(NAMES)


def test_a_helper_belongs_to_those_that_use_it() -> None:
    whole = units("def loss(y, t):\n    return np.mean((y - t) ** 2)\n").functions["loss"]
    split = units(
        "def part(a, b):\n    return (a - b) ** 2\n\n"
        "def loss(y, t):\n    return np.mean(part(y, t))\n\n"
        "def unused():\n    return 7 * 8 * 9\n"
    ).functions["loss"]
    inner = units("def loss(a, b):\n    return (a - b) ** 2\n").functions["loss"]
    assert {*inner.keys} <= {*split.keys}
    assert {*whole.keys} & {*split.keys}
    assert [(place.first, place.last) for place in split.places] == [(4, 5), (1, 2)]


def test_helpers_that_call_each_other_are_taken_once() -> None:
    found = units(
        "def loss(y):\n    return a(y)\ndef a(y):\n    return b(y)\ndef b(y):\n    return a(y)"
    )
    assert len(found.functions["loss"].places) == 3


def test_a_function_of_the_exercise_is_no_helper() -> None:
    found = units("def loss(y):\n    return y / 2\ndef train(y):\n    return loss(y)\n")
    assert len(found.functions["train"].places) == 1


def test_methods_are_functions_and_the_last_definition_counts() -> None:
    source = "class Value:\n    def add(self, o):\n        return o + self.a\n    def other(self):\n        return 1\n"
    found = units(f"{source}\n\ndef loss(y):\n    return y * 2\n\ndef loss(y):\n    return y * 3\n")
    assert found.functions.keys() == {"loss", "Value.add"}
    (place,) = found.functions["loss"].places
    assert place.first == 11


def test_what_was_handed_out_is_left_out() -> None:
    given = units("def loss(y, t):\n    d = y - t\n    return np.mean(d ** 3)\n")
    assert (
        units("def loss(a, b):\n    return np.mean((a - b) ** 3)\n").without(given).functions == {}
    )
    left = units("def loss(y, t):\n    d = y - t\n    return np.mean(d ** 2)\n").without(given)
    assert left.functions["loss"].keys


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("def loss(y:\n", "x.py is not compared: line 1 is not Python."),
        ("x = 1\n" * (MAX_CELL // 6 + 1), "x.py is too long to be compared."),
        (f"def loss(y):\n    return {'(' * 3000}y{')' * 3000}", "nested too deep"),
        (f"def loss(y):\n    return {'-' * 60_000}y", "nested too deep"),
        (f"def loss(y):\n    return y{'.a' * 8_000}", "nested too deep"),
        (f"def loss(y):\n    return y{'[0]' * 8_000}", "nested too deep"),
        (f"def loss(y):\n    return {'+'.join('y' * 30_000)}", "nested too deep"),
        (b"x = 1\n" * 1_700_000, "The script has 10.2 MB; 4 MB is the limit."),
        (b"def loss(y):\0\n", "The file is binary, neither a notebook nor a Python script."),
        (b"def loss(y):\xff\n", "is not text in UTF-8"),
        ("\n".join(f"{' ' * n}if x:" for n in range(200)), "is not Python"),
    ],
)
def test_what_cannot_be_read_is_one_sentence(source: str | bytes, sentence: str) -> None:
    found = units(source)
    assert found.functions == {}
    (said,) = found.left_out
    assert sentence in said


def test_a_broken_cell_leaves_the_others() -> None:
    found = units("def loss(y):\n    return y / 2\n\n# %%\ndef train(:\n")
    assert found.functions.keys() == {"loss"}
    assert len(found.left_out) == 1


def test_of_many_cells_the_first_are_read() -> None:
    large = [f"def f{n}(y):\n    return y\n{'# ' * (MAX_CELL // 2 - 20)}\n" for n in range(6)]
    sources = [*large, "def loss(y):\n    return y / 2\n"]
    cells = [{"cell_type": "code", "metadata": {}, "source": source} for source in sources]
    found = units(json.dumps({"cells": cells, "nbformat": 4}), "x.ipynb")
    assert found.left_out == ["Cell 6 is too long to be compared."]
    assert found.functions.keys() == {"loss"}


def test_magic_is_no_mistake() -> None:
    notebook = (
        b'{"cells": [{"cell_type": "code", "metadata": {}, "source": '
        b'["%matplotlib inline\\n", "def loss(y):\\n", "    return y / 2"]}], "nbformat": 4}'
    )
    found = units(notebook, "x.ipynb")
    assert found.functions.keys() == {"loss"}
    assert found.left_out == []


def test_there_is_a_limit_for_one_function() -> None:
    lines = "\n".join(f"    y = y + {n} * y - y / 7" for n in range(3_000))
    assert len(units(f"def loss(y):\n{lines}\n").functions["loss"].fragments) == MAX_FRAGMENTS


def test_warnings_of_students_code_are_not_ours() -> None:
    assert units("def loss(y):\n    return '\\d' is y\n").left_out == []


_LONG = "L" * 20_000
_LARGE = {
    "a long constant, used often": (
        f"def loss(y):\n    s = '{_LONG}'\n    return [{'s,' * 8_000}]"
    ),
    "a long name, used often": f"def loss(y):\n    s = np.{_LONG}\n    return [{'s,' * 8_000}]",
    "a long call, used often": (
        f"def loss(y):\n    s = y.{_LONG}({_LONG}=1)\n    return [{'s,' * 8_000}]"
    ),
    "many targets": f"def loss(y):\n    {'y=' * 3_000}[{'-y,' * 3_000}]",
    "many targets of tuples": f"def loss(y):\n    {'a,b=' * 3_000}[{'-y,' * 3_000}],1",
    "many names of one value": f"{'='.join(f'y{n}' for n in range(2_000))}=[{'-y,' * 2_000}]",
    "many methods of a long name": (
        f"class {_LONG}:\n" + "\n".join(f" def a{n}():0" for n in range(2_000))
    ),
}


@pytest.mark.parametrize("source", _LARGE.values(), ids=_LARGE)
def test_a_submission_takes_little_whatever_is_in_it(source: str) -> None:
    """Each of these took minutes or a gigabyte where something was read again for each use."""
    began = time.process_time()
    tracemalloc.start()
    found = units(source)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found.left_out == []
    assert peak < 35e6 and time.process_time() - began < 4


def test_a_name_is_looked_up_once_however_many_methods_have_it() -> None:
    looked_up = []

    class Names(dict[str, list[str]]):
        def get(self, part: str, *default: Any) -> Any:
            looked_up.append(part)
            return super().get(part, *default)

    source = "".join(f"class A{n}:\n def f(s): return f\n" for n in range(20))
    code = code_of(parse_submission("x.py", f"def loss(y): return f(y)\n{source}".encode()), NAMES)
    methods = [f"A{n}.f" for n in range(20)]
    assert len([*code._with_helpers("loss", Names(f=methods))]) == 21
    assert looked_up.count("f") == 1
