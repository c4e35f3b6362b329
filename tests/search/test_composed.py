"""Queries of several wishes: how much a text counts beside a product or a picture."""

from PIL import Image

from encoder.fake import COLOURS
from search.engine import SearchEngine
from search.query import Page, SearchQuery, Wish

RED = Wish(image=Image.new("RGB", (40, 20), COLOURS["red"]))
SOME_BLUE = Wish(0.15, text="blue")


def first(engine: SearchEngine, *wishes: Wish) -> str:
    query = SearchQuery(wishes=wishes, page=Page(size=1))
    return engine.search(query).hits[0].product.title


def test_a_text_counts_more_beside_a_picture_than_beside_a_text(engine: SearchEngine) -> None:
    """Real pictures lie nearer to each other than to any text, so that it has to."""
    assert first(engine, RED) == "red thing"
    assert first(engine, RED, SOME_BLUE) == "purple thing"
    assert first(engine, Wish(text="red"), SOME_BLUE) == "red thing"
