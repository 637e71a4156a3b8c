"""What the numbers of two submissions have in common, beside their texts."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple

from autograder.report import Report


class Numbers(NamedTuple):
    """A student's ``function`` whose results are right for the instances of ``owner``, another
    student, and wrong for the student's own."""

    student: str
    function: str
    owner: str

    @property
    def students(self) -> frozenset[str]:
        """The two."""
        return frozenset((self.student, self.owner))


def fitting_numbers(reports: Iterable[Report], students: Collection[str]) -> list[Numbers]:
    """Whose numbers fit whose instances, among these ``students``."""
    return [
        Numbers(report.student, function.name, function.fits)
        for report in reports
        for function in report.functions
        if report.student in students and function.fits in students
    ]
