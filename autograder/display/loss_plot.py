"""The losses of a training run and the right ones, as a small SVG without ids."""

from __future__ import annotations

from collections.abc import Sequence

from autograder.report import Losses

WIDTH, HEIGHT = 360, 170
LEFT, RIGHT, TOP, BOTTOM = 12, 348, 46, 140

STYLE = """
.loss-plot{--paper:#fff;--ink:#1b1f24;--soft:#57606a;--line:#8b949e;--yours:#0b57a4;
font:11px system-ui,sans-serif}
@media (prefers-color-scheme:dark){.loss-plot{--paper:#15181c;--ink:#e8ecf0;
--soft:#a3acb6;--line:#767f89;--yours:#7cb7f5}}
@media print{.loss-plot{--paper:#fff;--ink:#000;--soft:#444;--line:#777;--yours:#0b3d75}}
.loss-plot-paper{fill:var(--paper)}.loss-plot text{fill:var(--soft)}
.loss-plot polyline{fill:none;stroke:var(--yours);stroke-width:2}
.loss-plot circle{fill:var(--yours)}
.loss-plot .loss-plot-right polyline{stroke:var(--line);stroke-width:1.5;stroke-dasharray:5 4}
.loss-plot .loss-plot-right circle{fill:var(--paper);stroke:var(--line);stroke-width:1.5}
.loss-plot-axis{stroke:var(--line);stroke-width:1}
"""

#: Longer lines have no dots.
MAX_DOTS = 24


def figure(losses: Losses) -> str:
    """The plot as SVG; one line if the student's losses are right, else two."""
    every = (*losses.numbers, *losses.expected)
    low, high = min(every), max(every)
    longest = max(len(losses.numbers), len(losses.expected))
    right = losses.numbers == losses.expected
    lines = [] if right else [("loss-plot-right", losses.expected)]
    drawn = [
        _line(style, values, low, high, longest)
        for style, values in [*lines, ("loss-plot-yours", losses.numbers)]
    ]
    legend = ["● yours, which is right"] if right else ["● yours", "○ right"]
    texts = [
        *((LEFT + at * 80, 16, text, "start") for at, text in enumerate(legend)),
        *_scale(low, high, longest),
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="loss-plot" role="img" '
        f'viewBox="0 0 {WIDTH} {HEIGHT}"><title>The losses, in their order</title>'
        f"<desc>{description(losses)}</desc><style>{STYLE}</style>"
        f'<rect class="loss-plot-paper" width="{WIDTH}" height="{HEIGHT}" rx="6"/>'
        f'<path class="loss-plot-axis" d="M{LEFT} {BOTTOM + 8}H{RIGHT}"/>{"".join(drawn)}'
        f"{_texts(texts)}</svg>"
    )


def curve(losses: Sequence[float]) -> str:
    """Losses alone as SVG, for a notebook: its colours can be read on white and on black, since a
    notebook does not tell a picture which of them is below it."""
    low, high = min(losses), max(losses)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" width="{WIDTH}" height="{HEIGHT}" '
        f'viewBox="0 0 {WIDTH} {HEIGHT}" fill="#6e7781" font-family="sans-serif" font-size="12">'
        f"<title>The losses, {_span(losses)}</title>"
        f'<path stroke="#6e7781" d="M{LEFT} {BOTTOM + 8}H{RIGHT}"/>'
        f'<g fill="none" stroke="#2f75cf" stroke-width="2">'
        f"{_line('', losses, low, high, len(losses))}</g>"
        f"{_texts(_scale(low, high, len(losses)))}</svg>"
    )


def _scale(low: float, high: float, count: int) -> list[tuple[int, int, str, str]]:
    """What stands at the ends of the axes."""
    return [
        (LEFT, 36, f"{high:.4g}", "start"),
        (LEFT, BOTTOM + 22, f"{low:.4g}", "start"),
        (RIGHT, BOTTOM + 22, counted(count), "end"),
    ]


def counted(count: int) -> str:
    """How many losses there are: a training may record one for each epoch, or for each step."""
    return "1 loss" if count == 1 else f"{count} losses"


def description(losses: Losses) -> str:
    """The content of the plot in a sentence, for screen readers."""
    text = f"Your losses go {_span(losses.numbers)}"
    if losses.numbers == losses.expected:
        return f"{text}, which is right."
    return f"{text}; the right ones go {_span(losses.expected)}."


def _texts(texts: Sequence[tuple[float, float, str, str]]) -> str:
    return "".join(f'<text x="{x}" y="{y}" text-anchor="{a}">{t}</text>' for x, y, t, a in texts)


def _span(values: Sequence[float]) -> str:
    return f"from {values[0]:.4g} to {values[-1]:.4g}, {len(values)} in all"


def _line(style: str, values: Sequence[float], low: float, high: float, longest: int) -> str:
    # Halves, since the difference of two finite numbers may overflow.
    reach = high / 2 - low / 2 or 1.0
    points = [
        (
            LEFT + 4 + (RIGHT - LEFT - 8) * at / max(1, longest - 1),
            BOTTOM - (BOTTOM - TOP) * ((value / 2 - low / 2) / reach),
        )
        for at, value in enumerate(values)
    ]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    shown = points if len(points) <= MAX_DOTS else []
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3"/>' for x, y in shown)
    return f'<g class="{style}"><polyline points="{line}"/>{dots}</g>'
