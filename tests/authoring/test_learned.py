"""Drafts of known mistakes from a class: what is drafted, what is refused, and what becomes of one
that gets a sentence."""

from __future__ import annotations

import ast
import dataclasses
import re
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from autograder.__main__ import main
from autograder.authoring.mistakes_file import add_mistakes
from autograder.authoring.proofs import proofs
from autograder.authoring.replacement import Unfit, replacement
from autograder.classroom.grader import Grader
from autograder.classroom.journal import Journal, read_reports
from autograder.classroom.shared_numbers import shared_numbers, unexplained_in
from autograder.course import Course, CourseError, load_course
from autograder.exercise.declaration import Mistake
from autograder.exercise.solution import Solution, load_solution
from autograder.exercise.visible import write_visible
from autograder.submission import read_submission
from tests.conftest import KEY, NAME, ROOT
from tests.helpers import shared_class
from tests.helpers.noted import course_at
from tests.helpers.small_course import make_course

IDS = ["loss-shared-1", "backward-shared-1", "forward-shared-1"]


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A course with the class, graded once."""
    course = course_at(tmp_path_factory.mktemp("once"))
    shared_class.hand_in_and_grade(course)
    return course


@pytest.fixture
def taught(once: Course, tmp_path: Path) -> Course:
    """A copy of it, whose exercise may be changed."""
    return load_course(shutil.copytree(once.root, tmp_path / "taught"))


def learn(course: Course, source: str = "report") -> int:
    return main(["build", "--mistakes", NAME, "--from", source, "--course", str(course.root)])


def mistakes_of(course: Course) -> Path:
    return course.solutions / NAME / "mistakes.py"


def named(course: Course, *students: str) -> list[dict[str, list[str]]]:
    """The ids that are named to each student, by function."""
    found = []
    with Grader(course, NAME) as grader:
        for student in students:
            path = course.root / "submitted" / student / NAME / f"{NAME}.py"
            functions = grader.grade(read_submission(path), student).functions
            found.append({f.name: [m.id for m in f.mistakes] for f in functions if f.mistakes})
    return found


def test_a_group_becomes_a_mistake_that_is_recognised(
    taught: Course, capsys: pytest.CaptureFixture[str]
) -> None:
    path = mistakes_of(taught)
    before = path.read_text()
    assert learn(taught) == 0
    told = capsys.readouterr().out
    for text in ("loss: 4 students share this loss", "draft: loss-shared-1", "ADA WROTE THIS"):
        assert text in told
    after = path.read_text()
    assert after.startswith(before.rstrip().removesuffix("]"))
    solution = load_solution(taught, NAME)
    assert [m.id for m in solution.exercise.mistakes][-3:] == IDS
    assert (
        solution.exercise.mistakes[:-3] == load_solution(load_course(ROOT), NAME).exercise.mistakes
    )
    # Nobody's name, no comment of theirs; and nobody is told of it before there is a sentence.
    added = after[len(before) - 2 :]
    assert not re.search(r"\b(ada|bob|cyd|eve)\b|My own", added, re.IGNORECASE)
    assert "shared-1" not in write_visible(solution.answer_key(KEY))
    assert named(taught, "ada") == [{}]
    assert learn(taught) == 0
    assert path.read_text() == after  # they are there
    assert "already, as loss-shared-1" in capsys.readouterr().out

    path.write_text(after.replace('        "",\n    ),\n', '        "You did this.",\n    ),\n'))
    assert named(taught, "ada", "bob", "lou", "jon", "mia", "kim") == [
        {"loss": ["loss-shared-1"]},
        {"loss": ["loss-shared-1"]},  # by other code
        {"backward": ["backward-shared-1"]},
        {"forward": ["forward-shared-1"]},
        {},
        {},
    ]


def test_a_check_refuses_a_draft(tmp_path: Path) -> None:
    folder = make_course(tmp_path)
    path = folder / "mistakes.py"
    path.write_text("from autograder import Mistake\nmistakes = []\n")
    draft = Mistake("loss-shared-1", "loss", "np.sum((y", "np.mean((y")
    add_mistakes(path, [("2 students", draft)])
    assert failing(folder)[-1] == "no sentence says what a student did: loss-shared-1"
    path.write_text(path.read_text().replace('"",', '"You did this.",'))
    assert not any("no sentence" in text for text in failing(folder))


def failing(folder: Path) -> list[str]:
    course = load_course(folder.parent.parent)
    return [proof.text for proof in proofs(course, folder.name, 0) if not proof.holds]


def test_a_file_of_reports_will_do(
    taught: Course, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "reports.json"
    reports = [report for report in read_reports(taught, NAME) if report.student in ("eve", "jon")]
    file.write_text("".join(f"{report.to_json()}\n" for report in reports))
    assert learn(taught, str(file)) == 0
    assert [m.id for m in load_solution(taught, NAME).exercise.mistakes][-1:] == IDS[2:]
    before = mistakes_of(taught).read_bytes()
    file.write_text("{}")
    for source in (str(file), str(tmp_path / "none"), str(tmp_path)):
        assert learn(taught, source) == 2
        assert capsys.readouterr().err.startswith(f"--from: {source} ")
    assert mistakes_of(taught).read_bytes() == before


@pytest.mark.parametrize(
    "words", [["--from", "report"], ["--mistakes", "--from", "report", "--check"]]
)
def test_the_two_options_go_together(
    words: Sequence[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["build", NAME, *words, "--course", str(ROOT)]) == 2
    assert capsys.readouterr().err.startswith("--from REPORT goes with --mistakes")


def test_without_a_class_there_is_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    course = course_at(tmp_path)
    assert learn(course) == 2
    assert f"Run `autograder grade {NAME}` first." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("digest", "words"),
    [
        ("numbers", "in the place of the solution's function it gives other numbers"),
        ("whole", "it gives nobody's numbers besides loss"),
    ],
)
def test_numbers_that_the_code_does_not_give_are_no_draft(
    taught: Course, capsys: pytest.CaptureFixture[str], digest: str, words: str
) -> None:
    """As where the exercise, or the key, is another than when they were graded."""
    with Journal(taught, NAME) as journal:
        for report in [*read_reports(taught, NAME)]:
            functions = [
                f._replace(unexplained=f.unexplained._replace(**{digest: "0"}))
                if f.unexplained
                else f
                for f in report.functions
            ]
            journal.add("key", dataclasses.replace(report, functions=functions))
    before = mistakes_of(taught).read_bytes()
    assert learn(taught) == 0
    assert f"no draft: {words}\n" in capsys.readouterr().out
    assert mistakes_of(taught).read_bytes() == before


def test_who_makes_another_mistake_besides_is_counted(
    taught: Course, capsys: pytest.CaptureFixture[str]
) -> None:
    path = taught.root / "submitted" / "cyd" / NAME / f"{NAME}.py"
    path.write_text(path.read_text().replace('"b1": delta_hidden', '"b1": delta_hidden ** 5'))
    with Grader(taught, NAME) as grader, Journal(taught, NAME) as journal:
        journal.add("key", grader.grade(read_submission(path), "cyd"))
    groups = shared_numbers(
        (r.student, unexplained_in(r.functions)) for r in read_reports(taught, NAME)
    )
    assert ["cyd", "fay", "lou"] in [group.students for group in groups]
    assert learn(taught) == 0
    assert "Of 3 students it gives all numbers of 2" in capsys.readouterr().out
    drafted = load_solution(taught, NAME).exercise.mistakes[-2]
    assert drafted.id == "backward-shared-1" and "** 5" not in drafted.new


def body(solution: Solution, code: str, name: str = "loss") -> tuple[str, str]:
    return replacement(solution, name, code, ["ada.lovelace", "bo"])


def test_only_the_statements_that_differ_are_replaced(solution: Solution) -> None:
    source = solution.source[solution.source.index("def forward") :].partition("# %%")[0]
    wrong = source.replace("return {", "h = h * 2  # twice\n    return {")
    old, new = body(solution, wrong, "forward")
    assert (old, new) == ('return {"h": h, "y": y}', "h = h * 2\n    return {'h': h, 'y': y}")
    first = source.replace('params["b1"]', "0")
    old, new = body(solution, first, "forward")
    assert old == 'h = sigmoid(x @ params["W1"] + params["b1"])'
    assert new == "h = sigmoid(x @ params['W1'] + 0)"


def test_texts_and_annotations_go(solution: Solution) -> None:
    code = '''def loss(y: "bob", t) -> "eve":
    """Mine."""
    if len(y) > 2:
        "a remark"
    total: "dan" = 0.0  # a remark
    nothing: int
    return total
'''
    _, new = body(solution, code)
    assert new == "if len(y) > 2:\n        pass\n    total = 0.0\n    return total"


#: What may not come among an author's files, and the words with which it is refused.
UNFIT = {
    "import os": "Import",
    "global t": "Global",
    "while True: pass": "While",
    "try: pass\n    finally: pass": "Try",
    "with y: pass": "With",
    "class A: pass": "ClassDef",
    "del y": "Delete",
    "yield y": "Yield",
    "await y": "Await",
    "return f'{y}'": "JoinedStr",
    "return open('f')": "it uses open,",
    "return eval('1')": "it uses eval,",
    "return __import__('os')": "it uses __import__,",
    "return pd.mean(y)": "it uses pd, which the solution does not have",
    "return helper(y)": "it uses helper,",
    "return check(y)": "it uses check,",
    "return params": "it uses params,",
    "return np.load('f')": "it uses .load",
    "return np.lib": "it uses .lib",
    "return np.random.rand()": "it uses .rand",
    "return y.tofile('f')": "it uses .tofile",
    "return y.__class__": "it uses .__class__",
    "return '{0}'.format(y)": "it uses .format",
    "y.size = 3": "it uses .size",
    "np.exp = 3": "it uses .exp",
    "(lambda open: 0)(1)\n    return open('f')": "it has a variable open,",
    "[0 for eval in y]\n    return eval('1')": "it has a variable eval,",
    "return [check for check in y]": "it has a variable check,",
    "y[0] = 'Ada.Lovelace was here'": "a student's",
    "return (": "it is no plain function",
    "return y" + " + 1" * 3000: "nested too deeply",
    "y = t\n    " * 41 + "return y": "longer than 40 lines",
}


@pytest.mark.parametrize("text", UNFIT)
def test_what_does_more_than_compute_is_refused(solution: Solution, text: str) -> None:
    with pytest.raises(Unfit, match=re.escape(UNFIT[text])):
        body(solution, f"def loss(y, t):\n    {text}\n")


def test_a_function_with_other_arguments_is_refused(solution: Solution) -> None:
    for code in ("def loss(a, t): return a", "def loss(y, t, *z): return y"):
        with pytest.raises(Unfit, match="arguments"):
            body(solution, code)
    for code in ("loss = 3", "@np\ndef loss(y, t): return y", "class loss: pass", ""):
        with pytest.raises(Unfit, match="no plain function"):
            body(solution, code)


FITS = [
    "return np.mean((y - t) ** 2) / 2",
    "for _ in range(3):\n        y = y / 2\n    return float(np.sum(y))",
    "total = 0.0\n    for a, b in zip(y, t):\n        total += abs(a - b)\n    return total",
    "def inner(y):\n        return y * y\n    return sum(inner(e) for e in y - t) / y.shape[0]",
    "return float(np.linalg.norm(y - t)) if y.size else 0.0",
    "return np.add.reduce([sigmoid(e) for e in y], axis=0).T.sum()",
]


@pytest.mark.parametrize("text", FITS)
def test_what_computes_fits(solution: Solution, text: str) -> None:
    old, new = body(solution, f"def loss(y, t):\n    {text}\n")
    made = Mistake("m", "loss", old, new).apply(solution.source)
    compile(made, "made", "exec")
    assert old == "return float(np.mean((y - t) ** 2))"


DRAFT = Mistake("new-1", "loss", "a \"b\" 'c'\n    d\n", f"{'word ' * 40}\\ end", "")
FILES = {
    "usual": 'from autograder import Mistake\n\nmistakes = [\n    Mistake("a", "f", "b", "c"),\n]\n',
    "no comma": 'from autograder import Mistake\nmistakes = [\n    Mistake("a", "f", "b", "c")\n]\n',
    "a comment": 'from autograder import Mistake\nmistakes = [\n    Mistake("a", "f", "b", "c")  # é ]\n    # ,\n]\n',
    "one line": 'from autograder import Mistake\nmistakes = [Mistake("é", "f", "b", "c")]  # end ]\n',
    "empty": "from autograder import Mistake\nmistakes = []\n",
    "indented": "from autograder import Mistake\nmistakes = [\n    ]\nmore = [1]\n",
    "no end of line": "from autograder import Mistake\nmistakes = [\n]",
    "windows": 'from autograder import Mistake\r\nmistakes = [\r\n    Mistake("a", "f", "b", "c"),\r\n]\r\n',
    "mark": "\ufefffrom autograder import Mistake\nmistakes = []\n",
    "another name": "from autograder import Mistake as M\nmistakes: list[M] = []\n",
    "module": "import autograder\nmistakes = []\n",
}


@pytest.mark.parametrize("kind", FILES)
def test_drafts_are_added_to_any_list(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "mistakes.py"
    path.write_bytes(FILES[kind].encode())
    before: dict[str, list[Mistake]] = {}
    exec(compile(path.read_bytes(), "before", "exec"), before)
    add_mistakes(path, [("2 students", DRAFT), ("3 students", dataclasses.replace(DRAFT, id="n"))])
    after: dict[str, list[Mistake]] = {}
    exec(compile(path.read_bytes(), "after", "exec"), after)
    added = [DRAFT, dataclasses.replace(DRAFT, id="n")]
    assert after["mistakes"] == [*before["mistakes"], *added]
    text = path.read_bytes().decode()
    assert text.count("\r\n") in (0, text.count("\n"))
    assert max(map(len, text.splitlines())) <= 100
    left = iter(text)  # nothing of the author's is lost
    assert all(char in left for char in FILES[kind])


def test_without_a_file_one_is_made(tmp_path: Path) -> None:
    path = tmp_path / "layer" / "mistakes.py"
    path.parent.mkdir()
    add_mistakes(path, [("2 students", DRAFT)])
    assert "The known mistakes of layer" in (ast.get_docstring(ast.parse(path.read_text())) or "")


@pytest.mark.parametrize(
    "text",
    [
        "from autograder import Mistake\nmistakes = made()\n",
        "from autograder import Mistake\nmistakes = [] + more\n",
        "mistakes = []\n",
        "from autograder import Mistake\nmistakes = [\n",
        "from autograder import Mistake\n",
    ],
)
def test_a_file_that_cannot_take_them_stays(tmp_path: Path, text: str) -> None:
    path = tmp_path / "mistakes.py"
    path.write_text(text)
    with pytest.raises(CourseError, match="Nothing was added"):
        add_mistakes(path, [("2 students", DRAFT)])
    assert path.read_text() == text
