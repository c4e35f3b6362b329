"""What can go wrong when a server is asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class VitrineClientError(Exception):
    """Any failure of a request."""


class UnreachableError(VitrineClientError):
    """No answer came: the server is not there, or too slow."""


class UnexpectedAnswerError(VitrineClientError):
    """Something answered, but not as Vitrine's API does."""


class ProblemError(VitrineClientError):
    """The server said why it does not answer (RFC 9457)."""

    def __init__(self, problem: Mapping[str, Any], retry_after_s: int | None) -> None:
        super().__init__(str(problem.get("detail") or problem.get("title") or "No reason given."))
        self.status = int(problem["status"])
        self.code = str(problem["code"])
        """Stable, for programs; expect ones that you do not know."""
        self.pointer: str | None = problem.get("pointer")
        """JSON Pointer to the value at fault; None where it is about none."""
        self.request_id = str(problem.get("request_id", ""))
        """Names the request in the server's log."""
        self.retry_after_s = retry_after_s
        """How long the server asks to wait; None where it does not say."""


class InvalidRequestError(ProblemError):
    """What was asked cannot be answered, however often it is asked."""


class RefusedError(ProblemError):
    """The server wants a key, knows another one, or has given this one no right to that."""


class NotFoundError(ProblemError):
    """The server has no such product, or no such address."""


class UnavailableError(ProblemError):
    """The server has too much to do, is starting, or has no room; later it may answer."""


class ServerFaultError(ProblemError):
    """The server failed; its log tells why, under the request's id."""


KINDS: Mapping[int, type[ProblemError]] = {
    401: RefusedError,
    403: RefusedError,
    404: NotFoundError,
    429: UnavailableError,
    503: UnavailableError,
    507: UnavailableError,
}


def kind_of(status: int) -> type[ProblemError]:
    """Choose the error for a status.

    >>> kind_of(422).__name__, kind_of(503).__name__, kind_of(500).__name__
    ('InvalidRequestError', 'UnavailableError', 'ServerFaultError')
    """
    return KINDS.get(status, InvalidRequestError if status < 500 else ServerFaultError)
