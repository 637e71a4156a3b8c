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
from autograder.exercise.generated.operators.matrices import (
    exchanged_axes,
    matrix_products,
    outer_products,
)
from autograder.exercise.generated.operators.operands import (
    attributes,
    keys,
    operands,
    written_as_numbers,
    zeros,
)
from autograder.exercise.generated.operators.products import factors_left_out, products, signs
from autograder.exercise.generated.operators.reductions import (
    entries_added_up,
    powers,
    reductions,
)
from autograder.exercise.generated.operators.statements import overwritten, steps
from autograder.exercise.generated.operators.sums import (
    brackets,
    differences_twice,
    other_reversals,
    outside,
    products_added,
    reversals,
    sums,
    terms_left_out,
)

#: The likeliest first: of those that give the same, the first is kept.
OPERATORS: Sequence[Callable[[Body], Iterator[Change]]] = (
    products_added,
    factors_left_out,
    terms_left_out,
    products,
    sums,
    reversals,
    differences_twice,
    applied,
    outside,
    matrix_products,
    outer_products,
    exchanged_axes,
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
    constants,
    factors_too_many,
    signs,
    other_reversals,
    slopes_too_many,
    one_case_only,
    weights_ignored,
    factors_reduced,
    e_written,
    emptied_in_loop,
)
