"""One change to the solution, as an operator proposes it."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from autograder.exercise.generated.code import Written
from autograder.record import record


@record
class Change:
    """Something that students write in the place of ``node``: the ``operator`` by which it is made,
    the ``new`` expression, and ``what`` is wrong then, after the name of the quantity it is in.

    ``edit`` is the new text of a place in the source, where no single expression is replaced.
    ``hints`` lead from a question to an answer. What is said of a ``whole`` quantity is clear only
    if that has a name.
    """

    operator: str
    node: ast.AST
    what: str
    hints: Sequence[str] = ()
    new: Written | None = None
    edit: tuple[int, int, str] | None = None
    whole: bool = False
