"""``curves.png``: how loss and held-out recall moved over a run."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

from core.files import replacing

CURVES = "curves.png"


def draw_curves(metrics: Sequence[dict[str, Any]], path: Path) -> None:
    """Draw the loss of the steps, and beside it what the epochs measured.

    Args:
        metrics: The lines of ``metrics.jsonl``.
        path: The PNG to write.
    """
    # Imported here: drawing costs a second that a run's start need not spend.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    steps = [line for line in metrics if "loss" in line]
    epochs = [line for line in metrics if "recall@10" in line]
    figure = Figure(figsize=(10, 4), dpi=120, layout="constrained")
    left, right = figure.subplots(1, 2)
    left.plot([line["step"] for line in steps], [line["loss"] for line in steps], color="#2f5d8a")
    left.set(title="Loss", xlabel="step")
    for name, colour in (("recall@10", "#2f5d8a"), ("mrr@10", "#b5532a")):
        found = [line.get(name) for line in epochs]
        right.plot([line["step"] for line in epochs], found, "o-", color=colour, label=name)
    right.set(title="Held-out titles to their pictures", xlabel="step")
    right.set_ylim(bottom=0)
    right.legend(loc="lower right")
    for axes in (left, right):
        axes.grid(alpha=0.25)
        axes.spines[["top", "right"]].set_visible(False)
    image = BytesIO()
    FigureCanvasAgg(figure).print_png(image)  # type: ignore[no-untyped-call]
    with replacing(path) as file:
        file.write(image.getvalue())
