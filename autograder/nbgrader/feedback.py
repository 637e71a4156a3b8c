"""Pages of graded notebooks, for nbgrader's feedback and formgrader.

The release's pictures and the attachments of cells are embedded, and no other files. nbconvert can
embed pictures too. But it embeds any file that a student's markdown names and its check of paths
lets through, and it parses each piece of HTML alone, which breaks ``H<sub>2</sub>O``. Here the
notebook is rendered first. Pictures are then looked up by name among those of the release.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import nbgrader
from bs4 import BeautifulSoup
from jinja2 import pass_context
from nbconvert.exporters import Exporter, HTMLExporter
from nbconvert.filters.markdown_mistune import MarkdownWithMath
from nbgrader.converters import GenerateFeedback

from autograder.classroom.journal import read_report
from autograder.course import Course, CourseError
from autograder.exercise.visible import VISIBLE_FILE, VisibleFileError, read_visible
from autograder.faults import MachineFault
from autograder.nbgrader.embedded import Budget, Renderer
from autograder.nbgrader.feedback_page import feedback_page
from autograder.nbgrader.release import released_pictures
from autograder.nbgrader.working_folder import course_of

#: Where nbgrader has its templates.
_TEMPLATES = Path(nbgrader.__file__).parent / "server_extensions" / "formgrader" / "templates"


class FeedbackExporter(HTMLExporter):  # type: ignore[misc]
    """nbconvert's exporter. In our exercises it embeds pictures and no other files, and makes a
    page of our own in the place of nbgrader's feedback."""

    _pictures: Mapping[str, str] | None = None

    def from_notebook_node(self, nb: Any, resources: Any = None, **kw: Any) -> tuple[str, Any]:
        """Render the page of a notebook."""
        course = self._course_of(resources or {})
        self._pictures = (
            released_pictures(course.released / _assignment(resources)) if course else None
        )
        self._left = Budget()
        if course is not None and self._makes_feedback():
            nb, resources = Exporter.from_notebook_node(self, nb, resources, **kw)
            return self._feedback(nb, resources, course), resources
        page, resources = super().from_notebook_node(nb, resources, **kw)
        return (self._embedded(page, self._pictures) if self._pictures else page), resources

    def _course_of(self, resources: Mapping[str, Any]) -> Course | None:
        """The course, if the notebook is one of our exercises."""
        name = _assignment(resources)
        try:
            course = course_of(self)
        except CourseError:
            return None
        # Another notebook of the assignment is the instructor's.
        about = resources.get("nbgrader") or {}
        is_ours = course is not None and course.has_exercise(name)
        return course if is_ours and about.get("notebook", name) == name else None

    def _makes_feedback(self) -> bool:
        """Whether nbgrader's own template of feedback would be used. An instructor's stays."""
        return bool(
            self.template_name == "feedback"
            and self.extra_template_basedirs
            and Path(self.extra_template_basedirs[0]) == _TEMPLATES
        )

    def _feedback(self, notebook: Any, resources: Mapping[str, Any], course: Course) -> str:
        about = resources["nbgrader"]
        name, student = about["assignment"], about["student"]
        report, key = None, None
        try:
            report = read_report(course, name, student)
            key = read_visible(course.released / name / VISIBLE_FILE)
        except (CourseError, VisibleFileError, MachineFault) as error:
            self.log.warning("The feedback of %s is made without its report: %s", student, error)
        return feedback_page(notebook, about, self._pictures or {}, report if key else None, key)

    def _embedded(self, page: str, pictures: Mapping[str, str]) -> str:
        soup = BeautifulSoup(page, features="html.parser")
        for image in soup.find_all("img", src=True):
            picture = pictures.get(unquote(str(image["src"])).removeprefix("./"))
            if picture is not None and self._left.take(len(picture)):
                image["src"] = picture
        return str(soup)

    @pass_context
    def markdown2html(self, context: Any, source: str) -> str:
        """Markdown as HTML, with the cell's attachments embedded."""
        if self._pictures is None:
            return str(super().markdown2html(context, source))
        renderer = Renderer(
            escape=False,
            attachments=context.get("cell", {}).get("attachments", {}),
            anchor_link_text=self.anchor_link_text,
            exclude_anchor_links=self.exclude_anchor_links,
            **self.lexer_options,
        )
        renderer.left = self._left
        return str(MarkdownWithMath(renderer=renderer).render(source))


def _assignment(resources: Mapping[str, Any]) -> str:
    about = resources.get("nbgrader") or {}
    return str(about.get("assignment") or resources.get("assignment_id"))


class CompleteFeedback(GenerateFeedback):  # type: ignore[misc]
    """nbgrader's converter, which also makes again what an earlier run that was killed left of our
    exercises without a page or with half of one. nbgrader skips every folder that exists."""

    def init_destination(self, assignment_id: str, student_id: str) -> bool:
        """Whether to make the pages of a submission."""
        folder = Path(self._format_dest(assignment_id, student_id))
        pages = [folder / f"{Path(n).stem}{self.exporter.file_extension}" for n in self.notebooks]
        excluded = student_id in self.coursedir.student_id_exclude.split(",")
        complete = not folder.is_dir() or all(map(self._is_whole, pages))
        if self.force or excluded or complete or not self._is_ours(assignment_id):
            return bool(super().init_destination(assignment_id, student_id))
        self.log.warning("Making the pages again that an earlier run did not finish: %s", folder)
        return True

    def _is_ours(self, assignment_id: str) -> bool:
        try:
            course = course_of(self)
        except CourseError:  # which its exporter tells
            return False
        return course is not None and course.has_exercise(assignment_id)

    def _is_whole(self, page: Path) -> bool:
        if not page.is_file():
            return False
        if not isinstance(self.exporter, FeedbackExporter):
            return True
        with open(page, "rb") as stream:
            stream.seek(-min(page.stat().st_size, 100), os.SEEK_END)
            return stream.read().rstrip().endswith(b"</html>")
