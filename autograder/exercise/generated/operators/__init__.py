"""What students write in the place of what is right, one family in each file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from autograder.exercise.generated.body import Body
from autograder.exercise.generated.change import Change
from autograder.exercise.generated.operators.activations import (
    activations,
    around_names,
    slopes,
)
from autograder.exercise.generated.operators.calls import applied, arguments_exchanged
from autograder.exercise.generated.operators.comparisons import comparisons
from autograder.exercise.generated.operators.constants import (
    constants,
    factors_too_many,
    slopes_too_many,
)
from autograder.exercise.generated.operators.entries import (
    entries,
    loops_over_entries,
    returned_as_given,
)
from autograder.exercise.generated.operators.in_part import (
    e_written,
    emptied_in_loop,
    factors_reduced,
    one_case_only,
    weights_ignored,
)
from autograder.exercise.generated.operators.indices import indices, ranges, selections
from autograder.exercise.generated.operators.operands import (
    attributes,
    keys,
    operands,
    written_as_numbers,
    zeros,
)
from autograder.exercise.generated.operators.products import (
    matrix_products,
    outer_products,
    products,
    signs,
)
from autograder.exercise.generated.operators.reductions import (
    entries_added_up,
    powers,
    reductions,
)
from autograder.exercise.generated.operators.statements import overwritten, steps
from autograder.exercise.generated.operators.sums import brackets, outside, reversals, sums

#: The likeliest first: of those that give the same, the first is kept.
OPERATORS: Sequence[Callable[[Body], Iterator[Change]]] = (
    products,
    sums,
    reversals,
    applied,
    outside,
    matrix_products,
    outer_products,
    powers,
    reductions,
    brackets,
    slopes,
    activations,
    around_names,
    comparisons,
    ranges,
    steps,
    overwritten,
    entries,
    loops_over_entries,
    returned_as_given,
    selections,
    operands,
    keys,
    attributes,
    zeros,
    arguments_exchanged,
    written_as_numbers,
    indices,
    entries_added_up,
    signs,
    constants,
    factors_too_many,
    slopes_too_many,
    one_case_only,
    weights_ignored,
    factors_reduced,
    e_written,
    emptied_in_loop,
)
