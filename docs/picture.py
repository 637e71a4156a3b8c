"""Draws docs/check.svg: what ``autograder check`` prints for an answer with one mistake in it."""

import io
import shutil
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

from autograder import terminal
from autograder.course import load_course
from autograder.solution import load_solution
from autograder.student import check_file

ROOT = Path(__file__).resolve().parent.parent
NAME = "sigmoid_network"
MISTAKE = "missing-output-slope"
# The exporter's own frame loads a font from the network; this one uses what the reader has.
FRAME = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">
<title>What autograder check prints</title>
<style>{styles} text {{ font-family: monospace; font-size: {char_height}px }}</style>
<defs>{lines}</defs>
<rect width="100%" height="100%" rx="8" fill="#1b1b1b"/>
<g transform="translate({terminal_x}, {terminal_y})">{backgrounds}<g>{matrix}</g></g>
</svg>
"""


def main() -> None:
    """Make the mistake in the solution, check it, and draw what is printed."""
    solution = load_solution(load_course(ROOT), NAME)
    (mistake,) = [m for m in solution.exercise.mistakes if m.id == MISTAKE]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{NAME}.py"
        path.write_text(mistake.apply(solution.source))
        shutil.copyfile(ROOT / "assignments" / NAME / "visible.json", path.parent / "visible.json")
        report, sheet, _ = check_file(path)
    printed = terminal.report_text(report, sheet, terminal.Style(True, width=88)).replace(
        f"{folder}/", ""
    )
    console = Console(record=True, width=88, file=io.StringIO())
    console.print(Text.from_ansi(f"$ autograder check {NAME}.py\n{printed}"))
    svg = console.export_svg(title="", code_format=FRAME, unique_id="check")
    (ROOT / "docs" / "check.svg").write_text(svg)


if __name__ == "__main__":
    main()
