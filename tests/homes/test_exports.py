"""Grades as other platforms import them: who is matched, what is scaled, who is named."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest

from autograder.__main__ import main
from autograder.classroom.person import Person
from autograder.classroom.totals import Total
from autograder.course import Course, load_course
from autograder.faults import Refusal
from autograder.homes import canvas, junit, lti, moodle
from autograder.homes.grades import Asked, Class, NoGrades
from autograder.homes.table import safe
from autograder.report import CheckResult, Named, Problem, Report, function_report
from tests.helpers.small_course import NAME, SOLUTION

NOW = datetime(2027, 1, 16, 9, 30, tzinfo=UTC)
PEOPLE = [
    Person("ada", "Ada", "Lovelace", "ada@example.org", "901"),
    Person("bob", "Bob", "Noether", "Bob@example.org", "902"),
    Person("cyd", "Cyd", "Turing", "", ""),
    Person("dan", "Dan", "Hopper", "dan@example.org", "904"),
]
TOTALS = {
    "ada": Total(11.0, True, 11.0),
    "bob": Total(11.0, True, 8.25, 0.55),
    "cyd": Total(11.0, True, 4.0, waiting={"why": 2.0}),
    "dan": Total(11.0),
}
CLASS = Class(NAME, PEOPLE, TOTALS, (), NOW)
CANVAS = """Student,ID,SIS User ID,SIS Login ID,Section,relu_layer (77),Other (78),Final Score
    Points Possible,,,,,22.0,5,(read only)
