"""Failures into answers: one table from classes to statuses, one shape for each audience."""

from __future__ import annotations

import errno
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus

from flask import Flask, Response, g, make_response, render_template, request
from werkzeug.exceptions import HTTPException

from core.errors import (
    BusyError,
    DatabaseUnavailableError,
    EventsOffError,
    ImageError,
    ImportNotFoundError,
    InvalidQueryError,
    KeyRefusedError,
    KeyRequiredError,
    NoGenerationError,
    NotReadyError,
    OverloadedError,
    ProductNotFoundError,
    RateLimitedError,
    ScopeMissingError,
    UploadNotFoundError,
    VitrineError,
)
from web.access import challenge
from web.api import answers

log = logging.getLogger(__name__)

STARTING_RETRY_S = 3

STATUSES: Mapping[type[VitrineError], HTTPStatus] = {
    InvalidQueryError: HTTPStatus.UNPROCESSABLE_ENTITY,
    ImageError: HTTPStatus.UNPROCESSABLE_ENTITY,
    ProductNotFoundError: HTTPStatus.NOT_FOUND,
    UploadNotFoundError: HTTPStatus.NOT_FOUND,
    OverloadedError: HTTPStatus.SERVICE_UNAVAILABLE,
    NotReadyError: HTTPStatus.SERVICE_UNAVAILABLE,
    NoGenerationError: HTTPStatus.SERVICE_UNAVAILABLE,
    KeyRequiredError: HTTPStatus.UNAUTHORIZED,
    KeyRefusedError: HTTPStatus.UNAUTHORIZED,
    ScopeMissingError: HTTPStatus.FORBIDDEN,
    RateLimitedError: HTTPStatus.TOO_MANY_REQUESTS,
    DatabaseUnavailableError: HTTPStatus.SERVICE_UNAVAILABLE,
    ImportNotFoundError: HTTPStatus.NOT_FOUND,
    EventsOffError: HTTPStatus.NOT_FOUND,
    BusyError: HTTPStatus.CONFLICT,
}
"""What is not in here is a fault of ours: 500, logged, and no word of it to the outside."""

IMAGE_STATUSES: Mapping[str, HTTPStatus] = {
    "too_many_bytes": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "too_many_pixels": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "not_an_image": HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    "unsupported_format": HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
}
"""Reasons of ``ImageError`` that have a status of their own."""

RETRY_S: Mapping[type[VitrineError], int] = {
    NotReadyError: STARTING_RETRY_S,
    NoGenerationError: 10,
    DatabaseUnavailableError: 10,
}

DISK_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})

HTTP_DETAILS: Mapping[int, str] = {
    404: "There is nothing at this address.",
    405: "This address does not take that method.",
    413: "What was sent is larger than this address takes.",
    500: "Something went wrong on our side. It has been noted.",
    507: "There is no room left to keep what was sent. Try again later.",
}
"""Sentences for people where Werkzeug's speak of servers and URLs."""

PROBLEM_TYPE = "application/problem+json"

_API_PATHS = ("/api/", "/healthz", "/readyz", "/metrics")


@dataclass(frozen=True, slots=True)
class Problem:
    """One failure, ready to be told."""

    status: HTTPStatus
    code: str
    detail: str
    pointer: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def to_answer(self) -> answers.Problem:
        """Shape it as RFC 9457 asks, with a stable code and the field it is about."""
        return answers.Problem(
            type=f"urn:vitrine:problem:{self.code}",
            title=self.status.phrase,
            status=self.status.value,
            detail=self.detail,
            code=self.code,
            request_id=g.get("request_id", ""),
            pointer=self.pointer,
        )


class PointedError(Exception):
    """What went wrong with one part of a body, and where that part stands."""

    def __init__(self, error: VitrineError, pointer: str) -> None:
        super().__init__(str(error))
        self.error = error
        self.pointer = pointer


def install_errors(app: Flask) -> None:
    """Answer every failure of an application, expected or not."""
    app.register_error_handler(Exception, _answer)


