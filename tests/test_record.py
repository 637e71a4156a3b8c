"""Records are frozen dataclasses, made faster."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import FrozenInstanceError, dataclass, field, fields, is_dataclass, replace
from typing import Any

import pytest

from autograder.record import record


@record
class Point:
    x: int
    y: int = 0
    tags: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.x < 0:
            raise ValueError("x is below 0")


@record
class Named(Point):
    name: str = ""


@record(eq=False)
class Alone:
    x: int


@record
class Two:
    x: int
    y: int


@dataclass(frozen=True)
class UsualTwo:
    x: int
    y: int


@dataclass(frozen=True)
class Usual:
    x: int
    y: int = 0
    tags: list[str] = field(default_factory=list)


def test_a_record_is_a_frozen_dataclass() -> None:
    point = Point(1, tags=["a"])
    assert is_dataclass(point)
    assert [each.name for each in fields(Named(1))] == ["x", "y", "tags", "name"]
    assert (point.x, point.y, point.tags) == (1, 0, ["a"])
    assert Point(1).tags is not Point(1).tags
    assert replace(point, y=2) == Point(1, 2, ["a"])
    assert repr(Named(1, name="b")) == "Named(x=1, y=0, tags=[], name='b')"
    with pytest.raises(FrozenInstanceError):
        point.x = 2  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        del point.x
    with pytest.raises(ValueError, match="below 0"):
        replace(point, x=-1)


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy])
def test_a_record_is_copied(copied: Callable[[Any], Any]) -> None:
    assert copied(Named(1, 2, ["a"], "b")) == Named(1, 2, ["a"], "b")


def test_equality_is_that_of_values_in_one_class() -> None:
    assert Point(1) == Point(1) != Point(2)
    assert Point(1) != Named(1)
    assert hash(Point(1, 2, ())) == hash(Point(1, 2, ()))  # type: ignore[arg-type]
    assert Alone(1) != Alone(1)
    assert len({Alone(1), Alone(1)}) == 2


@pytest.mark.parametrize(
    ("values", "named"),
    [((), {}), ((1, 2, [], 4), {}), ((1,), {"x": 1}), ((1,), {"z": 1}), ((), {"y": 1})],
)
def test_wrong_arguments_raise_as_they_do_in_a_dataclass(
    values: tuple[Any, ...], named: dict[str, Any]
) -> None:
    for kind in (Point, Usual):
        with pytest.raises(TypeError, match=rf"^{kind.__name__}\.__init__\(\) "):
            kind(*values, **named)


def test_what_is_missing_is_named_as_a_dataclass_names_it() -> None:
    said = []
    for kind in (Two, UsualTwo):
        for given in ({}, {"x": 1}):
            with pytest.raises(TypeError) as caught:
                kind(**given)
            said.append(str(caught.value).partition(".")[2])
    assert said[:2] == said[2:]