"Lovelace, Ada",901,S1,ada,A,,,
"Noether, Bob",902,S2,bob@example.org,A,,,
"=Evil, Eve",903,S3,eve,A,,,
"Hopper, Dan",904,S4,dan,A,,,
"""
WORKSHEET = """Identifier;Full name;ID number;Email address;Status;Grade;Maximum Grade;Last modified
Participant 31;Ada Lovelace;ada;ada@example.org;Submitted;;110.00;-
Participant 32;=Bob;;bob@example.org;Submitted;;110.00;Friday, 15 January 2027, 1:00 PM
Participant 33;Eve Nobody;eve;eve@example.org;No submission;;110.00;-
"""


def table(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "exported.csv"
    path.write_text(text)
    return path


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_canvas_gets_its_own_columns_scaled(tmp_path: Path) -> None:
    """Twice as many points there; who is missing, on which side, is said."""
    exported = canvas.export(CLASS, Asked(table(tmp_path, CANVAS)))
    assert exported.text == (
        "Student,ID,SIS User ID,SIS Login ID,Section,relu_layer (77)\n"
        "    Points Possible,,,,,22\n"
        '"Lovelace, Ada",901,S1,ada,A,22\n'
        '"Noether, Bob",902,S2,bob@example.org,A,15.4\n'
    )
    assert exported.notes == [
        "In Canvas's file and not in the gradebook: =Evil, Eve.",
        "Graded here and not in Canvas's file: cyd.",
        "Without a grade, and left out: dan.",
    ]


def test_numbers_and_hyphens_are_no_formulas() -> None:
    assert list(safe(["-1.5", "-", "", "-1.5+A1", "=1"])) == ["-1.5", "-", "", "'-1.5+A1", "'=1"]


def test_of_as_many_points_it_is_the_same_number(tmp_path: Path) -> None:
    text = CANVAS.replace("22.0", "11").replace("eve,A", "cyd,A")
    exported = canvas.export(CLASS, Asked(table(tmp_path, text)))
    scores = {row["ID"]: row["relu_layer (77)"] for row in rows(exported.text)[1:]}
    assert scores == {"901": "11", "902": "7.7", "903": "4"}
    assert "'=Evil" in exported.text  # no formula
    assert "Answers wait to be marked, and count 0 of the 11 points so far: cyd." in exported.notes


@pytest.mark.parametrize(
    ("text", "asked", "said"),
    [
        (CANVAS, {"column": "Nothing"}, r"no column 'Nothing'.*relu_layer \(77\) and Other"),
        (
            CANVAS.replace("Other (78)", "relu_layer (78)"),
            {},
            r"several columns 'relu_layer'\. .*--column: relu_layer \(77\) and relu_layer \(78\)",
        ),
        ("Student,ID\nAda,901\n", {}, r"no column 'relu_layer', .*\. Make it there, and export"),
        (CANVAS.replace("22.0", ""), {}, "--points N"),
        (CANVAS.replace("22.0", "0"), {}, "--points N"),
        (CANVAS, {"points": 50.0}, "says 22 points, and --points 50: leave --points out"),
        (CANVAS.replace(",ID,", ",Number,"), {}, "no column 'id'"),
        ("a,b\n1,2\n", {}, "has none of the columns"),
        (CANVAS.splitlines()[0], {}, "has no row of a student"),
        ('Student,ID\n"open', {}, "not a table in CSV"),
    ],
)
def test_canvas_files_that_cannot_be_used(
    tmp_path: Path, text: str, asked: dict[str, str], said: str
) -> None:
    with pytest.raises(Refusal, match=said):
        canvas.export(CLASS, Asked(table(tmp_path, text), **asked))


def test_who_could_be_two_is_left_out_and_named(tmp_path: Path) -> None:
    """A row with the ids of two people, and two rows with the ids of one."""
    text = CANVAS.replace("902,S2,bob@", "902,ada,bob@").replace("904,S4,dan", "904,S4,Dan")
    text += '"Hopper, D.",905,S5,dan@example.org,A,,,\n'
    totals = {**TOTALS, "dan": Total(11.0, True, 5.0)}
    exported = canvas.export(CLASS._replace(totals=totals), Asked(table(tmp_path, text)))
    assert [row["ID"] for row in rows(exported.text)] == ["", "901"]
    assert exported.notes == [
        "Noether, Bob could be ada and bob, and was left out.",
        "dan could be Hopper, Dan and Hopper, D., and was left out.",
        "In Canvas's file and not in the gradebook: =Evil, Eve.",
        "Graded here and not in Canvas's file: cyd.",
    ]


def test_a_number_of_canvas_is_nobodys_id_here(tmp_path: Path) -> None:
    """Somebody's id here is what Canvas counts somebody else by."""
    people = [Person("901"), *PEOPLE[1:]]
    of_class = CLASS._replace(people=people, totals={"901": Total(11.0, True, 3.0)})
    text = CANVAS.replace("S1,ada", "S1,ada.l")
    exported = canvas.export(of_class, Asked(table(tmp_path, text)))
    assert len(rows(exported.text)) == 1 and "not in Canvas's file: 901." in exported.notes[1]
    alone = "Student,ID,relu_layer (77)\nPoints Possible,,11\nAda,901,\n"
    exported = canvas.export(of_class, Asked(table(tmp_path, alone)))
    assert [row["relu_layer (77)"] for row in rows(exported.text)] == ["11", "3"]


def test_moodle_gets_its_worksheet_back(tmp_path: Path) -> None:
    exported = moodle.export(CLASS, Asked(table(tmp_path, WORKSHEET)))
    header, ada, bob, _ = WORKSHEET.splitlines()
    assert exported.text.splitlines() == [
        header,
        ada.replace(";;110", ";110;110"),
        bob.replace("=Bob", "'=Bob").replace(";;110", ";77;110"),
    ]
    assert "In Moodle's file and not in the gradebook: Eve Nobody." in exported.notes
    nobody = table(tmp_path, WORKSHEET.replace("ada", "a").replace("bob", "b"))
    with pytest.raises(NoGrades, match=r"^Nobody in .* is known by ID number, username or e-mail"):
        moodle.export(CLASS, Asked(nobody))
    with pytest.raises(NoGrades, match="says 110 points, and --points 50"):
        moodle.export(CLASS, Asked(table(tmp_path, WORKSHEET), points=50.0))
    assert moodle.export(CLASS, Asked(table(tmp_path, WORKSHEET), points=110.0)) == exported


