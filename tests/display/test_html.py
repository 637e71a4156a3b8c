"""What is code in a message on a page."""

from __future__ import annotations

import pytest

from autograder.display.html import marked


@pytest.mark.parametrize(
    ("text", "page"),
    [
        ("plain", "plain"),
        ("`a = a - b`, not `a -= b`", "<code>a = a - b</code>, not <code>a -= b</code>"),
        ('All but `grads["y"]`', "All but <code>grads[&#34;y&#34;]</code>"),
        ("`<b>` & \u202e", "<code>&lt;b&gt;</code> &amp; \\u202e"),
        ("one ` alone", "one ` alone"),
        ("`a` and ` alone", "<code>a</code> and ` alone"),
        ("not `over\nlines`", "not `over\nlines`"),
        ("`` is empty", "`` is empty"),
    ],
)
def test_code_stands_between_backticks(text: str, page: str) -> None:
    assert marked(text) == page
