import numpy as np
from numpy.typing import NDArray

from search.distinct import distinct_rows


def rows(*numbers: int) -> NDArray[np.float32]:
    return np.array([[number, -number] for number in numbers], dtype=np.float32)


def test_each_vector_stands_once_in_the_order_it_came_and_every_row_finds_its_own() -> None:
    embeddings = rows(7, 3, 7, 5, 3, 3)
    once, places = distinct_rows(embeddings)
    assert once.tolist() == rows(7, 3, 5).tolist()
    assert places is not None
    assert places.tolist() == [0, 1, 0, 2, 1, 1]


def test_rows_that_hardly_repeat_stay_where_they_are() -> None:
    embeddings = rows(*range(99), 98)
    once, places = distinct_rows(embeddings)
    assert once is embeddings
    assert places is None


def test_no_rows_are_distinct() -> None:
    once, places = distinct_rows(rows(*()).reshape(0, 2))
    assert once.shape == (0, 2)
    assert places is None
