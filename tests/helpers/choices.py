"""A question with options, in an exercise of its own."""

from __future__ import annotations

from autograder import Choice, Exercise, Function, Instance

WHY = ("not the first one", "quite so", "not the last one")
CHOICE = Choice("pick", 2, WHY)


def exercise(*choices: Choice) -> Exercise:
    return Exercise("t", [Function("loss", {"values": 1})], [Instance("a", {"y": 1.0, "t": 1.0})], list, choices=choices)  # fmt: skip
