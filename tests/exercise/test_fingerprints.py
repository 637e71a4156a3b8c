"""What single mistakes give, looked up for all of them at once."""

from __future__ import annotations

from autograder.exercise.answer_key import AnswerKey
from autograder.exercise.fingerprints import NO_NUMBERS, Mark, same_mark


def test_what_is_found_of_all_mistakes_at_once_is_what_each_gives(answer_key: AnswerKey) -> None:
    """Numbers that a mistake gives, others, other shapes, and none."""
    compared = 0
    for signatures in answer_key.signatures.values():
        singles = [each for each in signatures if len(each.mistakes) == 1]
        for label, marks in singles[0].marks.items():
            for at in range(len(marks or ())):
                known: dict[str, Mark] = {
                    each.mistakes[0]: of[at]
                    for each in singles
                    if (of := each.marks[label]) is not None
                }
                for mark in (*known.values(), 0.1234567, [[7], 0.5], NO_NUMBERS):
                    size = abs(mark) if isinstance(mark, float) else 1.0
                    found = signatures.giving(label, at, (mark, size))
                    assert found == {m for m, own in known.items() if same_mark((mark, size), own)}
                    compared += len(found)
    assert compared > 1000
