"""Measuring, over a shop whose ranking is known."""

from pathlib import Path

import pytest

from core.errors import EvaluationError
from core.terminal import NoProgress
from search.evaluation import JudgedQuery, evaluate, read_queries
from search.generation import ServedGeneration
from tests.indexer.conftest import Shop


def test_means_over_queries_by_hand(generation: ServedGeneration, shop: Shop) -> None:
    by_title = {product.title: product.id for product in shop.products}
    queries = [
        JudgedQuery("red thing", frozenset({by_title["red thing"]})),
        JudgedQuery("blue thing", frozenset({by_title["blue thing"], "gone"})),
    ]
    result = evaluate(queries, generation, shop.encoder, "product", NoProgress())
    assert (result.queries, result.documents, result.unknown_relevant) == (2, 12, 1)
    assert result.recall_at_1 == (1 + 1 / 2) / 2
    assert result.mrr_at_10 == 1
    assert result.precision_at_10 == 1 / 10
    assert result.as_json()["recall@10"] == (1 + 1 / 2) / 2


def test_pictures_alone_know_no_words(generation: ServedGeneration, shop: Shop) -> None:
    by_title = {product.title: product.id for product in shop.products}
    queries = [JudgedQuery("red", frozenset({by_title["red thing"]}))]
    result = evaluate(queries, generation, shop.encoder, "image", NoProgress())
    assert (result.fields, result.recall_at_1) == ("image", 1)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "line 2 is not JSON"),
        ("[]", 'line 2 has no "query"'),
        ('{"query": " ", "relevant": ["1"]}', 'line 2 has no "query"'),
        ('{"query": "a", "relevant": []}', 'line 2 has no "relevant"'),
    ],
)
def test_a_line_of_another_form_is_named(tmp_path: Path, line: str, reason: str) -> None:
    path = tmp_path / "queries.jsonl"
    path.write_text('{"query": "a", "relevant": [1]}\n' + line + "\n")
    with pytest.raises(EvaluationError, match=reason):
        read_queries(path)


def test_queries_are_read_as_the_shop_reads_them(tmp_path: Path) -> None:
    path = tmp_path / "queries.jsonl"
    path.write_text('\ufeff{"query": "cafe\u0301\u2028 table", "relevant": ["1"]}\r\n\r\n')
    assert read_queries(path) == [JudgedQuery("café table", frozenset({"1"}))]


def test_a_missing_or_empty_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match="cannot be read"):
        read_queries(tmp_path / "nowhere")
    (tmp_path / "empty").write_text("\n")
    with pytest.raises(EvaluationError, match="holds no queries"):
        read_queries(tmp_path / "empty")