def test_moodle_gets_a_column_by_email_address(tmp_path: Path) -> None:
    text = "First name,Last name,Email address\nBob,Noether,bob@example.org\n"
    exported = moodle.export(CLASS, Asked(table(tmp_path, text), "Backprop", 100.0))
    assert exported.text == "Email address,Backprop\nbob@example.org,70\n"
    best = {"bob": Total(11.0, True, 12.0)}
    with pytest.raises(NoGrades, match=r"bob has 12 of 11 points, and Moodle would refuse"):
        moodle.export(CLASS._replace(totals=best), Asked(table(tmp_path, text)))


def test_lti_scores_are_as_the_specification_says() -> None:
    exported = lti.export(CLASS, Asked(points=22.0))
    scores = [json.loads(line) for line in exported.text.splitlines()]
    assert scores == [
        {
            "timestamp": "2027-01-16T09:30:00.000+00:00",
            "scoreGiven": given,
            "scoreMaximum": 22.0,
            "activityProgress": "Completed",
            "gradingProgress": "FullyGraded",
            "userId": user,
        }
        for user, given in (("901", 22.0), ("902", 15.4))
    ]
    assert exported.notes == ["Graded here, and without an lms_user_id: cyd."]
    waiting = {"ada": TOTALS["ada"]._replace(waiting={"why": 1.0})}
    (line,) = lti.export(CLASS._replace(totals=waiting), Asked()).text.splitlines()
    score = json.loads(line)
    assert (score["gradingProgress"], score["scoreMaximum"]) == ("PendingManual", 11.0)


def test_lti_refuses_what_would_be_somebody_elses() -> None:
    twice = [*PEOPLE[:1], PEOPLE[1]._replace(lms_user_id="901")]
    with pytest.raises(NoGrades, match="ada and bob have the same lms_user_id"):
        lti.export(CLASS._replace(people=twice), Asked())
    with pytest.raises(NoGrades, match="knows nobody's LTI user id"):
        lti.export(CLASS._replace(people=PEOPLE[2:3]), Asked())
    with pytest.raises(NoGrades, match="Nobody has a grade"):
        lti.export(CLASS._replace(totals={"dan": TOTALS["dan"]}), Asked())


def report(student: str, **about: object) -> Report:
    checks = [
        CheckResult("values", True, "", 1.0, 1.0),
        CheckResult("gradient", False, 'It is "wrong" & <b>\x07\nby far.', 0.25, 1.0),
        CheckResult("behaviour", None, "Not run.", 0.0, 1.0),
    ]
    functions = [function_report("backward", checks, "failed", [Named("sign", "A sign.")])]
    empty = {"path": "p", "sha256": "", "autograder": "1", "exercise_sha256": ""}
    whole = {"functions": functions, "max_score": 3.0, **empty, "containment": "none"}
    return Report(NAME, student, **{**whole, **about})  # type: ignore[arg-type]


#: The attributes and the children, in order, that Jenkins' junit-10.xsd allows and requires.
_SCHEMA = {
    "testsuites": ({"name", "tests", "failures", "errors"}, set(), ["testsuite"]),
    "testsuite": (
        {"name", "tests", "failures", "errors", "skipped", "time"},
        {"name", "tests", "failures", "errors"},
        ["properties", "testcase", "system-out"],
    ),
    "properties": (set(), set(), ["property"]),
    "property": ({"name", "value"}, {"name", "value"}, []),
    "testcase": ({"name", "classname", "time"}, {"name", "classname"}, ["skipped", "failure"]),
    "skipped": ({"message"}, set(), []),
    "failure": ({"message", "type"}, set(), []),
    "system-out": (set(), set(), []),
}


def require_junit(element: ElementTree.Element) -> None:
    allowed, required, children = _SCHEMA[element.tag]
    assert required <= set(element.attrib) <= allowed, element.tag
    order = [children.index(child.tag) for child in element]
    assert order == sorted(order), element.tag
    for child in element:
        require_junit(child)


