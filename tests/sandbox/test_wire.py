"""The wire: what goes in comes out, and nothing that is forged gets through."""

from __future__ import annotations

import contextlib
import io
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from autograder.sandbox.calls import DONE, Call, CannotServe, Code, Outcome, Place, Result
from autograder.sandbox.plain import MAX_BYTES, MAX_TEXT, NUMERIC_DTYPES, Matrix, Opaque, plain
from autograder.sandbox.wire.frames import HEADER_BYTES, frame_lengths
from autograder.sandbox.wire.outcomes import OutcomesPacker, ask_frame, decode_outcomes
from autograder.sandbox.wire.requests import (
    CANNOT_SERVE_FRAME,
    answer_frame,
    answer_value,
    calls_frame,
    cells_frame,
    read_answer,
    read_request,
)
from autograder.sandbox.wire.values import TooMuch, WireError
from autograder.text import visible_text

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


def parts(frame: bytes) -> tuple[bytes, bytes]:
    """A frame's message and the bytes of its arrays."""
    length, data_length = frame_lengths(frame[:HEADER_BYTES])
    assert len(frame) == HEADER_BYTES + length + data_length
    return frame[HEADER_BYTES : HEADER_BYTES + length], frame[HEADER_BYTES + length :]


def there_and_back(outcome: Outcome) -> Outcome:
    packer = OutcomesPacker(17)
    packer.add(DONE)
    packer.add(outcome)
    ticket, (done, back), _, _ = decode_outcomes(*parts(packer.frame()), 1000)
    assert (ticket, done) == (17, DONE)
    return back


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
    back = there_and_back(outcome)
    assert (back.message, back.warnings, back.changed) == (seen, (seen,), ((0, seen),))


@given(plain_values)
def test_a_value_comes_out_as_it_went_in(value: Any) -> None:
    value = shown(value)
    outcome = Outcome("returned", value, "m", Place("a", 3), ((0, "W1"),), ("w",), {"forward": 2})
    back = there_and_back(outcome)
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
    calls = [Call("f", (value, Result(0, "y")), False, ("loss",)), Call("g", (), served=("f", "h"))]
    read = read_request(io.BytesIO(calls_frame(5, True, calls)))
    assert read is not None
    request, (back, other) = read
    assert (back.served, other) == ((), calls[1])
    assert (request.ticket, request.together) == (5, True)
    assert same(list(back.arguments[:1]), [value])
    assert (back.function, back.arguments[1], back.needs_result, back.watch) == (
        "f",
        Result(0, "y"),
        False,
        ("loss",),
    )


def test_cells_come_out_as_they_went_in() -> None:
    cells = [("x = 1", "cell 1", 1), ("y = 2", "answer.py", 9)]
    read = read_request(io.BytesIO(cells_frame(3, False, cells)))
    assert read is not None
    assert (read[0].ticket, read[0].cells, read[1]) == (3, cells, [])


@given(plain_values, plain_values)
def test_what_is_asked_for_comes_out_as_it_went_in(value: Any, other: Any) -> None:
    value, other = shown(value), shown(other)
    frame = ask_frame(9, "loss", [value, other], {"rate": other})
    ticket, outcomes, (size,), ask = decode_outcomes(*parts(frame), 1000)
    assert (ticket, outcomes) == (9, [])
    assert size > 0
    assert ask is not None
    assert (ask.function, list(ask.keywords)) == ("loss", ["rate"])
    assert same([*ask.arguments, ask.keywords["rate"]], [value, other, other])


@given(plain_values)
def test_an_answer_comes_out_as_it_went_in(value: Any) -> None:
    value = shown(value)
    assert same(answer_value(*read_answer(io.BytesIO(answer_frame(value)))), value)


def test_an_answer_may_name_an_array_twice() -> None:
    one = np.ones(2)
    assert same(
        answer_value(*read_answer(io.BytesIO(answer_frame([one, {"a": one}])))), [one, {"a": one}]
    )


@pytest.mark.parametrize("frame", [CANNOT_SERVE_FRAME, cells_frame(1, True, []), b""])
def test_what_is_no_answer_serves_nothing(frame: bytes) -> None:
    with pytest.raises(CannotServe):
        answer_value(*read_answer(io.BytesIO(frame)))


def test_answers_that_nobody_read_are_no_requests() -> None:
    left = answer_frame([np.ones(3)]) + CANNOT_SERVE_FRAME
    read = read_request(io.BytesIO(left + cells_frame(3, False, [])))
    assert read is not None
    assert read[0].ticket == 3
    assert read_request(io.BytesIO(left)) is None


