"""The exercises that come with autograder, as an author writes them, with their solutions.

They are a distribution of their own, which students do not install: their package holds no
solution. In a clone they are in ``solutions/``.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping
from pathlib import Path

#: The distribution, and the package in it: a folder for each exercise, and no code to import.
DISTRIBUTION, _PACKAGE = "backprop-autograder-exercises", "autograder_exercises"
_ROOT = Path(__file__).parents[2]
#: Beside their folders: their names in the order of a course, one a line.
ORDER = "order.txt"


def shipped() -> Mapping[str, Path]:
    """The folder of each exercise, by name, in the order of a course; none where the distribution
    is not installed."""
    found = importlib.util.find_spec(_PACKAGE)
    places = [Path(place) for place in (found and found.submodule_search_locations) or ()]
    if not places and (_ROOT / "exercises" / "pyproject.toml").is_file():
        places = [_ROOT / "solutions"]
    return {
        name: folder
        for place in places
        for name, folder in sorted(_folders(place).items(), key=_position(place))
    }


def _folders(place: Path) -> dict[str, Path]:
    return {path.parent.name: path.parent for path in place.glob("*/exercise.py")}


def _position(place: Path) -> Callable[[tuple[str, Path]], tuple[int, str]]:
    """By which to sort: those that have no line come last, by their names."""
    order = place / ORDER
    names = order.read_text(encoding="utf-8").split() if order.is_file() else []
    return lambda item: (names.index(item[0]) if item[0] in names else len(names), item[0])
