"""Where `configure` was once: an old nbgrader_config.py is told where it is now."""

from __future__ import annotations

from typing import Any


def __getattr__(name: str) -> Any:
    if name == "configure":
        # Any other exception is ignored: nbgrader would go on and write to the wrong folder.
        raise SystemExit(
            "nbgrader_config.py imports configure as an older version did. Write there: "
            "from autograder.nbgrader.config import configure"
        )
    raise AttributeError(name)
