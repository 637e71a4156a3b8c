"""Look-alikes: how many disguised copies are found in a class of honest students, how many honest
pairs stand out besides, and how long `autograder alike` takes for a large class.

The honest class is that of `benchmarks.honest`, the copies are those of `benchmarks.disguises`.
"""

from __future__ import annotations

import argparse
import math
import random
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from autograder.alike.likeness import Likeness, compare
from autograder.alike.units import code_of
from autograder.submission import parse_submission
from benchmarks.disguises import disguise
from benchmarks.honest import Honest
from benchmarks.measuring import BIN, ROOT, Failed, Row, main, timed

#: The least copies among the first of the list, of 40; the most honest pairs above the line, as a
#: share of all above it; and the most seconds for 1,000 submissions.
LEAST, MOST_FALSE, MOST_SECONDS = 36, 0.01, 120.0
#: Of a class with one solution, the share that wrote it, function by function: about 70 % of the
#: pairs share it.
MOST = 0.84


class Class(NamedTuple):
    """The texts of a class by student, and the pairs of whom one is a copy of the other."""

    texts: Mapping[str, str]
    copies: frozenset[tuple[str, str]]
    functions: frozenset[str]


class Found(NamedTuple):
    """Copies among as many first pairs of the list as there are copies; copies above the line, and
    honest pairs above it."""

    first: int
    above: int
    honest: int


def class_with_copies(
    exercise: str, honest: int, copies: int, seed: int, popular: bool = False
) -> Class:
    """A class of honest students, and disguised copies of some of them."""
    rng = random.Random(seed)  # noqa: S311
    answers = Honest(exercise, rng, popular)
    functions = [name for name, pool in answers.functions.items() if len(pool) > 1]
    texts = {f"honest{at:04}": answers.student() for at in range(honest)}
    pairs = set()
    for at, source in enumerate(rng.sample([*texts], copies)):
        texts[f"other{at:04}"] = disguise(texts[source], rng, functions)
        pairs.add((source, f"other{at:04}"))
    return Class(texts, frozenset(pairs), frozenset(functions))


def class_of_one_solution(exercise: str, honest: int, seed: int) -> Class:
    """A class of whom most wrote the same, and one disguised copy of somebody who wrote another
    answer to every function."""
    rng = random.Random(seed)  # noqa: S311
    answers = Honest(exercise, rng)
    functions = [name for name, pool in answers.functions.items() if len(pool) > 1]
    texts = {f"honest{at:04}": answers.student(MOST) for at in range(honest)}
    texts["honest0000"] = answers.student(0.0)
    texts["other0000"] = disguise(texts["honest0000"], rng, functions)
    return Class(texts, frozenset({("honest0000", "other0000")}), frozenset(functions))


def likeness_of(students: Class) -> Likeness:
    """How alike the submissions of a class are."""
    names = students.functions
    return compare(
        {
            student: code_of(parse_submission(f"{student}.py", text.encode()), names).units(names)
            for student, text in students.texts.items()
        }
    )


def found_in(likeness: Likeness, copies: frozenset[tuple[str, str]]) -> Found:
    """How many of the copies are found."""
    first = sum((pair.one, pair.two) in copies for pair in likeness.ranked[: len(copies)])
    above = [(pair.one, pair.two) in copies for pair in likeness.above]
    return Found(first, sum(above), len(above) - sum(above))


def measure(options: argparse.Namespace) -> list[Row]:
    """Find copies in classes of each exercise, and time a large class."""
    rows = []
    honest, copies, first = options.honest, options.copies, options.exercises[0]
    for exercise in options.exercises:
        found = _found(
            exercise, (class_with_copies(exercise, honest, copies, n) for n in range(options.seeds))
        )
        rows += _rows(exercise, found, copies)
    what = f"{first}, popular answers"
    found = _found(
        what, (class_with_copies(first, honest, copies, n, True) for n in range(options.seeds))
    )
    rows += _rows(what, found, copies)
    for exercise in options.exercises:
        what = f"{exercise}, one solution"
        classes = (class_of_one_solution(exercise, honest, n) for n in range(options.seeds))
        # With one copy in a class, one honest pair is half of what is above the line.
        rows += _rows(what, _found(what, classes), 1, most_false=math.inf)
    return [*rows, _time(options.large)]


def _found(what: str, classes: Iterable[Class]) -> list[Found]:
    each = []
    for seed, students in enumerate(classes):
        each.append(found_in(likeness_of(students), students.copies))
        print(f"{what}, seed {seed}: {each[-1]}", flush=True)
    return each


def _rows(what: str, each: list[Found], copies: int, most_false: float = MOST_FALSE) -> list[Row]:
    first = [found.first for found in each]
    above, honest = (sum(getattr(found, name) for found in each) for name in ("above", "honest"))
    all_copies = copies * len(each)
    return [
        Row(
            f"alike: {what}: fewest copies among the first",
            f"{min(first)}",
            f"of {copies}",
            min(first) / copies,
            LEAST / 40,
            at_least=True,
        ),
        Row(
            f"alike: {what}: above the line",
            f"{above}",
            f"of {all_copies}",
            above / all_copies,
            math.inf,
        ),
        Row(
            f"alike: {what}: honest pairs above the line",
            f"{honest}",
            f"of {above + honest}",
            honest / max(above + honest, 1),
            most_false,
        ),
    ]


def _time(number: int) -> Row:
    """`autograder alike` for a class that handed in."""
    name = "sigmoid_network"
    students = class_with_copies(name, number - number // 20, number // 20, 0)
    with tempfile.TemporaryDirectory(prefix="autograder-") as scratch:
        course = Path(scratch)
        (course / "solutions").symlink_to(ROOT / "solutions")
        (course / "course.toml").write_bytes((ROOT / "course.toml").read_bytes())
        for student, text in students.texts.items():
            folder = course / "submitted" / student / name
            folder.mkdir(parents=True)
            (folder / f"{name}.py").write_text(text, encoding="utf-8")
        seconds = timed([BIN / "autograder", "alike", name], course)
        if not (course / "report" / f"{name}-alike" / "index.html").is_file():
            raise Failed("no page was written")
    what = f"alike: {number} submissions"
    return Row(what, f"{seconds:.1f} s", f"{MOST_SECONDS:.0f} s", seconds / MOST_SECONDS, 1)


def _run() -> int:
    parser = argparse.ArgumentParser(description="Look-alikes")
    parser.add_argument(
        "--exercises", nargs="+", default=["sigmoid_network", "mlp", "cnn", "rnn", "transformer"]
    )
    parser.add_argument("--honest", type=int, default=300, help="honest students of a class")
    parser.add_argument("--copies", type=int, default=40, help="disguised copies in it")
    parser.add_argument("--seeds", type=int, default=5, help="classes of each exercise")
    parser.add_argument("--large", type=int, default=1000, help="submissions that are timed")
    return main(parser, measure)


if __name__ == "__main__":
    sys.exit(_run())
