"""Requests into models, strictly; what is wrong with one is named by pointer and code."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar, get_origin

from flask import request
from pydantic import ValidationError
from pydantic.fields import FieldInfo
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import UnsupportedMediaType

from core.errors import InvalidQueryError
from search.filters_arguments import EXCLUDE, FILTER
from web.api.arguments import Arguments, Body, FilterArguments
from web.api.strict_json import read_object
from web.requests import form_fields, pointer_to, strict_arguments
from web.services import services

Model = TypeVar("Model", bound=Arguments)
JsonBody = TypeVar("JsonBody", bound=Body)

JSON = "application/json"

CODES: Mapping[str, tuple[str, str]] = {
    "not_a_number": ("not_a_number", "{name} must be a whole number."),
    "extra_forbidden": ("unknown_parameter", "There is no {name}."),
    "missing": ("missing", "{name} is missing."),
    "literal_error": ("not_a_flag", "{name} is 0 or 1."),
    "bool_type": ("not_a_flag", "{name} is true or false."),
    "float_parsing": ("not_a_number", "{name} must be a number."),
    "float_type": ("not_a_number", "{name} must be a number."),
    "int_type": ("not_a_number", "{name} must be a whole number."),
    "greater_than_equal": ("out_of_range", "{name} is smaller than it may be."),
    "less_than_equal": ("out_of_range", "{name} is larger than it may be."),
    "finite_number": ("out_of_range", "{name} is too large a number."),
    "string_type": ("not_text", "{name} must be text."),
    "list_type": ("not_a_list", "{name} must be a list."),
    "model_type": ("not_an_object", "{name} must be an object."),
    "too_long": ("too_many", "{name} holds too many."),
    "too_short": ("missing", "{name} holds nothing."),
}
"""What the models may find wrong: their own word for it, our code, and a sentence."""


def read_path(model: type[Model], parts: Mapping[str, str]) -> Model:
    """Read the parts of an address that are set by its caller."""
    return _read(model, parts)


def read_query(model: type[Model], parts: Mapping[str, str]) -> Model:
    """Read the arguments of a query string.

    Raises:
        InvalidQueryError: one is unknown, given twice, or not of its type.
    """
    return _read(model, _sorted_out(model, request.args))


def read_form(model: type[Model], parts: Mapping[str, str]) -> Model:
    """Read a multipart form, whose only file is called ``image``.

    Raises:
        InvalidQueryError: a field is unknown, given twice, or not of its type.
        UnsupportedMediaType: the body is no multipart form.
        BadRequest: a field is not UTF-8.
    """
    strict_arguments(request.args)
    fields = _sorted_out(model, form_fields(), "image")
    for name in request.files:
        if name != "image":
            sentence = "The picture belongs in the field 'image'."
            raise InvalidQueryError(f"/{name[:40]}", "unknown_parameter", sentence)
    return _read(model, {**fields, "image": request.files.get("image")})


def read_body(model: type[JsonBody], parts: Mapping[str, str]) -> JsonBody:
    """Read a JSON object.

    Raises:
        InvalidQueryError: a field is unknown, given twice, missing, or not of its type.
        UnsupportedMediaType: the body is not called JSON.
        BadRequest: it is no JSON object, or is nested too deeply.
    """
    strict_arguments(request.args)
    if request.mimetype != JSON:
        raise UnsupportedMediaType(f"Send {JSON}.")
    request.max_content_length = _most_bytes(model)
    return _read(model, read_object(request.get_data(cache=False), model.checked_levels))


def _sorted_out(model: type[Arguments], given: MultiDict[str, str], *others: str) -> dict[str, Any]:
    """Tell conditions, lists and single values apart; ``others`` are read elsewhere."""
    named, filters = MultiDict[str, str](), []
    for name, value in given.items(multi=True):
        if issubclass(model, FilterArguments) and name.startswith((FILTER, EXCLUDE)):
            filters.append((name, value))
        else:
            named.add(name, value)
    known = {
        name: each for name, each in model.model_fields.items() if name not in ("filters", *others)
    }
    lists = {
        name: tuple(named.poplist(name))
        for name, each in known.items()
        if name in named and _is_list(each)
    }
    values: dict[str, Any] = {**strict_arguments(named, *known), **lists}
    return values | {"filters": tuple(filters)} if filters else values


def _most_bytes(model: type[Body]) -> int:
    if model.max_bytes is not None:
        return model.max_bytes
    return services().settings.max_image_bytes * 3 // 2


def _is_list(field: FieldInfo) -> bool:
    return get_origin(field.annotation) is tuple


READERS: Mapping[str, Callable[[Any, Mapping[str, str]], Arguments]] = {
    "path": read_path,
    "query": read_query,
    "form": read_form,
    "body": read_body,
}


def _read(model: type[Model], values: Mapping[str, Any]) -> Model:
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise _first_of(error) from None


def _first_of(error: ValidationError) -> InvalidQueryError:
    """Tell the first thing that is wrong."""
    first = error.errors(include_url=False, include_context=False)[0]
    names = [str(part) for part in first["loc"]]
    code, sentence = CODES.get(first["type"], ("invalid", "{name}: " + first["msg"] + "."))
    return InvalidQueryError(pointer_to(*names), code, sentence.replace("{name}", ".".join(names)))
