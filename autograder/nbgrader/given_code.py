"""A preprocessor of nbgrader's: cells that students are given with mistakes in them."""

from __future__ import annotations

from typing import Any

from nbgrader.preprocessors import NbGraderPreprocessor

#: The key of a source cell's metadata that holds what students get in its place. nbgrader itself
#: would clear the cell.
GIVEN = "given_code"


class ReleaseGivenCode(NbGraderPreprocessor):  # type: ignore[misc]
    """Puts given code into its cell, after nbgrader cleared it."""

    def preprocess_cell(self, cell: Any, resources: Any, cell_index: int) -> tuple[Any, Any]:
        """Replace one cell's source."""
        given = cell.metadata.pop(GIVEN, None)
        if given is not None:
            cell.source = given
        return cell, resources


def with_given_code(preprocessors: list[Any]) -> list[Any]:
    """The preprocessors of a release, nbgrader's or an instructor's, with ours right behind the one
    that clears solutions."""
    if ReleaseGivenCode in preprocessors:
        return preprocessors
    names = [each if isinstance(each, str) else each.__name__ for each in preprocessors]
    at = next((at for at, name in enumerate(names) if name.endswith("ClearSolutions")), len(names))
    return [*preprocessors[: at + 1], ReleaseGivenCode, *preprocessors[at + 1 :]]
