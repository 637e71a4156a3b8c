"""The Jinja environment of all pages.

All text is escaped, and control characters are written out, since messages, names and output partly
come from students.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jinja2
from markupsafe import Markup

from autograder.text import plural, points_text, visible_text


def environment(package: str, **filters: Callable[..., Any]) -> jinja2.Environment:
    """An environment for the templates of a package, with filters that only they use. They can
    include those of this package."""
    folders = [jinja2.PackageLoader(each) for each in (package, "autograder.display")]
    environment = jinja2.Environment(
        loader=jinja2.ChoiceLoader(folders),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=shown,
    )
    environment.filters |= {"points": points_text, "plural": plural, "marked": marked, **filters}
    return environment


def marked(text: str) -> Markup:
    """The text, escaped, with ``<code>`` in the place of two backticks on a line."""
    return Markup("\n").join(map(_marked_line, shown(text).split("\n")))


def _marked_line(line: str) -> Markup:
    parts = line.split("`")
    if len(parts) % 2 == 0:  # the last backtick has no partner
        parts[-2:] = ["`".join(parts[-2:])]
    code = Markup("<code>{}</code>")
    return Markup("").join(
        (code.format(part) if part else "``") if at % 2 else part for at, part in enumerate(parts)
    )


def shown(value: Any) -> Any:
    """A value for a page: a text gets its control characters and lone surrogates written out."""
    return visible_text(value) if type(value) is str else value
