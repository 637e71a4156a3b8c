"""Which lines match, and which of them few students wrote."""

from __future__ import annotations

import time

import pytest

from autograder.alike.passages import Match, Spread, matches, spread_of
from autograder.alike.units import Unit, Units, code_of
from autograder.submission import parse_submission

COMMON = "    d = y - t\n"
ODD = "    e = np.tanh(d) ** 3 / 7\n"


def units(body: str) -> Units:
    text = f"def loss(y, t):\n{body}"
    return code_of(parse_submission("x.py", text.encode()), ["loss"]).units(["loss"])


@pytest.fixture(scope="module")
def spread() -> Spread:
    """Ten wrote what is common, and two of them what is odd."""
    plain = [units(f"{COMMON}    return d ** {n}\n") for n in range(2, 10)]
    odd = [units(f"{COMMON}{ODD}    return e\n")] * 2
    return spread_of([*plain, *odd])["loss"]


def loss(body: str) -> Unit:
    return units(body).functions["loss"]


def test_lines_match_wherever_they_stand(spread: Spread) -> None:
    one = loss(f"{COMMON}{ODD}    return e\n")
    two = loss("    # mine\n\n    d = y - t\n    u = np.tanh(d) ** 3 / 7\n    return u\n")
    found = matches(one, two, spread)
    assert found[0, 3] == Match((0, 5), rare=True)
    assert found[0, 4].line == (0, 6)
    assert matches(two, one, spread)[0, 5] == Match((0, 3), rare=True)


def test_what_all_wrote_is_not_marked(spread: Spread) -> None:
    one, two = loss(f"{COMMON}    return d ** 3\n"), loss(f"{COMMON}    return d ** 4\n")
    assert (0, 2) not in matches(one, two, spread)


def test_what_several_wrote_is_marked_otherwise() -> None:
    bodies = [COMMON + ODD + "    return e\n"] * 5 + [COMMON + "    return d / 2\n"] * 15
    spread = spread_of(map(units, bodies))["loss"]
    found = matches(loss(bodies[0]), loss(bodies[1]), spread)
    assert found[0, 3] == Match((0, 3), rare=False)


@pytest.mark.parametrize(("few", "of"), [(3, 10), (3, 100), (6, 300)])
def test_few_are_three_or_a_fiftieth_of_a_large_class(few: int, of: int) -> None:
    assert Spread({"k": few}, of).is_rare("k")
    assert not Spread({"k": few + 1}, of).is_rare("k")


def test_what_shares_little_does_not_match(spread: Spread) -> None:
    one = loss("    return np.tanh(y) ** 3 / 7\n")
    two = loss("    return np.tanh(y) + np.exp(t - y) * np.sqrt(abs(t)) - 9\n")
    assert matches(one, two, spread) == {}


def test_lines_that_are_all_the_same_are_not_compared_with_each_other(spread: Spread) -> None:
    unit = loss(f"{COMMON}{'    -y' + chr(10)}" * 3_000 + "    return d ** 7\n")
    began = time.process_time()
    found = matches(unit, unit, spread)
    assert found[0, 6002] == Match((0, 6002), rare=True)
    assert time.process_time() - began < 2
