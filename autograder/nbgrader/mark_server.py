"""The page on which an instructor marks written answers, served to this machine only.

Whoever has its address may mark, so that it holds a secret. Nothing is kept here: every mark is
written to the gradebook at once, and every page is made from it.
"""

from __future__ import annotations

import hmac
import json
import secrets
import sys
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock
from typing import Any

from autograder.course import Course
from autograder.display.page import template
from autograder.faults import Refusal, log_fault, log_of, sentence
from autograder.nbgrader.answer_sheet import AnswerSheet
from autograder.nbgrader.hand_marks import (
    HandMarks,
    MarkedMeanwhile,
    read_comment,
    read_points,
    shown_points,
    waiting,
)

_HOST = "127.0.0.1"
_MAX_BODY = 200_000
_FIELDS = ("id", "digest", "seen", "points", "comment")
_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
#: `cell_html` lets no script of a student's through, and a browser runs none without the nonce.
_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'nonce-{nonce}'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class MarkServer(ThreadingHTTPServer):
    """Serves one assignment's written answers until it is shut down."""

    def __init__(self, course: Course, name: str, marks: HandMarks, port: int, names: bool) -> None:
        """Listen on a port, or on any free one for 0. With ``names`` students' ids are shown."""
        self.sheet = AnswerSheet(course, name)
        self._course, self._name, self._marks, self._names = course, name, marks, names
        self._secret = secrets.token_urlsafe(24)
        self._lock = Lock()  # of the database
        self.saved = 0
        super().__init__((_HOST, port), _Handler)

    @property
    def address(self) -> str:
        """The address to open in a browser."""
        return f"http://{_HOST}:{self.server_port}/{self._secret}/"

    def asked(self, path: str) -> str | None:
        """What a request asks for, below the secret; None without it."""
        secret, slash, rest = path.removeprefix("/").partition("/")
        is_known = hmac.compare_digest(secret.encode(), self._secret.encode())
        return rest if is_known and slash else None

    def waiting(self) -> int:
        """How many answers wait for a mark."""
        with self._lock:
            return sum(waiting(self._marks.of(question)) for question in self.sheet.questions)

    def page(self, question: str, nonce: str) -> str:
        """The page of a question, or of the first one with an answer that waits for ""."""
        with self._lock:
            marks = {each: self._marks.of(each) for each in self.sheet.questions}
        counts = {each: waiting(found) for each, found in marks.items()}
        question = question or next((q for q, n in counts.items() if n), self.sheet.questions[0])
        shown = self.sheet.shown(marks[question])
        return template("mark.html").render(
            assignment=self._name,
            nonce=nonce,
            question=question,
            questions=[(each, self.sheet.title(each), counts[each]) for each in counts],
            title=self.sheet.title(question),
            task=self.sheet.task(question),
            reference=self.sheet.reference(question),
            answers=shown,
            left_out=len(marks[question]) - len(shown),
            waiting=counts[question],
            names=self._names,
            typed=shown_points,
        )

    def save(self, asked: bytes) -> dict[str, Any]:
        """Write a mark; raises `Refusal` or another foreseen error where it is not written."""
        try:
            values = json.loads(asked)
            grade_id, digest, seen, points, text = (str(values[key]) for key in _FIELDS)
        except (ValueError, TypeError, LookupError, RecursionError):
            raise Refusal("This is no mark.") from None
        with self._lock:
            marked = self._marks.find(grade_id)
            if not digest or digest != self.sheet.answer(marked).digest:
                raise Refusal("The answer is another one now. Reload the page to see it.")
            given = read_points(points), read_comment(text)
            mark = self._marks.save(grade_id, seen, *given).mark
            left = waiting(self._marks.of(marked.question))
        self.saved += 1
        return {"seen": mark.seen, "points": shown_points(mark), "waits": mark.waits, "left": left}

    def told(self, error: Exception) -> str:
        """An error in a sentence; the traceback of an unforeseen one is logged."""
        about = f"autograder mark {self._name}"
        return sentence(error) or log_fault(log_of(self._course.root, self._name), about, error)

    def handle_error(self, *about: object) -> None:
        """Say what went wrong with a request, unless it is that the browser went away."""
        error = sys.exception()
        if isinstance(error, Exception) and not isinstance(error, (ConnectionError, TimeoutError)):
            print(self.told(error), file=sys.stderr)


class _Handler(BaseHTTPRequestHandler):
    server: MarkServer
    server_version, sys_version = "autograder", ""
    timeout = 60

    def do_GET(self) -> None:
        asked = self.server.asked(self.path)
        if asked is None or (asked and asked not in self.server.sheet.questions):
            self._answer(HTTPStatus.NOT_FOUND, "Not found.", "text/plain")
            return
        nonce = secrets.token_urlsafe(16)
        policy = _POLICY.format(nonce=nonce)
        try:
            page = self.server.page(asked, nonce)
        except Exception as error:
            told = self.server.told(error)
            self._answer(HTTPStatus.SERVICE_UNAVAILABLE, told, "text/plain")
        else:
            self._answer(HTTPStatus.OK, page, "text/html", {"Content-Security-Policy": policy})

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        is_small = length.isascii() and length.isdigit() and int(length) <= _MAX_BODY
        if self.server.asked(self.path) != "mark" or not is_small:
            self._answer(HTTPStatus.NOT_FOUND, "{}", "application/json")
            return
        status, told = self._saved(self.rfile.read(int(length)))
        self._answer(status, json.dumps(told), "application/json")

    def _saved(self, body: bytes) -> tuple[HTTPStatus, dict[str, Any]]:
        try:
            return HTTPStatus.OK, self.server.save(body)
        except MarkedMeanwhile as error:
            seen = error.mark.seen
            return HTTPStatus.CONFLICT, {"message": str(error), "seen": seen}
        except Exception as error:
            wrong = isinstance(error, Refusal)
            status = HTTPStatus.BAD_REQUEST if wrong else HTTPStatus.SERVICE_UNAVAILABLE
            return status, {"message": self.server.told(error)}

    def _answer(
        self, status: HTTPStatus, text: str, kind: str, more: dict[str, str] | None = None
    ) -> None:
        data = text.encode(errors="replace")
        self.send_response(status)
        headers = {**_HEADERS, **(more or {}), "Content-Length": str(len(data))}
        for name, value in {"Content-Type": f"{kind}; charset=utf-8", **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *about: object) -> None:
        """Say nothing: the terminal is for what the instructor has to know."""
