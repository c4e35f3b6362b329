"""What every command does alike."""

import click
import pytest
from click.testing import CliRunner

from core.errors import GateRefusedError, SnapshotError
from core.terminal import VitrineGroup, emit, table


@click.group(cls=VitrineGroup)
def group() -> None: ...


@group.command()
@click.argument("kind")
def fail(kind: str) -> None:
    if kind == "named":
        raise SnapshotError("The generation is damaged.")
    if kind == "disk":
        raise OSError(28, "No space left on device", "/home/shop/file")
    if kind == "refused":
        raise GateRefusedError("f" * 64, ("It is worse.",))
    raise RuntimeError("a mistake of ours")


def test_a_named_failure_is_one_sentence_and_exit_1() -> None:
    result = CliRunner().invoke(group, ["fail", "named"])
    assert (result.exit_code, result.output) == (1, "vitrine: The generation is damaged.\n")


def test_a_refused_model_has_an_exit_status_of_its_own() -> None:
    result = CliRunner().invoke(group, ["fail", "refused"])
    assert result.exit_code == 3
    assert "ffffffffffff is not promoted. It is worse." in result.output


def test_a_full_disk_is_one_sentence_that_names_the_file() -> None:
    result = CliRunner().invoke(group, ["fail", "disk"])
    expected = "vitrine: No space left on device (/home/shop/file)\n"
    assert (result.exit_code, result.output) == (1, expected)


def test_a_mistake_of_ours_is_not_hidden() -> None:
    assert isinstance(CliRunner().invoke(group, ["fail", "else"]).exception, RuntimeError)


def test_a_table_is_aligned() -> None:
    assert table([("a", 10), ("bcd", 2)], ("x", "y")) == "x    y\na    10\nbcd  2"
    assert table([]) == ""


def test_json_is_printed_for_machines(capsys: pytest.CaptureFixture[str]) -> None:
    emit({"é": 1}, "text", as_json=True)
    assert capsys.readouterr().out == '{\n  "é": 1\n}\n'
