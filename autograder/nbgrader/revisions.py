"""The revision of nbgrader's tables that a new gradebook has."""

from __future__ import annotations

import functools

from nbgrader.dbutil import ALEMBIC_DIR


@functools.cache
def newest_revision() -> str | None:
    """What ``alembic heads`` prints of nbgrader's revisions. nbgrader starts that program for every
    new gradebook, also for one in memory, and it takes longer than the rest of a build."""
    from alembic.script import ScriptDirectory  # slow to load, and only a new gradebook needs it

    return ScriptDirectory(ALEMBIC_DIR).get_current_head()
