"""A notebook's JSON, or why a text is none."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from autograder.contents import not_a_notebook


def load_notebook(text: str) -> dict[str, Any]:
    """Parse a notebook's JSON; raises `ValueError` with a sentence if it is not one of format 4."""
    try:
        notebook = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(not_a_notebook(text) or _damaged(text, error)) from None
    if isinstance(notebook, dict) and notebook.get("nbformat") in (1, 2, 3):
        raise ValueError(
            f"The notebook is in the old format {notebook['nbformat']}. "
            "Open it in Jupyter and save it again."
        )
    if isinstance(notebook, dict) and isinstance(notebook.get("cells"), list):
        return notebook
    parts = notebook.values() if isinstance(notebook, dict) else notebook
    if any(_has_cells(part) for part in (parts if isinstance(parts, Iterable) else ())):
        raise ValueError(
            "The notebook is wrapped in other JSON, as a server sends it. Download it in Jupyter "
            "(File, Download), and hand that in."
        )
    raise ValueError("The file is JSON but not a notebook: it has no cells.")


def _has_cells(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("cells"), list)


def _damaged(text: str, error: Exception) -> str:
    where = ""
    if isinstance(error, json.JSONDecodeError):
        breaks_off = error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string")
        where = f" (line {error.lineno}){', where it breaks off' if breaks_off else ''}"
    return (
        f"The notebook is damaged: it is not valid JSON{where}. "
        "Open it in Jupyter, or restore a checkpoint, and save it again."
    )
