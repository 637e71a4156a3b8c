"""The commands of `autograder`, as its parser has them."""

from __future__ import annotations

from collections.abc import Iterator

from autograder.cli.main import parser


def commands() -> Iterator[tuple[str, set[str]]]:
    """Each command with its options, and its arguments by the names that help gives them."""
    (subparsers,) = (action for action in parser()._actions if action.choices)
    assert isinstance(subparsers.choices, dict)
    for name, command in subparsers.choices.items():
        given = [action for action in command._actions if action.dest != "help"]
        names = ((a.option_strings or [str(a.metavar)])[0] for a in given)
        yield name, set(names)


COMMANDS = dict(commands())
