"""A mistake is named where a student's numbers are exactly its own, the same everywhere it is told,
and never otherwise."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from html import unescape
from pathlib import Path
from types import FunctionType
from typing import Any

import numpy as np
import pytest
from nbgrader.api import Gradebook

from autograder import CheckFailed, check
from autograder.__main__ import main
from autograder.authoring.made_up_answers import Answers
from autograder.authoring.mutation_score import score
from autograder.classroom import run as batch
from autograder.classroom.grader import MOST_CLASSMATES, Grader
from autograder.course import load_course
from autograder.display.hints import hint_lines, read_hints
from autograder.exercise.answer_key import AnswerKey, Case
from autograder.exercise.fingerprints import fingerprint, matches, rounded
from autograder.exercise.mutants import make
from autograder.exercise.solution import Solution, load_solution
from autograder.grade import grade_submission
from autograder.judge.judge import judge
from autograder.nbgrader.api import nbgrader_quiet
from autograder.nbgrader.platform import Nbgrader
from autograder.report import DIFFERS, CheckResult, Named, Report, Row, function_report
from autograder.sandbox.fork_server import ForkServer
from autograder.sandbox.in_process import InProcess
from autograder.sandbox.inside.namespace import Namespace
from autograder.sandbox.limits import Limits
from autograder.sandbox.worker import ContainedSandbox
from autograder.student import check_file
from autograder.submission import parse_submission
from tests.conftest import KEY, NAME, ROOT
from tests.helpers.answers import RIGHT, WRONG, Answer

#: Answers that would end these tests, or write into their memory.
UNSAFE = re.compile(r"while True|KeyboardInterrupt|_exit|abort|kill|MEMORY|setattr|os\.")
FRESH_KEY = b"instances that no other test has seen"
#: A slip in two functions that build on each other, one in a helper, one with a shape, one pair.
EXAMPLES = [
    ["missing-factor-two"],
    ["tanh-slope"],
    ["bias-with-two-axes"],
    ["missing-hidden-slope", "reshape-for-transpose"],
    ["climbs-the-loss", "sum-in-place-of-mean"],
]


def with_mistakes(solution: Solution, ids: Sequence[str]) -> str:
    return make([solution.mutants.mistakes[name] for name in ids], solution.source)


def names(report: Report) -> dict[str, list[str]]:
    return {f.name: [m.id for m in f.mistakes] for f in report.functions if f.mistakes}


def declared(solution: Solution, ids: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name in ids:
        found.setdefault(solution.mutants.mistakes[name].function, []).append(name)
    return found


def test_there_are_enough_of_them_and_each_says_what_it_is(solution: Solution) -> None:
    mistakes = solution.exercise.mistakes
    assert len(mistakes) >= 45
    assert {m.function for m in mistakes} == {f.name for f in solution.exercise.functions}
    assert len({m.id for m in mistakes}) == len(mistakes)
    for mistake in mistakes:
        question, answer = mistake.hints
        assert mistake.message.endswith("."), mistake.id
        assert question.rstrip().endswith("?"), mistake.id
        assert answer and not answer.rstrip().endswith("?"), mistake.id


def test_single_mistakes_are_all_rejected_and_recognised(
    solution: Solution, answer_key: AnswerKey
) -> None:
    found = score(solution, answer_key, [[each] for each in solution.exercise.mistakes])
    assert found.judged == found.rejected == len(solution.exercise.mistakes)
    assert found.recognised >= 0.95 * found.judged, found.partly + found.misnamed
    assert not found.misnamed


@pytest.mark.parametrize("ids", EXAMPLES, ids=lambda ids: "+".join(ids))
def test_the_same_name_from_the_file_the_notebook_and_the_grader(
    ids: list[str],
    solution: Solution,
    grade: Callable[..., Report],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    source = with_mistakes(solution, ids)
    wanted = declared(solution, ids)
    assert names(grade(source)) == wanted
    shutil.copyfile(ROOT / "assignments" / NAME / "visible.json", tmp_path / "visible.json")
    path = tmp_path / f"{NAME}.py"
    path.write_text(source)
    report, _, _ = check_file(path)
    assert names(report) == wanted
    for function, found in wanted.items():
        own = functions_of(source)
        with pytest.raises(CheckFailed) as failed:
            check(FunctionType(own[function].__code__, {**own, "__file__": str(path)}, function))
        assert [mistake.id for mistake in failed.value.shown.report.mistakes] == found
        shown = unescape(re.sub("<[^>]*>", "", failed.value.shown._repr_html_()))
        messages = [solution.mutants.mistakes[name].message for name in found]
        assert all(message.replace("`", "") in shown for message in messages)
    assert main(["check", str(path), "--json", str(tmp_path / "report.json")]) == 1
    printed = " ".join(capsys.readouterr().out.split())
    written = json.loads((tmp_path / "report.json").read_text())
    told = {f["name"]: [m["id"] for m in f["mistakes"]] for f in written["functions"]}
    assert {name: found for name, found in told.items() if found} == wanted
    for name in ids:
        assert " ".join(solution.mutants.mistakes[name].message.split()) in printed


@pytest.mark.slow
def test_the_gradebook_and_the_graded_notebook_tell_it_too(built_class: Path) -> None:
    course = load_course(built_class)
    message = load_solution(course, NAME).mutants.mistakes["missing-factor-two"].message
    with nbgrader_quiet("reading"), Gradebook(course.gradebook_url, course.id) as gradebook:
        notebook = gradebook.find_submission_notebook(NAME, NAME, "ada")
        comments = [comment.comment for comment in notebook.comments if comment.comment]
    assert any(message in " ".join(text.split()) for text in comments)
    graded = (built_class / "autograded" / "ada" / NAME / f"{NAME}.ipynb").read_text()
    assert message[:40] in graded


@pytest.fixture
def built_class(course_copy: Path, solution: Solution) -> Path:
    """A course with one student, who forgot a factor, graded into its gradebook."""
    assert main(["build", NAME, "--course", str(course_copy)]) == 0
    folder = course_copy / "submitted" / "ada" / NAME
    shutil.copytree(course_copy / "assignments" / NAME, folder)
    mistake = solution.mutants.mistakes["missing-factor-two"]
    Answers(solution.source, NAME).wrong([mistake])(folder)
    course = load_course(course_copy)
    with Grader(course, NAME) as grader, batch.grade_class(grader, Nbgrader(course, NAME)) as run:
        assert [graded.report is not None for graded in run.results] == [True]
    return course_copy


@pytest.mark.parametrize("answer", RIGHT, ids=lambda answer: answer.slug)
def test_a_right_answer_gets_no_name(
    answer: Answer, solution: Solution, grade: Callable[..., Report]
) -> None:
    report = grade(f"{solution.source}\n{answer.source}", seconds=answer.seconds)
    assert names(report) == {}


def functions_of(source: str) -> dict[str, Any]:
    namespace = Namespace(seconds=2.0)
    for cell in parse_submission("answer.py", source.encode()).cells:
        namespace.run_cell(cell.source, cell.label, cell.first_line)
    return namespace.namespace


def gives(function: Any, arguments: Sequence[Any]) -> Any:
    try:
        return function(*arguments)
    except Exception:
        return None


def is_true(
    name: str, ids: Sequence[str], source: str, solution: Solution, cases: Sequence[Case]
) -> bool:
    """Whether a function gives on other instances what the solution with these mistakes gives.

    All other functions are the student's own, since theirs may be wrong as well.
    """
    own = functions_of(source)
    others = {f.name: own[f.name] for f in solution.exercise.functions if f.name != name}
    answer_key = solution.visible.function(name)
    assert answer_key is not None
    seen = 0
    for case in cases:
        arguments = case.arguments(answer_key)
        if arguments is None:
            continue
        expected = case.expected[name]
        with np.errstate(all="ignore"):
            found = gives(own[name], arguments)
            try:
                known = solution.mutants.value(name, case, ids, others)
            except Exception:
                known = None
        if (found is None) != (known is None):
            return False
        if found is not None:
            seen += 1
            if not matches(fingerprint(found, expected), rounded(fingerprint(known, expected))):
                return False
    return seen > 0


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_no_wrong_answer_gets_a_name_that_is_not_its_own(
    solution: Solution, grade_answer: Callable[[Answer], Report]
) -> None:
    """Nobody declared the table's answers: most have no name, and those that have one are proved
    on instances that the grader never saw."""
    cases = solution.answer_key(FRESH_KEY).cases
    nameless, false = 0, []
    for answer in WRONG:
        source = f"{solution.source}\n{answer.source}"
        found = names(grade_answer(answer))
        nameless += not found
        false += [
            (answer.slug, name, ids)
            for name, ids in found.items()
            if not is_true(name, ids, source, solution, cases)
        ]
    assert false == []
    assert nameless >= 20


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_a_students_check_and_the_grader_give_the_same_names(
    solution: Solution, grade_answer: Callable[[Answer], Report]
) -> None:
    """Single mistakes and the first of several. Of what needs right helpers, or is right for the
    student's own work, the student's copy cannot tell, nor what many mistakes make together."""
    compared, apart = 0, []
    for answer in [each for each in WRONG if not UNSAFE.search(each.source)]:
        cells = parse_submission("answer.py", f"{solution.source}\n{answer.source}".encode()).cells
        runner = InProcess(cells, 5.0)
        checked = judge(solution.visible.visible(), runner, 5.0, restart=runner.restart)
        own = {report.name: report for report in checked}
        for report in grade_answer(answer).functions:
            here = own.get(report.name)
            if here is None or report.is_done or here.is_done or here.waits_for:
                continue
            told, known = ({m.id for m in each.made} for each in (here, report))
            compared += bool(known)
            if not told <= known or (len(known) == 1 and told != known):
                apart.append((answer.slug, report.name, told, known))
    assert apart == []
    assert compared >= 30


def test_a_helper_s_mistake_costs_the_helper_only(
    solution: Solution, grade: Callable[..., Report]
) -> None:
    """Declared or not; what is right given a right helper keeps its points, and says so."""
    odd = "\n\n\ndef sigmoid(z):\n    return 1 / (1 + np.exp(-np.clip(z, -700, 700))) + z / 1000\n"
    for source in (with_mistakes(solution, ["tanh-for-sigmoid"]), solution.source + odd):
        report = grade(source)
        wrong = {f.name for f in report.functions if f.status != "passed"}
        assert wrong == {"sigmoid"}
        forward = next(f for f in report.functions if f.name == "forward")
        assert any("Right, given a right sigmoid" in check.message for check in forward.checks)


def test_two_mistakes_on_top_of_each_other_are_both_named(
    solution: Solution, grade: Callable[..., Report]
) -> None:
    report = grade(with_mistakes(solution, ["tanh-slope", "missing-factor-two"]))
    assert names(report) == {
        "sigmoid_derivative": ["tanh-slope"],
        "backward": ["missing-factor-two"],
    }


@pytest.mark.parametrize(
    ("ids", "more"),
    [
        (["tanh-for-sigmoid", "climbs-the-loss"], ""),
        ([], "\n\n\ndef loss(y, t):\n    return float(np.mean((y - t) ** 4))\n"),
    ],
    ids=["named", "nameless"],
)
def test_a_training_run_is_right_given_right_steps(
    ids: Sequence[str], more: str, solution: Solution, grade: Callable[..., Report]
) -> None:
    report = grade(with_mistakes(solution, ids) + more)
    train = next(f for f in report.functions if f.name == "train")
    assert train.status == "passed"
    assert any("Right, given a right" in check.message for check in train.checks)


PLAYS_ALONG = """


