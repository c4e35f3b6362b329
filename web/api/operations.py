"""The door to flask-openapi: an operation's models are read, answered and documented as one."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import wraps
from http import HTTPStatus
from typing import Any, TypeVar, cast, get_type_hints

from flask import Response
from flask_openapi.blueprint import APIBlueprint
from flask_openapi.models.schema import Schema
from flask_openapi.models.tag import Tag
from flask_openapi.openapi import OpenAPI
from flask_openapi.utils import parse_rule

from core import VERSION
from web.access import scope_of
from web.api.answers import Answer, Problem
from web.api.arguments import FilterArguments
from web.api.filter_parameters import filter_parameters
from web.api.reading import READERS
from web.errors import PROBLEM_TYPE

View = TypeVar("View", bound=Callable[..., Response])

OPENAPI_VERSION = "3.1.1"
"""What most programs read; the library would say 3.2.0, of which we use nothing."""

ABOUT = """\
Product search that understands pictures. Errors are `application/problem+json` (RFC 9457) with a
stable `code` and, where one value is at fault, a `pointer` to it. A parameter that is not known
is refused, not ignored."""

PROBLEMS: Mapping[HTTPStatus, str] = {
    HTTPStatus.BAD_REQUEST: "Unreadable: `bad_request`.",
    HTTPStatus.UNAUTHORIZED: "`key_required`: this address opens to a key only; `key_refused`: "
    "the key that was sent is not known, has expired, or was revoked.",
    HTTPStatus.FORBIDDEN: "`scope_missing`: the key opens other addresses.",
    HTTPStatus.NOT_FOUND: "`product_not_found`, `upload_not_found`, `import_not_found`, "
    "`events_off`.",
    HTTPStatus.CONFLICT: "`busy`: another is being imported.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "`too_many_bytes` and `too_many_pixels` of a picture; "
    "`request_entity_too_large` of a whole request.",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "`not_an_image`, `unsupported_format`, "
    "`unsupported_media_type`.",
    HTTPStatus.UNPROCESSABLE_ENTITY: "Understood, but a value cannot be used; `pointer` names it.",
    HTTPStatus.TOO_MANY_REQUESTS: "`rate_limited`: try again after `Retry-After` seconds.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "`internal_error`: a fault of ours, without details.",
    HTTPStatus.SERVICE_UNAVAILABLE: "`overloaded`, `not_ready`, `no_generation`, "
    "`database_unavailable`: try again after `Retry-After` seconds.",
    HTTPStatus.INSUFFICIENT_STORAGE: "`insufficient_storage`: the server's disk is full.",
}

REFERENCE = "#/components/schemas/{model}"
_TEXT = {"schema": {"type": "string"}}
EVERY_HEADER = {
    "X-Request-Id": {"description": "The request's own, where it sent one.", **_TEXT},
    "Server-Timing": {"description": "Milliseconds of each stage and of the whole.", **_TEXT},
    "Cache-Control": _TEXT,
}
ETAG = {"ETag": {"description": "Changes with everything but the timings.", **_TEXT}}
RETRY = {"Retry-After": {"description": "Seconds.", "schema": {"type": "integer"}}}
PROBLEM_HEADERS: Mapping[HTTPStatus, dict[str, Any]] = {
    HTTPStatus.UNAUTHORIZED: {"WWW-Authenticate": _TEXT},
    HTTPStatus.FORBIDDEN: {"WWW-Authenticate": _TEXT},
    HTTPStatus.TOO_MANY_REQUESTS: {**RETRY, "RateLimit": _TEXT, "RateLimit-Policy": _TEXT},
    HTTPStatus.SERVICE_UNAVAILABLE: RETRY,
}

KEYS: dict[str, Any] = {
    "bearer": {"type": "http", "scheme": "bearer"},
    "header": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
}
"""How a key is sent; `vitrine keys make` makes one."""
ONE_KEY: list[dict[str, list[Any]]] = [{name: []} for name in KEYS]
KEYED = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.TOO_MANY_REQUESTS)
"""What every address may answer that keys and rates are held against."""


class Operations:
    """Binds views to addresses, and writes what they take and answer into the document.

    A view's annotations say what it takes: ``path``, ``query``, ``form`` and ``body`` are models of
    ``web.api.arguments``, read strictly (``web.api.reading``) before the view is called.
    """

    def __init__(self, name: str) -> None:
        self.blueprint = APIBlueprint(name, __name__)

    def get(
        self,
        rule: str,
        answer: type[Answer],
        *problems: HTTPStatus,
        tag: str,
        others: Mapping[HTTPStatus, type[Answer]] | None = None,
        cached: bool = True,
        is_open: bool = False,
    ) -> Callable[[View], View]:
        """Answer GET at an address; ``cached`` says that the answer has an entity tag.

        ``others`` are answers with more to tell than a plain problem. What ``is_open`` is
        held against no key and no rate (``web.access``).
        """
        problems = problems if is_open else (*problems, *KEYED)
        responses = _responses(answer, problems, cached=cached)
        for status, model in (others or {}).items():
            self._describe(model)
            responses[status.value] = _problem(status, model)
        self._describe(answer)
        return self._bind(self.blueprint.get, rule, responses, tag)

    def post(
        self,
        rule: str,
        answer: type[Answer],
        *problems: HTTPStatus,
        tag: str,
        status: HTTPStatus = HTTPStatus.OK,
        raw_body: str = "",
    ) -> Callable[[View], View]:
        """Answer POST at an address; the answer is never cached.

        ``raw_body`` describes a body that is no form and no JSON.
        """
        responses = _responses(answer, (*problems, *KEYED), cached=False, status=status)
        self._describe(answer)
        return self._bind(self.blueprint.post, rule, responses, tag, raw_body)

    def _describe(self, model: type[Answer]) -> None:
        """Put a model, and those it holds, among the document's schemas."""
        schema = model.model_json_schema(mode="serialization", ref_template=REFERENCE)
        schemas = {**schema.pop("$defs", {}), model.__name__: schema}
        self.blueprint.components_schemas.update(
            {name: Schema.model_validate(each) for name, each in schemas.items()}
        )

    def _bind(
        self,
        method: Callable[..., Any],
        rule: str,
        responses: dict[int, Any],
        tag: str,
        raw_body: str = "",
    ) -> Callable[[View], View]:
        extra: dict[str, Any] = {"request_body": _raw_body(raw_body)} if raw_body else {}
        if HTTPStatus.UNAUTHORIZED.value in responses:
            needs_key = scope_of(rule, requires_keys=False) is not None
            extra["security"] = ONE_KEY if needs_key else [{}, *ONE_KEY]

        def bind(view: View) -> View:
            reader = _reading_first(view)
            # The library makes a summary of the first line, and HTML of those that follow.
            summary, _, more = inspect.cleandoc(view.__doc__ or "").partition("\n")
            reader.__doc__ = summary
            method(
                rule,
                operation_id=view.__name__,
                description=" ".join(more.split()) or None,
                tags=[Tag(name=tag)],
                responses=responses,
                **extra,
            )(reader)
            if issubclass(get_type_hints(view).get("query", object), FilterArguments):
                item = self.blueprint.paths[parse_rule(rule)]
                item.get.parameters.extend(filter_parameters())
            return view

        return bind