def test_calls_without_stand_ins_say_nothing_of_them() -> None:
    one, two = Call("f", (1.0,)), Call("f", (1.0,), served=("abcdef",))
    empty, with_one, with_two = (len(calls_frame(1, True, calls)) for calls in ([], [one], [two]))
    # A list of four: a name, the positions of the arguments, whether it is wanted, what is watched.
    assert with_one - empty == len(ENCODE(["f", [0], True, []])) + len(ENCODE(1.0))
    assert with_two - with_one == len(ENCODE(["abcdef"]))


@given(st.binary(max_size=200), st.binary(max_size=50))
def test_random_bytes_are_refused_or_read(body: bytes, data: bytes) -> None:
    with contextlib.suppress(WireError):
        decode_outcomes(body, data, 10)


@given(st.data(), st.booleans())
def test_a_damaged_message_is_refused_or_read(data: st.DataObject, asks: bool) -> None:
    value = {"W1": np.ones((2, 3)), "l": [1.0, (2,)]}
    packer = OutcomesPacker(1)
    packer.add(Outcome("returned", value))
    frame = ask_frame(1, "f", [value], {"x": value}) if asks else packer.frame()
    message, arrays_data = parts(frame)
    body = bytearray(message)
    for _ in range(data.draw(st.integers(1, 4))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(WireError):
        decode_outcomes(bytes(body[: data.draw(st.integers(0, len(body)))]), arrays_data, 10)


def outcome_with(value: Any, kind: str = "returned", arrays: Any = ()) -> bytes:
    return ENCODE([1, list(arrays), [[kind, value, "", "", [], [], {}]]])


@pytest.mark.parametrize(
    ("array", "data"),
    [
        (["|O", [1]], b"12345678"),
        (["<M8[s]", [1]], b"12345678"),
        (["V8", [1]], b"12345678"),
        (["<f8", [2]], b"12345678"),
        (["<f8", []], b"12345678more"),
        (["<f8", [-1]], b"12345678"),
        (["<f8", [2**62, 4]], b""),
        (["<f8", [2**32, 2**32]], b""),
        (["<f8", [0, 2**62, 2**62]], b""),
        (["<f8", [1] * 9], b"12345678"),
        (["<f8", ["1"]], b"12345678"),
        ([], b""),
    ],
)
def test_forged_arrays_are_refused(array: Any, data: bytes) -> None:
    with pytest.raises(WireError):
        decode_outcomes(outcome_with(["a", 0], arrays=[array]), data, 10)


@pytest.mark.parametrize("value", [["a", 0], ["a", -1], ["x", 1], {"t": 1}])
def test_forged_values_are_refused(value: Any) -> None:
    with pytest.raises(WireError):
        decode_outcomes(outcome_with(value), b"", 10)


@pytest.mark.parametrize(
    "asked",
    [
        [],
        ["f"],
        ["f", ["i", "list", []]],
        ["f", [], ["t", []]],
        ["f", ["t", []], ["t", []]],
        ["f", ["i", "list", []], ["i", "list", []]],
        [7, ["i", "list", []], ["t", []]],
        ["f", ["i", "list", []], ["t", []], "more"],
        ["f", ["i", "list", [["a", 0]]], ["t", []]],
        ["f", ["i", "list", [["r", 0, None]]], ["t", []]],
        ["f", ["i", "list", []], ["t", [[1, 2]]]],
        ["f", ["i", "list", [1] * 100_001], ["t", []]],
        ["f", ["i", "list", ["x" * 300] * 3_300], ["t", []]],
    ],
)
def test_forged_asks_are_refused(asked: Any) -> None:
    with pytest.raises(WireError):
        decode_outcomes(ENCODE([1, [], [], asked]), b"", 10)


def test_what_is_asked_with_is_counted_as_what_is_returned_is() -> None:
    def decode(count: int, entries: int) -> list[int]:
        frame = ask_frame(1, "f", [np.ones(entries) for _ in range(count)], {})
        return decode_outcomes(*parts(frame), 10)[2]

    (size,) = decode(10, 10_000)
    assert size > 800_000
    for count, entries, why in ((11, 1, "arrays"), (6, 100_000, "result")):
        with pytest.raises(TooMuch, match=why):
            decode(count, entries)


def test_bytes_of_no_array_are_refused() -> None:
    with pytest.raises(WireError):
        decode_outcomes(outcome_with(1.0), b"12345678", 10)


def test_too_many_arrays_are_refused() -> None:
    four = ["i", "list", [["t", [["W", ["a", at]]]] for at in range(4)]]
    body = outcome_with(four, arrays=[["<f8", [0]]] * 4)
    with pytest.raises(TooMuch):
        decode_outcomes(body, b"", 3)
    decode_outcomes(body, b"", 4)


def test_results_that_come_and_go_are_kept_apart() -> None:
    """Two arrays may have the same address, one after the other."""
    packer = OutcomesPacker(0)
    for number in range(50):
        packer.add(Outcome("returned", np.full(3, float(number))))
    _, outcomes, _, _ = decode_outcomes(*parts(packer.frame()), 1000)
    assert [outcome.value[0] for outcome in outcomes] == list(range(50))


def test_what_calls_share_is_sent_once() -> None:
    params = {"W": np.ones((40, 40)), "b": np.zeros(1)}
    moved = {**params, "b": np.ones(1)}
    calls = [Call("f", (params,)), Call("f", (params,)), Call("f", (moved,))]
    frame = calls_frame(1, True, calls)
    assert len(frame) < 1.1 * params["W"].nbytes
    read = read_request(io.BytesIO(frame))
    assert read is not None
    given = [call.arguments[0] for call in read[1]]
    assert [float(value["b"][0]) for value in given] == [0.0, 0.0, 1.0]
    assert all(value["W"].shape == (40, 40) for value in given)


def test_a_forged_kind_is_refused() -> None:
    with pytest.raises(WireError, match="Invalid enum value"):
        decode_outcomes(outcome_with(None, "timeout of someone else"), b"", 10)


def test_deep_nesting_is_refused() -> None:
    body = outcome_with(0)
    deep = b"\x93\xa1i\xa4list\x91" * 100_000 + b"\x00"
    with pytest.raises(WireError):
        decode_outcomes(body.replace(b"\x00\xa0\xa0", deep + b"\xa0\xa0"), b"", 10)


def test_what_a_forged_message_holds_is_bounded() -> None:
    """A worker keeps to these bounds by itself; somebody who writes to its pipe need not."""
    many = ["i", "list", [1] * 50_000 + [["i", "list", []]] * 20_000]
    deep: Any = 1
    for _ in range(8):
        deep = ["i", "list", [deep]]
    for value, why in ((many, "result"), (deep, "can hold")):
        with pytest.raises(WireError, match=why):
            decode_outcomes(outcome_with(value), b"", 10)
    _, (outcome,), _, _ = decode_outcomes(outcome_with(["o", "x" * 900_000]), b"", 10)
    assert len(outcome.value.type_name) == 300


@pytest.mark.parametrize(
    ("dtype", "entries", "most"), [("<f8", 1_000, 500), ("|i1", 1_000, 500), ("<c8", 1_000, 250)]
)
def test_an_array_counts_wherever_it_is_named(dtype: str, entries: int, most: int) -> None:
    """At the bytes in which it is compared, not at those in which it was sent."""

    def decode(count: int) -> list[int]:
        value = ["i", "list", [["a", 0]] * count]
        body = outcome_with(value, arrays=[[dtype, [entries]]])
        return decode_outcomes(body, bytes(entries * np.dtype(dtype).itemsize), 1_000)[2]

    (size,) = decode(most - 10)
    assert 0.9 * MAX_BYTES < size <= MAX_BYTES
    with pytest.raises(TooMuch, match="result"):
        decode(most + 10)


def test_what_no_value_names_counts_too() -> None:
    arrays = [["<f8", [1]], ["|u1", [100_000]]]
    body = outcome_with(["a", 0], arrays=arrays)
    assert decode_outcomes(body, bytes(100_008), 10)[2] == [100_008]


def test_only_the_grader_names_results_of_other_calls() -> None:
    with pytest.raises(WireError, match="another call"):
        decode_outcomes(outcome_with(["r", 0, "x" * 1000]), b"", 10)


def test_counts_have_names_that_can_be_shown() -> None:
    body = ENCODE([1, [], [["returned", None, "", "", [], [], {"\x1b[2J" + "x" * 1000: 7}]]])
    _, (outcome,), _, _ = decode_outcomes(body, b"", 10)
    assert list(outcome.counts) == [("\\x1b[2J" + "x" * 1000)[:300]]


@pytest.mark.parametrize("length", [5, 297, 298, 299, 300, 400])
def test_what_was_raised_is_cut_as_a_whole(length: int) -> None:
    outcome = Outcome("raised", message="x" * 500, exception="E" * length)
    back = there_and_back(outcome)
    assert len(back.error_text) <= MAX_TEXT and back.error_text.startswith("EEEEE")


def test_a_matrix_arrives_as_one() -> None:
    (value,) = there_and_back(
        Outcome("returned", [plain(np.array([[1.0, 2.0]]).view(np.matrix))])
    ).value
    assert type(value) is Matrix
    assert value.tolist() == [[1.0, 2.0]]


@pytest.mark.parametrize("code", [None, Code("z = 1"), Code("exp(z)", "math.exp", (("z", "a"),))])
def test_the_line_that_raised_arrives(code: Code | None) -> None:
    outcome = Outcome("raised", message="no", exception="E", code=code)
    assert there_and_back(outcome) == outcome
