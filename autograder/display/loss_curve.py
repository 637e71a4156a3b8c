"""The losses of a student's own training run, drawn below a cell of their notebook."""

from __future__ import annotations

import itertools
import math
import os
from collections.abc import Callable, Sequence
from html import escape
from typing import Any

from autograder.display.loss_plot import counted, curve

_MAX_DRAWN = 10_000
_BARS = "█▇▆▅▄▃▂▁"


class LossCurve:
    """Losses as a picture in a notebook, as a line of text elsewhere; or why there is none."""

    def __init__(self, losses: Sequence[float], note: str = "") -> None:
        """Keep the losses up to the first that is not finite."""
        self.losses = list(itertools.takewhile(math.isfinite, losses[:_MAX_DRAWN]))
        if len(self.losses) < len(losses[:_MAX_DRAWN]):
            note = f"Loss {len(self.losses) + 1} of {len(losses)} is {losses[len(self.losses)]}."
        elif not losses and not note:
            note = "There are no losses to draw."
        self.note = note

    def __repr__(self) -> str:
        return "\n".join(filter(None, [self._line(), self.note]))

    def _repr_html_(self) -> str:
        note = f"<p>{escape(self.note)}</p>" if self.note else ""
        return f"<div>{curve(self.losses) if self.losses else ''}{note}</div>"

    def _line(self) -> str:
        if not self.losses:
            return ""
        first, last = self.losses[0], self.losses[-1]
        low, high = min(self.losses), max(self.losses)
        step = math.ceil(len(self.losses) / 40)
        reach = high / 2 - low / 2 or 1.0
        bars = [round((len(_BARS) - 1) * ((high / 2 - n / 2) / reach)) for n in self.losses[::step]]
        drawn = "".join(_BARS[bar] for bar in bars)
        return f"{counted(len(self.losses))}, from {first:.4g} to {last:.4g} {drawn}"


def loss_curve(train: Callable[..., Any], *arguments: Any) -> LossCurve | None:
    """Draw the losses that a training function returns for these arguments, beside the parameters,
    whether they are right or not."""
    if os.environ.get("NBGRADER_EXECUTION") == "autograde":
        return None
    name = getattr(train, "__name__", "it")
    try:
        _, losses = train(*arguments)
        return LossCurve([float(loss) for loss in losses])
    except NotImplementedError:
        return LossCurve([], f"{name} is not written yet, or calls what is not.")
    except (TypeError, ValueError) as error:
        return LossCurve(
            [],
            f"This draws the list of losses that {name} returns beside the parameters, and there "
            f"is none ({error}). Run the checks above: they say what is wrong.",
        )
