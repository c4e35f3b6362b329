"""One place that reads the environment."""

from pathlib import Path

import pytest

from core.errors import HomeError, SettingsError
from core.settings import Settings, prepare_process


def test_command_line_wins_over_environment_wins_over_default() -> None:
    settings = Settings.load(
        {"VITRINE_PORT": "81", "VITRINE_HOST": "0.0.0.0"}, {"port": 82, "home": None}
    )
    assert (settings.port, settings.host, settings.home) == (82, "0.0.0.0", Path("var"))
    sources = {row[0]: row[2] for row in settings.rows()}
    assert sources["VITRINE_PORT"] == "command line"
    assert sources["VITRINE_HOST"] == "VITRINE_HOST"
    assert sources["VITRINE_HOME"] == "default"


@pytest.mark.parametrize(
    ("variable", "value", "expected"),
    [
        ("VITRINE_PORT", "x", "a whole number from 1 to 65535"),
        ("VITRINE_PORT", "70000", "a whole number from 1 to 65535"),
        ("VITRINE_INDEX", "annoy", "one of auto, numpy, faiss-cpu, faiss-gpu"),
        ("VITRINE_LOG_JSON", "yes", "1 (yes) or 0 (no)"),
        ("VITRINE_POTR", "81", "no such setting exists"),
    ],
)
def test_a_value_that_cannot_be_used_is_one_sentence(
    variable: str, value: str, expected: str
) -> None:
    with pytest.raises(SettingsError) as raised:
        Settings.load({variable: value})
    message = str(raised.value)
    assert variable in message
    assert repr(value) in message
    assert expected in message


def test_a_password_is_masked_and_the_rest_of_the_url_is_shown() -> None:
    settings = Settings.load({"VITRINE_DATABASE_URL": "postgresql://shop:s3cret@db/vitrine"})
    shown = {row[0]: row[1] for row in settings.rows()}
    assert shown["VITRINE_DATABASE_URL"] == "postgresql://shop:********@db/vitrine"


def test_all_state_lies_under_home(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    folders = (settings.images, settings.embeddings, settings.generations, settings.thumbnails)
    assert all(folder.parent == tmp_path for folder in folders)
    assert settings.database == f"sqlite:///{tmp_path}/vitrine.db"


def test_a_home_that_is_a_file_is_one_sentence(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(HomeError, match=r"file cannot be used: .*--home"):
        Settings(home=blocked).ensure_home()


def test_native_libraries_are_told_to_wait_quietly_unless_someone_chose() -> None:
    environ = {"OMP_WAIT_POLICY": "ACTIVE"}
    prepare_process(environ)
    assert environ["OMP_WAIT_POLICY"] == "ACTIVE"
    assert environ["TOKENIZERS_PARALLELISM"] == "false"
