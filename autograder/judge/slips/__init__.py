"""Everyday slips, found in the source and proved by what the function then gives.

A known mistake is told by its numbers. A slip is not: ``x * W1`` raises, ``range(2)`` is right for
one size, and a global variable is right for one example. So the student's own function is written
again with one slip mended (`rules`), run in the sandbox like the rest of the submission, and named
only if more is right then (`search`). Nothing here gives points.
"""
