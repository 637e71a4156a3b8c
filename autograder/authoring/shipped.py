"""The exercises that come with autograder, as an author writes them, with their solutions.

They are a distribution of their own, which students do not install: their package holds no
solution. In a clone they are in ``solutions/``.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from pathlib import Path

#: The distribution, and the package in it: a folder for each exercise, and no code to import.
DISTRIBUTION, _PACKAGE = "backprop-autograder-exercises", "autograder_exercises"
_ROOT = Path(__file__).parents[2]


def shipped() -> Mapping[str, Path]:
    """The folder of each exercise, by name; none where the distribution is not installed."""
    found = importlib.util.find_spec(_PACKAGE)
    places = [Path(place) for place in (found and found.submodule_search_locations) or ()]
    if not places and (_ROOT / "exercises" / "pyproject.toml").is_file():
        places = [_ROOT / "solutions"]
    return {
        path.parent.name: path.parent
        for place in places
        for path in sorted(place.glob("*/exercise.py"))
    }
