"""docs/api.md says what is so: its examples are asked, its lists held against the code."""

from __future__ import annotations

import ast
import io
import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from catalog.image_store import ImageStore
from core.settings import Settings
from tests.web.api_shop import served_shop
from tests.web.conformance import CheckingClient, Document
from tests.web.uploading import RED_JPEG
from web.api.cors import READABLE
from web.api.operations import PROBLEMS
from web.api.reading import CODES
from web.app import create_app

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(sh|json)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
NOT_THE_SAME = {"score", "took_ms", "timings_ms", "generation", "next_cursor", "request_id"}
"""What differs from one run or machine to the next; its type does not."""
INSIDE = {"url_images_off", "path_absolute", "outside_root", "not_a_file", "unreadable"}
"""Reasons of pictures in feeds, which no request meets."""


def commands() -> Iterator[list[str]]:
    for kind, block in BLOCKS:
        if kind == "sh":
            for command in block.split("\ncurl "):
                yield shlex.split(command.removeprefix("curl "))


def examples() -> Iterator[tuple[list[str], Any]]:
    """Pair each answer with the last command before it."""
    asked: list[str] = []
    for kind, block in BLOCKS:
        if kind == "sh":
            asked = shlex.split(block.split("\ncurl ")[-1].removeprefix("curl "))
        else:
            yield asked, json.loads(block)


@pytest.fixture(scope="module")
def shop_client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    settings = Settings(home=tmp_path_factory.mktemp("shop"), index="numpy", threads=1)
    with served_shop(settings) as engine:
        app = create_app(settings, engine, ImageStore(settings.images))
        app.test_client_class = CheckingClient
        yield app.test_client()


def ask(client: FlaskClient, command: list[str]) -> TestResponse:
    """Ask what a command of curl would."""
    words, fields = list(command), dict[str, Any]()
    address, headers, data = "", {}, None
    while words:
        match words.pop(0):
            case "-H":
                name, _, value = words.pop(0).partition(": ")
                headers[name] = value
            case "-d":
                data = words.pop(0)
            case "-F":
                name, _, value = words.pop(0).partition("=")
                is_file = value.startswith("@")
                fields[name] = (io.BytesIO(RED_JPEG), value[1:]) if is_file else value
            case word:
                assert not address, command
                address = word
    parts = urlsplit(address)
    assert (parts.scheme, parts.netloc) == ("http", "127.0.0.1:8000")
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    if data is None and not fields:
        return client.get(path, headers=headers)
    return client.post(path, headers=headers, data=data or fields)


def compared(told: Any, answered: Any, name: str = "") -> Any:
    """Give the answer, with what need not be the same as it is told."""
    if isinstance(told, dict) and isinstance(answered, dict) and name not in NOT_THE_SAME:
        return {key: compared(told.get(key), each, key) for key, each in answered.items()}
    if isinstance(told, list) and isinstance(answered, list) and len(told) == len(answered):
        return [compared(*pair, name) for pair in zip(told, answered, strict=True)]
    if name in NOT_THE_SAME and type(told) is type(answered):
        return told
    if isinstance(told, str) and isinstance(answered, str) and "…" in told:
        pattern = ".*".join(map(re.escape, told.split("…")))
        return told if re.fullmatch(pattern, answered) else answered
    return answered


@pytest.mark.parametrize("command", list(commands()), ids=lambda command: " ".join(command)[-40:])
def test_every_command_is_answered(shop_client: FlaskClient, command: list[str]) -> None:
    response = ask(shop_client, command)
    assert response.status_code == (422 if "per_page=1000" in command[0] else 200), response.text
    answer = response.get_json()
    if "hits" in answer:
        assert answer["hits"] or answer["relaxations"]


@pytest.mark.parametrize(("command", "told"), list(examples()))
def test_every_answer_is_the_one_that_is_shown(
    shop_client: FlaskClient, command: list[str], told: Any
) -> None:
    answered = ask(shop_client, command).get_json()
    if isinstance(told, list):
        answered = answered["relaxations"]
    expected = compared(told, answered)
    if "hits" in answered:
        assert list(told) == list(answered), "members in another order"
    assert told == expected


def test_every_address_is_in_the_list(app: Flask) -> None:
    told = set(re.findall(r"`(GET|POST) (/[^`]+)`", PAGE.split("\n## ")[0]))
    paths = Document(app).content["paths"]
    asked = {(method.upper(), path) for path, methods in paths.items() for method in methods}
    here = {("GET", "/api/v1/openapi.json"), ("GET", "/api/v1/docs")}
    assert told == asked | here


def test_every_parameter_is_told(app: Flask) -> None:
    paths = Document(app).content["paths"]
    named = {
        each["name"].partition(".")[2] or each["name"]
        for path in paths if "/catalogue/" not in path
        for operation in paths[path].values()
        for each in operation.get("parameters", ())
    } - {"conditions"}  # fmt: skip
    untold = {name for name in named if not re.search(rf"`(?:[^`]*\W)?{name}(?:\W[^`]*)?`", PAGE)}
    assert untold == set()


def codes_in(folder: Path) -> Iterator[str]:
    """List the codes that errors are made with."""
    places = {"InvalidQueryError": 1, "ImageError": 0}
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                at = places.get(node.func.id)
                if at is not None and len(node.args) > at:
                    code = node.args[at]
                    if isinstance(code, ast.Constant):
                        yield str(code.value)


def test_every_code_is_in_the_list(app: Flask) -> None:
    section = PAGE.partition("## Errors")[2].partition("\n## ")[0]
    told = set(re.findall(r"`(\w+)`", section))
    made = {code for name in ("search", "web", "catalog") for code in codes_in(ROOT / name)}
    documented = set(re.findall(r"`([a-z]+_[a-z_]+)`", " ".join(PROBLEMS.values())))
    assert (made | documented | {code for code, _ in CODES.values()}) - INSIDE - told == set()
    statuses = set(re.findall(r"^\| (\d{3}) \|", section, re.MULTILINE))
    assert {str(status.value) for status in PROBLEMS} <= statuses


def test_every_header_that_other_pages_may_read_is_told() -> None:
    section = PAGE.partition("## From other sites' pages")[2]
    assert set(READABLE.split(", ")) <= set(re.findall(r"`([\w-]+)`", section))
