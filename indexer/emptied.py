"""Whether a catalogue without products is a shop that was emptied, or one that is not there."""

from __future__ import annotations

from pathlib import Path

from core.errors import NoGenerationError, SnapshotError
from indexer import generations
from indexer.basis import CatalogueBasis
from indexer.confirmed import states_shown
from indexer.manifest import read_manifest

_IMPORT = "Import some with `vitrine catalog import FILE`"


def require_emptied(root: Path, basis: CatalogueBasis, force: bool) -> None:
    """Refuse an empty catalogue unless its products were withdrawn from the index in service.

    What a shop withdraws must vanish from its site, to the last product. But a database that
    was lost, or another one that is named by mistake, is empty as well, and must not take a
    whole shop off the site.

    Raises:
        SnapshotError: nothing was ever indexed, or without ``force``: the index in service
            was not made from this catalogue.
    """
    try:
        served = generations.current(root)
    except NoGenerationError as error:
        raise SnapshotError(f"The catalogue has no products to index. {_IMPORT}.") from error
    except SnapshotError:
        served = "in service"
    if not force and not _may_be_emptied(root, served, basis):
        raise SnapshotError(
            "The catalogue has no products to index, and it is not known to be the one that the "
            f"generation {served} shows: look whether VITRINE_HOME and VITRINE_DATABASE_URL name "
            f"the right one. {_IMPORT}, or take every product off the site with "
            "`vitrine index build --force`."
        )


def _may_be_emptied(root: Path, generation_id: str, basis: CatalogueBasis) -> bool:
    """Tell whether a generation shows nothing anyway, or the catalogue that is empty now."""
    try:
        manifest = read_manifest(root / generation_id)
    except SnapshotError:
        return False
    if manifest.products == 0:
        return True
    known = {state.basis.instance for state in states_shown(root, manifest)}
    return bool(basis.instance) and basis.instance in known
