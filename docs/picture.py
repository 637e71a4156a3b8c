"""Draws docs/check.svg, what ``autograder check`` prints for an answer with one mistake in it, and
docs/watch.svg, what ``autograder watch`` shows when a second mistake has just been mended."""

import io
import os
import pty
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

from autograder.course import load_course
from autograder.display import terminal
from autograder.exercise.solution import load_solution
from autograder.student import check_file

ROOT = Path(__file__).resolve().parent.parent
NAME = "sigmoid_network"
MISTAKE, FIXED = "missing-output-slope", "missing-hidden-slope"
WIDTH = 88
# The exporter's own frame loads a font from the network; this one uses what the reader has.
FRAME = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">
<title>What autograder {title} prints</title>
<style>{styles} text {{ font-family: monospace; font-size: {char_height}px }}</style>
<defs>{lines}</defs>
<rect width="100%" height="100%" rx="8" fill="#1b1b1b"/>
<g transform="translate({terminal_x}, {terminal_y})">{backgrounds}<g>{matrix}</g></g>
</svg>
"""


def main() -> None:
    """Make the mistakes in the solution, check it and watch it, and draw what is shown."""
    solution = load_solution(load_course(ROOT), NAME)
    mistakes = {mistake.id: mistake for mistake in solution.exercise.mistakes}
    source = solution.source
    for right in solution.visible.answers.right.values():  # which no picture tells
        source = source.replace(f"    return {right}\n", "    return 1\n")
    one = mistakes[MISTAKE].apply(source)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{NAME}.py"
        path.write_text(one)
        shutil.copyfile(ROOT / "assignments" / NAME / "visible.json", path.parent / "visible.json")
        report, answer_key, _ = check_file(path)
        watched = watch(path, mistakes[FIXED].apply(one), one)
    style = terminal.Style(True, width=WIDTH)
    draw("check", terminal.report_text(report, answer_key, style).replace(f"{folder}/", ""))
    draw("watch", watched)


def watch(path: Path, *versions: str) -> str:
    """Watch a file on a real terminal while its versions are saved; the last screen."""
    ours, terminals = pty.openpty()
    process, screen = None, b""
    for version in versions:
        path.with_suffix(".new").write_text(version)
        path.with_suffix(".new").replace(path)
        process = process or subprocess.Popen(
            [sys.executable, "-m", "autograder", "watch", path.name],
            cwd=path.parent,
            env={**os.environ, "COLUMNS": str(WIDTH), "LINES": "60"},
            stdin=terminals,
            stdout=terminals,
        )
        screen = b""
        while b"q quit" not in screen:
            screen += os.read(ours, 65_536)
    os.write(ours, b"q")
    process.wait()
    return screen.decode().rpartition("\x1b[2J")[2].replace("\r", "")


def draw(command: str, shown: str) -> None:
    """Draw what a command shows."""
    console = Console(record=True, width=WIDTH, file=io.StringIO())
    console.print(Text.from_ansi(f"$ autograder {command} {NAME}.py\n{shown}"))
    frame = FRAME.replace("{title}", command)
    svg = console.export_svg(title="", code_format=frame, unique_id=command)
    (ROOT / "docs" / f"{command}.svg").write_text(svg)


if __name__ == "__main__":
    main()
