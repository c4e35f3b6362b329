"""Whether a column knows enough to narrow by."""

from __future__ import annotations

import numpy as np

from indexer.attributes import Columns

MOST = 0.8
"""Share of the products that must have a value before a word becomes a filter by itself.

Below it a filter would lose products that only lack the value. Chosen, not fitted.
"""


def covers(columns: Columns, field: str, share: float = MOST) -> bool:
    """Tell whether most products have a value in a coded column."""
    column = columns.coded.get(field)
    if column is None or not columns.products:
        return False
    return bool(np.count_nonzero(column.codes >= 0) >= share * columns.products)