def test_junit_is_one_suite_for_each_student() -> None:
    broken = Problem("unreadable", "The file is binary.")
    reports = [report("ada"), report("b\x00b", functions=[], problems=[broken])]
    exported = junit.export(CLASS._replace(reports=reports), Asked())
    root = ElementTree.fromstring(exported.text.encode())
    require_junit(root)
    assert root.attrib == {"name": NAME, "tests": "4", "failures": "2", "errors": "0"}
    ada, bob = root
    assert [each.get("value") for each in ada.iter("property")] == ["1.25", "3"]
    passed, failed, skipped = ada.iter("testcase")
    assert (passed.get("classname"), passed.get("name")) == (f"{NAME}.backward", "values")
    assert len(passed) == 0 and len(skipped.findall("skipped")) == 1
    failure = failed.find("failure")
    assert failure is not None and failure.get("message") == "A sign."
    assert failure.text == 'A sign.\nIt is "wrong" & <b>\\x07\nby far.'
    assert bob.get("name") == "b�b" and bob.get("failures") == "1"
    assert [each.get("message") for each in bob.iter("failure")] == ["The file is binary."]
    with pytest.raises(NoGrades, match="No submission"):
        junit.export(CLASS, Asked())


def test_all_homes_get_the_number_of_the_gradebook(
    small: Course, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """From the commands: collected from Canvas, graded, and exported to everything."""
    course = load_course(small.root)
    at = ["--course", str(course.root)]
    folder = tmp_path / "submissions"
    folder.mkdir()
    (folder / f"lovelaceada_901_1_{NAME}.py").write_text(SOLUTION)
    (folder / f"noetherbob_LATE_902_2_{NAME}-1.py").write_text(SOLUTION.replace("- lr", "+ lr"))
    roster = table(tmp_path, CANVAS.replace("22.0", "11"))
    assert main(["collect", NAME, str(folder), "--roster", str(roster), *at]) == 0
    said = capsys.readouterr()
    assert said.out.startswith("2 collected, 0 unchanged: ")
    assert "Late, and Canvas does not say when: bob@example.org." in said.err
    assert main(["grade", NAME, *at]) == 0
    capsys.readouterr()
    found = {}
    for home in ("canvas", "moodle", "junit"):
        given = [] if home == "junit" else ["--csv", str(roster)]
        assert main(["export", home, NAME, *given, *at]) == 0
        found[home] = Path(capsys.readouterr().out.strip()).read_text()
    scores = {row["SIS Login ID"]: row["relu_layer (77)"] for row in rows(found["canvas"])[1:]}
    assert scores == {"ada": "11", "bob@example.org": "10"}
    scores = {row["SIS Login ID"]: row[NAME] for row in rows(found["moodle"])}
    assert scores == {"ada": "11", "bob@example.org": "10"}
    root = ElementTree.fromstring(found["junit"].encode())
    values = [[each.get("value") for each in suite.iter("property")] for suite in root]
    assert values == [["11", "11"], ["10", "11"]]
    assert main(["export", "lti", NAME, *at]) == 2
    assert "knows nobody's LTI user id" in capsys.readouterr().err
    assert main(["export", "canvas", NAME, *at]) == 2
    assert "--csv is needed" in capsys.readouterr().err
    assert main(["export", "junit", NAME, "--csv", str(roster), *at]) == 2
    assert "leave them out" in capsys.readouterr().err
    assert main(["export", "junit", NAME, "--points", "5", *at]) == 2
    assert "junit, which has no points" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["export", "lti", NAME, "--points", "0", *at])
    assert "'0' is not a number of points above 0" in capsys.readouterr().err
    into = ["--into", str(roster)]
    assert main(["export", "canvas", NAME, "--csv", str(roster), *into, *at]) == 2
    assert "is the platform's own file" in capsys.readouterr().err
