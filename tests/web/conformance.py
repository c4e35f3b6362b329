"""Answers held against the document that describes them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
from flask import Flask
from flask.testing import FlaskClient
from schemathesis.specs.openapi.definitions import OPENAPI_31
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

Pair = tuple[str, int]
"""An operation's id, and a status that it answers."""


class Document:
    """The API's document, with its objects closed: what it does not name must not be sent."""

    def __init__(self, app: Flask) -> None:
        self.content: dict[str, Any] = app.test_client().get("/api/v1/openapi.json").get_json()
        self._app = app
        schemas = self.content["components"]["schemas"]
        self._closed = {name: _closed(schema) for name, schema in schemas.items()}

    def problems(self) -> list[str]:
        """Hold the document itself against the OpenAPI specification's schema."""
        found = jsonschema_rs.validator_for(OPENAPI_31).iter_errors(self.content)
        return [f"{error.instance_path}: {error.message}" for error in found]

    def operations(self, *tags: str) -> dict[str, dict[str, Any]]:
        """List the operations with one of some tags, by their ids."""
        return {
            operation["operationId"]: operation
            for path in self.content["paths"].values()
            for operation in path.values()
            if set(tags) & set(operation["tags"])
        }

    def pairs(self, *tags: str) -> set[Pair]:
        """List every status of the operations with one of some tags."""
        return {
            (name, int(status))
            for name, operation in self.operations(*tags).items()
            for status in operation["responses"]
        }

    def check(self, response: TestResponse) -> Pair | None:
        """Hold an answer against its operation; tell which it was, None where it was none."""
        operation = self._operation(response)
        if operation is None:
            return None
        pair = (operation["operationId"], response.status_code)
        described = operation["responses"].get(str(response.status_code))
        assert described is not None, f"{pair} is not documented: {response.text}"
        missing = set(described.get("headers", {})) - set(dict(response.headers))
        assert missing == set(), f"{pair} lacks headers: {missing}"
        if "content" not in described:
            assert response.data == b"", pair
        elif response.request.method != "HEAD":
            assert response.mimetype in described["content"], f"{pair}: {response.mimetype}"
            schema = described["content"][response.mimetype]["schema"]
            root = {**schema, "components": {"schemas": self._closed}}
            jsonschema_rs.Draft202012Validator(root).validate(response.get_json())
        return pair

    def _operation(self, response: TestResponse) -> dict[str, Any] | None:
        environ = response.request.environ
        try:
            rule, _ = self._app.url_map.bind_to_environ(environ).match(return_rule=True)
        except HTTPException:
            return None
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
        method = environ["REQUEST_METHOD"].lower().replace("head", "get")
        found: dict[str, Any] | None = self.content["paths"].get(path, {}).get(method)
        return found


class CheckingClient(FlaskClient):
    """Holds every answer of the API against the document."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        response = super().open(*args, **kwargs)
        if response.request.path != "/api/v1/openapi.json":
            self._document().check(response)
        return response

    def _document(self) -> Document:
        extensions = self.application.extensions
        if "document" not in extensions:
            extensions["document"] = Document(self.application)
        found: Document = extensions["document"]
        return found


def objects(schema: Any) -> Iterator[dict[str, Any]]:
    """List the objects with named properties in a schema."""
    if isinstance(schema, dict):
        if "properties" in schema:
            yield schema
        for each in schema.values():
            yield from objects(each)
    elif isinstance(schema, list):
        for each in schema:
            yield from objects(each)


def _closed(schema: dict[str, Any]) -> dict[str, Any]:
    for each in objects(schema):
        each.setdefault("additionalProperties", False)
    return schema
