"""Notebooks run in a real kernel."""

from __future__ import annotations

import os
from pathlib import Path

import nbformat
from nbclient import NotebookClient


def run_notebook(folder: Path, *sources: str, grading: str = "") -> list[nbformat.NotebookNode]:
    """Run cells in a real kernel; errors are kept in the cells."""
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    notebook = nbformat.v4.new_notebook(cells=cells)
    environment = {**os.environ, "NBGRADER_EXECUTION": grading}
    client = NotebookClient(
        notebook, timeout=60, allow_errors=True, resources={"metadata": {"path": str(folder)}}
    )
    client.execute(env=environment)
    return list(notebook.cells)
