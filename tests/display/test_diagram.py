"""The figure of a computation: what is drawn, that it stays in its place, and its description."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from xml.etree import ElementTree

import pytest

from autograder.display import diagram
from autograder.display.notebook import function_table
from autograder.exercise.answer_key import AnswerKey
from autograder.exercise.computation import right_trace
from autograder.exercise.solution import Solution
from autograder.report import FunctionReport, Quantity
from tests.helpers.deep_network import deep_sheet
from tests.helpers.figures import require_inside
from tests.helpers.traces import HALF, HIDDEN_BIAS, judged_with_changes, trace_of


@pytest.fixture(scope="module")
def deep() -> AnswerKey:
    return deep_sheet()


@pytest.fixture(scope="module")
def answer(solution: Solution) -> Callable[..., list[FunctionReport]]:
    return judged_with_changes(solution)


def drawn(reports: list[FunctionReport]) -> str:
    return diagram.figure(tuple(trace_of(reports).values()))


def test_a_right_gradient_is_marked_by_nothing(
    answer: Callable[..., list[FunctionReport]],
) -> None:
    assert "first" not in drawn(answer(only={"backward"})).split("</style>")[1]


def test_the_first_wrong_quantity_is_marked_once(
    answer: Callable[..., list[FunctionReport]],
) -> None:
    figure = drawn(answer(HALF))
    assert figure.count("diagram-box diagram-first") == 1 and figure.count("✗ first wrong") == 1
    assert figure.count("diagram-box diagram-follows") == 5


def test_what_the_first_wrong_quantity_is_computed_from_is_seen(
    answer: Callable[..., list[FunctionReport]],
) -> None:
    """The edges into it have its colour, and no other edge is drawn across them."""
    edges = re.findall(r'<path class="diagram-(?:edge|tip)([^"]*)"', drawn(answer(HALF)))
    assert edges.count(" diagram-first") == 2 < len(edges)
    assert edges[-2:] == [" diagram-first"] * 2


def test_what_only_follows_is_not_the_first(answer: Callable[..., list[FunctionReport]]) -> None:
    assert "✗ first wrong" not in drawn(answer(("1.0 + small)", "1.001 + small)")))


def test_what_has_no_numbers_of_its_own(answer: Callable[..., list[FunctionReport]]) -> None:
    assert "another type" in drawn(answer(('"b1": delta_hidden', '"b1": list(delta_hidden)')))
    not_finite = '"b1": np.array([np.nan, np.inf])'
    assert "nan" in drawn(answer(('"b1": delta_hidden', not_finite)))


def test_its_caption_names_what_backward_was_given(
    answer: Callable[..., list[FunctionReport]],
) -> None:
    for change, given in ((HIDDEN_BIAS, True), (HALF, False)):
        caption = diagram.caption(tuple(trace_of(answer(change)).values()))
        assert ("on the right activations" in caption) == given


def test_the_figure_is_svg_that_stands_alone(
    answer: Callable[..., list[FunctionReport]], deep: AnswerKey
) -> None:
    traces = [tuple(trace_of(answer(change)).values()) for change in (HALF, HIDDEN_BIAS)]
    for trace in [*traces, right_trace(deep)]:
        root = ElementTree.fromstring(diagram.figure(trace))
        assert root.attrib["role"] == "img"
        assert [child.tag.rpartition("}")[2] for child in root[:2]] == ["title", "desc"]
        assert root[1].text == diagram.description(trace)
        assert not [e for e in root.iter() if "id" in e.attrib or e.tag.endswith("script")]
        classes = {name for e in root.iter() for name in e.get("class", "").split()}
        assert all(name.startswith("diagram") for name in classes)
        words = [text for e in root.iter() if e.tag.endswith("text") for text in [e.text or ""]]
        assert {quantity.name for quantity in trace} <= set(words)


def test_a_gradient_of_what_has_no_name_is_shown_too(deep: AnswerKey) -> None:
    trace = tuple(quantity for quantity in right_trace(deep) if quantity.name != "h1")
    assert '>grads["h1"]<'.replace('"', "&quot;") in diagram.figure(trace)


def test_nothing_leaves_its_card(
    answer: Callable[..., list[FunctionReport]], deep: AnswerKey
) -> None:
    """Every line is inside the card that was drawn before it, at the widths that are reckoned
    with."""
    long = [q._replace(name=q.name + "_" * 40) for q in right_trace(deep)]
    huge = [q._replace(expected=(-1.23456e-200,) * len(q.expected)) for q in right_trace(deep)]
    for trace in (tuple(trace_of(answer(HALF)).values()), tuple(long), tuple(huge)):
        require_inside(diagram.figure(trace))


def test_its_description_has_all_of_it(answer: Callable[..., list[FunctionReport]]) -> None:
    text = diagram.description(tuple(trace_of(answer(HIDDEN_BIAS)).values()))
    assert text.startswith(
        "The first wrong quantity is h: yours 0.5325 0.572, right 0.5572 0.6201."
    )
    assert "y follows from h." in text and 'Right: loss, grads["y"]' in text


def test_numbers_that_look_the_same_are_told_apart() -> None:
    quantity = Quantity("h", "activation", "wrong", (), (), (0.123456,), (), (0.1234561,), 1e-7)
    assert "0.1234561" in diagram.figure((quantity,))
    quantity = quantity._replace(numbers=(0.123456 + 1e-12,), apart=1e-12)
    assert "1e-12 at most" in diagram.figure((quantity,))
    large = quantity._replace(expected_shape=(5, 2), expected=(1.0,) * 10, numbers=(2.0,) * 10)
    assert "shape (5, 2)" in diagram.figure((large,))
    empty = Quantity("x", "input", "given", (), (0,), ())
    assert "no numbers" in diagram.figure((empty,))


def test_a_notebook_shows_it_as_an_image_once(answer: Callable[..., list[FunctionReport]]) -> None:
    tables = [function_table(report) for report in answer(HALF)]
    images = [image for table in tables for image in re.findall(r"<img [^>]*>", table)]
    assert len(images) == 1
    (data,) = re.findall(r'src="data:image/svg\+xml;base64,([^"]*)"', images[0])
    assert ElementTree.fromstring(base64.b64decode(data)).tag.endswith("svg")
    assert 'alt="The first wrong quantity is grads[&quot;y&quot;]: yours' in images[0]
