"""Nothing is read where the catalogue's revision vouches for it, and never too little."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from catalog.records import ImageRecord, ProductRecord
from encoder.fake import FakeEncoder
from indexer import basis as basis_module
from indexer import reindex
from indexer.basis import CatalogueBasis, rules_digest
from indexer.report import FieldReport

from .conftest import Shop, png

NOW = CatalogueBasis("a1b2.7", "2026-12-01T00:00:00+00:00")


@pytest.fixture
def built(shop: Shop) -> Shop:
    """A shop whose catalogue tells its state, and whose index was built once."""
    shop.basis = NOW
    shop.build()
    shop.reads = 0
    return shop


def test_an_unchanged_revision_is_not_read(built: Shop) -> None:
    report = built.build()
    assert (report.published, report.products_read, report.products) == (False, False, 12)
    assert report.fields["image"] == FieldReport(rows=13, embedded=0, reused=0, refused=0)
    assert (built.reads, built.loads) == (0, 1)
    assert "12 products, none read" in report.to_text()


@pytest.mark.parametrize(
    "other",
    [
        replace(NOW, revision="a1b2.8"),
        replace(NOW, revision="ffff.7"),
        replace(NOW, prices_until="2026-12-02T00:00:00+00:00"),
        replace(NOW, prices_until=""),
        CatalogueBasis(),
    ],
)
def test_another_state_is_read_and_compared(built: Shop, other: CatalogueBasis) -> None:
    built.basis = other
    report = built.build()
    assert (report.products_read, report.published, built.reads) == (True, False, 1)
    built.products[3] = replace(built.products[3], price_minor=77)
    assert built.build(basis=lambda: replace(other, revision="a1b2.9")).published


def test_a_catalogue_that_cannot_tell_its_state_is_always_read(shop: Shop) -> None:
    shop.build()
    assert shop.build().products_read


def test_a_changed_rule_is_read_and_compared(built: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reindex, "rules_digest", lambda limits: "other" + limits)
    assert built.build().products_read


def test_the_digest_of_the_rules_follows_the_programs_text_and_the_limits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources = ("catalog/thesaurus.toml", "catalog/text.py", "catalog/lexicon/english.toml")
    for name in (*sources, "indexer/basis.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("one")
    monkeypatch.setattr(basis_module, "__file__", str(tmp_path / "indexer/basis.py"))
    told = [rules_digest("10 MB"), rules_digest("20 MB")]
    for name in sources:
        (tmp_path / name).write_text("two")
        told.append(rules_digest("10 MB"))
    assert len(set(told)) == 5
    assert rules_digest("10 MB") == told[-1]


def test_another_model_is_read_and_embedded(built: Shop) -> None:
    built.encoder = FakeEncoder("2")
    report = built.build()
    assert (report.published, report.embedded) == (True, 25)


def test_a_damaged_generation_is_built_anew_though_the_revision_is_the_same(
    built: Shop, flip: Callable[[Path, int], None]
) -> None:
    (path,) = built.generations.glob("*/text.embeddings.npy")
    flip(path, 300)
    report = built.build()
    assert (report.published, report.embedded) == (True, 0)
    assert not built.build().products_read


def test_force_publishes_whatever_the_revision_says(built: Shop) -> None:
    assert built.build(force=True).published


def test_a_thorough_build_reads_whatever_the_revision_says(built: Shop) -> None:
    report = built.build(thorough=True)
    assert (report.products_read, report.published) == (True, False)


def test_a_missing_picture_is_taken_once_it_is_there_though_the_revision_is_the_same(
    built: Shop,
) -> None:
    data = png((1, 2, 3))
    late = built.add("x1", "late thing", data).images[0]
    del built.pictures[late.hash]
    built.basis = replace(NOW, revision="a1b2.8")
    assert built.build().fields["image"].refused == 1
    assert not built.build().products_read
    built.pictures[late.hash] = data
    report = built.build()
    assert (report.published, report.fields["image"].embedded) == (True, 1)
    assert not built.build().products_read


def test_bytes_that_are_no_picture_are_not_tried_again(built: Shop) -> None:
    built.add("x1", "broken thing", b"<html>not found</html>")
    gone = ImageRecord("f" * 64, "", 1, 1)
    built.products.append(ProductRecord("x2", "pictureless thing", images=(gone,)))
    built.basis = replace(NOW, revision="a1b2.8")
    built.build()
    tried: list[str] = []
    read = built.read

    def noting(hash: str, /) -> bytes:
        tried.append(hash)
        return read(hash)

    job = replace(built.job(), images=_Source(noting))
    assert not reindex.build_index(built.read_products, job).products_read
    assert tried == ["f" * 64]


class _Source:
    def __init__(self, read: Callable[[str], bytes]) -> None:
        self._read = read

    def read(self, hash: str, /) -> bytes:
        return self._read(hash)


def test_what_changes_while_products_are_read_is_looked_at_again(built: Shop) -> None:
    def products() -> list[ProductRecord]:
        built.basis = replace(NOW, revision="a1b2.9")  # another import has come to its end
        return built.products

    built.basis = replace(NOW, revision="a1b2.8")
    built.products[0] = replace(built.products[0], stock=99)
    reindex.build_index(products, built.job())
    assert built.build().products_read


def test_an_unread_build_writes_nothing_but_the_lock(built: Shop) -> None:
    def listed() -> list[tuple[str, int]]:
        return sorted((each.path, each.stat().st_mtime_ns) for each in os.scandir(folder))

    (folder,) = (path for path in built.generations.iterdir() if path.is_dir())
    before = listed()
    built.build()
    assert listed() == before
    assert [path.name for path in built.generations.iterdir() if path.is_dir()] == [folder.name]
