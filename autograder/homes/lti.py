"""LTI Assignment and Grade Services 2.0: a score for each student, one JSON object on each line, to
be sent to ``<line item>/scores`` as ``application/vnd.ims.lis.v1.score+json``."""

from __future__ import annotations

import json
from datetime import UTC

from autograder.homes.grades import Asked, Class, Exported, NoGrades, scaled
from autograder.homes.table import shown

_ENTER = "`nbgrader db student add ID --lms-user-id USER` enters it"


def export(of_class: Class, asked: Asked) -> Exported:
    """The scores of all who handed in and whose LTI user id the gradebook has.

    Raises `NoGrades` if there is nobody.
    """
    graded = of_class.graded
    ids = {person.id: person.lms_user_id for person in of_class.people}
    known = [student for student in graded if ids.get(student)]
    if twice := sorted(s for s in known if [ids[other] for other in known].count(ids[s]) > 1):
        raise NoGrades(f"{shown(twice)} have the same lms_user_id in the gradebook. {_ENTER}.")
    if not known:
        raise NoGrades(
            f"The gradebook knows nobody's LTI user id. {_ENTER}, or import a CSV with a column "
            "lms_user_id."
        )
    lines = []
    for student in known:
        total = graded[student]
        most = asked.points or total.max_score
        score = {
            "timestamp": of_class.now.astimezone(UTC).isoformat(timespec="milliseconds"),
            "scoreGiven": scaled(total, most),
            "scoreMaximum": most,
            "activityProgress": "Completed",
            "gradingProgress": "PendingManual" if total.waiting else "FullyGraded",
            "userId": ids[student],
        }
        lines.append(json.dumps(score, ensure_ascii=False, allow_nan=False))
    missing = sorted(graded.keys() - set(known))
    notes = [f"Graded here, and without an lms_user_id: {shown(missing)}."] if missing else []
    return Exported("".join(f"{line}\n" for line in lines), notes)
