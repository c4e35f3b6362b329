"""Small models, made once a session."""

from pathlib import Path

import pytest

from tests.encoder.models import save_native, save_with_sentence_tower


@pytest.fixture(scope="session")
def native(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_native(tmp_path_factory.mktemp("models") / "native")


@pytest.fixture(scope="session")
def sentence(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_with_sentence_tower(tmp_path_factory.mktemp("models") / "sentence")


@pytest.fixture(scope="session")
def two_way(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A text tower that looks both ways over its padding, as SigLIP's does."""
    folder = tmp_path_factory.mktemp("models") / "two_way"
    return save_native(folder, no_causal_mask=True, pool_type="last")
