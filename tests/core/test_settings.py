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


def test_a_password_among_the_parameters_of_a_url_is_masked() -> None:
    url = "postgresql://localhost/db?user=u&password=hunter2&sslmode=require"
    shown = {row[0]: row[1] for row in Settings.load({"VITRINE_DATABASE_URL": url}).rows()}
    assert shown["VITRINE_DATABASE_URL"] == (
        "postgresql://localhost/db?user=u&password=********&sslmode=require"
    )


def test_an_unknown_variable_is_named_and_its_value_is_not() -> None:
    with pytest.raises(SettingsError) as raised:
        Settings.load({"VITRINE_PASWORD": "hunter2"})
    assert "VITRINE_PASWORD names no setting" in str(raised.value)
    assert "hunter2" not in str(raised.value)


def test_a_full_disk_is_noticed_before_work_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write_bytes(path: Path, content: bytes) -> int:
        raise OSError(28, "No space left on device") if content else AssertionError

    monkeypatch.setattr(Path, "write_bytes", write_bytes)
    with pytest.raises(HomeError, match="No space left on device"):
        Settings(home=tmp_path).ensure_home()


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
    assert environ["OPENBLAS_NUM_THREADS"] == "1"
