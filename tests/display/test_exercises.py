"""The page of an answer with several mistakes to each exercise of another network."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from autograder.course import Course, load_course
from autograder.display import diagram
from autograder.display.page import student_page
from autograder.display.terminal import Style, report_text
from autograder.exercise.answer_key import AnswerKey
from autograder.exercise.solution import load_solution
from autograder.grade import grade_submission
from autograder.report import Report
from autograder.sandbox.in_process import InProcessSandbox
from autograder.submission import parse_submission
from tests.conftest import KEY
from tests.helpers import lab
from tests.helpers.exercises import FOLDER, source_of
from tests.helpers.figures import SCREEN, height, require_inside
from tests.helpers.pages import opened, violations
from tests.helpers.released import release

#: By exercise, texts of the solution that are replaced.
ANSWERS = {
    "mlp": [("z if number == len(params) else ", ""), ("value - lr", "value + lr")],
    "cnn": [(" + b", ""), (" * (x > 0)", ""), ("labels] -= 1", "labels] -= 2")],
    "rnn": [('h @ params["Wh"] + params["b"]', 'h @ params["Wh"]'), ("[mask]", "")],
    "transformer": [("np.add.at(dtable, tokens, dout)", "dtable[tokens] = dout"),
                    ("scores = q @ np.swapaxes(k, -1, -2) / np.sqrt(q.shape[-1])",
                     "scores = q @ np.swapaxes(k, -1, -2)")],
    "autodiff": [("self.grad += other.data", "self.grad += self.data"),
                 ("(self.data > 0) * out.grad", "out.grad")],
    "optimisers": [("rate * old[name]", "old[name]"), ('moments["step"] + 1', 'moments["step"]')],
    "debug": [("2 * (y - t)", "(y - t)")],
    "digits": [("e / e.sum(axis=1, keepdims=True)", "e / e.sum()"), ('["W"] - lr', '["W"] + lr')],
}  # fmt: skip


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    folder = tmp_path_factory.mktemp("course")
    (folder / "solutions").mkdir()
    for name in ANSWERS:
        (folder / "solutions" / name).symlink_to(FOLDER / name)
    parts = [f'[[assignments]]\nname = "{name}"\n' for name in ANSWERS]
    (folder / "course.toml").write_text("\n".join(['id = "networks"', *parts]))
    return release(load_course(folder), *ANSWERS)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with lab.browser() as started:
        yield started


def graded(course: Course, name: str) -> tuple[Report, AnswerKey]:
    source = source_of(name)
    for old, new in ANSWERS[name]:
        assert source.count(old) == 1, old
        source = source.replace(old, new)
    solution = load_solution(course, name)
    answer_key = solution.answer_key(KEY)
    submission = parse_submission(f"{name}.py", source.encode())
    runner = InProcessSandbox(20.0, FOLDER / name)
    return grade_submission(submission, "", answer_key, runner, solution.mutants), answer_key


@pytest.mark.parametrize("name", ANSWERS)
def test_what_is_wrong_is_seen_at_once(
    course: Course, browser: Any, name: str, tmp_path: Path
) -> None:
    report, answer_key = graded(course, name)
    function = report.first_function
    assert function is not None and function.first_failure is not None
    page = tmp_path / "page.html"
    page.write_text(student_page(report, answer_key))
    with opened(browser, page, viewport={"width": 390, "height": 844}) as shown:
        first = shown.locator(".first").inner_text()
        shown.eval_on_selector_all("details", "all => all.forEach(each => each.open = true)")
        assert shown.evaluate("document.documentElement.scrollWidth") <= 390
        said = shown.locator("main").inner_text()
    begin = function.first_differing(function.first_failure.rows)
    assert begin is not None and function.name in first and begin.entry in first
    assert "behaviour" not in said and f"{function.name} passed" not in first
    traces = [each.trace for each in report.functions if each.trace]
    assert traces
    for figure in map(diagram.figure, traces):
        require_inside(figure)
        assert height(figure) <= SCREEN
    # The points stand below each other.
    lines = report_text(report, answer_key, Style(False)).splitlines()
    rows = list(filter(None, (re.match(r"[✓✗] \S+ +[\d.]+/[\d.]+", line) for line in lines)))
    assert len(rows) == len(report.functions) and len({row.end() for row in rows}) == 1


@pytest.mark.slow
def test_anybody_can_read_it(course: Course, browser: Any, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(student_page(*graded(course, "transformer")))
    with opened(browser, page, color_scheme="dark", bypass_csp=True) as shown:
        assert violations(shown) == []
