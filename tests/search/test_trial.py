"""Models measured on the catalogue beside the service."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image

from catalog.database import open_catalog
from catalog.records import ProductRecord
from catalog.repository import count, stream_products, upsert
from core.errors import BusyError, EvaluationError, SnapshotError
from core.lock import exclusive
from core.metrics import ndcg_at
from core.settings import Settings
from core.terminal import NoProgress
from encoder import loading, reference
from encoder.fake import FakeEncoder
from encoder.learned import learned_from, write_learned
from search.evaluation import read_queries
from search.generation import ServedGeneration
from search.held_out import FoundQueries
from search.promotion import evaluate_model
from search.trial import QuerySet, TriedModel, held_out_titles, judged_queries, try_model
from search.untouched import open_untouched
from tests.search.model_shop import EACH, NAMES, ModelShop
from tests.search.models import load_noisy
from training.split import is_held_out


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModelShop:
    shop = ModelShop(tmp_path)
    monkeypatch.setattr(reference, "BUNDLED", shop.models["bundled"])
    monkeypatch.setattr(loading, "load_model", load_noisy)
    return shop


def queries_of(shop: ModelShop, documents: str = "product") -> QuerySet:
    return judged_queries(read_queries(shop.queries), "queries.jsonl", documents)


def tried(shop: ModelShop, name: str) -> TriedModel:
    return TriedModel.named(shop.settings, shop.reference(name))


def test_two_models_are_compared_on_the_same_queries(shop: ModelShop) -> None:
    (report,) = try_model(
        shop.settings, tried(shop, "better"), tried(shop, "damaged"), [queries_of(shop)],
        NoProgress(),
    )  # fmt: skip
    overall = report.segments[0]
    assert (overall.segment, overall.queries, report.products) == ("all", 44, 55)
    assert report.means["ndcg@10"] == pytest.approx(overall.mean)
    assert report.means_against["ndcg@10"] == pytest.approx(overall.against)
    assert overall.mean > 0.9 > 0.7 > (overall.against or 0)
    assert overall.difference is not None
    assert overall.difference.low > 0.2
    assert report.fingerprint != report.against


def test_segments_are_by_category_length_and_frequency(shop: ModelShop) -> None:
    (report,) = try_model(
        shop.settings, tried(shop, "better"), None, [queries_of(shop)], NoProgress()
    )
    assert {each.segment: each.queries for each in report.segments} == {
        "all": 44,
        "category: Lamps": 44,
        "words: 1-2": 22,
        "words: 3-4": 11,
        "words: 5+": 11,
        "frequency: tail": 44,
    }
    assert {each.difference for each in report.segments} == {None}
    assert (report.against, report.means_against) == ("", {})


def test_the_ranking_is_the_brute_force_one_of_the_pictures(shop: ModelShop) -> None:
    judged = read_queries(shop.queries)
    (report,) = try_model(
        shop.settings, tried(shop, "bundled"), None, [queries_of(shop, "image")], NoProgress()
    )
    encoder = tried(shop, "bundled").load()
    plain = FakeEncoder()
    ids, pictures = [], []
    for colour in NAMES:
        for number in range(EACH):
            ids.append(f"{colour}-{number}")
            pictures.append(Image.open(shop.root / "feed" / f"{colour}-{number}.png"))
    embedded = plain.encode_images(pictures)
    expected = []
    for each in judged:
        scores = embedded @ encoder.encode_texts([each.query])[0]
        ranked = [ids[row] for row in (-scores).argsort(kind="stable")]
        expected.append(ndcg_at(ranked, each.relevant, 10))
    assert report.means["ndcg@10"] == pytest.approx(sum(expected) / len(expected), abs=1e-6)


def test_nothing_is_embedded_twice_and_no_generation_is_left(shop: ModelShop) -> None:
    for _ in range(2):
        model = tried(shop, "better")
        try_model(shop.settings, model, None, [queries_of(shop)], NoProgress())
        encoder = model.load()
        assert isinstance(encoder, FakeEncoder)
        embedded = encoder.images_encoded
    assert embedded == 0
    assert [path.name for path in shop.settings.trials.iterdir()] == ["trial.lock"]
    assert not shop.settings.generations.exists()


def test_held_out_titles_are_asked_for_by_picture_alone(shop: ModelShop) -> None:
    (report,) = try_model(
        shop.settings, tried(shop, "better"), None, [held_out_titles()], NoProgress()
    )
    titles = [f"{colour} lamp {n}" for colour in NAMES for n in range(EACH)]
    held = [t for t in titles if int(hashlib.sha256(t.encode()).hexdigest(), 16) % 20 == 0]
    assert (report.documents, report.queries) == ("image", len(held))
    assert held


def hashes_of(shop: ModelShop) -> dict[str, str]:
    """The content hash of each product's picture."""
    files = sorted((shop.root / "feed").glob("*.png"))
    return {file.stem: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def held_out(shop: ModelShop) -> list[str]:
    """The ids of the products whose titles are held out."""
    titles = {f"{colour}-{n}": f"{colour} lamp {n}" for colour in NAMES for n in range(EACH)}
    return [name for name, title in titles.items() if is_held_out(title)]


@pytest.mark.parametrize("by", ["better", "bundled"])
def test_a_title_whose_picture_either_model_learned_from_is_not_asked(
    by: str, shop: ModelShop
) -> None:
    known, seen = hashes_of(shop), held_out(shop)[:1]
    write_learned(shop.models[by], learned_from([known[seen[0]], "ab" * 32]))
    (report,) = try_model(
        shop.settings, tried(shop, "better"), tried(shop, "bundled"), [held_out_titles()],
        NoProgress(),
    )  # fmt: skip
    assert (report.learned, report.queries) == (1, len(held_out(shop)) - 1)
    silent = {"better": "bundled", "bundled": "better"}[by]
    assert report.unrecorded == (tried(shop, silent).fingerprint,)


def test_when_every_held_out_title_was_learned_the_refusal_says_so(shop: ModelShop) -> None:
    known, seen = hashes_of(shop), held_out(shop)
    write_learned(shop.models["better"], learned_from(known[each] for each in seen))
    with pytest.raises(
        EvaluationError, match=f"A model learned from the pictures of all {len(seen)} of them"
    ):
        try_model(shop.settings, tried(shop, "better"), None, [held_out_titles()], NoProgress())


def test_judged_queries_are_asked_whatever_was_learned(shop: ModelShop) -> None:
    write_learned(shop.models["better"], learned_from(hashes_of(shop).values()))
    (report,) = try_model(
        shop.settings, tried(shop, "better"), None, [queries_of(shop)], NoProgress()
    )
    assert (report.queries, report.learned, report.unrecorded) == (44, 0, ())


def test_a_held_out_title_of_a_group_that_is_trained_on_is_not_asked(shop: ModelShop) -> None:
    seen = held_out(shop)[-1]
    database = open_catalog(shop.settings)
    with database.write() as session:
        products = {each.id: each for each in stream_products(session)}
        trained = [each for each in products.values() if not is_held_out(each.title)]
        earlier = min(trained, key=lambda each: each.title)
        assert earlier.title < products[seen].title
        group = [replace(each, group_id="lamps") for each in (earlier, products[seen])]
        upsert(session, group, datetime(2026, 1, 1, tzinfo=UTC))
    database.close()
    (report,) = try_model(
        shop.settings, tried(shop, "better"), None, [held_out_titles()], NoProgress()
    )
    assert report.queries == len(held_out(shop)) - 1


def test_a_query_that_comes_again_is_asked_once(shop: ModelShop) -> None:
    line = {"query": "red", "relevant": ["red-0"], "weight": 2}
    path = shop.write("again.jsonl", [line, {**line, "relevant": ["red-1"]}, line])
    asked = judged_queries(read_queries(path), "again.jsonl", "product")
    (report,) = try_model(shop.settings, tried(shop, "better"), None, [asked], NoProgress())
    assert (report.queries, report.repeated, report.skipped) == (1, 2, 0)
    assert report.segments[0].queries == 1
    assert report.means["precision@10"] == pytest.approx(0.2), "both answers count"


def test_queries_whose_products_are_gone_are_left_out_and_counted(shop: ModelShop) -> None:
    path = shop.write(
        "some.jsonl",
        [{"query": "red", "relevant": ["red-0", "gone"]}, {"query": "x", "relevant": ["gone"]}],
    )
    asked = judged_queries(read_queries(path), "some.jsonl", "product")
    (report,) = try_model(shop.settings, tried(shop, "better"), None, [asked], NoProgress())
    assert (report.queries, report.skipped) == (1, 1)


def test_queries_none_of_which_fits_the_catalogue_are_refused(shop: ModelShop) -> None:
    path = shop.write("none.jsonl", [{"query": "x", "relevant": ["gone"]}])
    asked = judged_queries(read_queries(path), "none.jsonl", "product")
    with pytest.raises(EvaluationError, match=r"none.jsonl: None of their products"):
        try_model(shop.settings, tried(shop, "better"), None, [asked], NoProgress())


def test_an_empty_catalogue_says_how_to_fill_it(tmp_path: Path, shop: ModelShop) -> None:
    empty = Settings(home=tmp_path / "empty", index="numpy")
    with pytest.raises(SnapshotError, match="vitrine catalog import"):
        evaluate_model(empty, shop.reference("better"), None, [queries_of(shop)], NoProgress())


def test_the_model_in_service_is_measured_alone(shop: ModelShop) -> None:
    (report,) = evaluate_model(shop.settings, "promoted", None, [queries_of(shop)], NoProgress())
    assert report.against == ""
    (beside,) = evaluate_model(
        shop.settings, shop.reference("better"), None, [queries_of(shop)], NoProgress()
    )
    assert beside.against == report.fingerprint
    with pytest.raises(EvaluationError, match="are the same model"):
        evaluate_model(shop.settings, "promoted", "bundled", [queries_of(shop)], NoProgress())


def test_a_second_trial_waits_for_the_first_to_end(shop: ModelShop) -> None:
    with (
        exclusive(shop.settings.trials / "trial.lock", "A trial of a model"),
        pytest.raises(BusyError, match="trial of a model is already running"),
    ):
        try_model(shop.settings, tried(shop, "better"), None, [queries_of(shop)], NoProgress())


def test_a_catalogue_that_changes_between_the_models_is_no_comparison(shop: ModelShop) -> None:
    def sell_something_new(generation: ServedGeneration, _: object) -> FoundQueries:
        database = open_catalog(shop.settings)
        with database.write() as session:
            upsert(session, [ProductRecord("new", "a new lamp")], datetime(2026, 1, 1, tzinfo=UTC))
        database.close()
        return FoundQueries(read_queries(shop.queries))

    asked = QuerySet("x", "product", sell_something_new)
    with pytest.raises(EvaluationError, match="catalogue changed"):
        try_model(
            shop.settings, tried(shop, "better"), tried(shop, "bundled"), [asked], NoProgress()
        )


def test_the_untouched_set_is_drawn_once_and_lies_apart(shop: ModelShop) -> None:
    apart, asked = open_untouched(shop.settings, NoProgress(), count=8)
    feed = apart.home / "demo" / "catalogue.jsonl"
    drawn = (apart.home / "imported").stat().st_mtime_ns
    assert open_untouched(shop.settings, NoProgress(), count=8)[0] == apart
    assert (apart.home / "imported").stat().st_mtime_ns == drawn
    database = open_catalog(apart)
    with database.read() as session:
        assert count(session) == len(feed.read_text().splitlines()) == 8
    database.close()
    assert apart.home.parent == shop.settings.home
    assert asked.documents == "product"


def test_equal_vectors_under_another_fingerprint_differ_by_nothing(shop: ModelShop) -> None:
    (report,) = try_model(
        shop.settings, tried(shop, "alike"), tried(shop, "bundled"), [queries_of(shop)],
        NoProgress(),
    )  # fmt: skip
    difference = report.segments[0].difference
    assert difference is not None
    assert (difference.mean, difference.low, difference.high) == (0, 0, 0)
