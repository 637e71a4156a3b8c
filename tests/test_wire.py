"""The wire: what goes in comes out, and nothing that is forged gets through."""

from __future__ import annotations

import contextlib
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from autograder.calls import Call, Outcome, Result
from autograder.plain import NUMERIC_DTYPES, Opaque
from autograder.wire import (
    WireError,
    calls_message,
    decode_outcome,
    frame_bytes,
    frame_length,
    outcome_message,
    read_calls,
    visible_text,
)

ENCODE = msgspec.msgpack.encode
arrays = hnp.arrays(
    st.sampled_from(sorted(NUMERIC_DTYPES)).map(np.dtype), hnp.array_shapes(min_dims=0, max_side=3)
)
leaf = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats()
    | st.text(max_size=20)
    | arrays
    | st.builds(Opaque, st.text(max_size=5))
)
plain_values = st.recursive(
    leaf,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


def same(one: Any, two: Any) -> bool:
    if isinstance(one, np.ndarray):
        return one.dtype == two.dtype and one.shape == two.shape and one.tobytes() == two.tobytes()
    if isinstance(one, dict):
        return list(one) == list(two) and all(same(one[key], two[key]) for key in one)
    if isinstance(one, (list, tuple)):
        return type(one) is type(two) and len(one) == len(two) and all(map(same, one, two))
    return type(one) is type(two) and (one == two or (one != one and two != two))


def shown(value: Any) -> Any:
    """The value with the text that may be shown; numbers and arrays as they are."""
    if isinstance(value, dict):
        return {visible_text(key): shown(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(shown(item) for item in value)
    if isinstance(value, Opaque):
        return Opaque(visible_text(value.type_name))
    return value


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("a\tb\nc é θ", "a\tb\nc é θ"),
        ("\x1b[31mred\x07", "\\x1b[31mred\\x07"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
    ],
)
def test_text_cannot_steer_a_terminal(text: str, seen: str) -> None:
    outcome = Outcome("raised", message=text, warnings=(text,), changed=((0, text),))
    back = decode_outcome(frame_bytes(outcome_message(outcome))[4:])
    assert (back.message, back.warnings, back.changed) == (seen, (seen,), ((0, seen),))


@given(plain_values)
def test_a_value_comes_out_as_it_went_in(value: Any) -> None:
    value = shown(value)
    outcome = Outcome("returned", value, "m", "line 3", ((0, "W1"),), ("w",), {"forward": 2})
    frame = frame_bytes(outcome_message(outcome))
    assert frame_length(frame[:4]) == len(frame) - 4
    back = decode_outcome(frame[4:])
    assert same(back.value, value)
    assert (back.kind, back.message, back.changed, back.counts) == (
        "returned",
        "m",
        ((0, "W1"),),
        {"forward": 2},
    )


@given(plain_values)
def test_calls_come_out_as_they_went_in(value: Any) -> None:
    value = shown(value)
    calls = [Call("f", (value, Result(0, "y")), False, ("loss",))]
    (back,) = read_calls(calls_message(calls))
    assert same(list(back.arguments[:1]), [value])
    assert (back.function, back.arguments[1], back.wanted, back.watch) == (
        "f",
        Result(0, "y"),
        False,
        ("loss",),
    )


@given(st.binary(max_size=200))
def test_random_bytes_are_refused_or_read(body: bytes) -> None:
    with contextlib.suppress(WireError):
        decode_outcome(body)


@given(st.data())
def test_a_damaged_message_is_refused_or_read(data: st.DataObject) -> None:
    outcome = Outcome("returned", {"W1": np.ones((2, 3)), "l": [1.0, (2,)]})
    body = bytearray(frame_bytes(outcome_message(outcome))[4:])
    for _ in range(data.draw(st.integers(1, 4))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(WireError):
        decode_outcome(bytes(body[: data.draw(st.integers(0, len(body)))]))


def outcome_with(value: Any, kind: str = "returned") -> bytes:
    return ENCODE([kind, value, "", "", [], [], {}])


@pytest.mark.parametrize(
    "value",
    [
        ["a", "|O", [1], b"12345678"],
        ["a", "<M8[s]", [1], b"12345678"],
        ["a", "V8", [1], b"12345678"],
        ["a", "<f8", [2], b"12345678"],
        ["a", "<f8", [-1], b"12345678"],
        ["a", "<f8", [2**62, 4], b""],
        ["a", "<f8", [2**32, 2**32], b""],
        ["a", "<f8", [1] * 9, b"12345678"],
        ["a", "<f8", ["1"], b"12345678"],
        ["x", 1],
        {"t": 1},
    ],
)
def test_forged_arrays_are_refused(value: Any) -> None:
    with pytest.raises(WireError):
        decode_outcome(outcome_with(value))


def test_a_forged_kind_is_refused() -> None:
    with pytest.raises(WireError, match="unknown kind"):
        decode_outcome(outcome_with(None, "timeout of someone else"))


def test_deep_nesting_is_refused() -> None:
    body = outcome_with(0)
    deep = b"\x93\xa1i\xa4list\x91" * 100_000 + b"\x00"
    with pytest.raises(WireError):
        decode_outcome(body.replace(b"\x00\xa0\xa0", deep + b"\xa0\xa0"))


def test_a_huge_frame_is_refused_before_it_is_read() -> None:
    with pytest.raises(WireError, match="the limit"):
        frame_length(b"\xff\xff\xff\xff")
