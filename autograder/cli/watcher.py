"""Watches a file on a terminal and checks it again at every save.

The file is polled twenty times a second. That takes microseconds and needs no notification, which
network folders do not give. It sees a save in place as well as one by renaming another file.
"""

from __future__ import annotations

import math
import shutil
import signal
import sys
from pathlib import Path
from typing import TextIO

from autograder import interrupts
from autograder.cli.check_process import CheckProcess, NoReport, Unreadable
from autograder.cli.keyboard import Keyboard
from autograder.display.changes import Change, changes
from autograder.display.hints import hint_lines, most_hints, note_hints
from autograder.display.terminal import Style, report_text
from autograder.exercise.answer_key import AnswerKey
from autograder.exercise.visible import VISIBLE_FILE, VisibleFileError, read_visible
from autograder.faults import Refusal
from autograder.report import FunctionReport, Report

#: A save is complete when two polls see the same file.
POLL_SECONDS = 0.05
_HOME_AND_CLEAR = "\x1b[H\x1b[2J"
_CLEAR_LINE = "\r\x1b[K"
_KEYS = "h hint   v values   q quit"
_QUITS = "Ctrl-C quits"
_SUCCESS = "Everything is right, and what you built learns."
_FALLING_LOSS = "▇▅▄▃▂▂▁▁"


def watch(path: Path) -> int:
    """Check the file at every save until the student quits. The exit status is 0 if the last check
    passed, else 1. Raises `CannotStart` if the file cannot be read at the start."""
    with interrupts.raised():
        return 0 if _ends_right(path) else 1


def _ends_right(path: Path) -> bool:
    with Keyboard(sys.stdout.isatty()) as keyboard:
        watcher = Watcher(path, sys.stdout, keyboard.active)
        try:
            watcher.run(keyboard)
        except KeyboardInterrupt as interrupt:
            number = interrupts.number_of(interrupt)
            if number != signal.SIGINT:
                sys.exit(128 + number)
            # Ctrl-C is one of the two ways to quit.
        finally:
            right = watcher.right
            watcher.stop()
            if sys.stdout.isatty():
                print()
    return right


class CannotStart(Refusal):
    """The file cannot be checked at all; the message says why, and what to do."""