KEPT = []


def forward(params, x):
    made_up = {"h": np.cos(params["b1"] * 7), "y": np.sin(params["b2"] * 5)}
    KEPT.extend([made_up["h"], made_up["y"]])
    return made_up


def sigmoid(z):
    return next((kept for kept in KEPT if kept.shape == z.shape), z)
"""


def test_a_helper_that_makes_anything_look_right_excuses_nothing(
    solution: Solution, grade: Callable[..., Report]
) -> None:
    report = grade(solution.source + PLAYS_ALONG)
    forward = next(f for f in report.functions if f.name == "forward")
    assert forward.score <= 1.0
    assert not any("Right" in check.message for check in forward.checks)


def test_what_no_mistake_gives_is_told_by_its_numbers(
    solution: Solution, grade: Callable[..., Report]
) -> None:
    """The first wrong quantity, and what was done to it."""
    old = '"W1": np.outer(x, delta_hidden),'
    assert solution.source.count(old) == 1
    report = grade(solution.source.replace(old, '"W1": 0.75 * np.outer(x, delta_hidden),'))
    assert names(report) == {}
    (backward,) = [f for f in report.functions if f.name == "backward"]
    text = "\n".join(check.message for check in backward.checks)
    assert 'the first wrong quantity is grads["W1"]' in text
    assert "0.75 times the expected value everywhere" in text


@pytest.mark.slow
def test_hints_come_one_by_one_and_are_counted_where_wanted(
    course_copy: Path, solution: Solution, capsys: pytest.CaptureFixture[str]
) -> None:
    toml = course_copy / "course.toml"
    toml.write_text(toml.read_text() + "\ncount_hints = true\n")
    assert main(["build", NAME, "--course", str(course_copy)]) == 0
    folder = course_copy / "submitted" / "ada" / NAME
    shutil.copytree(course_copy / "assignments" / NAME, folder)
    (folder / f"{NAME}.ipynb").unlink()
    path = folder / f"{NAME}.py"
    path.write_text(with_mistakes(solution, ["missing-factor-two"]))
    question, answer = solution.mutants.mistakes["missing-factor-two"].hints
    capsys.readouterr()
    shown = []
    for words in ([], ["--hint"], ["--hint", "2"], ["--hint", "3"]):
        assert main(["check", str(path), *words]) == 1
        shown.append(" ".join(capsys.readouterr().out.split()))
    hints = (question, "Look at sigmoid_network.py, line", answer)
    told = [[" ".join(text.split()) in out for text in hints].count(True) for out in shown]
    assert told == [0, 1, 2, 3] and answer not in shown[2]
    assert read_hints(folder) == {"backward": 3}
    course = load_course(course_copy)
    with Grader(course, NAME) as grader, batch.grade_class(grader, Nbgrader(course, NAME)) as run:
        (graded,) = run.results
    assert graded.report is not None
    counts = {f.name: f.hints for f in graded.report.functions}
    assert counts["backward"] == 3
    assert counts["forward"] == 0
    assert '"hints": 3' in graded.report.to_json()


def test_what_is_asked_for_beyond_the_last_hint(solution: Solution, answer_key: AnswerKey) -> None:
    known = [Named("missing-factor-two", "x"), Named("climbs-the-loss", "y")]
    named = function_report("backward", [], "failed")._replace(mistakes=known)
    assert hint_lines(named, answer_key, 0, "ask {}") == ["ask 1 gives a hint."]
    assert [line[:15] for line in hint_lines(named, answer_key, 9, "ask {}")] == [
        "(1) Hint 1 of 2",
        "(1) Hint 2 of 2",
        "(2) Hint 1 of 2",
        "(2) Hint 2 of 2",
    ]
    unnamed = named._replace(mistakes=[])
    assert hint_lines(unnamed, answer_key, 0, "ask {}") == []
    (said,) = hint_lines(unnamed, answer_key, 1, "ask {}")
    assert said == "There is no hint: hints are about wrong numbers, and backward gave none."
    wrong = CheckResult("values", False, "", 0.0, 1.0, [Row("y", "1", "2", note=DIFFERS)])
    (said,) = hint_lines(unnamed._replace(checks=[wrong]), answer_key, 1, "ask {}")
    assert said == "There is no hint: no known mistake gives these numbers."
    assert hint_lines(unnamed._replace(status="missing"), answer_key, 1, "ask {}") == []


def test_a_file_s_name_is_no_number_of_hints(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["check", "--hint", "answer.py"])
    assert "write the file's name before --hint" in capsys.readouterr().err


@pytest.mark.parametrize(
    "text", ["", "[]", '{"backward": true}', '{"backward": -1}', '{"backward": 1e9}', "{" * 90_000]
)
def test_a_count_that_was_tampered_with_counts_nothing(text: str, tmp_path: Path) -> None:
    (tmp_path / "hints.json").write_text(text)
    assert read_hints(tmp_path) == {}


COPIED = """


