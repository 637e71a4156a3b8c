"""JUnit's XML: a test suite for each student, and a test case for each check.

It knows passed, failed and skipped, and no points: these are properties of the suite.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree

from autograder.homes.grades import Asked, Class, Exported, NoGrades, number
from autograder.homes.lines import beside_lines, lines
from autograder.report import Report

#: What XML 1.0 cannot hold, not even escaped.
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def export(of_class: Class, asked: Asked) -> Exported:
    """All reports of the class in one file; raises `NoGrades` if there is none."""
    reports = list(of_class.reports)
    if not reports:
        raise NoGrades(
            f"No submission of {of_class.name} is graded yet. "
            f"Run `autograder grade {of_class.name}` first."
        )
    suites = [_suite(report) for report in reports]
    root = ElementTree.Element("testsuites", {"name": _text(of_class.name), **_sums(suites)})
    root.extend(suites)
    ElementTree.indent(root)
    text = ElementTree.tostring(root, encoding="unicode")
    return Exported(f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n', [])


def _suite(report: Report) -> ElementTree.Element:
    """A report as a ``testsuite``."""
    found = ElementTree.Element("testsuite", name=_text(report.student))
    properties = ElementTree.SubElement(found, "properties")
    for name, value in (("score", report.score), ("max_score", report.max_score)):
        ElementTree.SubElement(properties, "property", name=name, value=number(value))
    tested = lines(report)
    for line in tested:
        function, _, check = line.name.partition(": ")
        case = ElementTree.SubElement(found, "testcase", name=_text(check or function))
        case.set("classname", _text(f"{report.assignment}.{function}"))
        case.set("time", "0")
        if line.passed is None:
            ElementTree.SubElement(case, "skipped", message=_text(_first(line.message)))
        elif not line.passed:
            failure = ElementTree.SubElement(case, "failure", type="check")
            failure.set("message", _text(_first(line.message)))
            failure.text = _text(line.message)
    if said := beside_lines(report):
        ElementTree.SubElement(found, "system-out").text = _text(said)
    counts = {
        "tests": len(tested),
        "failures": sum(line.passed is False for line in tested),
        "errors": 0,
        "skipped": sum(line.passed is None for line in tested),
    }
    for name, count in counts.items():
        found.set(name, str(count))
    found.set("time", f"{report.seconds:.3f}")
    return found


def _sums(suites: list[ElementTree.Element]) -> dict[str, str]:
    names = ("tests", "failures", "errors")
    return {name: str(sum(int(each.get(name, "0")) for each in suites)) for name in names}


def _first(message: str) -> str:
    return message.partition("\n")[0]


def _text(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)
