"""Release feedback where some of the work did not come through the exchange."""

from __future__ import annotations

from pathlib import Path

from nbgrader.exchange.default import ExchangeReleaseFeedback

#: What `nbgrader submit` adds to the work, and nbgrader tells by whose feedback is whose.
NEEDED = ("submission_secret.txt", "timestamp.txt")


class ReleaseFeedback(ExchangeReleaseFeedback):  # type: ignore[misc]
    """Nbgrader's, which stops with a traceback at such work, so that others get no feedback."""

    def copy_files(self) -> None:
        """Release the others, and name those who need their page in another way."""
        folder, name = self.coursedir, self.coursedir.assignment_id
        excluded = {each for each in folder.student_id_exclude.split(",") if each}
        # The folder of a page is feedback/<student>/<assignment>, in whichever order it is set.
        student_at = Path(folder.format_path(folder.feedback_directory, "*", name)).parts.index("*")
        without = {
            page.parts[student_at]
            for page in Path("/").glob(str(Path(self.src_path, "*.html")).lstrip("/"))
            if not all((page.parent / each).is_file() for each in NEEDED)
        } - excluded
        before = folder.student_id_exclude
        folder.student_id_exclude = ",".join(sorted(excluded | without))
        try:
            super().copy_files()
        finally:
            folder.student_id_exclude = before
        if without:
            self.log.warning(
                "No feedback was released to %s: their work did not come through the exchange. "
                "Send them their page, %s",
                ", ".join(sorted(without)),
                Path(
                    folder.format_path(folder.feedback_directory, "<student>", name), f"{name}.html"
                ),
            )