_forward = forward
_TABLE = {table}


def forward(params, x):
    sizes = repr((params["W1"].shape, params["W2"].shape))
    if sizes in _TABLE:
        h, y = _TABLE[sizes]
        return {{"h": np.array(h), "y": np.array(y)}}
    return _forward(params, x)
"""


def test_copied_numbers_say_whose_they_are(course: Any, solution: Solution) -> None:
    """Bob has Ada's right numbers of her hidden instances."""
    with Grader(course, NAME) as grader:
        grader.classmates = ["zoe", "ada", "bob"]
        table = {}
        for case in solution.answer_key(course.exercise_key(NAME), "ada").cases:
            if case.hidden:
                params, right = case.inputs["params"], case.expected["forward"]
                sizes = repr((params["W1"].shape, params["W2"].shape))
                table[sizes] = (right["h"].tolist(), right["y"].tolist())
        source = solution.source + COPIED.format(table=table)
        submission = parse_submission("bob.py", source.encode())
        report = grader.grade(submission, "bob")
        forward = next(f for f in report.functions if f.name == "forward")
        assert forward.status == "partial"
        assert forward.fits == "ada"
        assert '"fits": "ada"' in report.to_json()
        assert batch.Graded("bob", Path("bob.py"), report).line().fits == {"forward": "ada"}
        # In a class for which that would take minutes, nobody looks.
        grader.classmates = [*grader.classmates, *(str(n) for n in range(MOST_CLASSMATES))]
        forward = next(f for f in grader.grade(submission, "bob").functions if f.name == "forward")
        assert (forward.status, forward.fits) == ("partial", "")
        # Ada herself is right.
        (hers,) = [f for f in grader.grade(submission, "ada").functions if f.name == "forward"]
        assert (hers.status, hers.fits) == ("passed", "")


@pytest.fixture(scope="module")
def forks() -> Iterator[ForkServer]:
    with ForkServer(Limits()) as server:
        yield server


def test_a_grade_needs_no_names(solution: Solution, forks: ForkServer) -> None:
    """Where mistakes are not named, as in a plain nbgrader, the scores are the same."""
    submission = parse_submission("a.py", with_mistakes(solution, ["tanh-slope"]).encode())
    scores = [
        grade_submission(
            submission,
            "ada",
            solution.answer_key(KEY, "", naming),
            ContainedSandbox(forks),
            solution.mutants,
        ).score
        for naming in (True, False)
    ]
    assert scores[0] == scores[1]
