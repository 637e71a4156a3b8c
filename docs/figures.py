"""What the scripts that draw the figures of the exercises have in common: SVG in colours that can
be read on white and on black."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

SOLUTIONS = Path(__file__).resolve().parent.parent / "solutions"
GREY, BLUE, RED = "#6e7781", "#2f75cf", "#cc4a33"
#: In a dark notebook: grey text and lines, blue, red.
_DARK = (
    f'[fill="{GREY}"] {{ fill: #d5dbe1 }} [stroke="{GREY}"] {{ stroke: #9aa4af }} '
    f'[fill="{BLUE}"] {{ fill: #7cb7f5 }} [stroke="{BLUE}"] {{ stroke: #7cb7f5 }} '
    f'[fill="{RED}"] {{ fill: #ff9a8f }} [stroke="{RED}"] {{ stroke: #ff9a8f }}'
)


@dataclass
class Figure:
    """A picture that is made of lines, boxes and words; its parts are written in their order."""

    title: str
    width: int
    height: int
    parts: list[str] = field(default_factory=list)

    def text(
        self,
        x: float,
        y: float,
        words: str,
        colour: str = GREY,
        anchor: str = "middle",
        **more: str,
    ) -> None:
        """Words, with their baseline at y."""
        extra = "".join(f' {name.replace("_", "-")}="{value}"' for name, value in more.items())
        self.parts.append(
            f'<text x="{x:g}" y="{y:g}" fill="{colour}" text-anchor="{anchor}"{extra}>{words}</text>'
        )

    def path(self, way: str, colour: str = GREY, arrow: bool = False, width: float = 2) -> None:
        """A line, with an arrow's head at its end if it is one."""
        head = f' marker-end="url(#{_HEADS[colour]})"' if arrow else ""
        self.parts.append(
            f'<path d="{way}" fill="none" stroke="{colour}" stroke-width="{width:g}"{head}/>'
        )

    def line(self, points: Iterable[Sequence[float]], colour: str = BLUE, width: float = 2) -> None:
        """A line through points."""
        self.path("M" + " L".join(f"{x:.1f} {y:.1f}" for x, y in points), colour, width=width)

    def box(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        colour: str = BLUE,
        rounded: float = 8,
    ) -> None:
        """A box without a filling."""
        self.parts.append(
            f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="{rounded:g}" '
            f'fill="none" stroke="{colour}" stroke-width="2"/>'
        )

    def filled(
        self, x: float, y: float, width: float, height: float, colour: str, **more: str
    ) -> None:
        """A filled box."""
        extra = "".join(f' {name.replace("_", "-")}="{value}"' for name, value in more.items())
        self.parts.append(
            f'<rect x="{x:g}" y="{y:.1f}" width="{width:g}" height="{height:.1f}" '
            f'fill="{colour}"{extra}/>'
        )

    def dot(self, x: float, y: float, colour: str = GREY, radius: float = 3) -> None:
        """A filled circle."""
        self.parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}" fill="{colour}"/>')

    def write(self, path: Path) -> None:
        """Write the picture to a file."""
        heads = "".join(
            f'<marker id="{name}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" '
            f'markerHeight="7" orient="auto"><path d="M0 0 L10 5 L0 10 z" fill="{colour}"/></marker>'
            for colour, name in _HEADS.items()
            if any(f"url(#{name})" in part for part in self.parts)
        )
        lines = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {self.height}" '
            f'width="{self.width}" height="{self.height}" role="img" font-family="sans-serif" '
            'font-size="16">',
            f"<title>{self.title}</title>",
            f"<style>@media (prefers-color-scheme: dark) {{ {_DARK} }}</style>",
            *([f"<defs>{heads}</defs>"] if heads else []),
            *self.parts,
        ]
        path.write_text("\n  ".join(lines) + "\n</svg>\n", encoding="utf-8")


_HEADS = {GREY: "plain", BLUE: "right", RED: "back"}