class Watcher:
    """A watched file, its last report, and what is shown of it."""

    def __init__(self, path: Path, out: TextIO, keys: bool) -> None:
        """Write to a terminal or to a pipe; ``keys`` tells whether keys can be read."""
        self._path = path
        self._out = out
        self._keys = keys
        self._screen = out.isatty()
        self._seen: object = None  # the stamp at the last poll, and at the last check
        self._checked: object = ""
        self._check: CheckProcess | None = None
        self._report: Report | None = None
        self._answer_key: AnswerKey | None = None
        self._changes: list[Change] = []
        self._printed = ""
        self._error = ""
        self._values = False
        self._hints: dict[object, int] = {}

    @property
    def right(self) -> bool:
        """Whether the newest version was checked and passed."""
        newest = self._seen == self._checked and not self._check and not self._error
        return newest and _all_right(self._report)

    def run(self, keyboard: Keyboard) -> None:
        """Watch until ``q`` is pressed; raises `CannotStart`, and `KeyboardInterrupt` on Ctrl-C."""
        while (key := keyboard.read(POLL_SECONDS)) != "q":
            self._poll()
            if self._check and self._check.done:
                self._finish(self._check)
            if key == "v" and self._report:
                self._values = not self._values
                self._show()
            elif key == "h" and self._report:
                self._hint()

    def stop(self) -> None:
        """Kill a check that is running."""
        if self._check:
            self._check.end()
            self._check = None

    def _poll(self) -> None:
        """Start a check if there is a new version and its save is complete."""
        before, self._seen = self._seen, _stamp(self._path)
        if self._seen != before or self._seen == self._checked:
            return
        self._checked = self._seen
        self.stop()  # the check of an older version
        self._check = CheckProcess(self._path)
        if self._screen:
            self._write(f"{_CLEAR_LINE}Checking ...   {_QUITS}")

    def _finish(self, check: CheckProcess) -> None:
        """Take the result of a check that has ended, and show it."""
        before = self._report
        try:
            report, self._printed = check.result()
            self._answer_key = read_visible(self._path.parent / VISIBLE_FILE)
        except (NoReport, VisibleFileError) as error:
            if isinstance(error, Unreadable) and before is None:
                raise CannotStart(str(error)) from None
            self._error = str(error)
        else:
            self._report, self._error = report, ""
            self._changes = list(changes(before, report)) if before else []
            if before and not self._changes:
                same = before.functions == report.functions and before.problems == report.problems
                text = "Nothing changed." if same else "The same checks pass and fail as before."
                self._changes = [Change(None, text)]
        self.stop()
        self._show()

    def _hint(self) -> None:
        """Show the next hint of the first function that has another."""
        function = self._next_with_hint()
        if function is None or self._answer_key is None:
            self._show("There is no further hint.")
            return
        shown = self._hints[_hint_key(function)] = self._hints.get(_hint_key(function), 0) + 1
        note_hints(self._path.parent, function, self._answer_key, shown)
        self._show()

    def _next_with_hint(self) -> FunctionReport | None:
        if self._report is None or self._answer_key is None:
            return None
        for function in self._report.functions:
            if most_hints(function, self._answer_key) > self._hints.get(_hint_key(function), 0):
                return function
        return None

    def _notes(self, answer_key: AnswerKey, report: Report) -> dict[str, list[str]]:
        """The hints shown below each function, and how to get the next one."""
        following = self._next_with_hint()
        notes = {}
        for function in report.functions:
            request = f"`autograder check {report.path} --hint {{}}`"
            if self._keys:
                request = "Pressing h" if function is following else ""
            shown = self._hints.get(_hint_key(function), 0)
            notes[function.name] = hint_lines(function, answer_key, shown, request)
        return notes

    def _show(self, message: str = "") -> None:
        """Redraw the screen of a terminal; append to a pipe."""
        style = Style.of(self._out)
        message = f"{self._error} It is checked again when it is saved." if self._error else message
        lines = style.fold(message, 0) if message else []
        if self._report and self._answer_key and (self._screen or not self._error):
            lines = [*self._report_lines(style, self._report, self._answer_key), *lines]
        text = "\n".join(lines)
        if not self._screen:
            self._write(f"{text}\n\n")
        else:
            legend = style.paint(_KEYS if self._keys else _QUITS, "dim")
            self._write(f"{_HOME_AND_CLEAR}{text}\n\n{legend}")

    def _report_lines(self, style: Style, report: Report, answer_key: AnswerKey) -> list[str]:
        """What changed, the report, and what was printed.

        If that does not fit on the screen, only the first wrong function has details. If that does
        not fit either, the changes go last, where they are visible.
        """
        changed = [line for each in self._changes for line in _change_lines(each, style)]
        room = shutil.get_terminal_size().lines - len(changed) - 4 if self._screen else math.inf
        wrong = [function.name for function in report.functions if not function.is_done]
        for only in ("", *wrong[:1]):
            notes = self._notes(answer_key, report)
            text = report_text(report, answer_key, style, self._values, notes, only)
            lines = [*text.split("\n"), *self._printed.splitlines()]
            if _all_right(report):
                falling = f"{_FALLING_LOSS}  " if style.unicode else ""
                lines += ["", style.paint(f"{falling}{_SUCCESS}", "green")]
            if len(lines) <= room:
                return [*changed, "", *lines] if changed else lines
        return [*lines, "", *changed]

    def _write(self, text: str) -> None:
        self._out.write(text)
        self._out.flush()


def _stamp(path: Path) -> object:
    """A value that differs after every save; None if there is no file."""
    try:
        now = path.stat()
    except OSError:
        return None
    return now.st_mtime_ns, now.st_size, now.st_ino


def _all_right(report: Report | None) -> bool:
    functions = report.functions if report else ()
    return bool(functions) and all(function.is_done for function in functions)


def _change_lines(change: Change, style: Style) -> list[str]:
    first, *more = style.fold(change.text, 2)
    return [f"{style.mark(change.better)} {first.strip()}", *more]


def _hint_key(function: FunctionReport) -> object:
    """Hints are counted for a function and the mistakes named in it."""
    return function.name, *(mistake.id for mistake in function.made)