def problem_of(error: Exception) -> Problem:
    """Find what to tell about a failure."""
    if isinstance(error, HTTPException):
        return _http_problem(error)
    if isinstance(error, PointedError):
        return replace(problem_of(error.error), pointer=error.pointer)
    if isinstance(error, OSError) and error.errno in DISK_FULL:
        full = HTTPStatus.INSUFFICIENT_STORAGE
        return Problem(full, _snake(full.phrase), HTTP_DETAILS[full])
    status = next((STATUSES[each] for each in type(error).__mro__ if each in STATUSES), None)
    if status is None or not isinstance(error, VitrineError):
        return Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "internal_error", HTTP_DETAILS[500])
    if isinstance(error, ImageError):
        pointer = getattr(error, "pointer", "/image")
        return Problem(IMAGE_STATUSES.get(error.code, status), error.code, _detail(error), pointer)
    if isinstance(error, InvalidQueryError):
        return Problem(status, error.code, str(error), error.pointer)
    return Problem(status, _code(type(error)), _detail(error), headers=_headers(error))


def _answer(error: Exception) -> Response:
    problem = problem_of(error)
    if problem.code == "internal_error":
        log.error("request failed", exc_info=error, extra={"request_id": g.get("request_id", "")})
    elif problem.status is HTTPStatus.INSUFFICIENT_STORAGE:
        log.error("no room left: %s", error, extra={"request_id": g.get("request_id", "")})
    for_machines = request.path.startswith(_API_PATHS)
    response = _machine_answer(problem) if for_machines else _page_answer(problem, error)
    response.headers.update(problem.headers)
    response.headers["Cache-Control"] = "no-store"
    return response


def _machine_answer(problem: Problem) -> Response:
    body = problem.to_answer().model_dump_json(exclude_none=True)
    return Response(body, problem.status, mimetype=PROBLEM_TYPE)


def _page_answer(problem: Problem, error: Exception) -> Response:
    page = render_template(
        _template(error),
        problem=problem,
        text=_words(problem),
    )
    return make_response(page, problem.status)


def _words(problem: Problem) -> str:
    """Find the words to offer again, but not in a body that there was no room to read."""
    try:
        return (request.args if problem.status in (413, 507) else request.values).get("q", "")
    except HTTPException:
        return request.args.get("q", "")


def _template(error: Exception) -> str:
    if isinstance(error, NoGenerationError):
        return "no_catalogue.html"
    return "starting.html" if isinstance(error, NotReadyError) else "error.html"


def _http_problem(error: HTTPException) -> Problem:
    status = HTTPStatus(error.code or 500)
    headers = {
        name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After")
    }
    own_words = error.description if error.description != type(error).description else None
    detail = own_words or HTTP_DETAILS.get(status.value) or error.description or status.phrase
    code = "internal_error" if status.value == 500 else _snake(status.phrase)
    return Problem(status, code, detail, headers=headers)


def _headers(error: VitrineError) -> dict[str, str]:
    if told := challenge(error):
        return {"WWW-Authenticate": told}
    if isinstance(error, OverloadedError | RateLimitedError):
        return {"Retry-After": str(error.retry_after_s)}
    seconds = next((RETRY_S[each] for each in type(error).__mro__ if each in RETRY_S), None)
    return {} if seconds is None else {"Retry-After": str(seconds)}


def _detail(error: Exception) -> str:
    # These name folders, databases and decoders, for the person who runs the server.
    if isinstance(error, NoGenerationError):
        return "No catalogue is indexed yet."
    if isinstance(error, DatabaseUnavailableError):
        return "The catalogue's database cannot be reached at the moment."
    if isinstance(error, ImageError) and error.code == "damaged":
        return "The picture's file is damaged."
    return str(error)


def _code(kind: type[Exception]) -> str:
    """Name a class as APIs do: ``ProductNotFoundError`` is ``product_not_found``."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__.removesuffix("Error")).lower()


def _snake(phrase: str) -> str:
    return re.sub(r"[^a-z]+", "_", phrase.lower()).strip("_")