def make_app(name: str, root_path: str) -> OpenAPI:
    """Make the application whose ``api_doc`` describes the operations that are registered."""
    app = OpenAPI(
        name,
        root_path=root_path,
        info={"title": "Vitrine", "version": VERSION, "description": ABOUT},
        servers=[{"url": "/"}],
        security_schemes=KEYS,
        doc_ui=False,
        # The library documents its own answer to a validation error where an operation has
        # none for this status; each of ours has one.
        validation_error_status=HTTPStatus.BAD_REQUEST.value,
        validation_error_model=Problem,
    )
    app.openapi_version = OPENAPI_VERSION
    return app


def _reading_first(view: Callable[..., Response]) -> Callable[..., Response]:
    """Read what a view takes before it is called, by our rules instead of the library's.

    Those would ignore repeated arguments, take " 7 " for a number, build the models' schemas
    anew for every request, and answer in words of their own.
    """
    models = {name: each for name, each in get_type_hints(view).items() if name in READERS}

    @wraps(view)
    def read_and_answer(**parts: str) -> Response:
        return view(**{name: READERS[name](model, parts) for name, model in models.items()})

    # What flask_openapi.validate_request sets on a view that reads its request itself.
    cast(Any, read_and_answer).__delay_validate_request__ = True
    return read_and_answer


def _responses(
    answer: type[Answer],
    problems: tuple[HTTPStatus, ...],
    *,
    cached: bool,
    status: HTTPStatus = HTTPStatus.OK,
) -> dict[int, Any]:
    headers = EVERY_HEADER | (ETAG if cached else {})
    found = {
        "description": inspect.cleandoc(answer.__doc__ or ""),
        "headers": headers,
        "content": {"application/json": {"schema": _reference(answer)}},
    }
    unchanged = {"description": "What `If-None-Match` names still holds.", "headers": headers}
    always = (HTTPStatus.BAD_REQUEST, HTTPStatus.INTERNAL_SERVER_ERROR)
    return {
        status.value: found,
        **({HTTPStatus.NOT_MODIFIED.value: unchanged} if cached else {}),
        **{status.value: _problem(status, Problem) for status in sorted({*always, *problems})},
    }


def _raw_body(description: str) -> dict[str, Any]:
    anything = {"schema": {"type": "string", "format": "binary"}}
    return {
        "description": description,
        "required": True,
        "content": {"application/octet-stream": anything},
    }


def _problem(status: HTTPStatus, model: type[Answer]) -> dict[str, Any]:
    return {
        "description": PROBLEMS[status],
        "headers": EVERY_HEADER | PROBLEM_HEADERS.get(status, {}),
        "content": {PROBLEM_TYPE: {"schema": _reference(model)}},
    }


def _reference(model: type[Answer]) -> dict[str, str]:
    return {"$ref": REFERENCE.format(model=model.__name__)}
