"""From ``solutions/`` to ``assignments/`` and the gradebook, with nbgrader's own converter."""

from __future__ import annotations

import glob
import shutil
from dataclasses import replace
from pathlib import Path

import nbformat
from nbgrader.converters import GenerateAssignment
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from autograder.authoring.given_code import given_cells
from autograder.authoring.notebook import as_script, source_notebook
from autograder.authoring.ours import Ours
from autograder.authoring.wheel import install_text, write_wheel
from autograder.course import Course, CourseError
from autograder.exercise.error import EXERCISE, ExerciseError
from autograder.exercise.solution import Solution, load_solution
from autograder.exercise.visible import VISIBLE_FILE, write_visible
from autograder.files import NewFiles, naming, scratch_folder
from autograder.judge.checks import require_known
from autograder.nbgrader.api import nbgrader_quiet, set_due_date
from autograder.nbgrader.config import configure
from autograder.nbgrader.given_code import GIVEN

#: Hidden instances are drawn, which proves that they can be, but not written. Any key will do.
_ANY_KEY = b"build"


def build(course: Course, name: str) -> list[Path]:
    """Build an assignment into the course and its gradebook; returns the files for students.

    Raises `CourseError` or `ExerciseError`, whose message says what to change.
    """
    # What an earlier build released may have been made by an earlier version.
    solution = replace(load_solution(course, name), released=None)
    source, released = course.root / course.source_directory / name, course.released / name
    ours = Ours(course, name)
    with scratch_folder() as scratch:
        with naming(scratch):
            made = make_release(course, solution, scratch)
        with NewFiles(source) as new_source, NewFiles(released) as new_release:
            names = _add_files(made, new_source)
            names |= _add_files(scratch / course.release_directory / name, new_release)
            # All files are on the disk. The gradebook may refuse the change, and none is put
            # before.
            with ours.announced(names):
                _into_gradebook(course, name, scratch)
                set_due_date(course, name)
            new_source.put()
            new_release.put()
        ours.leave_only(names)
    return sorted(released / each for each in names if (released / each).exists())


def _add_files(folder: Path, new: NewFiles) -> set[str]:
    names = {path.name for path in folder.iterdir()}
    for name in names:
        new.add(name, folder / name)
    return names


def _into_gradebook(course: Course, name: str, scratch: Path) -> None:
    try:
        _generate(course, name, scratch, database=True)
    except CourseError as error:
        if "Cannot add or remove cells" not in str(error):
            raise
        raise CourseError(
            f"{name} has submissions in the gradebook, and nbgrader takes no other cells then: "
            "points, texts and tests may change, but no function or question may be added, removed "
            f"or renamed. Nothing was changed. Give the exercise another name, or forget all its "
            f"grades, those given by hand too, with `nbgrader db assignment remove {name} --force`."
        ) from error


def make_release(course: Course, solution: Solution, scratch: Path) -> Path:
    """Make everything in a scratch folder, without a gradebook; returns the source folder.

    The files for students are beside it, in the course's release directory.
    """
    with solution.placing():
        require_known(solution.exercise)
        return _make_release(course, solution, scratch)


def _make_release(course: Course, solution: Solution, scratch: Path) -> Path:
    # First, so that what cannot be judged at all is told before what is wrong with a cell.
    visible = write_visible(solution.answer_key(_ANY_KEY))
    name = solution.name
    source, releases = scratch / course.source_directory / name, scratch / course.release_directory
    source.mkdir(parents=True)
    _copy_files(solution, course.solutions / name, source)
    notebook = source_notebook(solution)
    for function, code in given_cells(solution).items():
        next(cell for cell in notebook.cells if cell.id == function).metadata[GIVEN] = code
    if course.ship_checker:
        text = install_text(write_wheel(course, source))
        notebook.cells.insert(0, nbformat.v4.new_markdown_cell(text, id="install"))
    nbformat.write(notebook, source / f"{name}.ipynb")
    _generate(course, name, scratch, database=False)
    released = nbformat.read(releases / name / f"{name}.ipynb", as_version=4)
    (source / f"{name}.py").write_text(as_script(released), encoding="utf-8")
    (source / VISIBLE_FILE).write_text(visible, encoding="utf-8")
    shutil.rmtree(releases)
    _generate(course, name, scratch, database=False)
    return source


def _copy_files(solution: Solution, folder: Path, into: Path) -> None:
    secret = ("exercise.py", "mistakes.py", f"{solution.name}.py")
    for file in (*solution.exercise.files, *solution.exercise.data):
        path = folder / file
        if path.parent != folder or file in secret or not path.is_file():
            raise ExerciseError(
                f"files: there is no {file!r} for students in {folder}.", *(EXERCISE, "files")
            )
        shutil.copyfile(path, into / file)


def _generate(course: Course, name: str, root: Path, database: bool) -> None:
    """Run nbgrader's GenerateAssignment in ``root``, from the source to the release directory."""
    config = Config()
    configure(config, course)
    config.CourseDirectory.root = str(root)
    config.CourseDirectory.assignment_id = name
    # Without a notebook's name nbgrader would remove all others from the gradebook.
    config.CourseDirectory.notebook_id = glob.escape(name)
    config.CourseDirectory.db_url = course.gradebook_url
    if not database:
        config.CourseDirectory.db_url = "sqlite://"
        config.GenerateAssignment.no_database = True
        config.SaveCells.enabled = False
        config.GenerateAssignment.create_assignment = False
    with nbgrader_quiet(f"nbgrader generate_assignment {name}"):
        converter = GenerateAssignment(coursedir=CourseDirectory(config=config), config=config)
        converter.force = True
        converter.start()
