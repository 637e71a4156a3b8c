"""How many mistakes are named that nobody declared: wrong answers to other exercises, written by
hand, are graded with all declared mistakes taken out of the exercise.

Each wrong function is listed with what is said of it, so that a person can judge whether it is true
of this answer. ``--write`` keeps what is said in the table; from then on every change of it shows.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import shutil
import sys
import tempfile
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from autograder.course import load_course
from autograder.exercise.solution import Solution, load_solution
from autograder.grade import with_probes
from autograder.judge.judge import judge
from autograder.judge.messages import WHAT_WAS_RUN
from autograder.report import FunctionReport
from autograder.sandbox.in_process import InProcess
from autograder.submission import parse_submission
from benchmarks.answers import EXERCISES, WrongAnswer, read_wrong_answers, table_path, with_named
from benchmarks.measuring import ROOT, Row, main

KEY = b"the instances on which names are counted"
SECONDS = 10.0
#: What a line of a message begins with and is no name: it measures, or is said of every value that
#: is wrong. An array goes on in lines that begin with spaces.
_MEASURED = re.compile(
    r"\A(?:(?:expected|got|first difference at) .*| +.*"
    r"|(?:It is not right even given a right|The losses do not fall|There are points for what is).*"
    r"|[^:]+ (?:calls your own|uses what your own|does not change as it should|only repeats numbers) .*"
    r"|[^:]+ (?:stopped|raised) .*"
    r"|[^:]+ (?:is|are) right(?:; the first wrong quantity is|\. Next:) .*"
    r"|[^:]+ is (?:wrong|not right)(?: in \d+ of \d+ entries|: it is .*)?\."
    r"|[^:]+ is not the derivative of your own .*"
    r"|[^:]+ has (?:shape|\d+ (?:entries|items)).*?; it must have .*?\.(?= |$))"
)
#: How a number is related to the right one, on one instance.
RATIO = re.compile(
    r"It (?:has the opposite sign|is (?:about )?\S+ times the expected value)(?: everywhere)?\."
)


@dataclass(frozen=True)
class Told:
    """What is said of a function that lost points, beside what was read and found true. One that
    is not ``wrong`` lost them for what it uses. One that is ``carried`` lost none: it is right
    given the mistake in another one, which is named."""

    exercise: str
    answer: str
    function: str
    wrong: bool
    truth: str
    sentence: str
    named: str
    untrue: str
    carried: bool = False

    @property
    def verdict(self) -> str:
        """Whether it is named, and whether somebody has read that and found it true."""
        if self.carried:
            return "carried"
        if not self.sentence or RATIO.fullmatch(self.sentence):
            return ("ratio" if self.sentence else "not named") if self.wrong else "waits"
        if not self.wrong:
            return "untrue"
        return {self.named: "true", self.untrue: "untrue"}.get(self.sentence, "not read")


@contextmanager
def undeclared(exercise: str) -> Iterator[Solution]:
    """The solution of an exercise of which no mistake is declared, and none given."""
    with tempfile.TemporaryDirectory(prefix="autograder-") as folder:
        root = Path(folder)
        (root / "course.toml").write_text(f'id = "named"\n[[assignments]]\nname = "{exercise}"\n')
        written = ROOT / "tests" / "exercises" / exercise
        shutil.copytree(written, root / "solutions" / exercise)
        solution = load_solution(load_course(root), exercise)
        bare = replace(solution.exercise, mistakes=[], given={})
        yield replace(solution, exercise=bare, released=None)


def graded(solution: Solution, answer: WrongAnswer) -> list[FunctionReport]:
    """The reports of an answer's functions, judged in this process on hidden instances too."""
    source = answer.submission(solution.source)
    cells = parse_submission(f"{solution.name}.py", source.encode()).cells
    answer_key = solution.answer_key(KEY)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        runner = InProcess(with_probes([*cells], answer_key), SECONDS)
        return judge(
            answer_key,
            runner,
            SECONDS,
            mutants=solution.mutants,
            restart=runner.restart,
            cells=cells,
        )


def sentence(report: FunctionReport) -> str:
    """The name of what is wrong in a function, or what its numbers are, in one line; "" where no
    more is said than that they are wrong."""
    if report.mistakes:
        return " ".join(word for each in report.mistakes for word in each.message.split())
    failure = report.first_failure
    if failure is None:
        return ""
    text, _, _ = failure.message.partition(f"\n{WHAT_WAS_RUN}")
    text = text.replace(failure.place, "") if failure.place else text
    kept = (_MEASURED.sub("", line).strip() for line in text.splitlines())
    return " ".join(filter(None, kept))


def told(solution: Solution, answer: WrongAnswer) -> list[Told]:
    """What is said of the functions that an answer loses points in, the wrong ones first."""
    reports = {each.name: each for each in graded(solution, answer)}
    others = [name for name, each in reports.items() if each.right is False]
    return [
        Told(
            exercise=solution.name,
            answer=answer.slug,
            function=name,
            wrong=name in answer.wrong,
            truth=answer.truth,
            sentence=sentence(reports[name]),
            named=answer.named.get(name, ""),
            untrue=answer.untrue.get(name, ""),
            carried=reports[name].status == "passed",
        )
        for name in dict.fromkeys((*answer.wrong, *others))
    ]


def measure(options: argparse.Namespace) -> list[Row]:
    """Count what is named, exercise by exercise."""
    rows, every = [], list[Told]()
    for name in options.exercises:
        with undeclared(name) as solution:
            found = [each for a in read_wrong_answers(name) for each in told(solution, a)]
        if not options.rows:
            print("\n".join(_listed(found)), flush=True)
        if options.write:
            _write(name, found)
        rows.append(_row(name, found))
        every += found
    if options.json:
        text = json.dumps([asdict(each) for each in every], ensure_ascii=False, indent=1)
        options.json.write_text(text, encoding="utf-8")
    return rows


def _row(exercise: str, found: Sequence[Told]) -> Row:
    count = Counter(each.verdict for each in found)
    wrong = sum(each.wrong for each in found)
    named = count["true"] + count["not read"]
    ours = f"{named} named ({count['not read']} not read), {count['untrue']} untrue"
    beside = (
        f"{wrong} wrong functions, {count['ratio']} with a ratio, {count['carried']} carried on;"
        f" {count['waits']} right ones wait"
    )
    return Row(f"naming: {exercise}", ours, beside, named / wrong, math.inf)


def _listed(found: Sequence[Told]) -> Iterator[str]:
    for each in found:
        yield f"\n{each.exercise}, {each.answer}, {each.function}: {each.truth}"
        yield f"  {each.verdict}{': ' if each.sentence else ''}{each.sentence}"
        if each.named and each.verdict != "true":
            yield f"  read before: {each.named}"


def _write(exercise: str, found: Sequence[Told]) -> None:
    said: dict[str, dict[str, str]] = {}
    for each in (each for each in found if each.wrong):
        is_name = each.verdict in ("true", "untrue", "not read")
        said.setdefault(each.answer, {})[each.function] = each.sentence if is_name else ""
    path = table_path(exercise)
    path.write_text(with_named(path.read_text(encoding="utf-8"), said), encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Mistakes that nobody declared, named or not")
    parser.add_argument("exercises", nargs="*", metavar="EXERCISE", default=EXERCISES)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all sentences as JSON")
    parser.add_argument("--write", action="store_true", help="keep all sentences in the tables")
    sys.exit(main(parser, measure))
