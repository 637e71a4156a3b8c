"""The sets of inputs on which functions are judged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Any

import numpy as np

from autograder.exercise.error import EXERCISE, ExerciseError
from autograder.exercise.kinds import kind_of, require_kinds
from autograder.record import record


@record
class Instance:
    """One set of inputs on which the functions are judged.

    ``inputs`` holds the arguments of the functions by name: ``params``, ``x``, ``t``, ``lr`` (the
    learning rate), ``epochs`` and the arguments of helpers. ``activations``, ``y`` and ``grads``
    are computed by the solution. An argument that is left out has its default; a function without
    one is not judged on this instance.
    ``dims`` names the sizes ("n_hidden": 5), so that messages can explain a wrong shape.

    ``activations_at`` holds other parameters at which the activations are computed. `backward`
    then has two right answers (with the activations it is given, or with recomputed ones), so on
    such an instance only its `Printed` numbers are judged. ``only`` names the functions that it is
    for; without it, it is for all that it has arguments for.

    On an instance with ``held_out`` nothing is compared: there it is measured what functions
    reach. It holds arrays by name that only the metric is given; no submission and no student gets
    them.
    """

    label: str
    inputs: Mapping[str, Any]
    dims: Mapping[str, int] = field(default_factory=dict)
    activations_at: Mapping[str, Any] | None = None
    only: Sequence[str] = ()
    held_out: Mapping[str, Any] = field(default_factory=dict)


def require_instance(instance: Any) -> None:
    """Raise `ExerciseError` unless it is an instance with a label, and with inputs and sizes by
    name."""
    if not isinstance(instance, Instance):
        raise ExerciseError(
            f"draw must give instances; it gives {kind_of(instance)}", EXERCISE, "draw"
        )
    what, about = f"instance {instance.label!r}", ("Instance", str(instance.label))
    if not isinstance(instance.label, str) or not instance.label.strip():
        raise ExerciseError(f"{what}: its label must be a text", *(EXERCISE, "visible"))
    require_kinds(instance, what, about)
    for name, size in instance.dims.items():
        if isinstance(size, bool) or not isinstance(size, (int, np.integer)):
            raise ExerciseError(
                f"{what}: the size {name!r} in dims must be a whole number, not {size!r}", *about
            )


def require_distinct(known: Sequence[Instance], instances: Sequence[Instance]) -> None:
    """Raise `ExerciseError` unless every instance has a label that no other has, ``known`` ones
    included: messages tell instances apart by it, and so do the signatures of mistakes."""
    labels = [instance.label for instance in known]
    for instance in instances:
        if instance.label in labels:
            raise ExerciseError(
                f"instance {instance.label!r}: another instance has this label too; every visible "
                "and every hidden one needs a label of its own",
                *("Instance", instance.label),
            )
        labels.append(instance.label)


def require_functions(instance: Instance, names: Sequence[str]) -> None:
    """Raise `ExerciseError` unless an instance is only for functions with these ``names``."""
    for name in instance.only:
        if name not in names:
            raise ExerciseError(
                f"instance {instance.label!r}: only must be a list of functions of the exercise, and "
                f"{name!r} is none",
                *("Instance", instance.label),
            )
