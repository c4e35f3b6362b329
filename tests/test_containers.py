"""There is no container engine in the tests: the files are read, and all they name must exist."""

import re
import shlex
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from cli import vitrine
from core.settings import Settings

ROOT = Path(__file__).parent.parent
COMPOSE = ROOT / "docker-compose.yml"
GPU = ROOT / "docker-compose.gpu.yml"
DOCKERFILE = (ROOT / "Dockerfile").read_text()
VARIABLES = {row[0] for row in Settings().rows()}


def services(path: Path) -> dict[str, dict[str, Any]]:
    return dict(yaml.safe_load(path.read_text())["services"])


def find_command(words: list[str]) -> None:
    """Parse a command line down to its options; raises where one does not exist."""
    assert words[0] == "vitrine"
    command: click.Command = vitrine
    rest = words[1:]
    context = click.Context(command, info_name="vitrine")
    while isinstance(command, click.Group):
        found = command.get_command(context, rest[0])
        assert found is not None, f"there is no command {words}"
        command, rest = found, rest[1:]
        context = click.Context(command, parent=context)
    options = {option for each in command.params for option in each.opts}
    assert {word for word in rest if word.startswith("-")} <= options


@pytest.mark.parametrize("name", [n for n, s in services(COMPOSE).items() if n != "database"])
def test_every_command_of_a_service_exists(name: str) -> None:
    find_command(services(COMPOSE)[name]["command"])


def test_the_images_own_command_exists() -> None:
    (command,) = re.findall(r"^CMD (\[.*\])$", DOCKERFILE, re.MULTILINE)
    find_command(yaml.safe_load(command))


def test_every_variable_exists_in_the_program() -> None:
    named = {
        variable
        for service in services(COMPOSE).values()
        for variable in service.get("environment", {})
        if variable.startswith("VITRINE_")
    } | set(re.findall(r"\b(VITRINE_\w+)=", DOCKERFILE))
    assert named
    assert named <= VARIABLES


def test_values_of_variables_are_accepted() -> None:
    Settings.load(
        {
            variable: re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", str(value))
            for service in services(COMPOSE).values()
            for variable, value in service.get("environment", {}).items()
            if variable.startswith("VITRINE_")
        }
    )


def test_the_healthcheck_asks_a_route_that_exists() -> None:
    assert "/readyz" in DOCKERFILE
    assert '"/readyz"' in (ROOT / "web" / "api" / "views.py").read_text()


def test_jobs_run_only_when_asked_for() -> None:
    jobs = {name for name, each in services(COMPOSE).items() if each.get("profiles")}
    assert jobs == {"import", "reindex", "finetune", "watch"}


def test_the_gpu_file_overrides_services_that_exist_and_asks_for_a_gpu() -> None:
    overrides = services(GPU)
    assert set(overrides) <= set(services(COMPOSE))
    for each in overrides.values():
        (device,) = each["deploy"]["resources"]["reservations"]["devices"]
        assert device["capabilities"] == ["gpu"]
        assert (ROOT / each["build"]["args"]["REQUIREMENTS"]).is_file()


def test_every_file_that_the_image_copies_exists() -> None:
    for line in re.findall(r"^COPY (.*) \S+$", DOCKERFILE, re.MULTILINE):
        assert all((ROOT / name).exists() for name in shlex.split(line))
