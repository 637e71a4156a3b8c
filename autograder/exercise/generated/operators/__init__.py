"""What students write in the place of what is right, one family in each file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from autograder.exercise.generated.body import Body
from autograder.exercise.generated.change import Change
from autograder.exercise.generated.operators.calls import applied, arguments_exchanged
from autograder.exercise.generated.operators.comparisons import comparisons
from autograder.exercise.generated.operators.constants import (
    constants,
    factors_too_many,
    slopes_too_many,
)
from autograder.exercise.generated.operators.entries import entries, loops_over_entries
from autograder.exercise.generated.operators.in_part import (
    e_written,
    emptied_in_loop,
    factors_reduced,
    one_case_only,
    weights_ignored,
)
from autograder.exercise.generated.operators.indices import indices, ranges
from autograder.exercise.generated.operators.operands import keys, operands, written_as_numbers
from autograder.exercise.generated.operators.products import (
    matrix_products,
    outer_products,
    products,
)
from autograder.exercise.generated.operators.reductions import (
    entries_added_up,
    powers,
    reductions,
)
from autograder.exercise.generated.operators.statements import steps
from autograder.exercise.generated.operators.sums import brackets, outside, sums

#: The likeliest first: of those that give the same, the first is kept.
OPERATORS: Sequence[Callable[[Body], Iterator[Change]]] = (
    products,
    sums,
    applied,
    outside,
    matrix_products,
    outer_products,
    powers,
    reductions,
    brackets,
    comparisons,
    ranges,
    steps,
    entries,
    loops_over_entries,
    operands,
    keys,
    arguments_exchanged,
    written_as_numbers,
    indices,
    entries_added_up,
    constants,
    factors_too_many,
    slopes_too_many,
    one_case_only,
    weights_ignored,
    factors_reduced,
    e_written,
    emptied_in_loop,
)
